//! New passwords by mail: for who asks, and for those for whom an admin asks.

mod request;
mod reset;

use crate::scene::link_token;
use crate::support::{Actor, TestApp};
use fieldgate::service::password_reset;
use serde_json::{Value as Json, json};

pub const REQUEST: &str = "mutation($i: PasswordResetRequestInput!) { requestPasswordReset(input: $i) { userErrors { code path } } }";
pub const RESET: &str =
    "mutation($i: PasswordResetInput!) { resetPassword(input: $i) { userErrors { code path message } } }";

/// Asks for a new password for this name.
pub async fn ask(actor: &Actor<'_>, input: Json) -> Json {
    actor.run(REQUEST, json!({ "i": input })).await
}

/// Has the job answer all requests there are, and returns how many there were.
pub async fn answer_all(app: &TestApp) -> u64 {
    let mut answered = 0;
    loop {
        match password_reset::answer_next(&app.services).await.unwrap() {
            0 => return answered,
            done => answered += done,
        }
    }
}

/// The token of the newest link to this address.
pub async fn token(app: &TestApp, email: &str) -> String {
    link_token(app, "password_reset", email, "/reset-password/").await
}
