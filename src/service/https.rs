//! What the gateway reads from other servers, as a port.

/// A page could not be had.
#[derive(Debug, thiserror::Error)]
#[error("could not read `{url}`: {reason}")]
pub struct FetchError {
    /// Which.
    pub url: String,
    /// Why.
    pub reason: String,
}

/// Reads pages over HTTPS. Tests have one with pages of their own.
#[async_trait::async_trait]
pub trait Https: Send + Sync + 'static {
    /// The body at an address. No redirect is followed, and nothing is read that is long or slow. The caller has made
    /// sure that the address is one that the gateway means to talk to.
    ///
    /// # Errors
    /// [`FetchError`]: also for any status but 200.
    async fn get(&self, url: &str) -> Result<Vec<u8>, FetchError>;
}
