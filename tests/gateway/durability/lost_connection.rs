//! PostgreSQL behind a proxy that cuts the connection at `COMMIT`.

use super::{create, create_some, stored, stored_after_closing};
use crate::support::TestApp;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const FORWARD: u8 = 0;
/// `COMMIT` does not reach the server.
const CUT_BEFORE: u8 = 1;
/// The server commits, and its answer does not reach the gateway.
const CUT_AFTER: u8 = 2;

struct Proxy {
    port: u16,
    /// What happens at the next `COMMIT`.
    next: Arc<AtomicU8>,
}

impl Proxy {
    async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let next = Arc::new(AtomicU8::new(FORWARD));
        let seen = Arc::clone(&next);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(forward(client, server, Arc::clone(&seen)));
            }
        });
        Self { port, next }
    }
}

/// Forwards one connection until either side closes it, or a `COMMIT` cuts it.
async fn forward(client: TcpStream, server: TcpStream, next: Arc<AtomicU8>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = tokio::spawn(async move {
        // An error is the end of the connection.
        drop(tokio::io::copy(&mut from_server, &mut to_client).await);
        from_server
    });
    // The first message has no type.
    let mut has_type = false;
    loop {
        let Ok(message) = message(&mut from_client, has_type).await else { break };
        has_type = true;
        if message.starts_with(b"Q") && message.get(5..).is_some_and(|text| text.starts_with(b"COMMIT")) {
            match next.swap(FORWARD, Ordering::SeqCst) {
                CUT_BEFORE => break,
                CUT_AFTER => {
                    answers.abort();
                    drop(answers.await);
                    to_server.write_all(&message).await.unwrap();
                    // The server commits before it reads the end of the connection.
                    to_server.shutdown().await.unwrap();
                    return;
                }
                _ => {}
            }
        }
        if to_server.write_all(&message).await.is_err() {
            break;
        }
    }
    answers.abort();
}

/// One message of the protocol: a type, except for the first, and a length that includes itself.
async fn message(from: &mut (impl AsyncReadExt + Unpin), has_type: bool) -> std::io::Result<Vec<u8>> {
    let mut message = if has_type { vec![from.read_u8().await?] } else { Vec::new() };
    let length = from.read_u32().await?;
    message.extend(length.to_be_bytes());
    let mut body = vec![0; length as usize - 4];
    from.read_exact(&mut body).await?;
    message.extend(body);
    Ok(message)
}

#[tokio::test]
async fn nothing_is_lost_after_the_connection_was_cut_at_the_commit() {
    let Ok(server) = std::env::var("FIELDGATE_TEST_POSTGRES_URL") else { return };
    let server = url::Url::parse(&server).unwrap();
    let host = format!("{}:{}", server.host_str().unwrap(), server.port().unwrap_or(5432));
    let proxy = Proxy::start(host).await;
    let app = TestApp::spawn().await;
    let app = app
        .reached_at(|url| {
            let mut url = url::Url::parse(url).unwrap();
            url.set_port(Some(proxy.port)).unwrap();
            url.set_host(Some("127.0.0.1")).unwrap();
            // The proxy reads the messages.
            url.query_pairs_mut().append_pair("sslmode", "disable");
            url.to_string()
        })
        .await;
    let admin = app.admin().await;
    let mut acknowledged = BTreeSet::new();
    for round in 0..3 {
        for (fault, name) in [(CUT_BEFORE, "cut-before"), (CUT_AFTER, "cut-after")] {
            let name = format!("{name}-{round}");
            create_some(&admin, &format!("before-{name}"), &mut acknowledged).await;
            proxy.next.store(fault, Ordering::SeqCst);
            assert_eq!(create(&admin, &name).await, Err("UNAVAILABLE".to_owned()), "{name}");
            assert_eq!(proxy.next.load(Ordering::SeqCst), FORWARD, "no COMMIT came by");
            create_some(&admin, &format!("after-{name}"), &mut acknowledged).await;
            let stored = stored(&app).await;
            assert!(acknowledged.is_subset(&stored), "{name}: {:?}", acknowledged.difference(&stored));
            assert!(!stored.contains(&format!("cut-before-{round}")), "it was never committed");
        }
    }
    let stored = stored_after_closing(&app).await;
    assert!(acknowledged.is_subset(&stored), "{:?}", acknowledged.difference(&stored));
}
