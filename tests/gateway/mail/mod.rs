//! The outbox: what is sent, when, how often, and what becomes of it.

mod file;
mod killed;
mod message;
mod outbox;
mod retry;
mod smtp;
mod turns;

use crate::support::{TestApp, operator};
use chrono::TimeDelta;
use fieldgate::domain::{AssignmentInput, InvitationInput};
use fieldgate::service::invitation;

/// Invites somebody to `acme`; the id of the mail that was queued.
pub async fn invite(app: &TestApp, email: &str) -> String {
    // Ids sort by the millisecond.
    app.pass(TimeDelta::milliseconds(1));
    let assignment = AssignmentInput { admin: Some(true), ..AssignmentInput::default() };
    let input = InvitationInput { email: email.to_owned(), assignment };
    invitation::create(&app.services, &operator(), "acme", &input).await.unwrap();
    let newest = format!("SELECT message_id FROM mail WHERE recipient = '{email}' ORDER BY id DESC LIMIT 1");
    let rows = app.rows(&newest).await.unwrap();
    rows[0][0].strip_suffix("@fieldgate").unwrap().to_owned()
}

/// A mail's status, tries and last error.
pub async fn state(app: &TestApp, id: &str) -> (String, u32, String) {
    let rows = app
        .rows(&format!(
            "SELECT status, CAST(attempts AS TEXT), last_error FROM mail WHERE message_id = '{id}@fieldgate'"
        ))
        .await
        .unwrap();
    let [status, attempts, error] = rows[0].clone().try_into().unwrap();
    (status, attempts.parse().unwrap(), error)
}

pub async fn status(app: &TestApp, id: &str) -> String {
    state(app, id).await.0
}
