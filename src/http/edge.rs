//! What every request passes: an id, a deadline, a log line, the headers of every answer; and its credential.

use super::multipart;
use super::pages::LINKS;
use crate::authn::{AuthnError, BasicAuth, Presented};
use crate::domain::{Channel, Network, Origin, Principal};
use crate::graphql::Engine;
use crate::rest::{Answer, problem};
use crate::service::{Failure, Services};
use crate::webhook::MailReports;
use bytes::Bytes;
use futures_util::FutureExt;
use poem::http::{StatusCode, header};
use poem::{Endpoint, Request, Response};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Longest a request may take, its body included.
const DEADLINE: Duration = Duration::from_secs(30);
/// The same for one that brings a file along.
const UPLOAD_DEADLINE: Duration = Duration::from_secs(240);
/// Largest body, in bytes (security G8).
pub const BODY_MAX: usize = 1024 * 1024;
const REQUEST_ID: &str = "x-request-id";

/// What the routes work with.
#[derive(Clone)]
pub struct App {
    /// The use cases.
    pub services: Arc<Services>,
    /// Answers GraphQL requests.
    pub graphql: Arc<Engine>,
    /// Takes what mail providers report.
    pub mail_reports: Arc<MailReports>,
}

/// A request's id, for the answer, the log and the audit.
#[derive(Clone)]
struct RequestId(String);

/// A client's id is taken if it is short and plain, so that calls can be followed across systems.
fn request_id(request: &Request) -> String {
    let plain = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let given = request.header(REQUEST_ID).filter(plain).map(ToOwned::to_owned);
    given.unwrap_or_else(fresh_request_id)
}

#[expect(clippy::disallowed_methods, reason = "only correlates log lines: no rule depends on it")]
fn fresh_request_id() -> String {
    Uuid::new_v4().as_simple().to_string()
}

/// The id that [`around`] gave a request.
fn id_of(request: &Request) -> String {
    request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone()).unwrap_or_default()
}

/// An address as a log may hold it.
fn without_token(path: &str) -> String {
    match LINKS.iter().find(|link| path.starts_with(**link)) {
        Some(link) => format!("{link}…"),
        None => path.to_owned(),
    }
}

/// Gives a request its id and deadline, and answers whatever becomes of it.
pub async fn around(next: Arc<impl Endpoint>, mut request: Request) -> poem::Result<Response> {
    let id = request_id(&request);
    let (method, path) = (request.method().clone(), without_token(request.uri().path()));
    request.extensions_mut().insert(RequestId(id.clone()));
    let started = Instant::now();
    let brings_a_file = request.uri().path() == "/graphql" && multipart::is_multipart(request.content_type());
    let deadline = if brings_a_file { UPLOAD_DEADLINE } else { DEADLINE };
    // A panic in a handler costs one request, never the process.
    let outcome =
        AssertUnwindSafe(tokio::time::timeout(deadline, next.get_response(request))).catch_unwind().await;
    let mut response = match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(_elapsed)) => answer(problem(503, "UNAVAILABLE", "the request took too long")),
        Err(_panic) => {
            tracing::error!(request.id = %id, "request `{id}` panicked");
            answer(problem(500, "INTERNAL", "internal error"))
        }
    };
    if response.status().is_client_error()
        && response.content_type().is_none_or(|kind| kind.starts_with("text/plain"))
    {
        response = plain_problem(&response);
    }
    let headers = response.headers_mut();
    if let Ok(value) = id.parse() {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(header::HeaderValue::from_static("no-store"));
    let (status, took) = (response.status().as_u16(), started.elapsed());
    tracing::info!(
        request.id = %id,
        http.status = status,
        took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "{method} {path} answered {status}"
    );
    Ok(response)
}

/// The router's own refusals, such as 404 and 405, in the one shape.
fn plain_problem(response: &Response) -> Response {
    let status = response.status();
    let (code, detail) = match status {
        StatusCode::NOT_FOUND => ("NOT_FOUND", "there is nothing at this address"),
        StatusCode::METHOD_NOT_ALLOWED => ("METHOD_NOT_ALLOWED", "this address does not take that method"),
        _ => ("BAD_REQUEST", "the request makes no sense"),
    };
    let mut shaped = answer(problem(status.as_u16(), code, detail));
    if let Some(allow) = response.headers().get(header::ALLOW) {
        shaped.headers_mut().insert(header::ALLOW, allow.clone());
    }
    shaped
}

/// An answer of the REST API on the wire.
pub fn answer(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut builder = Response::builder().status(status);
    if let Some(location) = &answer.location {
        builder = builder.header(header::LOCATION, location);
    }
    if let Some(allow) = &answer.allow {
        builder = builder.header(header::ALLOW, allow);
    }
    if let Some(seconds) = answer.retry_after {
        builder = builder.header(header::RETRY_AFTER, seconds);
    }
    if status == StatusCode::UNAUTHORIZED {
        builder = builder.header(header::WWW_AUTHENTICATE, "ApiKey, Bearer, Basic realm=\"fieldgate\"");
    }
    match answer.body {
        None => builder.finish(),
        Some(body) => {
            let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
            builder.content_type(kind).body(body.to_string())
        }
    }
}

/// The body, as long as it is not too long.
pub async fn body(request: &mut Request) -> Result<Bytes, Answer> {
    body_within(request, BODY_MAX).await
}

/// The same with a bound of its own.
pub async fn body_within(request: &mut Request, max: usize) -> Result<Bytes, Answer> {
    let too_large = || problem(413, "BODY_TOO_LARGE", &format!("a body has at most {max} bytes"));
    let announced = request.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > max as u64) {
        return Err(too_large());
    }
    request.take_body().into_bytes_limit(max).await.map_err(|error| match error {
        poem::error::ReadBodyError::PayloadTooLarge => too_large(),
        _ => problem(400, "BAD_REQUEST", "the body ended early"),
    })
}

/// Where a request came from.
pub fn origin(request: &Request, channel: Channel) -> Origin {
    Origin::new(channel, id_of(request)).from_network(peer(request).map(Network::from))
}

/// The address that the connection comes from.
fn peer(request: &Request) -> Option<IpAddr> {
    request.remote_addr().as_socket_addr().map(|address| address.ip().to_canonical())
}

/// Who sends the request.
pub async fn principal(
    app: &App,
    request: &Request,
    channel: Channel,
    basic: BasicAuth,
) -> Result<Principal, Failure> {
    Ok(authenticate(app, request, channel, basic).await?)
}

/// Who sends the request, or why the credential is not accepted.
pub async fn authenticate(
    app: &App,
    request: &Request,
    channel: Channel,
    basic: BasicAuth,
) -> Result<Principal, AuthnError> {
    let origin = origin(request, channel);
    let authorization = request.headers().get(header::AUTHORIZATION);
    let authorization = authorization.map(header::HeaderValue::to_str).transpose();
    let authorization = authorization.map_err(|_| AuthnError::Malformed)?;
    let presented = Presented { authorization, peer: peer(request), basic };
    let authenticated = app.services.authenticator.authenticate(presented, origin).await;
    if let Err(AuthnError::Store(cause)) = &authenticated {
        tracing::error!(error = ?cause, "could not look up a credential");
    }
    authenticated
}
