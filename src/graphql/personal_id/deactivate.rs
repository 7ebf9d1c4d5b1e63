use super::PersonalIdPayload;
use crate::graphql::context::ContextExt;
use crate::graphql::mobile_worker::{NodeInput, parse_id};
use crate::graphql::requires::requires;
use crate::service::personal_id;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct DeactivatePersonalIdLinkMutation;

#[Object]
impl DeactivatePersonalIdLinkMutation {
    /// "Unlink PersonalID": make a worker's link inactive, and keep it. The sessions that PersonalID opened end at once, and
    /// the password can be set again. Of an inactive link it says no to a worker who asks for it. LINK_NOT_FOUND without a
    /// link.
    #[graphql(directive = requires::apply("personal_id_link.deactivate".to_owned()))]
    async fn deactivate_personal_id_link(
        &self,
        ctx: &Context<'_>,
        input: NodeInput,
    ) -> Result<PersonalIdPayload> {
        let id = match parse_id(&input.id) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let result = personal_id::deactivate(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(ctx.settle(result)?.into())
    }
}
