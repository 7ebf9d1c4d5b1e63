use crate::authn::Secret;
use crate::authz::{Attributes, PreviewPasswordReset, Visible};
use crate::domain::{PasswordResetLink, Principal};
use crate::service::{Failure, Services};

/// Whose password a link sets; nothing when the link does not work. Changes nothing.
///
/// # Errors
/// [`Failure`].
pub async fn preview(
    services: &Services,
    principal: &Principal,
    token: String,
) -> Result<Option<Visible<PasswordResetLink>>, Failure> {
    let hash = Secret::sent(token).hash();
    let link = services.store.password_reset_link(&hash, services.clock.now()).await?;
    let Some(link) = link else { return Ok(None) };
    let proof =
        services.authorizer.authorize::<PreviewPasswordReset>(principal, link, Attributes::new()).await?;
    Ok(Some(proof.into_visible()))
}
