//! What one instance may have while it runs.

use super::engine::{TICK, in_ticks};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;
use wasmtime::{ResourceLimiter, UpdateDeadline};

/// How long and how big one instance may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    pub deadline: Duration,
    pub memory: usize,
    pub core_instances: u32,
    pub tables: u32,
    pub table_elements: usize,
    pub memories: u32,
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

/// How often the last quarter of a deadline may be begun anew. On a machine so busy that these many turns of a module do
/// not add up to a quarter of its deadline, no answer comes in time anyway.
const TURNS: u32 = 40;

/// The limits of one instance, and whether it asked for more.
#[derive(Debug)]
pub(super) struct Limits {
    allowance: Allowance,
    last_quarter: Option<LastQuarter>,
    exceeded: bool,
    /// Bytes of its largest memory.
    memory: usize,
}

/// The last quarter of a deadline, once it has begun.
#[derive(Debug)]
struct LastQuarter {
    /// The thread's processor time at its beginning.
    began: Duration,
    turns: u32,
}

impl Limits {
    pub(super) fn new(allowance: Allowance) -> Self {
        Self { allowance, last_quarter: None, exceeded: false, memory: 0 }
    }

    /// A deadline is a stretch of real time, and on a busy machine the operating system may take the processor away for
    /// all of it. So the last quarter is counted in the processor time of this thread: a module that was interrupted
    /// needs a few microseconds of it to finish, and one that loops is stopped when it would have been. Asking for that
    /// time is a system call, which no question pays that is answered before its last quarter.
    pub(super) fn at_deadline(&mut self) -> UpdateDeadline {
        let now = processor_time();
        let quarter = self.allowance.deadline / 4;
        match &mut self.last_quarter {
            None => {
                self.last_quarter = Some(LastQuarter { began: now, turns: 0 });
                UpdateDeadline::Continue(in_ticks(quarter))
            }
            Some(last) => {
                let left = quarter.saturating_sub(now.saturating_sub(last.began));
                // A tick may come a little early, and the two clocks are not one.
                if left <= TICK || last.turns == TURNS {
                    return UpdateDeadline::Interrupt;
                }
                last.turns = last.turns.saturating_add(1);
                UpdateDeadline::Continue(in_ticks(left))
            }
        }
    }

    /// A question begins: its deadline is whole again.
    pub(super) fn begin(&mut self) {
        self.last_quarter = None;
    }

    /// Whether an instance has so little left that the next question may be one too many.
    pub(super) fn has_grown(&self) -> bool {
        self.memory > self.allowance.memory / 4 * 3
    }

    pub(super) fn exceeded(&self) -> bool {
        self.exceeded
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.memory = self.memory.max(desired);
        self.within(desired <= self.allowance.memory)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.within(desired <= self.allowance.table_elements)
    }

    fn instances(&self) -> usize {
        self.allowance.core_instances as usize
    }

    fn tables(&self) -> usize {
        self.allowance.tables as usize
    }

    fn memories(&self) -> usize {
        self.allowance.memories as usize
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

/// How long this thread has been running on a processor.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(deadline: Duration) -> Limits {
        Limits::new(Allowance {
            deadline,
            memory: 0,
            core_instances: 1,
            tables: 1,
            table_elements: 1,
            memories: 1,
        })
    }

    #[test]
    fn a_module_that_the_machine_kept_waiting_is_given_more_turns_and_not_endlessly_many() {
        // So long that this test uses none of it.
        let mut limits = limits(Duration::from_secs(4000));
        let turns = std::iter::repeat_with(|| limits.at_deadline())
            .take_while(|update| matches!(update, UpdateDeadline::Continue(_)));
        assert_eq!(turns.take(1000).count(), 1 + TURNS as usize);
    }

    #[test]
    fn a_module_that_used_up_its_last_quarter_is_stopped() {
        let mut limits = limits(Duration::from_millis(40));
        assert!(matches!(limits.at_deadline(), UpdateDeadline::Continue(_)));
        let began = processor_time();
        while processor_time() < began + Duration::from_millis(10) {
            std::hint::spin_loop();
        }
        assert!(matches!(limits.at_deadline(), UpdateDeadline::Interrupt));
    }
}
