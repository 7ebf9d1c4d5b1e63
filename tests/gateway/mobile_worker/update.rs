use crate::scene::{
    EDITOR, SUPERVISOR, Tree, VIEWER, assert_denied, assert_not_found, audited, entries, faults, group,
    group_of, ids, member, nowhere, pairs, role, worker, worker_at, worker_with,
};
use crate::support::TestApp;
use fieldgate::domain::{MobileWorkerInput, Patch};
use serde_json::{Value as Json, json};

const UPDATE: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) {
        mobileWorker {
            id username firstName lastName email phoneNumbers language version updatedAt userData
            role { name } groups { name } locations { name } primaryLocation { name }
        }
        userErrors { code path }
    }
}";

/// A worker with a value in every field.
async fn full(app: &TestApp, tree: &Tree) -> String {
    let text = |text: &str| Patch::Set(text.to_owned());
    let group = group(app, "nurses").await;
    let role = role(app, "Nurse", &["access_mobile_endpoints"]).await;
    let input = MobileWorkerInput {
        first_name: text("Amina"),
        last_name: text("Diallo"),
        email: text("amina@example.org"),
        phone_numbers: ids(&["50253311399"]),
        language: text("fr"),
        role: text(&role),
        groups: ids(&[&group]),
        locations: ids(&[&tree.north, &tree.southern]),
        primary_location: text(&tree.southern),
        user_data: Patch::Set(json!({ "level": 3 })),
        ..MobileWorkerInput::default()
    };
    worker_with(app, "amina", input).await
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_clears() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let id = full(&app, &tree).await;
    app.pass(chrono::TimeDelta::seconds(5));
    let (payload, entry) =
        audited(&admin, &app, UPDATE, json!({ "i": { "id": id, "firstName": "Aminata" } })).await;
    let kept = &payload["mobileWorker"];
    assert_eq!(
        *kept,
        json!({
          "email": "amina@example.org",
          "firstName": "Aminata",
          "groups": [
            {
              "name": "nurses"
            }
          ],
          "id": id,
          "language": "fr",
          "lastName": "Diallo",
          "locations": [
            {
              "name": "North"
            },
            {
              "name": "Southern"
            }
          ],
          "phoneNumbers": [
            "50253311399"
          ],
          "primaryLocation": {
            "name": "Southern"
          },
          "role": {
            "name": "Nurse"
          },
          "updatedAt": "2026-09-21T14:13:25+00:00",
          "userData": {
            "level": 3
          },
          "username": "amina",
          "version": 2
        })
    );
    assert_eq!(entry.action, "mobile_worker.update");
    assert_eq!(entry.changes, json!([{ "field": "first_name", "from": "Amina", "to": "Aminata" }]));

    let nothing: serde_json::Map<String, Json> = [
        "firstName",
        "lastName",
        "email",
        "phoneNumbers",
        "language",
        "roleId",
        "groupIds",
        "locationIds",
        "primaryLocationId",
        "userData",
    ]
    .into_iter()
    .map(|field| (field.to_owned(), Json::Null))
    .chain([("id".to_owned(), json!(id))])
    .collect();
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": nothing })).await;
    assert_eq!(
        payload["mobileWorker"],
        json!({
          "email": null,
          "firstName": "",
          "groups": [],
          "id": id,
          "language": null,
          "lastName": "",
          "locations": [],
          "phoneNumbers": [],
          "primaryLocation": null,
          "role": null,
          "updatedAt": "2026-09-21T14:13:25+00:00",
          "userData": {},
          "username": "amina",
          "version": 3
        })
    );
    assert_eq!(entry.changes.as_array().unwrap().len(), 10, "{entry:?}");
    assert_eq!(entry.change("user_data"), Some((json!({ "level": 3 }), json!({}))));
    assert_eq!(entry.change("locations"), Some((json!([tree.north, tree.southern]), json!([]))));
}

