//! `/a/<project space>/api/user/v1/`: mobile workers.

mod create;
mod delete;
mod edit;
mod list;
mod object;
mod read;

pub use create::create;
pub use delete::delete;
pub use edit::edit;
pub use list::{ListParameters, list};
pub use read::read;

use super::fields::Fields;
use crate::domain::{MobileWorkerId, MobileWorkerInput, Patch};
use crate::service::Failure;

/// The fields that creating and editing share.
fn common(fields: &mut Fields) -> MobileWorkerInput {
    let empty_clears = |patch: Patch<String>| match patch {
        Patch::Set(text) if text.is_empty() => Patch::Clear,
        other => other,
    };
    MobileWorkerInput {
        first_name: fields.text("first_name"),
        last_name: fields.text("last_name"),
        email: fields.text("email"),
        phone_numbers: fields.texts("phone_numbers"),
        default_phone_number: fields.text("default_phone_number"),
        language: fields.text("language"),
        groups: fields.texts("groups"),
        locations: fields.texts("locations"),
        primary_location: empty_clears(fields.text("primary_location")),
        user_data: fields.json("user_data"),
        password: match fields.text("password") {
            Patch::Set(text) => Patch::Set(text.into()),
            Patch::Clear | Patch::Keep => Patch::Keep,
        },
        ..MobileWorkerInput::default()
    }
}

/// The id in a path. One that is none is of nobody.
fn parse_id(id: &str) -> Result<MobileWorkerId, Failure> {
    MobileWorkerId::parse(id).map_err(|_| Failure::NotFound)
}
