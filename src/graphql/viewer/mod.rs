//! The caller themselves.

mod object;

pub use object::{SignInMethod, ViewerObject};

use super::context::ContextExt;
use crate::domain::Identity;
use async_graphql::{Context, Object, Result};

#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// You; null when you have not signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<ViewerObject>> {
        Ok(match ctx.principal().identity {
            Identity::Anonymous | Identity::System => None,
            Identity::WebUser(_) | Identity::MobileWorker(_) => Some(ctx.principal().clone().into()),
        })
    }
}
