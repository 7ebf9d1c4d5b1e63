use crate::scene::{EDITOR, VIEWER, faults, member, nowhere, outsider, worker, worker_of};
use crate::support::{ADMIN, Actor, TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

const LOG: &str = "query($f: AuditFilter, $first: Int, $after: String) { projectSpace(name: \"acme\") {
    auditLog(filter: $f, first: $first, after: $after) {
        totalCount
        nodes {
            id at principalId principalName signInMethod channel requestId action resourceKind resourceId resourceName
            changes { field from to } decisionId policy
        }
        pageInfo { hasNextPage endCursor }
    }
} }";
const UPDATE: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) { mobileWorker { id } userErrors { code } }
}";
const NODE: &str = "query($id: ID!) { node(id: $id) { __typename ... on AuditEntry { id action } } }";

async fn log(actor: &Actor<'_>, filter: Json) -> Vec<Json> {
    let answer = actor.run(LOG, json!({ "f": filter, "first": 100 })).await;
    let nodes = answer["data"]["projectSpace"]["auditLog"]["nodes"].as_array();
    nodes.unwrap_or_else(|| panic!("{answer}")).clone()
}

async fn actions(actor: &Actor<'_>, filter: Json) -> Vec<String> {
    let entries = log(actor, filter).await;
    entries.iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_entry_says_who_did_what_to_whom_through_which_door_and_who_permitted_it() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let id = worker(&app, "amina").await;
    app.pass(TimeDelta::seconds(40));
    let change = json!({ "i": { "id": id, "firstName": "Amina", "language": "sw" } });
    editor.run(UPDATE, change).await;
    let admin = app.admin().await;
    let entries = log(&admin, json!({ "actions": ["mobile_worker.update"] })).await;
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    let policy = entry["policy"].as_str().unwrap();
    assert!(policy.starts_with("standard@") && policy.len() == 25, "{policy}");
    assert!(entry["principalId"].as_str().unwrap().starts_with("wu_"), "{entry}");
    assert!(entry["decisionId"].as_str().unwrap().starts_with("de_"), "{entry}");
    assert!(!entry["requestId"].as_str().unwrap().is_empty(), "{entry}");
    let told = |field: &str| entry[field].clone();
    assert_eq!(
        (told("at"), told("principalName"), told("signInMethod"), told("channel")),
        (
            json!("2026-09-21T14:14:00+00:00"),
            json!("editor@acme.example"),
            json!("PASSWORD"),
            json!("GRAPHQL")
        )
    );
    assert_eq!(
        (told("resourceKind"), told("resourceId"), told("resourceName")),
        (json!("mobile_worker"), json!(id), json!("amina"))
    );
    let changes = json!([
        { "field": "first_name", "from": "", "to": "Amina" },
        { "field": "language", "from": null, "to": "sw" },
    ]);
    assert_eq!(told("changes"), changes);

    let found = admin.run(NODE, json!({ "id": entry["id"] })).await;
    let expected = json!({ "__typename": "AuditEntry", "id": entry["id"], "action": "mobile_worker.update" });
    assert_eq!(found["data"]["node"], expected, "{found}");
}

#[tokio::test]
async fn what_the_gateway_did_is_told_with_what_people_did_newest_first() {
    let app = TestApp::spawn().await;
    let id = worker(&app, "amina").await;
    app.pass(TimeDelta::seconds(1));
    let admin = app.admin().await;
    let rest = format!("/a/acme/api/user/v1/{}/deactivate/", id.trim_start_matches("mw_"));
    assert_eq!(admin.post(&rest, &json!({})).await.status.as_u16(), 202);
    let entries = log(&admin, json!({ "resourceIds": [id] })).await;
    let told: Vec<_> = entries
        .iter()
        .map(|entry| json!([entry["action"], entry["channel"], entry["principalId"], entry["principalName"]]))
        .collect();
    let account =
        admin.run("{ viewer { principal { user { ... on WebUser { accountId } } } } }", json!({})).await;
    let account = &account["data"]["viewer"]["principal"]["user"]["accountId"];
    assert_eq!(
        told,
        [
            json!(["mobile_worker.deactivate", "REST", account, ADMIN]),
            json!(["mobile_worker.create", "COMMAND_LINE", "system", null]),
        ]
    );
}

