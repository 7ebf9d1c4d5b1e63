//! The REST API on the wire: reads requests for `rest`, and writes its answers.

mod read_only;
mod web_user;

use super::edge::{self, App, answer};
use super::{idempotency, json, media};
use crate::authn::BasicAuth;
use crate::domain::{Channel, Identity, Principal};
use crate::rest::{Answer, Parameters, invitation, mobile_worker, openapi, problem};
use crate::service::Refused;
use bytes::Bytes;
use poem::http::Method;
use poem::{Endpoint, Request, Response, Route};
use serde_json::{Map, Value as Json};

/// Adds the addresses of the REST API. Each resource has the form that CommCare HQ documents, and the two that programs
/// written before it use; with and without the last slash, because some programs follow no redirect.
pub fn routes(mut route: Route, app: &App) -> Route {
    for (resource, kind) in [
        ("user", Kind::Workers),
        ("web-user", Kind::WebUsers),
        ("group", Kind::Groups),
        ("location", Kind::Locations),
        ("location_type", Kind::LocationTypes),
    ] {
        for base in [
            format!("/a/:space/api/{resource}/v1"),
            format!("/a/:space/api/v0.5/{resource}"),
            format!("/a/:space/api/v0.4/{resource}"),
        ] {
            for slash in ["", "/"] {
                let (all, one) = (format!("{base}{slash}"), format!("{base}/:id{slash}"));
                let verb = format!("{base}/:id/:verb{slash}");
                route = match kind {
                    Kind::Workers => route
                        .at(all, workers(app.clone()))
                        .at(one, worker(app.clone()))
                        .at(verb, worker_verb(app.clone())),
                    Kind::WebUsers => route
                        .at(all, web_user::all(app.clone()))
                        .at(one, web_user::one(app.clone()))
                        .at(verb, web_user::verb(app.clone())),
                    Kind::Groups => read_only::routes(route, (all, one), app, read_only::Noun::Group),
                    Kind::Locations => read_only::routes(route, (all, one), app, read_only::Noun::Location),
                    Kind::LocationTypes => {
                        read_only::routes(route, (all, one), app, read_only::Noun::LocationType)
                    }
                };
            }
        }
    }
    for slash in ["", "/"] {
        route = route.at(format!("/a/:space/api/invitation/v1{slash}"), invitations(app.clone()));
    }
    read_only::own_routes(route, app)
}

/// The resources whose addresses have several forms.
#[derive(Clone, Copy)]
enum Kind {
    Workers,
    WebUsers,
    Groups,
    Locations,
    LocationTypes,
}

/// `/a/<space>/api/user/v1/`.
fn workers(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move { Ok::<_, poem::Error>(serve_workers(&app, request).await.unwrap_or_else(answer)) }
    })
}

/// `/a/<space>/api/user/v1/<id>/`.
fn worker(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move {
            Ok::<_, poem::Error>(answer(serve_worker(&app, request).await.unwrap_or_else(|answer| answer)))
        }
    })
}

/// `/a/<space>/api/user/v1/<id>/<verb>/`: one worker, and what is done to it. There is no body, and one that is sent is not
/// looked at.
fn worker_verb(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move {
            Ok::<_, poem::Error>(answer(serve_verb(&app, request).await.unwrap_or_else(|answer| answer)))
        }
    })
}

/// `/openapi.json`: what there is, for programs and for everybody.
#[poem::handler]
pub fn openapi_document() -> Response {
    Response::builder().content_type("application/json").body(openapi::text())
}

/// `/a/<space>/api/invitation/v1/`.
fn invitations(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move { Ok::<_, poem::Error>(serve_invitations(&app, request).await.unwrap_or_else(answer)) }
    })
}

async fn serve_invitations(app: &App, mut request: Request) -> Result<Response, Answer> {
    let space = request.path_params::<String>().map_err(|_| nowhere())?;
    match *request.method() {
        Method::POST => {
            let principal = principal(app, &request).await?;
            once(app, principal, &mut request, async |principal: &Principal, body| {
                invitation::create(&app.services, principal, &space, body).await
            })
            .await
        }
        _ => Err(method_not_allowed("POST")),
    }
}

async fn serve_workers(app: &App, mut request: Request) -> Result<Response, Answer> {
    let space = request.path_params::<String>().map_err(|_| nowhere())?;
    match *request.method() {
        Method::GET => {
            let principal = principal(app, &request).await?;
            let parameters = parameters(&request)?;
            let page = mobile_worker::list(&app.services, &principal, &space, &parameters).await;
            Ok(answer(page.map_err(|refused| Answer::from(refused).of_list())?))
        }
        Method::POST => {
            let principal = principal(app, &request).await?;
            once(app, principal, &mut request, async |principal: &Principal, body| {
                mobile_worker::create(&app.services, principal, &space, body).await
            })
            .await
        }
        _ => Err(method_not_allowed("GET, POST")),
    }
}

