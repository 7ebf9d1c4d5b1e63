//! Between the gate and the database: a queue with an end.

use super::copy::{Room, decision, is_told, rows};
use super::keep::Batch;
use crate::authz::{
    Answer, Decided, Decision, DecisionLog, PolicyEngine, Question, Request, Rows, ScopeRequest, StackName,
    Undecided,
};
use crate::domain::{DecisionId, Identity, ProjectSpaceId};
use chrono::TimeDelta;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// Most decisions that wait to be written. What comes while it is full is not kept, and counted.
const QUEUE: usize = 2048;
/// After so many more decisions of a project space, it is looked whether it has too many.
const LOOK_EVERY: u64 = 1000;

/// What of the decisions is kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecisionLogConfig {
    /// The share of permitted reads and lists that is kept, from 0 to 1. Everything else is kept in any case.
    pub sample_reads: f64,
    /// For how many days.
    pub keep_days: u32,
    /// How many of a project space; 0 keeps nothing at all.
    pub keep_rows: u64,
}

impl Default for DecisionLogConfig {
    fn default() -> Self {
        Self { sample_reads: 0.01, keep_days: 30, keep_rows: 100_000 }
    }
}

/// A decision on its way to the log. Nothing is masked yet, so it is not to leave the process.
pub(super) struct Record {
    pub question: Question,
    /// Whether the question is whole: if not, it cannot be asked again.
    pub is_whole: bool,
    pub answer: Answer,
    pub policy: String,
    pub stack: StackName,
    /// Whether it is worth keeping for itself.
    pub is_kept: bool,
    /// Whether a revision is monitored where it was asked.
    pub is_monitored: bool,
}

/// Takes what the gate tells, and gives it to whoever writes it down.
pub struct DecisionQueue {
    config: DecisionLogConfig,
    /// Of the 2^32 draws of a decision's id, those below this are in the sample.
    sample: u64,
    engine: Arc<dyn PolicyEngine>,
    sender: mpsc::Sender<Record>,
    receiver: tokio::sync::Mutex<mpsc::Receiver<Record>>,
    /// What was taken from the queue and is not written yet: it stays when the database fails, or the job is cut short.
    pub(super) unwritten: tokio::sync::Mutex<Option<Batch>>,
    dropped: AtomicU64,
    /// One replay at a time: it uses a processor for seconds.
    pub(super) replays: tokio::sync::Semaphore,
    /// How many decisions of each project space were written since it was last looked at.
    written: Mutex<HashMap<ProjectSpaceId, u64>>,
}

impl DecisionQueue {
    /// An empty queue. The engine says who answers where.
    pub fn new(config: DecisionLogConfig, engine: Arc<dyn PolicyEngine>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^32")]
        let sample = (config.sample_reads.clamp(0.0, 1.0) * 4_294_967_296.0) as u64;
        Self {
            config,
            sample,
            engine,
            sender,
            receiver: tokio::sync::Mutex::new(receiver),
            unwritten: tokio::sync::Mutex::default(),
            dropped: AtomicU64::new(0),
            replays: tokio::sync::Semaphore::new(1),
            written: Mutex::default(),
        }
    }

