//! The outbox: mails are sent by a job, watched by operators, and reported on by mail providers.

mod letter;
mod list;
mod report;
mod retry;
mod send;
mod test;

pub use letter::{Letter, Mailer, PATIENCE, SendError};
pub use list::list;
pub use report::report;
pub use retry::retry;
pub use send::{ClaimedMail, claim, send, send_next};
pub use test::test;
