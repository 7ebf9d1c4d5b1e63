use crate::domain::permission::CATALOGUE;
use crate::domain::{Identity, Principal, SignIn, Standing};
use crate::graphql::context::ContextExt;
use crate::graphql::decision::DecisionExplanation;
use crate::graphql::mobile_worker::MobileWorkerObject;
use crate::graphql::requires::requires;
use crate::graphql::role::{PermissionGrant, RoleObject};
use crate::graphql::user_fields::UserKind;
use crate::graphql::web_user::{MembershipObject, WebUserObject};
use crate::service::{Failure, custom_permission, decision, mobile_worker, role, viewer};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject, Union};

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
    #[graphql(
        directive = requires::apply("account.read".to_owned()),
        directive = requires::apply("mobile_worker.read".to_owned())
    )]
    async fn principal(&self, ctx: &Context<'_>) -> Result<PrincipalObject> {
        let services = ctx.services();
        let user = match (self.0.identity, self.0.standings.first()) {
            (Identity::WebUser(id), _) => viewer::account(services, &self.0, id)
                .await
                .map(|user| User::WebUser(WebUserObject::Account(user))),
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
        self.0.standings.iter().cloned().map(MembershipObject::from).collect()
    }

    /// What you may do in a project space; null when you do not belong to it.
    async fn permissions(&self, project_space: String) -> Option<EffectivePermissions> {
        let standing =
            self.0.standings.iter().find(|standing| standing.project_space_name == project_space)?;
        Some(EffectivePermissions(standing.clone()))
    }

    /// Whether you might do something, and if not, why and what would be enough. It is asked of the project space's
    /// policy as if you did it; nothing is done, and nothing is logged.
    ///
    /// The input is not known here: the policy is asked as if everything stayed as it is, and as if something new was made at
    /// your own locations. Rules that no policy can switch off are asked as well where they are about the target: that an
    /// account which holds more than you is not taken over, that admins are changed by admins only, that you do not remove
    /// yourself. Rules about an input, and about the state that a thing must be in, are not asked. A target that does not
    /// exist and one that you may not see are answered alike: with `not_found`.
    #[graphql(complexity = "child_complexity + 200")]
    async fn can_i(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project space's name, as in URLs")] project_space: String,
        #[graphql(desc = "The action: `mobile_worker.update`. `policyActions` lists them")] action: String,
        #[graphql(
            desc = "What it is done to: its id, or the address of an e-mail address. Left out for what is done to the project space itself"
        )]
        target: Option<ID>,
    ) -> Result<DecisionExplanation> {
        let target = target.as_ref().map(|target| target.as_str());
        let answer = decision::can_i(ctx.services(), &self.0, &project_space, &action, target).await;
        Ok(DecisionExplanation::of_what_might_be(ctx.answer(answer)?, target))
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
pub struct EffectivePermissions(Standing);

/// What you may do in a project space, so that a frontend shows what will work. Policies may still say no: they know the
/// thing that it is done to.
#[Object]
impl EffectivePermissions {
    /// Admins hold every permission.
    async fn is_admin(&self) -> bool {
        self.0.is_admin
    }

    /// What the role grants; empty for admins, who need none.
    async fn grants(&self) -> Vec<PermissionGrant> {
        PermissionGrant::all(&self.0.grants)
    }

    /// The names of all permissions that you hold, be it for some items only: for an admin, those of the whole catalogue
    /// and those that the project space declares.
    #[graphql(directive = requires::apply("custom_permission.read".to_owned()), complexity = 10)]
    async fn names(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        if !self.0.is_admin {
            return Ok(self.0.grants.iter().map(|(name, _)| name.to_owned()).collect());
        }
        let declared = custom_permission::list(ctx.services(), ctx.principal(), self.0.project_space).await;
        let declared = declared.map_err(|failure| ctx.fail(&failure))?;
        let own = CATALOGUE.iter().map(|permission| permission.name.to_owned());
        let mut names: Vec<String> =
            own.chain(declared.iter().map(|permission| permission.name.clone())).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The roles that you may give, by name, with the kinds of user that each may be given to. Beside them, admins may make
    /// other web users Admin.
    #[graphql(directive = requires::apply("role.assign".to_owned()), complexity = "20 * child_complexity + 1")]
    async fn assignable_roles(&self, ctx: &Context<'_>) -> Result<Vec<AssignableRole>> {
        let roles = role::assignable(ctx.services(), ctx.principal(), self.0.project_space).await;
        Ok(roles.map_err(|failure| ctx.fail(&failure))?.into_iter().map(AssignableRole::from).collect())
    }
}

/// A role that you may give.
#[derive(SimpleObject)]
pub struct AssignableRole {
    /// The role.
    role: RoleObject,
    /// The kinds of user that you may give it to.
    user_kinds: Vec<UserKind>,
}

impl From<role::AssignableRole> for AssignableRole {
    fn from(assignable: role::AssignableRole) -> Self {
        Self {
            role: assignable.role.into(),
            user_kinds: assignable.kinds.into_iter().map(UserKind::from).collect(),
        }
    }
}
