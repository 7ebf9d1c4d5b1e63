use crate::authz::{Attributes, Denied, ReadEmailAddress, Visible};
use crate::domain::{Email, EmailAddress, Identity, Principal};
use crate::service::{Failure, Services};

/// What is known of an address. Operators see any; others, through each of their project spaces in turn, those that the
/// space has written to or that a member signs in with, as far as its policy lets them. Nothing for the rest, so that
/// nobody can try out here whom others write to.
///
/// # Errors
/// [`Failure`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    address: &str,
) -> Result<Option<Visible<EmailAddress>>, Failure> {
    if principal.identity == Identity::Anonymous {
        return Err(Denied::Anonymous.into());
    }
    // What is no address has no state.
    let Ok(address) = Email::parse(address) else { return Ok(None) };
    let now = services.clock.now();
    let authorizer = &services.authorizer;
    if principal.is_operator || principal.identity == Identity::System {
        let address = services.store.email_address(&address, now).await?;
        let proof = authorizer.authorize::<ReadEmailAddress>(principal, address, Attributes::new()).await?;
        return Ok(Some(proof.into_visible()));
    }
    for standing in &principal.standings {
        let space = standing.project_space;
        let Some(address) = services.store.email_address_in(space, &address, now).await? else { continue };
        match authorizer.authorize::<ReadEmailAddress>(principal, address, Attributes::new()).await {
            Ok(proof) => return Ok(Some(proof.into_visible())),
            Err(Denied::NotVisible | Denied::Forbidden { .. } | Denied::Anonymous) => {}
            Err(denied @ Denied::Undecided { .. }) => return Err(denied.into()),
        }
    }
    Ok(None)
}
