//! One module of a stack: what it is asked, what its answers are worth, and when it is no longer asked.

use super::answer;
use super::compiled::Compiled;
use super::engine::Ticks;
use super::error::PolicyError;
use super::filter;
use super::health::{Health, is_fault};
use super::inspect::ModuleInfo;
use super::question::{self, Hears};
use super::scopes::Scopes;
use crate::authz::{AskedResource, Decision, ManyRequest, Request, Rows, ScopeRequest};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Whose module it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// The standard policy. All project spaces share it, so a machine that stands still for a moment must not put it
    /// in quarantine. So is one that is only tried: all that it does wrong is to be told.
    Ours,
    /// A project space's own.
    Theirs,
}

/// Which loaded module it is, of all since the gateway began: the same component with other settings is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ModuleId(u64);

impl ModuleId {
    pub(super) fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A module with its settings.
pub(super) struct Module {
    id: ModuleId,
    trust: Trust,
    label: String,
    actions: Vec<String>,
    timeless: bool,
    compiled: Compiled,
    settings: String,
    health: Health,
}

impl Module {
    pub(super) fn new(
        trust: Trust,
        compiled: Compiled,
        info: &ModuleInfo,
        settings: String,
        ticks: Ticks,
    ) -> Self {
        Self {
            id: ModuleId::fresh(),
            trust,
            label: info.label(),
            actions: info.actions.clone(),
            timeless: info.timeless,
            compiled,
            settings,
            health: Health::new(ticks),
        }
    }

    /// Name and digest, for audits and logs.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// Whether its manifest names this action. If not, it is not asked: it has no answer to give.
    pub(super) fn knows(&self, action: &str) -> bool {
        self.actions.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => action.starts_with(start),
            None => known == action,
        })
    }

    /// Its decision; nothing when the action or resource is not its business.
    pub(super) fn decide(&self, request: &Request<'_>) -> Result<Option<Decision>, PolicyError> {
        let question = question::request(request).ok_or_else(stranger)?;
        self.watched(request.action, || answer::decision(self.compiled.decide(&self.settings, question)?))
    }

    /// Its decisions about some of the resources, in their order.
    pub(super) fn decide_many(
        &self,
        request: &ManyRequest<'_>,
        resources: &[&AskedResource],
    ) -> Result<Vec<Option<Decision>>, PolicyError> {
        let (principal, context) = question::many(request).ok_or_else(stranger)?;
        let (action, kind) = (request.action, request.resource_kind);
        self.watched(action, || {
            let answers =
                self.compiled.decide_many(&self.settings, &principal, action, kind, resources, &context)?;
            answers.into_iter().map(answer::decision).collect()
        })
    }

    /// The rows it lets through; nothing when it has no say about them. A timeless module is asked for what is not kept.
    pub(super) fn scope(
        &self,
        request: &ScopeRequest<'_>,
        scopes: Option<&Scopes>,
    ) -> Result<Option<Rows>, PolicyError> {
        let Some(scopes) = scopes.filter(|_| self.timeless) else {
            return self.ask_for_scope(request, self.hears());
        };
        // Of a stack's modules, one may have to be asked and this one not.
        if let Some(kept) = self.kept_scope(request, scopes) {
            return Ok(kept);
        }
        let rows = self.ask_for_scope(request, self.hears())?;
        scopes.keep(self.id, request, &rows);
        Ok(rows)
    }

    /// The same, if it is kept: then the module is not asked, which says nothing of its health.
    pub(super) fn kept_scope(&self, request: &ScopeRequest<'_>, scopes: &Scopes) -> Option<Option<Rows>> {
        if !self.timeless || self.health.is_quarantined(request.action) {
            return None;
        }
        scopes.get(self.id, request)
    }

    /// The same, asked with the time and the decision's id, whatever it says of itself.
    pub(super) fn scope_by_time(&self, request: &ScopeRequest<'_>) -> Result<Option<Rows>, PolicyError> {
        self.ask_for_scope(request, Hears::Everything)
    }

    fn ask_for_scope(&self, request: &ScopeRequest<'_>, hears: Hears) -> Result<Option<Rows>, PolicyError> {
        let (principal, context) = question::scope(request, hears).ok_or_else(stranger)?;
        let (action, kind) = (request.action, request.resource_kind);
        self.watched(action, || {
            let rows =
                answer::rows(self.compiled.scope(&self.settings, principal, action, kind, context)?)?;
            if let Some(Rows::Only(condition)) = &rows {
                filter::check(action, condition)?;
            }
            Ok(rows)
        })
    }

    fn hears(&self) -> Hears {
        if self.timeless { Hears::NoTime } else { Hears::Everything }
    }

    /// The actions about which it is no longer asked, where that has just begun, and for how long.
    pub(super) fn quarantines(&self) -> Vec<(String, Duration)> {
        self.health.news()
    }

    fn watched<T>(
        &self,
        action: &str,
        ask: impl FnOnce() -> Result<T, PolicyError>,
    ) -> Result<T, PolicyError> {
        if self.health.is_quarantined(action) {
            return Err(PolicyError::Quarantine);
        }
        let answer = ask();
        match &answer {
            Ok(_) => self.health.answered(action),
            Err(error) if self.trust == Trust::Theirs && is_fault(error) => self.health.faulted(action),
            Err(_) => {}
        }
        answer
    }
}

/// `authz` asks nobody about strangers; should it ever, there is no answer.
fn stranger() -> PolicyError {
    PolicyError::Contract("asked about somebody who has not signed in".to_owned())
}
