//! Every action that the gate knows. One line each: its name for policies and the audit, and what it is taken on.

use super::attribute::{AttributeInfo, Attributes, attributes};
use super::question::{LoggedDecision, OwnDenial};
use crate::domain::{
    AccessRequest, Account, ApiKey, AuditEntry, ConfirmationLink, CustomPermission, EmailAddress, FrontDoor,
    Gateway, Group, Identity, Invitation, InvitationLink, Location, LocationType, Mail, Member, MobileWorker,
    PasswordResetLink, PasswordResetRequest, PersonalIdHolder, PersonalIdInviteLink, PolicyModule,
    PolicyRevision, PolicyStack, ProjectSpace, ProjectSpaceId, Role, Session, UserFieldDefinition,
    UserProfile, WebUser,
};

/// Something that policy is asked about.
pub trait Resource: Send + Sync {
    /// `mobile_worker`
    const KIND: &'static str;
    /// What policies are told about it; empty when no policy is asked.
    const ATTRIBUTES: &'static [AttributeInfo];
    /// The action that reads it. Every other action on it asks for this one as well; `None` when it has no such action.
    const READ: Option<&'static str> = None;

    /// Who has the say over it.
    fn realm(&self) -> Realm;

    /// 32 hexadecimal digits; nothing for the gateway itself.
    fn id(&self) -> Option<String>;

    /// The project space whose people read of it in the audit.
    fn audited_in(&self) -> Option<ProjectSpaceId> {
        match self.realm() {
            Realm::ProjectSpace(space) | Realm::Link(space) | Realm::Open(space) => Some(space),
            Realm::Holder | Realm::Own(_) | Realm::Operators | Realm::Gateway => None,
        }
    }

    /// What policies are told about it. The names are those of the row filters that `store` understands.
    fn attributes(&self) -> Attributes;
}

/// Who has the say over a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Realm {
    /// The policy stack of a project space.
    ProjectSpace(ProjectSpaceId),
    /// The person it belongs to, and nobody else: their own sessions and account.
    Own(Identity),
    /// Whoever holds a single-use link: the store finds the row only by the hash of its token; or whoever has proved to
    /// have the PersonalID account that it finds the row by. Its project space, for the audit.
    Link(ProjectSpaceId),
    /// The same for a link of an account that belongs to no project space: a web user's.
    Holder,
    /// Whoever comes: the store finds the row only where the project space lets strangers in so far. Its project space,
    /// for the audit.
    Open(ProjectSpaceId),
    /// The operator at the gateway's command line, and those people whom the configuration names operators.
    Operators,
    /// The gateway itself: its command line and its jobs.
    Gateway,
}

/// Something a principal may do.
pub trait Action: Send + Sync + 'static {
    /// What it is done to. Creating something is done to its parent.
    type Resource: Resource;
    /// noun.verb, as policies, audit entries and logs say it.
    const NAME: &'static str;
    /// What policies are told of what it would change.
    const PROPOSES: &'static [AttributeInfo];
}

/// An action of the gateway's own machinery, many a minute. It leaves an audit entry only when it changed something that
/// somebody will ask about; see `UnitOfWork::commit_routine`.
pub trait Routine: Action {}

/// An action that makes something below its resource, which its maker may then see.
pub trait Creates<R: Resource>: Action {}

/// What is known of an action without taking it: what `policies/ACTIONS.md` and the API tell authors of policies.
#[derive(Debug, Clone, Copy)]
pub struct ActionInfo {
    /// `mobile_worker.update`
    pub name: &'static str,
    doc: &'static str,
    /// The kind of what it is done to: `mobile_worker`.
    pub resource_kind: &'static str,
    /// What policies are told about that.
    pub attributes: &'static [AttributeInfo],
    /// What policies are told of what it would change.
    pub proposes: &'static [AttributeInfo],
    /// The kind of what it makes.
    pub creates: Option<&'static str>,
}

