//! What one instance may have while it runs.

use super::engine::{CORE_INSTANCES, TABLE_ELEMENTS, TABLES, in_ticks};
use std::time::Duration;
use wasmtime::{ResourceLimiter, UpdateDeadline};

/// How long and how big one instance may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    pub deadline: Duration,
    pub memory: usize,
}

impl Allowance {
    /// The last quarter of the deadline, in ticks: see [`Limits::at_deadline`].
    fn last_quarter(self) -> u64 {
        in_ticks(self.deadline / 4)
    }

    /// The deadline up to its last quarter, in ticks.
    pub(super) fn first_part(self) -> u64 {
        in_ticks(self.deadline).saturating_sub(self.last_quarter()).max(1)
    }
}

/// The limits of one instance, and whether it asked for more.
#[derive(Debug)]
pub(super) struct Limits {
    memory: usize,
    last_quarter: Option<u64>,
    exceeded: bool,
}

impl Limits {
    pub(super) fn new(allowance: Allowance) -> Self {
        Self { memory: allowance.memory, last_quarter: Some(allowance.last_quarter()), exceeded: false }
    }

    /// A deadline is a stretch of real time, and on a busy machine the operating system may take the processor away for
    /// all of it. So the last quarter is counted from when the module runs again: one that was interrupted needs a few
    /// microseconds of it to finish, and one that loops is stopped when it would have been.
    pub(super) fn at_deadline(&mut self) -> UpdateDeadline {
        self.last_quarter.take().map_or(UpdateDeadline::Interrupt, UpdateDeadline::Continue)
    }

    pub(super) fn exceeded(&self) -> bool {
        self.exceeded
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.within(desired <= self.memory)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.within(desired <= TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        1
    }
}

impl Limits {
    /// Stops the instance there and then: one that goes on without its memory answers nonsense, or loops.
    fn within(&mut self, fits: bool) -> wasmtime::Result<bool> {
        if fits {
            return Ok(true);
        }
        self.exceeded = true;
        Err(wasmtime::Error::msg("more memory than it may have"))
    }
}