#[tokio::test]
async fn an_update_that_changes_nothing_writes_nothing() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let id = full(&app, &tree).await;
    let before = entries(&app, "").await.len();
    for input in [
        json!({ "id": id }),
        json!({ "id": id, "version": 1 }),
        json!({ "id": id, "firstName": " Amina ", "email": "AMINA@example.org", "locationIds": [tree.north, tree.southern] }),
        json!({ "id": id, "phoneNumbers": ["+50253311399", "50253311399"], "userData": { "level": 3 } }),
    ] {
        let answer = admin.run(UPDATE, json!({ "i": input })).await;
        assert_eq!(answer["data"]["updateMobileWorker"]["mobileWorker"]["version"], 1, "{answer}");
    }
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn a_lost_update_is_a_conflict() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    let update =
        |name: &str, version: Json| json!({ "i": { "id": id, "firstName": name, "version": version } });
    assert_eq!(
        admin.refusals("updateMobileWorker", UPDATE, update("One", json!(1))).await,
        Vec::<String>::new()
    );
    assert_eq!(admin.code(UPDATE, update("Two", json!(1))).await, "CONFLICT");
    assert_eq!(admin.code(UPDATE, update("Two", json!(3))).await, "CONFLICT");
    assert_eq!(
        admin.refusals("updateMobileWorker", UPDATE, update("Two", json!(null))).await,
        Vec::<String>::new()
    );
    assert_eq!(app.rows("SELECT first_name FROM mobile_worker").await.unwrap(), [["Two"]]);
}

#[tokio::test]
async fn of_two_updates_at_once_with_one_version_one_wins() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&app, "amina").await;
    let update = |name: &str| json!({ "i": { "id": id, "firstName": name, "version": 1 } });
    let (one, two) = tokio::join!(admin.run(UPDATE, update("One")), admin.run(UPDATE, update("Two")));
    let won = [&one, &two].into_iter().filter(|answer| answer["data"].is_object()).count();
    let lost = [&one, &two]
        .into_iter()
        .filter(|answer| answer["errors"][0]["extensions"]["code"] == "CONFLICT")
        .count();
    assert_eq!((won, lost), (1, 1), "{one} {two}");
    assert_eq!(app.rows("SELECT CAST(version AS TEXT) FROM mobile_worker").await.unwrap(), [["2"]]);
}

#[tokio::test]
async fn updating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina").await;
    let input = |id: &str| json!({ "id": id, "firstName": "Mallory" });
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    assert_denied(&app, &viewer, UPDATE, [input(&id), input(&nowhere("mw"))], said).await;
    // Who may not even look hears that there is nothing.
    let nobody = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let variables = |id: &str| json!({ "i": input(id) });
    assert_not_found(&nobody, UPDATE, &variables(&id), &variables(&nowhere("mw"))).await;
}

#[tokio::test]
async fn a_stale_version_does_not_tell_the_denied_that_the_worker_exists() {
    let app = TestApp::spawn().await;
    let outsider = crate::scene::outsider(&app).await;
    let id = worker(&app, "amina").await;
    assert_eq!(outsider.code(UPDATE, json!({ "i": { "id": id, "version": 9 } })).await, "NOT_FOUND");
}

#[tokio::test]
async fn all_faults_of_an_update_are_told_at_once_and_nothing_is_changed() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let id = full(&app, &tree).await;
    app.space("globex", "admin@globex.example").await;
    let foreign = group_of(&app, "globex", "theirs").await;
    let input = json!({
        "id": id, "firstName": "fine", "lastName": "x".repeat(151), "email": "@", "phoneNumbers": ["x"], "language": "1",
        "roleId": nowhere("ro"), "groupIds": [foreign], "locationIds": [nowhere("lo")], "primaryLocationId": tree.north,
        "userData": [],
    });
    let mut found = faults(&admin, UPDATE, input).await;
    found.sort();
    let expected = pairs(&[
        ("EMAIL_INVALID", "email"),
        ("GROUP_OUT_OF_REACH", "groupIds.0"),
        ("INVALID_VALUE", "language"),
        ("INVALID_VALUE", "phoneNumbers.0"),
        ("INVALID_VALUE", "userData"),
        ("LOCATION_OUT_OF_REACH", "locationIds.0"),
        ("PRIMARY_LOCATION_NOT_ASSIGNED", "primaryLocationId"),
        ("ROLE_NOT_ASSIGNABLE", "roleId"),
        ("TOO_LONG", "lastName"),
    ]);
    assert_eq!(found, expected);
    assert_eq!(app.rows("SELECT first_name FROM mobile_worker").await.unwrap(), [["Amina"]]);
    let malformed = faults(&admin, UPDATE, json!({ "id": "gr_1" })).await;
    assert_eq!(malformed, pairs(&[("INVALID_VALUE", "id")]));
}