async fn serve_worker(app: &App, mut request: Request) -> Result<Answer, Answer> {
    let (space, id) = request.path_params::<(String, String)>().map_err(|_| nowhere())?;
    match *request.method() {
        Method::GET => {
            let principal = principal(app, &request).await?;
            Ok(mobile_worker::read(&app.services, &principal, &space, &id).await?)
        }
        Method::PUT => {
            let principal = principal(app, &request).await?;
            let body = object(&mut request).await?;
            Ok(mobile_worker::edit(&app.services, &principal, &space, &id, body).await?)
        }
        Method::DELETE => {
            let principal = principal(app, &request).await?;
            Ok(mobile_worker::delete(&app.services, &principal, &space, &id).await?)
        }
        _ => Err(method_not_allowed("GET, PUT, DELETE")),
    }
}

async fn serve_verb(app: &App, request: Request) -> Result<Answer, Answer> {
    let (space, id, verb) = request.path_params::<(String, String, String)>().map_err(|_| nowhere())?;
    if !["activate", "enable", "deactivate", "disable", "email_password_reset"].contains(&verb.as_str()) {
        return Err(nowhere());
    }
    if *request.method() != Method::POST {
        return Err(method_not_allowed("POST"));
    }
    let principal = principal(app, &request).await?;
    let services = &app.services;
    Ok(match verb.as_str() {
        "activate" | "enable" => mobile_worker::activate(services, &principal, &space, &id).await?,
        "deactivate" | "disable" => mobile_worker::deactivate(services, &principal, &space, &id).await?,
        "email_password_reset" => {
            mobile_worker::email_password_reset(services, &principal, &space, &id).await?
        }
        _ => return Err(nowhere()),
    })
}

/// What stands after the `?`, in its order.
fn parameters(request: &Request) -> Result<Parameters, Answer> {
    let parameters: Vec<(String, String)> =
        request.params().map_err(|_| problem(400, "BAD_REQUEST", "the parameters cannot be read"))?;
    Ok(Parameters::new(request.uri().path().to_owned(), parameters))
}

/// What a caller without credentials is told. `commcare-export` tries Digest unless it is told otherwise.
const SIGN_IN: &str = "sign in with an API key: `Authorization: ApiKey <e-mail address>:<key>` (`--auth-mode apikey` of \
                       commcare-export). `Bearer` and `Basic` are taken as well; `Digest` is not";

/// A stranger is told to sign in before anything else is looked at.
async fn principal(app: &App, request: &Request) -> Result<Principal, Answer> {
    let principal = edge::principal(app, request, Channel::Rest, BasicAuth::Taken).await?;
    match principal.identity {
        Identity::Anonymous => Err(problem(401, "UNAUTHENTICATED", SIGN_IN)),
        Identity::WebUser(_) | Identity::MobileWorker(_) | Identity::System => Ok(principal),
    }
}

/// Makes something of a body; once, if the request has an `Idempotency-Key`.
async fn once(
    app: &App,
    mut principal: Principal,
    request: &mut Request,
    create: impl AsyncFnOnce(&Principal, Map<String, Json>) -> Result<Answer, Refused>,
) -> Result<Response, Answer> {
    let bytes = json_bytes(request).await?;
    let body = json::parse_object(&bytes).map_err(|error| problem(400, "BAD_REQUEST", &error))?;
    principal.origin.idempotency =
        idempotency::of(request, &bytes).map_err(|error| problem(400, "BAD_REQUEST", error))?;
    let run = async { answer(create(&principal, body).await.unwrap_or_else(Into::into)) };
    Ok(idempotency::once(app, &principal, run).await?)
}

async fn object(request: &mut Request) -> Result<Map<String, Json>, Answer> {
    let body = json_bytes(request).await?;
    json::parse_object(&body).map_err(|error| problem(400, "BAD_REQUEST", &error))
}

async fn json_bytes(request: &mut Request) -> Result<Bytes, Answer> {
    if !media::is_json(request.content_type()) {
        return Err(problem(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "the content type must be application/json, in UTF-8",
        ));
    }
    edge::body(request).await
}

fn nowhere() -> Answer {
    problem(404, "NOT_FOUND", "not found")
}

fn method_not_allowed(allowed: &str) -> Answer {
    Answer {
        allow: Some(allowed.to_owned()),
        ..problem(405, "METHOD_NOT_ALLOWED", "this address does not take that method")
    }
}
