//! From a credential to a principal: passwords, access tokens, refresh tokens, API keys, the links of mails; and the queue in
//! which attempts to prove an identity wait for their turn.
//!
//! What belongs next door: what a principal may do (`authz`), signing in as a use case (`service::session`).

mod attempt;
mod authenticate;
mod history;
mod link;
mod password;
mod queue;
mod secret;
mod token;

pub use attempt::{Attempt, Checked};
pub use authenticate::{Authenticator, AuthnError, BasicAuth, Presented};
pub use link::LinkSeed;
pub use password::Passwords;
pub use queue::{AttemptQueue, Overloaded, Turn};
pub use secret::{NoRandomness, Secret};
pub use token::{AccessToken, TokenKey};
