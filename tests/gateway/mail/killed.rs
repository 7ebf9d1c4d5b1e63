//! The outbox against the worst: the gateway is killed, again and again, while it sends.

use crate::cli::{Serving, space_and_key};
use crate::support::SmtpServer;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

const INVITATIONS: usize = 200;
const KILLS: usize = 12;

/// A killed gateway has claimed the mails that were in its hands for another minute. This is that minute.
async fn a_minute_passes(folder: &Path) {
    let url = format!("sqlite://{}", folder.join("data/fieldgate.db").display());
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let past = "UPDATE mail SET claimed_until = '2000-01-01T00:00:00+00:00' WHERE claimed_until IS NOT NULL";
    connection.execute_unprepared(past).await.unwrap();
    connection.close().await.unwrap();
}

fn message_id(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:"));
    line.unwrap_or_else(|| panic!("no Message-ID in {text}")).to_owned()
}

/// Invites one address after the other. What was not acknowledged is sent again under the same key.
fn invite(gateway: &Serving, authorization: &str, next: &mut usize, until: Instant) {
    while *next < INVITATIONS && Instant::now() < until {
        let number = *next;
        let body = format!(r#"{{"email":"person{number}@example.org","role":"Field Implementer"}}"#);
        let key = format!("{authorization}\r\nidempotency-key: invite-{number}");
        let (status, body) = gateway.send("POST", "/a/acme/api/invitation/v1/", &key, &body);
        assert_eq!(status, 201, "{body}");
        *next += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_invitation_arrives_and_none_under_two_message_ids_however_often_the_gateway_is_killed() {
    let server = SmtpServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config =
        format!("smtp_url = \"smtp://{}?tls=none\"\nmail_from = \"gate@acme.example\"\n", server.address);
    std::fs::write(folder.path().join("fieldgate.toml"), config).unwrap();
    let authorization = space_and_key(folder.path());

    let (mut next, mut taken) = (0, Vec::new());
    for kill in 0..KILLS {
        let gateway = Serving::start(folder.path());
        // Times that differ, so that it is killed at different places; the same ones in each run.
        let life = Duration::from_millis(150 + (kill as u64 * 7919) % 400);
        tokio::task::block_in_place(|| invite(&gateway, &authorization, &mut next, Instant::now() + life));
        assert_eq!(gateway.signal("KILL"), None);
        taken.extend(server.take());
        a_minute_passes(folder.path()).await;
    }
    let gateway = Serving::start(folder.path());
    let far = Instant::now() + Duration::from_secs(120);
    tokio::task::block_in_place(|| invite(&gateway, &authorization, &mut next, far));
    assert_eq!(next, INVITATIONS);

    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    while ids.len() < INVITATIONS {
        assert!(Instant::now() < far, "only {} of {INVITATIONS} arrived", ids.len());
        taken.extend(server.take());
        for mail in taken.drain(..) {
            ids.entry(mail.to.join(",")).or_default().insert(message_id(&mail.message));
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(gateway.signal("TERM"), Some(0));
    for (recipient, ids) in &ids {
        assert_eq!(ids.len(), 1, "{recipient} got {ids:?}");
    }
}
