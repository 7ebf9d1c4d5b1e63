//! A policy's row filter means the same to the database as to the one who reads a single row: for drawn conditions, the
//! workers that a list finds under a scope are those that the condition holds of, on both databases.

use crate::scene::{Tree, group, ids, role, worker_with};
use crate::support::permits::undecided;
use crate::support::{TestApp, operator};
use fieldgate::authz::{
    Attributes, Authorizer, Condition, Decided, Decision, PolicyEngine, ReadMobileWorker, Request, Resource,
    Rows, Scope, ScopeRequest, Undecided, Value,
};
use fieldgate::domain::{
    Direction, MobileWorkerFilter, MobileWorkerId, MobileWorkerInput, MobileWorkerOrder, MobileWorkerStatus,
    PageRequest, Patch, ProjectSpaceId,
};
use fieldgate::service::project_space;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use std::sync::Arc;

const CASES: usize = 400;

/// Lets these rows through, whoever asks.
struct Only(Rows);

#[async_trait::async_trait]
impl PolicyEngine for Only {
    async fn decide(&self, _: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        Err(undecided())
    }

    async fn scope(&self, _: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        Ok(Decided { answer: self.0.clone(), policy: "test".to_owned() })
    }
}

async fn scope(app: &TestApp, space: ProjectSpaceId, rows: Rows) -> Scope<ReadMobileWorker> {
    let authorizer = Authorizer::new(Arc::new(Only(rows)), Arc::clone(&app.services.clock));
    authorizer.scope(&operator(), space).await.unwrap()
}

/// Every worker in scope, whatever their status, with what policies are told of them.
async fn list(app: &TestApp, scope: &Scope<ReadMobileWorker>) -> Vec<(MobileWorkerId, Attributes)> {
    let filter =
        MobileWorkerFilter { statuses: MobileWorkerStatus::ALL.to_vec(), ..MobileWorkerFilter::default() };
    let order = (MobileWorkerOrder::Username, Direction::Ascending);
    let page = PageRequest::Offset { limit: 100, offset: 0 };
    let found = app.services.store.mobile_workers(scope, &filter, order, &page).await.unwrap();
    let count = app.services.store.count_mobile_workers(scope, &filter).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), found.items.len());
    found.items.iter().map(|worker| (worker.id, worker.attributes())).collect()
}

/// Twelve workers, alike in some things and not in others; some have nothing at all.
async fn crowd(app: &TestApp) {
    let tree = Tree::plant(app).await;
    let places = [&tree.north, &tree.northern, &tree.south, &tree.southern];
    let groups = [group(app, "nurses").await, group(app, "drivers").await];
    let roles = [role(app, "Nurse", &[]).await, role(app, "Driver", &[]).await];
    let admin = app.admin().await;
    for number in 0..12_usize {
        let mut at: Vec<&str> = Vec::new();
        if number % 4 != 0 {
            at.push(places[number % 4]);
        }
        if number % 5 == 1 {
            at.push(places[(number + 1) % 4]);
        }
        let within: &[&str] = match number % 3 {
            0 => &[],
            1 => &[&groups[0]],
            _ => &[&groups[1], &groups[0]],
        };
        let optional =
            |given: bool, text: &str| if given { Patch::Set(text.to_owned()) } else { Patch::Keep };
        let input = MobileWorkerInput {
            locations: ids(&at),
            primary_location: if number % 7 == 1 { Patch::Clear } else { Patch::Keep },
            groups: ids(within),
            role: optional(number % 3 != 1, &roles[number % 2]),
            language: optional(number % 2 == 1, ["en", "fr"][number / 6]),
            ..MobileWorkerInput::default()
        };
        let id = worker_with(app, &format!("w{number}"), input).await;
        let mutation = match number {
            3 | 4 => "deactivateMobileWorker",
            5 => "deleteMobileWorker",
            _ => continue,
        };
        let query =
            format!("mutation($i: NodeInput!) {{ {mutation}(input: $i) {{ userErrors {{ code }} }} }}");
        assert_eq!(
            admin.refusals(mutation, &query, json!({ "i": { "id": id } })).await,
            Vec::<String>::new()
        );
    }
}

const ATTRIBUTES: [&str; 10] = [
    "id",
    "username",
    "status",
    "role_id",
    "location_ids",
    "location_lineage",
    "primary_location_id",
    "group_ids",
    "language",
    "profile_id",
];

/// Texts that the rows have somewhere, and some that none has or could have.
fn texts(all: &[(MobileWorkerId, Attributes)]) -> Vec<String> {
    let mut texts = Vec::new();
    for (_, row) in all {
        for attribute in row.iter() {
            match &attribute.value {
                Value::Text(text) => texts.push(text.clone()),
                Value::Texts(list) => texts.extend(list.iter().cloned()),
                Value::Integer(_) | Value::Boolean(_) | Value::Nothing => {}
            }
        }
    }
    texts.sort();
    texts.dedup();
    let upper = texts.iter().find(|text| text.len() == 32).unwrap().to_uppercase();
    let dashed = uuid::Uuid::parse_str(&upper).unwrap().to_string();
    let odd =
        ["", "W1", "ACTIVE", "0", "%", "w_", "' OR 1=1 --", "é", "a\0b", "00000000000000000000000000000000"];
    texts.extend(odd.map(ToOwned::to_owned));
    texts.extend([upper.clone(), dashed, format!("mw_{}", upper.to_lowercase())]);
    texts
}

