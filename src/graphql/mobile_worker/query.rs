use super::MobileWorkerObject;
use super::object::MobileWorkerStatus;
use crate::authz::Visible;
use crate::domain::{
    Cursor, Direction, GroupId, LocationId, MobileWorker, MobileWorkerFilter, MobileWorkerId,
    MobileWorkerOrder, ProjectSpaceId, RoleId, UserProfileId,
};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ErrorCode;
use crate::graphql::page::{PageArguments, connection, counted, ids};
use crate::graphql::personal_id::PersonalIdLinkStatus;
use crate::service::mobile_worker::{self, List};
use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Result};
use chrono::{DateTime, Utc};

/// A page of mobile workers.
pub type MobileWorkerConnection = Connection<String, MobileWorkerObject, MobileWorkerCount>;

/// Which mobile workers. All given conditions hold together.
#[derive(InputObject, Default)]
#[graphql(name = "MobileWorkerFilter")]
pub struct MobileWorkerFilterInput {
    /// Words that all appear somewhere in username, names, e-mail or phone numbers.
    search: Option<String>,
    /// Any of these; all but the deleted when left out.
    statuses: Option<Vec<MobileWorkerStatus>>,
    /// With a PersonalID link that is any of these. Refused where the project space does not have the Connect feature.
    link_statuses: Option<Vec<PersonalIdLinkStatus>>,
    /// With any of these roles.
    role_ids: Option<Vec<ID>>,
    /// In any of these groups.
    group_ids: Option<Vec<ID>>,
    /// With any of these user profiles.
    profile_ids: Option<Vec<ID>>,
    /// At any of these locations, as far as you may see them.
    location_ids: Option<Vec<ID>>,
    /// Or at any place below them.
    #[graphql(default)]
    include_sublocations: bool,
    created_after: Option<DateTime<Utc>>,
    created_before: Option<DateTime<Utc>>,
    updated_after: Option<DateTime<Utc>>,
}

/// What mobile workers are ordered by. Ties are broken by id.
#[derive(InputObject)]
#[graphql(name = "MobileWorkerOrder")]
pub struct MobileWorkerOrderInput {
    field: MobileWorkerOrderField,
    direction: OrderDirection,
}

/// What mobile workers can be ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "MobileWorkerOrder")]
pub enum MobileWorkerOrderField {
    Username,
    FirstName,
    LastName,
    CreatedAt,
    /// Who never signed in comes before everybody else.
    LastLoginAt,
    /// What their PersonalID link is: active, inactive, none. Refused where the project space does not have the Connect
    /// feature.
    LinkStatus,
}

/// Up or down.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderDirection {
    /// From the lowest.
    Asc,
    /// From the highest.
    Desc,
}

impl MobileWorkerFilterInput {
    fn parse(self) -> Result<MobileWorkerFilter> {
        Ok(MobileWorkerFilter {
            search: self.search,
            statuses: self.statuses.into_iter().flatten().map(Into::into).collect(),
            link_statuses: self.link_statuses.into_iter().flatten().map(Into::into).collect(),
            roles: ids("roleIds", self.role_ids, RoleId::parse)?,
            groups: ids("groupIds", self.group_ids, GroupId::parse)?,
            user_profiles: ids("profileIds", self.profile_ids, UserProfileId::parse)?,
            locations: ids("locationIds", self.location_ids, LocationId::parse)?,
            include_sublocations: self.include_sublocations,
            created_after: self.created_after,
            created_before: self.created_before,
            updated_after: self.updated_after,
            ..MobileWorkerFilter::default()
        })
    }
}

/// What is counted.
pub enum MobileWorkerCount {
    /// A project space's workers.
    Workers(ProjectSpaceId, Box<MobileWorkerFilter>),
    /// A group's, with those who may not sign in or without.
    Members(ProjectSpaceId, GroupId, bool),
}

counted!(MobileWorkerCount, |this, ctx| {
    match this {
        MobileWorkerCount::Workers(space, filter) => {
            ctx.answer(mobile_worker::count(ctx.services(), ctx.principal(), *space, filter).await)
        }
        MobileWorkerCount::Members(space, group, include_inactive) => {
            let count = ctx.loaders().members.count(*space, *group, *include_inactive).await;
            count.map_err(|failure| ctx.fail(&failure))
        }
    }
});

pub async fn mobile_workers(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    filter: Option<MobileWorkerFilterInput>,
    order_by: Option<MobileWorkerOrderInput>,
    page: PageArguments,
) -> Result<MobileWorkerConnection> {
    let order = order_by.as_ref().map_or(MobileWorkerOrder::default(), |order| order.field.into());
    let direction = match order_by.map(|order| order.direction) {
        None | Some(OrderDirection::Asc) => Direction::Ascending,
        Some(OrderDirection::Desc) => Direction::Descending,
    };
    let name = format!("mobile workers of {space} by {order:?}, {direction:?}");
    let filter = filter.unwrap_or_default().parse()?;
    let list = List { page: page.request(ctx, &name)?, order, direction, filter };
    let found = ctx.answer(mobile_worker::list(ctx.services(), ctx.principal(), space, &list).await)?;
    foresee(ctx, space, &found.items).await;
    Ok(connection(
        ctx,
        &name,
        found,
        MobileWorkerCount::Workers(space, Box::new(list.filter)),
        |worker| Cursor { key: order.key_of(worker), id: worker.id.0 },
        MobileWorkerObject::from,
    ))
}

/// Loads what hangs on a page of workers, if it is selected. The loaders would collect it from the workers one by one.
async fn foresee(ctx: &Context<'_>, space: ProjectSpaceId, workers: &[Visible<MobileWorker>]) {
    let selected = |field| {
        let look = ctx.look_ahead();
        look.field("nodes").field(field).exists() || look.field("edges").field("node").field(field).exists()
    };
    let loaders = ctx.loaders();
    let profiles = |field| {
        let workers = if selected(field) { workers } else { &[] };
        workers.iter().map(|worker| &worker.profile)
    };
    tokio::join!(
        loaders.roles.foresee(space, profiles("role").filter_map(|profile| profile.role)),
        loaders.user_profiles.foresee(space, profiles("profile").filter_map(|profile| profile.user_profile)),
        loaders.groups.foresee(space, profiles("groups").flat_map(|profile| profile.groups.iter().copied())),
        loaders.locations.foresee(
            space,
            profiles("locations")
                .flat_map(|profile| profile.locations.iter().copied())
                .chain(profiles("primaryLocation").filter_map(|profile| profile.primary_location)),
        ),
    );
}

pub async fn mobile_worker(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    id: Option<ID>,
    username: Option<String>,
) -> Result<Option<MobileWorkerObject>> {
    let (services, principal) = (ctx.services(), ctx.principal());
    let found = match (id, username) {
        (Some(id), None) => match MobileWorkerId::parse(&id) {
            Ok(id) => mobile_worker::read(services, principal, space, id).await,
            Err(_) => Ok(None),
        },
        (None, Some(username)) => mobile_worker::read_named(services, principal, space, &username).await,
        _ => return Err(ErrorCode::BadRequest.with("give `id` or `username`, and not both")),
    };
    Ok(found.map_err(|failure| ctx.fail(&failure))?.map(MobileWorkerObject::from))
}
