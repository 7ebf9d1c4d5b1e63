use super::LocationTypeObject;
use super::query::{LocationConnection, LocationCount, cursor_of};
use crate::authz::Visible;
use crate::domain::{Location, LocationId};
use crate::graphql::context::ContextExt;
use crate::graphql::page::{PageArguments, connection, page_cost};
use crate::graphql::requires::requires;
use crate::service::location;
use async_graphql::{Context, ID, Object, Result};
use serde_json::Value as Json;

/// A place in the tree.
pub struct LocationObject(pub(super) Visible<Location>);

impl From<Visible<Location>> for LocationObject {
    fn from(location: Visible<Location>) -> Self {
        Self(location)
    }
}

/// A place in the project space's tree. Whoever is assigned to it reaches everything below.
#[Object(name = "Location")]
impl LocationObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Unique among its siblings.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Unique in the project space.
    async fn site_code(&self) -> &str {
        self.0.site_code.as_str()
    }

    /// Its level.
    #[graphql(name = "type", directive = requires::apply("location_type.read".to_owned()))]
    async fn location_type(&self, ctx: &Context<'_>) -> Result<Option<LocationTypeObject>> {
        let found = ctx.loaders().location_types.one(self.0.project_space, self.0.location_type).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(LocationTypeObject::from))
    }

    /// The place above; null at the top, and where it is out of your reach.
    #[graphql(directive = requires::apply("location.read".to_owned()))]
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<LocationObject>> {
        let Some(parent) = self.0.parent else { return Ok(None) };
        let found = ctx.loaders().locations.one(self.0.project_space, parent).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(LocationObject))
    }

    /// The places above that you may see, from the top down.
    #[graphql(directive = requires::apply("location.read".to_owned()), complexity = "5 * child_complexity + 1")]
    async fn ancestors(&self, ctx: &Context<'_>) -> Result<Vec<LocationObject>> {
        let above: Vec<LocationId> =
            self.0.lineage.iter().rev().filter(|id| **id != self.0.id).copied().collect();
        let found = ctx.loaders().locations.many(self.0.project_space, &above).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.into_iter().map(LocationObject).collect())
    }

    /// The places right below that you may see, by name.
    #[graphql(
        directive = requires::apply("location.read".to_owned()),
        complexity = "page_cost(first, None, child_complexity)"
    )]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(default)] include_archived: bool,
    ) -> Result<LocationConnection> {
        let (space, id) = (self.0.project_space, self.0.id);
        let list = format!("places below {id}");
        let request = PageArguments { first, after, ..PageArguments::default() }.request(ctx, &list)?;
        let page = if request.is_first() {
            let page = ctx.loaders().children.first(space, id, include_archived, request.limit()).await;
            page.map_err(|failure| ctx.fail(&failure))?
        } else {
            // A cursor is of one list alone: there is nothing to load along with it.
            let (services, principal) = (ctx.services(), ctx.principal());
            let pages =
                location::children(services, principal, space, &[id], include_archived, &request).await;
            pages.map_err(|failure| ctx.fail(&failure))?.remove(&id).unwrap_or_default()
        };
        let count = LocationCount::Children(space, id, include_archived);
        Ok(connection(ctx, &list, page, count, cursor_of, LocationObject::from))
    }

    /// Degrees north.
    async fn latitude(&self) -> Option<f64> {
        self.0.coordinates.map(|at| at.latitude)
    }

    /// Degrees east.
    async fn longitude(&self) -> Option<f64> {
        self.0.coordinates.map(|at| at.longitude)
    }

    /// The project's own data about it.
    async fn metadata(&self) -> Json {
        Json::Object(self.0.metadata.clone())
    }

    /// Archived places take nobody new. Who is there stays until they are moved.
    async fn is_archived(&self) -> bool {
        self.0.is_archived
    }

    /// Give it back in an update to refuse a lost update.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
