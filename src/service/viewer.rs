//! The caller themselves.

use super::{Failure, Services};
use crate::authz::{Attributes, Denied, ReadAccount, Visible};
use crate::domain::{Principal, WebUser, WebUserId};

/// A web user's own account.
///
/// # Errors
/// [`Failure`].
pub async fn account(
    services: &Services,
    principal: &Principal,
    id: WebUserId,
) -> Result<Visible<WebUser>, Failure> {
    let account = services.store.web_user(id).await?.ok_or(Failure::Denied(Denied::NotVisible))?;
    let proof = services.authorizer.authorize::<ReadAccount>(principal, account, Attributes::new()).await?;
    Ok(proof.into_visible())
}
