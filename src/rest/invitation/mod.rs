//! `/a/<project space>/api/invitation/v1/`: invitations of web users (reference commcare-users §4.12).

mod create;

pub use create::{CREATE, SCHEMA, create, schema};
