//! Whether the process lives, and whether it can serve.

use super::edge::App;
use poem::http::StatusCode;
use poem::{Endpoint, IntoResponse, Response};

/// `/health`: the process answers.
#[poem::handler]
pub fn alive() -> &'static str {
    "ok\n"
}

/// `/ready`: the database answers as well. A mail server that is away does not make a gateway unready.
pub fn ready(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |_| {
        let app = app.clone();
        async move {
            Ok::<_, poem::Error>(match app.services.store.ping().await {
                Ok(()) => "ready\n".into_response(),
                Err(error) => {
                    tracing::warn!(error = ?error, "not ready: the database does not answer");
                    StatusCode::SERVICE_UNAVAILABLE
                        .with_body("the database does not answer\n")
                        .into_response()
                }
            })
        }
    })
}
