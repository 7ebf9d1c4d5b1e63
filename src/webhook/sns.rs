//! Messages of Amazon SNS: from a topic that the operator named, signed by SNS, and not old.

use super::certificate::SigningKey;
use super::{MailReports, Refusal};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use url::Url;

/// How old a message may be. SNS repeats one for less than an hour at first; what comes later than that may be a recording.
const AGE_MAX: TimeDelta = TimeDelta::hours(1);
/// Tolerated difference between SNS's clock and ours.
const AHEAD_MAX: TimeDelta = TimeDelta::minutes(5);

/// What a message is for.
#[derive(Debug)]
pub(super) enum Message {
    /// An event.
    Notification(String),
    /// The question whether we want a topic's messages. Reading the address says yes.
    Subscription {
        /// The address.
        url: String,
    },
    /// A topic has ended our subscription.
    Farewell,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    #[serde(rename = "Type")]
    kind: String,
    message_id: String,
    topic_arn: String,
    subject: Option<String>,
    message: String,
    timestamp: String,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    token: Option<String>,
}

/// The message in a body, if it is one that we listen to. Nothing is fetched before the topic and the age are right, and
/// then from the host of the topic's own region alone.
pub(super) async fn open(reports: &MailReports, now: DateTime<Utc>, body: &[u8]) -> Result<Message, Refusal> {
    // Before the signature holds, nobody hears more than that it was not accepted.
    let envelope: Envelope = serde_json::from_slice(body).map_err(|_| Refusal::Forbidden)?;
    if !reports.topics.contains(&envelope.topic_arn) {
        return Err(Refusal::Forbidden);
    }
    let host = host_of(&envelope.topic_arn).ok_or(Refusal::Forbidden)?;
    let sent = DateTime::parse_from_rfc3339(&envelope.timestamp).map_err(|_| Refusal::Forbidden)?;
    let age = now.signed_duration_since(sent);
    if age > AGE_MAX || age < -AHEAD_MAX {
        return Err(Refusal::Forbidden);
    }
    let certificate = on_host(&envelope.signing_cert_url, &host).ok_or(Refusal::Forbidden)?;
    let is_certificate =
        certificate.path().starts_with("/SimpleNotificationService-") && certificate.path().ends_with(".pem");
    if !is_certificate || certificate.query().is_some() {
        return Err(Refusal::Forbidden);
    }
    let text = text_to_sign(&envelope).ok_or(Refusal::Forbidden)?;
    let signature = STANDARD.decode(&envelope.signature).map_err(|_| Refusal::Forbidden)?;
    let key: SigningKey = reports.keys.get(&*reports.https, certificate.as_str(), now).await?;
    if !key.has_signed(&envelope.signature_version, text.as_bytes(), &signature) {
        return Err(Refusal::Forbidden);
    }
    match envelope.kind.as_str() {
        "Notification" => Ok(Message::Notification(envelope.message)),
        "SubscriptionConfirmation" => {
            let url = envelope.subscribe_url.as_deref().and_then(|url| on_host(url, &host));
            let url = url.filter(|url| {
                url.query_pairs().any(|(name, value)| name == "Action" && value == "ConfirmSubscription")
            });
            let url = url.ok_or_else(|| Refusal::Malformed("`SubscribeURL` is not SNS's".to_owned()))?;
            Ok(Message::Subscription { url: url.into() })
        }
        _ => Ok(Message::Farewell),
    }
}

/// The host that speaks for a topic: `arn:aws:sns:eu-west-1:123456789012:bounces` is on `sns.eu-west-1.amazonaws.com`.
fn host_of(topic: &str) -> Option<String> {
    let mut parts = topic.split(':');
    let (arn, partition, service, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let domain = match partition {
        "aws" | "aws-us-gov" => "amazonaws.com",
        "aws-cn" => "amazonaws.com.cn",
        _ => return None,
    };
    let is_region = !region.is_empty()
        && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (arn == "arn" && service == "sns" && is_region).then(|| format!("sns.{region}.{domain}"))
}

/// The address, if it is on this very host, over HTTPS and its own port, with nobody's name in it.
fn on_host(url: &str, host: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let fits = url.scheme() == "https"
        && url.host_str() == Some(host)
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    fits.then_some(url)
}

/// The text that SNS signs: these fields by name, each with its value on a line of its own.
fn text_to_sign(envelope: &Envelope) -> Option<String> {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        text.push_str(name);
        text.push('\n');
        text.push_str(value);
        text.push('\n');
    };
    line("Message", &envelope.message);
    line("MessageId", &envelope.message_id);
    match envelope.kind.as_str() {
        "Notification" => {
            if let Some(subject) = &envelope.subject {
                line("Subject", subject);
            }
            line("Timestamp", &envelope.timestamp);
        }
        "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
            line("SubscribeURL", envelope.subscribe_url.as_deref()?);
            line("Timestamp", &envelope.timestamp);
            line("Token", envelope.token.as_deref()?);
        }
        _ => return None,
    }
    line("TopicArn", &envelope.topic_arn);
    line("Type", &envelope.kind);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_spoken_for_by_the_host_of_its_region() {
        assert_eq!(host_of("arn:aws:sns:eu-west-1:1:t").as_deref(), Some("sns.eu-west-1.amazonaws.com"));
        assert_eq!(
            host_of("arn:aws-cn:sns:cn-north-1:1:t").as_deref(),
            Some("sns.cn-north-1.amazonaws.com.cn")
        );
        for wrong in
            ["", "arn:aws:sns", "arn:aws:sqs:eu-west-1:1:t", "arn:aws:sns:evil.com/:1:t", "arn:x:sns:a:1:t"]
        {
            assert_eq!(host_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_that_very_host_over_https_will_do() {
        let host = "sns.eu-west-1.amazonaws.com";
        assert!(on_host("https://sns.eu-west-1.amazonaws.com/x.pem", host).is_some());
        for wrong in [
            "http://sns.eu-west-1.amazonaws.com/x.pem",
            "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
            "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
            "https://user@sns.eu-west-1.amazonaws.com/x.pem",
            "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com/x.pem",
            "https://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "",
        ] {
            assert!(on_host(wrong, host).is_none(), "{wrong}");
        }
    }
}
