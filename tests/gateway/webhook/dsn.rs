use super::{count, post, post_with, sent};
use crate::mail::status;
use crate::support::TestApp;

/// What a mail server writes when it cannot deliver our mail.
pub fn report(mail: &str, action: &str, code: &str) -> String {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\n\
         To: fieldgate@acme.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"9B095B5ADSN\"\r\n\r\n\
         This is a MIME-encapsulated message.\r\n\r\n\
         --9B095B5ADSN\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         I'm sorry to have to inform you that your message could not be delivered.\r\n\r\n\
         --9B095B5ADSN\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.org\r\nX-Postfix-Queue-ID: 9B095B5ADSN\r\n\
         Arrival-Date: Sun, 22 Nov 2026 17:00:00 +0000 (UTC)\r\n\r\n\
         Final-Recipient: rfc822; ana@example.org\r\nOriginal-Recipient: rfc822;ana@example.org\r\n\
         Action: {action}\r\nStatus: {code}\r\nRemote-MTA: dns; mx.example.org\r\n\
         Diagnostic-Code: smtp; 550 {code} <ana@example.org>: Recipient address\r\n    rejected\r\n\r\n\
         --9B095B5ADSN\r\nContent-Description: Undelivered Message\r\nContent-Type: message/rfc822\r\n\r\n\
         From: Acme Health <fieldgate@acme.example>\r\nTo: ana@example.org\r\nSubject: invitation\r\n\
         Message-ID: <{mail}@fieldgate>\r\nX-Fieldgate-Mail-Id: {mail}\r\n\r\nHello.\r\n\r\n\
         --9B095B5ADSN--\r\n"
    )
}

#[tokio::test]
async fn a_delivery_report_makes_the_mail_undeliverable_and_counts_once() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    for _ in 0..3 {
        let answer = post(&app, "dsn", &report(&mail, "failed", "5.1.1")).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    }
    assert_eq!(status(&app, &mail).await, "undeliverable");
    assert_eq!(count(&app, "ana@example.org").await, (1, false));
    let why = app.rows("SELECT last_error FROM mail WHERE status = 'undeliverable'").await.unwrap();
    assert_eq!(why, [["550 5.1.1 <ana@example.org>: Recipient address rejected"]]);
}

#[tokio::test]
async fn one_report_is_one_event_however_many_recipients_it_lists_and_however_it_names_them() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    let one = report(&mail, "failed", "5.1.1");
    let group = |recipient: &str| {
        format!(
            "\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--9B095B5ADSN\r\nContent-Description: Undelivered"
        )
    };
    let end = "\r\n--9B095B5ADSN\r\nContent-Description: Undelivered";
    let several = ["ana@example.org", "ANA@example.org", "ana+1@example.org", "victim@example.org"];
    let listed =
        several.iter().fold(one.clone(), |report, recipient| report.replacen(end, &group(recipient), 1));
    assert_eq!(listed.matches("Action: failed").count(), 5);
    for report in [&listed, &one, &one.replace("rfc822; ana@", "rfc822; Ana@"), &listed] {
        assert_eq!(post(&app, "dsn", report).await.status, 204);
    }
    assert_eq!(count(&app, "ana@example.org").await, (1, false));
    assert_eq!(count(&app, "victim@example.org").await, (0, false));
}

#[tokio::test]
async fn a_delay_is_no_bounce_and_a_relay_is_a_delivery() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    assert_eq!(post(&app, "dsn", &report(&mail, "delayed", "4.4.1")).await.status, 204);
    assert_eq!(status(&app, &mail).await, "sent");
    assert_eq!(post(&app, "dsn", &report(&mail, "relayed", "2.0.0")).await.status, 204);
    assert_eq!(status(&app, &mail).await, "delivered");
}

#[tokio::test]
async fn three_mails_that_come_back_block_the_address_whatever_the_reports_call_it() {
    let app = TestApp::spawn().await;
    for _ in 0..3 {
        let mail = sent(&app, "ana@example.org").await;
        // A server that forwards names another address, which is nobody's we wrote to.
        let report =
            report(&mail, "failed", "5.1.1").replace("rfc822; ana@example.org", "rfc822; victim@example.org");
        assert_eq!(post(&app, "dsn", &report).await.status, 204);
    }
    assert_eq!(count(&app, "ana@example.org").await, (3, true));
    assert_eq!(count(&app, "victim@example.org").await, (0, false));
}

#[tokio::test]
async fn a_report_that_gives_back_no_mail_of_ours_blocks_nobody() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    for forged in ["0".repeat(32), "nothing".to_owned()] {
        assert_eq!(post(&app, "dsn", &report(&forged, "failed", "5.1.1")).await.status, 204);
    }
    assert_eq!(status(&app, &mail).await, "sent");
    assert_eq!(count(&app, "ana@example.org").await, (0, false));
}

#[tokio::test]
async fn without_the_secret_or_too_long_or_no_report_it_is_refused() {
    let app = TestApp::spawn().await;
    let mail = sent(&app, "ana@example.org").await;
    let good = report(&mail, "failed", "5.1.1");
    for secret in [None, Some("wrong")] {
        assert_eq!(post_with(&app, "dsn", secret, &good).await.status, 403);
    }
    assert_eq!(post(&app, "dsn", "Subject: Out of office\r\n\r\nBack on Monday.\r\n").await.status, 400);
    assert_eq!(post(&app, "dsn", &format!("{good}{}", "x".repeat(300 * 1024))).await.status, 413);
    assert_eq!(status(&app, &mail).await, "sent");
}
