//! What policies are told about each noun. The names here are those of `store`'s row filters: a property test compares
//! the two.

use super::action::{Realm, Resource};
use super::attribute::{Attributes, Value};
use crate::domain::{
    AccessRequest, Account, ApiKey, CustomPermission, EmailAddress, FrontDoor, Gateway, Group, Identity,
    Invitation, InvitationLink, Location, LocationId, LocationType, Mail, Member, MobileWorker, ProjectSpace,
    ProjectSpaceId, Role, Session, UserFieldDefinition, UserProfile, WebUser,
};

fn hexes(ids: &[LocationId]) -> Vec<String> {
    ids.iter().map(|id| id.hex()).collect()
}

macro_rules! resources {
    ($($noun:ty = $kind:literal of $realm:expr, id $id:expr, $attributes:expr;)*) => {$(
        impl Resource for $noun {
            const KIND: &'static str = $kind;

            fn realm(&self) -> Realm {
                let realm: fn(&Self) -> Realm = $realm;
                realm(self)
            }

            fn id(&self) -> Option<String> {
                let id: fn(&Self) -> Option<String> = $id;
                id(self)
            }

            fn attributes(&self) -> Attributes {
                let attributes: fn(&Self) -> Attributes = $attributes;
                attributes(self)
            }
        }
    )*};
}

// A person's own things have no attributes: no policy is asked about them.
resources! {
    Gateway = "gateway" of |_| Realm::Gateway, id |_| None, |_| Attributes::new();
    Account = "account" of |it| Realm::Own(it.0), id |it| it.0.id(), |_| Attributes::new();
    WebUser = "account" of |it| Realm::Own(Identity::WebUser(it.id)), id |it| Some(it.id.hex()), |_| Attributes::new();
    Session = "session" of |it| Realm::Own(it.owner), id |it| Some(it.id.hex()), |_| Attributes::new();

    // Nor is one about what only the holder of a link can find, and about a door that stands open to everybody.
    InvitationLink = "invitation_link" of |it| Realm::Link(it.invitation.project_space),
        id |it| Some(it.invitation.id.hex()), |_| Attributes::new();
    FrontDoor = "front_door" of |it| Realm::Open(it.project_space), id |it| Some(it.project_space.hex()),
        |_| Attributes::new();

    ProjectSpace = "project_space" of |it| Realm::ProjectSpace(it.id), id |it| Some(it.id.hex()),
        |it| Attributes::new().with("name", it.name.as_str());

    // The id is the person's: policies compare it with the principal's own, and the audit follows who comes back.
    Member = "web_user" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.person.id.hex()),
        |it| {
            let given = &it.assignment;
            Attributes::new()
                .with("id", it.person.id.hex())
                .with("email", it.person.email.as_str())
                .with("is_admin", given.role.is_admin())
                .with("is_active", it.is_active())
                .with("role_id", given.role.role().map(|id| id.hex()))
                .with("location_ids", hexes(&given.locations))
                .with("location_lineage", hexes(&it.lineage))
                .with("primary_location_id", given.primary_location.map(|id| id.hex()))
                .with("joined_at", it.joined_at.timestamp())
        };

    MobileWorker = "mobile_worker" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| {
            let profile = &it.profile;
            Attributes::new()
                .with("id", it.id.hex())
                .with("username", it.username.as_str())
                .with("status", it.status.name())
                .with("role_id", profile.role.map(|id| id.hex()))
                .with("location_ids", hexes(&profile.locations))
                .with("location_lineage", hexes(&it.lineage))
                .with("primary_location_id", profile.primary_location.map(|id| id.hex()))
                .with("group_ids", profile.groups.iter().map(|id| id.hex()).collect::<Vec<_>>())
                .with("language", profile.language.as_ref().map(ToString::to_string))
                .with("profile_id", profile.user_profile.map(|id| id.hex()))
                .with("created_at", it.created_at.timestamp())
                .with(
                    "last_login_at",
                    it.last_login_at.map_or(Value::Nothing, |at| Value::Integer(at.timestamp())),
                )
        };

    Role = "role" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| {
            Attributes::new()
                .with("id", it.id.hex())
                .with("name", it.name.as_str())
                .with("assignable_by", it.assignable_by.iter().map(|id| id.hex()).collect::<Vec<_>>())
                .with("editable_by_non_admins", it.editable_by_non_admins)
                .with("is_archived", it.is_archived)
                .with("is_mobile_default", it.is_mobile_default)
        };

    CustomPermission = "custom_permission" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| Attributes::new().with("id", it.id.hex()).with("name", it.name.as_str());

    LocationType = "location_type" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| {
            Attributes::new()
                .with("id", it.id.hex())
                .with("name", it.name.as_str())
                .with("code", it.code.as_str())
        };

    Location = "location" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| {
            Attributes::new()
                .with("id", it.id.hex())
                .with("name", it.name.as_str())
                .with("site_code", it.site_code.as_str())
                .with("type_id", it.location_type.hex())
                .with("parent_id", it.parent.map(|id| id.hex()))
                .with("location_lineage", hexes(&it.lineage))
                .with("is_archived", it.is_archived)
        };

    Group = "group" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| {
            Attributes::new()
                .with("id", it.id.hex())
                .with("name", it.name.as_str())
                .with("case_sharing", it.case_sharing)
                .with("reporting", it.reporting)
                .with("is_deleted", it.is_deleted)
        };

    UserFieldDefinition = "user_fields" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.project_space.hex()), |it| Attributes::new().with("id", it.project_space.hex());

    UserProfile = "user_profile" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| Attributes::new().with("id", it.id.hex()).with("name", it.name.as_str());

    Invitation = "invitation" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| {
            let assignment = &it.assignment;
            Attributes::new()
                .with("id", it.id.hex())
                .with("email", it.email.as_str())
                .with("state", it.state.name())
                .with("is_admin", assignment.role.is_admin())
                .with("role_id", assignment.role.role().map(|id| id.hex()))
                .with("location_ids", hexes(&assignment.locations))
                .with("location_lineage", hexes(&it.lineage))
                .with("primary_location_id", assignment.primary_location.map(|id| id.hex()))
                .with("inviter_id", it.inviter.map(|id| id.hex()))
                .with("expires_at", it.expires_at().timestamp())
        };

    AccessRequest = "access_request" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| {
            Attributes::new()
                .with("id", it.id.hex())
                .with("email", it.email.as_str())
                .with("state", it.state.name())
                .with("account_id", it.account.map(|id| id.hex()))
        };
    // Looked at through a project space, it is for that space's policy; else for the gateway's operator.
    EmailAddress = "email_address" of |it| it.project_space.map_or(Realm::Operators, Realm::ProjectSpace),
        id |it| Some(it.address.to_string()),
        |it| Attributes::new().with("email", it.address.as_str()).with("is_blocked", it.block.is_some());

    ApiKey = "api_key" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| {
            Attributes::new().with("id", it.id.hex()).with("owner_id", it.owner.hex())
        };
}

/// Mails are sent by the gateway. What becomes of one is for the people of its project space to read.
impl Resource for Mail {
    const KIND: &'static str = "mail";

    fn realm(&self) -> Realm {
        Realm::Gateway
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn audited_in(&self) -> Option<ProjectSpaceId> {
        self.project_space
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("email", self.recipient.as_str())
    }
}