#[tokio::test]
async fn filters_hold_together() {
    let app = TestApp::spawn().await;
    let (amina, bola) = (worker(&app, "amina").await, worker(&app, "bola").await);
    app.pass(TimeDelta::hours(1));
    let admin = app.admin().await;
    for id in [&amina, &bola] {
        admin.run(UPDATE, json!({ "i": { "id": id, "firstName": "X" } })).await;
    }
    let update = vec!["mobile_worker.update".to_owned()];
    let account = log(&admin, json!({ "actions": update })).await[0]["principalId"].clone();
    let both = [update.clone(), update.clone()].concat();
    let create = vec!["mobile_worker.create".to_owned()];
    let digits = amina.trim_start_matches("mw_").to_uppercase();
    for (filter, expected) in [
        (json!({ "principalIds": [account] }), both.clone()),
        (json!({ "principalIds": [account], "resourceIds": [amina] }), update.clone()),
        (json!({ "principalIds": ["system"], "resourceIds": [digits] }), create.clone()),
        (json!({ "resourceKinds": ["mobile_worker"], "channels": ["GRAPHQL"] }), both.clone()),
        (json!({ "resourceIds": [amina], "since": "2026-09-21T15:13:20Z" }), update.clone()),
        (json!({ "resourceIds": [amina], "until": "2026-09-21T15:13:20Z" }), create),
        (json!({ "resourceIds": [nowhere("mw")] }), vec![]),
        (json!({ "actions": [] }), vec![]),
        (json!({ "actions": ["role.paint"] }), vec![]),
        (json!({ "channels": ["REST", "JOB"] }), vec![]),
    ] {
        assert_eq!(actions(&admin, filter.clone()).await, expected, "{filter}");
    }
    let count = admin.run(LOG, json!({ "f": { "actions": update }, "first": 1 })).await;
    let log = &count["data"]["projectSpace"]["auditLog"];
    assert_eq!((&log["totalCount"], &log["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)), "{count}");
}

#[tokio::test]
async fn pages_follow_one_another_to_the_end() {
    let app = TestApp::spawn().await;
    for number in 0..7 {
        worker(&app, &format!("w{number}")).await;
        app.pass(TimeDelta::seconds(1));
    }
    let admin = app.admin().await;
    let filter = json!({ "actions": ["mobile_worker.create"] });
    let (mut after, mut seen) = (Json::Null, Vec::new());
    loop {
        let answer = admin.run(LOG, json!({ "f": filter, "first": 3, "after": after })).await;
        let page = &answer["data"]["projectSpace"]["auditLog"];
        let nodes = page["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
        seen.extend(nodes.iter().map(|entry| entry["resourceName"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, ["w6", "w5", "w4", "w3", "w2", "w1", "w0"]);
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_told() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for filter in [
        json!({ "resourceIds": [nowhere("ms")] }),
        json!({ "actions": vec!["role.read"; 201] }),
        json!({ "resourceKinds": ["a\u{0}b"] }),
    ] {
        assert_eq!(admin.code(LOG, json!({ "f": filter })).await, "BAD_REQUEST", "{filter}");
    }
}

#[tokio::test]
async fn only_admins_read_it_and_only_their_own_space_s() {
    let app = TestApp::spawn().await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let entry = log(&admin, json!({ "resourceIds": [id] })).await[0]["id"].clone();
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    crate::scene::worker_who_signs_in(&app, "bola").await;
    let bola = app.sign_in("bola@acme.fieldgate.local", WORKER_PASSWORD).await;
    for actor in [&viewer, &bola] {
        assert_eq!(log(actor, json!({})).await, Vec::<Json>::new());
        assert_eq!(actor.run(NODE, json!({ "id": entry })).await, json!({ "data": { "node": null } }));
    }
    let outsider = outsider(&app).await;
    worker_of(&app, "globex", "far", Default::default()).await;
    let query = LOG.replace("acme", "globex");
    let answer = outsider.run(&query, json!({ "f": { "resourceKinds": ["mobile_worker"] } })).await;
    let theirs = answer["data"]["projectSpace"]["auditLog"]["nodes"].as_array().unwrap();
    assert_eq!(theirs.len(), 1, "{answer}");
    assert_eq!(theirs[0]["resourceName"], "far");
    assert_eq!(outsider.run(NODE, json!({ "id": entry })).await, json!({ "data": { "node": null } }));
    assert_eq!(outsider.run(LOG, json!({})).await, json!({ "data": { "projectSpace": null } }));
    assert_eq!(app.stranger().code(LOG, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn secrets_are_never_among_the_changes() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create = "mutation($i: CreateMobileWorkerInput!) {
        createMobileWorker(input: $i) { mobileWorker { id } userErrors { code } }
    }";
    let input = json!({ "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD });
    assert_eq!(faults(&admin, create, input).await, []);
    let told = json!(log(&admin, json!({})).await).to_string();
    assert!(told.contains("mobile_worker.create"), "{told}");
    for secret in [WORKER_PASSWORD, "argon2", "$v="] {
        assert!(!told.contains(secret), "{told}");
    }
}
