use crate::authz::Visible;
use crate::domain::permission::CATALOGUE;
use crate::domain::{CustomPermission, ProjectSpaceId};
use crate::graphql::context::ContextExt;
use crate::service::custom_permission;
use async_graphql::{Context, ID, Result, SimpleObject};

/// The area of the permissions that a project space declares.
const CUSTOM_AREA: &str = "Custom";

/// A permission that roles may grant.
#[derive(SimpleObject)]
#[graphql(name = "Permission")]
pub struct PermissionObject {
    /// The global id of one that the project space declares; null for the others, which every project space has.
    id: Option<ID>,
    /// `edit_commcare_users`, or `custom:…`
    name: String,
    /// The part of the product it belongs to.
    area: String,
    /// What its holder may do.
    description: String,
    /// Whether a grant of it may be limited to named items.
    takes_items: bool,
}

impl From<Visible<CustomPermission>> for PermissionObject {
    fn from(permission: Visible<CustomPermission>) -> Self {
        Self {
            id: Some(permission.id.to_string().into()),
            name: permission.name.clone(),
            area: CUSTOM_AREA.to_owned(),
            description: permission.description.clone(),
            takes_items: permission.can_be_limited,
        }
    }
}

/// All permissions of a project space: CommCare's in its order, then its own by name.
pub async fn catalogue(ctx: &Context<'_>, space: ProjectSpaceId) -> Result<Vec<PermissionObject>> {
    let declared = custom_permission::list(ctx.services(), ctx.principal(), space).await;
    let declared = declared.map_err(|failure| ctx.fail(&failure))?;
    let known = CATALOGUE.iter().map(|permission| PermissionObject {
        id: None,
        name: permission.name.to_owned(),
        area: permission.area.to_owned(),
        description: permission.description.to_owned(),
        takes_items: permission.can_be_limited,
    });
    Ok(known.chain(declared.into_iter().map(PermissionObject::from)).collect())
}
