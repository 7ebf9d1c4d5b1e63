//! Loads what cannot be foreseen, in batches: a page's workers ask for their roles one by one, and the database is asked
//! once. The `dataloader` crate waits by yielding to the runtime, not by a timer.

use crate::authz::Visible;
use crate::domain::{
    Group, GroupId, Location, LocationId, LocationType, LocationTypeId, Member, Principal, ProjectSpaceId,
    Role, RoleId, UserProfile, UserProfileId, WebUserId,
};
use crate::service::{Failure, Services, group, location, role, user_fields, web_user};
use dataloader::{BatchFn, cached};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

/// Most keys of one statement.
const BATCH_MAX: usize = 1000;
/// How often a loader lets others go first, so that all that is asked for at one level comes together. The objects of a
/// level are resolved in one go, and each turn costs a look at every one of them.
const TURNS: usize = 2;

/// A noun that is loaded by id.
pub trait Loaded: Sized + Clone + Send + Sync + 'static {
    /// Its id.
    type Id: Copy + Eq + Hash + std::fmt::Debug + Send + Sync + 'static;

    /// The id of a row.
    fn id(&self) -> Self::Id;

    /// Those of these rows that the principal may see.
    fn load(
        services: &Services,
        principal: &Principal,
        space: ProjectSpaceId,
        ids: &[Self::Id],
    ) -> impl Future<Output = Result<Vec<Visible<Self>>, Failure>> + Send;
}

macro_rules! loaded {
    ($($noun:ty, $id:ty, $load:path;)*) => {$(
        impl Loaded for $noun {
            type Id = $id;

            fn id(&self) -> $id {
                self.id
            }

            fn load(
                services: &Services,
                principal: &Principal,
                space: ProjectSpaceId,
                ids: &[$id],
            ) -> impl Future<Output = Result<Vec<Visible<Self>>, Failure>> + Send {
                $load(services, principal, space, ids)
            }
        }
    )*};
}

loaded! {
    Role, RoleId, role::load;
    Location, LocationId, location::load;
    LocationType, LocationTypeId, location::load_types;
    Group, GroupId, group::load;
    UserProfile, UserProfileId, user_fields::load_profiles;
}

impl Loaded for Member {
    type Id = WebUserId;

    fn id(&self) -> WebUserId {
        self.person.id
    }

    fn load(
        services: &Services,
        principal: &Principal,
        space: ProjectSpaceId,
        ids: &[WebUserId],
    ) -> impl Future<Output = Result<Vec<Visible<Self>>, Failure>> + Send {
        web_user::load(services, principal, space, ids)
    }
}

/// What a key came to: the row, nothing when it is not there to be seen, or the batch's failure.
type Found<N> = Result<Option<Visible<N>>, Arc<Failure>>;
type Key<N> = (ProjectSpaceId, <N as Loaded>::Id);

/// The loader of a noun, for one request.
pub struct Loader<N: Loaded>(cached::Loader<Key<N>, Found<N>, Batch<N>>);

struct Batch<N> {
    services: Arc<Services>,
    principal: Arc<Principal>,
    noun: std::marker::PhantomData<fn() -> N>,
}

impl<N: Loaded> Loader<N> {
    /// A loader for one request of this principal.
    pub fn new(services: &Arc<Services>, principal: &Arc<Principal>) -> Self {
        let batch = Batch {
            services: Arc::clone(services),
            principal: Arc::clone(principal),
            noun: std::marker::PhantomData,
        };
        Self(cached::Loader::new(batch).with_max_batch_size(BATCH_MAX).with_yield_count(TURNS))
    }

    /// Loads what a page's objects are about to ask for, once for all of them.
    pub async fn foresee(&self, space: ProjectSpaceId, ids: impl Iterator<Item = N::Id>) {
        let keys: HashSet<Key<N>> = ids.map(|id| (space, id)).collect();
        if !keys.is_empty() {
            // What goes wrong is each asker's to hear.
            drop(self.0.try_load_many(keys.into_iter().collect()).await);
        }
    }

    /// The rows with these ids that the principal may see, in the order of the ids.
    ///
    /// # Errors
    /// The failure of the batch they were in.
    pub async fn many(&self, space: ProjectSpaceId, ids: &[N::Id]) -> Result<Vec<Visible<N>>, Arc<Failure>> {
        let keys: Vec<Key<N>> = ids.iter().map(|id| (space, *id)).collect();
        let mut found = self.0.try_load_many(keys.clone()).await.map_err(|_| unanswered())?;
        keys.iter()
            .filter_map(|key| found.remove(key).unwrap_or_else(|| Err(unanswered())).transpose())
            .collect()
    }

    /// The row with this id, if the principal may see it.
    ///
    /// # Errors
    /// The failure of the batch it was in.
    pub async fn one(&self, space: ProjectSpaceId, id: N::Id) -> Result<Option<Visible<N>>, Arc<Failure>> {
        self.0.try_load((space, id)).await.map_err(|_| unanswered())?
    }
}

/// A batch answers every key it was given; this is for the case that it once does not.
pub(super) fn unanswered() -> Arc<Failure> {
    Arc::new(Failure::Internal("a loader left a key without an answer".into()))
}

impl<N: Loaded> BatchFn<Key<N>, Found<N>> for Batch<N> {
    async fn load(&mut self, keys: &[Key<N>]) -> HashMap<Key<N>, Found<N>> {
        let mut by_space: HashMap<ProjectSpaceId, Vec<N::Id>> = HashMap::new();
        for (space, id) in keys {
            by_space.entry(*space).or_default().push(*id);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (space, ids) in by_space {
            match N::load(&self.services, &self.principal, space, &ids).await {
                Ok(rows) => {
                    found.extend(ids.into_iter().map(|id| ((space, id), Ok(None))));
                    found.extend(rows.into_iter().map(|row| ((space, row.id()), Ok(Some(row)))));
                }
                Err(failure) => {
                    let failure = Arc::new(failure);
                    found.extend(ids.into_iter().map(|id| ((space, id), Err(Arc::clone(&failure)))));
                }
            }
        }
        found
    }
}
