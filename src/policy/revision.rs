//! A revision of a project space's stack, loaded: it answers questions, whether or not it is the one in force.

use super::config::PolicyConfig;
use super::error::PolicyError;
use super::share::Share;
use super::stack::{Stack, Unanswered};
use crate::authz::{
    Decided, Decision, PolicyEngine, Question, Request, Rows, ScopeRequest, StackName, Undecided, Voice,
};
use crate::domain::{PolicyRevisionId, ProjectSpaceId};

/// A stack, which revision it is of, and what it may take of the machine.
pub struct LoadedRevision {
    pub(super) revision: Option<PolicyRevisionId>,
    pub(super) stack: Stack,
    share: Share,
}

impl LoadedRevision {
    pub(super) fn new(revision: Option<PolicyRevisionId>, stack: Stack, config: &PolicyConfig) -> Self {
        Self { revision, stack, share: Share::new(config) }
    }

    /// Which revision; nothing for a stack that is none.
    pub fn revision(&self) -> Option<PolicyRevisionId> {
        self.revision
    }

    /// Names and digests of its modules, in order.
    pub fn modules(&self) -> Vec<String> {
        self.stack.labels()
    }

    /// Puts a question when its turn comes.
    pub(super) async fn ask<T>(
        &self,
        ask: impl FnOnce(&Stack) -> Result<T, Unanswered>,
    ) -> Result<T, Unanswered> {
        match self.share.turn().await {
            Ok(turn) => turn.take(|| ask(&self.stack)),
            Err(cause) => Err(Unanswered { policy: self.stack.labels().join(", "), cause }),
        }
    }

    fn name(&self) -> StackName {
        StackName { modules: self.modules(), revision: self.revision }
    }
}

#[async_trait::async_trait]
impl PolicyEngine for LoadedRevision {
    async fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        // Nobody is denied by that: whoever compares the answers counts those that are missing.
        self.ask(|stack| stack.decide(request)).await.map_err(|unanswered| told(&unanswered))
    }

    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        self.ask(|stack| stack.scope(request, None)).await.map_err(|unanswered| told(&unanswered))
    }

    fn stack(&self, _space: ProjectSpaceId) -> StackName {
        self.name()
    }

    async fn voices(&self, stack: &StackName, question: &Question) -> Option<Vec<Voice>> {
        if self.name() != *stack {
            return None;
        }
        self.ask(|stack| Ok(stack.voices(question))).await.ok()
    }
}

/// Logs why there is no answer, and somebody is denied. Names of things, never of people: a module's own words stay out of
/// the log.
pub(super) fn undecided(space: ProjectSpaceId, action: &str, unanswered: &Unanswered) -> Undecided {
    let cause: &dyn std::error::Error = &unanswered.cause;
    tracing::warn!(
        project_space = %space,
        policy = unanswered.policy,
        action,
        error = cause,
        "policy `{}` gave no answer to `{action}`",
        unanswered.policy,
    );
    told(unanswered)
}

fn told(unanswered: &Unanswered) -> Undecided {
    let attribute = match &unanswered.cause {
        PolicyError::Filter { attribute, .. } => Some(attribute.clone()),
        _ => None,
    };
    Undecided { policy: unanswered.policy.clone(), cause: unanswered.cause.told(), attribute }
}

impl std::fmt::Debug for LoadedRevision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadedRevision").field("revision", &self.revision).finish_non_exhaustive()
    }
}
