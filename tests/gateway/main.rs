//! The gateway, tested from outside: the real router on a real database. The same nouns as in `src`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that goes wrong should end there and say where"
)]

mod house;
mod mobile_worker;
mod policy;
mod schema;
mod support;
