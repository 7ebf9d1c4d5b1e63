//! Rows, nothing else: one file per table, as `migration` makes it. Only `store` reads them.
#![expect(missing_docs, reason = "a column is what its name says; the rules about it are in `domain`")]

pub mod access_request;
pub mod account_link;
pub mod api_key;
pub mod audit_entry;
pub mod bounce;
pub mod custom_permission;
pub mod email_address;
pub mod group;
pub mod idempotency_key;
pub mod invitation;
pub mod invitation_location;
pub mod location;
pub mod location_ancestor;
pub mod location_type;
pub mod mail;
pub mod member_listing;
pub mod membership;
pub mod membership_location;
pub mod membership_removal;
pub mod mobile_worker;
pub mod mobile_worker_group;
pub mod mobile_worker_location;
pub mod password_reset_request;
pub mod personal_id_invite;
pub mod policy_module;
pub mod policy_stack;
pub mod policy_stack_entry;
pub mod project_space;
pub mod role;
pub mod role_assigner;
pub mod role_custom_permission;
pub mod session;
pub mod user_field_definition;
pub mod user_profile;
pub mod web_user;
