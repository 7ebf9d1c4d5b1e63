//! What runs in the background, beside the requests. A job takes the same way as a request does: it has a principal, asks
//! the gate, and calls a use case.
//!
//! What belongs next door: what a job does (`service`); when it is started and stopped (`app`).

pub mod chores;
pub mod decisions;
pub mod mail;
