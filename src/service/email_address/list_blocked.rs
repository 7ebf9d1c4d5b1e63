use crate::authz::{Attributes, ReadOutbox, Sealed};
use crate::domain::{BlockReason, Email, Gateway, Principal};
use crate::service::{Failure, Services};
use chrono::{DateTime, Utc};

/// The addresses that are blocked, with since when and why. For the gateway's operator.
///
/// # Errors
/// [`Failure`].
pub async fn list_blocked(
    services: &Services,
    principal: &Principal,
    limit: u64,
) -> Result<Vec<(Email, DateTime<Utc>, BlockReason)>, Failure> {
    let gateway = Sealed::gateway(Gateway);
    let proof = services.authorizer.authorize::<ReadOutbox>(principal, gateway, Attributes::new()).await?;
    Ok(services.store.blocked_addresses(&proof, services.clock.now(), limit).await?)
}
