use super::InvitationObject;
use super::object::{DeliveryStatus, InvitationStatus};
use crate::authz::Visible;
use crate::domain::{Cursor, InvitationFilter, ProjectSpace, RoleId, WebUserId};
use crate::graphql::context::ContextExt;
use crate::graphql::page::{PageArguments, connection, counted, ids};
use crate::service::invitation;
use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Result};

/// A page of invitations.
pub type InvitationConnection = Connection<String, InvitationObject, InvitationCount>;

/// Which invitations. All given conditions hold together.
#[derive(InputObject, Default)]
#[graphql(name = "InvitationFilter")]
pub struct InvitationFilterInput {
    /// Any of these; all but the revoked when left out.
    statuses: Option<Vec<InvitationStatus>>,
    /// Any of these; all when left out.
    deliveries: Option<Vec<DeliveryStatus>>,
    /// What the address begins with, whatever its case.
    email: Option<String>,
    /// To any of these roles.
    role_ids: Option<Vec<ID>>,
    /// From any of these web users.
    inviter_ids: Option<Vec<ID>>,
}

impl InvitationFilterInput {
    fn parse(self) -> Result<InvitationFilter> {
        Ok(InvitationFilter {
            statuses: self.statuses.into_iter().flatten().map(Into::into).collect(),
            deliveries: self.deliveries.into_iter().flatten().map(Into::into).collect(),
            email: self.email,
            roles: ids("roleIds", self.role_ids, RoleId::parse)?,
            inviters: ids("inviterIds", self.inviter_ids, WebUserId::parse)?,
        })
    }
}

pub struct InvitationCount(Visible<ProjectSpace>, InvitationFilter);

counted!(InvitationCount, |this, ctx| {
    ctx.answer(invitation::count(ctx.services(), ctx.principal(), &this.0, &this.1).await)
});

pub async fn invitations(
    ctx: &Context<'_>,
    space: &Visible<ProjectSpace>,
    filter: Option<InvitationFilterInput>,
    page: PageArguments,
) -> Result<InvitationConnection> {
    let name = format!("invitations of {}", space.id);
    let filter = filter.unwrap_or_default().parse()?;
    let request = page.request(ctx, &name)?;
    let found = invitation::list(ctx.services(), ctx.principal(), space, &filter, &request).await;
    Ok(connection(
        ctx,
        &name,
        ctx.answer(found)?,
        InvitationCount(space.clone(), filter),
        |invitation| Cursor { key: invitation.cursor_key(), id: invitation.id.0 },
        InvitationObject::from,
    ))
}
