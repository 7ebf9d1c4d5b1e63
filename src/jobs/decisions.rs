//! Writes down what was decided.

use crate::service::{Services, decision};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long decisions are gathered, so that one statement writes many.
const GATHER: Duration = Duration::from_millis(250);
/// How long the database is left alone after it failed.
const FAILED: Duration = Duration::from_secs(2);
/// How often it is told how many decisions were not kept.
const TELL: Duration = Duration::from_secs(60);

/// Writes decisions until it is told to stop; then it writes what still waits.
pub async fn keep(services: Arc<Services>, mut stop: watch::Receiver<bool>) {
    let mut tell = tokio::time::interval(TELL);
    loop {
        let is_last = *stop.borrow();
        let mut pause = GATHER;
        loop {
            match decision::write_some(&services).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(failure) => {
                    let fate = if is_last { "and these are the last" } else { "they wait" };
                    tracing::warn!(
                        error = &failure as &dyn std::error::Error,
                        "could not keep decisions: {fate}"
                    );
                    pause = FAILED;
                    break;
                }
            }
        }
        if is_last {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = tell.tick() => {
                let dropped = services.decisions.take_dropped();
                if dropped > 0 {
                    tracing::warn!(dropped, "{dropped} decisions were not kept: too many at a time, or the database failed for too long");
                }
            }
            _ = stop.changed() => {}
        }
    }
}
