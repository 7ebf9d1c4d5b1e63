//! Keeps a gateway's policies in line with the database's, which all gateways share.

use crate::authz::StackModule;
use crate::domain::{PolicyRevisionId, ProjectSpaceId, Quarantined};
use crate::policy::PolicyHost;
use crate::store::{FollowedStack, Store, StoreError};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

/// How often the database is asked whether a policy stack has changed.
const POLL: Duration = Duration::from_secs(2);
/// After a stack did not load, so many looks pass at the most before it is tried again.
const REST_MAX: u32 = 32;
/// Most quarantines that wait for the database.
const UNWRITTEN_MAX: usize = 1_000;

/// Stacks that are loaded at the same time: their modules' bytes are in memory meanwhile. Compilers have an order of their own.
const LOADED_AT_ONCE: usize = 8;
/// How long a gateway that starts waits for its stacks. What takes longer is loaded while others are answered already.
const STARTING: Duration = Duration::from_secs(15);

/// What one gateway knows of the database's policies.
pub struct PolicyWatch {
    store: Store,
    policy: Arc<PolicyHost>,
    known: HashMap<ProjectSpaceId, Known>,
    /// Each stack on its own: one that takes long holds up no other.
    loading: JoinSet<(ProjectSpaceId, Result<bool, StoreError>)>,
    turns: Arc<Semaphore>,
    /// Nothing was answered yet.
    is_new: bool,
    /// Quarantines that the database has not taken yet.
    unwritten: VecDeque<Unwritten>,
}

/// A quarantine on its way to the database.
struct Unwritten {
    quarantined: Quarantined,
    /// The version of the stack that it was in.
    version: i32,
    heard_at: Instant,
}

/// What was last made of a stack.
struct Known {
    version: i32,
    /// The version that answers: while another one is loaded, still the one before.
    answering: i32,
    state: State,
    /// How many looks are passed over when it does not load the next time.
    rest: u32,
}

enum State {
    Loading,
    Loaded,
    /// It did not load, and is tried again after so many looks.
    Resting(u32),
}

impl PolicyWatch {
    /// A gateway that knows nothing yet.
    pub fn new(store: Store, policy: Arc<PolicyHost>) -> Self {
        let (loading, turns) = (JoinSet::new(), Arc::new(Semaphore::new(LOADED_AT_ONCE)));
        Self {
            store,
            policy,
            known: HashMap::new(),
            loading,
            turns,
            is_new: true,
            unwritten: VecDeque::new(),
        }
    }

