use crate::authz::{Attributes, ClearEmailBlock, Visible};
use crate::domain::{Email, EmailAddress, FaultCode, Faults, Principal};
use crate::service::{Refused, Services};

/// Lets mail go to a blocked address again, and counts its bounces anew.
///
/// For the gateway's operators alone: an address is not a project space's, and all of them share the sender's good name
/// with mail providers, which a single space that clears what keeps bouncing would spend for the others.
///
/// # Errors
/// [`Refused`]: it is not blocked; a failure.
pub async fn clear_block(
    services: &Services,
    principal: &Principal,
    address: &str,
) -> Result<Visible<EmailAddress>, Refused> {
    let parsed = Email::parse(address);
    // Who may is asked first, with whatever address: others learn nothing from the order of refusals.
    let asked = parsed.clone().unwrap_or_else(|_| Email::stored(String::new()));
    let state = services.store.email_address(&asked, services.clock.now()).await?;
    let proof = services.authorizer.authorize::<ClearEmailBlock>(principal, state, Attributes::new()).await?;
    if let Err(error) = parsed {
        return Err(Faults::one(error.code(), &["email"], format!("`email` {error}")).into());
    }
    if proof.resource().block.is_none() {
        return Err(Faults::one(FaultCode::InvalidState, &["email"], "this address is not blocked").into());
    }
    let mut work = services.store.begin(proof).await?;
    work.clear().await?;
    Ok(work.commit().await?.into_visible())
}
