//! From a credential to a principal: passwords, access tokens, refresh tokens, API keys, the links of mails.
//!
//! What belongs next door: what a principal may do (`authz`), signing in as a use case (`service::session`).

mod authenticate;
mod link;
mod password;
mod secret;
mod token;

pub use authenticate::{Authenticator, AuthnError, BasicAuth, Presented};
pub use link::LinkSeed;
pub use password::{Overloaded, Passwords};
pub use secret::{NoRandomness, Secret};
pub use token::{AccessToken, TokenKey};
