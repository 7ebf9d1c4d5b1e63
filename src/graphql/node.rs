//! Any object by its global id (Relay's object identification).

use super::access_request::AccessRequestObject;
use super::audit::AuditEntryObject;
use super::context::ContextExt;
use super::error::{Settled, UserError, UserErrorCode};
use super::group::GroupObject;
use super::invitation::InvitationObject;
use super::location::{LocationObject, LocationTypeObject};
use super::mobile_worker::MobileWorkerObject;
use super::policy_stack::PolicyRevisionObject;
use super::project_space::ProjectSpaceObject;
use super::requires::requires;
use super::role::RoleObject;
use super::user_fields::UserProfileObject;
use super::web_user::WebUserObject;
use crate::domain::{
    AccessRequestId, AuditEntryId, GroupId, Identity, InvalidId, InvitationId, LocationId, LocationTypeId,
    MembershipId, MobileWorkerId, PolicyRevisionId, ProjectSpaceId, RoleId, UserProfileId, WebUserId,
};
use crate::service::{
    access_request, audit, group, invitation, location, mobile_worker, policy_stack, project_space, role,
    user_fields, viewer, web_user,
};
use async_graphql::{Context, ID, Interface, Object, Result};

/// Something with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id: opaque, the same for good."))]
pub enum Node {
    ProjectSpace(ProjectSpaceObject),
    MobileWorker(MobileWorkerObject),
    Role(RoleObject),
    Location(LocationObject),
    LocationType(LocationTypeObject),
    Group(GroupObject),
    UserProfile(UserProfileObject),
    Invitation(InvitationObject),
    AccessRequest(AccessRequestObject),
    WebUser(WebUserObject),
    AuditEntry(AuditEntryObject),
    PolicyRevision(PolicyRevisionObject),
}

/// The id in a field of an input, or the refusal to answer with.
pub fn parse_id<T>(field: &str, id: &ID, parse: fn(&str) -> std::result::Result<T, InvalidId>) -> Settled<T> {
    parse(id).map_err(|error| {
        let path = Some(vec![field.to_owned()]);
        vec![UserError { code: UserErrorCode::InvalidValue, message: error.to_string(), path }]
    })
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this global id; null when there is none that you may see.
    #[graphql(directive = requires::apply("*.read".to_owned()))]
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        let (services, principal) = (ctx.services(), ctx.principal());
        let Some((prefix, _)) = id.split_once('_') else { return Ok(None) };
        if prefix == ProjectSpaceId::PREFIX {
            let Ok(id) = ProjectSpaceId::parse(&id) else { return Ok(None) };
            let spaces = project_space::read_many(services, principal, &[id])
                .await
                .map_err(|failure| ctx.fail(&failure))?;
            return Ok(spaces.into_iter().next().map(|space| Node::ProjectSpace(space.into())));
        }
        if prefix == WebUserId::PREFIX {
            // An account belongs to its owner alone; others see what it is in a project space.
            let Ok(account) = WebUserId::parse(&id) else { return Ok(None) };
            if principal.identity != Identity::WebUser(account) {
                return Ok(None);
            }
            let account = viewer::account(services, principal, account).await;
            let account = account.map_err(|failure| ctx.fail(&failure))?;
            return Ok(Some(Node::WebUser(WebUserObject::Account(account))));
        }
        // An id does not say whose it is: it is looked for where the caller belongs, which is in a few places.
        for standing in &principal.standings {
            let space = standing.project_space;
            let found = match prefix {
                MobileWorkerId::PREFIX => match MobileWorkerId::parse(&id) {
                    Ok(id) => mobile_worker::read(services, principal, space, id)
                        .await
                        .map(|worker| worker.map(|worker| Node::MobileWorker(worker.into()))),
                    Err(_) => Ok(None),
                },
                MembershipId::PREFIX => match MembershipId::parse(&id) {
                    Ok(id) => web_user::read(services, principal, space, id)
                        .await
                        .map(|member| member.map(|member| Node::WebUser(member.into()))),
                    Err(_) => Ok(None),
                },
                RoleId::PREFIX => match RoleId::parse(&id) {
                    Ok(id) => role::load(services, principal, space, &[id])
                        .await
                        .map(|rows| rows.into_iter().next().map(|row| Node::Role(row.into()))),
                    Err(_) => Ok(None),
                },
                LocationId::PREFIX => match LocationId::parse(&id) {
                    Ok(id) => location::load(services, principal, space, &[id])
                        .await
                        .map(|rows| rows.into_iter().next().map(|row| Node::Location(row.into()))),
                    Err(_) => Ok(None),
                },
                LocationTypeId::PREFIX => match LocationTypeId::parse(&id) {
                    Ok(id) => location::load_types(services, principal, space, &[id])
                        .await
                        .map(|rows| rows.into_iter().next().map(|row| Node::LocationType(row.into()))),
                    Err(_) => Ok(None),
                },
                InvitationId::PREFIX => match InvitationId::parse(&id) {
                    Ok(id) => invitation::read(services, principal, space, id)
                        .await
                        .map(|found| found.map(|invitation| Node::Invitation(invitation.into()))),
                    Err(_) => Ok(None),
                },
                AccessRequestId::PREFIX => match AccessRequestId::parse(&id) {
                    Ok(id) => access_request::read(services, principal, space, id)
                        .await
                        .map(|found| found.map(|request| Node::AccessRequest(request.into()))),
                    Err(_) => Ok(None),
                },
                AuditEntryId::PREFIX => match AuditEntryId::parse(&id) {
                    Ok(id) => audit::read(services, principal, space, id)
                        .await
                        .map(|found| found.map(|entry| Node::AuditEntry(entry.into()))),
                    Err(_) => Ok(None),
                },
                PolicyRevisionId::PREFIX => match PolicyRevisionId::parse(&id) {
                    Ok(id) => match policy_stack::read(services, principal, space).await {
                        Ok(Some(stack)) => policy_stack::revision(services, &stack, id)
                            .await
                            .map(|found| found.map(|revision| Node::PolicyRevision(revision.into()))),
                        Ok(None) => Ok(None),
                        Err(failure) => Err(failure),
                    },
                    Err(_) => Ok(None),
                },
                GroupId::PREFIX => match GroupId::parse(&id) {
                    Ok(id) => group::load(services, principal, space, &[id])
                        .await
                        .map(|rows| rows.into_iter().next().map(|row| Node::Group(row.into()))),
                    Err(_) => Ok(None),
                },
                UserProfileId::PREFIX => match UserProfileId::parse(&id) {
                    Ok(id) => user_fields::load_profiles(services, principal, space, &[id])
                        .await
                        .map(|rows| rows.into_iter().next().map(|row| Node::UserProfile(row.into()))),
                    Err(_) => Ok(None),
                },
                _ => Ok(None),
            };
            if let Some(node) = found.map_err(|failure| ctx.fail(&failure))? {
                return Ok(Some(node));
            }
        }
        Ok(None)
    }
}
