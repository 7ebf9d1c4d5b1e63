//! GraphQL over HTTP, as its specification has it: POST with JSON, GET for queries alone, GraphiQL for people.

use super::document::{self, Checked};
use super::edge::{self, App};
use super::multipart::{self, Files};
use super::{graphiql, idempotency, json, media};
use crate::authn::{AuthnError, BasicAuth};
use crate::domain::{Channel, Idempotency, Principal};
use crate::graphql::execution::{Outcome, RequestError};
use crate::graphql::{Caller, ErrorCode};
use crate::service::Failure;
use crate::service::idempotency::NotRepeated;
use async_graphql::parser::types::OperationType;
use async_graphql::{Response as GraphqlResponse, ServerError};
use poem::http::{Method, StatusCode, header};
use poem::web::Path;
use poem::{Endpoint, IntoResponse, Request, Response};
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use std::time::Duration;

/// Longest execution of a document (security G8).
const EXECUTION_MAX: Duration = Duration::from_secs(10);
/// The same where a file came along: compiling what brings an interpreter takes seconds, and may have to wait its turn.
const UPLOAD_MAX: Duration = Duration::from_secs(150);

/// `/graphql`.
pub fn endpoint(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move { Ok::<_, poem::Error>(serve(&app, request).await) }
    })
}

/// `/graphiql/<name>`: the files of GraphiQL.
#[poem::handler]
pub fn asset(Path(name): Path<String>) -> Response {
    graphiql::asset(&name).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// A GraphQL request as it arrived.
pub(super) struct Asked {
    pub(super) idempotency: Option<Idempotency>,
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Json,
    /// Files that came along.
    pub(super) files: Option<Files>,
}

/// A request that was refused before it was executed.
pub(super) struct Refusal {
    /// The status; `None` for a well-formed HTTP request whose GraphQL request is refused. GraphQL over HTTP answers such a
    /// request with 400, and with 200 under the older media type.
    status: Option<StatusCode>,
    errors: Vec<RequestError>,
}

impl Refusal {
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::with(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn with(status: StatusCode, message: impl Into<String>) -> Self {
        Self::coded(status, ErrorCode::BadRequest, message)
    }

    pub(super) fn coded(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status: Some(status), errors: vec![RequestError::new(code, message)] }
    }

    pub(super) fn request(errors: Vec<RequestError>) -> Self {
        Self { status: None, errors }
    }
}

async fn serve(app: &App, mut request: Request) -> Response {
    let accept = request.header(header::ACCEPT).map(ToOwned::to_owned);
    let is_get = request.method() == Method::GET || request.method() == Method::HEAD;
    if is_get && request.uri().query().is_none() && media::wants_page(accept.as_deref()) {
        return graphiql::page();
    }
    let Some(kind) = media::graphql_answer(accept.as_deref()) else {
        let refusal = Refusal::with(
            StatusCode::NOT_ACCEPTABLE,
            format!("answers are {} or {}", media::GRAPHQL_RESPONSE, media::JSON),
        );
        return refused(media::JSON, refusal);
    };
    let mut sender = None;
    let asked = match *request.method() {
        Method::GET => asked_by_get(&request),
        Method::POST if multipart::is_multipart(request.content_type()) => {
            let principal =
                match edge::authenticate(app, &request, Channel::Graphql, BasicAuth::Refused).await {
                    Ok(principal) => sender.insert(principal),
                    Err(error) => return refused(kind, not_authenticated(error)),
                };
            multipart::read(&mut request, principal).await
        }
        Method::POST => asked_by_post(&mut request).await,
        _ => Err(Refusal::with(StatusCode::METHOD_NOT_ALLOWED, "use POST, or GET for queries")),
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(refusal) => return refused(kind, refusal),
    };
    let checked = match document::check(&asked.query, asked.operation_name.as_deref()) {
        Ok(checked) => checked,
        Err(error) => return refused(kind, Refusal::request(vec![error.into()])),
    };
    // Anybody's page can make a browser send a GET: it changes nothing.
    if is_get && checked.operation != OperationType::Query {
        return refused(
            kind,
            Refusal::with(StatusCode::METHOD_NOT_ALLOWED, "GET is for queries alone: use POST"),
        );
    }
    // What is made once is one thing, and one answer is kept of it.
    if asked.idempotency.is_some() && checked.operation == OperationType::Mutation && checked.root_fields > 1
    {
        return refused(kind, Refusal::bad("with an `Idempotency-Key`, a document has one mutation"));
    }
    let mut principal = match sender {
        Some(principal) => principal,
        None => match edge::authenticate(app, &request, Channel::Graphql, BasicAuth::Refused).await {
            Ok(principal) => principal,
            Err(error) => return refused(kind, not_authenticated(error)),
        },
    };
    principal.origin.idempotency =
        asked.idempotency.clone().filter(|_| checked.operation == OperationType::Mutation);
    let principal = Arc::new(principal);
    let run = execute(app, kind, Arc::clone(&principal), asked, checked);
    idempotency::once(app, &principal, run).await.unwrap_or_else(|error| refused(kind, not_repeated(&error)))
}

async fn execute(
    app: &App,
    kind: &str,
    principal: Arc<Principal>,
    asked: Asked,
    checked: Checked,
) -> Response {
    let prepared = app.graphql.validate(&checked.document).and_then(|()| {
        let variables = match asked.variables {
            Json::Object(variables) => variables,
            _ => Map::new(),
        };
        app.graphql.prepare(&checked.document, asked.operation_name.as_deref(), variables)
    });
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(errors) => return refused(kind, Refusal::request(errors)),
    };
    let (uploads, turn) = match asked.files {
        Some(Files { uploads, turn }) => (Some(uploads), turn),
        None => (None, None),
    };
    let most = if uploads.is_some() { UPLOAD_MAX } else { EXECUTION_MAX };
    let execution = app.graphql.execute(prepared, |request| {
        let request = request.data(Caller::new(&app.services, principal)).data(Arc::clone(&app.services));
        match uploads {
            Some(uploads) => request.data(uploads),
            None => request,
        }
    });
    let executed_in_time = tokio::time::timeout(most, execution).await;
    drop(turn);
    match executed_in_time {
        Ok(Outcome::Executed(response)) => executed(kind, response),
        Ok(Outcome::Refused(errors)) => refused(kind, Refusal::request(errors)),
        Err(_elapsed) => {
            let message = "the document took too long";
            refused(kind, Refusal::coded(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message))
        }
    }
}

