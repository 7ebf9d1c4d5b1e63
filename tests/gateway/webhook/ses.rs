use super::{count, post_with, sent};
use crate::mail::status;
use crate::support::{Answer, SNS_TOPIC, TestApp};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use std::sync::LazyLock;

const HOST: &str = "https://sns.eu-west-1.amazonaws.com";
const CERTIFICATE: &str =
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";

/// A key with its certificate, as SNS has one.
struct Signer {
    key: RsaKeyPair,
    certificate: String,
}

impl Signer {
    fn make() -> Self {
        let pair =
            rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
        let parameters = rcgen::CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).unwrap();
        let certificate = parameters.self_signed(&pair).unwrap().pem();
        let key = RsaKeyPair::from_pkcs8(&pair.serialize_der()).unwrap();
        assert_eq!(key.public_modulus_len(), KeySize::Rsa2048.len());
        Self { key, certificate }
    }

    fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
        STANDARD.encode(signature)
    }
}

static SNS: LazyLock<Signer> = LazyLock::new(Signer::make);
static FORGER: LazyLock<Signer> = LazyLock::new(Signer::make);

/// The text that SNS signs, written from its documentation.
fn text_to_sign(message: &Json) -> String {
    let fields: &[&str] = if message["Type"] == "Notification" {
        &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    } else {
        &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    };
    let present = fields.iter().filter(|name| message[**name].is_string());
    present.map(|name| format!("{name}\n{}\n", message[*name].as_str().unwrap())).collect()
}

fn signed(signer: &Signer, mut message: Json) -> Json {
    message["Signature"] = signer.sign(&text_to_sign(&message)).into();
    message
}

/// A notification of this age, not yet signed.
fn notification(app: &TestApp, event: &Json, age: TimeDelta) -> Json {
    let at = (app.services.clock.now() - age).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    json!({
        "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": SNS_TOPIC,
        "Subject": "Amazon SES Email Event Notification", "Message": event.to_string(), "Timestamp": at,
        "SignatureVersion": "2", "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": format!("{HOST}/?Action=Unsubscribe"),
    })
}

fn bounce(feedback: &str, mail: &str, kind: &str) -> Json {
    json!({
        "eventType": "Bounce",
        "bounce": {
            "bounceType": kind, "bounceSubType": "General", "feedbackId": feedback,
            "timestamp": "2026-09-21T14:00:00.000Z",
            "bouncedRecipients": [
                { "emailAddress": "ana@example.org", "action": "failed", "status": "5.1.1",
                  "diagnosticCode": "smtp; 550 5.1.1 user unknown" },
            ],
        },
        "mail": {
            "messageId": "0102-ses", "source": "fieldgate@acme.example", "destination": ["ana@example.org"],
            "tags": { "fieldgate-mail-id": [mail], "ses:source-ip": ["192.0.2.1"] },
        },
    })
}

async fn send(app: &TestApp, message: &Json) -> Answer {
    post_with(app, "ses", None, &message.to_string()).await
}

async fn app() -> TestApp {
    let app = TestApp::spawn().await;
    app.pages.put(CERTIFICATE, SNS.certificate.clone());
    app
}

#[tokio::test]
async fn signed_events_are_taken_and_counted_once() {
    let app = app().await;
    for round in 1..=3 {
        let mail = sent(&app, "ana@example.org").await;
        let event = bounce(&format!("f{round}"), &mail, "Permanent");
        let message = signed(&SNS, notification(&app, &event, TimeDelta::zero()));
        for _ in 0..2 {
            let answer = send(&app, &message).await;
            assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
        }
        assert_eq!(status(&app, &mail).await, "undeliverable");
        assert_eq!(count(&app, "ana@example.org").await, (round, round == 3));
    }
    assert_eq!(app.pages.asked(), [CERTIFICATE], "the certificate is read once");
}

/// Version 1 is signed over SHA-1, which our own library verifies and does not sign: this message was signed with
/// OpenSSL, at the time at which the tests' clock begins, by a key that is no more.
#[tokio::test]
async fn version_1_is_taken_too() {
    let app = TestApp::spawn().await;
    app.pages.put(CERTIFICATE, include_str!("sns_version_1.pem"));
    let mail = sent(&app, "ana@example.org").await;
    let message: Json = serde_json::from_str(include_str!("sns_version_1.json")).unwrap();
    let mut changed = message.clone();
    changed["Timestamp"] = "2026-09-21T14:13:06.000Z".into();
    assert_eq!(send(&app, &changed).await.status, 403);
    let mut upgraded = message.clone();
    upgraded["SignatureVersion"] = "2".into();
    assert_eq!(send(&app, &upgraded).await.status, 403);
    assert_eq!(status(&app, &mail).await, "sent");
    assert_eq!(send(&app, &message).await.status, 204);
    assert_eq!(status(&app, &mail).await, "undeliverable");
}

