//! The built binary under `ulimit -n`, with slow clients.

use crate::cli::Serving;
use std::io::Write;
use std::net::TcpStream;

/// Opens connections that send the beginning of a head, as many as the gateway's machine takes.
fn slow_heads(serving: &Serving, count: usize) -> Vec<TcpStream> {
    let connect = |_| {
        let mut stream = TcpStream::connect(serving.address()).unwrap();
        // It may be closed by now.
        drop(stream.write_all(b"GET /health HTTP/1.1\r\nx-slow: "));
        stream
    };
    (0..count).map(connect).collect()
}

fn health(serving: &Serving) -> (u16, String) {
    serving.send("GET", "/health", "", "")
}

#[test]
fn slow_heads_do_not_keep_health_checks_out() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start_with(folder.path(), 200, &[]);
    let slow = slow_heads(&serving, 400);
    for _ in 0..10 {
        assert_eq!(health(&serving), (200, "ok\n".to_owned()));
    }
    drop(slow);
    let log = std::fs::read_to_string(folder.path().join("serve.log")).unwrap();
    assert_eq!(log.matches("connections are at their bound").count(), 1, "{log}");
    assert!(!log.contains("out of file descriptors"), "{log}");
}

#[test]
fn a_gateway_without_descriptors_says_so_once_rests_and_serves_again() {
    let folder = tempfile::tempdir().unwrap();
    // More connections than the process can have.
    let too_many = [("FIELDGATE_CONNECTIONS", "5000"), ("FIELDGATE_CONNECTIONS_PER_ADDRESS", "5000")];
    let serving = Serving::start_with(folder.path(), 120, &too_many);
    let slow = slow_heads(&serving, 400);
    let before = serving.processor_ticks();
    assert_eq!(health(&serving), (200, "ok\n".to_owned()), "slow ones make room");
    let spent = serving.processor_ticks() - before;
    assert!(spent < 60, "waiting for descriptors took {spent} hundredths of a second of a core");
    drop(slow);
    assert_eq!(health(&serving), (200, "ok\n".to_owned()));
    let log = std::fs::read_to_string(folder.path().join("serve.log")).unwrap();
    assert_eq!(log.matches("out of file descriptors").count(), 1, "{log}");
    assert!(log.contains("`connections` is 5000"), "{log}");
}
