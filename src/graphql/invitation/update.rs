use super::InvitationPayload;
use crate::domain::{AssignmentInput, Faults, InvitationId};
use crate::graphql::context::ContextExt;
use crate::graphql::node::parse_id;
use crate::graphql::patch::{patch, texts};
use crate::graphql::requires::requires;
use crate::service::invitation;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

/// Changes of an invitation: what is left out stays.
#[derive(InputObject)]
pub struct UpdateInvitationInput {
    /// The invitation's global id.
    id: ID,
    /// The version that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// The role they will have.
    role_id: MaybeUndefined<ID>,
    /// Whether they will be an admin instead. Only admins make admins.
    admin: Option<bool>,
    /// Replaces all locations that you may see.
    location_ids: MaybeUndefined<Vec<ID>>,
    /// One of the locations.
    primary_location_id: MaybeUndefined<ID>,
}

#[derive(Default)]
pub struct UpdateInvitationMutation;

#[Object]
impl UpdateInvitationMutation {
    /// Change what an invitation gives. Its address stays, and so do its link and its end.
    #[graphql(directive = requires::apply("invitation.update".to_owned()))]
    async fn update_invitation(
        &self,
        ctx: &Context<'_>,
        input: UpdateInvitationInput,
    ) -> Result<InvitationPayload> {
        let id = match parse_id("id", &input.id, InvitationId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let given = AssignmentInput {
            admin: input.admin,
            role: patch(input.role_id.map_value(|id| id.0)),
            locations: patch(input.location_ids.map_value(texts)),
            primary_location: patch(input.primary_location_id.map_value(|id| id.0)),
            unreadable: Faults::new(),
        };
        let result = invitation::update(ctx.services(), ctx.principal(), id, input.version, &given).await;
        Ok(ctx.settle(result)?.into())
    }
}
