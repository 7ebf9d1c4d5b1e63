//! `/invitation/<token>`: accept an invitation.

use super::form::{Form, by_field};
use super::{Page, failed, template};
use crate::domain::person::WEB_USER_PASSWORD_MIN;
use crate::domain::{
    FaultCode, Faults, InvitationLink, InvitationStatus, NewAccountInput, Origin, Principal,
};
use crate::service::session::{self, LoginInput};
use crate::service::{Refused, Services, invitation};
use minijinja::context;
use secrecy::SecretString;
use std::collections::BTreeMap;

const FIELDS: &[&str] = &["first_name", "last_name", "email", "password", "agree_to_terms"];

/// The page of a link.
pub async fn show(services: &Services, origin: Origin, token: String) -> Page {
    let principal = Principal::anonymous(origin);
    match invitation::preview(services, &principal, token).await {
        Ok(Some(link)) => page(services, &link, 200, &Form::default(), BTreeMap::new()),
        Ok(None) => dead(),
        Err(failure) => failed(&failure, dead),
    }
}

/// What becomes of a form: the same as of the mutation `acceptInvitation`.
pub async fn accept(services: &Services, origin: Origin, token: String, form: &Form) -> Page {
    let principal = Principal::anonymous(origin);
    let link = match invitation::preview(services, &principal, token.clone()).await {
        Ok(Some(link)) => link,
        Ok(None) => return dead(),
        Err(failure) => return failed(&failure, dead),
    };
    match join(services, &principal, token, &link, form).await {
        Ok(_joined) => {
            let text = format!(
                "You belong to {} now. You can sign in with your e-mail address and your password; the link in the mail has \
                 done its work.",
                link.project_space_name
            );
            Page::done("Welcome", &text, ("/graphql", "Go to the gateway"))
        }
        Err(Refused::Input(faults)) => refused(services, &link, faults, form),
        Err(Refused::Failure(failure)) => failed(&failure, dead),
    }
}

async fn join(
    services: &Services,
    stranger: &Principal,
    token: String,
    link: &InvitationLink,
    form: &Form,
) -> Result<Principal, Refused> {
    let password = form.field("password").map(SecretString::from);
    if link.account.is_none() {
        let account = NewAccountInput {
            first_name: form.field("first_name"),
            last_name: form.field("last_name"),
            email: form.field("email"),
            password,
            agree_to_terms: form.field("agree_to_terms").map(|_| true),
        };
        return invitation::accept(services, stranger, token, &account).await;
    }
    // A page keeps no session: they sign in for this alone.
    let sign_in = LoginInput {
        username: link.invitation.email.to_string(),
        password: password.unwrap_or_default(),
        project_space: None,
    };
    let principal = session::check(services, stranger.origin.clone(), &sign_in).await?;
    invitation::accept(services, &principal, token, &NewAccountInput::default()).await
}

fn refused(services: &Services, link: &InvitationLink, faults: Faults, form: &Form) -> Page {
    let is_dead = |code| {
        matches!(code, FaultCode::InvalidToken | FaultCode::InvitationUsed | FaultCode::InvitationExpired)
    };
    match faults.clone().into_iter().find(|fault| is_dead(fault.code)) {
        Some(fault) => gone(&fault.message),
        None => page(services, link, 400, form, by_field(faults, FIELDS)),
    }
}

fn page(
    services: &Services,
    link: &InvitationLink,
    status: u16,
    form: &Form,
    faults: BTreeMap<String, String>,
) -> Page {
    match link.invitation.status(services.clock.now()) {
        InvitationStatus::Pending => {}
        InvitationStatus::Accepted => {
            return gone("It has been accepted: its link is good once. Sign in instead.");
        }
        InvitationStatus::Expired => return gone("It was not accepted in time. Ask to be invited again."),
        InvitationStatus::Revoked => return dead(),
    }
    template::render(
        status,
        "invitation.html",
        context! {
            project_space => link.project_space_name,
            inviter => link.inviter_name,
            role => link.role_name.as_deref().unwrap_or("Admin"),
            email => link.invitation.email.as_str(),
            expires_at => link.invitation.expires_at().format("%-d %B %Y, %H:%M UTC").to_string(),
            has_account => link.account.is_some(),
            password_hint => template::password_hint(WEB_USER_PASSWORD_MIN),
            // What was typed comes back, but for the password.
            given => context! {
                first_name => form.field("first_name").unwrap_or_default(),
                last_name => form.field("last_name").unwrap_or_default(),
                email => form.field("email").unwrap_or_default(),
                agree_to_terms => form.field("agree_to_terms").is_some(),
            },
            faults,
        },
    )
}

fn dead() -> Page {
    Page::notice(
        404,
        "This link does not work",
        "Use the link in the newest mail, all of it. If that does not work either, ask to be invited again.",
    )
}

fn gone(text: &str) -> Page {
    Page::notice(410, "This invitation is over", text)
}
