use super::letter::{Letter, SendError};
use crate::authz::{Attributes, ClaimMail, Sealed, SendMail};
use crate::domain::email_address::diagnostic;
use crate::domain::mail::{ATTEMPTS_MAX, pause_after};
use crate::domain::{Channel, Gateway, Mail, MailId, Origin, Principal};
use crate::service::{Failure, Services};
use crate::store::{Attempt, StoreError};
use chrono::TimeDelta;

/// How long a mail is in one gateway's hand: longer than a mailer takes over it ([`super::PATIENCE`]), and short enough that the mails of a
/// gateway that died are soon on their way again.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// A mail that this gateway has claimed, to be sent by [`send`].
pub struct ClaimedMail(Sealed<Mail>);

/// Claims up to `room` mails that are due. Safe to call from many gateways at once.
///
/// # Errors
/// [`Failure`].
pub async fn claim(services: &Services, room: usize) -> Result<Vec<ClaimedMail>, Failure> {
    // Most looks find nothing. They take no turn at SQLite's writer.
    if room == 0 || !services.store.mail_is_due(services.clock.now()).await? {
        return Ok(Vec::new());
    }
    let gateway = Sealed::gateway(Gateway);
    let proof = services.authorizer.authorize::<ClaimMail>(&job(), gateway, Attributes::new()).await?;
    let mut work = services.store.begin(proof).await?;
    let claimed = work.claim(room, LEASE).await?;
    work.commit_routine().await?;
    Ok(claimed.into_iter().map(ClaimedMail).collect())
}

/// Sends a claimed mail, records the result, and returns the mail's id.
///
/// A crash between sending and recording leaves the mail claimed for a minute; then it is sent again, under the same
/// Message-ID. Only then does a recipient get a mail twice.
///
/// # Errors
/// [`Failure`].
pub async fn send(services: &Services, ClaimedMail(mail): ClaimedMail) -> Result<MailId, Failure> {
    let proof = services.authorizer.authorize::<SendMail>(&job(), mail, Attributes::new()).await?;
    let id = proof.resource().id;
    let attempt = attempt(services, proof.resource()).await;
    log(proof.resource(), &attempt);
    let mut work = services.store.begin(proof).await?;
    match work.record(attempt, services.mail_sender.as_ref()).await {
        Ok(()) => work.commit_routine().await?,
        Err(StoreError::Stale) => {
            tracing::warn!(mail.id = %id, "mail `{id}` was claimed by another gateway before its result was recorded");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(id)
}

/// Claims and sends the next mail that is due, and returns its id; `None` when none is due.
///
/// # Errors
/// [`Failure`].
pub async fn send_next(services: &Services) -> Result<Option<MailId>, Failure> {
    match claim(services, 1).await?.pop() {
        Some(claimed) => Ok(Some(send(services, claimed).await?)),
        None => Ok(None),
    }
}

fn job() -> Principal {
    Principal::system(Origin::new(Channel::Job, "mail outbox"))
}

async fn attempt(services: &Services, mail: &Mail) -> Attempt {
    // Asked again at this moment: it may have been blocked since the mail was queued.
    if mail.recipient_is_blocked {
        return Attempt::Undeliverable { error: "the address is blocked".to_owned(), counts: false };
    }
    // Each earlier try ended without a word, so its sender died of it. It is not tried for ever.
    if mail.attempts > ATTEMPTS_MAX {
        let error = "sending it never came to an end".to_owned();
        return Attempt::Failed { error, next_attempt_at: None };
    }
    let letter = Letter::of(services, mail);
    let Err(error) = services.mailer.send(&letter).await else { return Attempt::Sent };
    let words = diagnostic(&error.to_string());
    match error {
        SendError::RecipientRefused(_) => Attempt::Undeliverable { error: words, counts: true },
        SendError::MessageRefused(_) => Attempt::Undeliverable { error: words, counts: false },
        SendError::Failed(_) => {
            let next_attempt_at = pause_after(mail.attempts).map(|pause| services.clock.now() + pause);
            Attempt::Failed { error: words, next_attempt_at }
        }
    }
}

/// What servers say often names the recipient, so their words are for `fieldgate mail list` and not for the log.
fn log(mail: &Mail, attempt: &Attempt) {
    let (id, tries) = (mail.id, mail.attempts);
    match attempt {
        Attempt::Sent => tracing::info!(mail.id = %id, "sent mail `{id}`"),
        Attempt::Failed { next_attempt_at: Some(at), .. } => {
            tracing::warn!(mail.id = %id, "could not send mail `{id}` (try {tries}): trying again at {at}");
        }
        Attempt::Failed { next_attempt_at: None, .. } => {
            tracing::error!(mail.id = %id, "gave up mail `{id}` after {tries} tries");
        }
        Attempt::Undeliverable { .. } => tracing::warn!(mail.id = %id, "mail `{id}` is undeliverable"),
    }
}
