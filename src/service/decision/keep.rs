use super::mask::{masked, told};
use super::monitor::{Compared, compare, tallies};
use super::queue::Record;
use crate::authz::{ActionTally, Comparison, Difference, Effect, LoggedDecision};
use crate::domain::PolicyRevisionId;
use crate::service::{Failure, Services};
use std::collections::BTreeMap;

/// How many decisions are written by one statement: each row has 16 values, and SQLite takes 32,766 at a time.
const BATCH: usize = 200;
/// So often the same decisions are tried before they are given up: some minutes, as they wait in between. What can never be
/// written must not hold up the rest for ever.
const TRIES_MAX: u32 = 150;

/// What is to be written of some decisions. What is written is taken out, so after a failure only the rest is tried again.
pub(super) struct Batch {
    /// Of how many decisions it is.
    count: usize,
    /// How often it was tried in vain.
    tries: u32,
    decisions: Vec<LoggedDecision>,
    tallies: Vec<ActionTally>,
    differences: BTreeMap<PolicyRevisionId, Vec<Difference>>,
}

/// Writes some of the decisions that wait, in one statement, and what revisions that are monitored would have answered. How
/// many those were.
///
/// # Errors
/// [`Failure`]: then what was not written is tried again by the next call. What comes while the queue is full of what waits
/// behind it is not kept, and counted as dropped. The log does not hold up the gateway.
pub async fn write_some(services: &Services) -> Result<usize, Failure> {
    let queue = &services.decisions;
    let mut unwritten = queue.unwritten.lock().await;
    let batch = match &mut *unwritten {
        Some(batch) => batch,
        none => none.insert(gather(services).await?),
    };
    match batch.write(services).await {
        Ok(()) => {
            let count = batch.count;
            *unwritten = None;
            Ok(count)
        }
        Err(failure) => {
            batch.tries = batch.tries.saturating_add(1);
            if batch.tries >= TRIES_MAX {
                queue.note_dropped(batch.count);
                *unwritten = None;
            }
            Err(failure)
        }
    }
}

/// Takes some of those that wait, and makes of them what is written.
async fn gather(services: &Services) -> Result<Batch, Failure> {
    let records = services.decisions.take(BATCH).await;
    let count = records.len();
    let compared = compare(services, &records).await;
    if compared.is_err() {
        // A revision that ends the thread that asks it would do so again.
        services.decisions.note_dropped(count);
    }
    Ok(Batch::of(services, records, compared?))
}

impl Batch {
    fn of(services: &Services, records: Vec<Record>, compared: Vec<Option<Compared>>) -> Self {
        let tallies = tallies(&records, &compared);
        let key = &services.authenticator.key;
        let mut batch = Self {
            count: records.len(),
            tries: 0,
            decisions: Vec::with_capacity(records.len()),
            tallies,
            differences: BTreeMap::new(),
        };
        for (record, compared) in records.into_iter().zip(compared) {
            let is_kept = record.is_kept;
            let (effect, would_be) = match compared {
                Some(Compared { comparison: Comparison::Differ(effect), revision, answer }) => {
                    (Some((effect, revision)), Some(answer))
                }
                _ => (None, None),
            };
            let (decision, would_be) = masked(key, record, would_be);
            if let (Some((effect, revision)), Some(would_be)) = (effect, would_be) {
                batch.differences.entry(revision).or_default().push(Difference {
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
                batch.decisions.push(decision);
            }
        }
        batch
    }

    async fn write(&mut self, services: &Services) -> Result<(), Failure> {
        services.store.keep_decisions(&self.decisions).await?;
        for decision in self.decisions.drain(..) {
            services.decisions.note_written(decision.project_space, 1);
        }
        services.store.add_tallies(&self.tallies).await?;
        self.tallies.clear();
        while let Some(differences) = self.differences.first_entry() {
            services.store.keep_differences(*differences.key(), differences.get()).await?;
            differences.remove();
        }
        Ok(())
    }
}
