//! Bounds of connections, derived from the descriptors that the process may have.

use std::time::Duration;

/// Most connections, however many descriptors there are: each may hold a request in memory.
const CONNECTIONS_MAX: usize = 10_000;
/// Descriptors for everything else: the log, the listener, mail, policies, files.
const OTHER_DESCRIPTORS: usize = 64;
/// Descriptors of one database connection; SQLite opens the database, its log and its index.
const DESCRIPTORS_OF_DATABASE_CONNECTION: usize = 4;
/// Connections beyond the bounds, which are answered health checks and nothing else.
pub const RESERVE: usize = 16;
/// A single network has this part of all connections.
const SHARE_OF_NETWORK: usize = 4;
/// And at least so many.
const NETWORK_MIN: usize = 16;

/// Bounds of connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Most connections.
    pub total: usize,
    /// Most connections of one network: an IPv4 address, or the /64 block of an IPv6 address.
    pub per_network: usize,
    /// Longest time from the first byte of a request's head to its last one, and from a connection's start to its first
    /// head.
    pub head_timeout: Duration,
    /// Longest time between two requests of a connection, and longest time that a client may stop reading an answer.
    pub idle_timeout: Duration,
}

impl ConnectionLimits {
    /// The bounds for this many descriptors, beside this many connections to the database.
    pub fn for_descriptors(descriptors: u64, database_connections: u32) -> Self {
        let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
        let database = usize::try_from(database_connections).unwrap_or(usize::MAX);
        let others = OTHER_DESCRIPTORS
            .saturating_add(RESERVE)
            .saturating_add(database.saturating_mul(DESCRIPTORS_OF_DATABASE_CONNECTION));
        let total = descriptors.saturating_sub(others).max(descriptors / 4).clamp(1, CONNECTIONS_MAX);
        Self {
            total,
            per_network: Self::share(total),
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
        }
    }

    /// The part of all connections that one network may have.
    pub fn share(total: usize) -> usize {
        (total / SHARE_OF_NETWORK).max(NETWORK_MIN).min(total)
    }
}

/// How many descriptors this process may have open.
pub fn descriptors() -> u64 {
    #[cfg(unix)]
    {
        rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX)
    }
    #[cfg(not(unix))]
    u64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_and_health_checks_keep_their_descriptors() {
        let bounds = |descriptors, database| {
            let limits = ConnectionLimits::for_descriptors(descriptors, database);
            (limits.total, limits.per_network)
        };
        assert_eq!(bounds(1024, 8), (912, 228));
        assert_eq!(bounds(u64::MAX, 8), (10_000, 2_500));
        assert_eq!(bounds(256, 8), (144, 36));
        assert_eq!(bounds(64, 8), (16, 16));
        assert_eq!(bounds(0, 8), (1, 1));
    }
}