impl ActionInfo {
    /// What it does, in a sentence.
    pub fn description(&self) -> &'static str {
        self.doc.trim_ascii()
    }

    /// Whether a project space's policy is asked. Of the rest the gateway itself decides: what is a person's own, the
    /// operator's, or for whoever holds a link.
    pub fn is_asked(&self) -> bool {
        !self.attributes.is_empty()
    }
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $action:ident on $resource:ty = $name:literal
        $(creates $made:ty)? $(, proposes $proposes:expr)?;)*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug)]
            pub struct $action;

            impl Action for $action {
                type Resource = $resource;
                const NAME: &'static str = $name;
                const PROPOSES: &'static [AttributeInfo] = first![$($proposes,)? &[]];
            }

            $(impl Creates<$made> for $action {})?
        )*

        /// Name and resource kind of every action, in the order of this file.
        pub const ACTIONS: &[(&str, &str)] = &[$(($name, <$resource as Resource>::KIND)),*];

        /// What is known of every action, in the order of this file.
        pub const ACTION_CATALOGUE: &[ActionInfo] = &[$(ActionInfo {
            name: $name,
            doc: concat!($($doc),+),
            resource_kind: <$resource as Resource>::KIND,
            attributes: <$resource as Resource>::ATTRIBUTES,
            proposes: <$action as Action>::PROPOSES,
            creates: first![$(Some(<$made as Resource>::KIND),)? None],
        }),*];
    };
}

/// The first of one or two.
macro_rules! first {
    ($first:expr $(, $second:expr)?) => {
        $first
    };
}

/// A name alone.
const NAMED: &[AttributeInfo] = attributes![
    /// The name.
    name: text;
];
/// What is proposed of a group.
const GROUP: &[AttributeInfo] = attributes![
    /// Its name.
    name: text;
    /// Its members share cases.
    case_sharing: boolean;
    /// Reports are grouped by it.
    reporting: boolean;
];
/// What is proposed of a location.
const LOCATION: &[AttributeInfo] = attributes![
    /// Its name.
    name: text;
    /// The location right above it.
    parent_id: maybe_text;
];
/// What is proposed of a location that is there.
const PLACE: &[AttributeInfo] = attributes![
    /// Its name.
    name: text;
    /// Its site code.
    site_code: text;
    /// Its level.
    type_id: text;
    /// The location right above it.
    parent_id: maybe_text;
];
/// What is proposed of a location type.
const LEVEL: &[AttributeInfo] = attributes![
    /// Its name.
    name: text;
    /// Its code.
    code: text;
];
/// What is proposed of a role.
const ROLE: &[AttributeInfo] = attributes![
    /// Its name.
    name: text;
    /// The names of the permissions it grants.
    permissions: texts;
    /// Everybody who may edit users may give it.
    editable_by_non_admins: boolean;
];
/// What somebody would be given in the project space.
const ASSIGNMENT: &[AttributeInfo] = attributes![
    /// Admin of this project space.
    is_admin: boolean;
    /// The role.
    role_id: maybe_text;
    /// The locations.
    location_ids: texts;
    /// The first among the locations.
    primary_location_id: maybe_text;
];
/// What an invitation would give, and to whom.
const INVITATION: &[AttributeInfo] = attributes![
    /// Admin of this project space.
    is_admin: boolean;
    /// The role.
    role_id: maybe_text;
    /// The locations.
    location_ids: texts;
    /// The first among the locations.
    primary_location_id: maybe_text;
    /// The address; nothing when what was given is none.
    email: maybe_personal_text;
];
/// What a mobile worker would be.
const WORKER: &[AttributeInfo] = attributes![
    /// The role.
    role_id: maybe_text;
    /// The locations.
    location_ids: texts;
    /// The first among the locations.
    primary_location_id: maybe_text;
    /// The groups.
    group_ids: texts;
    /// The language.
    language: maybe_text;
    /// The user profile.
    profile_id: maybe_text;
    /// The e-mail address; nothing when there is none, or when what was given is no address.
    email: maybe_personal_text;
    /// The phone numbers, in international form without a plus.
    phone_numbers: personal_texts;
    /// The custom data that is the worker's own, each entry as `key=value`; a value that is no text is JSON.
    user_data: personal_texts;
];
/// The groups that a mobile worker would be in.
const GROUPS: &[AttributeInfo] = attributes![
    /// The groups.
    group_ids: texts;
];

