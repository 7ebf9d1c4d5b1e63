//! Events of Amazon SES: as notifications of an identity (`notificationType`) or from a configuration set (`eventType`).

use super::event_key;
use crate::domain::email_address::diagnostic;
use crate::domain::{BounceKind, Email, MailEvent, MailId, MailOutcome};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::HashMap;

/// Most recipients of one event. Our mails have one.
const RECIPIENTS_MAX: usize = 50;

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

/// The events in the text of a notification. None for the kinds that say nothing about delivery: opens, clicks, tests.
pub(super) fn parse(text: &str) -> Result<Vec<MailEvent>, String> {
    // SES greets a new topic with a sentence.
    if !text.trim_start().starts_with('{') {
        return Ok(Vec::new());
    }
    let event: Event = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mail = event.mail.id();
    let made = |source, id: &str, recipient: &str, at, outcome| MailEvent {
        key: event_key(source, &[id, recipient]),
        mail,
        address: address(recipient),
        outcome,
        at,
    };
    let kind = event.notification_type.or(event.event_type).unwrap_or_default();
    let events = match (kind.as_str(), event.bounce, event.complaint, event.delivery) {
        ("Bounce", Some(bounce), _, _) => {
            // `Undetermined` counts as permanent (reference §2.10).
            let kind =
                if bounce.bounce_type == "Transient" { BounceKind::Transient } else { BounceKind::Permanent };
            let recipients = bounce.bounced_recipients.into_iter().take(RECIPIENTS_MAX);
            let events = recipients.map(|recipient| {
                let diagnostic = recipient.diagnostic_code.as_deref().map(diagnostic);
                let outcome = MailOutcome::Bounced { kind, diagnostic };
                made("ses", &bounce.feedback_id, &recipient.email_address, bounce.timestamp, outcome)
            });
            events.collect()
        }
        // A reader who takes a mail out of the junk folder is reported as a complaint of this kind.
        ("Complaint", _, Some(complaint), _)
            if complaint.complaint_feedback_type.as_deref() == Some("not-spam") =>
        {
            Vec::new()
        }
        ("Complaint", _, Some(complaint), _) => {
            let recipients = complaint.complained_recipients.into_iter().take(RECIPIENTS_MAX);
            let events = recipients.map(|recipient| {
                let outcome = MailOutcome::Bounced {
                    kind: BounceKind::Complaint,
                    diagnostic: complaint.complaint_feedback_type.as_deref().map(diagnostic),
                };
                made("ses", &complaint.feedback_id, &recipient.email_address, complaint.timestamp, outcome)
            });
            events.collect()
        }
        ("Delivery", _, _, Some(delivery)) => {
            let recipients = delivery.recipients.into_iter().take(RECIPIENTS_MAX);
            let id = &event.mail.message_id;
            let events = recipients
                .map(|recipient| made("ses", id, &recipient, delivery.timestamp, MailOutcome::Delivered));
            events.collect()
        }
        ("Bounce" | "Complaint" | "Delivery", ..) => {
            return Err(format!("`{kind}` comes without its details"));
        }
        _ => Vec::new(),
    };
    Ok(events)
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

    fn event(kind: &str, details: &str, mail: &str) -> Vec<MailEvent> {
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
            let events = event("notificationType:Bounce", &bounce(kind), &mail);
            assert_eq!(events.len(), 1);
            assert_eq!(events[0].mail.unwrap().hex(), ID);
            assert_eq!(events[0].address.as_ref().unwrap().as_str(), "jdoe@example.org");
            assert!(matches!(&events[0].outcome, MailOutcome::Bounced { kind, .. } if *kind == expected));
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
        let events = event("notificationType:Complaint", &complaint("abuse"), &tagged());
        assert!(matches!(events[0].outcome, MailOutcome::Bounced { kind: BounceKind::Complaint, .. }));
        assert!(event("notificationType:Complaint", &complaint("not-spam"), &tagged()).is_empty());
    }

    #[test]
    fn other_kinds_say_nothing_and_halves_are_refused() {
        assert_eq!(
            parse("Successfully validated SNS topic for Amazon SES event publishing."),
            Ok(Vec::new())
        );
        assert_eq!(parse(r#"{"eventType":"Open","mail":{"messageId":"m"}}"#), Ok(Vec::new()));
        for wrong in ["{", "{}", r#"{"eventType":"Bounce","mail":{"messageId":"m"}}"#] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
