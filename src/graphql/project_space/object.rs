use crate::authz::Visible;
use crate::domain::{MailLanguage as Language, ProjectSpace, Settings};
use crate::graphql::access_request::{self, AccessRequestConnection};
use crate::graphql::audit::{self, AuditEntryConnection, AuditFilterInput};
use crate::graphql::context::ContextExt;
use crate::graphql::custom_permission::{self, PermissionObject};
use crate::graphql::group::{self, GroupConnection, GroupFilterInput};
use crate::graphql::invitation::{self, InvitationConnection, InvitationFilterInput};
use crate::graphql::location::{
    self, LocationConnection, LocationFilterInput, LocationObject, LocationTypeObject,
};
use crate::graphql::mobile_worker::{
    self, MobileWorkerConnection, MobileWorkerFilterInput, MobileWorkerObject, MobileWorkerOrderInput,
};
use crate::graphql::page::{PageArguments, page_cost};
use crate::graphql::policy_stack::PolicyStackObject;
use crate::graphql::requires::requires;
use crate::graphql::role::RoleObject;
use crate::graphql::user_fields::UserFieldDefinitionObject;
use crate::graphql::web_user::{
    self, WebUserConnection, WebUserFilterInput, WebUserObject, WebUserOrderInput,
};
use crate::service;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

/// A project space.
pub struct ProjectSpaceObject(Visible<ProjectSpace>);

impl From<Visible<ProjectSpace>> for ProjectSpaceObject {
    fn from(space: Visible<ProjectSpace>) -> Self {
        Self(space)
    }
}

/// What a project space has chosen.
#[derive(SimpleObject)]
pub struct ProjectSpaceSettings {
    /// The Connect feature: PersonalID links exist only where it is on.
    connect_enabled: bool,
    /// Web users must have a second factor.
    two_factor_required: bool,
    /// Mobile workers' new passwords must be hard to guess.
    strong_mobile_passwords: bool,
    /// How long an invitation is valid, in days.
    invitation_lifetime_days: u16,
    /// Strangers may ask to be let in.
    allow_access_requests: bool,
    /// The account that accepts an invitation must use the invited address.
    invite_email_only: bool,
    /// The language of mails to people whose own is not known.
    mail_language: MailLanguage,
}

/// The languages that mails are written in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Language")]
pub enum MailLanguage {
    English,
    French,
}

impl From<Settings> for ProjectSpaceSettings {
    fn from(settings: Settings) -> Self {
        Self {
            connect_enabled: settings.connect_enabled,
            two_factor_required: settings.two_factor_required,
            strong_mobile_passwords: settings.strong_mobile_passwords,
            invitation_lifetime_days: settings.invitation_lifetime_days,
            allow_access_requests: settings.allow_access_requests,
            invite_email_only: settings.invite_email_only,
            mail_language: settings.mail_language.into(),
        }
    }
}

