//! Sends what is in the outbox.

use crate::service::Services;
use crate::service::mail::send_next;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often the outbox is looked at unasked: for mails whose pause is over, and for those that another process queued.
const LOOK: Duration = Duration::from_secs(5);
/// How many mails are sent at a time. A server that is slow with one does not hold up the others.
const HANDS: usize = 4;

/// Sends mails until it is told to stop; then it finishes those that are in hand.
pub async fn send(services: Arc<Services>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let mut hands = JoinSet::new();
        for _ in 0..HANDS {
            hands.spawn(empty_outbox(Arc::clone(&services), stop.clone()));
        }
        while let Some(hand) = hands.join_next().await {
            // lettre up to 0.11.23 panics at a server that greets it oddly (RUSTSEC-2026-0562). Such a mail stays claimed
            // for a minute, is tried again as often as any other, and given up.
            if let Err(error) = hand {
                tracing::error!(error = &error as &dyn std::error::Error, "sending a mail came to grief");
            }
        }
        tokio::select! {
            () = services.store.mail_queued() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn empty_outbox(services: Arc<Services>, stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match send_next(&services).await {
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(failure) => {
                tracing::warn!(error = &failure as &dyn std::error::Error, "could not look into the outbox");
                return;
            }
        }
    }
}
