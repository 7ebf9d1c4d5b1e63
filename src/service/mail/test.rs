use super::letter::{Letter, SendError};
use crate::authz::{Attributes, ReadOutbox, Sealed};
use crate::domain::{Email, Gateway, MailId, MailLanguage, MailTemplate, Principal};
use crate::service::{Failure, Services};
use serde_json::json;

/// Sends a mail that says that mail works, at once and past the outbox: whoever asks wants to see what happens. For the
/// gateway's operator.
///
/// # Errors
/// [`Failure`]. Inside, what the mail server said.
pub async fn test(
    services: &Services,
    principal: &Principal,
    recipient: Email,
    language: MailLanguage,
) -> Result<Result<(), SendError>, Failure> {
    let gateway = Sealed::gateway(Gateway);
    let _operator =
        services.authorizer.authorize::<ReadOutbox>(principal, gateway, Attributes::new()).await?;
    let now = services.clock.now();
    let id = MailId::fresh(now);
    let letter = Letter {
        id,
        message_id: format!("{}@fieldgate", id.hex()),
        recipient,
        template: MailTemplate::Test,
        language,
        project_space: None,
        data: json!({}),
        link: Some(services.public_url.to_string()),
        written_at: now,
    };
    Ok(services.mailer.send(&letter).await)
}
