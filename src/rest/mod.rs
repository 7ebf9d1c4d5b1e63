//! The REST API that scripts for CommCare HQ call: a second face of the same use cases. Source: seed 002, reference
//! commcare-users §4.9. Nothing here knows HTTP's wire: `http::rest` reads requests and writes answers.
//!
//! Each call stands in a file of its own with the table of what it takes and answers; [`openapi`] is made of the tables.

mod answer;
mod assignment;
mod call;
mod fields;
pub mod group;
pub mod invitation;
pub mod location;
pub mod location_type;
pub mod mobile_worker;
pub mod openapi;
pub mod own;
mod page;
pub mod web_user;

pub use answer::{Answer, problem};
pub use call::{Body, Call, Field, Takes};
pub use page::Parameters;
