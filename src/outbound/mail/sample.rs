//! Made-up letters, for a look at what mails say.

use crate::domain::{Email, MailId, MailLanguage, MailTemplate};
use crate::service::mail::Letter;
use chrono::DateTime;
use serde_json::json;

/// A letter of this template as it could be, with a link that opens nothing.
pub fn sample(template: MailTemplate, language: MailLanguage, public_url: &str) -> Letter {
    let data = match template {
        MailTemplate::ActionNotice => json!({
            "action": "mobile_worker.delete", "principal": "wu_0192f5d1c0de7000800000000000cafe",
            "resource": "0192f5d1c0de70008000000000000042", "decision": "de_0192f5d1c0de70008000000000000007",
        }),
        MailTemplate::Invitation => json!({
            "inviter": "Amina Abebe", "role": "Field Supervisor", "expires_at": "2026-12-22T14:05:00Z",
            "reply_to": "amina.abebe@example.org",
        }),
        MailTemplate::InvitationAccepted => json!({
            "member": "Jean Dupont", "email": "jean.dupont@example.org", "role": "Field Supervisor",
        }),
        MailTemplate::AccessRequest => json!({
            "name": "Jean Dupont", "email": "jean.dupont@example.org",
            "message": "I run the clinics of the north.",
        }),
        MailTemplate::AccessApproved => json!({ "inviter": "Amina Abebe", "role": "Field Supervisor" }),
        MailTemplate::AccountConfirmation | MailTemplate::PasswordReset => {
            json!({ "account": "jean.dupont@north.fieldgate.local", "expires_at": "2026-12-22T14:05:00Z" })
        }
        MailTemplate::PasswordChanged => {
            json!({ "account": "jean.dupont", "changed_at": "2026-12-22T14:05:00Z" })
        }
        MailTemplate::PersonalIdInvite => json!({
            "inviter": "Amina Abebe", "username": "jean.dupont", "expires_at": "2026-11-29T14:05:00Z",
        }),
        MailTemplate::Test => json!({}),
    };
    let link = match template {
        MailTemplate::Invitation => Some(format!("{public_url}/invitation/fgl_only-a-sample")),
        MailTemplate::PersonalIdInvite => Some(format!("{public_url}/personal-id/fgl_only-a-sample")),
        MailTemplate::AccountConfirmation => Some(format!("{public_url}/confirm/fgl_only-a-sample")),
        MailTemplate::PasswordReset => Some(format!("{public_url}/reset-password/fgl_only-a-sample")),
        MailTemplate::Test => Some(public_url.to_owned()),
        MailTemplate::ActionNotice
        | MailTemplate::InvitationAccepted
        | MailTemplate::AccessRequest
        | MailTemplate::AccessApproved
        | MailTemplate::PasswordChanged => None,
    };
    let id = MailId(uuid::Uuid::nil());
    Letter {
        id,
        message_id: format!("{}@fieldgate", id.hex()),
        recipient: Email::stored("jean.dupont@example.org".to_owned()),
        template,
        language,
        project_space: Some("Maternal Health North".to_owned()),
        data,
        link,
        written_at: DateTime::UNIX_EPOCH,
    }
}
