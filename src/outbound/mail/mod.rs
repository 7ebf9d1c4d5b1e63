//! Mail on its way out: the words (`templates/<language>/`), the message they become, and the two ways it takes.

mod file;
mod message;
mod sample;
mod smtp;
mod templates;

pub use file::FileMailer;
pub use message::{Sender, SenderError};
pub use sample::sample;
pub use smtp::{SmtpError, SmtpMailer, SmtpOptions};
pub use templates::{Templates, Written};
