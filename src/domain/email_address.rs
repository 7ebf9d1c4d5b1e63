//! What is known of an e-mail address from the mails that went there: what came back, and whether it is blocked. Source:
//! seed 001 ("Email Bounce"), DESIGN §4, reference commcare-users §2.10.

use super::{Email, MailId, ProjectSpaceId};
use chrono::{DateTime, TimeDelta, Utc};

/// The bounce that blocks an address (DESIGN §6: the third).
pub const BOUNCES_THAT_BLOCK: u32 = 3;
/// How long a transient bounce counts: a full mailbox is emptied, a busy server recovers (reference §2.10).
pub const TRANSIENT_COUNTS_FOR: TimeDelta = TimeDelta::hours(24);
/// Longest diagnostic that is kept, in characters.
pub const DIAGNOSTIC_MAX: usize = 500;

/// Why a mail came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BounceKind {
    /// The address does not take mail.
    Permanent,
    /// The address did not take this mail; it may take another.
    Transient,
    /// Its reader called the mail unwanted.
    Complaint,
    /// The provider no longer sends to the address, because of what came back from it before.
    Suppressed,
}

impl BounceKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Permanent, Self::Transient, Self::Complaint, Self::Suppressed];

    /// The name that the database knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Permanent => "permanent",
            Self::Transient => "transient",
            Self::Complaint => "complaint",
            Self::Suppressed => "suppressed",
        }
    }
}

/// What a mail provider reports of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailEvent {
    /// Names the event as its reporter does: what is reported twice counts once.
    pub key: String,
    /// The mail, where the report says which. One that we did not send is nobody's business.
    pub mail: Option<MailId>,
    /// The address, where the report says which. The mail's own recipient goes over it.
    pub address: Option<Email>,
    /// What happened.
    pub outcome: MailOutcome,
    /// When; the time of the report if it does not say.
    pub at: Option<DateTime<Utc>>,
}

/// What happened to a mail after a mail server took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailOutcome {
    /// The recipient's server took it.
    Delivered,
    /// It came back, or was complained of.
    Bounced {
        /// Why.
        kind: BounceKind,
        /// The same for people.
        diagnostic: Option<String>,
    },
}

impl MailOutcome {
    /// The name in logs and for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced { kind: BounceKind::Permanent, .. } => "bounced",
            Self::Bounced { kind: BounceKind::Transient, .. } => "bounced for a while",
            Self::Bounced { kind: BounceKind::Complaint, .. } => "complained of",
            Self::Bounced { kind: BounceKind::Suppressed, .. } => "suppressed",
        }
    }
}

/// Why an address is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockReason {
    /// Too much came back.
    Bounces,
    /// A reader complained once.
    Complaint,
    /// The provider suppressed a mail to it once.
    Suppressed,
}

impl BlockReason {
    /// The name that the database knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bounces => "bounces",
            Self::Complaint => "complaint",
            Self::Suppressed => "suppressed",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Bounces, Self::Complaint, Self::Suppressed].into_iter().find(|reason| reason.name() == name)
    }
}

/// What came back from an address since it was last cleared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BounceCount {
    /// Permanent bounces.
    pub permanent: u32,
    /// Transient bounces that still count.
    pub transient: u32,
    /// Complaints.
    pub complaints: u32,
    /// Mails that the provider suppressed.
    pub suppressed: u32,
}

impl BounceCount {
    /// Returns how many mails came back.
    pub fn bounces(self) -> u32 {
        self.permanent.saturating_add(self.transient).saturating_add(self.suppressed)
    }

    /// Returns the reason for a block; `None` if the count is no reason for one.
    pub fn blocks(self) -> Option<BlockReason> {
        if self.complaints > 0 {
            Some(BlockReason::Complaint)
        } else if self.suppressed > 0 {
            Some(BlockReason::Suppressed)
        } else if self.bounces() >= BOUNCES_THAT_BLOCK {
            Some(BlockReason::Bounces)
        } else {
            None
        }
    }

    /// Returns how many of the newest transient bounces a block rests on; `None` if it stays without them.
    pub fn transient_that_block(self) -> Option<u32> {
        let lasts = self.complaints > 0 || self.suppressed > 0;
        let missing = BOUNCES_THAT_BLOCK.saturating_sub(self.permanent);
        (!lasts && missing > 0).then_some(missing)
    }
}

/// An address with its state.
#[derive(Debug, Clone)]
pub struct EmailAddress {
    /// The address.
    pub address: Email,
    /// The project space through which it is looked at; none for the gateway's operator.
    pub project_space: Option<ProjectSpaceId>,
    /// Since when, and why, nothing is sent to it.
    pub block: Option<(DateTime<Utc>, BlockReason)>,
    /// When the block ends by itself; `None` if only an operator ends it.
    pub blocked_until: Option<DateTime<Utc>>,
    /// What came back since it was last cleared.
    pub count: BounceCount,
    /// When something last came back.
    pub last_bounce_at: Option<DateTime<Utc>>,
}

/// A mail server's words as one printable line of bounded length: they come from strangers.
pub fn diagnostic(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words.take(DIAGNOSTIC_MAX) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > DIAGNOSTIC_MAX * 4 {
            break;
        }
    }
    line.chars().take(DIAGNOSTIC_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_bounce_blocks_and_so_does_one_complaint() {
        let count = |permanent, transient, complaints| BounceCount {
            permanent,
            transient,
            complaints,
            suppressed: 0,
        };
        assert_eq!(count(2, 0, 0).blocks(), None);
        assert_eq!(count(1, 1, 0).blocks(), None);
        assert_eq!(count(3, 0, 0).blocks(), Some(BlockReason::Bounces));
        assert_eq!(count(1, 2, 0).blocks(), Some(BlockReason::Bounces));
        assert_eq!(count(0, 0, 1).blocks(), Some(BlockReason::Complaint));
        let suppressed = BounceCount { suppressed: 1, ..BounceCount::default() };
        assert_eq!(suppressed.blocks(), Some(BlockReason::Suppressed));
        assert_eq!(
            [count(1, 2, 0), count(0, 5, 0), count(3, 1, 0), count(0, 3, 1), suppressed]
                .map(BounceCount::transient_that_block),
            [Some(2), Some(3), None, None, None]
        );
    }

    #[test]
    fn a_servers_words_become_one_short_line() {
        assert_eq!(diagnostic(" 550\r\n no\tsuch \0user "), "550 no such user");
        assert_eq!(diagnostic(&"x".repeat(100_000)).len(), DIAGNOSTIC_MAX);
        assert_eq!(diagnostic(&"x ".repeat(100_000)).len(), DIAGNOSTIC_MAX);
    }
}
