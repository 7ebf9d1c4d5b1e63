//! What the decision of `benches/decision.rs` costs Cedar, in the same figures: a principal with thirty permissions and five
//! locations changes a worker with ten attributes, four levels below one of those.
//!
//! `benches/cedar/run` prints both, one after the other.

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::str::FromStr;
use std::time::{Duration, Instant};

const RULE: &str = r#"
permit (principal, action == Action::"mobile_worker.update", resource is Worker)
when {
    principal.isAdmin ||
    (principal.permissions.contains("edit_commcare_users") &&
     (principal.permissions.contains("access_all_locations") ||
      resource.location_lineage.containsAny(principal.location_ids)))
};
forbid (principal, action == Action::"mobile_worker.update", resource) when { resource.status == "deleted" };
"#;

fn uid(kind: &str, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(EntityTypeName::from_str(kind).unwrap(), EntityId::new(id))
}

fn text(text: impl Into<String>) -> RestrictedExpression {
    RestrictedExpression::new_string(text.into())
}

fn set(texts: impl IntoIterator<Item = String>) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.into_iter().map(text))
}

fn hex(id: u64) -> String {
    format!("{:032x}", u128::from(id) * 0x0012_3457_9e37_79b9_7f4a_7c15)
}

/// The principal and the worker, as a gateway would tell Cedar of them for one request.
fn entities() -> Entities {
    let mut permissions: Vec<_> = (0..28).map(|number| format!("permission_number_{number}")).collect();
    permissions.extend(["edit_commcare_users".to_owned(), "view_commcare_users".to_owned()]);
    let principal = HashMap::from([
        ("isAdmin".to_owned(), RestrictedExpression::new_bool(false)),
        ("role_id".to_owned(), text(hex(2))),
        ("permissions".to_owned(), set(permissions)),
        ("location_ids".to_owned(), set((10..15).map(hex))),
        ("group_ids".to_owned(), set([])),
    ]);
    let worker = HashMap::from([
        ("id".to_owned(), text(hex(100))),
        ("username".to_owned(), text("amina.yusuf")),
        ("status".to_owned(), text("active")),
        ("role_id".to_owned(), text(hex(101))),
        ("location_ids".to_owned(), set([hex(102)])),
        ("location_lineage".to_owned(), set([hex(102), hex(103), hex(104), hex(14)])),
        ("primary_location_id".to_owned(), text(hex(102))),
        ("group_ids".to_owned(), set([hex(105), hex(106)])),
        ("language".to_owned(), text("sw")),
        ("created_at".to_owned(), RestrictedExpression::new_long(1_700_000_000)),
    ]);
    let entities = [
        Entity::new(uid("User", &hex(3)), principal, HashSet::new()).unwrap(),
        Entity::new(uid("Worker", &hex(100)), worker, HashSet::new()).unwrap(),
    ];
    Entities::from_entities(entities, None).unwrap()
}

fn request() -> Request {
    let action = uid("Action", "mobile_worker.update");
    Request::new(uid("User", &hex(3)), action, uid("Worker", &hex(100)), Context::empty(), None).unwrap()
}

/// Median and 99th percentile of this many calls, after as many to warm up.
fn row(name: &str, mut call: impl FnMut() -> Decision) {
    const CALLS: usize = 20_000;
    let mut times: Vec<Duration> = (0..2 * CALLS)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(black_box(call()), Decision::Allow);
            start.elapsed()
        })
        .skip(CALLS)
        .collect();
    times.sort_unstable();
    let at = |index: usize| times[index].as_secs_f64() * 1e6;
    println!("{name:<28}{:>10.2}{:>10.2}", at(CALLS / 2), at(CALLS * 99 / 100));
}

fn main() {
    let rules = PolicySet::from_str(RULE).unwrap();
    let authorizer = Authorizer::new();
    let (known, asked) = (entities(), request());
    row("Cedar, entities at hand", || authorizer.is_authorized(&asked, &rules, &known).decision());
    row("Cedar, entities of the request", || {
        authorizer.is_authorized(&request(), &rules, &entities()).decision()
    });
}
