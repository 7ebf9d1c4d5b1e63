use super::ProjectSpaceObject;
use super::object::MailLanguage;
use crate::domain::ProjectSpaceChange;
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::project_space;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// Changes of a project space: what is left out stays.
#[derive(InputObject)]
pub struct UpdateProjectSpaceInput {
    /// The project space's name, which never changes.
    project_space: String,
    /// The version that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// What people see: 1 to 100 characters.
    display_name: Option<String>,
    /// Whether workers may have PersonalID links: the Connect feature. Switched off, it hides the links and ends what they
    /// allow and forbid; switched on again, they are as they were.
    connect_enabled: Option<bool>,
    /// How long an invitation is valid after it was last sent: 1 to 365 days. It holds for those that are pending, too.
    invitation_lifetime_days: Option<i32>,
    /// Whether strangers may ask to be let in.
    allow_access_requests: Option<bool>,
    /// Whether the account that accepts an invitation must use the invited address.
    invite_email_only: Option<bool>,
    /// The language of mails to people whose own is not known.
    mail_language: Option<MailLanguage>,
    /// Whether mobile workers' new passwords must be hard to guess. Those they have stay.
    strong_mobile_passwords: Option<bool>,
}

/// What became of a project space.
#[derive(SimpleObject)]
pub struct ProjectSpacePayload {
    /// The project space as it is now; null when the change was refused.
    project_space: Option<ProjectSpaceObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct UpdateProjectSpaceMutation;

#[Object]
impl UpdateProjectSpaceMutation {
    /// Change what a project space is called and what it has chosen. Only admins may.
    #[graphql(directive = requires::apply("project_space.update".to_owned()))]
    async fn update_project_space(
        &self,
        ctx: &Context<'_>,
        input: UpdateProjectSpaceInput,
    ) -> Result<ProjectSpacePayload> {
        let change = ProjectSpaceChange {
            display_name: input.display_name,
            connect_enabled: input.connect_enabled,
            invitation_lifetime_days: input.invitation_lifetime_days,
            allow_access_requests: input.allow_access_requests,
            invite_email_only: input.invite_email_only,
            mail_language: input.mail_language.map(Into::into),
            strong_mobile_passwords: input.strong_mobile_passwords,
        };
        let name = &input.project_space;
        let result =
            project_space::update(ctx.services(), ctx.principal(), name, input.version, &change).await;
        Ok(match ctx.settle(result)? {
            Ok(space) => ProjectSpacePayload { project_space: Some(space.into()), user_errors: Vec::new() },
            Err(user_errors) => ProjectSpacePayload { project_space: None, user_errors },
        })
    }
}
