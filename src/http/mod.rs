//! The edge: routes, limits, request ids, health. Everything here is about HTTP and nothing about people.
//!
//! What belongs next door: who sends a request (`authn`), what it asks for (`graphql`, `rest`).

mod document;
mod edge;
mod graphiql;
mod graphql;
mod health;
mod idempotency;
mod json;
mod media;
mod multipart;
mod pages;
mod rest;
mod server;
mod webhook;

pub use edge::App;
pub use server::{ConnectionLimits, Server, descriptors};

use pages::LinkPage;
use poem::{Endpoint, EndpointExt, Route};
use webhook::Form;

/// All routes, behind the edge that gives each request an id, a deadline and its log line.
pub fn routes(app: App) -> impl Endpoint<Output = poem::Response> {
    rest::routes(Route::new(), &app)
        .at("/", poem::get(poem::endpoint::make_sync(|_| poem::web::Redirect::see_other("/graphql"))))
        .at("/graphql", graphql::endpoint(app.clone()))
        .at("/graphiql/:name", poem::get(graphql::asset))
        .at("/openapi.json", poem::get(rest::openapi_document))
        .at("/personal-id/:token", pages::personal_id(app.clone()))
        .at("/invitation/:token", pages::of_link(app.clone(), LinkPage::Invitation))
        .at("/confirm/:token", pages::of_link(app.clone(), LinkPage::Confirm))
        .at("/reset-password/:token", pages::of_link(app.clone(), LinkPage::ResetPassword))
        .at("/webhooks/mail/dsn", poem::post(webhook::mail(app.clone(), Form::Dsn)))
        .at("/webhooks/mail/ses", poem::post(webhook::mail(app.clone(), Form::Ses)))
        .at("/webhooks/mail/json", poem::post(webhook::mail(app.clone(), Form::Json)))
        .at("/health", poem::get(health::alive))
        .at("/ready", poem::get(health::ready(app)))
        .around(edge::around)
}
