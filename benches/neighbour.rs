//! What a project space notices of its neighbour's policy: how long a decision by `standard` takes from when it is asked,
//! while another space's policy does its worst on the same two threads.
//!
//! `cargo bench --bench neighbour` prints a table. "spawned" is a task of its own, as a request is: it shows waiting for a
//! thread too. The last column is what the neighbour got answered, or not, in that time.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a benchmark that goes wrong should end there, and does not use every guest"
)]

#[path = "../tests/gateway/policy/guest.rs"]
mod guest;

use chrono::DateTime;
use fieldgate::authz::{Attributes, PolicyEngine, PolicyWorkshop, Request};
use fieldgate::domain::permission::Grants;
use fieldgate::domain::{DecisionId, Identity, ProjectSpaceId, SignIn, Standing, WebUserId};
use fieldgate::policy::{ModuleSource, PolicyConfig, PolicyHost};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

const PROBES: usize = 3_000;
/// Requests of the neighbour under way at a time.
const CROWD: usize = 64;

fn standing(space: u128) -> Standing {
    Standing {
        project_space: ProjectSpaceId(Uuid::from_u128(space)),
        project_space_name: "acme".to_owned(),
        is_admin: true,
        role: None,
        grants: Grants::none(),
        locations: Vec::new(),
        groups: Vec::new(),
        last_access_at: None,
    }
}

async fn ask(host: &PolicyHost, standing: &Standing) -> bool {
    let request = Request {
        identity: Identity::WebUser(WebUserId(Uuid::from_u128(1))),
        signed_in_by: SignIn::Password,
        standing,
        action: "project_space.read",
        resource_kind: "project_space",
        resource_id: None,
        attributes: Attributes::new(),
        proposed: Attributes::new(),
        now: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        decision: DecisionId(Uuid::from_u128(4)),
    };
    host.decide(&request).await.is_ok()
}

/// A guest that counts so far before it permits.
fn thinker(turns: u64) -> Vec<u8> {
    guest::component(&format!(
        r#"(func (export "decide") (param i32) (result i32)
             (local $left i64)
             (local.set $left (i64.const {turns}))
             (loop $more
               (local.set $left (i64.sub (local.get $left) (i64.const 1)))
               (br_if $more (i64.gt_s (local.get $left) (i64.const 0))))
             (i32.const 100))"#
    ))
}

/// A guest that takes the compiler seconds, like no other with another number.
fn bulky(number: usize) -> Vec<u8> {
    let turn =
        "(local.set 0 (i32.rotl (i32.mul (local.get 0) (i32.const 16777619)) (i32.const 5)))".repeat(12);
    let function = format!("(func (param i32) (result i32) {turn} (local.get 0))");
    guest::component(&format!(r#"(data (i32.const 5000) "{number}") {}"#, function.repeat(4_000)))
}

/// What the neighbour does meanwhile.
enum Neighbour {
    Absent,
    /// Asks a policy of its own.
    Asks(Vec<u8>),
    /// Uploads one module after the other.
    Uploads,
}

/// Uploads until it is told to stop, several at a time.
async fn upload(
    host: Arc<PolicyHost>,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    silent: Arc<AtomicU64>,
) {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    while !stop.load(Ordering::Relaxed) {
        let component = bulky(NUMBER.fetch_add(1, Ordering::Relaxed));
        let digest = hex::encode(Sha256::digest(&component));
        let space = ProjectSpaceId(Uuid::from_u128(2));
        let uploaded = PolicyWorkshop::inspect(&*host, space, component, digest, None).await;
        let count = if uploaded.is_ok() { &answered } else { &silent };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

fn named(name: &str) -> Vec<u8> {
    guest::component(&std::fs::read_to_string(guest::hostile().join(format!("{name}.wat"))).unwrap())
}

async fn measured(name: &str, neighbour: Neighbour) {
    let host = Arc::new(PolicyHost::new(PolicyConfig::default()).unwrap());
    let (stop, answered, silent) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut crowd = Vec::new();
    match neighbour {
        Neighbour::Absent => {}
        Neighbour::Asks(component) => {
            let source = ModuleSource { component, settings: String::new() };
            host.install(ProjectSpaceId(Uuid::from_u128(2)), vec![source]).await.unwrap();
            for _ in 0..CROWD {
                let (host, stop) = (Arc::clone(&host), Arc::clone(&stop));
                let (answered, silent) = (Arc::clone(&answered), Arc::clone(&silent));
                crowd.push(tokio::spawn(async move {
                    let standing = standing(2);
                    while !stop.load(Ordering::Relaxed) {
                        let count = if ask(&host, &standing).await { &answered } else { &silent };
                        count.fetch_add(1, Ordering::Relaxed);
                        // As a client does that was answered: it comes again.
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                }));
            }
        }
        Neighbour::Uploads => {
            for _ in 0..8 {
                let (answered, silent) = (Arc::clone(&answered), Arc::clone(&silent));
                crowd.push(tokio::spawn(upload(Arc::clone(&host), Arc::clone(&stop), answered, silent)));
            }
        }
    }
    let mut times = Vec::with_capacity(PROBES);
    for _ in 0..PROBES {
        let host = Arc::clone(&host);
        let start = Instant::now();
        let probe = tokio::spawn(async move { ask(&host, &standing(1)).await });
        assert!(probe.await.unwrap(), "standard answers as ever");
        times.push(start.elapsed());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stop.store(true, Ordering::Relaxed);
    for task in crowd {
        task.await.unwrap();
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 1000).min(times.len() - 1)].as_secs_f64() * 1e6;
    println!(
        "{name:<44}{:>10.0}{:>10.0}{:>10.0}   {} answered, {} not",
        at(500),
        at(990),
        at(1000),
        answered.load(Ordering::Relaxed),
        silent.load(Ordering::Relaxed),
    );
}

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    println!(
        "{:<44}{:>10}{:>10}{:>10}   the neighbour",
        "spawned decision by standard, µs", "p50", "p99", "max"
    );
    runtime.block_on(async {
        // The probe is a task as well, so that both threads are the runtime's.
        for (name, neighbour) in [
            ("no neighbour", Neighbour::Absent),
            ("a neighbour whose policy permits", Neighbour::Asks(guest::component(""))),
            ("… thinks for about 0.5 ms", Neighbour::Asks(thinker(1_000_000))),
            ("… thinks for about 10 ms", Neighbour::Asks(thinker(20_000_000))),
            ("… never ends", Neighbour::Asks(named("endless"))),
            ("… traps", Neighbour::Asks(named("trap"))),
            ("… takes all the memory", Neighbour::Asks(named("hungry"))),
            ("a neighbour that uploads large modules", Neighbour::Uploads),
        ] {
            tokio::spawn(measured(name, neighbour)).await.unwrap();
        }
    });
}
