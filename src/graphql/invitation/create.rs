use super::InvitationPayload;
use crate::domain::{AssignmentInput, Faults, InvitationInput};
use crate::graphql::context::ContextExt;
use crate::graphql::patch::texts;
use crate::graphql::requires::requires;
use crate::service::invitation;
use async_graphql::{Context, ID, InputObject, Object, Result};

/// Somebody to invite.
#[derive(InputObject)]
pub struct InviteWebUserInput {
    /// The project space's name.
    project_space: String,
    /// Where the link is sent.
    email: String,
    /// The role they will have. When it is left out, and `admin` is not false, they will be an admin.
    role_id: Option<ID>,
    /// Whether they will be an admin, who holds every permission. Only admins invite admins.
    admin: Option<bool>,
    /// The locations they will be assigned to.
    location_ids: Option<Vec<ID>>,
    /// One of them; the first when left out.
    primary_location_id: Option<ID>,
}

#[derive(Default)]
pub struct InviteWebUserMutation;

#[Object]
impl InviteWebUserMutation {
    /// Invite somebody: a mail with a link goes out. All that is wrong is told at once, and then nothing is sent. An address
    /// whose invitation has expired has it renewed. An address that asked to be let in has its request approved; who asked
    /// while signed in becomes a member at once, and the invitation is accepted already.
    #[graphql(directive = requires::apply("invitation.create".to_owned()))]
    async fn invite_web_user(
        &self,
        ctx: &Context<'_>,
        input: InviteWebUserInput,
    ) -> Result<InvitationPayload> {
        let given = InvitationInput {
            email: input.email,
            assignment: AssignmentInput {
                admin: input.admin,
                role: input.role_id.map(|id| id.0).into(),
                locations: input.location_ids.map(texts).into(),
                primary_location: input.primary_location_id.map(|id| id.0).into(),
                unreadable: Faults::new(),
            },
        };
        let result = invitation::create(ctx.services(), ctx.principal(), &input.project_space, &given).await;
        Ok(ctx.settle(result)?.into())
    }
}
