use crate::authz::Visible;
use crate::domain::{BlockReason, EmailAddress};
use async_graphql::{Enum, Object};
use chrono::{DateTime, Utc};

/// Whether mail reaches an address.
pub struct EmailAddressStateObject(Visible<EmailAddress>);

impl From<Visible<EmailAddress>> for EmailAddressStateObject {
    fn from(address: Visible<EmailAddress>) -> Self {
        Self(address)
    }
}

/// Why an address is blocked.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "BlockReason")]
pub enum EmailBlockReason {
    /// Three mails came back.
    Bounces,
    /// Its reader called a mail unwanted.
    Complaint,
    /// The mail provider suppressed a mail to it, because of what came back from it before.
    Suppressed,
}

/// Whether mail reaches an address. The third mail that comes back blocks it, and so does one complaint of its
/// reader or one mail that the provider suppressed.
#[Object(name = "EmailAddressState")]
impl EmailAddressStateObject {
    async fn email(&self) -> &str {
        self.0.address.as_str()
    }

    /// Whether nothing more is sent to it.
    async fn is_blocked(&self) -> bool {
        self.0.block.is_some()
    }

    /// Why it is blocked.
    async fn block_reason(&self) -> Option<EmailBlockReason> {
        self.0.block.map(|(_, reason)| reason.into())
    }

    /// Since when it is blocked.
    async fn blocked_at(&self) -> Option<DateTime<Utc>> {
        self.0.block.map(|(at, _)| at)
    }

    /// When the block ends by itself, because it rests on mails that came back for a reason that passes. Null if it stays until
    /// an operator of the gateway clears it.
    async fn blocked_until(&self) -> Option<DateTime<Utc>> {
        self.0.blocked_until
    }

    /// How many mails came back since it was last cleared. Those that came back for a reason that passes, such as a full
    /// mailbox, count for 24 hours.
    async fn bounce_count(&self) -> u32 {
        self.0.count.bounces()
    }

    /// When a mail last came back or was complained of, among those that count.
    async fn last_bounce_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_bounce_at
    }
}
