//! Requests to be let into a project space. Inviting the address says yes.

mod create;
mod object;
mod query;
mod reject;

pub use object::AccessRequestObject;
pub use query::{AccessRequestConnection, access_requests};

use crate::graphql::error::UserError;
use async_graphql::{MergedObject, SimpleObject};

#[derive(MergedObject, Default)]
pub struct AccessRequestMutation(create::RequestAccessMutation, reject::RejectAccessRequestMutation);

/// That what was asked has been heard. It says nothing about what will come of it.
#[derive(SimpleObject, Default)]
pub struct AckPayload {
    /// All that was wrong with the input.
    pub user_errors: Vec<UserError>,
}
