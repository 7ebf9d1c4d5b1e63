//! What people do about their own account.

mod change_password;

use async_graphql::MergedObject;

#[derive(MergedObject, Default)]
pub struct AccountMutation(change_password::ChangePasswordMutation);
