//! The certificates that SNS signs with: read from SNS, kept for a day, and never more than a few.

use super::Refusal;
use crate::service::{FetchError, Https};
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use chrono::{DateTime, TimeDelta, Utc};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::collections::HashMap;
use tokio::sync::Mutex;

/// How long a key is taken without asking again.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// Most keys that are kept. SNS has one for each region, and changes it once a year.
const KEYS_MAX: usize = 16;
/// Most certificates that are asked for in a minute: a forger could name a new one with every message.
const FETCHES_MAX: u32 = 10;

/// The public key of a certificate, as SubjectPublicKeyInfo.
#[derive(Debug, Clone)]
pub(super) struct SigningKey(Vec<u8>);

impl SigningKey {
    /// The key in a certificate in PEM form.
    fn parse(pem: &[u8]) -> Option<Self> {
        let der = CertificateDer::from_pem_slice(pem).ok()?;
        let certificate = webpki::EndEntityCert::try_from(&der).ok()?;
        Some(Self(certificate.subject_public_key_info().to_vec()))
    }

    /// Whether this key made the signature. Version 1 is SHA-1, which SNS still speaks unless a topic asks for 2: nobody
    /// has made two SNS messages of one SHA-1 yet, and the signature is not all that stands in the way of a forgery.
    pub(super) fn has_signed(&self, version: &str, text: &[u8], signature: &[u8]) -> bool {
        let algorithm = match version {
            "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            "2" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, &self.0).verify(text, signature).is_ok()
    }
}

/// The keys that were read lately.
#[derive(Debug, Default)]
pub struct Keys(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    keys: HashMap<String, (SigningKey, DateTime<Utc>)>,
    /// How many were asked for in the minute that began then.
    fetches: (DateTime<Utc>, u32),
}

impl Keys {
    /// The key at this address, which the caller has found to be SNS's. Who asks at the same time waits: it is read once.
    pub(super) async fn get(
        &self,
        https: &dyn Https,
        url: &str,
        now: DateTime<Utc>,
    ) -> Result<SigningKey, Refusal> {
        let mut kept = self.0.lock().await;
        if let Some((key, until)) = kept.keys.get(url)
            && *until > now
        {
            return Ok(key.clone());
        }
        let unavailable = |reason: &str| {
            Refusal::Unavailable(FetchError { url: url.to_owned(), reason: reason.to_owned() })
        };
        if now.signed_duration_since(kept.fetches.0) >= TimeDelta::minutes(1) {
            kept.fetches = (now, 0);
        }
        if kept.fetches.1 >= FETCHES_MAX {
            return Err(unavailable("too many certificates were asked for in the last minute"));
        }
        kept.fetches.1 = kept.fetches.1.saturating_add(1);
        let pem = https.get(url).await.map_err(Refusal::Unavailable)?;
        let key = SigningKey::parse(&pem).ok_or_else(|| unavailable("it is no certificate"))?;
        if kept.keys.len() >= KEYS_MAX {
            kept.keys.clear();
        }
        kept.keys.insert(url.to_owned(), (key.clone(), now + KEPT_FOR));
        Ok(key)
    }
}
