//! The time, as a port: nothing else in the house asks the machine for it.

use chrono::{DateTime, SubsecRound, Utc};

/// Tells the time. Production has [`SystemClock`]; tests have one that they move.
pub trait Clock: Send + Sync + 'static {
    /// Now, to the microsecond: what PostgreSQL can store, so that a time read back equals the one written.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}
