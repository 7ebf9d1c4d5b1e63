//! The mails of invitations: what they say, in words for people.

use super::connection::UnitOfWork;
use super::error::StoreError;
use super::invitation::NewLink;
use super::mail::NewMail;
use crate::authz::Action;
use crate::domain::account_link::INVITATIONS_MAX;
use crate::domain::{Email, MailId, MailTemplate, ProjectSpaceId, QualifiedRole, WebUserId, name_for_people};
use chrono::{DateTime, Utc};
use entity::{project_space, role, web_user};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, FromQueryResult};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// The page that the link of an invitation leads to; the token follows.
const PAGE: &str = "/invitation/";

impl<A: Action> UnitOfWork<A> {
    /// Checks that the address may be sent one more invitation to the project space.
    ///
    /// # Errors
    /// [`StoreError::TooOften`].
    pub(super) async fn check_invitations_of_late(
        &self,
        space: ProjectSpaceId,
        email: &Email,
    ) -> Result<(), StoreError> {
        self.check_mails_of_late(email, MailTemplate::Invitation, INVITATIONS_MAX, Some(space)).await
    }
}

/// What the mails of an invitation say of it to people.
#[derive(FromQueryResult)]
pub(super) struct Words {
    project_space_id: Uuid,
    display_name: String,
    role_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    inviter_email: Option<String>,
}

impl Words {
    pub(super) async fn of<A: Action>(
        work: &UnitOfWork<A>,
        space: ProjectSpaceId,
        role: QualifiedRole,
        inviter: Option<WebUserId>,
    ) -> Result<Self, StoreError> {
        let query = Query::select()
            .expr_as(Expr::col((project_space::Entity, project_space::Column::Id)), "project_space_id")
            .column((project_space::Entity, project_space::Column::DisplayName))
            .expr_as(Expr::col((role::Entity, role::Column::Name)), "role_name")
            .column((web_user::Entity, web_user::Column::FirstName))
            .column((web_user::Entity, web_user::Column::LastName))
            .expr_as(Expr::col((web_user::Entity, web_user::Column::Email)), "inviter_email")
            .from(project_space::Entity)
            .left_join(role::Entity, role::Column::Id.eq(role.role().map(|id| id.0)))
            .left_join(web_user::Entity, web_user::Column::Id.eq(inviter.map(|id| id.0)))
            .and_where(project_space::Column::Id.eq(space.0))
            .to_owned();
        work.one(&query).await?.ok_or(StoreError::Inconsistent("project space of an invitation"))
    }

    /// Who invited; the project space itself where no web user did.
    fn inviter(&self) -> String {
        let email = self.inviter_email.as_ref();
        let name =
            email.map(|email| name_for_people(self.first_name.as_deref(), self.last_name.as_deref(), email));
        name.unwrap_or_else(|| self.display_name.clone())
    }

    /// Queues the mail with the link.
    pub(super) async fn invitation_mail<A: Action>(
        &self,
        work: &mut UnitOfWork<A>,
        to: &Email,
        expires_at: DateTime<Utc>,
        link: &NewLink,
    ) -> Result<MailId, StoreError> {
        let data = json!({
            "expires_at": expires_at.to_rfc3339(),
            "link": { "path": PAGE, "seed": link.seed },
        });
        self.mail(work, to, MailTemplate::Invitation, data).await
    }

    /// Queues a mail that says who invited and to which role.
    pub(super) async fn mail<A: Action>(
        &self,
        work: &mut UnitOfWork<A>,
        to: &Email,
        template: MailTemplate,
        mut data: Json,
    ) -> Result<MailId, StoreError> {
        if let Some(data) = data.as_object_mut() {
            data.insert("inviter".to_owned(), json!(self.inviter()));
            data.insert("role".to_owned(), json!(self.role_name.as_deref().unwrap_or("Admin")));
            // Who has a question answers the mail.
            if let Some(email) = &self.inviter_email {
                data.insert("reply_to".to_owned(), json!(email));
            }
        }
        let project_space = Some(ProjectSpaceId(self.project_space_id));
        work.queue_mail(NewMail { project_space, recipient: to.as_str(), template, data }).await
    }
}
