use super::mask::{masked, told};
use super::monitor::{Compared, compare, tallies};
use crate::authz::{Difference, Effect, LoggedDecision};
use crate::domain::PolicyRevisionId;
use crate::service::{Failure, Services};
use std::collections::BTreeMap;

/// How many decisions are written by one statement: each row has 16 values, and SQLite takes 32,766 at a time.
const BATCH: usize = 200;

/// Writes some of the decisions that wait, in one statement, and what revisions that are monitored would have answered. How
/// many those were.
///
/// # Errors
/// [`Failure`]: then those that were taken are not kept, and counted as dropped. The log does not hold up the gateway.
pub async fn write_some(services: &Services) -> Result<usize, Failure> {
    let queue = &services.decisions;
    let records = queue.take(BATCH).await;
    let count = records.len();
    let written = write(services, records).await;
    if written.is_err() {
        queue.note_dropped(count);
    }
    written.map(|()| count)
}

async fn write(services: &Services, records: Vec<super::queue::Record>) -> Result<(), Failure> {
    let compared = compare(services, &records).await?;
    let tallies = tallies(&records, &compared);
    let key = &services.authenticator.key;
    let mut decisions: Vec<LoggedDecision> = Vec::with_capacity(records.len());
    let mut differences: BTreeMap<PolicyRevisionId, Vec<Difference>> = BTreeMap::new();
    for (record, compared) in records.into_iter().zip(compared) {
        let is_kept = record.is_kept;
        let (effect, would_be) = match compared {
            Some(Compared { effect: Some(effect), revision, answer }) => {
                (Some((effect, revision)), Some(answer))
            }
            _ => (None, None),
        };
        let (decision, would_be) = masked(key, record, would_be);
        if let (Some((effect, revision)), Some(would_be)) = (effect, would_be) {
            differences.entry(revision).or_default().push(Difference {
                decision: decision.id,
                project_space: decision.project_space,
                revision,
                at: decision.at,
                action: decision.action.clone(),
                effect,
                was: told(&decision.answer),
                would_be: told(&would_be),
            });
        }
        // What would have been decided otherwise can be looked into.
        if is_kept || effect.is_some_and(|(effect, _)| effect != Effect::Unclear) {
            decisions.push(decision);
        }
    }
    services.store.keep_decisions(&decisions).await?;
    for decision in &decisions {
        services.decisions.note_written(decision.project_space, 1);
    }
    services.store.add_tallies(&tallies).await?;
    for (revision, differences) in differences {
        services.store.keep_differences(revision, &differences).await?;
    }
    Ok(())
}
