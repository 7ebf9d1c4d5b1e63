use super::ask::ask;
use super::queue::Record;
use crate::authz::{ActionTally, Answer, Comparison, Tally};
use crate::domain::{PolicyRevisionId, ProjectSpaceId};
use crate::service::{Failure, Services};
use std::collections::BTreeMap;

/// What the revision that is monitored would have answered to one of the records.
pub(super) struct Compared {
    pub revision: PolicyRevisionId,
    pub answer: Answer,
    /// What that means for who asked.
    pub comparison: Comparison,
}

/// Puts the records to the revisions that are monitored where they were asked, in their order; nothing for the rest.
pub(super) async fn compare(
    services: &Services,
    records: &[Record],
) -> Result<Vec<Option<Compared>>, Failure> {
    let mut compared: Vec<Option<Compared>> = records.iter().map(|_| None).collect();
    let mut spaces: Vec<ProjectSpaceId> = Vec::new();
    for record in records.iter().filter(|record| record.is_monitored && record.is_whole) {
        let space = record.question.project_space();
        if !spaces.contains(&space) {
            spaces.push(space);
        }
    }
    for space in spaces {
        let Some((revision, engine)) = services.workshop.monitored(space) else { continue };
        let (slots, asked): (Vec<_>, Vec<_>) = compared
            .iter_mut()
            .zip(records)
            .filter(|(_, record)| {
                record.is_monitored && record.is_whole && record.question.project_space() == space
            })
            .unzip();
        let questions = asked.iter().map(|record| record.question.clone()).collect();
        let answers = ask(engine, questions).await?;
        for ((slot, record), (_, answer)) in slots.into_iter().zip(asked).zip(answers) {
            let comparison = Comparison::between(&record.answer, &answer, record.question.signed_in_by);
            *slot = Some(Compared { revision, answer, comparison });
        }
    }
    Ok(compared)
}

/// The comparisons, counted by revision and action.
pub(super) fn tallies(records: &[Record], compared: &[Option<Compared>]) -> Vec<ActionTally> {
    let mut tallies: BTreeMap<(PolicyRevisionId, &str), ActionTally> = BTreeMap::new();
    for (record, compared) in records.iter().zip(compared) {
        let Some(compared) = compared else { continue };
        let question = &record.question;
        let counted = tallies.entry((compared.revision, question.action)).or_insert_with(|| ActionTally {
            project_space: question.project_space(),
            revision: compared.revision,
            action: question.action.to_owned(),
            since: question.now,
            until: question.now,
            tally: Tally::default(),
        });
        counted.since = counted.since.min(question.now);
        counted.until = counted.until.max(question.now);
        counted.tally.count(compared.comparison);
    }
    tallies.into_values().collect()
}
