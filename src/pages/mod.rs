//! The pages that links in mails lead to: small, plain, and without scripts. They are a third face of the same use cases, for
//! people who have no application yet. Looking at one changes nothing, as mail scanners look at every link.
//!
//! What belongs next door: the addresses of the pages and what a browser sends (`http`), what is done (`service`).

mod form;
pub mod invitation;
pub mod personal_id;
mod template;

pub use form::Form;
pub use template::style_hash;

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
