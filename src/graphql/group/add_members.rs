use super::{GroupMembersInput, GroupPayload};
use crate::domain::GroupId;
use crate::graphql::context::ContextExt;
use crate::graphql::node::parse_id;
use crate::graphql::requires::requires;
use crate::service::group;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct AddGroupMembersMutation;

#[Object]
impl AddGroupMembersMutation {
    /// Put workers into a group. Who is in it already stays. If one of them cannot be put in, nobody is.
    #[graphql(directive = requires::apply("group.assign".to_owned()))]
    async fn add_group_members(&self, ctx: &Context<'_>, input: GroupMembersInput) -> Result<GroupPayload> {
        let id = match parse_id("groupId", &input.group_id, GroupId::parse) {
            Ok(id) => id,
            Err(user_errors) => return Ok(Err(user_errors).into()),
        };
        let workers: Vec<String> = input.worker_ids.into_iter().map(|id| id.0).collect();
        let result = group::add_members(ctx.services(), ctx.principal(), id, &workers).await;
        Ok(ctx.settle(result)?.into())
    }
}
