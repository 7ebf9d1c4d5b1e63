//! Who is told of every decision. The gate tells, and goes on.

use super::condition::Rows;
use super::decision::{Decided, Decision, Undecided};
use super::request::{Request, ScopeRequest};

/// Told of every question that a policy was asked, with its answer, before the caller hears of it. It must never wait, and
/// cost nearly nothing for what it does not keep.
pub trait DecisionLog: Send + Sync + 'static {
    /// One resource was asked about.
    fn decided(&self, request: &Request<'_>, answer: &Result<Decided<Decision>, Undecided>);

    /// The rows of a list were asked for.
    fn scoped(&self, request: &ScopeRequest<'_>, answer: &Result<Decided<Rows>, Undecided>);
}

/// Nobody is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nobody;

impl DecisionLog for Nobody {
    fn decided(&self, _: &Request<'_>, _: &Result<Decided<Decision>, Undecided>) {}

    fn scoped(&self, _: &ScopeRequest<'_>, _: &Result<Decided<Rows>, Undecided>) {}
}