#[tokio::test]
async fn complaints_deliveries_and_transient_bounces_mean_what_they_mean() {
    let app = app().await;
    let mail = sent(&app, "ana@example.org").await;
    let about = json!({ "messageId": "m", "headers": [{ "name": "X-Fieldgate-Mail-Id", "value": mail }] });
    let recipients = json!([{ "emailAddress": "ana@example.org" }]);
    let delivery = json!({
        "notificationType": "Delivery", "mail": about,
        "delivery": { "timestamp": "2026-09-21T14:00:00.000Z", "recipients": ["ana@example.org"] },
    });
    let complaint = json!({
        "notificationType": "Complaint", "mail": about,
        "complaint": { "feedbackId": "c1", "complaintFeedbackType": "abuse", "complainedRecipients": recipients },
    });
    send(&app, &signed(&SNS, notification(&app, &delivery, TimeDelta::zero()))).await;
    assert_eq!(status(&app, &mail).await, "delivered");
    send(&app, &signed(&SNS, notification(&app, &bounce("t1", &mail, "Transient"), TimeDelta::zero()))).await;
    assert_eq!(count(&app, "ana@example.org").await, (1, false));
    send(&app, &signed(&SNS, notification(&app, &complaint, TimeDelta::zero()))).await;
    assert_eq!(count(&app, "ana@example.org").await, (1, true));
}

#[tokio::test]
async fn one_suppressed_bounce_blocks_and_one_notification_is_one_event() {
    for sub_type in ["Suppressed", "OnAccountSuppressionList"] {
        let app = app().await;
        let mail = sent(&app, "ana@example.org").await;
        let mut event = bounce("s1", &mail, "Permanent");
        event["bounce"]["bounceSubType"] = sub_type.into();
        let send_it = async |event: &Json| {
            send(&app, &signed(&SNS, notification(&app, event, TimeDelta::zero()))).await;
        };
        send_it(&event).await;
        assert_eq!(count(&app, "ana@example.org").await, (1, true), "{sub_type}");
    }
    let app = app().await;
    let mail = sent(&app, "ana@example.org").await;
    let mut event = bounce("m1", &mail, "Permanent");
    event["bounce"]["bouncedRecipients"] = json!([
        { "emailAddress": "ana@example.org" }, { "emailAddress": "Ana <ANA@example.org>" },
        { "emailAddress": "ana+1@example.org" },
    ]);
    send(&app, &signed(&SNS, notification(&app, &event, TimeDelta::zero()))).await;
    assert_eq!(count(&app, "ana@example.org").await, (1, false));
}

