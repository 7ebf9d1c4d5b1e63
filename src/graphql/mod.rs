//! The GraphQL API: a folder per noun, in it the noun's object, its queries, and a file for each mutation. A resolver
//! parses, makes one call, converts.
//!
//! What belongs next door: what the call does (`service`), how the request arrives (`http`).

mod access_request;
mod account;
mod api_key;
mod audit;
mod context;
mod custom_permission;
mod decision;
mod email_address;
mod error;
mod group;
mod invitation;
mod loader;
mod location;
mod mobile_worker;
mod nested;
mod node;
mod page;
mod password_reset;
mod patch;
mod personal_id;
mod policy_action;
mod policy_stack;
mod project_space;
mod requires;
mod role;
mod session;
mod upload;
mod user_fields;
mod viewer;
mod web_user;

pub use context::Caller;
pub use error::ErrorCode;
pub use upload::Uploads;

use async_graphql::{EmptySubscription, MergedObject};

/// Deepest selection. The introspection query that tools send needs 14 levels.
const DEPTH_MAX: usize = 16;
/// Highest cost of a document: every field counts one, and a list as many times as it may have items.
const COST_MAX: usize = 20_000;
/// Most directives on one field.
const DIRECTIVES_MAX: usize = 5;

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    node::NodeQuery,
    viewer::ViewerQuery,
    project_space::ProjectSpaceQuery,
    invitation::InvitationQuery,
    mobile_worker::ConfirmationQuery,
    email_address::EmailAddressQuery,
    policy_action::PolicyActionQuery,
    decision::DecisionQuery,
    policy_stack::PolicyReplayQuery,
);

/// Everything that can be changed. Each mutation takes one `input` and answers with one payload: the changed object, or
/// null and `userErrors`.
#[derive(MergedObject, Default)]
pub struct Mutation(
    session::SessionMutation,
    account::AccountMutation,
    password_reset::PasswordResetMutation,
    project_space::UpdateProjectSpaceMutation,
    invitation::InvitationMutation,
    access_request::AccessRequestMutation,
    mobile_worker::MobileWorkerMutation,
    personal_id::PersonalIdMutation,
    web_user::WebUserMutation,
    role::RoleMutation,
    custom_permission::CustomPermissionMutation,
    user_fields::UserFieldsMutation,
    location::LocationMutation,
    group::GroupMutation,
    api_key::ApiKeyMutation,
    email_address::EmailAddressMutation,
    policy_stack::PolicyStackMutation,
);

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema with its limits.
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_depth(DEPTH_MAX)
        .limit_complexity(COST_MAX)
        .limit_recursive_depth(64)
        .limit_directives(DIRECTIVES_MAX)
        .finish()
}

/// The schema in the schema definition language: what `schema.graphql` holds.
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().sorted_fields().sorted_enum_items();
    let mut sdl = schema().sdl_with_options(options);
    sdl.truncate(sdl.trim_end().len());
    sdl.push('\n');
    sdl
}