    /// How long a decision is kept.
    pub fn keep_for(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.config.keep_days))
    }

    /// How many decisions of a project space are kept.
    pub fn keep_rows(&self) -> u64 {
        self.config.keep_rows
    }

    /// How many decisions were not kept since the last call, because the queue was full, or because the
    /// database failed for too long.
    pub fn take_dropped(&self) -> u64 {
        self.dropped.swap(0, Ordering::Relaxed)
    }

    /// A project space that may have too many decisions. It is not named again until it has got more.
    pub fn grown(&self) -> Option<ProjectSpaceId> {
        let enough = self.enough();
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let space = written.iter().find(|(_, count)| **count >= enough).map(|(space, _)| *space)?;
        written.remove(&space);
        Some(space)
    }

    /// Has this project space looked at again.
    pub fn grew(&self, space: ProjectSpaceId) {
        self.note_written(space, self.enough());
    }

    pub(super) fn note_written(&self, space: ProjectSpaceId, count: u64) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let so_far = written.entry(space).or_default();
        *so_far = so_far.saturating_add(count);
    }

    fn enough(&self) -> u64 {
        (self.config.keep_rows / 10).clamp(1, LOOK_EVERY)
    }

    pub(super) fn note_dropped(&self, count: usize) {
        self.dropped.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Some of those that wait, the oldest first; none when none do.
    pub(super) async fn take(&self, most: usize) -> Vec<Record> {
        let mut receiver = self.receiver.lock().await;
        let mut taken = Vec::new();
        while taken.len() < most
            && let Ok(record) = receiver.try_recv()
        {
            taken.push(record);
        }
        taken
    }

    /// Drawn by the decision's own id, which is random: no dice, and the same on every gateway.
    fn is_in_sample(&self, decision: DecisionId) -> bool {
        let [.., a, b, c, d] = decision.0.into_bytes();
        u64::from(u32::from_be_bytes([a, b, c, d])) < self.sample
    }

    /// The gateway itself is answered by `standard` whatever is monitored.
    fn is_monitored(&self, identity: Identity, space: ProjectSpaceId) -> bool {
        identity != Identity::System && self.engine.is_monitored(space)
    }

    fn put(&self, space: ProjectSpaceId, record: impl FnOnce(StackName) -> Record) {
        // A place first: nothing is copied for a full queue.
        match self.sender.try_reserve() {
            Ok(place) => place.send(record(self.engine.stack(space))),
            Err(_) => self.note_dropped(1),
        }
    }
}

impl DecisionLog for DecisionQueue {
    fn decided(&self, request: &Request<'_>, answer: &Result<Decided<Decision>, Undecided>) {
        let decided = answer.as_ref().ok();
        let is_told = is_told(
            decided.map(|decided| &decided.answer),
            request.identity,
            request.signed_in_by,
            request.action,
        );
        let is_kept = match is_told {
            None => false,
            Some(is_told) => is_told || self.is_in_sample(request.decision),
        };
        let is_monitored = self.is_monitored(request.identity, request.project_space());
        if (!is_kept && !is_monitored) || self.config.keep_rows == 0 {
            return;
        }
        self.put(request.project_space(), |stack| {
            let mut room = Room::new();
            Record {
                question: room.question(request),
                is_whole: room.is_whole(),
                answer: answer.as_ref().map_or_else(no_answer, decision),
                policy: settled_by(answer),
                stack,
                is_kept,
                is_monitored,
            }
        });
    }

    fn scoped(&self, request: &ScopeRequest<'_>, answer: &Result<Decided<Rows>, Undecided>) {
        let is_kept = answer.is_err() || self.is_in_sample(request.decision);
        let is_kept = is_kept && request.identity != Identity::System;
        let is_monitored = self.is_monitored(request.identity, request.project_space());
        if (!is_kept && !is_monitored) || self.config.keep_rows == 0 {
            return;
        }
        self.put(request.project_space(), |stack| {
            let mut room = Room::new();
            Record {
                question: room.scope_question(request),
                is_whole: room.is_whole(),
                answer: answer.as_ref().map_or_else(no_answer, |decided| rows(&decided.answer)),
                policy: settled_by(answer),
                stack,
                is_kept,
                is_monitored,
            }
        });
    }
}

fn no_answer(undecided: &Undecided) -> Answer {
    Answer::Fault(undecided.cause.name().to_owned())
}

/// The module that answered, or that gave no answer.
fn settled_by<T>(answer: &Result<Decided<T>, Undecided>) -> String {
    match answer {
        Ok(decided) => decided.policy.clone(),
        Err(undecided) => undecided.policy.clone(),
    }
}
