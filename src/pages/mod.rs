//! The pages that links in mails lead to: small, plain, and without scripts. They are a third face of the same use cases, for
//! people who have no application yet. Looking at one changes nothing, as mail scanners look at every link.
//!
//! What belongs next door: the addresses of the pages and what a browser sends (`http`), what is done (`service`).

pub mod confirm;
mod form;
pub mod invitation;
pub mod personal_id;
pub mod reset_password;
mod template;

pub use form::Form;
pub use template::style_hash;

use crate::service::Failure;

/// A page on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// The whole document.
    pub html: String,
}

impl Page {
    /// A page that says one thing.
    fn notice(status: u16, title: &str, text: &str) -> Self {
        template::render(status, "notice.html", minijinja::context! { title, text, link => () })
    }

    /// A page that says one thing, and where to go from there.
    fn done(title: &str, text: &str, (href, there): (&str, &str)) -> Self {
        let link = minijinja::context! { href, text => there };
        template::render(200, "notice.html", minijinja::context! { title, text, link })
    }
}

/// What a failure looks like; what is not there, as `dead` says it.
fn failed(failure: &Failure, dead: fn() -> Page) -> Page {
    match failure {
        Failure::TooOften { .. } => Page::notice(429, "Too often", "Wait a while, then try again."),
        Failure::NotWritable(cause) => {
            tracing::warn!(error = ?cause, "a page could not write the database");
            Page::notice(503, "Nothing can be saved now", "Try again in a few minutes.")
        }
        Failure::Busy | Failure::ConnectionLost(_) | Failure::Conflict | Failure::SeveralCredentials => {
            Page::notice(503, "Not now", "Much is going on at the moment. Try again in a few seconds.")
        }
        Failure::NotFound | Failure::Denied(_) | Failure::Unauthenticated => dead(),
        Failure::Internal(cause) => {
            tracing::error!(error = ?cause, "a page failed");
            Page::notice(
                500,
                "Something went wrong",
                "It is our fault, and it is in our log. Try again later.",
            )
        }
    }
}
