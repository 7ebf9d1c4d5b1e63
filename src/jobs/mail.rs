//! Sends what is in the outbox: many mails at a time, so that a slow server holds up no other mail.

use crate::domain::mail::AT_ONCE;
use crate::service::Services;
use crate::service::mail::{self, ClaimedMail};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

/// How often the outbox is looked at without a signal: for mails whose pause is over, and for those that another process
/// queued.
const LOOK: Duration = Duration::from_secs(5);

/// Sends mails until it is told to stop; then it finishes those that it has claimed.
pub async fn send(services: Arc<Services>, mut stop: watch::Receiver<bool>) {
    let mut sending = JoinSet::new();
    while !*stop.borrow() {
        match mail::claim(&services, AT_ONCE.saturating_sub(sending.len())).await {
            Ok(claimed) => {
                for mail in claimed {
                    sending.spawn(send_one(Arc::clone(&services), mail));
                }
            }
            Err(failure) => {
                tracing::warn!(error = &failure as &dyn std::error::Error, "could not look into the outbox");
            }
        }
        tokio::select! {
            () = services.store.mail_queued() => {}
            Some(sent) = sending.join_next() => note(sent),
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
        while let Some(sent) = sending.try_join_next() {
            note(sent);
        }
    }
    while let Some(sent) = sending.join_next().await {
        note(sent);
    }
}

async fn send_one(services: Arc<Services>, mail: ClaimedMail) {
    if let Err(failure) = mail::send(&services, mail).await {
        tracing::warn!(
            error = &failure as &dyn std::error::Error,
            "could not send a mail or record its result"
        );
    }
}

/// lettre up to 0.11.23 panics at a server that greets it oddly (RUSTSEC-2026-0562). Such a mail stays claimed for a minute,
/// is tried again as often as any other, and given up.
fn note(sent: Result<(), JoinError>) {
    if let Err(error) = sent {
        tracing::error!(error = &error as &dyn std::error::Error, "mail task panicked");
    }
}
