//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): what is made with one is made once, and the same answer
//! comes back for a day. A request that makes nothing, or is refused, is carried out each time it is sent.

use super::edge::App;
use crate::domain::{Idempotency, KEY_MAX, KeptAnswer, Principal};
use crate::service::idempotency::{self, NotRepeated};
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Request, Response};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const HEADER: &str = "idempotency-key";
/// Says that an answer is an earlier one's.
const REPLAYED: &str = "idempotent-replayed";

/// A key that is none.
pub const NOT_A_KEY: &str = "`Idempotency-Key` must be 1 to 255 visible characters of ASCII";

/// The key that came with a request, and what that request is.
///
/// # Errors
/// [`NOT_A_KEY`].
pub fn of(request: &Request, body: &[u8]) -> Result<Option<Idempotency>, &'static str> {
    let Some(key) = request.headers().get(HEADER) else { return Ok(None) };
    let key = key.as_bytes();
    if key.is_empty() || key.len() > KEY_MAX || !key.iter().all(u8::is_ascii_graphic) {
        return Err(NOT_A_KEY);
    }
    let mut fingerprint = Sha256::new();
    for part in [request.method().as_str().as_bytes(), request.uri().path().as_bytes(), body] {
        fingerprint.update(part.len().to_le_bytes());
        fingerprint.update(part);
    }
    Ok(Some(Idempotency {
        key: Sha256::digest(key).to_vec(),
        fingerprint: fingerprint.finalize().to_vec(),
        attempt: attempt(),
    }))
}

#[expect(clippy::disallowed_methods, reason = "only tells two sendings of one request apart")]
fn attempt() -> Uuid {
    Uuid::new_v4()
}

/// The answer to a request: an earlier one's, or what `run` makes of it.
///
/// # Errors
/// [`NotRepeated`].
pub async fn once(
    app: &App,
    principal: &Principal,
    run: impl Future<Output = Response>,
) -> Result<Response, NotRepeated> {
    if principal.origin.idempotency.is_none() {
        return Ok(run.await);
    }
    if let Some(answer) = idempotency::answered(&app.services, principal).await? {
        return Ok(replayed(answer));
    }
    let mut response = run.await;
    let Ok(body) = response.take_body().into_string().await else { return Ok(response) };
    let text = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let answer = KeptAnswer {
        status: response.status().as_u16(),
        content_type: text(header::CONTENT_TYPE).unwrap_or_default().to_owned(),
        location: text(header::LOCATION).map(ToOwned::to_owned),
        body: body.clone(),
    };
    match idempotency::keep(&app.services, principal, answer).await? {
        Some(others) => Ok(replayed(others)),
        None => {
            response.set_body(body);
            Ok(response)
        }
    }
}

fn replayed(answer: KeptAnswer) -> Response {
    let mut response = Response::builder()
        .status(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK))
        .content_type(answer.content_type)
        .header(REPLAYED, "true");
    if let Some(location) = answer.location {
        response = response.header(header::LOCATION, location);
    }
    response.body(answer.body)
}
