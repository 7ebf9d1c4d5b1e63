//! Servers of others, for whoever develops against the gateway or tries it out.

use super::CommandError;
use crate::config::ConfigOptions;
use crate::domain::{Clock, SystemClock};
use crate::outbound::personal_id::{LocalIssuer, LocalKey, NoKey};
use clap::Subcommand;
use poem::http::StatusCode;
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Endpoint, Request, Response, Route};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tokio::sync::RwLock;

/// Where the issuer is when nobody says otherwise, and where the demo looks for it.
pub const PORT: u16 = 8090;
/// Whom its tokens are for, when nobody says otherwise.
pub const AUDIENCE: &str = "fieldgate";
/// Most bytes of a request for a token.
const FORM_MAX: usize = 4 * 1024;

#[derive(Subcommand)]
pub enum DevCommand {
    /// Run a PersonalID of your own: an OpenID issuer that believes whoever says who they are
    PersonalId {
        /// The port to listen on, on this machine alone
        #[arg(long, default_value_t = PORT)]
        port: u16,
    },
}

/// The address of the issuer at a port.
pub fn issuer(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

pub async fn run(options: &ConfigOptions, command: DevCommand) -> Result<(), CommandError> {
    let DevCommand::PersonalId { port } = command;
    let audience = options.personal_id_audience.clone().unwrap_or_else(|| AUDIENCE.to_owned());
    let acceptor = TcpListener::bind(("127.0.0.1", port)).into_acceptor().await?;
    // Of port 0, only the system knew what it would be.
    let bound = acceptor.local_addr().first().and_then(|local| local.as_socket_addr().copied());
    let address = issuer(bound.map_or(port, |bound| bound.port()));
    let issuer = LocalIssuer::new(address.clone(), LocalKey::es256().map_err(no_key)?);
    let issuer = Arc::new(Served { issuer: RwLock::new(issuer), audience: audience.clone() });
    println!(
        "\
A PersonalID for development, which believes everybody. Never use it for real people.

  issuer    {address}
  audience  {audience}

The demo knows it. Any other gateway is started with

  fieldgate serve --personal-id-issuer {address} --personal-id-audience {audience}

A token for somebody called amina:   curl -s {address}/token -d username=amina
Another key, as issuers change it:   curl -s -X POST {address}/rotate

Stop with Ctrl-C."
    );
    let routes = Route::new()
        .at("/.well-known/openid-configuration", answers(&issuer, Page::Discovery))
        .at("/jwks", answers(&issuer, Page::Keys))
        .at("/token", answers(&issuer, Page::Token))
        .at("/rotate", answers(&issuer, Page::Rotate));
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    Ok(poem::Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(routes, stop, None).await?)
}

struct Served {
    issuer: RwLock<LocalIssuer>,
    audience: String,
}

#[derive(Clone, Copy)]
enum Page {
    Discovery,
    Keys,
    Token,
    Rotate,
}

fn answers(issuer: &Arc<Served>, page: Page) -> impl Endpoint<Output = Response> + use<> {
    let issuer = Arc::clone(issuer);
    poem::endpoint::make(move |request| {
        let issuer = Arc::clone(&issuer);
        async move {
            let (status, json) = answer(&issuer, page, request).await;
            let response = Response::builder().status(status).content_type("application/json");
            Ok::<_, poem::Error>(response.body(json.to_string()))
        }
    })
}

async fn answer(served: &Served, page: Page, mut request: Request) -> (StatusCode, Json) {
    let is_post = request.method() == poem::http::Method::POST;
    match (page, is_post) {
        (Page::Discovery, false) => (StatusCode::OK, served.issuer.read().await.discovery()),
        (Page::Keys, false) => (StatusCode::OK, served.issuer.read().await.keys()),
        (Page::Token, true) => {
            let body = request.take_body().into_bytes_limit(FORM_MAX).await.unwrap_or_default();
            let mut fields = form_urlencoded::parse(&body).into_owned();
            let username = fields.find(|(name, _)| name == "username").map(|(_, value)| value);
            let Some(username) = username.filter(|name| !name.trim().is_empty()) else {
                return (StatusCode::BAD_REQUEST, json!({ "error": "invalid_request" }));
            };
            let issuer = served.issuer.read().await;
            match issuer.token(&username, &served.audience, SystemClock.now()) {
                // One token stands for both: it names its bearer, and it is for the gateway.
                Ok(token) => {
                    let seconds = issuer.lifetime();
                    let json = json!({
                        "access_token": token, "id_token": token, "token_type": "Bearer", "expires_in": seconds,
                    });
                    (StatusCode::OK, json)
                }
                Err(NoKey) => (StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": "server_error" })),
            }
        }
        (Page::Rotate, true) => match LocalKey::es256() {
            Ok(key) => {
                served.issuer.write().await.rotate(key);
                (StatusCode::OK, served.issuer.read().await.keys())
            }
            Err(NoKey) => (StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": "server_error" })),
        },
        _ => (StatusCode::METHOD_NOT_ALLOWED, json!({ "error": "invalid_request" })),
    }
}

fn no_key(error: NoKey) -> CommandError {
    CommandError::Usage(error.to_string())
}
