//! Connections that are slow, idle or many, on real sockets.

use crate::support::{Client, TestApp};
use fieldgate::http::ConnectionLimits;
use std::net::Ipv4Addr;
use std::time::Duration;

const ONE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const OTHER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(3600);

fn limits(total: usize, per_network: usize) -> ConnectionLimits {
    ConnectionLimits { total, per_network, head_timeout: LONG, idle_timeout: LONG }
}

#[tokio::test]
async fn a_head_has_a_deadline_however_slowly_it_comes() {
    let app = TestApp::empty().await;
    let gateway = app.listen(ConnectionLimits { head_timeout: SHORT, ..limits(100, 100) }).await;
    for begun in ["", "G", "GET /health HTTP/1.1\r\nx: y", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut client = Client::connect(gateway, ONE).await.unwrap();
        client.write(begun).await.unwrap();
        let silently = client.is_closed_silently().await;
        // HTTP/2 greets at once.
        assert!(silently || begun.starts_with("PRI"), "{begun}");
    }
    // Bytes do not renew it.
    let mut client = Client::connect(gateway, ONE).await.unwrap();
    client.write("GET /health HTTP/1.1\r\n").await.unwrap();
    while tokio::time::timeout(SHORT / 10, client.is_closed_silently()).await.is_err() {
        drop(client.write("x").await);
    }
    // The head of a second request has one too.
    let mut client = Client::connect(gateway, ONE).await.unwrap();
    assert_eq!(client.get("/health").await.unwrap().0, 200);
    client.write("GET").await.unwrap();
    assert!(client.is_closed_silently().await);
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_its_time_and_not_before() {
    let app = TestApp::empty().await;
    let timing = ConnectionLimits { head_timeout: SHORT, idle_timeout: SHORT * 5, ..limits(100, 100) };
    let gateway = app.listen(timing).await;
    let mut client = Client::connect(gateway, ONE).await.unwrap();
    assert_eq!(client.get("/health").await.unwrap().0, 200);
    let since = std::time::Instant::now();
    assert!(client.is_closed_silently().await);
    assert!(since.elapsed() > SHORT * 2, "the deadline of heads is none of idle connections");
}

#[tokio::test]
async fn slow_connections_make_room_for_those_that_send_their_request() {
    let app = TestApp::empty().await;
    let gateway = app.listen(limits(40, 30)).await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut client = Client::connect(gateway, ONE).await.unwrap();
        // It may be closed by now.
        drop(client.write("GET /health HTTP/1.1\r\nx: ").await);
        slow.push(client);
    }
    for from in [OTHER, ONE, OTHER, ONE] {
        let mut client = Client::connect(gateway, from).await.unwrap();
        assert_eq!(client.get("/health").await.unwrap(), (200, "ok\n".to_owned()), "{from}");
    }
    assert!(slow[0].is_closed_silently().await, "the oldest made room");
    let last = slow.last_mut().unwrap();
    last.write("y\r\nhost: gate\r\n\r\n").await.unwrap();
    assert_eq!(last.answer().await.unwrap().0, 200, "the newest is still served");
}

#[tokio::test]
async fn where_every_place_has_a_request_health_checks_are_answered_and_others_are_told_to_come_again() {
    let app = TestApp::spawn().await;
    let gateway = app.listen(limits(3, 3)).await;
    let mut busy = Vec::new();
    for _ in 0..3 {
        let mut client = Client::connect(gateway, ONE).await.unwrap();
        // The gateway asks for the body once it executes the request.
        let head =
            "POST /graphql HTTP/1.1\r\nhost: gate\r\ncontent-type: application/json\r\ncontent-length: 2\r\n";
        client.write(&format!("{head}expect: 100-continue\r\n\r\n")).await.unwrap();
        assert_eq!(client.answer().await.unwrap().0, 100);
        busy.push(client);
    }
    let mut client = Client::connect(gateway, OTHER).await.unwrap();
    assert_eq!(client.get("/health").await.unwrap(), (200, "ok\n".to_owned()));
    assert_eq!(client.get("/ready").await.unwrap().0, 200);
    client.write("GET /openapi.json HTTP/1.1\r\nhost: gate\r\n\r\n").await.unwrap();
    let (status, head, body) = client.answer().await.unwrap();
    assert_eq!(status, 503, "{body}");
    assert!(head.contains("retry-after: 5\r\n") && head.contains("connection: close\r\n"), "{head}");
    assert!(body.contains("\"code\":\"UNAVAILABLE\""), "{body}");
    for client in &mut busy {
        client.write("{}").await.unwrap();
        assert_eq!(client.answer().await.unwrap().0, 400);
    }
    let mut client = Client::connect(gateway, OTHER).await.unwrap();
    assert_eq!(client.get("/openapi.json").await.unwrap().0, 200);
}
