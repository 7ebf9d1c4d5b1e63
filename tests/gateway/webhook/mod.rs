//! What mail providers report: believed when it shows who it comes from, counted once, and nothing more.

pub mod dsn;
mod json;
mod ses;

use crate::support::{Answer, TestApp, WEBHOOK_SECRET};
use poem::http::Method;

/// Posts a report with the secret.
pub async fn post(app: &TestApp, form: &str, body: &str) -> Answer {
    post_with(app, form, Some(WEBHOOK_SECRET), body).await
}

pub async fn post_with(app: &TestApp, form: &str, secret: Option<&str>, body: &str) -> Answer {
    let mut headers = vec![("content-type", "text/plain")];
    headers.extend(secret.map(|secret| ("x-webhook-secret", secret)));
    let path = format!("/webhooks/mail/{form}");
    app.stranger().send(Method::POST, &path, &headers, poem::Body::from_string(body.to_owned())).await
}

/// A mail that was invited and sent; its id.
pub async fn sent(app: &TestApp, email: &str) -> String {
    app.rows("UPDATE invitation SET state = 'revoked'").await.unwrap();
    let id = crate::mail::invite(app, email).await;
    assert_eq!(app.deliver().await, 1);
    id
}

/// How many bounces count against an address, and whether it is blocked.
pub async fn count(app: &TestApp, email: &str) -> (u32, bool) {
    let operator = crate::support::operator();
    let address = fieldgate::service::email_address::read(&app.services, &operator, email).await;
    let address = address.unwrap().unwrap();
    (address.count.bounces(), address.block.is_some())
}
