//! The policy engine of the gateway: each project space's stack, and who is answered by which.

use super::class::Class;
use super::config::PolicyConfig;
use super::error::PolicyError;
use super::inspect::ModuleInfo;
use super::loader::{Loader, ModuleSource};
use super::revision::{LoadedRevision, undecided};
use super::scopes::Scopes;
use super::signature::TrustedKey;
use super::stack::{Stack, Unanswered};
use super::turns::{Place, Turns, Work};
use crate::authz::{
    Decided, Decision, ManyRequest, PolicyEngine, Question, Request, Rows, ScopeRequest, StackName,
    Undecided, Voice,
};
use crate::domain::{Identity, PolicyRevisionId, ProjectSpaceId, Quarantined};
use arc_swap::ArcSwap;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// The policy of a project space that has none of its own. Built by `fieldgate policy build policies/standard`.
pub(super) const STANDARD: &[u8] = include_bytes!("../../policies/standard/standard.wasm");

/// Answers the gate's questions with WebAssembly modules.
pub struct PolicyHost {
    loader: Arc<Loader>,
    standard: Stack,
    /// The project spaces with a stack of their own. A question reads it without waiting for anybody; a change makes
    /// a new map and swaps it in, so every question hears either the old stack or the new one.
    ///
    /// Nothing stands for a stack that could not be loaded: it must not be answered for by a laxer one.
    stacks: ArcSwap<HashMap<ProjectSpaceId, Option<Arc<LoadedRevision>>>>,
    /// The revisions that are asked as well, and whose answers are only compared.
    pub(super) monitored: ArcSwap<HashMap<ProjectSpaceId, Arc<LoadedRevision>>>,
    /// What was loaded aside of late, the newest last.
    pub(super) recent: Arc<Mutex<VecDeque<Arc<LoadedRevision>>>>,
    /// Whose signatures count.
    pub(super) trusted_keys: Arc<[TrustedKey]>,
    turns: Turns,
    scopes: Scopes,
    pub(super) config: PolicyConfig,
    quarantined: Mutex<Vec<Quarantined>>,
}

/// Most quarantines that wait to be heard of.
const QUARANTINED_MAX: usize = 1_000;

impl PolicyHost {
    /// A host that answers for every project space with the standard policy.
    ///
    /// # Errors
    /// [`PolicyError`] when the engine does not start, the cache is not usable, or the standard policy does not load.
    pub fn new(config: PolicyConfig) -> Result<Self, PolicyError> {
        let loader = Loader::new(&config)?;
        Ok(Self {
            standard: loader.standard(STANDARD)?,
            loader: Arc::new(loader),
            stacks: ArcSwap::default(),
            monitored: ArcSwap::default(),
            recent: Arc::default(),
            trusted_keys: config.trusted_keys.clone().into(),
            turns: Turns::new(),
            scopes: Scopes::with_room(config.scopes_kept),
            config,
            quarantined: Mutex::default(),
        })
    }

    /// Gives a project space a stack of its own: compiled and checked aside, then swapped in at once.
    ///
    /// # Errors
    /// [`PolicyError`] when one of the modules is not acceptable; the stack stays as it was.
    pub async fn install(
        &self,
        space: ProjectSpaceId,
        modules: Vec<ModuleSource>,
    ) -> Result<(), PolicyError> {
        let work = Work::Compiling(Class::of_all(modules.iter().map(|module| module.component.len())));
        let stack = self.aside(work, None, move |loader| loader.stack(&modules)).await??;
        self.put(space, LoadedRevision::new(None, stack, &self.config));
        Ok(())
    }

    /// The revision that answers in a project space; nothing for `standard`, and where nobody answers.
    pub fn revision(&self, space: ProjectSpaceId) -> Option<PolicyRevisionId> {
        self.stacks.load().get(&space)?.as_ref()?.revision
    }

