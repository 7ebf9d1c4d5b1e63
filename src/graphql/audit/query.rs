use super::AuditEntryObject;
use super::object::Channel;
use crate::domain::{AuditFilter, Cursor, ProjectSpaceId};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ErrorCode;
use crate::graphql::page::{PageArguments, connection, counted};
use crate::service::audit;
use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Result};
use chrono::{DateTime, Utc};

/// A page of the audit.
pub type AuditEntryConnection = Connection<String, AuditEntryObject, AuditEntryCount>;

/// Which entries. All given conditions hold together.
#[derive(InputObject, Default)]
#[graphql(name = "AuditFilter")]
pub struct AuditFilterInput {
    /// Done by any of these: web users' `accountId`s, mobile workers' ids, or `system`.
    principal_ids: Option<Vec<ID>>,
    /// Done to any of these: for a web user, their `accountId`.
    resource_ids: Option<Vec<ID>>,
    /// Done to any of these kinds: `mobile_worker`.
    resource_kinds: Option<Vec<String>>,
    /// Any of these actions: `mobile_worker.update`.
    actions: Option<Vec<String>>,
    /// Through any of these doors.
    channels: Option<Vec<Channel>>,
    /// At this time or later.
    since: Option<DateTime<Utc>>,
    /// Before this time.
    until: Option<DateTime<Utc>>,
}

impl AuditFilterInput {
    fn parse(self) -> Result<AuditFilter> {
        Ok(AuditFilter {
            principals: self.principal_ids.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            resources: self.resource_ids.map(|ids| ids.iter().map(resource).collect()).transpose()?,
            kinds: self.resource_kinds,
            actions: self.actions,
            channels: self.channels.map(|channels| channels.into_iter().map(Into::into).collect()),
            since: self.since,
            until: self.until,
        })
    }
}

/// Entries have the digits of an id. A membership's are not among them: what is done to web users is told of the person,
/// who may leave and come back.
fn resource(id: &ID) -> Result<String> {
    match id.split_once('_') {
        Some(("ms", _)) => Err(ErrorCode::BadRequest
            .with("`filter.resourceIds`: of a web user, give the `accountId`".to_owned())),
        Some((_, digits)) => Ok(digits.to_lowercase()),
        None => Ok(id.to_lowercase()),
    }
}

pub struct AuditEntryCount(ProjectSpaceId, AuditFilter);

counted!(AuditEntryCount, |this, ctx| {
    ctx.answer(audit::count(ctx.services(), ctx.principal(), this.0, &this.1).await)
});

pub async fn audit_log(
    ctx: &Context<'_>,
    space: ProjectSpaceId,
    filter: Option<AuditFilterInput>,
    page: PageArguments,
) -> Result<AuditEntryConnection> {
    let list = format!("audit of {space}");
    let filter = filter.unwrap_or_default().parse()?;
    let request = page.request(ctx, &list)?;
    let found = audit::list(ctx.services(), ctx.principal(), space, &filter, &request).await;
    Ok(connection(
        ctx,
        &list,
        ctx.answer(found)?,
        AuditEntryCount(space, filter),
        |entry| Cursor { key: entry.cursor_key(), id: entry.id.0 },
        AuditEntryObject::from,
    ))
}
