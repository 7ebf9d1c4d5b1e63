//! One attempt to prove an identity with a secret: what is guessed at, and from where.

use crate::domain::{Identity, Network};
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

/// Names come from clients and can be long: they are kept as hashes under a key of this process.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The secret that is checked. Failures of each kind are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Checked<'a> {
    /// The password of the account with this sign-in name, whether there is one or not.
    Password(&'a str),
    /// The present password of the account that is signed in.
    CurrentPassword(Identity),
    /// An API key of the account with this sign-in name.
    ApiKey(&'a str),
    /// Nothing is checked: a new password is hashed, which costs as much.
    NewPassword,
}

/// Hash of a kind of secret and the account that it belongs to.
pub type AccountKey = u64;

/// The sender of attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A network.
    Network(Network),
    /// A connection without an address, such as one over a Unix socket.
    NoAddress,
    /// The gateway, which hashes new passwords of callers who have been authorized.
    Gateway,
}

impl From<Option<Network>> for Source {
    fn from(network: Option<Network>) -> Self {
        network.map_or(Self::NoAddress, Self::Network)
    }
}

/// An attempt, as the queue sees it. An unknown account and a known one look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Where it comes from.
    pub source: Source,
    /// What it is about.
    pub account: AccountKey,
}

impl Attempt {
    /// An attempt from this source.
    pub fn new(checked: Checked<'_>, source: impl Into<Source>) -> Self {
        Self { source: source.into(), account: KEY.hash_one(checked) }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// An attempt on the password of this name from this address.
    pub fn attempt(name: &str, address: &str) -> Attempt {
        let network = Network::from(address.parse::<std::net::IpAddr>().unwrap());
        Attempt::new(Checked::Password(name), Some(network))
    }

    #[test]
    fn each_kind_of_secret_of_an_account_counts_apart() {
        let same = Attempt::new(Checked::Password("a"), None);
        assert_eq!(same, Attempt::new(Checked::Password("a"), None));
        assert_ne!(same, Attempt::new(Checked::ApiKey("a"), None));
        assert_ne!(same, Attempt::new(Checked::Password("b"), None));
    }
}
