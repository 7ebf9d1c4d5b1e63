use crate::authz::Visible;
use crate::domain::{Identity, LocationId, Member, ProjectSpaceId, RoleId, Standing};
use crate::graphql::context::ContextExt;
use crate::graphql::location::LocationObject;
use crate::graphql::project_space::ProjectSpaceObject;
use crate::graphql::requires::requires;
use crate::graphql::role::RoleObject;
use crate::service::{Failure, mobile_worker, project_space};
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};

/// What somebody is in one project space: a member, or the caller themselves, of whom the rights are known already.
pub enum MembershipObject {
    Own(Standing),
    Member(Visible<Member>),
}

impl From<Standing> for MembershipObject {
    fn from(standing: Standing) -> Self {
        Self::Own(standing)
    }
}

impl From<Visible<Member>> for MembershipObject {
    fn from(member: Visible<Member>) -> Self {
        Self::Member(member)
    }
}

/// What is not said by rights alone.
struct Details {
    primary_location: Option<LocationId>,
    last_access_at: Option<DateTime<Utc>>,
    joined_at: DateTime<Utc>,
    version: i32,
}

impl From<&Member> for Details {
    fn from(member: &Member) -> Self {
        Self {
            primary_location: member.assignment.primary_location,
            last_access_at: member.last_access_at,
            joined_at: member.joined_at,
            version: member.version,
        }
    }
}

impl MembershipObject {
    fn space(&self) -> ProjectSpaceId {
        match self {
            Self::Own(standing) => standing.project_space,
            Self::Member(member) => member.project_space,
        }
    }

    fn role_id(&self) -> Option<RoleId> {
        match self {
            Self::Own(standing) => standing.role,
            Self::Member(member) => member.assignment.role.role(),
        }
    }

    fn holds_everything(&self) -> bool {
        match self {
            Self::Own(standing) => standing.is_admin,
            Self::Member(member) => member.assignment.role.is_admin(),
        }
    }

    async fn loaded_role(&self, ctx: &Context<'_>) -> Result<Option<RoleObject>> {
        let Some(role) = self.role_id() else { return Ok(None) };
        let found = ctx.loaders().roles.one(self.space(), role).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(RoleObject::from))
    }

    /// One's own are read when they are asked for.
    async fn details(&self, ctx: &Context<'_>) -> Result<Details> {
        let space = self.space();
        let (services, principal) = (ctx.services(), ctx.principal());
        let found = match (self, principal.identity) {
            (Self::Member(member), _) => Some(Details::from(&**member)),
            (Self::Own(_), Identity::WebUser(id)) => {
                let member = ctx.loaders().web_users.one(space, id).await;
                member.map_err(|failure| ctx.fail(&failure))?.map(|member| Details::from(&*member))
            }
            (Self::Own(_), Identity::MobileWorker(id)) => {
                let worker = mobile_worker::read(services, principal, space, id).await;
                worker.map_err(|failure| ctx.fail(&failure))?.map(|worker| Details {
                    primary_location: worker.profile.primary_location,
                    last_access_at: None,
                    joined_at: worker.created_at,
                    version: worker.version,
                })
            }
            (Self::Own(_), Identity::Anonymous | Identity::System) => None,
        };
        found.ok_or_else(|| ctx.fail(&Failure::NotFound))
    }
}

/// What somebody is in one project space.
#[Object(name = "Membership")]
impl MembershipObject {
    #[graphql(directive = requires::apply("project_space.read".to_owned()))]
    async fn project_space(&self, ctx: &Context<'_>) -> Result<ProjectSpaceObject> {
        let spaces = project_space::read_many(ctx.services(), ctx.principal(), &[self.space()]).await;
        let space = spaces.map_err(|failure| ctx.fail(&failure))?.into_iter().next();
        space.map(ProjectSpaceObject::from).ok_or_else(|| ctx.fail(&Failure::NotFound))
    }

    /// Admins hold every permission.
    async fn is_admin(&self) -> bool {
        self.holds_everything()
    }

    /// Null for admins, and where you may not see the role.
    #[graphql(directive = requires::apply("role.read".to_owned()))]
    async fn role(&self, ctx: &Context<'_>) -> Result<Option<RoleObject>> {
        self.loaded_role(ctx).await
    }

    /// `Admin`, or the role's name.
    #[graphql(directive = requires::apply("role.read".to_owned()))]
    async fn role_name(&self, ctx: &Context<'_>) -> Result<String> {
        if self.holds_everything() {
            return Ok("Admin".to_owned());
        }
        Ok(self.loaded_role(ctx).await?.map(|role| role.called().to_owned()).unwrap_or_default())
    }

    /// The assigned locations.
    #[graphql(directive = requires::apply("location.read".to_owned()), complexity = "5 * child_complexity + 1")]
    async fn locations(&self, ctx: &Context<'_>) -> Result<Vec<LocationObject>> {
        let ids = match self {
            Self::Own(standing) => &standing.locations,
            Self::Member(member) => &member.assignment.locations,
        };
        let found = ctx.loaders().locations.many(self.space(), ids).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.into_iter().map(LocationObject::from).collect())
    }

    /// One of the assigned locations.
    #[graphql(directive = requires::apply("location.read".to_owned()))]
    async fn primary_location(&self, ctx: &Context<'_>) -> Result<Option<LocationObject>> {
        let Some(id) = self.details(ctx).await?.primary_location else { return Ok(None) };
        let found = ctx.loaders().locations.one(self.space(), id).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(LocationObject::from))
    }

    /// Whether they may act in this project space. It says nothing of others.
    async fn is_active(&self) -> bool {
        match self {
            // Who may not act is told nothing.
            Self::Own(_) => true,
            Self::Member(member) => member.is_active(),
        }
    }

    /// When they last used this project space, to the hour; null when they never did, and for mobile workers.
    #[graphql(directive = requires::apply("web_user.read".to_owned()))]
    async fn last_access_date(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.details(ctx).await?.last_access_at)
    }

    /// Since when they belong to this project space.
    #[graphql(directive = requires::apply("web_user.read".to_owned()))]
    async fn joined_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.details(ctx).await?.joined_at)
    }

    /// Give it back in an update to refuse a lost update.
    #[graphql(directive = requires::apply("web_user.read".to_owned()))]
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.details(ctx).await?.version)
    }
}
