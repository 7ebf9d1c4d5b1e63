//! The plain form, for providers that are none of the others and for scripts:
//!
//! ```json
//! {"id": "evt-1", "event": "bounce", "mailId": "ma_0192…", "email": "jdoe@example.org", "diagnostic": "no such user"}
//! ```
//!
//! `event` is `delivery`, `bounce`, `transient_bounce`, `suppressed_bounce` or `complaint`; `id` names the event, and the same one twice counts
//! once. Either `mailId` (from the mail's `X-Fieldgate-Mail-Id`) or `email` must be there. `at` is RFC 3339.

use super::event_key;
use crate::domain::email_address::diagnostic;
use crate::domain::{BounceKind, Email, MailEvent, MailId, MailOutcome};
use chrono::{DateTime, Utc};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Event {
    id: String,
    event: Kind,
    mail_id: Option<String>,
    email: Option<String>,
    diagnostic: Option<String>,
    at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Delivery,
    Bounce,
    TransientBounce,
    SuppressedBounce,
    Complaint,
}

/// The event in a body.
pub(super) fn parse(body: &[u8]) -> Result<MailEvent, String> {
    let event: Event = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mail = event.mail_id.as_deref().map(MailId::parse).transpose().map_err(|error| error.to_string())?;
    let address = event.email.as_deref().map(Email::parse).transpose();
    let address = address.map_err(|error| format!("`email` {error}"))?;
    if mail.is_none() && address.is_none() {
        return Err("either `mailId` or `email` must be there".to_owned());
    }
    let bounced =
        |kind| MailOutcome::Bounced { kind, diagnostic: event.diagnostic.as_deref().map(diagnostic) };
    let outcome = match event.event {
        Kind::Delivery => MailOutcome::Delivered,
        Kind::Bounce => bounced(BounceKind::Permanent),
        Kind::TransientBounce => bounced(BounceKind::Transient),
        Kind::SuppressedBounce => bounced(BounceKind::Suppressed),
        Kind::Complaint => bounced(BounceKind::Complaint),
    };
    Ok(MailEvent { key: event_key("json", &[&event.id]), mail, address, outcome, at: event.at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_says_what_happened_and_to_whom() {
        let event =
            parse(br#"{"id":"1","event":"transient_bounce","email":"A@B.org","diagnostic":"full\n"}"#);
        let event = event.unwrap();
        assert_eq!(event.address.unwrap().as_str(), "a@b.org");
        let diagnostic = Some("full".to_owned());
        assert_eq!(event.outcome, MailOutcome::Bounced { kind: BounceKind::Transient, diagnostic });
    }

    #[test]
    fn what_is_not_such_an_event_is_refused() {
        for wrong in [
            "",
            "[]",
            "{}",
            r#"{"id":"1","event":"bounce"}"#,
            r#"{"id":"1","event":"open","email":"a@b.org"}"#,
            r#"{"id":"1","event":"bounce","email":"nobody"}"#,
            r#"{"id":"1","event":"bounce","mailId":"wu_1"}"#,
            r#"{"id":"1","id":"2","event":"bounce","email":"a@b.org"}"#,
            r#"{"id":"1","event":"bounce","email":"a@b.org","extra":1}"#,
        ] {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
