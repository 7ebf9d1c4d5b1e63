//! What policies are told about each noun. The names here are those of `store`'s row filters: a property test compares
//! the two.

use super::action::{Realm, Resource};
use super::attribute::{AttributeInfo, Attributes, attributes, typed};
use super::question::{LoggedDecision, OwnDenial};
use crate::domain::{
    AccessRequest, Account, ApiKey, AuditEntry, ConfirmationLink, CustomPermission, EmailAddress, FrontDoor,
    Gateway, Group, Identity, Invitation, InvitationLink, Location, LocationId, LocationType, Mail, Member,
    MobileWorker, PasswordResetLink, PasswordResetRequest, PersonalIdHolder, PersonalIdInviteLink,
    PolicyModule, PolicyRevision, PolicyStack, ProjectSpace, ProjectSpaceId, Role, Session,
    UserFieldDefinition, UserProfile, WebUser, permission::Grants,
};

/// The gateway's own job answers. A worker's project space reads of it.
impl Resource for PasswordResetRequest {
    const KIND: &'static str = "password_reset_request";
    const ATTRIBUTES: &'static [AttributeInfo] = &[];

    fn realm(&self) -> Realm {
        Realm::Gateway
    }

    fn id(&self) -> Option<String> {
        None
    }

    fn audited_in(&self) -> Option<ProjectSpaceId> {
        self.account.as_ref().and_then(|account| account.project_space)
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
    }
}

fn names(grants: &Grants) -> Vec<String> {
    grants.iter().map(|(name, _)| name.to_owned()).collect()
}

fn hexes(ids: &[LocationId]) -> Vec<String> {
    ids.iter().map(|id| id.hex()).collect()
}

