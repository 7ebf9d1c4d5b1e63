//! What is done every few seconds or minutes: requests for new passwords are answered, workers whose date has come are
//! deactivated, and what nobody needs any more is taken away. Each step is one transaction, so a job may be stopped anywhere,
//! and any number of gateways may do the same at once.

use crate::service::{Failure, Services, housekeeping, mobile_worker, password_reset};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Somebody waits for the mail.
const PASSWORD_RESETS: Duration = Duration::from_secs(2);
/// A date is a matter of minutes.
const DEACTIVATIONS: Duration = Duration::from_secs(60);
/// Nobody waits for this.
const HOUSEKEEPING: Duration = Duration::from_secs(15 * 60);

/// Does all of it, until it is stopped.
pub async fn run(services: Arc<Services>) {
    tokio::join!(
        every(PASSWORD_RESETS, "answer requests for new passwords", || async {
            password_reset::answer_next(&services).await.map(|done| done > 0)
        }),
        every(DEACTIVATIONS, "deactivate workers whose date has come", || {
            mobile_worker::deactivate_next(&services)
        }),
        every(HOUSEKEEPING, "keep house", || async {
            housekeeping::sweep(&services).await.map(|swept| swept.is_full())
        }),
    );
}

/// Takes steps as long as there is more to do, then waits.
async fn every<F: Future<Output = Result<bool, Failure>>>(pause: Duration, what: &str, step: impl Fn() -> F) {
    loop {
        match step().await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(pause).await,
            Err(failure) => {
                tracing::warn!(error = &failure as &dyn std::error::Error, "could not {what}");
                tokio::time::sleep(pause).await;
            }
        }
    }
}
