//! `/confirm/<token>`: confirm an account.

use super::form::{Form, by_field};
use super::{Page, failed, template};
use crate::domain::{ConfirmationInput, ConfirmationLink, FaultCode, Faults, Origin, Principal};
use crate::service::{Refused, Services, mobile_worker};
use minijinja::context;
use secrecy::SecretString;
use std::collections::BTreeMap;

const FIELDS: &[&str] = &["first_name", "last_name", "password"];

/// The page of a link.
pub async fn show(services: &Services, origin: Origin, token: String) -> Page {
    let principal = Principal::anonymous(origin);
    match mobile_worker::preview_confirmation(services, &principal, token).await {
        Ok(Some(link)) => page(services, &link, 200, &Form::default(), BTreeMap::new()),
        Ok(None) => dead(),
        Err(failure) => failed(&failure, dead),
    }
}

/// What becomes of a form: the same as of the mutation `confirmMobileWorker`, but that nobody is signed in by it.
pub async fn confirm(services: &Services, origin: Origin, token: String, form: &Form) -> Page {
    let principal = Principal::anonymous(origin);
    let link = match mobile_worker::preview_confirmation(services, &principal, token.clone()).await {
        Ok(Some(link)) => link,
        Ok(None) => return dead(),
        Err(failure) => return failed(&failure, dead),
    };
    let input = ConfirmationInput {
        first_name: form.field("first_name"),
        last_name: form.field("last_name"),
        password: form.field("password").map(SecretString::from),
    };
    match mobile_worker::confirm(services, &principal, token, &input).await {
        Ok(_worker) => {
            let name = link.login_name(services.worker_suffix());
            let text = format!(
                "Your account of {} is confirmed. Sign in as {name} with your password; the link in the mail has done its work.",
                link.project_space_name
            );
            Page::notice(200, "Welcome", &text)
        }
        Err(Refused::Input(faults)) => refused(services, &link, faults, form),
        Err(Refused::Failure(failure)) => failed(&failure, dead),
    }
}

fn refused(services: &Services, link: &ConfirmationLink, faults: Faults, form: &Form) -> Page {
    if faults.clone().into_iter().any(|fault| fault.code == FaultCode::InvalidToken) {
        return dead();
    }
    page(services, link, 400, form, by_field(faults, FIELDS))
}

fn page(
    services: &Services,
    link: &ConfirmationLink,
    status: u16,
    form: &Form,
    faults: BTreeMap<String, String>,
) -> Page {
    let known = &link.worker.profile;
    template::render(
        status,
        "confirm.html",
        context! {
            project_space => link.project_space_name,
            login_name => link.login_name(services.worker_suffix()),
            expires_at => link.expires_at.format("%-d %B %Y, %H:%M UTC").to_string(),
            password_hint => template::password_hint(link.rule.min()),
            // What was typed comes back, but for the password.
            given => context! {
                first_name => form.field("first_name").unwrap_or_else(|| known.first_name.clone()),
                last_name => form.field("last_name").unwrap_or_else(|| known.last_name.clone()),
            },
            faults,
        },
    )
}

fn dead() -> Page {
    Page::notice(
        404,
        "This link does not work",
        "Use the link in the newest mail, all of it, once. If you have confirmed your account, sign in. Otherwise ask for a \
         new mail.",
    )
}
