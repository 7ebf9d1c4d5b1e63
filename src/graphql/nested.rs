//! Lists that hang on the objects of a page, the members of each group of it: loaded in one statement for all of them,
//! and counted in another where that is selected.

use super::loader::unanswered;
use crate::authz::Visible;
use crate::domain::{
    Group, GroupId, Location, LocationId, MobileWorker, Page, PageRequest, Principal, ProjectSpaceId,
};
use crate::service::{Failure, Services, group, location};
use dataloader::{BatchFn, cached};
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

/// Most lists of one statement: as many as a page has objects. SQLite takes 500.
const BATCH_MAX: usize = 100;

/// A part of each list, by what it hangs on.
pub type PageOf<Owner, Item> = HashMap<Owner, Page<Visible<Item>>>;

/// A noun on which a list hangs.
pub trait Nested: Send + Sync + 'static {
    /// Its id.
    type Id: Copy + Eq + Hash + Debug + Send + Sync + 'static;
    /// What is in the list.
    type Item: Clone + Send + Sync + 'static;
    /// Which of the items.
    type Filter: Copy + Eq + Hash + Debug + Send + Sync + 'static;

    /// The same part of each of these lists.
    fn pages(
        services: &Services,
        principal: &Principal,
        space: ProjectSpaceId,
        owners: &[Self::Id],
        filter: Self::Filter,
        page: &PageRequest,
    ) -> impl Future<Output = Result<PageOf<Self::Id, Self::Item>, Failure>> + Send;

    /// How many items each of these lists has; nothing for none.
    fn counts(
        services: &Services,
        principal: &Principal,
        space: ProjectSpaceId,
        owners: &[Self::Id],
        filter: Self::Filter,
    ) -> impl Future<Output = Result<HashMap<Self::Id, u64>, Failure>> + Send;
}

/// The members of a group who may sign in, or all.
impl Nested for Group {
    type Id = GroupId;
    type Item = MobileWorker;
    type Filter = bool;

    fn pages(
        services: &Services,
        principal: &Principal,
        space: ProjectSpaceId,
        owners: &[GroupId],
        include_inactive: bool,
        page: &PageRequest,
    ) -> impl Future<Output = Result<PageOf<GroupId, MobileWorker>, Failure>> + Send {
        group::members(services, principal, space, owners, include_inactive, page)
    }

    fn counts(
        services: &Services,
        principal: &Principal,
        space: ProjectSpaceId,
        owners: &[GroupId],
        include_inactive: bool,
    ) -> impl Future<Output = Result<HashMap<GroupId, u64>, Failure>> + Send {
        group::count_members(services, principal, space, owners, include_inactive)
    }
}

/// What stands right below a place, with the archived ones or without.
impl Nested for Location {
    type Id = LocationId;
    type Item = Location;
    type Filter = bool;

    fn pages(
        services: &Services,
        principal: &Principal,
        space: ProjectSpaceId,
        owners: &[LocationId],
        include_archived: bool,
        page: &PageRequest,
    ) -> impl Future<Output = Result<PageOf<LocationId, Location>, Failure>> + Send {
        location::children(services, principal, space, owners, include_archived, page)
    }

    fn counts(
        services: &Services,
        principal: &Principal,
        space: ProjectSpaceId,
        owners: &[LocationId],
        include_archived: bool,
    ) -> impl Future<Output = Result<HashMap<LocationId, u64>, Failure>> + Send {
        location::count_children(services, principal, space, owners, include_archived)
    }
}

/// One list: whose it is, and which of its items. A page's key says besides how many.
type CountKey<N> = (ProjectSpaceId, <N as Nested>::Filter, <N as Nested>::Id);
type PageKey<N> = (ProjectSpaceId, <N as Nested>::Filter, u32, <N as Nested>::Id);
type Found<N> = Result<Page<Visible<<N as Nested>::Item>>, Arc<Failure>>;
type Counted = Result<u64, Arc<Failure>>;

/// The lists that hang on a noun, for one request.
pub struct Lists<N: Nested> {
    pages: cached::Loader<PageKey<N>, Found<N>, Batch<N>>,
    counts: cached::Loader<CountKey<N>, Counted, Batch<N>>,
}

struct Batch<N> {
    services: Arc<Services>,
    principal: Arc<Principal>,
    noun: std::marker::PhantomData<fn() -> N>,
}

impl<N: Nested> Lists<N> {
    /// Lists for one request of this principal.
    pub fn new(services: &Arc<Services>, principal: &Arc<Principal>) -> Self {
        let batch = || Batch {
            services: Arc::clone(services),
            principal: Arc::clone(principal),
            noun: std::marker::PhantomData,
        };
        Self {
            pages: cached::Loader::new(batch()).with_max_batch_size(BATCH_MAX),
            counts: cached::Loader::new(batch()).with_max_batch_size(BATCH_MAX),
        }
    }

    /// The first items of a list.
    ///
    /// # Errors
    /// The failure of the batch it was in.
    pub async fn first(
        &self,
        space: ProjectSpaceId,
        owner: N::Id,
        filter: N::Filter,
        limit: u32,
    ) -> Result<Page<Visible<N::Item>>, Arc<Failure>> {
        self.pages.try_load((space, filter, limit, owner)).await.map_err(|_| unanswered())?
    }

    /// How many items a list has.
    ///
    /// # Errors
    /// The failure of the batch it was in.
    pub async fn count(
        &self,
        space: ProjectSpaceId,
        owner: N::Id,
        filter: N::Filter,
    ) -> Result<u64, Arc<Failure>> {
        self.counts.try_load((space, filter, owner)).await.map_err(|_| unanswered())?
    }
}

impl<N: Nested> BatchFn<PageKey<N>, Found<N>> for Batch<N> {
    async fn load(&mut self, keys: &[PageKey<N>]) -> HashMap<PageKey<N>, Found<N>> {
        let mut alike: HashMap<_, Vec<N::Id>> = HashMap::new();
        for (space, filter, limit, owner) in keys {
            alike.entry((*space, *filter, *limit)).or_default().push(*owner);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((space, filter, limit), owners) in alike {
            let page = PageRequest::Keyset { limit, from_end: false, after: None, before: None };
            let pages = N::pages(&self.services, &self.principal, space, &owners, filter, &page).await;
            let mut pages = pages.map_err(Arc::new);
            found.extend(owners.into_iter().map(|owner| {
                let page = match &mut pages {
                    Ok(pages) => pages.remove(&owner).ok_or_else(unanswered),
                    Err(failure) => Err(Arc::clone(failure)),
                };
                ((space, filter, limit, owner), page)
            }));
        }
        found
    }
}

impl<N: Nested> BatchFn<CountKey<N>, Counted> for Batch<N> {
    async fn load(&mut self, keys: &[CountKey<N>]) -> HashMap<CountKey<N>, Counted> {
        let mut alike: HashMap<_, Vec<N::Id>> = HashMap::new();
        for (space, filter, owner) in keys {
            alike.entry((*space, *filter)).or_default().push(*owner);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((space, filter), owners) in alike {
            let counts = N::counts(&self.services, &self.principal, space, &owners, filter).await;
            let counts = counts.map_err(Arc::new);
            found.extend(owners.into_iter().map(|owner| {
                let count = match &counts {
                    Ok(counts) => Ok(counts.get(&owner).copied().unwrap_or_default()),
                    Err(failure) => Err(Arc::clone(failure)),
                };
                ((space, filter, owner), count)
            }));
        }
        found
    }
}
