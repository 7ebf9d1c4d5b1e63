use super::{MobileWorkerPayload, parse_id};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::mobile_worker;
use async_graphql::{Context, ID, InputObject, Object, Result};

/// A new password of a mobile worker.
#[derive(InputObject)]
pub struct SetPasswordInput {
    /// The worker's global id.
    id: ID,
    /// The version that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// At least 8 characters; hard to guess where the project space wants strong passwords.
    #[graphql(secret)]
    password: String,
}

#[derive(Default)]
pub struct SetMobileWorkerPasswordMutation;

#[Object]
impl SetMobileWorkerPasswordMutation {
    /// Give a worker another password, and end the sessions they have. `passwordEditable` says whether it can be done.
    #[graphql(directive = requires::apply("mobile_worker.set_password".to_owned()))]
    async fn set_mobile_worker_password(
        &self,
        ctx: &Context<'_>,
        input: SetPasswordInput,
    ) -> Result<MobileWorkerPayload> {
        let id = match parse_id(&input.id) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let password = input.password.into();
        let result =
            mobile_worker::set_password(ctx.services(), ctx.principal(), id, input.version, &password).await;
        Ok(ctx.settle(result)?.into())
    }
}
