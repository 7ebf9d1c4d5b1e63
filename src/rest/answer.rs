//! Answers, and the one shape of everything that goes wrong: a problem document (RFC 9457) with our codes.

use crate::authz::Denied;
use crate::domain::Faults;
use crate::service::idempotency::NotRepeated;
use crate::service::{Failure, Refused};
use serde_json::{Value as Json, json};

/// In how many seconds a busy gateway is asked again.
const BUSY_SECONDS: u64 = 5;
/// After how many seconds a client may try again when the database cannot be written.
const NOT_WRITABLE_SECONDS: u64 = 60;

/// What a call answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; none for an empty one.
    pub body: Option<Json>,
    /// Where the new thing is, for the `Location` header.
    pub location: Option<String>,
    /// The methods that the address takes, for the `Allow` header of a 405.
    pub allow: Option<String>,
    /// In how many seconds to come again, for the `Retry-After` header of a 429 or 503.
    pub retry_after: Option<u64>,
}

impl Answer {
    /// A body with a status.
    pub fn json(status: u16, body: Json) -> Self {
        Self { status, body: Some(body), location: None, allow: None, retry_after: None }
    }

    /// A status and nothing else.
    pub fn empty(status: u16) -> Self {
        Self { status, body: None, location: None, allow: None, retry_after: None }
    }
}

impl Answer {
    /// The answer to a list: 429 where another call is told 503 with `Retry-After`. `commcare-export` waits on 429, and reads
    /// the body of a 503 with that header as if it were a page.
    #[must_use]
    pub fn of_list(self) -> Self {
        match (self.status, self.retry_after) {
            (503, Some(seconds)) => {
                let detail = self.body.as_ref().and_then(|body| body.get("detail")).and_then(Json::as_str);
                let detail = detail.unwrap_or_default();
                Self { retry_after: Some(seconds), ..problem(429, "RATE_LIMITED", detail) }
            }
            _ => self,
        }
    }
}

/// A problem document.
pub fn problem(status: u16, code: &str, detail: &str) -> Answer {
    Answer::json(
        status,
        json!({
            "type": format!("urn:fieldgate:problem:{}", code.to_lowercase().replace('_', "-")),
            "title": title(status),
            "status": status,
            "code": code,
            "detail": detail,
            // Clients of CommCare HQ print this member.
            "error": detail,
        }),
    )
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

impl From<Faults> for Answer {
    fn from(faults: Faults) -> Self {
        let mut answer = problem(400, "INVALID_INPUT", &faults.to_string());
        let errors: Vec<Json> = faults
            .into_iter()
            .map(|fault| json!({ "code": fault.code.name(), "message": fault.message, "path": fault.path }))
            .collect();
        if let Some(Json::Object(body)) = &mut answer.body {
            body.insert("errors".to_owned(), Json::Array(errors));
        }
        answer
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        let detail = failure.to_string();
        match failure {
            Failure::NotFound | Failure::Denied(Denied::NotVisible) => problem(404, "NOT_FOUND", &detail),
            Failure::Denied(Denied::Anonymous) | Failure::Unauthenticated => {
                problem(401, "UNAUTHENTICATED", &detail)
            }
            Failure::Denied(Denied::Undecided { decision, undecided }) => {
                let mut answer = problem(503, "UNAVAILABLE", &detail);
                if let Some(Json::Object(body)) = &mut answer.body {
                    body.insert("decisionId".to_owned(), json!(decision.to_string()));
                    if let Some(undecided) = undecided {
                        body.insert("policy".to_owned(), json!(undecided.policy));
                        body.insert("fault".to_owned(), json!(undecided.cause.name()));
                        if let Some(attribute) = undecided.attribute {
                            body.insert("attribute".to_owned(), json!(attribute));
                        }
                    }
                }
                answer
            }
            Failure::Busy => {
                Answer { retry_after: Some(BUSY_SECONDS), ..problem(503, "UNAVAILABLE", &detail) }
            }
            Failure::ConnectionLost(cause) => {
                tracing::warn!(error = ?cause, "a REST call lost the database");
                Answer { retry_after: Some(BUSY_SECONDS), ..problem(503, "UNAVAILABLE", &detail) }
            }
            Failure::NotWritable(cause) => {
                tracing::warn!(error = ?cause, "a REST call could not write the database");
                Answer {
                    retry_after: Some(NOT_WRITABLE_SECONDS),
                    ..problem(503, "DATABASE_NOT_WRITABLE", &detail)
                }
            }
            Failure::TooOften { retry_after } => {
                // Rounded up: whoever comes that late is not told to wait again.
                let seconds = u64::try_from(retry_after.num_seconds()).unwrap_or_default().saturating_add(1);
                Answer { retry_after: Some(seconds), ..problem(429, "RATE_LIMITED", &detail) }
            }
            Failure::Denied(Denied::Forbidden { decision, policy, denial }) => {
                let mut answer = problem(403, "FORBIDDEN", &detail);
                if let Some(Json::Object(body)) = &mut answer.body {
                    body.insert("decisionId".to_owned(), json!(decision.to_string()));
                    body.insert("policy".to_owned(), json!(policy));
                    body.insert("reason".to_owned(), json!(denial.reason));
                    body.insert("missing".to_owned(), json!(denial.missing));
                }
                answer
            }
            Failure::SeveralCredentials => problem(400, "SEVERAL_CREDENTIALS", &detail),
            Failure::Conflict => problem(409, "CONFLICT", &detail),
            Failure::Internal(cause) => {
                // The request's span carries its id.
                tracing::error!(error = ?cause, "a REST call failed");
                problem(500, "INTERNAL", &detail)
            }
        }
    }
}

impl From<NotRepeated> for Answer {
    fn from(refused: NotRepeated) -> Self {
        let detail = refused.to_string();
        match refused {
            NotRepeated::AnotherRequest => problem(422, "IDEMPOTENCY_KEY_REUSED", &detail),
            NotRepeated::NoAnswer => problem(409, "CONFLICT", &detail),
            NotRepeated::Failure(failure) => failure.into(),
        }
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Input(faults) => faults.into(),
            Refused::Failure(failure) => failure.into(),
        }
    }
}
