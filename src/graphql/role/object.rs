use crate::authz::Visible;
use crate::domain::Role;
use crate::domain::permission::{Grants, Items};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use async_graphql::{Context, ID, Object, Result, SimpleObject};

/// A named set of permissions in a project space.
pub struct RoleObject(Visible<Role>);

impl From<Visible<Role>> for RoleObject {
    fn from(role: Visible<Role>) -> Self {
        Self(role)
    }
}

impl RoleObject {
    /// Its name.
    pub fn called(&self) -> &str {
        &self.0.name
    }
}

/// A permission, and the items that it is limited to.
#[derive(SimpleObject)]
pub struct PermissionGrant {
    /// The permission's name: `edit_commcare_users`.
    permission: String,
    /// The items it is limited to; null for all.
    items: Option<Vec<String>>,
}

impl PermissionGrant {
    pub fn all(grants: &Grants) -> Vec<Self> {
        let grant = |(permission, items): (&str, &Items)| Self {
            permission: permission.to_owned(),
            items: match items {
                Items::All => None,
                Items::Only(items) => Some(items.iter().cloned().collect()),
            },
        };
        grants.iter().map(grant).collect()
    }
}

/// A named set of permissions in a project space. `Admin` is not one: it is a property of a membership.
#[Object(name = "Role")]
impl RoleObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Unique in the project space, whatever the case.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it grants.
    async fn permissions(&self) -> Vec<PermissionGrant> {
        PermissionGrant::all(&self.0.grants)
    }

    /// The roles whose holders may give it, beside admins.
    #[graphql(directive = requires::apply("role.read".to_owned()), complexity = "10 * child_complexity + 1")]
    async fn assignable_by(&self, ctx: &Context<'_>) -> Result<Vec<RoleObject>> {
        let roles = ctx.loaders().roles.many(self.0.project_space, &self.0.assignable_by).await;
        Ok(roles.map_err(|failure| ctx.fail(&failure))?.into_iter().map(Self).collect())
    }

    /// Whether everybody who may edit users may give it.
    async fn editable_by_non_admins(&self) -> bool {
        self.0.editable_by_non_admins
    }

    /// Whether mobile workers without a role of their own have it.
    async fn is_mobile_default(&self) -> bool {
        self.0.is_mobile_default
    }

    /// Archived roles stay with those who have them and are given to nobody else.
    async fn is_archived(&self) -> bool {
        self.0.is_archived
    }

    /// How many web users and mobile workers that you may see have it, deactivated ones too.
    #[graphql(
        directive = requires::apply("web_user.read".to_owned()),
        directive = requires::apply("mobile_worker.read".to_owned()),
        complexity = 5
    )]
    async fn member_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let counted = ctx.loaders().role_holders.of(self.0.project_space, self.0.id).await;
        counted.map_err(|failure| ctx.fail(&failure))
    }

    /// Give it back in an update to refuse a lost update.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
