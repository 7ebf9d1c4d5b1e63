use super::PersonalIdPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::{NodeInput, parse_id};
use crate::graphql::requires::requires;
use crate::service::personal_id;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ActivatePersonalIdLinkMutation;

#[Object]
impl ActivatePersonalIdLinkMutation {
    /// "Link PersonalID": make a worker's inactive link active again, without a new invite. They may sign in with PersonalID
    /// then, and nobody sets their password. LINK_NOT_FOUND without a link: they need an invite.
    #[graphql(directive = requires::apply("personal_id_link.activate".to_owned()))]
    async fn activate_personal_id_link(
        &self,
        ctx: &Context<'_>,
        input: NodeInput,
    ) -> Result<PersonalIdPayload> {
        let id = match parse_id(&input.id) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = personal_id::activate(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
