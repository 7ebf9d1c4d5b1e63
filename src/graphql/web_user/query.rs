use super::WebUserObject;
use crate::authz::Visible;
use crate::domain::{
    Cursor, Direction, LocationId, Member, MemberFilter, MemberOrder, MembershipId, ProjectSpaceId, RoleId,
    WebUserId,
};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ErrorCode;
use crate::graphql::mobile_worker::OrderDirection;
use crate::graphql::page::{PageArguments, connection, counted, ids};
use crate::service::web_user::{self, List};
use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Result};

/// A page of web users.
pub type WebUserConnection = Connection<String, WebUserObject, WebUserCount>;

/// Which web users. All given conditions hold together.
#[derive(InputObject, Default)]
#[graphql(name = "WebUserFilter")]
pub struct WebUserFilterInput {
    /// Words that all appear somewhere in names or e-mail address.
    search: Option<String>,
    /// With any of these roles.
    role_ids: Option<Vec<ID>>,
    /// Admins alone, or all others.
    is_admin: Option<bool>,
    /// At any of these locations.
    location_ids: Option<Vec<ID>>,
    /// Or at any place below them.
    #[graphql(default)]
    include_sublocations: bool,
    /// The active alone, or the deactivated.
    is_active: Option<bool>,
}

/// What web users are ordered by. Ties are broken by id.
#[derive(InputObject)]
#[graphql(name = "WebUserOrder")]
pub struct WebUserOrderInput {
    field: WebUserOrderField,
    direction: OrderDirection,
}

/// What web users can be ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "MemberOrder")]
pub enum WebUserOrderField {
    Email,
    FirstName,
    LastName,
    /// Who never signed in comes before everybody else.
    LastLoginAt,
    /// When they joined the project space.
    JoinedAt,
}

impl WebUserFilterInput {
    fn parse(self) -> Result<MemberFilter> {
        Ok(MemberFilter {
            search: self.search,
            email: None,
            roles: ids("roleIds", self.role_ids, RoleId::parse)?,
            is_admin: self.is_admin,
            locations: ids("locationIds", self.location_ids, LocationId::parse)?,
            include_sublocations: self.include_sublocations,
            is_active: self.is_active,
        })
    }
}

pub struct WebUserCount(ProjectSpaceId, MemberFilter);

counted!(WebUserCount, |this, ctx| {
    ctx.answer(web_user::count(ctx.services(), ctx.principal(), this.0, &this.1).await)
});

pub async fn web_users(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    filter: Option<WebUserFilterInput>,
    order_by: Option<WebUserOrderInput>,
    page: PageArguments,
) -> Result<WebUserConnection> {
    let order = order_by.as_ref().map_or(MemberOrder::default(), |order| order.field.into());
    let direction = match order_by.map(|order| order.direction) {
        None | Some(OrderDirection::Asc) => Direction::Ascending,
        Some(OrderDirection::Desc) => Direction::Descending,
    };
    let name = format!("web users of {space} by {order:?}, {direction:?}");
    let filter = filter.unwrap_or_default().parse()?;
    let list = List { page: page.request(ctx, &name)?, order, direction, filter };
    let found = ctx.answer(web_user::list(ctx.services(), ctx.principal(), space, &list).await)?;
    foresee(ctx, space, &found.items).await;
    Ok(connection(
        ctx,
        &name,
        found,
        WebUserCount(space, list.filter),
        |member| Cursor { key: order.key_of(member), id: member.id.0 },
        WebUserObject::from,
    ))
}

/// Loads what hangs on a page of web users, if it is selected. The loaders would collect it from them one by one.
async fn foresee(ctx: &Context<'_>, space: ProjectSpaceId, members: &[Visible<Member>]) {
    let selected = |field| {
        let look = ctx.look_ahead();
        let of = |node: async_graphql::Lookahead<'_>| node.field("membership").field(field).exists();
        of(look.field("nodes")) || of(look.field("edges").field("node"))
    };
    let given = |field| {
        let members = if selected(field) { members } else { &[] };
        members.iter().map(|member| &member.assignment)
    };
    let roles = given("role").chain(given("roleName")).filter_map(|given| given.role.role());
    let locations = given("locations").flat_map(|given| given.locations.iter().copied());
    let locations = locations.chain(given("primaryLocation").filter_map(|given| given.primary_location));
    let loaders = ctx.loaders();
    tokio::join!(loaders.roles.foresee(space, roles), loaders.locations.foresee(space, locations));
}

pub async fn web_user(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    id: Option<ID>,
    email: Option<String>,
) -> Result<Option<WebUserObject>> {
    let (services, principal) = (ctx.services(), ctx.principal());
    let found = match (id, email) {
        (Some(id), None) => match (MembershipId::parse(&id), WebUserId::parse(&id)) {
            (_, Ok(account)) if id.starts_with(WebUserId::PREFIX) => {
                let members = web_user::load(services, principal, space, &[account]).await;
                members.map(|members| members.into_iter().next())
            }
            (Ok(id), _) => web_user::read(services, principal, space, id).await,
            _ => Ok(None),
        },
        (None, Some(email)) => web_user::read_named(services, principal, space, &email).await,
        _ => return Err(ErrorCode::BadRequest.with("give `id` or `email`, and not both")),
    };
    Ok(found.map_err(|failure| ctx.fail(&failure))?.map(WebUserObject::from))
}