    /// A project space's place in the orders of [`aside`](Self::aside), when nothing else is done for it.
    pub(super) async fn place(&self, space: ProjectSpaceId, work: Work) -> Result<Place, PolicyError> {
        let place = tokio::time::timeout(work.deadline(&self.config), self.turns.place(space)).await;
        place.ok().flatten().ok_or(PolicyError::Busy)
    }

    /// Does what takes long: when its turn comes, on a thread of its own, and not for ever. It cannot be interrupted, so what
    /// nobody waits for any more keeps its turn and its place until it is over.
    pub(super) async fn aside<T: Send + 'static>(
        &self,
        work: Work,
        place: Option<&Place>,
        what: impl FnOnce(&Loader) -> T + Send + 'static,
    ) -> Result<T, PolicyError> {
        let deadline = work.deadline(&self.config);
        let turn = tokio::time::timeout(deadline, self.turns.turn(work)).await;
        let turn = turn.ok().flatten().ok_or(PolicyError::Busy)?;
        let (loader, place) = (Arc::clone(&self.loader), place.cloned());
        let working = tokio::task::spawn_blocking(move || {
            let done = what(&loader);
            drop((turn, place));
            done
        });
        tokio::time::timeout(deadline, working)
            .await
            .map_err(|_| PolicyError::CompileDeadline(deadline))?
            .map_err(PolicyError::Compiler)
    }

    /// Swaps a stack in.
    pub(super) fn put(&self, space: ProjectSpaceId, loaded: LoadedRevision) {
        let labels = loaded.stack.labels().join(", ");
        let loaded = Arc::new(loaded);
        self.stacks.rcu(|stacks| {
            let mut stacks = HashMap::clone(stacks);
            stacks.insert(space, Some(Arc::clone(&loaded)));
            stacks
        });
        tracing::info!(project_space = %space, policies = labels, "installed the policy stack of `{space}`");
    }

    /// Denies everything in a project space whose stack is not loaded, unless an older one of its own still answers: no other
    /// policy may answer in its place.
    pub fn withhold(&self, space: ProjectSpaceId) {
        self.stacks.rcu(|stacks| {
            let mut stacks = HashMap::clone(stacks);
            stacks.entry(space).or_insert(None);
            stacks
        });
    }

    /// Takes a project space back to the standard policy.
    pub fn reset(&self, space: ProjectSpaceId) {
        self.stacks.rcu(|stacks| {
            let mut stacks = HashMap::clone(stacks);
            stacks.remove(&space);
            stacks
        });
        tracing::info!(project_space = %space, "reset `{space}` to the standard policy");
    }

    /// Names and digests of the modules that answer for a project space, in order.
    pub fn modules(&self, space: ProjectSpaceId) -> Vec<String> {
        match self.stacks.load().get(&space) {
            Some(Some(loaded)) => loaded.modules(),
            Some(None) => Vec::new(),
            None => self.standard.labels(),
        }
    }

    /// Loads a component without installing it, and tells what it says of itself.
    ///
    /// # Errors
    /// [`PolicyError`] when it would not be accepted.
    pub fn inspect(&self, component: &[u8]) -> Result<ModuleInfo, PolicyError> {
        self.loader.inspect(component)
    }

    /// The quarantines that have begun since it was last asked.
    pub fn quarantined(&self) -> Vec<Quarantined> {
        // A monitored revision is not asked by way of this host, so its modules are looked at here.
        for (space, loaded) in self.monitored.load().iter() {
            self.report(*space, loaded, true);
        }
        std::mem::take(&mut *self.quarantined.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn report(&self, space: ProjectSpaceId, loaded: &LoadedRevision, is_monitored: bool) {
        for module in loaded.stack.modules() {
            for (action, lasts) in module.quarantines() {
                let policy = module.label().to_owned();
                tracing::warn!(
                    project_space = %space,
                    policy,
                    action,
                    seconds = lasts.as_secs(),
                    "policy `{policy}` of `{space}` is in quarantine for `{action}` after repeated faults"
                );
                let mut quarantined = self.quarantined.lock().unwrap_or_else(PoisonError::into_inner);
                if quarantined.len() < QUARANTINED_MAX {
                    let revision = loaded.revision;
                    let space = Quarantined { project_space: space, revision, is_monitored, policy, lasts };
                    quarantined.push(space);
                }
            }
        }
    }

    fn kept_scope(&self, request: &ScopeRequest<'_>) -> Option<Decided<Rows>> {
        if request.identity == Identity::System {
            return self.standard.kept_scope(request, &self.scopes);
        }
        match self.stacks.load().get(&request.project_space()) {
            None => self.standard.kept_scope(request, &self.scopes),
            Some(loaded) => loaded.as_ref()?.stack.kept_scope(request, &self.scopes),
        }
    }

    async fn answer<T>(
        &self,
        space: ProjectSpaceId,
        identity: Identity,
        ask: impl FnOnce(&Stack) -> Result<T, Unanswered>,
    ) -> Result<T, Unanswered> {
        // The gateway itself is never at the mercy of a project space's policy.
        if identity == Identity::System {
            return ask(&self.standard);
        }
        let loaded = match self.stacks.load().get(&space) {
            None => return ask(&self.standard),
            Some(None) => return Err(Unanswered { policy: String::new(), cause: PolicyError::Withheld }),
            Some(Some(loaded)) => Arc::clone(loaded),
        };
        let answer = loaded.ask(ask).await;
        if answer.is_err() {
            self.report(space, &loaded, false);
        }
        answer
    }
}

/// Resources put to a module at once: as many as its memory and deadline allow for with ease.
const BATCH: usize = 100;

#[async_trait::async_trait]
impl PolicyEngine for PolicyHost {
    // A decision takes a few microseconds, so it runs right here: handing it to another thread costs more than it does.
    // What is known to be slower hands the thread's other work over (`share`).
    async fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        let space = request.project_space();
        self.answer(space, request.identity, |stack| stack.decide(request))
            .await
            .map_err(|unanswered| undecided(space, request.action, &unanswered))
    }

    async fn decide_many(&self, request: &ManyRequest<'_>) -> Result<Vec<Decided<Decision>>, Undecided> {
        let space = request.project_space();
        let mut decided = Vec::with_capacity(request.resources.len());
        for batch in request.resources.chunks(BATCH) {
            let answers = self
                .answer(space, request.identity, |stack| stack.decide_many(request, batch))
                .await
                .map_err(|unanswered| undecided(space, request.action, &unanswered))?;
            decided.extend(answers);
        }
        Ok(decided)
    }

    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        let space = request.project_space();
        // What is kept takes nothing from anybody's share.
        if let Some(kept) = self.kept_scope(request) {
            return Ok(kept);
        }
        self.answer(space, request.identity, |stack| stack.scope(request, Some(&self.scopes)))
            .await
            .map_err(|unanswered| undecided(space, request.action, &unanswered))
    }

    async fn decide_by_standard(&self, request: &Request<'_>) -> Option<Decided<Decision>> {
        self.standard.decide(request).ok()
    }

    fn stack(&self, space: ProjectSpaceId) -> StackName {
        StackName { modules: self.modules(space), revision: self.revision(space) }
    }

    fn is_monitored(&self, space: ProjectSpaceId) -> bool {
        self.monitored.load().contains_key(&space)
    }

    async fn voices(&self, stack: &StackName, question: &Question) -> Option<Vec<Voice>> {
        let space = question.project_space();
        if self.stack(space) != *stack {
            return None;
        }
        self.answer(space, question.identity, |stack| Ok(stack.voices(question))).await.ok()
    }
}

impl std::fmt::Debug for PolicyHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PolicyHost").finish_non_exhaustive()
    }
}
