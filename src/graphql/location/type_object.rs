use crate::authz::Visible;
use crate::domain::LocationType;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use async_graphql::{Context, ID, Object, Result};

/// A level of the tree.
pub struct LocationTypeObject(Visible<LocationType>);

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

    /// Its places own cases: who is assigned to one shares them.
    async fn shares_cases(&self) -> bool {
        self.0.flags.shares_cases
    }

    /// Who is assigned to one of its places sees the data of those below.
    async fn view_descendants(&self) -> bool {
        self.0.flags.view_descendants
    }

    /// People may be assigned to its places.
    async fn has_users(&self) -> bool {
        self.0.flags.has_users
    }

    /// Its places have no stock: they are there for the order alone.
    async fn administrative(&self) -> bool {
        self.0.flags.administrative
    }

    /// Give it back in an update to refuse a lost update.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
