use crate::authz::Visible;
use crate::domain::{Location, LocationType};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use async_graphql::{Context, ID, Object, Result};

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
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(LocationTypeObject))
    }

    /// The place above; null at the top, and where it is out of your reach.
    #[graphql(directive = requires::apply("location.read".to_owned()))]
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<LocationObject>> {
        let Some(parent) = self.0.parent else { return Ok(None) };
        let found = ctx.loaders().locations.one(self.0.project_space, parent).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(LocationObject))
    }

    /// Archived places take nobody new.
    async fn is_archived(&self) -> bool {
        self.0.is_archived
    }
}

/// A level of the tree.
pub struct LocationTypeObject(pub(super) Visible<LocationType>);

impl From<Visible<LocationType>> for LocationTypeObject {
    fn from(location_type: Visible<LocationType>) -> Self {
        Self(location_type)
    }
}

/// A level of the tree: state, district, clinic.
#[Object(name = "LocationType")]
impl LocationTypeObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Unique in the project space.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The level above; null for a top level.
    #[graphql(directive = requires::apply("location_type.read".to_owned()))]
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<LocationTypeObject>> {
        let Some(parent) = self.0.parent else { return Ok(None) };
        let found = ctx.loaders().location_types.one(self.0.project_space, parent).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(LocationTypeObject))
    }
}
