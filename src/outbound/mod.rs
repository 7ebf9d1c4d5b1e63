//! The way out: adapters of the ports that `service` names. Mail goes over SMTP or into a folder; pages are read over
//! HTTPS.
//!
//! What belongs next door: what is sent and when (`service::mail`), the loop that does it (`jobs`).

mod https;
pub mod mail;

pub use https::HttpsClient;
