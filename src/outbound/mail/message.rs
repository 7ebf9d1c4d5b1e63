//! From a letter to the message of RFC 5322: the same bytes on every try.

use super::templates::{Templates, Written};
use crate::domain::Email;
use crate::service::mail::{Letter, SendError};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};
use serde_json::Value as Json;

/// Who mails come from.
#[derive(Debug, Clone)]
pub struct Sender(Mailbox);

/// Not a sender.
#[derive(Debug, thiserror::Error)]
#[error("`mail_from` must be an address, or a name with one: `Acme Health <fieldgate@acme.example>`")]
pub struct SenderError(#[source] lettre::address::AddressError);

impl Sender {
    /// Reads `Name <address>` or an address.
    ///
    /// # Errors
    /// [`SenderError`].
    pub fn parse(text: &str) -> Result<Self, SenderError> {
        text.parse().map(Self).map_err(SenderError)
    }

    /// The address without the name.
    pub fn address(&self) -> String {
        self.0.email.to_string()
    }
}

/// A letter's message. Every header is set through a type of its own or from our own ids, so no input can begin another
/// header; both bodies are quoted-printable (security E5).
pub(super) fn compose(sender: &Sender, templates: &Templates, letter: &Letter) -> Result<Message, SendError> {
    let Written { subject, text, html } = templates.write(letter).map_err(|error| {
        tracing::error!(error = ?error, "could not write mail `{}`: its template is at fault", letter.id);
        SendError::Failed(format!("its template is at fault: {error}"))
    })?;
    let id = letter.id.hex();
    let to = Mailbox::new(None, address(&letter.recipient)?);
    let mut builder = Message::builder()
        .from(sender.0.clone())
        .to(to)
        .subject(subject)
        .date(letter.written_at.into())
        .message_id(Some(format!("<{}>", letter.message_id)))
        // No vacation notice is to answer it (RFC 3834).
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("Content-Language", letter.language.code()))
        // What comes back is matched by these: the second is for Amazon SES, which gives mails a Message-ID of its own.
        .raw_header(raw("X-Fieldgate-Mail-Id", &id))
        .raw_header(raw("X-SES-MESSAGE-TAGS", &format!("fieldgate-mail-id={id}")));
    // Whom an answer is for: the inviter, say. Ours is an address that nobody reads.
    if let Some(reply_to) = letter.data.get("reply_to").and_then(Json::as_str)
        && let Ok(reply_to) = Email::parse(reply_to)
    {
        builder = builder.reply_to(Mailbox::new(None, address(&reply_to)?));
    }
    let part = |kind, body: String| {
        SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(body)
    };
    let parts = MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        // Quoted-printable has no line that begins with `=_`.
        .boundary(format!("=_{id}"))
        .singlepart(part(ContentType::TEXT_PLAIN, text))
        .singlepart(part(ContentType::TEXT_HTML, html));
    builder.multipart(parts).map_err(|error| SendError::MessageRefused(error.to_string()))
}

/// The bytes that go over the wire. A lone line feed before a dot is how messages were smuggled past lettre (up to
/// 0.11.23, RUSTSEC-2026-0561), so there must be none, whatever the libraries between here and there do.
pub(super) fn bytes(message: &Message) -> Result<Vec<u8>, SendError> {
    let bytes = message.formatted();
    let mut before = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let lone = match byte {
            b'\n' => before != b'\r',
            b'\r' => bytes.get(at.saturating_add(1)) != Some(&b'\n'),
            _ => !byte.is_ascii(),
        };
        if lone {
            return Err(SendError::MessageRefused(
                "the message has a byte that mail must not have".to_owned(),
            ));
        }
        before = *byte;
    }
    Ok(bytes)
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn address(email: &Email) -> Result<Address, SendError> {
    email
        .as_str()
        .parse()
        .map_err(|error| SendError::MessageRefused(format!("the address cannot be mailed to: {error}")))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::domain::{MailLanguage, MailTemplate};

    fn sent(letter: &Letter) -> Result<String, SendError> {
        let sender = Sender::parse("Acme Health <fieldgate@acme.example>").unwrap();
        let message = compose(&sender, &Templates::new().unwrap(), letter)?;
        Ok(String::from_utf8(bytes(&message)?).unwrap())
    }

    fn invitation() -> Letter {
        sample(MailTemplate::Invitation, MailLanguage::French, "https://gate.example")
    }

    #[test]
    fn a_letter_is_the_same_message_on_every_try() {
        assert_eq!(sent(&invitation()).unwrap(), sent(&invitation()).unwrap());
    }

    #[test]
    fn no_input_begins_another_header() {
        let mut letter = invitation();
        letter.data["inviter"] = "Eve\r\nBcc: all@example.org\r\n\r\n<script>".into();
        letter.project_space = Some("Acme\nX-Evil: 1\u{2028}\u{0}".to_owned());
        letter.data["reply_to"] = "eve@example.org\r\nBcc: all@example.org".into();
        letter.data["language"] = "en\r\nX-Evil: 2".into();
        let message = sent(&letter).unwrap();
        let (head, _) = message.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ");
        for line in unfolded.lines() {
            let name = line.split(':').next().unwrap();
            let known = [
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "MIME-Version",
                "Content-Type",
                "Auto-Submitted",
                "Content-Language",
                "X-Fieldgate-Mail-Id",
                "X-SES-MESSAGE-TAGS",
            ];
            assert!(known.contains(&name), "{line}");
        }
    }

    #[test]
    fn every_line_ends_as_mail_wants_it_and_is_ascii() {
        let mut letter = invitation();
        letter.data["inviter"] = "line\n.\nRCPT TO:<x>\r.\r\nÀ bientôt".into();
        let message = sent(&letter).unwrap();
        assert!(message.is_ascii());
        assert_eq!(message.matches('\n').count(), message.matches("\r\n").count());
        assert_eq!(message.matches('\r').count(), message.matches("\r\n").count());
    }

    #[test]
    fn an_answer_goes_to_whoever_it_is_for() {
        let message = sent(&invitation()).unwrap();
        assert!(message.contains("\r\nReply-To: amina.abebe@example.org\r\n"), "{message}");
        assert!(message.contains("From: \"Acme Health\" <fieldgate@acme.example>\r\n"), "{message}");
        let test = sample(MailTemplate::Test, MailLanguage::English, "https://gate.example");
        assert!(!sent(&test).unwrap().contains("Reply-To"));
    }

    #[test]
    fn a_sender_is_a_mailbox() {
        for good in ["a@b.example", "Name <a@b.example>", "\"Name, Inc.\" <a@b.example>"] {
            assert!(Sender::parse(good).is_ok(), "{good}");
        }
        for wrong in
            ["", "nobody", "Name <nobody>", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"]
        {
            assert!(Sender::parse(wrong).is_err(), "{wrong}");
        }
    }
}
