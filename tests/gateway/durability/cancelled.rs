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
    let (mut acknowledged, mut cancelled) = (BTreeSet::new(), 0);
    // Where a request waits depends on the machine a little, so each place is visited several times.
    for round in 0..5 {
        for waits in 0.. {
            let name = format!("cancelled-{round}-{waits}");
            let is_answered = create_until(&admin, &name, waits).await;
            if is_answered {
                acknowledged.insert(name);
            } else {
                cancelled += 1;
            }
            create_some(&admin, &format!("after-{round}-{waits}"), &mut acknowledged).await;
            let stored = stored(&app).await;
            let missing: Vec<_> = acknowledged.difference(&stored).collect();
            assert!(missing.is_empty(), "after {waits} waits: {missing:?}");
            if is_answered {
                break;
            }
        }
    }
    assert!(
        cancelled >= 10,
        "a request waits for the policy, `BEGIN`, two statements and `COMMIT`: {cancelled}"
    );
    let stored = stored_after_closing(&app).await;
    assert!(acknowledged.is_subset(&stored), "{:?}", acknowledged.difference(&stored));
}