fn not_authenticated(error: AuthnError) -> Refusal {
    match error {
        AuthnError::Expired => {
            Refusal::coded(StatusCode::UNAUTHORIZED, ErrorCode::TokenExpired, error.to_string())
        }
        other => not_admitted(&Failure::from(other)),
    }
}

fn not_admitted(failure: &Failure) -> Refusal {
    let code = ErrorCode::from(failure);
    let status = match code {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Unavailable | ErrorCode::NotWritable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Refusal::coded(status, code, failure.to_string())
}

fn not_repeated(error: &NotRepeated) -> Refusal {
    match error {
        NotRepeated::AnotherRequest => Refusal::with(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
        NotRepeated::NoAnswer => Refusal::coded(StatusCode::CONFLICT, ErrorCode::Conflict, error.to_string()),
        NotRepeated::Failure(failure) => not_admitted(failure),
    }
}

fn asked_by_get(request: &Request) -> Result<Asked, Refusal> {
    let parameters: Vec<(String, String)> =
        request.params().map_err(|_| Refusal::bad("the parameters cannot be read"))?;
    let mut object = Map::new();
    for (name, value) in parameters {
        let value = match name.as_str() {
            "query" | "operationName" => Json::String(value),
            "variables" | "extensions" if value.is_empty() => Json::Null,
            "variables" | "extensions" => {
                json::parse(value.as_bytes()).map_err(|error| Refusal::bad(format!("`{name}` is {error}")))?
            }
            _ => return Err(Refusal::bad(format!("`{}` is not a parameter of GraphQL", shown(&name)))),
        };
        if object.insert(name.clone(), value).is_some() {
            return Err(Refusal::bad(format!("`{name}` is given twice")));
        }
    }
    asked(object)
}

async fn asked_by_post(request: &mut Request) -> Result<Asked, Refusal> {
    // Only what a page of another site cannot send without asking first (security G7).
    if !media::is_json(request.content_type()) {
        return Err(Refusal::with(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the content type must be application/json, in UTF-8; or multipart/form-data with a file",
        ));
    }
    let body = edge::body(request).await.map_err(|answer| {
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
        Refusal::with(status, "the body is too long or ended early")
    })?;
    let idempotency = idempotency::of(request, &body).map_err(Refusal::bad)?;
    match json::parse(&body).map_err(Refusal::bad)? {
        Json::Object(object) => Ok(Asked { idempotency, ..asked(object)? }),
        Json::Array(_) => Err(Refusal::bad("one request at a time: batches are not taken")),
        _ => Err(Refusal::bad("the body must be a JSON object")),
    }
}

pub(super) fn asked(mut object: Map<String, Json>) -> Result<Asked, Refusal> {
    let query = match object.remove("query") {
        Some(Json::String(query)) => query,
        None | Some(Json::Null) if names_persisted_query(&object) => {
            // Apollo's clients look for this message and send the text of the document then.
            let code = ErrorCode::PersistedQueryNotSupported;
            return Err(Refusal::request(vec![RequestError::new(code, "PersistedQueryNotSupported")]));
        }
        _ => return Err(Refusal::bad("`query` must be a text")),
    };
    let operation_name = match object.remove("operationName") {
        None | Some(Json::Null) => None,
        Some(Json::String(name)) => Some(name).filter(|name| !name.is_empty()),
        Some(_) => return Err(Refusal::bad("`operationName` must be a text")),
    };
    let variables = match object.remove("variables") {
        None | Some(Json::Null) => Json::Object(Map::new()),
        Some(variables @ Json::Object(_)) => variables,
        Some(_) => return Err(Refusal::bad("`variables` must be an object")),
    };
    match object.remove("extensions") {
        None | Some(Json::Null | Json::Object(_)) => {}
        Some(_) => return Err(Refusal::bad("`extensions` must be an object")),
    }
    match object.keys().next() {
        None => Ok(Asked { idempotency: None, query, operation_name, variables, files: None }),
        Some(name) => Err(Refusal::bad(format!("`{}` is not a part of a GraphQL request", shown(name)))),
    }
}

/// Whether a request names a document by its hash only.
fn names_persisted_query(request: &Map<String, Json>) -> bool {
    request.get("extensions").is_some_and(|extensions| extensions.get("persistedQuery").is_some())
}

fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}

/// The answer to a request that was refused before it was executed: errors and no data.
fn refused(kind: &str, refusal: Refusal) -> Response {
    let of_request = if kind == media::JSON { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let status = refusal.status.unwrap_or(of_request);
    let errors: Vec<ServerError> = refusal.errors.into_iter().map(Into::into).collect();
    let mut response = answer(kind, status, &serde_json::json!({ "errors": errors }));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, POST"));
    }
    if status == StatusCode::UNAUTHORIZED {
        let schemes = header::HeaderValue::from_static("Bearer, ApiKey");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, schemes);
    }
    response
}

/// The answer to a request that was executed: data, which may be null, and errors.
fn executed(kind: &str, mut response: GraphqlResponse) -> Response {
    for error in &mut response.errors {
        code_error(error);
    }
    let retry_after = response.errors.iter().filter_map(retry_after_seconds).max();
    let mut answer = answer(kind, StatusCode::OK, &response);
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    answer
}

/// The seconds to wait that an error with the code `RATE_LIMITED` names.
fn retry_after_seconds(error: &ServerError) -> Option<u64> {
    match error.extensions.as_ref()?.get("retryAfterSeconds")? {
        async_graphql::Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}

fn answer(kind: &str, status: StatusCode, body: &impl serde::Serialize) -> Response {
    Response::builder()
        .status(status)
        .content_type(format!("{kind}; charset=utf-8"))
        .header(header::VARY, "Accept")
        .body(serde_json::to_vec(body).unwrap_or_default())
}

/// Gives an error of async-graphql a code: it is about the value of an argument.
fn code_error(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", ErrorCode::BadUserInput.name());
    }
}
