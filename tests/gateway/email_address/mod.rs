//! E-mail addresses: whether mail reaches them, who sees that, and who clears a block.

mod clear_block;
mod read;

use crate::support::TestApp;
use fieldgate::service::mail::SendError;

/// An address that `acme` has invited three times, each time in vain: it is blocked.
pub async fn blocked(app: &TestApp, email: &str) {
    for round in 0..3 {
        if round > 0 {
            app.rows("UPDATE invitation SET state = 'revoked'").await.unwrap();
        }
        crate::mail::invite(app, email).await;
        app.mailbox.refuse(SendError::RecipientRefused("550 5.1.1 no such user".to_owned()));
        assert_eq!(app.deliver().await, 1);
    }
}
