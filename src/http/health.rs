//! Whether the process lives, and whether it can serve.

use super::edge::App;
use crate::service::Failure;
use poem::http::StatusCode;
use poem::{Endpoint, IntoResponse, Response};

/// `/health`: the process answers.
#[poem::handler]
pub fn alive() -> &'static str {
    "ok\n"
}

/// `/ready`: the database answers and can be written. A mail server that is away does not make a gateway unready.
pub fn ready(app: App) -> impl Endpoint<Output = Response> {
    poem::endpoint::make(move |_| {
        let app = app.clone();
        async move {
            Ok::<_, poem::Error>(match app.services.store.check_ready().await.map_err(Failure::from) {
                Ok(()) => "ready\n".into_response(),
                Err(error) => {
                    tracing::warn!(error = ?error, "not ready");
                    let reason = match error {
                        Failure::NotWritable(_) => {
                            "the database cannot be written: is its disk full or read-only?\n"
                        }
                        _ => "the database does not answer\n",
                    };
                    StatusCode::SERVICE_UNAVAILABLE.with_body(reason).into_response()
                }
            })
        }
    })
}
