//! Events of Amazon SES: as notifications of an identity (`notificationType`) or from a configuration set (`eventType`).

use super::event_key;
use crate::domain::email_address::diagnostic;
use crate::domain::{BounceKind, Email, MailEvent, MailId, MailOutcome};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    notification_type: Option<String>,
    event_type: Option<String>,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
    delivery: Option<Delivery>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    message_id: String,
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
    #[serde(default)]
    bounce_sub_type: String,
    bounced_recipients: Vec<Recipient>,
    feedback_id: String,
    timestamp: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complained_recipients: Vec<Recipient>,
    complaint_feedback_type: Option<String>,
    feedback_id: String,
    timestamp: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Delivery {
    recipients: Vec<String>,
    timestamp: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
    diagnostic_code: Option<String>,
}

/// Returns the event in the text of a notification: one, however many recipients it lists, because our mails have one. `None`
/// for the kinds that say nothing about delivery: opens, clicks, tests.
pub(super) fn parse(text: &str) -> Result<Option<MailEvent>, String> {
    // SES greets a new topic with a sentence.
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    let event: Event = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mail = event.mail.id();
    let made = |id: &str, recipients: &[&str], at, outcome| {
        let address = recipients.iter().find_map(|recipient| address(recipient));
        MailEvent { key: event_key("ses", &[id]), mail, address, outcome, at }
    };
    let kind = event.notification_type.or(event.event_type).unwrap_or_default();
    Ok(match (kind.as_str(), event.bounce, event.complaint, event.delivery) {
        ("Bounce", Some(bounce), _, _) => {
            let words = bounce.bounced_recipients.iter().find_map(|it| it.diagnostic_code.as_deref());
            let outcome = MailOutcome::Bounced { kind: bounce.kind(), diagnostic: words.map(diagnostic) };
            Some(made(&bounce.feedback_id, &addresses(&bounce.bounced_recipients), bounce.timestamp, outcome))
        }
        // A reader who takes a mail out of the junk folder is reported as a complaint of this kind.
        ("Complaint", _, Some(complaint), _)
            if complaint.complaint_feedback_type.as_deref() == Some("not-spam") =>
        {
            None
        }
        ("Complaint", _, Some(complaint), _) => {
            let outcome = MailOutcome::Bounced {
                kind: BounceKind::Complaint,
                diagnostic: complaint.complaint_feedback_type.as_deref().map(diagnostic),
            };
            let recipients = addresses(&complaint.complained_recipients);
            Some(made(&complaint.feedback_id, &recipients, complaint.timestamp, outcome))
        }
        ("Delivery", _, _, Some(delivery)) => {
            let recipients: Vec<_> = delivery.recipients.iter().map(String::as_str).collect();
            Some(made(&event.mail.message_id, &recipients, delivery.timestamp, MailOutcome::Delivered))
        }
        ("Bounce" | "Complaint" | "Delivery", ..) => {
            return Err(format!("`{kind}` comes without its details"));
        }
        _ => None,
    })
}

fn addresses(recipients: &[Recipient]) -> Vec<&str> {
    recipients.iter().map(|recipient| recipient.email_address.as_str()).collect()
}

impl Bounce {
    fn kind(&self) -> BounceKind {
        match (self.bounce_type.as_str(), self.bounce_sub_type.as_str()) {
            ("Transient", _) => BounceKind::Transient,
            ("Permanent", "Suppressed" | "OnAccountSuppressionList") => BounceKind::Suppressed,
            // `Undetermined` counts as permanent (reference §2.10).
            _ => BounceKind::Permanent,
        }
    }
}

impl Mail {
    /// Our id, from the tag that we gave the mail or from its headers.
    fn id(&self) -> Option<MailId> {
        let tag = self.tags.get("fieldgate-mail-id").and_then(|values| values.first());
        let header = || {
            let named = |header: &&Header| header.name.eq_ignore_ascii_case("X-Fieldgate-Mail-Id");
            self.headers.iter().find(named).map(|header| &header.value)
        };
        tag.or_else(header).and_then(|id| MailId::parse(id.trim()).ok())
    }
}

/// `jdoe@example.org` or `John Doe <jdoe@example.org>`.
fn address(text: &str) -> Option<Email> {
    let inner = text.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    Email::parse(inner.unwrap_or(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f5d1c0de70008000000000000042";

    fn event(kind: &str, details: &str, mail: &str) -> Option<MailEvent> {
        let text = format!(r#"{{"{kind}",{details},"mail":{{"messageId":"m-1","source":"x",{mail}}}}}"#);
        parse(&text.replacen("\"notificationType:", "\"notificationType\":\"", 1)).unwrap()
    }

    fn tagged() -> String {
        format!(r#""tags":{{"fieldgate-mail-id":["{ID}"]}}"#)
    }

    #[test]
    fn a_bounce_names_the_mail_by_tag_or_by_header_and_the_address() {
        let bounce = |kind: &str| {
            format!(
                r#""bounce":{{"bounceType":"{kind}","bounceSubType":"General","feedbackId":"f-1",
                "timestamp":"2026-11-22T17:00:00.000Z",
                "bouncedRecipients":[{{"emailAddress":"John <JDoe@example.org>","diagnosticCode":"smtp; 550 no"}}]}}"#
            )
        };
        let header = format!(r#""headers":[{{"name":"x-fieldgate-mail-id","value":"{ID}"}}]"#);
        for (mail, kind, expected) in [
            (tagged(), "Permanent", BounceKind::Permanent),
            (header, "Undetermined", BounceKind::Permanent),
            (tagged(), "Transient", BounceKind::Transient),
        ] {
            let event = event("notificationType:Bounce", &bounce(kind), &mail).unwrap();
            assert_eq!(event.mail.unwrap().hex(), ID);
            assert_eq!(event.address.as_ref().unwrap().as_str(), "jdoe@example.org");
            assert!(matches!(&event.outcome, MailOutcome::Bounced { kind, .. } if *kind == expected));
        }
    }

    #[test]
    fn a_complaint_is_one_unless_it_says_that_it_is_not() {
        let complaint = |feedback: &str| {
            format!(
                r#""complaint":{{"feedbackId":"f-2","complaintFeedbackType":"{feedback}",
                "complainedRecipients":[{{"emailAddress":"jdoe@example.org"}}]}}"#
            )
        };
        let abuse = event("notificationType:Complaint", &complaint("abuse"), &tagged()).unwrap();
        assert!(matches!(abuse.outcome, MailOutcome::Bounced { kind: BounceKind::Complaint, .. }));
        assert_eq!(event("notificationType:Complaint", &complaint("not-spam"), &tagged()), None);
    }

    #[test]
    fn other_kinds_say_nothing_and_halves_are_refused() {
        assert_eq!(parse("Successfully validated SNS topic for Amazon SES event publishing."), Ok(None));
        assert_eq!(parse(r#"{"eventType":"Open","mail":{"messageId":"m"}}"#), Ok(None));
        for wrong in ["{", "{}", r#"{"eventType":"Bounce","mail":{"messageId":"m"}}"#] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
