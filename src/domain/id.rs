//! Typed ids. Every id is a UUIDv7; each kind has a type of its own, so that one is never taken for another.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An id as a client sent it that is not one of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a {kind} id")]
pub struct InvalidId {
    given: String,
    kind: &'static str,
}

/// A UUIDv7 of this moment: ids sort by creation, which keeps index pages dense.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where ids are made; the time comes from the caller's `Clock`"
)]
pub(crate) fn fresh(at: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, at.timestamp_subsec_nanos()))
}

/// Reads 32 hexadecimal digits, lower or upper case, without dashes.
fn parse_hex(text: &str) -> Option<Uuid> {
    if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Uuid::try_parse(text).ok()
    } else {
        None
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The type prefix of the public GraphQL id.
            pub const PREFIX: &'static str = $prefix;

            /// A new id for something made at this time.
            pub fn fresh(at: DateTime<Utc>) -> Self {
                Self(fresh(at))
            }

            /// Reads an id: 32 hexadecimal digits, as in the REST API, with or without the type prefix and `_` of the
            /// GraphQL API.
            ///
            /// # Errors
            /// [`InvalidId`] when it is malformed or has another kind's prefix.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                parse_hex(text.strip_prefix(concat!($prefix, "_")).unwrap_or(text))
                    .map(Self)
                    .ok_or_else(|| InvalidId::new(text, $kind))
            }

            /// 32 hexadecimal digits: the form of the REST API and of policies.
            pub fn hex(self) -> String {
                self.0.as_simple().to_string()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.as_simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    )*};
}

impl InvalidId {
    fn new(given: &str, kind: &'static str) -> Self {
        // What a client sent is echoed, but never without a bound.
        Self { given: given.chars().take(64).collect(), kind }
    }
}

ids! {
    /// A project space: the tenant.
    ProjectSpaceId = "ps", "project space";
    /// A mobile worker.
    MobileWorkerId = "mw", "mobile worker";
    /// A web user's account, the same in every project space.
    WebUserId = "wu", "web user";
    /// A web user's membership of one project space.
    MembershipId = "ms", "membership";
    /// A role.
    RoleId = "ro", "role";
    /// A permission that a project space declares.
    CustomPermissionId = "cp", "custom permission";
    /// A location.
    LocationId = "lo", "location";
    /// A location type, CommCare's organization level.
    LocationTypeId = "lt", "location type";
    /// A group of mobile workers.
    GroupId = "gr", "group";
    /// A named set of fixed user data.
    UserProfileId = "up", "user profile";
    /// A signed-in session.
    SessionId = "se", "session";
    /// An API key.
    ApiKeyId = "ak", "API key";
    /// One policy decision.
    DecisionId = "de", "decision";
    /// An audit entry.
    AuditEntryId = "au", "audit entry";
    /// An invitation.
    InvitationId = "in", "invitation";
    /// A request to be let in.
    AccessRequestId = "ar", "access request";
    /// A queued mail.
    MailId = "ma", "mail";
    /// Something that came back from an address.
    BounceId = "bo", "bounce";
    /// A revision of a project space's policy stack.
    PolicyRevisionId = "pr", "policy revision";
    /// That a policy module was left alone for a while.
    PolicyQuarantineId = "pq", "policy quarantine";
    /// That a policy revision took effect.
    PolicyActivationId = "pa", "policy activation";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_survives_the_round_trip(bits: u128) {
            let id = RoleId(Uuid::from_u128(bits));
            prop_assert_eq!(RoleId::parse(&id.to_string()), Ok(id));
            prop_assert_eq!(RoleId::parse(&id.hex()), Ok(id));
        }

        #[test]
        fn parsing_never_panics(text: String) {
            let _ = RoleId::parse(&text);
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = RoleId(Uuid::nil());
        assert!(GroupId::parse(&id.to_string()).is_err());
        assert!(GroupId::parse("gr_short").is_err());
        assert!(GroupId::parse("0000-000000000000000000000000000").is_err());
    }
}
