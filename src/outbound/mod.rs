//! The way out: adapters of the ports that `service` names. Mail goes over SMTP or into a folder; pages are read over
//! HTTPS; PersonalID's tokens are checked by the keys that it publishes.
//!
//! What belongs next door: what is sent and when (`service::mail`), the loop that does it (`jobs`).

mod https;
pub mod mail;
pub mod personal_id;

pub use https::{HttpsClient, is_loopback};
