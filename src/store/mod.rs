//! The database, through sea-orm: one file per noun, and the only reader of `entity`. Rows leave here sealed, or
//! opened by a scope; writes are methods of the unit of work of the one action that may make them.
//!
//! What belongs next door: rules (`domain`, `service`), who may (`authz`), the shape of tables (`migration`).

mod access_request;
mod account_link;
mod api_key;
mod audit;
mod audit_list;
mod confirmation;
mod connection;
mod credential;
mod custom_permission;
mod deactivation;
mod decision;
mod decision_json;
mod decision_report;
mod email_address;
mod error;
mod group;
mod group_member;
mod housekeeping;
mod idempotency;
mod invitation;
mod invitation_link;
mod invitation_list;
mod invitation_mail;
mod link;
mod location;
mod location_change;
mod location_type;
mod mail;
mod mail_delivery;
mod mail_list;
mod mail_turn;
mod member;
mod member_list;
mod member_removal;
mod mobile_worker;
mod mobile_worker_list;
mod page;
mod password;
mod password_reset;
mod personal_id;
mod personal_id_invite;
mod policy;
mod policy_cases;
mod policy_change;
mod policy_quarantine;
mod policy_stack;
mod policy_upload;
mod project_space;
mod role;
mod role_use;
mod row_filter;
mod schema;
mod search;
mod session;
mod transaction;
mod user_fields;
mod web_user;
mod writability;

pub use audit::Change;
pub use connection::{ConnectOptions, OnStatement, Store, UnitOfWork};
pub use credential::{
    ApiKeyCredential, PasswordCredential, PersonalIdCredential, SessionCredential, SignedIn,
};
pub use error::StoreError;
pub use housekeeping::STEP as HOUSEKEEPING_STEP;
pub use invitation::NewLink;
pub use invitation_link::Joining;
pub use location_change::LocationUse;
pub use location_type::TYPES_MAX as LOCATION_TYPES_MAX;
pub use mail_delivery::Attempt;
pub use mobile_worker::NewWorkersSignIn;
pub use password::OwnPassword;
pub use personal_id_invite::{InviteKey, NewInvite};
pub use policy::FollowedStack;
pub use role_use::RoleUse;
pub use schema::{MigrationState, migrate_down, migrate_up, migration_status};
pub use session::NewSession;
pub use web_user::WebUserRow;
