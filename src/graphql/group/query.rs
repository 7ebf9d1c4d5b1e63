use super::GroupObject;
use crate::domain::{Cursor, CursorKey, ProjectSpaceId};
use crate::graphql::context::ContextExt;
use crate::graphql::page::{PageArguments, connection, counted};
use crate::service::group;
use async_graphql::connection::Connection;
use async_graphql::{Context, Result};

/// A page of groups, by name.
pub type GroupConnection = Connection<String, GroupObject, GroupCount>;

pub struct GroupCount(ProjectSpaceId);

counted!(GroupCount, |this, ctx| {
    let count = group::count(ctx.services(), ctx.principal(), this.0).await;
    count.map_err(|failure| ctx.fail(&failure))
});

pub async fn groups(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    page: PageArguments,
) -> Result<GroupConnection> {
    let list = format!("groups of {space}");
    let request = page.request(ctx, &list)?;
    let found = group::list(ctx.services(), ctx.principal(), space, &request).await;
    let found = found.map_err(|failure| ctx.fail(&failure))?;
    Ok(connection(
        ctx,
        &list,
        found,
        GroupCount(space),
        |group| Cursor { key: CursorKey::Text(group.name.clone()), id: group.id.0 },
        GroupObject::from,
    ))
}
