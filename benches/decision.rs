//! What a decision costs: by the standard policy in its sandbox, and by the same rule as a plain Rust function.
//!
//! `cargo bench --bench decision` prints criterion's figures, and before them a table of medians and 99th percentiles
//! with the ratio to native Rust.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that goes wrong should end there"
)]

use chrono::DateTime;
use criterion::{Criterion, Throughput, criterion_group};
use fieldgate::authz::{
    AskedResource, Attributes, ManyRequest, PolicyEngine, Request, ScopeRequest, StackModule, Value,
};
use fieldgate::domain::permission::{CATALOGUE, Grants};
use fieldgate::domain::{
    DecisionId, Identity, LocationId, PolicyRevisionId, ProjectSpaceId, RoleId, SignIn, Standing, WebUserId,
};
use fieldgate::policy::{PolicyConfig, PolicyHost};
use fieldgate_policy::{self as native, Policy};
use sha2::{Digest, Sha256};
use standard::Standard;
use std::hint::black_box;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// As the gateway's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ACTION: &str = "mobile_worker.update";
const READ: &str = "mobile_worker.read";
const KIND: &str = "mobile_worker";
const BATCH: usize = 100;
const COMPONENT: &[u8] = include_bytes!("../policies/standard/standard.wasm");

/// Thirty permissions without the right to all locations: the longest way through the rule.
fn permissions() -> Vec<&'static str> {
    let others = CATALOGUE.iter().map(|entry| entry.name);
    let mut names: Vec<_> = others
        .filter(|name| !["access_all_locations", "edit_commcare_users", "view_commcare_users"].contains(name))
        .take(28)
        .chain(["edit_commcare_users", "view_commcare_users"])
        .collect();
    names.sort_unstable();
    names
}

fn standing() -> Standing {
    Standing {
        project_space: ProjectSpaceId(Uuid::from_u128(1)),
        project_space_name: "acme-health".to_owned(),
        is_admin: false,
        role: Some(RoleId(uuid(2))),
        grants: Grants::of(&permissions()),
        locations: (10..15).map(|id| LocationId(uuid(id))).collect(),
        groups: Vec::new(),
        last_access_at: None,
    }
}

fn hex(id: u128) -> String {
    uuid(id).as_simple().to_string()
}

/// An id as time-ordered ids are: alike at the start, different at the end.
fn uuid(id: u128) -> Uuid {
    let (time, chance) = (0x0190_0000_0000 + id * 0x0012_3457, id * 0x9e37_79b9_7f4a_7c15);
    Uuid::from_u128((time << 80) | (7 << 76) | (chance & ((1 << 76) - 1)))
}

/// A mobile worker at a location four levels below one of the principal's, with ten attributes.
fn worker() -> Attributes {
    Attributes::new()
        .with("id", hex(100))
        .with("username", "amina.yusuf")
        .with("status", "active")
        .with("role_id", hex(101))
        .with("location_ids", vec![hex(102)])
        .with("location_lineage", vec![hex(102), hex(103), hex(104), hex(14)])
        .with("primary_location_id", hex(102))
        .with("group_ids", vec![hex(105), hex(106)])
        .with("language", "sw")
        .with("created_at", 1_700_000_000)
}

fn request(standing: &Standing) -> Request<'_> {
    Request {
        identity: Identity::WebUser(WebUserId(uuid(3))),
        signed_in_by: SignIn::Password,
        standing,
        action: ACTION,
        resource_kind: KIND,
        resource_id: Some(hex(100)),
        attributes: worker(),
        proposed: Attributes::new().with("language", "en"),
        now: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        decision: DecisionId(Uuid::from_u128(4)),
    }
}

