use super::GroupPayload;
use crate::domain::{GroupChanges, GroupId};
use crate::graphql::context::ContextExt;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::group;
use async_graphql::{Context, ID, InputObject, Object, Result};
use serde_json::Value as Json;

/// Changes of a group: what is left out or null stays.
#[derive(InputObject)]
pub struct UpdateGroupInput {
    /// The group's global id.
    id: ID,
    /// The version that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// 1 to 128 characters, unique in the project space.
    name: Option<String>,
    /// Its members own each other's cases.
    case_sharing: Option<bool>,
    /// It shows in reports.
    reporting: Option<bool>,
    /// Replaces the project's own data about it.
    metadata: Option<Json>,
}

#[derive(Default)]
pub struct UpdateGroupMutation;

#[Object]
impl UpdateGroupMutation {
    /// Change a group's name and flags.
    #[graphql(directive = requires::apply("group.update".to_owned()))]
    async fn update_group(&self, ctx: &Context<'_>, input: UpdateGroupInput) -> Result<GroupPayload> {
        let id = match parse_id("id", &input.id, GroupId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let changes = GroupChanges {
            name: input.name,
            case_sharing: input.case_sharing,
            reporting: input.reporting,
            metadata: input.metadata,
        };
        let result = group::update(ctx.services(), ctx.principal(), id, input.version, &changes).await;
        Ok(ctx.settle(result)?.into())
    }
}
