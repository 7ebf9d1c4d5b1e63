//! Groups of mobile workers.

mod add_members;
mod create;
mod delete;
mod object;
mod query;
mod remove_members;
mod restore;
mod update;

pub use object::GroupObject;
pub use query::{GroupConnection, GroupFilterInput, groups};

use super::error::{Settled, UserError};
use crate::authz::Visible;
use crate::domain::Group;
use async_graphql::{ID, InputObject, MergedObject, SimpleObject};

#[derive(MergedObject, Default)]
pub struct GroupMutation(
    create::CreateGroupMutation,
    update::UpdateGroupMutation,
    delete::DeleteGroupMutation,
    restore::RestoreGroupMutation,
    add_members::AddGroupMembersMutation,
    remove_members::RemoveGroupMembersMutation,
);

/// What became of a group.
#[derive(SimpleObject)]
pub struct GroupPayload {
    /// The group as it is now; null when it was refused.
    group: Option<GroupObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

impl From<Settled<Visible<Group>>> for GroupPayload {
    fn from(settled: Settled<Visible<Group>>) -> Self {
        match settled {
            Ok(group) => Self { group: Some(group.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { group: None, user_errors },
        }
    }
}

/// A group, and workers to put into it or to take out of it.
#[derive(InputObject)]
pub struct GroupMembersInput {
    /// The group's global id.
    group_id: ID,
    /// The workers' global ids: at most 200.
    worker_ids: Vec<ID>,
}
