//! The REST API that scripts for CommCare HQ call: a second face of the same use cases. Source: seed 002, reference
//! commcare-users §4.9. Nothing here knows HTTP's wire: `http::rest` reads requests and writes answers.

mod answer;
mod fields;
pub mod mobile_worker;

pub use answer::{Answer, problem};
