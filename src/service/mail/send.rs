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

/// Sends the next mail that is due, and says which it was; nothing when none is. Safe to call from many gateways at once.
///
/// A crash between sending and writing that down leaves the mail claimed for a minute; then it goes again, under the same
/// Message-ID. That is the only way in which somebody gets a mail twice.
///
/// # Errors
/// [`Failure`].
pub async fn send_next(services: &Services) -> Result<Option<MailId>, Failure> {
    // Most looks find nothing. They take no turn at SQLite's writer.
    if !services.store.mail_is_due(services.clock.now()).await? {
        return Ok(None);
    }
    let origin = Origin::new(Channel::Job, "mail outbox");
    let job = Principal::system(origin);
    let authorizer = &services.authorizer;
    let gateway = Sealed::gateway(Gateway);
    let proof = authorizer.authorize::<ClaimMail>(&job, gateway, Attributes::new()).await?;
    let mut work = services.store.begin(proof).await?;
    let Some(mail) = work.claim(LEASE).await? else { return Ok(None) };
    work.commit_routine().await?;

    let proof = authorizer.authorize::<SendMail>(&job, mail, Attributes::new()).await?;
    let id = proof.resource().id;
    let attempt = attempt(services, proof.resource()).await;
    log(proof.resource(), &attempt);
    let mut work = services.store.begin(proof).await?;
    match work.record(attempt).await {
        Ok(()) => work.commit_routine().await?,
        Err(StoreError::Stale) => {
            tracing::warn!(mail.id = %id, "mail `{id}` was in another hand before it was written down here");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Some(id))
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
