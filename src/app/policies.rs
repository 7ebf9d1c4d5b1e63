//! Keeps a gateway's policies in line with the database's, which all gateways share.

use crate::authz::StackModule;
use crate::domain::{PolicyRevisionId, ProjectSpaceId};
use crate::policy::PolicyHost;
use crate::store::{FollowedStack, Store, StoreError};
use chrono::TimeDelta;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How often the database is asked whether a policy stack has changed.
const POLL: Duration = Duration::from_secs(2);
/// After a stack did not load, so many looks pass at the most before it is tried again.
const REST_MAX: u32 = 32;

/// What one gateway knows of the database's policies.
pub struct PolicyWatch {
    store: Store,
    policy: Arc<PolicyHost>,
    known: HashMap<ProjectSpaceId, Known>,
}

/// What was last made of a stack.
struct Known {
    version: i32,
    /// How many looks to pass over before it is tried again, and how many it will be then; nothing when all went well.
    rest: Option<(u32, u32)>,
}

impl PolicyWatch {
    /// A gateway that knows nothing yet.
    pub fn new(store: Store, policy: Arc<PolicyHost>) -> Self {
        Self { store, policy, known: HashMap::new() }
    }

    /// Looks once: one statement where nothing has changed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn look(&mut self) -> Result<(), StoreError> {
        let stacks = self.store.policy_stacks().await?;
        self.note_quarantines().await?;
        for stack in &stacks {
            let rest = match self.known.get_mut(&stack.project_space) {
                Some(Known { version, rest }) if *version == stack.version => match rest {
                    None => continue,
                    Some((left, _)) if *left > 0 => {
                        *left -= 1;
                        continue;
                    }
                    Some((_, next)) => (*next * 2).min(REST_MAX),
                },
                _ => 1,
            };
            let went_well = self.follow(stack).await?;
            let rest = (!went_well).then_some((rest, rest));
            self.known.insert(stack.project_space, Known { version: stack.version, rest });
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

    /// Looks now and then, and whenever a stack was changed here.
    pub async fn run(mut self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = self.store.policy_changed() => {}
            }
            if let Err(error) = self.look().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not look for changed policies"
                );
            }
        }
    }

    /// For the admins whose modules they are. Before a stack is loaded anew: they are of the version before.
    async fn note_quarantines(&self) -> Result<(), StoreError> {
        for quarantined in self.policy.quarantined() {
            let version = self.known.get(&quarantined.space).map_or(0, |known| known.version);
            let lasts = TimeDelta::from_std(quarantined.lasts).unwrap_or(TimeDelta::MAX);
            self.store.note_quarantine(quarantined.space, version, &quarantined.policy, lasts).await?;
        }
        Ok(())
    }

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