/// A tenant: its people, and what they are organised by. Nothing in one is visible from another.
#[Object(name = "ProjectSpace")]
impl ProjectSpaceObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The slug used in URLs and in login names.
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    async fn settings(&self) -> ProjectSpaceSettings {
        self.0.settings.into()
    }

    /// Give it back in an update to refuse a lost update.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The invitations that you may see, the newest first.
    #[graphql(
        directive = requires::apply("invitation.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        filter: Option<InvitationFilterInput>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<InvitationConnection> {
        invitation::invitations(ctx, &self.0, filter, PageArguments { first, after, last, before }).await
    }

    /// The requests to be let in that nobody has answered yet and that you may see, the oldest first.
    #[graphql(
        directive = requires::apply("access_request.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    async fn access_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<AccessRequestConnection> {
        access_request::access_requests(ctx, self.0.id, PageArguments { first, after, last, before }).await
    }

    /// The mobile workers that you may see.
    #[graphql(
        directive = requires::apply("mobile_worker.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    #[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order has these")]
    async fn mobile_workers(
        &self,
        ctx: &Context<'_>,
        filter: Option<MobileWorkerFilterInput>,
        order_by: Option<MobileWorkerOrderInput>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Result<MobileWorkerConnection> {
        let page = PageArguments { first, after, last, before };
        mobile_worker::mobile_workers(ctx, self.0.id, filter, order_by, page).await
    }

    /// One mobile worker, by global id or by username; null when there is none that you may see.
    #[graphql(directive = requires::apply("mobile_worker.read".to_owned()))]
    async fn mobile_worker(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        username: Option<String>,
    ) -> Result<Option<MobileWorkerObject>> {
        mobile_worker::mobile_worker(ctx, self.0.id, id, username).await
    }

    /// The web users that you may see.
    #[graphql(
        directive = requires::apply("web_user.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    #[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order has these")]
    async fn web_users(
        &self,
        ctx: &Context<'_>,
        filter: Option<WebUserFilterInput>,
        order_by: Option<WebUserOrderInput>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Result<WebUserConnection> {
        let page = PageArguments { first, after, last, before };
        web_user::web_users(ctx, self.0.id, filter, order_by, page).await
    }

    /// One web user, by global id (or that of their account) or by e-mail address; null when there is none that you may
    /// see.
    #[graphql(directive = requires::apply("web_user.read".to_owned()))]
    async fn web_user(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        email: Option<String>,
    ) -> Result<Option<WebUserObject>> {
        web_user::web_user(ctx, self.0.id, id, email).await
    }

    /// The roles that you may see, by name.
    #[graphql(directive = requires::apply("role.read".to_owned()), complexity = "20 * child_complexity + 1")]
    async fn roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] include_archived: bool,
    ) -> Result<Vec<RoleObject>> {
        let roles = service::role::list(ctx.services(), ctx.principal(), self.0.id, include_archived).await;
        Ok(roles.map_err(|failure| ctx.fail(&failure))?.into_iter().map(RoleObject::from).collect())
    }

    /// All permissions that roles may grant here: CommCare's, then those that the project space declares.
    #[graphql(
        directive = requires::apply("custom_permission.read".to_owned()),
        complexity = "50 * child_complexity + 1"
    )]
    async fn permission_catalogue(&self, ctx: &Context<'_>) -> Result<Vec<PermissionObject>> {
        custom_permission::catalogue(ctx, self.0.id).await
    }

    /// Which data the project space records of its people beside the gateway's own fields.
    #[graphql(directive = requires::apply("user_fields.read".to_owned()))]
    async fn user_fields(&self, ctx: &Context<'_>) -> Result<Option<UserFieldDefinitionObject>> {
        let fields = service::user_fields::read(ctx.services(), ctx.principal(), self.0.id).await;
        Ok(fields.map_err(|failure| ctx.fail(&failure))?.map(UserFieldDefinitionObject::from))
    }

    /// The groups that you may see, by name.
    #[graphql(
        directive = requires::apply("group.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    async fn groups(
        &self,
        ctx: &Context<'_>,
        filter: Option<GroupFilterInput>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<GroupConnection> {
        group::groups(ctx, self.0.id, filter, PageArguments { first, after, last, before }).await
    }

    /// The locations that you may see, by name; without the archived ones, unless the filter says so.
    #[graphql(
        directive = requires::apply("location.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    async fn locations(
        &self,
        ctx: &Context<'_>,
        filter: Option<LocationFilterInput>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<LocationConnection> {
        location::locations(ctx, self.0.id, filter, PageArguments { first, after, last, before }).await
    }

    /// One location, by global id or by site code; null when there is none that you may see.
    #[graphql(directive = requires::apply("location.read".to_owned()))]
    async fn location(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        site_code: Option<String>,
    ) -> Result<Option<LocationObject>> {
        location::location(ctx, self.0.id, id, site_code).await
    }

    /// What was done here, as far as you may know, the newest first.
    #[graphql(
        directive = requires::apply("audit.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        filter: Option<AuditFilterInput>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<AuditEntryConnection> {
        audit::audit_log(ctx, self.0.id, filter, PageArguments { first, after, last, before }).await
    }

    /// How the project space decides; null when you may not see it.
    #[graphql(directive = requires::apply("policy.read".to_owned()))]
    async fn policy_stack(&self, ctx: &Context<'_>) -> Result<Option<PolicyStackObject>> {
        let stack = service::policy_stack::read(ctx.services(), ctx.principal(), self.0.id).await;
        Ok(stack.map_err(|failure| ctx.fail(&failure))?.map(PolicyStackObject::from))
    }

    /// The levels of the location tree, by name.
    #[graphql(
        directive = requires::apply("location_type.read".to_owned()),
        complexity = "10 * child_complexity + 1"
    )]
    async fn location_types(&self, ctx: &Context<'_>) -> Result<Vec<LocationTypeObject>> {
        let types = service::location::types(ctx.services(), ctx.principal(), self.0.id).await;
        Ok(types.map_err(|failure| ctx.fail(&failure))?.into_iter().map(LocationTypeObject::from).collect())
    }
}
