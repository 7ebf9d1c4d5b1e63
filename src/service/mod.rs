//! The use cases: a folder per noun, a file per operation. Each asks the gate before it reads a row or opens a
//! transaction, and checks the rules that no policy may switch off.
//!
//! What belongs next door: how a request arrives and is answered (`graphql`, `rest`), the rules of a single noun
//! (`domain`), SQL (`store`).

pub mod access_request;
pub mod account;
pub mod api;
pub mod api_key;
mod assignment;
pub mod audit;
mod cursor;
pub mod custom_permission;
pub mod decision;
pub mod email_address;
mod failure;
pub mod group;
mod host_rule;
pub mod housekeeping;
mod https;
pub mod idempotency;
pub mod invitation;
pub mod location;
pub mod mail;
pub mod mobile_worker;
pub mod password_reset;
pub mod personal_id;
pub mod policy_stack;
pub mod project_space;
pub mod role;
pub mod session;
pub mod user_fields;
pub mod viewer;
pub mod web_user;

pub use cursor::{Cursors, InvalidCursor};
pub use failure::{Failure, Refused};
pub use https::{FetchError, Https};

use crate::authn::Authenticator;
use crate::authz::{Authorizer, PolicyWorkshop};
use crate::domain::Clock;
use crate::store::Store;
use std::sync::Arc;

/// What the use cases work with.
#[derive(Clone)]
pub struct Services {
    /// The database.
    pub store: Store,
    /// The gate.
    pub authorizer: Authorizer,
    /// Looks at policy modules, and loads stacks aside.
    pub workshop: Arc<dyn PolicyWorkshop>,
    /// Credentials.
    pub authenticator: Authenticator,
    /// What was decided of late and is still to be written down.
    pub decisions: Arc<decision::DecisionQueue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Seals page cursors.
    pub cursors: Cursors,
    /// Hands mails to the world.
    pub mailer: Arc<dyn mail::Mailer>,
    /// The address that mails come from. It is never blocked.
    pub mail_sender: Option<crate::domain::Email>,
    /// Says whose a PersonalID token is; none where the operator has not said which issuer that is.
    pub personal_id: Option<Arc<dyn personal_id::PersonalIdTokens>>,
    /// How the gateway is reached from outside, without a `/` at the end. Links are made of it.
    pub public_url: Arc<str>,
}

impl Services {
    /// The last part of every worker's login name: `username@space.suffix`.
    pub fn worker_suffix(&self) -> &str {
        &self.authenticator.worker_suffix
    }
}
