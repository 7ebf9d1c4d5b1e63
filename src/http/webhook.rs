//! `/webhooks/mail/…`: what mail providers report, on the wire. Who is not listened to hears the same whatever they sent.

use super::edge::{self, App, answer};
use crate::domain::{Channel, Principal};
use crate::rest::{Answer, problem};
use crate::webhook::Refusal;
use bytes::Bytes;
use poem::{Endpoint, Request, Response};

/// Longest report, in bytes. SNS sends at most 256 KiB; a delivery report gives back a mail of ours, and those are short.
const REPORT_MAX: usize = 256 * 1024;
/// Where senders without a signature say the secret.
const SECRET: &str = "x-webhook-secret";

/// The forms of reports.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// A message of RFC 3464.
    Dsn,
    /// Amazon SES through SNS.
    Ses,
    /// The plain JSON form.
    Json,
}

/// The address for one form.
pub fn mail(app: App, form: Form) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move {
            let taken = take(&app, form, request).await;
            Ok::<_, poem::Error>(match taken {
                Ok(()) => answer(Answer::empty(204)),
                Err(refused) => answer(refused),
            })
        }
    })
}

async fn take(app: &App, form: Form, mut request: Request) -> Result<(), Answer> {
    let reporter = Principal::system(edge::origin(&request, Channel::Webhook));
    let body: Bytes = edge::body_within(&mut request, REPORT_MAX).await?;
    let (services, reports, secret) = (&app.services, &app.mail_reports, request.header(SECRET));
    let taken = match form {
        Form::Dsn => reports.dsn(services, &reporter, secret, &body).await,
        Form::Ses => reports.ses(services, &reporter, &body).await,
        Form::Json => reports.json(services, &reporter, secret, &body).await,
    };
    taken.map_err(|refusal| match refusal {
        Refusal::Forbidden => problem(403, "FORBIDDEN", "not accepted"),
        Refusal::Malformed(fault) => problem(400, "BAD_REQUEST", &fault),
        Refusal::Unavailable(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "could not check a mail report");
            problem(503, "UNAVAILABLE", "not now")
        }
        Refusal::Failure(failure) => Answer::from(failure),
    })
}
