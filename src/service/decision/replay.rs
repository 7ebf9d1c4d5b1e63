use super::ask::ask;
use super::mask::{told, without_masks};
use super::rows::{ListChange, Pairs};
use crate::authz::{
    Answer, Attributes, Comparison, Effect, LoggedDecision, PolicyEngine, Question, ReadDecision, ReadPolicy,
    StackRefusal, Tally, Visible,
};
use crate::domain::{DecisionId, Identity, PolicyRevision, PolicyRevisionId, Principal, ProjectSpaceId};
use crate::service::{Failure, Services, project_space};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How many decisions are put to the revision at a time.
const PAGE: u64 = 200;
/// Most differences that are told one by one, and most people.
const EXAMPLES_MAX: usize = 100;
/// Most decisions that are replayed.
pub const REPLAY_MAX: u64 = 20_000;

/// What came of putting past decisions to a revision.
#[derive(Debug, Default)]
pub struct Replayed {
    /// How often the answers were the same, and how they differed.
    pub tally: Tally,
    /// The same, by action.
    pub by_action: BTreeMap<String, Tally>,
    /// How many people would gain something, lose something, by who they are.
    pub people: BTreeMap<String, (u64, u64)>,
    /// Decisions that could not be asked again: too long to keep, or asked otherwise by now.
    pub incomplete: u64,
    /// Decisions in which the revision looks at what is masked.
    pub masked: u64,
    /// Some that would have been decided otherwise, the newest first.
    pub examples: Vec<Example>,
    /// What lists that may have other rows would gain and lose of the rows of today, those of most decisions first: 20 at
    /// most, each for all decisions by the same rules.
    pub lists: Vec<ListChange>,
    /// The rules of those lists.
    pairs: Pairs,
    /// The oldest decision that was looked at.
    pub since: Option<DateTime<Utc>>,
    /// Whether time ran out before all were looked at.
    pub is_cut_short: bool,
}

/// A decision that would have been another.
#[derive(Debug)]
pub struct Example {
    /// The decision.
    pub decision: DecisionId,
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// Who asked.
    pub identity: Identity,
    /// `mobile_worker.update`
    pub action: String,
    /// For better or worse.
    pub effect: Effect,
    /// What was answered.
    pub was: String,
    /// What would have been.
    pub would_be: String,
}

/// Puts the last decisions that were kept to a revision, each with the moment at which it was asked. Nothing comes of it
/// for anybody. `progress` is told how many are done.
///
/// # Errors
/// [`Failure`]: the caller may not read policies or decisions there, or the revision does not load.
pub async fn replay(
    services: &Services,
    principal: &Principal,
    revision: PolicyRevisionId,
    last: u64,
    patience: Duration,
    progress: impl Fn(u64),
) -> Result<(PolicyRevision, Replayed), Failure> {
    let Some((stack, _)) = services.store.policy_stack_of_revision(revision).await? else {
        return Err(project_space::nowhere(principal));
    };
    let proof = services.authorizer.authorize::<ReadPolicy>(principal, stack, Attributes::new()).await?;
    let stack = proof.into_visible();
    let found = services.store.policy_revision(&stack, revision).await?.ok_or(Failure::NotFound)?;
    let scope = services.authorizer.scope::<ReadDecision>(principal, stack.project_space).await?;
    let Ok(_turn) = services.decisions.replays.try_acquire() else { return Err(Failure::Busy) };
    let engine = loaded(services, stack.project_space, revision).await?;
    let started = std::time::Instant::now();
    let mut replayed = Replayed::default();
    let (mut before, mut left) = (None, last.min(REPLAY_MAX));
    while left > 0 {
        let page = services.store.decisions_before(&scope, before, left.min(PAGE)).await?;
        let Some(oldest) = page.last() else { break };
        (before, replayed.since) = (Some(oldest.id), Some(oldest.at));
        left = left.saturating_sub(u64::try_from(page.len()).unwrap_or(left));
        replayed.put(&engine, &page).await?;
        progress(last.min(REPLAY_MAX).saturating_sub(left));
        if started.elapsed() > patience && left > 0 {
            replayed.is_cut_short = true;
            break;
        }
    }
    let pairs = std::mem::take(&mut replayed.pairs);
    let until = started.checked_add(patience).unwrap_or(started);
    replayed.lists = pairs.count(services, principal, stack.project_space, until).await;
    Ok((found, replayed))
}

async fn loaded(
    services: &Services,
    space: ProjectSpaceId,
    revision: PolicyRevisionId,
) -> Result<Arc<dyn PolicyEngine>, Failure> {
    if let Some(engine) = services.workshop.loaded(revision) {
        return Ok(engine);
    }
    let modules = services.store.policy_modules_to_load(revision).await?;
    match services.workshop.load(space, revision, modules).await {
        Ok(engine) => Ok(engine),
        Err(StackRefusal::Busy) => Err(Failure::Busy),
        // What can be said of it is said where somebody monitors or activates it.
        Err(StackRefusal::Modules(_)) => Err(Failure::Conflict),
    }
}

impl Replayed {
    async fn put(
        &mut self,
        engine: &Arc<dyn PolicyEngine>,
        page: &[Visible<LoggedDecision>],
    ) -> Result<(), Failure> {
        let mut asked: Vec<(&LoggedDecision, bool)> = Vec::with_capacity(page.len());
        let mut questions: Vec<Question> = Vec::with_capacity(page.len());
        for decision in page {
            let Some(question) = &decision.question else {
                self.incomplete = self.incomplete.saturating_add(1);
                continue;
            };
            let is_masked = !decision.masked.is_empty();
            asked.push((decision, is_masked));
            questions.push(question.clone());
            if is_masked {
                // Asked twice, with something else in the place of the masks: whoever answers otherwise looked at it.
                questions.push(without_masks(question));
            }
        }
        let mut answers = ask(Arc::clone(engine), questions).await?.into_iter().map(|(_, answer)| answer);
        for (decision, is_masked) in asked {
            let Some(answer) = answers.next() else { break };
            let again = if is_masked { answers.next() } else { None };
            match again {
                Some(again) if again.is_unasked() => self.count(decision, &again),
                Some(again) if again != answer && !answer.is_unasked() => {
                    self.masked = self.masked.saturating_add(1);
                }
                _ => self.count(decision, &answer),
            }
        }
        Ok(())
    }

    fn count(&mut self, decision: &LoggedDecision, answer: &Answer) {
        let comparison = Comparison::between(&decision.answer, answer, decision.signed_in_by);
        self.tally.count(comparison);
        self.by_action.entry(decision.action.clone()).or_default().count(comparison);
        let Some(effect) = comparison.effect() else { return };
        if effect == Effect::Unclear {
            self.pairs.note(decision, answer);
        }
        if let (Effect::Gains | Effect::Loses | Effect::Fault, Some(who)) = (effect, decision.identity.id())
            && (self.people.len() < EXAMPLES_MAX || self.people.contains_key(&who))
        {
            let (gains, losses) = self.people.entry(who).or_default();
            let counted = if effect == Effect::Gains { gains } else { losses };
            *counted = counted.saturating_add(1);
        }
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(Example {
                decision: decision.id,
                at: decision.at,
                identity: decision.identity,
                action: decision.action.clone(),
                effect,
                was: told(&decision.answer),
                would_be: told(answer),
            });
        }
    }
}
