use super::GroupObject;
use crate::domain::{Cursor, CursorKey, GroupFilter, ProjectSpaceId};
use crate::graphql::context::ContextExt;
use crate::graphql::page::{PageArguments, connection, counted};
use crate::service::group;
use async_graphql::connection::Connection;
use async_graphql::{Context, InputObject, Result};

/// A page of groups, by name.
pub type GroupConnection = Connection<String, GroupObject, GroupCount>;

/// Which groups. All given conditions hold together.
#[derive(InputObject, Default)]
#[graphql(name = "GroupFilter")]
pub struct GroupFilterInput {
    /// Words that all appear somewhere in the name.
    search: Option<String>,
    /// The deleted ones too.
    #[graphql(default)]
    include_deleted: bool,
}

pub struct GroupCount(ProjectSpaceId, GroupFilter);

counted!(GroupCount, |this, ctx| {
    ctx.answer(group::count(ctx.services(), ctx.principal(), this.0, &this.1).await)
});

pub async fn groups(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    filter: Option<GroupFilterInput>,
    page: PageArguments,
) -> Result<GroupConnection> {
    let list = format!("groups of {space}");
    let filter = filter.unwrap_or_default();
    let filter = GroupFilter { search: filter.search, include_deleted: filter.include_deleted };
    let request = page.request(ctx, &list)?;
    let found = ctx.answer(group::list(ctx.services(), ctx.principal(), space, &filter, &request).await)?;
    Ok(connection(
        ctx,
        &list,
        found,
        GroupCount(space, filter),
        |group| Cursor { key: CursorKey::Text(group.name.clone()), id: group.id.0 },
        GroupObject::from,
    ))
}