/// The same question about a hundred workers of twenty clinics, as a file of them might list them.
fn many(standing: &Standing) -> ManyRequest<'_> {
    let Request { identity, signed_in_by, standing, action, resource_kind, now, decision, .. } =
        request(standing);
    let worker = |number: u128| {
        let clinic = 300 + number * 7 % 20;
        let attributes = Attributes::new()
            .with("id", hex(1_000 + number))
            .with("username", format!("amina.{number}"))
            .with("status", if number.is_multiple_of(9) { "deactivated" } else { "active" })
            .with("role_id", hex(101 + number % 3))
            .with("location_ids", vec![hex(clinic)])
            .with("location_lineage", vec![hex(clinic), hex(200 + clinic % 5), hex(104), hex(14)])
            .with("primary_location_id", hex(clinic))
            .with("group_ids", vec![hex(105), hex(106 + number % 4)])
            .with("language", if number.is_multiple_of(4) { "fr" } else { "sw" })
            .with("created_at", 1_700_000_000 + i64::try_from(number).unwrap() * 3_600);
        AskedResource {
            id: Some(hex(1_000 + number)),
            attributes,
            proposed: Attributes::new().with("language", "en"),
        }
    };
    let resources = (0..BATCH as u128).map(worker).collect();
    ManyRequest { identity, signed_in_by, standing, action, resource_kind, resources, now, decision }
}

fn scope_request(standing: &Standing) -> ScopeRequest<'_> {
    ScopeRequest {
        identity: Identity::WebUser(WebUserId(uuid(3))),
        signed_in_by: SignIn::Password,
        standing,
        action: READ,
        resource_kind: KIND,
        now: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        decision: DecisionId(Uuid::from_u128(4)),
    }
}

/// The same question as the module hears it.
fn native_request(request: &Request<'_>) -> native::Request {
    let names: Vec<_> = request.standing.grants.iter().map(|(name, _)| name).collect();
    let locations: Vec<_> = request.standing.locations.iter().map(|location| location.hex()).collect();
    let locations: Vec<_> = locations.iter().map(String::as_str).collect();
    let principal = native::Principal::web_user(&hex(3)).holding(&names).at(&locations);
    request.attributes.iter().fold(native::Request::new(principal, ACTION, KIND), |native, attribute| {
        let value = match attribute.value.clone() {
            Value::Text(text) => native::Value::Text(text),
            Value::Integer(integer) => native::Value::Integer(integer),
            Value::Boolean(boolean) => native::Value::Boolean(boolean),
            Value::Texts(texts) => native::Value::Texts(texts),
            Value::Nothing => native::Value::Nothing,
        };
        native.with(native::Attribute { name: attribute.name.to_owned(), value })
    })
}

/// A decision never waits, so it needs no runtime.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the policy host decides synchronously"),
    }
}

/// A host that asks each time, and one that keeps scopes.
fn hosts(dir: &Path) -> [PolicyHost; 2] {
    let keeping = PolicyConfig { cache_dir: Some(dir.join("cache")), ..PolicyConfig::default() };
    let asking = PolicyConfig { scopes_kept: 0, ..keeping.clone() };
    [asking, keeping].map(|config| PolicyHost::new(config).unwrap())
}

/// The standard policy as another component, with a section that means nothing: nobody uses it yet.
fn another() -> Vec<u8> {
    [COMPONENT, &[0, 2, 1, b'x']].concat()
}

/// How long it takes to put a stored revision in force in a project space that has none.
fn enforce(runtime: &tokio::runtime::Runtime, host: &PolicyHost, component: &[u8]) -> Duration {
    let (space, revision) = (ProjectSpaceId(Uuid::from_u128(7)), PolicyRevisionId(Uuid::from_u128(8)));
    host.reset(space);
    let module = StackModule::Uploaded {
        digest: hex::encode(Sha256::digest(component)),
        component: component.to_vec(),
        settings: String::new(),
    };
    timed(|| runtime.block_on(host.enforce(space, revision, vec![module])).unwrap())
}

fn timed<T>(call: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(call());
    start.elapsed()
}

