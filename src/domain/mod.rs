//! The nouns of a field programme and their rules: no I/O, no framework, nothing of ours from another room.
//!
//! What belongs next door: who may (`authz`), what is done (`service`), how it is kept (`store`).

mod access_request;
mod account;
pub mod account_link;
mod assignment;
mod audit;
mod clock;
pub mod email_address;
pub mod fault;
pub mod group;
mod id;
mod idempotency;
mod invisible;
mod invitation;
pub mod location;
mod location_type;
pub mod mail;
mod member;
mod mobile_worker;
mod network;
pub mod page;
pub mod password;
mod password_strength;
pub mod permission;
pub mod person;
pub mod personal_id;
pub mod policy_stack;
mod principal;
mod project_space;
mod rights;
pub mod role;
mod search;
mod site_code;
pub mod user_data;
pub mod user_fields;
mod user_profile;
pub mod username;

pub use access_request::{
    AccessRequest, AccessRequestInput, AccessRequestState, FrontDoor, NewAccessRequest,
    OPEN_MAX as ACCESS_REQUESTS_MAX,
};
pub use account::{Account, ApiKey, Session, WebUser, name_for_people};
pub use account_link::{
    Confirmation, ConfirmationInput, ConfirmationLink, LinkPurpose, PasswordResetLink, PasswordResetRequest,
    ResetAccount, SignInName,
};
pub use assignment::{ASSIGNMENTS_MAX, Assignment, AssignmentInput, QualifiedRole};
pub use audit::{AuditChange, AuditEntry, AuditFilter};
pub use clock::{Clock, SystemClock};
pub use email_address::{BlockReason, BounceCount, BounceKind, EmailAddress, MailEvent, MailOutcome};
pub use fault::{Fault, FaultCode, Faults};
pub use group::{Group, GroupChanges, GroupFilter, GroupInput};
pub use id::*;
pub use idempotency::{ANSWER_LIFETIME, ANSWER_MAX, Earlier, Idempotency, KEY_MAX, KeptAnswer};
pub use invisible::{is_invisible, trim};
pub use invitation::{
    DeliveryStatus, Invitation, InvitationFilter, InvitationInput, InvitationLink, InvitationState,
    InvitationStatus, NewAccount, NewAccountInput, Outdated,
};
pub use location::{Coordinates, Location, LocationChange, LocationFilter, LocationInput, NewLocation};
pub use location_type::{
    LevelFlags, LevelFlagsInput, LocationType, LocationTypeChange, LocationTypeInput, NewLocationType,
};
pub use mail::{Mail, MailLanguage, MailStatus, MailTemplate};
pub use member::{ACCESS_GRAIN, Member, MemberFilter, MemberOrder, MemberStatus, UNDO_WINDOW};
pub use mobile_worker::{
    Drafted, FILTER_IDS_MAX, MobileWorker, MobileWorkerFilter, MobileWorkerInput, MobileWorkerOrder,
    MobileWorkerProfile, MobileWorkerStatus, Patch, password_is_locked,
};
pub use network::Network;
pub use page::{Cursor, CursorKey, Direction, Page, PageRequest};
pub use password::{AcceptedPassword, PasswordRule, Strength, WeakPassword, WebUserWords};
pub use permission::{CustomPermission, CustomPermissionInput};
pub use person::{Email, Language, PhoneNumber};
pub use personal_id::{
    InviteState, LinkRefusal, LinkStatus, LinkStep, PersonalIdAccount, PersonalIdHolder, PersonalIdInvite,
    PersonalIdInviteLink, PersonalIdLink,
};
pub use policy_stack::{
    ActivationKind, PolicyActivation, PolicyCases, PolicyEntry, PolicyEntryInput, PolicyModule,
    PolicyQuarantine, PolicyRevision, PolicyStack, Quarantined, RevisionName,
};
pub use principal::{Channel, Identity, Origin, Principal, SignIn, Standing};
pub use project_space::{
    Gateway, InvalidProjectSpaceName, NewProjectSpace, ProjectSpace, ProjectSpaceChange, ProjectSpaceInput,
    ProjectSpaceName, Settings,
};
pub use rights::{HeldRole, Rights};
pub use role::{NewRole, Preset, Role, RoleChange, RoleInput};
pub use search::{SEARCH_MAX, check_search};
pub use site_code::{InvalidCode, SiteCode};
pub use user_fields::{UserField, UserFieldDefinition, UserFieldInput, UserFieldsInput, UserKind};
pub use user_profile::{DraftedProfile, UserProfile, UserProfileInput};
pub use username::{InvalidUsername, LoginName, Username};
