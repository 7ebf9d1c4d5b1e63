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
pub struct HttpsClient {
    client: Client<HttpsConnector<HttpConnector>, Empty<bytes::Bytes>>,
    plain: Plain,
}

/// Whether anything is read over plain HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plain {
    Nothing,
    /// What this very machine serves: a developer's issuer.
    Loopback,
}

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
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector), plain: Plain::Nothing })
    }

    /// A client that also reads what this very machine serves over plain HTTP.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_loopback() -> Result<Self, rustls::Error> {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector), plain: Plain::Loopback })
    }

    async fn read(&self, url: &str) -> Result<Vec<u8>, String> {
        let is_read = url.starts_with("https://") || (self.plain == Plain::Loopback && is_loopback(url));
        if !is_read {
            return Err("it is not read over plain HTTP".to_owned());
        }
        let uri = url.parse().map_err(|_| "it is no address".to_owned())?;
        let response = self.client.get(uri).await.map_err(|error| error.to_string())?;
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

/// Whether an address is of this very machine, over plain HTTP: where issuers of developers are.
pub fn is_loopback(address: &str) -> bool {
    let Ok(address) = url::Url::parse(address) else { return false };
    address.scheme() == "http"
        && match address.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        }
}
