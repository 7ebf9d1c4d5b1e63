//! Why something was decided as it was.

mod object;
mod query;

pub use object::DecisionExplanation;
pub use query::DecisionQuery;
