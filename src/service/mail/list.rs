use crate::authz::{Attributes, ReadOutbox, Sealed};
use crate::domain::{Gateway, Mail, MailStatus, Principal};
use crate::service::{Failure, Services};

/// The newest mails of the outbox, of one status or of any. For the gateway's operator.
///
/// # Errors
/// [`Failure`].
pub async fn list(
    services: &Services,
    principal: &Principal,
    status: Option<MailStatus>,
    limit: u64,
) -> Result<Vec<Mail>, Failure> {
    let gateway = Sealed::gateway(Gateway);
    let proof = services.authorizer.authorize::<ReadOutbox>(principal, gateway, Attributes::new()).await?;
    Ok(services.store.mails(&proof, status, limit).await?)
}
