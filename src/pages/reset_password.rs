//! `/reset-password/<token>`: set a new password.

use super::form::{Form, by_field};
use super::{Page, failed, template};
use crate::domain::{FaultCode, Faults, Origin, PasswordResetLink, Principal};
use crate::service::{Refused, Services, password_reset};
use minijinja::context;
use secrecy::SecretString;
use std::collections::BTreeMap;

const FIELDS: &[&str] = &["password"];

/// The page of a link.
pub async fn show(services: &Services, origin: Origin, token: String) -> Page {
    let principal = Principal::anonymous(origin);
    match password_reset::preview(services, &principal, token).await {
        Ok(Some(link)) => page(&link, 200, BTreeMap::new()),
        Ok(None) => dead(),
        Err(failure) => failed(&failure, dead),
    }
}

/// What becomes of a form: the same as of the mutation `resetPassword`.
pub async fn reset(services: &Services, origin: Origin, token: String, form: &Form) -> Page {
    let principal = Principal::anonymous(origin);
    let link = match password_reset::preview(services, &principal, token.clone()).await {
        Ok(Some(link)) => link,
        Ok(None) => return dead(),
        Err(failure) => return failed(&failure, dead),
    };
    let password = form.field("password").map(SecretString::from);
    match password_reset::reset(services, &principal, token, password.as_ref()).await {
        Ok(()) => Page::notice(
            200,
            "You have a new password",
            "Sign in with it. Whoever was signed in to the account before no longer is.",
        ),
        Err(Refused::Input(faults)) => refused(&link, faults),
        Err(Refused::Failure(failure)) => failed(&failure, dead),
    }
}

fn refused(link: &PasswordResetLink, faults: Faults) -> Page {
    if faults.clone().into_iter().any(|fault| fault.code == FaultCode::InvalidToken) {
        return dead();
    }
    page(link, 400, by_field(faults, FIELDS))
}

fn page(link: &PasswordResetLink, status: u16, faults: BTreeMap<String, String>) -> Page {
    template::render(
        status,
        "reset_password.html",
        context! {
            account => link.account,
            project_space => link.project_space.as_ref().map(|(_, name)| name),
            expires_at => link.expires_at.format("%-d %B %Y, %H:%M UTC").to_string(),
            password_hint => template::password_hint(link.rule.min()),
            faults,
        },
    )
}

fn dead() -> Page {
    Page::notice(
        404,
        "This link does not work",
        "It is good once, and for two hours. Use the link in the newest mail, all of it, or ask for a new one.",
    )
}
