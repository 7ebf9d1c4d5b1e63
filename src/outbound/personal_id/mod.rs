//! PersonalID: whose a token is, by the keys that its issuer publishes (OpenID Connect Discovery, RFC 7517, RFC 8725), and
//! an issuer of our own with the same protocol, for the demo and the tests.

mod keys;
mod local;
mod tokens;

pub use local::{LocalIssuer, LocalKey, NoKey};
pub use tokens::OpenIdTokens;
