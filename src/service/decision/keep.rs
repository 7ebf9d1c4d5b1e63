use super::mask::masked;
use crate::authz::LoggedDecision;
use crate::service::{Failure, Services};

/// How many decisions are written by one statement: each row has 16 values, and SQLite takes 32,766 at a time.
const BATCH: usize = 200;

/// Writes some of the decisions that wait, in one statement. How many those were.
///
/// # Errors
/// [`Failure`]: then those that were taken are not kept, and counted as dropped. The log does not hold up the gateway.
pub async fn write_some(services: &Services) -> Result<usize, Failure> {
    let queue = &services.decisions;
    let records = queue.take(BATCH).await;
    let count = records.len();
    let key = &services.authenticator.key;
    let decisions: Vec<LoggedDecision> = records.into_iter().map(|record| masked(key, record)).collect();
    if let Err(error) = services.store.keep_decisions(&decisions).await {
        queue.note_dropped(count);
        return Err(error.into());
    }
    for decision in &decisions {
        queue.note_written(decision.project_space, 1);
    }
    Ok(count)
}