/// One noun per entry: its kind, who has the say over it, its id, and what policies are told of it. From the same line
/// comes what `policies/ACTIONS.md` says of an attribute, so the two cannot differ.
macro_rules! resources {
    ($($noun:ty = $kind:literal $(read $read:literal)? of $realm:expr, id $id:expr, |$it:ident| {
        $($(#[doc = $doc:literal])+ $name:ident: $type:ident = $value:expr;)*
    };)*) => {$(
        impl Resource for $noun {
            const KIND: &'static str = $kind;
            const ATTRIBUTES: &'static [AttributeInfo] = attributes![$($(#[doc = $doc])+ $name: $type;)*];
            $(const READ: Option<&'static str> = Some($read);)?

            fn realm(&self) -> Realm {
                let realm: fn(&Self) -> Realm = $realm;
                realm(self)
            }

            fn id(&self) -> Option<String> {
                let id: fn(&Self) -> Option<String> = $id;
                id(self)
            }

            fn attributes(&self) -> Attributes {
                let $it = self;
                Attributes::new()$(.with(stringify!($name), typed::$type($value)))*
            }
        }
    )*};
}

// A person's own things have no attributes: no policy is asked about them.
resources! {
    Gateway = "gateway" of |_| Realm::Gateway, id |_| None, |_it| {};
    Account = "account" of |it| Realm::Own(it.0), id |it| it.0.id(), |_it| {};
    WebUser = "account" of |it| Realm::Own(Identity::WebUser(it.id)), id |it| Some(it.id.hex()), |_it| {};
    Session = "session" of |it| Realm::Own(it.owner), id |it| Some(it.id.hex()), |_it| {};

    // Nor is one about what only the holder of a link can find, and about a door that stands open to everybody.
    InvitationLink = "invitation_link" of |it| Realm::Link(it.invitation.project_space),
        id |it| Some(it.invitation.id.hex()), |_it| {};
    PersonalIdInviteLink = "personal_id_invite_link" of |it| Realm::Link(it.worker.project_space),
        id |it| Some(it.worker.id.hex()), |_it| {};
    PersonalIdHolder = "personal_id_holder" of |it| Realm::Link(it.0.project_space),
        id |it| Some(it.0.id.hex()), |_it| {};
    ConfirmationLink = "confirmation_link" of |it| Realm::Link(it.worker.project_space),
        id |it| Some(it.worker.id.hex()), |_it| {};
    PasswordResetLink = "password_reset_link" of |it| it.project_space.as_ref().map_or(Realm::Holder, |(id, _)| Realm::Link(*id)),
        id |it| it.owner.id(), |_it| {};
    FrontDoor = "front_door" of |it| Realm::Open(it.project_space), id |it| Some(it.project_space.hex()),
        |_it| {};

    ProjectSpace = "project_space" read "project_space.read" of |it| Realm::ProjectSpace(it.id),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its name, as in URLs.
            name: text = it.name.as_str();
        };

    // The id is the person's: policies compare it with the principal's own, and the audit follows who comes back.
    Member = "web_user" read "web_user.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.person.id.hex()),
        |it| {
            /// The person's id, the same in every project space.
            id: text = it.person.id.hex();
            /// The address that they sign in with.
            email: personal_text = it.person.email.as_str();
            /// Admin of this project space.
            is_admin: boolean = it.assignment.role.is_admin();
            /// False once they were deactivated here.
            is_active: boolean = it.is_active();
            /// The web user who deactivated them, while they are; a policy can leave the next step to somebody else.
            deactivated_by: maybe_text = it.deactivated_by.map(|id| id.hex());
            /// Their role here; nothing for admins and for those without one.
            role_id: maybe_text = it.assignment.role.role().map(|id| id.hex());
            /// The locations they are assigned to.
            location_ids: texts = hexes(&it.assignment.locations);
            /// Those locations and all above them: compare it with the principal's locations.
            location_lineage: texts = hexes(&it.lineage);
            /// The first among their locations.
            primary_location_id: maybe_text = it.assignment.primary_location.map(|id| id.hex());
            /// The names of the permissions that their role grants; empty for admins, who need none. For decisions alone.
            permissions: decided_texts = names(&it.grants);
            /// When they became a member, in seconds since 1970.
            joined_at: integer = it.joined_at.timestamp();
            /// When they last used this project space, in seconds since 1970, to the hour.
            last_access_at: maybe_integer = it.last_access_at.map(|at| at.timestamp());
            /// When they last signed in, to any project space, in seconds since 1970.
            last_login_at: maybe_integer = it.person.last_login_at.map(|at| at.timestamp());
        };

    MobileWorker = "mobile_worker" read "mobile_worker.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Their id.
            id: text = it.id.hex();
            /// The login name up to the `@`.
            username: personal_text = it.username.as_str();
            /// `active`, `deactivated`, `pending_confirmation` or `deleted`.
            status: text = it.status.name();
            /// Their role; nothing when they have the project space's default.
            role_id: maybe_text = it.profile.role.map(|id| id.hex());
            /// The locations they are assigned to.
            location_ids: texts = hexes(&it.profile.locations);
            /// Those locations and all above them: compare it with the principal's locations.
            location_lineage: texts = hexes(&it.lineage);
            /// The first among their locations.
            primary_location_id: maybe_text = it.profile.primary_location.map(|id| id.hex());
            /// The groups they are in.
            group_ids: texts = it.profile.groups.iter().map(|id| id.hex()).collect::<Vec<_>>();
            /// The language they use, as in `fr` or `pt-BR`.
            language: maybe_text = it.profile.language.as_ref().map(ToString::to_string);
            /// Their user profile.
            profile_id: maybe_text = it.profile.user_profile.map(|id| id.hex());
            /// Their e-mail address. For decisions alone.
            email: decided_personal_text = it.profile.email.as_ref().map(ToString::to_string);
            /// Their phone numbers. For decisions alone.
            phone_numbers: personal_texts =
                it.profile.phone_numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
            /// The names of the permissions that their role grants, be it the project space's default. For decisions alone.
            permissions: decided_texts = names(&it.role.grants);
            /// Their PersonalID link: `active`, `inactive` or `not_linked`; nothing where the project space has no such links.
            /// For decisions alone.
            link_status: decided_maybe_text = it.link.as_ref().map(|link| link.status.name().to_owned());
            /// When they were added, in seconds since 1970.
            created_at: integer = it.created_at.timestamp();
            /// When they last signed in, in seconds since 1970.
            last_login_at: maybe_integer = it.last_login_at.map(|at| at.timestamp());
        };

    Role = "role" read "role.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// Its name.
            name: text = it.name.as_str();
            /// The names of the permissions that it grants. For decisions alone.
            permissions: decided_texts = names(&it.grants);
            /// The roles whose holders may give it.
            assignable_by: texts = it.assignable_by.iter().map(|id| id.hex()).collect::<Vec<_>>();
            /// Everybody who may edit users may give it.
            editable_by_non_admins: boolean = it.editable_by_non_admins;
            /// It is given to nobody any more.
            is_archived: boolean = it.is_archived;
            /// Mobile workers without a role have it.
            is_mobile_default: boolean = it.is_mobile_default;
        };

    CustomPermission = "custom_permission" read "custom_permission.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// Its name, with the prefix `custom:`.
            name: text = it.name.as_str();
        };

    LocationType = "location_type" read "location_type.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// Its name.
            name: text = it.name.as_str();
            /// Its code.
            code: text = it.code.as_str();
        };

    Location = "location" read "location.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// Its name.
            name: text = it.name.as_str();
            /// Its site code, unique in the project space.
            site_code: text = it.site_code.as_str();
            /// Its location type.
            type_id: text = it.location_type.hex();
            /// The location right above it.
            parent_id: maybe_text = it.parent.map(|id| id.hex());
            /// Itself and all locations above it: compare it with the principal's locations.
            location_lineage: texts = hexes(&it.lineage);
            /// Nobody is assigned to it any more.
            is_archived: boolean = it.is_archived;
        };

    Group = "group" read "group.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// Its name.
            name: text = it.name.as_str();
            /// Its members share cases.
            case_sharing: boolean = it.case_sharing;
            /// Reports are grouped by it.
            reporting: boolean = it.reporting;
            /// It was deleted and can be restored.
            is_deleted: boolean = it.is_deleted;
        };

    UserFieldDefinition = "user_fields" read "user_fields.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.project_space.hex()),
        |it| {
            /// The project space's id: there is one definition in each.
            id: text = it.project_space.hex();
        };

    UserProfile = "user_profile" read "user_profile.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// Its name.
            name: text = it.name.as_str();
        };

    Invitation = "invitation" read "invitation.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// The address it was sent to.
            email: personal_text = it.email.as_str();
            /// `pending`, `accepted` or `revoked`. A pending one is good until `expires_at`.
            state: text = it.state.name();
            /// It makes its holder an admin.
            is_admin: boolean = it.assignment.role.is_admin();
            /// The role it gives.
            role_id: maybe_text = it.assignment.role.role().map(|id| id.hex());
            /// The locations it gives.
            location_ids: texts = hexes(&it.assignment.locations);
            /// Those locations and all above them: compare it with the principal's locations.
            location_lineage: texts = hexes(&it.lineage);
            /// The first among the locations it gives.
            primary_location_id: maybe_text = it.assignment.primary_location.map(|id| id.hex());
            /// The web user who made it.
            inviter_id: maybe_text = it.inviter.map(|id| id.hex());
            /// When it ceases to be good, in seconds since 1970.
            expires_at: integer = it.expires_at().timestamp();
        };

    AccessRequest = "access_request" read "access_request.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// The address of who asks.
            email: personal_text = it.email.as_str();
            /// `open`, `approved` or `rejected`.
            state: text = it.state.name();
            /// The account of who asks, when they have one.
            account_id: maybe_text = it.account.map(|id| id.hex());
        };
    // Looked at through a project space, it is for that space's policy; else for the gateway's operator.
    EmailAddress = "email_address" read "email_address.read" of |it| it.project_space.map_or(Realm::Operators, Realm::ProjectSpace),
        id |it| Some(it.address.to_string()),
        |it| {
            /// The address.
            email: personal_text = it.address.as_str();
            /// Nothing more is sent to it.
            is_blocked: boolean = it.block.is_some();
        };

    AuditEntry = "audit_entry" read "audit.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// What was done: `mobile_worker.update`.
            action: text = it.action.as_str();
            /// The door it came through.
            channel: text = it.channel.name();
            /// The public id of who did it; nothing for the holder of a link.
            principal_id: maybe_text = it.principal_id.clone();
            /// What kind of thing it was done to.
            resource_kind: text = it.resource_kind.as_str();
            /// The id of what it was done to; for an e-mail address, the address.
            resource_id: maybe_personal_text = it.resource_id.clone();
        };

    LoggedDecision = "decision" read "decision.read" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// What was asked for: `mobile_worker.update`.
            action: text = it.action.as_str();
            /// The id of who asked; nothing for the gateway itself.
            principal_id: maybe_text = it.identity.hex();
            /// What kind of thing it was about.
            resource_kind: text = it.resource_kind.as_str();
            /// The id of what it was about; nothing for a list.
            resource_id: maybe_text = it.resource_id.clone();
            /// `permit`, `deny` or `undecided`.
            outcome: text = it.outcome().name();
        };
    // What was told to somebody may be told again, to them.
    OwnDenial = "own_decision" of |it| Realm::Own(it.0.identity), id |it| Some(it.0.id.hex()), |_it| {};
    // Every project space has one stack, so that there is one is no secret: who may not read it is told why they may not
    // change it.
    PolicyStack = "policy_stack" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.project_space.hex()),
        |it| {
            /// The project space's id: there is one stack in each.
            id: text = it.project_space.hex();
            /// The revision in force; nothing when `standard` alone answers.
            active_revision: maybe_integer = it.active.map(|it| i64::from(it.number));
        };
    // What is made in a stack. Policies are asked about the stack.
    PolicyModule = "policy_module" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.digest.clone()),
        |it| {
            /// Its name.
            name: text = it.name.as_str();
        };
    PolicyRevision = "policy_revision" of |it| Realm::ProjectSpace(it.project_space), id |it| Some(it.id.hex()),
        |it| {
            /// Its number in the project space.
            number: integer = i64::from(it.number);
        };

    ApiKey = "api_key" of |it| Realm::ProjectSpace(it.project_space),
        id |it| Some(it.id.hex()),
        |it| {
            /// Its id.
            id: text = it.id.hex();
            /// The web user whose key it is.
            owner_id: text = it.owner.hex();
        };
}

/// Mails are sent by the gateway. What becomes of one is for the people of its project space to read.
impl Resource for Mail {
    const KIND: &'static str = "mail";
    const ATTRIBUTES: &'static [AttributeInfo] = &[];

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