fn condition(texts: Vec<String>) -> impl Strategy<Value = Condition> {
    let name = || select(&ATTRIBUTES).prop_map(ToOwned::to_owned);
    let text = select(texts.clone());
    let list = move || subsequence(texts.clone(), 0..=4);
    let value = prop_oneof![
        12 => text.prop_map(Value::Text),
        2 => Just(Value::Nothing),
        1 => any::<bool>().prop_map(Value::Boolean),
        1 => (0_i64..2).prop_map(Value::Integer),
        1 => list().prop_map(Value::Texts),
    ];
    let leaf = prop_oneof![
        (name(), value).prop_map(|(name, value)| Condition::Equals(name, value)),
        (name(), list()).prop_map(|(name, texts)| Condition::OneOf(name, texts)),
        (name(), list()).prop_map(|(name, texts)| Condition::AnyInCommon(name, texts)),
        name().prop_map(Condition::IsNothing),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..=3).prop_map(Condition::AllOf),
            prop::collection::vec(inner.clone(), 0..=3).prop_map(Condition::AnyOf),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

/// Each attribute and value by itself and negated: what drawing may miss.
fn every_leaf(all: &[(MobileWorkerId, Attributes)]) -> Vec<Condition> {
    let mut leaves = Vec::new();
    for name in ATTRIBUTES {
        let values: Vec<Value> = all.iter().filter_map(|(_, row)| row.get(name)).take(5).cloned().collect();
        for value in
            values.into_iter().chain([Value::Nothing, Value::Boolean(true), Value::Text("a\0b".to_owned())])
        {
            if let Value::Text(text) = &value {
                leaves.push(Condition::OneOf(name.to_owned(), vec![text.clone()]));
                leaves.push(Condition::AnyInCommon(name.to_owned(), vec![text.clone()]));
            }
            if let Value::Texts(texts) = &value {
                leaves.push(Condition::AnyInCommon(name.to_owned(), texts.clone()));
                leaves.push(Condition::OneOf(name.to_owned(), texts.clone()));
            }
            leaves.push(Condition::Equals(name.to_owned(), value));
        }
        leaves.push(Condition::IsNothing(name.to_owned()));
    }
    let negated: Vec<_> = leaves.iter().cloned().map(|leaf| Condition::Not(Box::new(leaf))).collect();
    [leaves, negated].concat()
}

#[tokio::test]
async fn the_database_finds_exactly_the_rows_that_a_condition_holds_of() {
    let app = TestApp::spawn().await;
    crowd(&app).await;
    let space = project_space::read(&app.services, &operator(), "acme").await.unwrap().id;
    let all = list(&app, &scope(&app, space, Rows::Everything).await).await;
    assert_eq!(all.len(), 12);
    assert!(list(&app, &scope(&app, space, Rows::Nothing).await).await.is_empty());

    let strategy = condition(texts(&all));
    let mut runner = TestRunner::deterministic();
    let mut conditions = every_leaf(&all);
    conditions.extend((0..CASES).map(|_| strategy.new_tree(&mut runner).unwrap().current()));
    let (mut some, mut none) = (0, 0);
    for condition in conditions {
        let expected: Vec<_> =
            all.iter().filter(|(_, row)| condition.holds(row)).map(|(id, _)| *id).collect();
        let scope = scope(&app, space, Rows::Only(condition.clone())).await;
        let found: Vec<_> = list(&app, &scope).await.into_iter().map(|(id, _)| id).collect();
        assert_eq!(found, expected, "{condition:?}");
        if expected.is_empty() {
            none += 1
        } else {
            some += 1
        }
        for (id, row) in all.iter().take(2) {
            let one = app.services.store.visible_mobile_worker(&scope, *id).await.unwrap();
            assert_eq!(
                (one.is_some(), scope.contains(row)),
                (condition.holds(row), condition.holds(row)),
                "{condition:?}"
            );
        }
    }
    assert!(some > CASES / 10 && none > CASES / 10, "the conditions say too little: {some} and {none}");
}

#[tokio::test]
async fn a_filter_by_what_cannot_be_filtered_by_finds_nothing() {
    let app = TestApp::spawn().await;
    crowd(&app).await;
    let space = project_space::read(&app.services, &operator(), "acme").await.unwrap().id;
    let filter = MobileWorkerFilter::default();
    for condition in [
        Condition::IsNothing("password_hash".to_owned()),
        Condition::Not(Box::new(Condition::Equals("'; --".to_owned(), Value::Nothing))),
        Condition::AnyOf(vec![Condition::AllOf(vec![]), Condition::OneOf("email".to_owned(), vec![])]),
    ] {
        let scope = scope(&app, space, Rows::Only(condition)).await;
        assert!(app.services.store.count_mobile_workers(&scope, &filter).await.is_err());
    }
}
