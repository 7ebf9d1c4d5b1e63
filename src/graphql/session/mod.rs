//! Signing in and out.

mod login;
mod logout;
mod refresh;

use super::context::ContextExt;
use super::error::UserError;
use super::viewer::ViewerObject;
use crate::domain::Principal;
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

impl SessionPayload {
    /// Somebody whose session goes on, with the rights that they have now.
    pub fn of(ctx: &Context<'_>, principal: Principal) -> Self {
        ctx.becomes(&principal);
        Self { viewer: Some(principal.into()), ..Self::default() }
    }

    /// Nobody.
    pub fn refused(user_errors: Vec<UserError>) -> Self {
        Self { user_errors, ..Self::default() }
    }

    /// Somebody who has just signed in.
    pub fn signed_in(ctx: &Context<'_>, signed_in: SignedIn) -> Self {
        ctx.becomes(&signed_in.principal);
        Self {
            access_token: Some(signed_in.access_token),
            refresh_token: Some(signed_in.refresh_token.reveal().to_owned()),
            expires_at: Some(signed_in.expires_at),
            viewer: Some(signed_in.principal.into()),
            user_errors: Vec::new(),
        }
    }
}

fn payload(ctx: &Context<'_>, result: Result<SignedIn, Refused>) -> Result<SessionPayload> {
    Ok(match ctx.settle(result)? {
        Ok(signed_in) => SessionPayload::signed_in(ctx, signed_in),
        Err(user_errors) => SessionPayload::refused(user_errors),
    })
}
