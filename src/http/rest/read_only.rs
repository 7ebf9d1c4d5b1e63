//! The resources of the REST API that are only read: `/a/<space>/api/group/v1/…`, `…/location/v1/…`,
//! `…/location_type/v1/…`, and what callers ask about themselves, on the wire.

use super::{method_not_allowed, nowhere, parameters, principal};
use crate::http::edge::{App, answer};
use crate::rest::{Answer, group, location, location_type, own};
use poem::http::Method;
use poem::{Request, Route};

/// What is read.
#[derive(Clone, Copy)]
pub enum Noun {
    Group,
    Location,
    LocationType,
}

/// Adds the address of all and the address of one.
pub fn routes(route: Route, (all, one): (String, String), app: &App, noun: Noun) -> Route {
    let (lists, reads) = (app.clone(), app.clone());
    let list = poem::endpoint::make(move |request| {
        let app = lists.clone();
        async move {
            let page = serve_list(&app, request, noun).await;
            Ok::<_, poem::Error>(answer(page.unwrap_or_else(Answer::of_list)))
        }
    });
    let read = poem::endpoint::make(move |request| {
        let app = reads.clone();
        async move { Ok::<_, poem::Error>(answer(serve_one(&app, request, noun).await.unwrap_or_else(|it| it))) }
    });
    route.at(all, list).at(one, read)
}

/// Adds the addresses of what a caller asks about themselves, in the forms that there are.
pub fn own_routes(mut route: Route, app: &App) -> Route {
    for (list, read) in
        [("/api/user_domains/v1", "/api/identity/v1"), ("/api/v0.5/user_domains", "/api/v0.5/identity")]
    {
        for slash in ["", "/"] {
            let (lists, reads) = (app.clone(), app.clone());
            let spaces = poem::endpoint::make(move |request| {
                let app = lists.clone();
                async move {
                    Ok::<_, poem::Error>(answer(serve_own_list(&app, request).await.unwrap_or_else(|it| it)))
                }
            });
            let identity = poem::endpoint::make(move |request| {
                let app = reads.clone();
                async move {
                    Ok::<_, poem::Error>(answer(serve_identity(&app, request).await.unwrap_or_else(|it| it)))
                }
            });
            route = route.at(format!("{list}{slash}"), spaces).at(format!("{read}{slash}"), identity);
        }
    }
    route
}

async fn serve_own_list(app: &App, request: Request) -> Result<Answer, Answer> {
    if *request.method() != Method::GET {
        return Err(method_not_allowed("GET"));
    }
    let principal = principal(app, &request).await?;
    Ok(own::list(&principal, &parameters(&request)?)?)
}

async fn serve_identity(app: &App, request: Request) -> Result<Answer, Answer> {
    if *request.method() != Method::GET {
        return Err(method_not_allowed("GET"));
    }
    let principal = principal(app, &request).await?;
    Ok(own::read(&app.services, &principal).await?)
}

async fn serve_list(app: &App, request: Request, noun: Noun) -> Result<Answer, Answer> {
    let space = request.path_params::<String>().map_err(|_| nowhere())?;
    if *request.method() != Method::GET {
        return Err(method_not_allowed("GET"));
    }
    let principal = principal(app, &request).await?;
    let (services, parameters) = (&app.services, parameters(&request)?);
    Ok(match noun {
        Noun::Group => group::list(services, &principal, &space, &parameters).await?,
        Noun::Location => location::list(services, &principal, &space, &parameters).await?,
        Noun::LocationType => location_type::list(services, &principal, &space, &parameters).await?,
    })
}

async fn serve_one(app: &App, request: Request, noun: Noun) -> Result<Answer, Answer> {
    let (space, id) = request.path_params::<(String, String)>().map_err(|_| nowhere())?;
    if *request.method() != Method::GET {
        return Err(method_not_allowed("GET"));
    }
    let principal = principal(app, &request).await?;
    let services = &app.services;
    Ok(match noun {
        Noun::Group => group::read(services, &principal, &space, &id).await?,
        Noun::Location => location::read(services, &principal, &space, &id).await?,
        Noun::LocationType => location_type::read(services, &principal, &space, &id).await?,
    })
}
