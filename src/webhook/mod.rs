//! What mail providers report, in the three forms they know: delivery reports of RFC 3464, Amazon SES's events through SNS,
//! and a plain JSON form for everybody else. Nothing is believed that does not show who it comes from. Nothing here is
//! about HTTP.
//!
//! What belongs next door: how a report arrives (`http`), what becomes of it (`service::mail`).

mod certificate;
pub mod dsn;
mod json;
mod ses;
mod sns;

use crate::domain::{MailEvent, Principal};
use crate::service::{Failure, FetchError, Https, Services, mail};
use certificate::Keys;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A report was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It does not show that it comes from somebody we listen to. One answer for all the ways in which it may not.
    #[error("not accepted")]
    Forbidden,
    /// It comes from the right place and makes no sense.
    #[error("{0}")]
    Malformed(String),
    /// It could not be checked at the moment.
    #[error("not now")]
    Unavailable(#[source] FetchError),
    /// We failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Takes reports.
pub struct MailReports {
    /// What senders of delivery reports and of the JSON form must know.
    pub secret: Option<SecretString>,
    /// The SNS topics that are listened to, by ARN.
    pub topics: Vec<String>,
    /// Reads SNS's certificates, and confirms subscriptions.
    pub https: Arc<dyn Https>,
    /// The keys of SNS that were read lately.
    pub keys: Keys,
}

impl MailReports {
    /// Takes reports from these senders. Without a secret or a topic, nobody is listened to.
    pub fn new(secret: Option<SecretString>, topics: Vec<String>, https: Arc<dyn Https>) -> Self {
        Self { secret, topics, https, keys: Keys::default() }
    }

    /// A delivery report: a whole message of RFC 3464, as a bounce mailbox receives it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn dsn(
        &self,
        services: &Services,
        reporter: &Principal,
        secret: Option<&str>,
        body: &[u8],
    ) -> Result<(), Refusal> {
        self.check(secret)?;
        let event = dsn::parse(body).map_err(|error| Refusal::Malformed(error.to_string()))?;
        report(services, reporter, event).await
    }

    /// An event in the plain JSON form.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn json(
        &self,
        services: &Services,
        reporter: &Principal,
        secret: Option<&str>,
        body: &[u8],
    ) -> Result<(), Refusal> {
        self.check(secret)?;
        let event = json::parse(body).map_err(Refusal::Malformed)?;
        report(services, reporter, Some(event)).await
    }

    /// What SNS delivers: an event of SES, or the question whether we want such events.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn ses(&self, services: &Services, reporter: &Principal, body: &[u8]) -> Result<(), Refusal> {
        match sns::open(self, services.clock.now(), body).await? {
            sns::Message::Notification(text) => {
                let event = ses::parse(&text).map_err(Refusal::Malformed)?;
                report(services, reporter, event).await
            }
            sns::Message::Subscription { url } => {
                self.https.get(&url).await.map_err(Refusal::Unavailable)?;
                tracing::info!("confirmed the subscription to an SNS topic");
                Ok(())
            }
            sns::Message::Farewell => Ok(()),
        }
    }

    /// Compared as hashes and in constant time, so that how long it takes tells nothing.
    fn check(&self, secret: Option<&str>) -> Result<(), Refusal> {
        let (Some(expected), Some(given)) = (&self.secret, secret) else { return Err(Refusal::Forbidden) };
        let (expected, given) = (Sha256::digest(expected.expose_secret()), Sha256::digest(given));
        aws_lc_rs::constant_time::verify_slices_are_equal(&expected, &given).map_err(|_| Refusal::Forbidden)
    }
}

async fn report(services: &Services, reporter: &Principal, event: Option<MailEvent>) -> Result<(), Refusal> {
    if let Some(event) = event {
        mail::report(services, reporter, event).await?;
    }
    Ok(())
}

/// The name of an event: who says it, and what it is called there. Of one length, whatever a reporter sends.
fn event_key(source: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    format!("{source}:{}", hex::encode(hash.finalize()))
}
