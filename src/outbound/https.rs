//! HTTPS with hyper. It knows no redirects, which is as it should be: an address that was found to be allowed must not
//! lead to another (security: SSRF).

use crate::service::{FetchError, Https};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::time::Duration;

/// Longest body, in bytes: certificates and key sets are far shorter.
const BODY_MAX: usize = 256 * 1024;
/// Longest that one page may take, connecting included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads pages over HTTPS, from servers whose certificates Mozilla's roots vouch for.
#[derive(Debug, Clone)]
pub struct HttpsClient(Client<HttpsConnector<HttpConnector>, Empty<bytes::Bytes>>);

impl HttpsClient {
    /// A client.
    ///
    /// # Errors
    /// When the cryptography of this build cannot do TLS.
    pub fn new() -> Result<Self, rustls::Error> {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)?
            .https_only()
            .enable_http1()
            .build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    async fn read(&self, url: &str) -> Result<Vec<u8>, String> {
        let uri = url.parse().map_err(|_| "it is no address".to_owned())?;
        let response = self.0.get(uri).await.map_err(|error| error.to_string())?;
        if response.status().as_u16() != 200 {
            return Err(format!("it answered {}", response.status().as_u16()));
        }
        let body = Limited::new(response.into_body(), BODY_MAX).collect().await;
        Ok(body.map_err(|error| error.to_string())?.to_bytes().to_vec())
    }
}

#[async_trait::async_trait]
impl Https for HttpsClient {
    async fn get(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let read = tokio::time::timeout(PATIENCE, self.read(url)).await;
        let read = read.unwrap_or_else(|_elapsed| Err("it took too long".to_owned()));
        read.map_err(|reason| FetchError { url: url.to_owned(), reason })
    }
}
