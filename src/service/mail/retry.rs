use crate::authz::{Attributes, RetryMail};
use crate::domain::{FaultCode, Faults, MailId, MailStatus, Principal};
use crate::service::{Failure, Refused, Services};

/// Puts a mail that was not sent back to be sent now. For the gateway's operator.
///
/// # Errors
/// [`Refused`]: it was sent, its link is gone, its address is blocked; a failure.
pub async fn retry(services: &Services, principal: &Principal, id: MailId) -> Result<(), Refused> {
    let mail = services.store.mail(id).await?.ok_or(Failure::NotFound)?;
    let proof = services.authorizer.authorize::<RetryMail>(principal, mail, Attributes::new()).await?;
    let mail = proof.resource();
    let refused = |message: &str| Err(Faults::one(FaultCode::InvalidState, &["id"], message).into());
    if matches!(mail.status, MailStatus::Sent | MailStatus::Delivered) {
        return refused("this mail was sent");
    }
    if mail.has_lost_its_link() {
        // It came back after it had been sent. Its cause can be mailed anew, with a link of its own.
        return refused("the link of this mail is gone: have a new one sent, as by resending the invitation");
    }
    if mail.recipient_is_blocked {
        return refused("the address is blocked: `fieldgate mail unblock` it first");
    }
    let mut work = services.store.begin(proof).await?;
    work.retry().await?;
    let _done = work.commit().await?;
    Ok(())
}
