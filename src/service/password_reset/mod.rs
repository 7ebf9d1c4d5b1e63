//! New passwords by mail, for whoever has lost theirs.

mod answer;
mod preview;
mod request;
mod reset;

pub use answer::answer_next;
pub use preview::preview;
pub use request::request;
pub use reset::reset;

use crate::domain::{FaultCode, Faults};

/// One answer for a link that is none, was used, was replaced by a newer one, or is too old (security L6).
fn invalid() -> Faults {
    let message = "the link no longer works: it is good once, and for two hours. Ask for a new one";
    Faults::one(FaultCode::InvalidToken, &["token"], message)
}
