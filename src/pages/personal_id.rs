//! `/personal-id/<token>`: where the link of an invite leads in a browser. The application on the worker's phone takes the
//! link for itself and accepts the invite with the token at its end; this page says so to whoever opened it elsewhere.

use super::Page;
use crate::domain::{Origin, Principal};
use crate::service::{Failure, Services, personal_id};

/// The page of a link. Looking changes nothing.
pub async fn show(services: &Services, origin: Origin, token: String) -> Page {
    let principal = Principal::anonymous(origin);
    match personal_id::preview(services, &principal, token).await {
        Ok(Some(link)) => {
            let text = format!(
                "You are invited to link your PersonalID account to your account `{}` of {}. Open this link on your \
                 phone, in the application that you work with: it works once, until {}.",
                link.worker.username,
                link.project_space_name,
                link.expires_at.format("%-d %B %Y, %H:%M UTC"),
            );
            Page::notice(200, "Link your PersonalID account", &text)
        }
        Ok(None) => Page::notice(
            404,
            "This link does not work",
            "It was used, is too old, or was replaced by a newer one. Ask to be invited again.",
        ),
        Err(Failure::Internal(cause)) => {
            tracing::error!(error = ?cause, "a page failed");
            Page::notice(
                500,
                "Something went wrong",
                "It is our fault, and it is in our log. Try again later.",
            )
        }
        Err(_) => Page::notice(503, "Not now", "Much is going on at the moment. Try again in a few seconds."),
    }
}
