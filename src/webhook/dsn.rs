//! Delivery reports: RFC 3464, in the envelope of RFC 3462.
//!
//! A bounce mailbox takes mail from anybody, so a report could be forged by a stranger who wants somebody's address blocked.
//! Only a report that gives back our mail's own id is believed, which nobody knows but who got that mail.

use super::event_key;
use crate::domain::email_address::diagnostic;
use crate::domain::{BounceKind, MailEvent, MailId, MailOutcome};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};

/// Most recipients of one report. Our mails have one.
const RECIPIENTS_MAX: usize = 20;

/// Not a delivery report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a delivery report (multipart/report; report-type=delivery-status)")]
pub struct NotAReport;

/// Returns what a report says of a mail of ours: one event, however many recipients it lists, because our mails have one.
/// `None` if it gives back no mail of ours, or only says that delivery takes longer.
///
/// # Errors
/// [`NotAReport`].
pub fn parse(raw: &[u8]) -> Result<Option<MailEvent>, NotAReport> {
    let message = MessageParser::default().parse(raw).ok_or(NotAReport)?;
    let is_report = message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
            && kind.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"))
    });
    if !is_report {
        return Err(NotAReport);
    }
    let status =
        message.parts.iter().find(|part| is(part, "message", &["delivery-status", "global-delivery-status"]));
    let status = status.ok_or(NotAReport)?;
    let Some(mail) = message.parts.iter().find_map(returned_mail) else { return Ok(None) };
    let text = String::from_utf8_lossy(status.contents());
    // The first group is about the message, each other about a recipient.
    let groups = groups(&text).into_iter().skip(1).take(RECIPIENTS_MAX);
    let worst = groups.filter_map(|group| outcome(&group)).max_by_key(severity);
    Ok(worst.map(|outcome| {
        // A mail fails once: a second report, or one that names the recipient otherwise, has the same key.
        let key = event_key(
            "dsn",
            &[&mail.hex(), if outcome == MailOutcome::Delivered { "delivered" } else { "failed" }],
        );
        // The address is our mail's own: what a forwarding server calls it is no address that we wrote to.
        MailEvent { key, mail: Some(mail), address: None, outcome, at: None }
    }))
}

fn severity(outcome: &MailOutcome) -> u8 {
    match outcome {
        MailOutcome::Delivered => 0,
        MailOutcome::Bounced { kind: BounceKind::Transient, .. } => 1,
        MailOutcome::Bounced { .. } => 2,
    }
}

fn is(part: &MessagePart<'_>, kind: &str, subtypes: &[&str]) -> bool {
    part.content_type().is_some_and(|found| {
        found.ctype().eq_ignore_ascii_case(kind)
            && found
                .subtype()
                .is_some_and(|found| subtypes.iter().any(|name| name.eq_ignore_ascii_case(found)))
    })
}

/// The id of our mail in the part that gives back the message, or its headers.
fn returned_mail(part: &MessagePart<'_>) -> Option<MailId> {
    if let Some(message) = part.message() {
        return mail_id(message);
    }
    if is(part, "text", &["rfc822-headers"]) || is(part, "message", &["rfc822-headers", "global-headers"]) {
        return mail_id(&MessageParser::default().parse_headers(part.contents())?);
    }
    None
}

fn mail_id(message: &Message<'_>) -> Option<MailId> {
    let own = message.header_raw("X-Fieldgate-Mail-Id").and_then(|id| MailId::parse(id.trim()).ok());
    // Some servers give back the common headers only.
    let common = || MailId::parse(message.message_id()?.strip_suffix("@fieldgate")?).ok();
    own.or_else(common)
}

/// Fields of one group, names in lower case.
type Group = Vec<(String, String)>;

