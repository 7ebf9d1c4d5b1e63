//! `/a/<space>/api/web-user/v1/…` on the wire.

use super::{method_not_allowed, nowhere, object, parameters, principal};
use crate::http::edge::{App, answer};
use crate::rest::{Answer, web_user};
use poem::http::Method;
use poem::{Endpoint, Request, Response};

/// `/a/<space>/api/web-user/v1/`.
pub fn all(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move { Ok::<_, poem::Error>(answer(serve_all(&app, request).await.unwrap_or_else(|it| it))) }
    })
}

/// `/a/<space>/api/web-user/v1/<id>/`.
pub fn one(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move { Ok::<_, poem::Error>(answer(serve_one(&app, request).await.unwrap_or_else(|it| it))) }
    })
}

/// `/a/<space>/api/web-user/v1/<id>/<verb>/`. There is no body, and one that is sent is not looked at.
pub fn verb(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move { Ok::<_, poem::Error>(answer(serve_verb(&app, request).await.unwrap_or_else(|it| it))) }
    })
}

async fn serve_all(app: &App, request: Request) -> Result<Answer, Answer> {
    let space = request.path_params::<String>().map_err(|_| nowhere())?;
    if *request.method() != Method::GET {
        return Err(method_not_allowed("GET"));
    }
    let principal = principal(app, &request).await?;
    let page = web_user::list(&app.services, &principal, &space, &parameters(&request)?).await;
    page.map_err(|refused| Answer::from(refused).of_list())
}

async fn serve_one(app: &App, mut request: Request) -> Result<Answer, Answer> {
    let (space, id) = request.path_params::<(String, String)>().map_err(|_| nowhere())?;
    match *request.method() {
        Method::GET => {
            let principal = principal(app, &request).await?;
            Ok(web_user::read(&app.services, &principal, &space, &id).await?)
        }
        Method::PATCH => {
            let principal = principal(app, &request).await?;
            let body = object(&mut request).await?;
            Ok(web_user::edit(&app.services, &principal, &space, &id, body).await?)
        }
        _ => Err(method_not_allowed("GET, PATCH")),
    }
}

async fn serve_verb(app: &App, request: Request) -> Result<Answer, Answer> {
    let (space, id, verb) = request.path_params::<(String, String, String)>().map_err(|_| nowhere())?;
    if !["activate", "enable", "deactivate", "disable"].contains(&verb.as_str()) {
        return Err(nowhere());
    }
    if *request.method() != Method::POST {
        return Err(method_not_allowed("POST"));
    }
    let principal = principal(app, &request).await?;
    Ok(match verb.as_str() {
        "activate" | "enable" => web_user::activate(&app.services, &principal, &space, &id).await?,
        _ => web_user::deactivate(&app.services, &principal, &space, &id).await?,
    })
}