fn decisions(criterion: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let [host, keeping] = hosts(dir.path());
    let standing = standing();
    let request = request(&standing);
    let scope_request = scope_request(&standing);
    let native_request = native_request(&request);

    let mut group = criterion.benchmark_group("decide");
    group.bench_function("native", |bench| bench.iter(|| Standard.decide(black_box(&native_request))));
    group.bench_function("sandboxed", |bench| bench.iter(|| now(host.decide(black_box(&request))).unwrap()));
    group.finish();

    let mut group = criterion.benchmark_group("scope");
    group.bench_function("native", |bench| {
        bench.iter(|| Standard.scope(&native_request.principal, READ, KIND, &native_request.context))
    });
    group.bench_function("sandboxed", |bench| {
        bench.iter(|| now(host.scope(black_box(&scope_request))).unwrap())
    });
    group.bench_function("kept", |bench| {
        bench.iter(|| now(keeping.scope(black_box(&scope_request))).unwrap())
    });
    group.finish();

    let many = many(&standing);
    let mut group = criterion.benchmark_group("decide_many");
    group.throughput(Throughput::Elements(BATCH as u64));
    group
        .bench_function("sandboxed", |bench| bench.iter(|| now(host.decide_many(black_box(&many))).unwrap()));
    group.finish();
}

fn modules(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let [host, _] = hosts(dir.path());
    let mut group = criterion.benchmark_group("module");
    for (name, component) in [("load from the cache", another()), ("load what is in use", COMPONENT.to_vec())]
    {
        group.bench_function(name, |bench| {
            bench.iter_custom(|times| (0..times).map(|_| enforce(&runtime, &host, &component)).sum())
        });
    }
    group.bench_function("reset", |bench| bench.iter(|| host.reset(ProjectSpaceId(Uuid::from_u128(7)))));
    group.bench_function("inspect (compiles)", |bench| bench.iter(|| host.inspect(COMPONENT).unwrap()));
    group.finish();
}

/// Median and 99th percentile of this many calls, after as many to warm up.
fn measured<T>(calls: usize, mut call: impl FnMut() -> T) -> (Duration, Duration) {
    all_measured(calls, || timed(&mut call))
}

/// The same of what tells itself how long it took.
fn all_measured(calls: usize, call: impl FnMut() -> Duration) -> (Duration, Duration) {
    let mut times: Vec<_> = std::iter::repeat_with(call).take(2 * calls).skip(calls).collect();
    times.sort_unstable();
    (times[calls / 2], times[calls * 99 / 100])
}

fn table() {
    let dir = tempfile::tempdir().unwrap();
    let [host, keeping] = hosts(dir.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let standing = standing();
    let request = request(&standing);
    let scope_request = scope_request(&standing);
    let native_request = native_request(&request);
    let many = many(&standing);
    let (native, _) = measured(20_000, || {
        for _ in 0..BATCH {
            black_box(Standard.decide(black_box(&native_request)));
        }
    });
    let native = native.as_secs_f64() * 1e6 / BATCH as f64;

    println!("{:<28}{:>10}{:>10}{:>12}", "µs", "p50", "p99", "to native");
    let row = |name: &str, (p50, p99): (Duration, Duration), per: usize| {
        let [p50, p99] = [p50, p99].map(|time| time.as_secs_f64() * 1e6 / per as f64);
        println!("{name:<28}{p50:>10.2}{p99:>10.2}{:>11.0}×", p50 / native);
    };
    println!("{:<28}{native:>10.2}{:>10}{:>11}×", "decide, native", "", 1);
    row("decide", measured(50_000, || now(host.decide(black_box(&request)))), 1);
    row("decide many, each", measured(1_000, || now(host.decide_many(black_box(&many)))), BATCH);
    row("scope", measured(50_000, || now(host.scope(black_box(&scope_request)))), 1);
    row("scope, kept", measured(50_000, || now(keeping.scope(black_box(&scope_request)))), 1);
    let another = another();
    row("load from the cache", all_measured(500, || enforce(&runtime, &host, &another)), 1);
    row("load what is in use", all_measured(500, || enforce(&runtime, &host, COMPONENT)), 1);
}

criterion_group!(benches, decisions, modules);

fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        table();
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
