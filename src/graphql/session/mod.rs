//! Signing in and out.

mod login;
mod logout;
mod refresh;

use super::context::ContextExt;
use super::error::UserError;
use super::viewer::ViewerObject;
use crate::service::Refused;
use crate::service::session::SignedIn;
use async_graphql::{Context, MergedObject, Result, SimpleObject};
use chrono::{DateTime, Utc};

#[derive(MergedObject, Default)]
pub struct SessionMutation(login::LoginMutation, refresh::RefreshMutation, logout::LogoutMutation);

/// What somebody who signed in is given.
#[derive(SimpleObject, Default)]
pub struct SessionPayload {
    /// For the header `Authorization: Bearer <accessToken>`.
    access_token: Option<String>,
    /// Exchanged by `refreshSession` for new tokens, once. Keep it secret.
    refresh_token: Option<String>,
    /// When the access token stops being valid.
    expires_at: Option<DateTime<Utc>>,
    /// You.
    viewer: Option<ViewerObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

fn payload(ctx: &Context<'_>, result: Result<SignedIn, Refused>) -> Result<SessionPayload> {
    Ok(match ctx.settle(result)? {
        Ok(signed_in) => SessionPayload {
            access_token: Some(signed_in.access_token),
            refresh_token: Some(signed_in.refresh_token.reveal().to_owned()),
            expires_at: Some(signed_in.expires_at),
            viewer: Some(signed_in.principal.into()),
            user_errors: Vec::new(),
        },
        Err(user_errors) => SessionPayload { user_errors, ..SessionPayload::default() },
    })
}
