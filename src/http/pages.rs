//! The pages on the wire: addresses that end with a token, forms, and headers that keep both from going anywhere else.

use super::edge::{self, App};
use crate::domain::Channel;
use crate::pages::{self, Form, Page};
use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, Request, Response};
use std::sync::LazyLock;

/// Most bytes of a form.
const FORM_MAX: usize = 16 * 1024;

/// What addresses begin with whose rest is a token, which no log may hold.
pub const LINKS: &[&str] = &["/invitation/", "/personal-id/", "/confirm/", "/reset-password/"];

/// No script, no style but ours, nothing from anywhere, in nobody's frame; and forms go back where they came from.
static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src {}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        pages::style_hash()
    )
});

/// What a link leads to.
#[derive(Debug, Clone, Copy)]
pub enum LinkPage {
    /// `/invitation/<token>`.
    Invitation,
    /// `/confirm/<token>`.
    Confirm,
    /// `/reset-password/<token>`.
    ResetPassword,
}

/// The page of a link: looked at with GET, which changes nothing, and filled in with POST.
pub fn of_link(app: App, page: LinkPage) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request| {
        let app = app.clone();
        async move { Ok::<_, poem::Error>(serve(&app, page, request).await) }
    })
}

/// `/personal-id/<token>`: to be looked at, and accepted by the application on a phone.
pub fn personal_id(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |request: Request| {
        let app = app.clone();
        async move {
            let token = request.path_params::<String>().unwrap_or_default();
            let origin = edge::origin(&request, Channel::Page);
            Ok::<_, poem::Error>(match *request.method() {
                Method::GET | Method::HEAD => {
                    written(pages::personal_id::show(&app.services, origin, token).await)
                }
                _ => Response::builder()
                    .status(StatusCode::METHOD_NOT_ALLOWED)
                    .header(header::ALLOW, "GET")
                    .finish(),
            })
        }
    })
}

async fn serve(app: &App, page: LinkPage, mut request: Request) -> Response {
    let token = request.path_params::<String>().unwrap_or_default();
    let origin = edge::origin(&request, Channel::Page);
    let services = &app.services;
    match *request.method() {
        Method::GET | Method::HEAD => written(match page {
            LinkPage::Invitation => pages::invitation::show(services, origin, token).await,
            LinkPage::Confirm => pages::confirm::show(services, origin, token).await,
            LinkPage::ResetPassword => pages::reset_password::show(services, origin, token).await,
        }),
        Method::POST => {
            let form = match form(&mut request).await {
                Ok(form) => form,
                Err(status) => return status.into(),
            };
            written(match page {
                LinkPage::Invitation => pages::invitation::accept(services, origin, token, &form).await,
                LinkPage::Confirm => pages::confirm::confirm(services, origin, token, &form).await,
                LinkPage::ResetPassword => pages::reset_password::reset(services, origin, token, &form).await,
            })
        }
        _ => Response::builder()
            .status(StatusCode::METHOD_NOT_ALLOWED)
            .header(header::ALLOW, "GET, POST")
            .finish(),
    }
}

/// The form, if one of our own pages sent it (security S10): the token alone would do for whoever has it, but another site
/// must not be able to make a browser send it.
async fn form(request: &mut Request) -> Result<Form, StatusCode> {
    let is_form = request.content_type().is_some_and(|kind| {
        kind.split(';').next().map(str::trim) == Some("application/x-www-form-urlencoded")
    });
    if !is_form {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    if !is_same_origin(request) {
        return Err(StatusCode::FORBIDDEN);
    }
    let body = request.take_body().into_bytes_limit(FORM_MAX).await.map_err(|error| match error {
        poem::error::ReadBodyError::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    })?;
    Ok(Form::read(&body))
}

/// What sends neither header is no browser, and cannot be led astray by a page.
fn is_same_origin(request: &Request) -> bool {
    if let Some(site) = request.header("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match (request.header(header::ORIGIN), request.header(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, of)| of == host),
        (Some(_), None) => false,
    }
}

fn written(page: Page) -> Response {
    Response::builder()
        .status(StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .content_type("text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY.as_str())
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(header::CACHE_CONTROL, "no-store")
        .body(page.html)
}
