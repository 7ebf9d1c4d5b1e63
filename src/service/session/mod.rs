//! Signing in and out.

mod login;
mod logout;
mod refresh;

pub(super) use login::open;
pub use login::{LoginInput, check, login};
pub use logout::logout;
pub use refresh::refresh;

use crate::domain::{Principal, SignIn};
use chrono::{DateTime, TimeDelta, Utc};

/// What somebody who signed in is given.
#[derive(Debug)]
pub struct SignedIn {
    /// A short-lived JWT for `Authorization: Bearer`.
    pub access_token: String,
    /// When it stops being valid.
    pub expires_at: DateTime<Utc>,
    /// Exchanged for new tokens, once.
    pub refresh_token: crate::authn::Secret,
    /// Who it is.
    pub principal: Principal,
}

/// By which secret scanners know a refresh token of ours.
const REFRESH_PREFIX: &str = "fgr_";

/// How long a session lasts at the most, however often it is refreshed.
fn lifetime(identity: crate::domain::Identity) -> TimeDelta {
    match identity {
        // Field workers are away from any network for weeks, and come back with work to submit (security S7 asks for
        // a written reason).
        crate::domain::Identity::MobileWorker(_) => TimeDelta::days(30),
        _ => TimeDelta::hours(12),
    }
}

/// A password was right: what the principal counts as.
const BY_PASSWORD: SignIn = SignIn::Password;
