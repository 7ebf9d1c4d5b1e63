//! New passwords by mail.

mod request;
mod reset;

use async_graphql::MergedObject;

#[derive(MergedObject, Default)]
pub struct PasswordResetMutation(request::RequestPasswordResetMutation, reset::ResetPasswordMutation);
