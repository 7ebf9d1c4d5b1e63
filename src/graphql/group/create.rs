use super::GroupPayload;
use crate::domain::GroupInput;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::group;
use async_graphql::{Context, InputObject, Object, Result};
use serde_json::Value as Json;

/// A new group.
#[derive(InputObject)]
pub struct CreateGroupInput {
    /// The project space's name.
    project_space: String,
    /// 1 to 128 characters, unique in the project space.
    name: String,
    /// Its members own each other's cases.
    #[graphql(default)]
    case_sharing: bool,
    /// It shows in reports.
    #[graphql(default = true)]
    reporting: bool,
    /// The project's own data about it: an object of texts, numbers, truth values and nulls.
    metadata: Option<Json>,
}

#[derive(Default)]
pub struct CreateGroupMutation;

#[Object]
impl CreateGroupMutation {
    /// Make a group.
    #[graphql(directive = requires::apply("group.create".to_owned()))]
    async fn create_group(&self, ctx: &Context<'_>, input: CreateGroupInput) -> Result<GroupPayload> {
        let new = GroupInput {
            name: input.name,
            case_sharing: input.case_sharing,
            reporting: input.reporting,
            metadata: input.metadata,
        };
        let result = group::create(ctx.services(), ctx.principal(), &input.project_space, &new).await;
        Ok(ctx.settle(result)?.into())
    }
}
