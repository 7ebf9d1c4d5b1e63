//! Requests that end at each place where they wait: a client that closes its connection, a deadline, a shutdown.

use super::{create, create_some, stored, stored_after_closing};
use crate::support::{Actor, TestApp};
use std::collections::BTreeSet;
use std::pin::pin;
use std::task::Poll;

/// Runs a request until it has waited this often, then drops it. Returns whether it was answered before.
async fn create_until(actor: &Actor<'_>, name: &str, mut waits: usize) -> bool {
    let mut request = pin!(create(actor, name));
    std::future::poll_fn(|context| match request.as_mut().poll(context) {
        Poll::Ready(answer) => {
            assert_eq!(answer, Ok(()));
            Poll::Ready(true)
        }
        Poll::Pending if waits == 0 => Poll::Ready(false),
        Poll::Pending => {
            waits -= 1;
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn nothing_is_lost_after_a_request_was_cancelled_anywhere() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let mut acknowledged = BTreeSet::new();
    let mut waits = 0;
    let mut answered_in_a_row = 0;
    // How often a request waits depends on the machine a little, so the end is reached when several were answered.
    while answered_in_a_row < 3 {
        let name = format!("cancelled-{waits}");
        if create_until(&admin, &name, waits).await {
            acknowledged.insert(name);
            answered_in_a_row += 1;
        } else {
            answered_in_a_row = 0;
        }
        create_some(&admin, &format!("after-{waits}"), &mut acknowledged).await;
        let stored = stored(&app).await;
        assert!(acknowledged.is_subset(&stored), "{waits} waits: {:?}", acknowledged.difference(&stored));
        waits += 1;
    }
    assert!(waits > 10, "a request waits for the policy and for several statements, not {waits} times");
    let stored = stored_after_closing(&app).await;
    assert!(acknowledged.is_subset(&stored), "{:?}", acknowledged.difference(&stored));
}
