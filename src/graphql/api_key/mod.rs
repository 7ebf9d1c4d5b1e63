//! API keys: how scripts sign in.

mod create;
mod delete;

use async_graphql::MergedObject;

#[derive(MergedObject, Default)]
pub struct ApiKeyMutation(create::CreateApiKeyMutation, delete::DeleteApiKeyMutation);
