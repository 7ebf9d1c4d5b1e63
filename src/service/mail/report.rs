use crate::authz::{Attributes, ReportMail};
use crate::domain::{MailEvent, Principal};
use crate::service::{Failure, Services};

/// Notes what a mail provider reports of a mail. Whether it was news: the same report twice counts once, and one about a
/// mail that is not ours not at all.
///
/// # Errors
/// [`Failure`].
pub async fn report(services: &Services, principal: &Principal, event: MailEvent) -> Result<bool, Failure> {
    let Some(mail) = services.store.reported_mail(&event).await? else { return Ok(false) };
    let proof = services.authorizer.authorize::<ReportMail>(principal, mail, Attributes::new()).await?;
    let id = proof.resource().id;
    let mut work = services.store.begin(proof).await?;
    let outcome = event.outcome.clone();
    let news = work.report(event, services.mail_sender.as_ref()).await?;
    work.commit_routine().await?;
    if news {
        tracing::info!(mail.id = %id, "mail `{id}` was reported as {}", outcome.name());
    }
    Ok(news)
}