    /// Looks once, and waits until all that has changed is loaded: one statement where nothing has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn look(&mut self) -> Result<(), StoreError> {
        self.begin().await?;
        self.finish().await;
        Ok(())
    }

    /// Waits until all that was begun is loaded.
    async fn finish(&mut self) {
        while let Some(done) = self.loading.join_next().await {
            self.end(done);
        }
    }

    /// The first look, for a gateway that starts. Until a project space's own stack is loaded, nobody answers there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn start(&mut self) -> Result<(), StoreError> {
        // INVARIANT: no gateway answers before it knows which project spaces `standard` may not answer for, however long the
        // database takes to say so. Only the loading is cut short.
        self.begin().await?;
        if tokio::time::timeout(STARTING, self.finish()).await.is_err() {
            let left = self.loading.len();
            tracing::warn!("{left} project spaces have no answers yet: their policies are still loading");
        }
        Ok(())
    }

    /// Looks now and then, and whenever a stack was changed here.
    pub async fn run(mut self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = self.store.policy_changed() => {}
                Some(done) = self.loading.join_next() => {
                    self.end(done);
                    continue;
                }
            }
            if let Err(error) = self.begin().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not look for changed policies"
                );
            }
        }
    }

    /// Begins to load what has changed.
    async fn begin(&mut self) -> Result<(), StoreError> {
        let stacks = self.store.policy_stacks().await?;
        self.note_quarantines().await;
        let is_new = std::mem::replace(&mut self.is_new, false);
        for stack in &stacks {
            let space = stack.project_space;
            let rest = match self.known.get_mut(&space) {
                Some(Known { state: State::Loading, .. }) => continue,
                Some(known) if known.version == stack.version => match &mut known.state {
                    State::Resting(0) => known.rest,
                    State::Resting(left) => {
                        *left -= 1;
                        continue;
                    }
                    State::Loading | State::Loaded => continue,
                },
                _ => 1,
            };
            if is_new && stack.active.is_some() {
                self.policy.withhold(space);
            }
            let answering = self.known.get(&space).map_or(stack.version, |known| known.answering);
            let known = Known { version: stack.version, answering, state: State::Loading, rest };
            self.known.insert(space, known);
            let follower = Follower { store: self.store.clone(), policy: Arc::clone(&self.policy) };
            let (turns, stack) = (Arc::clone(&self.turns), *stack);
            self.loading.spawn(async move {
                let _turn = turns.acquire().await;
                (space, follower.follow(&stack).await)
            });
        }
        let policy = &self.policy;
        self.known.retain(|space, _| {
            let keep = stacks.iter().any(|stack| stack.project_space == *space);
            if !keep {
                policy.reset(*space);
                policy.stop_monitoring(*space);
            }
            keep
        });
        Ok(())
    }

    /// Takes note of how loading a stack went.
    fn end(&mut self, done: Result<(ProjectSpaceId, Result<bool, StoreError>), JoinError>) {
        let (space, went_well) = match done {
            Ok((space, Ok(went_well))) => (space, went_well),
            Ok((space, Err(error))) => {
                tracing::warn!(
                    project_space.id = %space,
                    error = &error as &dyn std::error::Error,
                    "could not read the policies of `{space}`"
                );
                (space, false)
            }
            // Which one is not known any more: all that load are tried again.
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "loading a policy stack went wrong"
                );
                self.known.retain(|_, known| !matches!(known.state, State::Loading));
                return;
            }
        };
        if let Some(known) = self.known.get_mut(&space) {
            if went_well {
                known.answering = known.version;
            }
            known.state = if went_well { State::Loaded } else { State::Resting(known.rest) };
            known.rest = (known.rest * 2).min(REST_MAX);
        }
    }

    /// For the admins whose modules they are. Before a stack is loaded anew: they are of the version before. What the
    /// database does not take is tried again at the next look, and holds up nothing else.
    async fn note_quarantines(&mut self) {
        let heard_at = Instant::now();
        let mut lost = 0_usize;
        for quarantined in self.policy.quarantined() {
            if self.unwritten.len() >= UNWRITTEN_MAX {
                lost = lost.saturating_add(1);
                continue;
            }
            let version = self.known.get(&quarantined.project_space).map_or(0, |known| known.answering);
            self.unwritten.push_back(Unwritten { quarantined, version, heard_at });
        }
        if lost > 0 {
            tracing::warn!(lost, "{lost} quarantines of policy modules are told to nobody: too many wait");
        }
        while let Some(Unwritten { quarantined, version, heard_at }) = self.unwritten.front() {
            if let Err(error) = self.store.note_quarantine(quarantined, *version, heard_at.elapsed()).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not note a quarantine of a policy module: it waits"
                );
                // Another one first the next time: one that is never taken is not to hold up the rest.
                self.unwritten.rotate_left(1);
                return;
            }
            self.unwritten.pop_front();
        }
    }
}

/// Takes over one stack.
struct Follower {
    store: Store,
    policy: Arc<PolicyHost>,
}

impl Follower {
    /// Takes over what a stack has become. Whether all of it loads.
    async fn follow(&self, stack: &FollowedStack) -> Result<bool, StoreError> {
        let (space, version) = (stack.project_space, stack.version);
        let mut went_well = true;
        match stack.active {
            None => self.policy.reset(space),
            Some(revision) => match self.policy.enforce(space, revision, self.modules(revision).await?).await
            {
                Ok(()) => {
                    tracing::info!(project_space.id = %space, "loaded policy stack {version} of `{space}`");
                }
                // What the space had keeps answering; if that is nothing, nobody does.
                Err(error) => {
                    went_well = false;
                    self.policy.withhold(space);
                    tracing::error!(
                        project_space.id = %space,
                        error = &error as &dyn std::error::Error,
                        "could not load policy stack {version} of `{space}`"
                    );
                }
            },
        }
        match stack.monitored {
            None => self.policy.stop_monitoring(space),
            Some(revision) => {
                let monitored = self.policy.monitor(space, revision, self.modules(revision).await?).await;
                if let Err(error) = monitored {
                    went_well = false;
                    tracing::warn!(
                        project_space.id = %space,
                        error = &error as &dyn std::error::Error,
                        "could not load the monitored policies of `{space}`"
                    );
                }
            }
        }
        Ok(went_well)
    }

    async fn modules(&self, revision: PolicyRevisionId) -> Result<Vec<StackModule>, StoreError> {
        self.store.policy_modules_to_load(revision).await
    }
}
