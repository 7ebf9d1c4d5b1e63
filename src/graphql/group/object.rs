use crate::authz::Visible;
use crate::domain::{Cursor, CursorKey, Group};
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::{MobileWorkerConnection, MobileWorkerCount, MobileWorkerObject};
use crate::graphql::page::{PageArguments, connection, page_cost};
use crate::graphql::requires::requires;
use crate::service::group;
use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

/// A group of mobile workers.
pub struct GroupObject(pub(super) Visible<Group>);

impl From<Visible<Group>> for GroupObject {
    fn from(group: Visible<Group>) -> Self {
        Self(group)
    }
}

/// A flat set of mobile workers.
#[Object(name = "Group")]
impl GroupObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Unique in the project space. A deleted group keeps it, so that it can be restored.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its members own each other's cases.
    async fn case_sharing(&self) -> bool {
        self.0.case_sharing
    }

    /// It shows in reports.
    async fn reporting(&self) -> bool {
        self.0.reporting
    }

    /// The project's own data about it.
    async fn metadata(&self) -> Json {
        Json::Object(self.0.metadata.clone())
    }

    /// When it was last changed, or who is in it.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Taken away: nobody is in it until it is restored.
    async fn is_deleted(&self) -> bool {
        self.0.is_deleted
    }

    /// The members that you may see, by username: those who may sign in. Deleted ones are never among them.
    #[graphql(
        directive = requires::apply("mobile_worker.read".to_owned()),
        complexity = "page_cost(first, None, child_complexity)"
    )]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(default, desc = "Deactivated and unconfirmed members too.")] include_inactive: bool,
    ) -> Result<MobileWorkerConnection> {
        let (space, id) = (self.0.project_space, self.0.id);
        let list = format!("members of {id}, {include_inactive}");
        let request = PageArguments { first, after, ..PageArguments::default() }.request(ctx, &list)?;
        let page = if request.is_first() {
            let page = ctx.loaders().members.first(space, id, include_inactive, request.limit()).await;
            page.map_err(|failure| ctx.fail(&failure))?
        } else {
            // A cursor is of one list alone: there is nothing to load along with it.
            let (services, principal) = (ctx.services(), ctx.principal());
            let pages = group::members(services, principal, space, &[id], include_inactive, &request).await;
            pages.map_err(|failure| ctx.fail(&failure))?.remove(&id).unwrap_or_default()
        };
        Ok(connection(
            ctx,
            &list,
            page,
            MobileWorkerCount::Members(space, id, include_inactive),
            |worker| Cursor { key: CursorKey::Text(worker.username.to_string()), id: worker.id.0 },
            MobileWorkerObject::from,
        ))
    }

    /// Give it back in an update to refuse a lost update.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
