use crate::authz::Visible;
use crate::domain::{Identity, Principal, SignIn, Standing, WebUser};
use crate::graphql::context::ContextExt;
use crate::graphql::location::LocationObject;
use crate::graphql::mobile_worker::MobileWorkerObject;
use crate::graphql::project_space::ProjectSpaceObject;
use crate::graphql::requires::requires;
use crate::graphql::role::{PermissionGrant, RoleObject};
use crate::service::{Failure, mobile_worker, project_space, viewer};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};

/// You, with the rights you have at this moment.
pub struct ViewerObject(Principal);

impl From<Principal> for ViewerObject {
    fn from(principal: Principal) -> Self {
        Self(principal)
    }
}

/// You, with the rights you have at this moment.
#[Object(name = "Viewer")]
impl ViewerObject {
    /// Who you are, and how you signed in.
    async fn principal(&self, ctx: &Context<'_>) -> Result<PrincipalObject> {
        let services = ctx.services();
        let user = match (self.0.identity, self.0.standings.first()) {
            (Identity::WebUser(id), _) => {
                viewer::account(services, &self.0, id).await.map(|user| User::WebUser(WebUserObject(user)))
            }
            (Identity::MobileWorker(id), Some(standing)) => {
                match mobile_worker::read(services, &self.0, standing.project_space, id).await {
                    Ok(Some(worker)) => Ok(User::MobileWorker(worker.into())),
                    Ok(None) => Err(Failure::NotFound),
                    Err(failure) => Err(failure),
                }
            }
            _ => Err(Failure::NotFound),
        };
        let user = user.map_err(|failure| ctx.fail(&failure))?;
        Ok(PrincipalObject { user, sign_in_method: self.0.signed_in_by.into() })
    }

    /// The project spaces that you belong to.
    #[graphql(complexity = "10 * child_complexity + 1")]
    async fn project_spaces(&self) -> Vec<MembershipObject> {
        self.0.standings.iter().cloned().map(MembershipObject).collect()
    }

    /// What you may do in a project space; null when you do not belong to it.
    async fn permissions(&self, project_space: String) -> Option<EffectivePermissions> {
        let standing =
            self.0.standings.iter().find(|standing| standing.project_space_name == project_space)?;
        Some(EffectivePermissions {
            is_admin: standing.is_admin,
            grants: PermissionGrant::all(&standing.grants),
        })
    }
}

/// A person or worker, and how they signed in.
#[derive(SimpleObject)]
#[graphql(name = "Principal")]
pub struct PrincipalObject {
    /// Who it is.
    user: User,
    /// How they signed in.
    sign_in_method: SignInMethod,
}

/// A web user or a mobile worker.
#[derive(Union)]
#[expect(clippy::large_enum_variant, reason = "one exists at a time, and it is on its way out")]
pub enum User {
    WebUser(WebUserObject),
    MobileWorker(MobileWorkerObject),
}

/// Ways to sign in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "SignIn")]
pub enum SignInMethod {
    /// A password alone.
    Password,
    /// A password and a second factor.
    PasswordAndOtp,
    /// A PersonalID token.
    PersonalId,
    /// An API key.
    ApiKey,
    /// The gateway itself.
    Internal,
}

/// What somebody may do in a project space.
#[derive(SimpleObject)]
pub struct EffectivePermissions {
    /// Admins hold every permission.
    is_admin: bool,
    /// What the role grants; empty for admins, who need none.
    grants: Vec<PermissionGrant>,
}

/// A web user's account.
pub struct WebUserObject(Visible<WebUser>);

/// A person with one account across project spaces.
#[Object(name = "WebUser")]
impl WebUserObject {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The sign-in name.
    async fn email(&self) -> &str {
        self.0.email.as_str()
    }

    async fn first_name(&self) -> &str {
        &self.0.first_name
    }

    async fn last_name(&self) -> &str {
        &self.0.last_name
    }

    /// In any project space.
    async fn last_login_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_login_at
    }
}

/// What somebody is in one project space.
pub struct MembershipObject(Standing);

/// What somebody is in one project space.
#[Object(name = "Membership")]
impl MembershipObject {
    #[graphql(directive = requires::apply("project_space.read".to_owned()))]
    async fn project_space(&self, ctx: &Context<'_>) -> Result<ProjectSpaceObject> {
        let ids = [self.0.project_space];
        let spaces = project_space::read_many(ctx.services(), ctx.principal(), &ids).await;
        let space = spaces.map_err(|failure| ctx.fail(&failure))?.into_iter().next();
        space.map(ProjectSpaceObject::from).ok_or_else(|| ctx.fail(&Failure::NotFound))
    }

    /// Admins hold every permission.
    async fn is_admin(&self) -> bool {
        self.0.is_admin
    }

    /// Null for admins, and where you may not see the role.
    #[graphql(directive = requires::apply("role.read".to_owned()))]
    async fn role(&self, ctx: &Context<'_>) -> Result<Option<RoleObject>> {
        let Some(role) = self.0.role else { return Ok(None) };
        let found = ctx.loaders().roles.one(self.0.project_space, role).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(RoleObject::from))
    }

    /// `Admin`, or the role's name.
    #[graphql(directive = requires::apply("role.read".to_owned()))]
    async fn role_name(&self, ctx: &Context<'_>) -> Result<String> {
        if self.0.is_admin {
            return Ok("Admin".to_owned());
        }
        let Some(role) = self.0.role else { return Ok(String::new()) };
        let found = ctx.loaders().roles.one(self.0.project_space, role).await;
        let found = found.map_err(|failure| ctx.fail(&failure))?;
        Ok(found.map(|role| role.name.clone()).unwrap_or_default())
    }

    /// The assigned locations.
    #[graphql(directive = requires::apply("location.read".to_owned()), complexity = "5 * child_complexity + 1")]
    async fn locations(&self, ctx: &Context<'_>) -> Result<Vec<LocationObject>> {
        let found = ctx.loaders().locations.many(self.0.project_space, &self.0.locations).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.into_iter().map(LocationObject::from).collect())
    }
}
