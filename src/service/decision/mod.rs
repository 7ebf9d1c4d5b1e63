//! The decision log: what policies were asked and what they answered, to explain it and to ask again.
//!
//! The gate tells the [`DecisionQueue`] of every decision. What is worth keeping is copied, put into a queue, and written by
//! a job in the background; a request never waits for it. Personal data is masked before it is written.

mod ask;
mod can_i;
mod copy;
mod explain;
mod keep;
mod mask;
mod monitor;
mod queue;
mod replay;
mod rows;

pub use can_i::{CanI, can_i};
pub use explain::{Explanation, explain};
pub use keep::write_some;
pub use queue::{DecisionLogConfig, DecisionQueue};
pub use replay::{Example, REPLAY_MAX, Replayed, replay};
pub use rows::ListChange;
