use super::WebUserPayload;
use crate::domain::{AssignmentInput, Faults, MembershipId};
use crate::graphql::context::ContextExt;
use crate::graphql::node::parse_id;
use crate::graphql::patch::{patch, texts};
use crate::graphql::requires::requires;
use crate::service::web_user;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

/// Changes of what a web user is in one project space: what is left out stays, null clears. Names and e-mail address are
/// the person's own, and nobody else's to change.
#[derive(InputObject)]
pub struct UpdateWebUserInput {
    /// The global id of the web user, as the project space shows them.
    id: ID,
    /// The `version` of their membership that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// Another role. An admin who is given one is no admin any more.
    role_id: MaybeUndefined<ID>,
    /// True makes an admin. False needs a role where there is none.
    admin: Option<bool>,
    /// Replaces all locations that you may see.
    location_ids: MaybeUndefined<Vec<ID>>,
    /// One of the locations.
    primary_location_id: MaybeUndefined<ID>,
}

#[derive(Default)]
pub struct UpdateWebUserMutation;

#[Object]
impl UpdateWebUserMutation {
    /// Change a web user's role and locations in this project space. It holds from their next request on. Nobody changes
    /// their own role, and the last active admin stays one.
    #[graphql(directive = requires::apply("web_user.update".to_owned()))]
    async fn update_web_user(&self, ctx: &Context<'_>, input: UpdateWebUserInput) -> Result<WebUserPayload> {
        let id = match parse_id("id", &input.id, MembershipId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let assignment = AssignmentInput {
            admin: input.admin,
            role: patch(input.role_id.map_value(|id| id.0)),
            locations: patch(input.location_ids.map_value(texts)),
            primary_location: patch(input.primary_location_id.map_value(|id| id.0)),
            unreadable: Faults::new(),
        };
        let result = web_user::update(ctx.services(), ctx.principal(), id, input.version, &assignment).await;
        Ok(ctx.settle(result)?.into())
    }
}