#[tokio::test]
async fn whatever_is_not_sns_about_our_topic_is_refused_with_one_answer() {
    let app = app().await;
    let mail = sent(&app, "ana@example.org").await;
    let event = bounce("f1", &mail, "Permanent");
    let good = notification(&app, &event, TimeDelta::zero());
    let with = |name: &str, value: &str| {
        let mut message = good.clone();
        message[name] = value.into();
        signed(&SNS, message)
    };
    let elsewhere = "https://evil.example/SimpleNotificationService-0123456789abcdef.pem";
    app.pages.put(elsewhere, SNS.certificate.clone());
    let other_region = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
    app.pages.put(other_region, SNS.certificate.clone());
    let mut changed = signed(&SNS, good.clone());
    changed["Message"] = bounce("f2", &mail, "Permanent").to_string().into();
    let mut unsigned = signed(&SNS, good.clone());
    unsigned["Signature"] = "".into();
    let mut wrong_version = signed(&SNS, good.clone());
    wrong_version["SignatureVersion"] = "1".into();
    let cases = [
        ("signed by another", signed(&FORGER, good.clone())),
        ("changed after it was signed", changed),
        ("without a signature", unsigned),
        ("signed for another version", wrong_version),
        ("of an unknown version", with("SignatureVersion", "3")),
        ("of another topic", with("TopicArn", "arn:aws:sns:eu-west-1:123456789012:other")),
        ("of somebody else's topic", with("TopicArn", "arn:aws:sns:eu-west-1:999999999999:bounces")),
        ("of an unknown type", with("Type", "Something")),
        ("with a certificate elsewhere", with("SigningCertURL", elsewhere)),
        ("with a certificate of another region", with("SigningCertURL", other_region)),
        ("with a certificate over http", with("SigningCertURL", &CERTIFICATE.replace("https", "http"))),
        (
            "with a certificate in the user part",
            with("SigningCertURL", &CERTIFICATE.replace(".com/", ".com@evil.example/")),
        ),
        (
            "with a certificate of the cloud's insides",
            with("SigningCertURL", "https://169.254.169.254/latest/meta-data/"),
        ),
        (
            "with a page that is no certificate",
            with("SigningCertURL", &format!("{HOST}/?Action=ConfirmSubscription")),
        ),
        ("an hour old", signed(&SNS, notification(&app, &event, TimeDelta::minutes(61)))),
        ("of tomorrow", signed(&SNS, notification(&app, &event, -TimeDelta::minutes(10)))),
        ("empty", json!({})),
        ("no object", json!("hello")),
    ];
    for (what, message) in cases {
        let answer = send(&app, &message).await;
        let expected = r#"{"code":"FORBIDDEN""#;
        assert_eq!(answer.status, 403, "{what}: {}", answer.text);
        assert!(answer.text.contains("not accepted"), "{what}: {} / {expected}", answer.text);
    }
    assert_eq!(post_with(&app, "ses", None, &"x".repeat(300 * 1024)).await.status, 413);
    assert_eq!(status(&app, &mail).await, "sent");
    assert!(app.pages.asked().iter().all(|url| url == CERTIFICATE), "nothing else was ever read");
    let answer = send(&app, &signed(&SNS, good.clone())).await;
    assert_eq!(
        (answer.status.as_u16(), status(&app, &mail).await.as_str()),
        (204, "undeliverable"),
        "the control"
    );
}

#[tokio::test]
async fn a_subscription_to_our_topic_is_confirmed_and_no_other() {
    let app = app().await;
    let confirm = format!("{HOST}/?Action=ConfirmSubscription&TopicArn={SNS_TOPIC}&Token=t0ken");
    app.pages.put(&confirm, "<ConfirmSubscriptionResponse/>");
    let request = |url: &str, topic: &str| {
        json!({
            "Type": "SubscriptionConfirmation", "MessageId": "m", "Token": "t0ken", "TopicArn": topic,
            "Message": "You have chosen to subscribe to the topic.", "SubscribeURL": url,
            "Timestamp": app.services.clock.now().to_rfc3339(), "SignatureVersion": "2", "SigningCertURL": CERTIFICATE,
        })
    };
    let answer = send(&app, &signed(&SNS, request(&confirm, SNS_TOPIC))).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    assert_eq!(app.pages.asked(), [CERTIFICATE, &confirm]);

    let other =
        send(&app, &signed(&SNS, request(&confirm, "arn:aws:sns:eu-west-1:123456789012:other"))).await;
    assert_eq!(other.status, 403);
    let forged = send(&app, &signed(&FORGER, request(&confirm, SNS_TOPIC))).await;
    assert_eq!(forged.status, 403);
    for elsewhere in [
        "https://evil.example/?Action=ConfirmSubscription",
        "https://169.254.169.254/",
        &format!("{HOST}/?Action=DeleteTopic"),
    ] {
        assert_eq!(send(&app, &signed(&SNS, request(elsewhere, SNS_TOPIC))).await.status, 400, "{elsewhere}");
    }
    assert!(app.pages.asked().is_empty(), "nothing was visited");
}

#[tokio::test]
async fn while_sns_is_away_a_message_is_put_off_and_certificates_are_not_asked_for_without_end() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    let message = signed(&SNS, notification(&app, &bounce("f1", &mail, "Permanent"), TimeDelta::zero()));
    for _ in 0..30 {
        assert_eq!(send(&app, &message).await.status, 503);
    }
    assert_eq!(app.pages.asked().len(), 10);
    app.pages.put(CERTIFICATE, SNS.certificate.clone());
    app.pass(TimeDelta::minutes(1));
    assert_eq!(send(&app, &message).await.status, 204);
    assert_eq!(status(&app, &mail).await, "undeliverable");
}
