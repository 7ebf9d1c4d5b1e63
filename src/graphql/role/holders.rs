use crate::domain::{Principal, ProjectSpaceId, RoleId};
use crate::graphql::loader::unanswered;
use crate::service::{Failure, Services, role};
use dataloader::{BatchFn, cached};
use std::collections::HashMap;
use std::sync::Arc;

type Key = (ProjectSpaceId, RoleId);
type Counted = Result<u64, Arc<Failure>>;

/// How many have a role: counted for all roles of a list at once.
pub struct RoleHolders(cached::Loader<Key, Counted, Batch>);

struct Batch {
    services: Arc<Services>,
    principal: Arc<Principal>,
}

impl RoleHolders {
    /// A loader for one request of this principal.
    pub fn new(services: &Arc<Services>, principal: &Arc<Principal>) -> Self {
        Self(cached::Loader::new(Batch { services: Arc::clone(services), principal: Arc::clone(principal) }))
    }

    /// How many that the principal may see have this role.
    ///
    /// # Errors
    /// The failure of the batch it was in.
    pub async fn of(&self, space: ProjectSpaceId, role: RoleId) -> Counted {
        self.0.try_load((space, role)).await.map_err(|_| unanswered())?
    }
}

impl BatchFn<Key, Counted> for Batch {
    async fn load(&mut self, keys: &[Key]) -> HashMap<Key, Counted> {
        let mut by_space: HashMap<ProjectSpaceId, Vec<RoleId>> = HashMap::new();
        for (space, role) in keys {
            by_space.entry(*space).or_default().push(*role);
        }
        let mut counted = HashMap::with_capacity(keys.len());
        for (space, roles) in by_space {
            match role::holders(&self.services, &self.principal, space, &roles).await {
                Ok(found) => counted.extend(
                    roles.iter().map(|role| ((space, *role), Ok(found.get(role).copied().unwrap_or(0)))),
                ),
                Err(failure) => {
                    let failure = Arc::new(failure);
                    counted.extend(roles.iter().map(|role| ((space, *role), Err(Arc::clone(&failure)))));
                }
            }
        }
        counted
    }
}