/// What is proposed of a policy module.
const MODULE: &[AttributeInfo] = attributes![
    /// Its digest, in hexadecimal digits.
    digest: text;
];
/// What would answer, or be compared.
const STACK: &[AttributeInfo] = attributes![
    /// The modules, in order: digests, and `standard`. Left out when nothing is monitored any more, and when rolling back.
    modules: texts;
];

actions! {
    /// Make a new project space.
    CreateProjectSpace on Gateway = "project_space.create" creates ProjectSpace;
    /// See a project space and its settings.
    ReadProjectSpace on ProjectSpace = "project_space.read";
    /// Change a project space's name for people and its settings.
    UpdateProjectSpace on ProjectSpace = "project_space.update";

    /// Add a web user without an invitation: the operator's way.
    AddWebUser on ProjectSpace = "web_user.add";
    /// See a web user of the project space.
    ReadWebUser on Member = "web_user.read";
    /// Change what a web user is in the project space.
    UpdateWebUser on Member = "web_user.update", proposes ASSIGNMENT;
    /// Let a deactivated web user into the project space again.
    ActivateWebUser on Member = "web_user.activate";
    /// Keep a web user out of the project space.
    DeactivateWebUser on Member = "web_user.deactivate";
    /// Take a web user's membership away. For some time, it can be undone.
    RemoveWebUser on Member = "web_user.remove";
    /// Undo the removal of a web user.
    RestoreWebUser on Member = "web_user.restore", proposes ASSIGNMENT;

    /// Invite somebody to become a web user.
    CreateInvitation on ProjectSpace = "invitation.create" creates Invitation, proposes INVITATION;
    /// See an invitation.
    ReadInvitation on Invitation = "invitation.read";
    /// Change what an invitation gives.
    UpdateInvitation on Invitation = "invitation.update", proposes ASSIGNMENT;
    /// Send an invitation again, with a new link and from now on.
    ResendInvitation on Invitation = "invitation.resend";
    /// Take an invitation back.
    DeleteInvitation on Invitation = "invitation.delete";
    /// See what one's link invites to.
    PreviewInvitation on InvitationLink = "invitation.preview";
    /// Accept an invitation by its link.
    AcceptInvitation on InvitationLink = "invitation.accept";

    /// Ask to be let into a project space.
    RequestAccess on FrontDoor = "access_request.create";
    /// See a request to be let in.
    ReadAccessRequest on AccessRequest = "access_request.read";
    /// Say no to a request to be let in. Inviting the address says yes.
    RejectAccessRequest on AccessRequest = "access_request.reject";

    /// Add a mobile worker.
    CreateMobileWorker on ProjectSpace = "mobile_worker.create" creates MobileWorker, proposes WORKER;
    /// See a mobile worker.
    ReadMobileWorker on MobileWorker = "mobile_worker.read";
    /// Change a mobile worker.
    UpdateMobileWorker on MobileWorker = "mobile_worker.update", proposes WORKER;
    /// Let a deactivated mobile worker sign in again.
    ActivateMobileWorker on MobileWorker = "mobile_worker.activate";
    /// Stop a mobile worker from signing in.
    DeactivateMobileWorker on MobileWorker = "mobile_worker.deactivate";
    /// Take a mobile worker away. They can be restored.
    DeleteMobileWorker on MobileWorker = "mobile_worker.delete";
    /// Bring a deleted mobile worker back.
    RestoreMobileWorker on MobileWorker = "mobile_worker.restore";
    /// Set a mobile worker's password.
    SetMobileWorkerPassword on MobileWorker = "mobile_worker.set_password";
    /// Send a mobile worker a link to confirm their account.
    SendMobileWorkerConfirmation on MobileWorker = "mobile_worker.send_confirmation";
    /// Send a mobile worker a link to a new password.
    SendMobileWorkerPasswordReset on MobileWorker = "mobile_worker.send_password_reset";
    /// See what account one's link confirms.
    PreviewConfirmation on ConfirmationLink = "mobile_worker.preview_confirmation";
    /// Confirm an account by its link.
    ConfirmMobileWorker on ConfirmationLink = "mobile_worker.confirm";
    /// Put a mobile worker into a group, or take them out of it, from the group's side.
    RegroupMobileWorker on MobileWorker = "mobile_worker.regroup", proposes GROUPS;

    /// Invite a mobile worker to link their PersonalID account.
    InvitePersonalId on MobileWorker = "personal_id_link.invite";
    /// See what one's link invites to.
    PreviewPersonalIdInvite on PersonalIdInviteLink = "personal_id_link.preview";
    /// Accept an invite to link a PersonalID account, by its link or code and with a token of the account's.
    AcceptPersonalIdInvite on PersonalIdInviteLink = "personal_id_link.accept";
    /// Link a PersonalID account to oneself, signed in as the mobile worker.
    LinkPersonalId on MobileWorker = "personal_id_link.link";
    /// Ask for one's inactive link, with a token of the PersonalID account's.
    RequestPersonalIdAccess on PersonalIdHolder = "personal_id_link.request_access";
    /// Make a mobile worker's PersonalID link active again: "Link PersonalID".
    ActivatePersonalIdLink on MobileWorker = "personal_id_link.activate";
    /// Make a mobile worker's PersonalID link inactive, and keep it: "Unlink PersonalID".
    DeactivatePersonalIdLink on MobileWorker = "personal_id_link.deactivate";

    /// Add a role.
    CreateRole on ProjectSpace = "role.create" creates Role, proposes NAMED;
    /// See a role and what it grants.
    ReadRole on Role = "role.read";
    /// Give a role to somebody.
    AssignRole on Role = "role.assign";
    /// Change a role's name, what it grants, and who may give it.
    UpdateRole on Role = "role.update", proposes ROLE;
    /// Give a role to nobody any more.
    ArchiveRole on Role = "role.archive";
    /// Let an archived role be given again.
    UnarchiveRole on Role = "role.unarchive";
    /// Take a role away that nobody has.
    DeleteRole on Role = "role.delete";

    /// Declare a permission for the project space's own policies.
    CreateCustomPermission on ProjectSpace = "custom_permission.create" creates CustomPermission, proposes NAMED;
    /// See a permission that the project space declares.
    ReadCustomPermission on CustomPermission = "custom_permission.read";
    /// Take back a permission that no role grants.
    DeleteCustomPermission on CustomPermission = "custom_permission.delete";

    /// See which data the project space records of its people.
    ReadUserFields on UserFieldDefinition = "user_fields.read";
    /// Change which data the project space records of its people, and the profiles that fix some of it.
    UpdateUserFields on UserFieldDefinition = "user_fields.update";
    /// See a user profile.
    ReadUserProfile on UserProfile = "user_profile.read";
    /// Give somebody a user profile, or take it from them.
    AssignUserProfile on UserProfile = "user_profile.assign";

    /// Add a location type.
    CreateLocationType on ProjectSpace = "location_type.create" creates LocationType, proposes NAMED;
    /// See a location type.
    ReadLocationType on LocationType = "location_type.read";
    /// Change a location type.
    UpdateLocationType on LocationType = "location_type.update", proposes LEVEL;
    /// Take a location type away that no location has.
    DeleteLocationType on LocationType = "location_type.delete";
    /// Add a location.
    CreateLocation on ProjectSpace = "location.create" creates Location, proposes LOCATION;
    /// See a location.
    ReadLocation on Location = "location.read";
    /// Put somebody at a location, take them away from it, or put a location below it.
    AssignLocation on Location = "location.assign";

    /// Change a location, or move it with everything below.
    UpdateLocation on Location = "location.update", proposes PLACE;
    /// Have a location and everything below take nobody any more.
    ArchiveLocation on Location = "location.archive";
    /// Bring an archived location back, with what was archived along with it.
    UnarchiveLocation on Location = "location.unarchive";
    /// Take a location away where nobody is and that nothing stands below.
    DeleteLocation on Location = "location.delete";

    /// Add a group.
    CreateGroup on ProjectSpace = "group.create" creates Group, proposes GROUP;
    /// See a group.
    ReadGroup on Group = "group.read";
    /// Change a group's name and flags.
    UpdateGroup on Group = "group.update", proposes GROUP;
    /// Take a group away. It can be restored.
    DeleteGroup on Group = "group.delete";
    /// Bring a deleted group back.
    RestoreGroup on Group = "group.restore";
    /// Put somebody into a group, or take them out of it.
    AssignGroup on Group = "group.assign";

    /// See which policies a project space has, which of them are in force, and which were.
    ReadPolicy on PolicyStack = "policy.read";
    /// Upload a policy module. Only admins ever may, as with all that follows.
    UploadPolicyModule on PolicyStack = "policy.upload" creates PolicyModule, proposes MODULE;
    /// Take a policy module away that is not in use.
    DeletePolicyModule on PolicyStack = "policy.delete", proposes MODULE;
    /// Make a revision: an ordered list of modules with their settings.
    RevisePolicy on PolicyStack = "policy.revise" creates PolicyRevision, proposes STACK;
    /// Say which cases must hold before a revision is put in force, or that none must.
    SetPolicyCases on PolicyStack = "policy.set_cases";
    /// Have a revision's answers compared with those in force, or stop that.
    MonitorPolicy on PolicyStack = "policy.monitor", proposes STACK;
    /// Put a revision in force, go back to the one before, or back to `standard`.
    ActivatePolicy on PolicyStack = "policy.activate", proposes STACK;

    /// Use the REST API at all.
    UseApi on ProjectSpace = "api.use";
    /// Make an API key for oneself.
    CreateApiKey on ProjectSpace = "api_key.create" creates ApiKey, proposes NAMED;
    /// Take one's API key away.
    DeleteApiKey on ApiKey = "api_key.delete";

    /// See what policies were asked in the project space, and what they answered.
    ReadDecision on LoggedDecision = "decision.read";
    /// See why oneself was denied something.
    ReadOwnDecision on OwnDenial = "decision.read_own";

    /// See what was done in the project space, and by whom.
    ReadAuditEntry on AuditEntry = "audit.read";

    /// See the outbox and the addresses that are blocked.
    ReadOutbox on Gateway = "mail.read";
    /// Take the next mail of the outbox in hand.
    ClaimMail on Gateway = "mail.claim";
    /// Send a mail, and note what became of it.
    SendMail on Mail = "mail.send";
    /// Put a mail that was not sent back to be sent.
    RetryMail on Mail = "mail.retry";
    /// Note what a mail provider reports.
    ReportMail on Mail = "mail.report";
    /// See whether an address takes mail, and whether it is blocked.
    ReadEmailAddress on EmailAddress = "email_address.read";
    /// Let mail go to a blocked address again.
    ClearEmailBlock on EmailAddress = "email_address.clear_block";

    /// See one's own account.
    ReadAccount on WebUser = "account.read";
    /// Send a link to a new password to whom a name belongs that somebody asked with.
    AnswerPasswordReset on PasswordResetRequest = "account.request_password_reset";
    /// See whose password one's link sets.
    PreviewPasswordReset on PasswordResetLink = "account.preview_password_reset";
    /// Set a new password by a link.
    ResetPassword on PasswordResetLink = "account.reset_password";
    /// Take away what nobody needs any more: sessions that are over, links that are too old, mails of long ago.
    KeepHouse on Gateway = "gateway.keep_house";
    /// Change the password of one's own account.
    ChangePassword on Account = "account.change_password";
    /// Sign in: open a session of one's own.
    CreateSession on Account = "session.create" creates Session;
    /// Stay signed in: change the refresh token of one's own session.
    RefreshSession on Session = "session.refresh";
    /// Sign out: end one's own session.
    EndSession on Session = "session.end";
}

impl Routine for ClaimMail {}
impl Routine for SendMail {}
impl Routine for ReportMail {}
impl Routine for AnswerPasswordReset {}
impl Routine for KeepHouse {}