#[tokio::test]
async fn a_supervisor_changes_the_workers_within_reach_and_moves_them_no_further() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let near = worker_at(&app, "near", &[&tree.northern]).await;
    let both = worker_at(&app, "both", &[&tree.northern, &tree.southern]).await;
    let far = worker_at(&app, "far", &[&tree.southern]).await;
    let nowhere_yet = worker(&app, "nowhere").await;

    assert_eq!(faults(&supervisor, UPDATE, json!({ "id": near, "locationIds": [tree.north] })).await, []);
    let out =
        faults(&supervisor, UPDATE, json!({ "id": near, "locationIds": [tree.north, tree.south] })).await;
    assert_eq!(out, pairs(&[("LOCATION_OUT_OF_REACH", "locationIds.1")]));
    for hidden in [&far, &nowhere_yet] {
        let variables = |id: &str| json!({ "i": { "id": id, "firstName": "Mallory" } });
        assert_not_found(&supervisor, UPDATE, &variables(hidden), &variables(&nowhere("mw"))).await;
    }
    // What stands out of reach stays, whether it is named or, as it was not shown, left out.
    assert_eq!(faults(&supervisor, UPDATE, json!({ "id": both, "firstName": "Both" })).await, []);
    let stays = json!({ "id": both, "locationIds": [tree.southern, tree.north] });
    assert_eq!(faults(&supervisor, UPDATE, stays).await, []);
    assert_eq!(faults(&supervisor, UPDATE, json!({ "id": both, "locationIds": [tree.northern] })).await, []);
    let seen = app.admin().await.run(UPDATE, json!({ "i": { "id": both } })).await;
    let places = &seen["data"]["updateMobileWorker"]["mobileWorker"]["locations"];
    assert_eq!(*places, json!([{ "name": "Northern" }, { "name": "Southern" }]), "{seen}");
}

#[tokio::test]
async fn a_role_that_the_worker_has_already_may_stay_whoever_gave_it() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let closed = role(&app, "Closed", &["edit_apps"]).await;
    let input = MobileWorkerInput { role: Patch::Set(closed.clone()), ..MobileWorkerInput::default() };
    let id = worker_with(&app, "amina", input).await;
    assert_eq!(faults(&editor, UPDATE, json!({ "id": id, "roleId": closed, "firstName": "A" })).await, []);
    assert_eq!(faults(&editor, UPDATE, json!({ "id": id, "roleId": null })).await, []);
    let again = faults(&editor, UPDATE, json!({ "id": id, "roleId": closed })).await;
    assert_eq!(again, pairs(&[("ROLE_NOT_ASSIGNABLE", "roleId")]));
}

#[tokio::test]
async fn a_new_list_of_locations_keeps_the_primary_one_or_takes_the_first() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let id = worker_at(&app, "amina", &[&tree.north, &tree.southern]).await;
    let primary = async |locations: Json| {
        let answer = admin.run(UPDATE, json!({ "i": { "id": id, "locationIds": locations } })).await;
        answer["data"]["updateMobileWorker"]["mobileWorker"]["primaryLocation"]["name"].clone()
    };
    assert_eq!(primary(json!([tree.southern, tree.north])).await, "North");
    assert_eq!(primary(json!([tree.southern, tree.south])).await, "Southern");
    assert_eq!(primary(json!([])).await, Json::Null);
}

#[tokio::test]
async fn who_is_limited_to_locations_leaves_a_worker_at_one_of_them() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let id = worker_at(&app, "amina", &[&tree.northern]).await;
    for locations in [json!([]), Json::Null] {
        let input = json!({ "i": { "id": id, "locationIds": locations } });
        let answer = supervisor.run(UPDATE, input).await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(
            (&extensions["code"], &extensions["reason"]),
            (&json!("FORBIDDEN"), &json!("location_required")),
            "{answer}"
        );
    }
    let moved = json!({ "i": { "id": id, "locationIds": [tree.north] } });
    assert_eq!(supervisor.refusals("updateMobileWorker", UPDATE, moved).await, Vec::<String>::new());
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let cleared = json!({ "i": { "id": id, "locationIds": [] } });
    assert_eq!(editor.refusals("updateMobileWorker", UPDATE, cleared).await, Vec::<String>::new());
}
