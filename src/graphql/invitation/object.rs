use crate::authz::Visible;
use crate::domain::{DeliveryStatus as Delivery, Invitation, InvitationStatus as Status};
use crate::graphql::context::ContextExt;
use crate::graphql::location::LocationObject;
use crate::graphql::requires::requires;
use crate::graphql::role::RoleObject;
use crate::graphql::web_user::WebUserObject;
use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};

/// An invitation.
pub struct InvitationObject(Visible<Invitation>);

impl From<Visible<Invitation>> for InvitationObject {
    fn from(invitation: Visible<Invitation>) -> Self {
        Self(invitation)
    }
}

/// What an invitation is at this moment.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Status")]
pub enum InvitationStatus {
    /// Its link works.
    Pending,
    /// Its link was used.
    Accepted,
    /// Nobody used its link in time. Resend it, or invite the address again.
    Expired,
    /// It was deleted: its link no longer works.
    Revoked,
}

/// What has become of the mail that was sent last.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Delivery")]
pub enum DeliveryStatus {
    /// Waits to be sent.
    Queued,
    /// The mail server took it.
    Sent,
    /// The recipient's server took it.
    Delivered,
    /// It came back, was never taken, or nothing more is sent to the address.
    Undeliverable,
}

/// An invitation to become a web user of a project space.
#[Object(name = "Invitation")]
impl InvitationObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Where it was sent. It never changes: to invite another address, delete this and invite that.
    async fn email(&self) -> &str {
        self.0.email.as_str()
    }

    /// The role that who accepts will have. Null for an admin, and where you may not see the role.
    #[graphql(directive = requires::apply("role.read".to_owned()))]
    async fn role(&self, ctx: &Context<'_>) -> Result<Option<RoleObject>> {
        let Some(role) = self.0.assignment.role.role() else { return Ok(None) };
        let found = ctx.loaders().roles.one(self.0.project_space, role).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(RoleObject::from))
    }

    /// Whether who accepts will be an admin, who holds every permission.
    async fn is_admin(&self) -> bool {
        self.0.assignment.role.is_admin()
    }

    /// The locations that you may see, in the order they were given.
    #[graphql(directive = requires::apply("location.read".to_owned()), complexity = "5 * child_complexity + 1")]
    async fn locations(&self, ctx: &Context<'_>) -> Result<Vec<LocationObject>> {
        let found = ctx.loaders().locations.many(self.0.project_space, &self.0.assignment.locations).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.into_iter().map(LocationObject::from).collect())
    }

    /// One of the locations.
    #[graphql(directive = requires::apply("location.read".to_owned()))]
    async fn primary_location(&self, ctx: &Context<'_>) -> Result<Option<LocationObject>> {
        let Some(location) = self.0.assignment.primary_location else { return Ok(None) };
        let found = ctx.loaders().locations.one(self.0.project_space, location).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(LocationObject::from))
    }

    /// What it is at this moment.
    async fn status(&self, ctx: &Context<'_>) -> InvitationStatus {
        self.0.status(ctx.services().clock.now()).into()
    }

    /// What has become of the mail that was sent last.
    async fn delivery(&self) -> DeliveryStatus {
        self.0.delivery.into()
    }

    /// Who invited them; null when they are no member any more, and where you may not see them.
    #[graphql(directive = requires::apply("web_user.read".to_owned()))]
    async fn invited_by(&self, ctx: &Context<'_>) -> Result<Option<WebUserObject>> {
        let Some(inviter) = self.0.inviter else { return Ok(None) };
        let found = ctx.loaders().web_users.one(self.0.project_space, inviter).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(WebUserObject::from))
    }

    /// When it was made, or renewed after it had expired.
    async fn invited_at(&self) -> DateTime<Utc> {
        self.0.invited_at
    }

    /// The moment from which its link no longer works, counted from when it was last sent.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at()
    }

    /// How often it was sent.
    async fn times_sent(&self) -> i32 {
        self.0.times_sent
    }

    /// Give it back in an update to refuse a lost update.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
