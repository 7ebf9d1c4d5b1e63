use super::AccessRequestObject;
use crate::domain::{Cursor, ProjectSpaceId};
use crate::graphql::context::ContextExt;
use crate::graphql::page::{PageArguments, connection, counted};
use crate::service::access_request;
use async_graphql::connection::Connection;
use async_graphql::{Context, Result};

/// A page of requests to be let in, the oldest first.
pub type AccessRequestConnection = Connection<String, AccessRequestObject, AccessRequestCount>;

pub struct AccessRequestCount(ProjectSpaceId);

counted!(AccessRequestCount, |this, ctx| {
    let count = access_request::count(ctx.services(), ctx.principal(), this.0).await;
    count.map_err(|failure| ctx.fail(&failure))
});

pub async fn access_requests(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    page: PageArguments,
) -> Result<AccessRequestConnection> {
    let list = format!("access requests of {space}");
    let request = page.request(ctx, &list)?;
    let found = access_request::list(ctx.services(), ctx.principal(), space, &request).await;
    Ok(connection(
        ctx,
        &list,
        found.map_err(|failure| ctx.fail(&failure))?,
        AccessRequestCount(space),
        |request| Cursor { key: request.cursor_key(), id: request.id.0 },
        AccessRequestObject::from,
    ))
}
