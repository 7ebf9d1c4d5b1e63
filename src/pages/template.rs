//! The templates, in the binary.

use super::Page;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, UndefinedBehavior, Value};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const STYLE: &str = include_str!("templates/style.css");

const TEMPLATES: &[(&str, &str)] = &[
    ("layout.html", include_str!("templates/layout.html")),
    ("notice.html", include_str!("templates/notice.html")),
    ("form.html", include_str!("templates/form.html")),
    ("invitation.html", include_str!("templates/invitation.html")),
    ("confirm.html", include_str!("templates/confirm.html")),
    ("reset_password.html", include_str!("templates/reset_password.html")),
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.add_global("style", STYLE);
    for (name, source) in TEMPLATES {
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!(error = ?error, "page template `{name}` cannot be read");
        }
    }
    environment
});

/// By which a browser knows our style sheet and takes no other: `'sha256-…'` of a Content-Security-Policy.
pub fn style_hash() -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE)))
}

/// What is said beside a new password's field.
pub(super) fn password_hint(min: usize) -> String {
    format!("At least {min} characters. A few words that only you would put together are best.")
}

pub(super) fn render(status: u16, name: &str, values: Value) -> Page {
    match ENVIRONMENT.get_template(name).and_then(|template| template.render(values)) {
        Ok(html) => Page { status, html },
        Err(error) => {
            tracing::error!(error = ?error, "could not write page `{name}`");
            Page { status: 500, html: "internal error".to_owned() }
        }
    }
}