/// The groups of fields, folded lines put together.
fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![Vec::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            if groups.last().is_some_and(|group| !group.is_empty()) {
                groups.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = groups.last_mut().and_then(|group| group.last_mut()) {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let (Some((name, value)), Some(group)) = (line.split_once(':'), groups.last_mut()) {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups
}

fn outcome(group: &Group) -> Option<MailOutcome> {
    let field = |name: &str| group.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    field("final-recipient").or(field("original-recipient"))?;
    let status = field("status").unwrap_or_default();
    let action = field("action")?.to_ascii_lowercase();
    Some(match action.as_str() {
        "delivered" | "relayed" | "expanded" => MailOutcome::Delivered,
        "failed" => {
            let kind = if status.starts_with("4.") { BounceKind::Transient } else { BounceKind::Permanent };
            // `smtp; 550 no such user`
            let words =
                field("diagnostic-code").map(|code| code.split_once(';').map_or(code, |(_, words)| words));
            let words = words.unwrap_or(status);
            MailOutcome::Bounced {
                kind,
                diagnostic: Some(diagnostic(words)).filter(|words| !words.is_empty()),
            }
        }
        // `delayed`: the server is still trying.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "0192f5d1c0de70008000000000000042";

    fn report(action: &str, status: &str, returned: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.org\r\nTo: fieldgate@acme.example\r\nMIME-Version: 1.0\r\n\
             Subject: Undelivered Mail Returned to Sender\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Sun, 22 Nov 2026 17:00:00 +0000\r\n\r\n\
             Final-Recipient: rfc822; jdoe@example.org\r\nAction: {action}\r\nStatus: {status}\r\n\
             Diagnostic-Code: smtp; 550 5.1.1 <jdoe@example.org>:\r\n    Recipient address rejected\r\n\r\n\
             --b\r\n{returned}\r\n--b--\r\n"
        )
    }

    fn whole(header: &str) -> String {
        format!("Content-Type: message/rfc822\r\n\r\nSubject: Hello\r\n{header}\r\n\r\nHello.\r\n")
    }

    #[test]
    fn a_failure_is_a_bounce_of_the_mail_that_is_given_back() {
        let by_id = whole(&format!("X-Fieldgate-Mail-Id: {ID}"));
        let by_message_id = whole(&format!("Message-ID: <{ID}@fieldgate>"));
        let headers_only = format!(
            "Content-Type: text/rfc822-headers\r\n\r\nSubject: Hello\r\nX-Fieldgate-Mail-Id: {ID}\r\n"
        );
        for returned in [by_id, by_message_id, headers_only] {
            let event = parse(report("failed", "5.1.1", &returned).as_bytes()).unwrap().unwrap();
            assert_eq!(event.mail.unwrap().hex(), ID);
            let diagnostic = Some("550 5.1.1 <jdoe@example.org>: Recipient address rejected".to_owned());
            assert_eq!(event.outcome, MailOutcome::Bounced { kind: BounceKind::Permanent, diagnostic });
        }
    }

    #[test]
    fn a_failure_that_may_pass_is_transient_and_a_delay_is_none() {
        let returned = whole(&format!("X-Fieldgate-Mail-Id: {ID}"));
        let outcome = |action, status| {
            parse(report(action, status, &returned).as_bytes()).unwrap().map(|event| event.outcome)
        };
        let transient = outcome("failed", "4.2.2");
        assert!(matches!(transient, Some(MailOutcome::Bounced { kind: BounceKind::Transient, .. })));
        assert_eq!(outcome("delayed", "4.4.1"), None);
        assert_eq!(outcome("delivered", "2.0.0"), Some(MailOutcome::Delivered));
    }

    #[test]
    fn the_same_report_has_the_same_name() {
        let returned = whole(&format!("X-Fieldgate-Mail-Id: {ID}"));
        let key = |action, status| parse(report(action, status, &returned).as_bytes()).unwrap().unwrap().key;
        assert_eq!(key("failed", "5.1.1"), key("failed", "5.1.1"));
        assert_ne!(key("failed", "5.1.1"), key("delivered", "2.0.0"));
    }

    #[test]
    fn a_report_about_no_mail_of_ours_says_nothing() {
        for returned in
            [whole("Message-ID: <1@elsewhere.example>"), "Content-Type: text/plain\r\n\r\n".to_owned()]
        {
            assert_eq!(parse(report("failed", "5.1.1", &returned).as_bytes()), Ok(None));
        }
    }

    #[test]
    fn other_mail_is_no_report() {
        for mail in ["", "Subject: Out of office\r\n\r\nBack on Monday.\r\n"] {
            assert_eq!(parse(mail.as_bytes()), Err(NotAReport));
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(bytes: Vec<u8>, at in 0_usize..800, byte: u8) {
            drop(parse(&bytes));
            let mut report = report("failed", "5.1.1", &whole(&format!("X-Fieldgate-Mail-Id: {ID}"))).into_bytes();
            let at = at.min(report.len() - 1);
            report[at] = byte;
            drop(parse(&report));
        }
    }
}
