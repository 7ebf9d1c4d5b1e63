//! Project spaces.

mod object;
mod update;

pub use object::ProjectSpaceObject;
pub use update::UpdateProjectSpaceMutation;

use super::context::ContextExt;
use super::requires::requires;
use crate::service::{Failure, project_space};
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ProjectSpaceQuery;

#[Object]
impl ProjectSpaceQuery {
    /// The project space of this name, as in URLs; null when there is none that you belong to.
    #[graphql(directive = requires::apply("project_space.read".to_owned()))]
    async fn project_space(&self, ctx: &Context<'_>, name: String) -> Result<Option<ProjectSpaceObject>> {
        match project_space::read(ctx.services(), ctx.principal(), &name).await {
            Ok(space) => Ok(Some(space.into())),
            Err(Failure::NotFound | Failure::Denied(crate::authz::Denied::NotVisible)) => Ok(None),
            Err(failure) => Err(ctx.fail(&failure)),
        }
    }
}
