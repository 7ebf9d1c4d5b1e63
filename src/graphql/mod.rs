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
pub mod execution;
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

use async_graphql::{EmptySubscription, InputType, MergedObject, Schema, SchemaBuilder};
use chrono::{DateTime, Utc};
use execution::{Limits, ScalarCheck};
use std::sync::{Arc, OnceLock};

/// Deepest selection. The introspection query that tools send needs 14 levels.
const DEPTH_MAX: usize = 16;
/// Highest cost of a document: every field counts one, and a list as many times as it may have items.
const COST_MAX: usize = 20_000;

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

/// The schema, executed as the specification says.
pub type Engine = execution::Engine<Query, Mutation, EmptySubscription>;

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
}

/// The schema with its limits. All gateways of a process share it.
pub fn engine() -> Result<Arc<Engine>, async_graphql::parser::Error> {
    static ENGINE: OnceLock<Arc<Engine>> = OnceLock::new();
    if let Some(engine) = ENGINE.get() {
        return Ok(Arc::clone(engine));
    }
    let scalars: &[(_, ScalarCheck)] =
        &[("DateTime", |value| <DateTime<Utc> as InputType>::parse(Some(value.clone())).is_ok())];
    let engine = Engine::new(builder, scalars, Limits { cost: COST_MAX, depth: DEPTH_MAX })?;
    Ok(Arc::clone(ENGINE.get_or_init(|| Arc::new(engine))))
}

/// The schema in the schema definition language: what `schema.graphql` holds.
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().sorted_fields().sorted_enum_items();
    let mut sdl = builder().finish().sdl_with_options(options);
    sdl.truncate(sdl.trim_end().len());
    sdl.push('\n');
    sdl
}
