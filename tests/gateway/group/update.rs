use super::GROUPER;
use crate::scene::{
    VIEWER, assert_denied, assert_not_found, audited, entries, faults, group, member, nowhere, pairs,
};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const UPDATE: &str = "mutation($i: UpdateGroupInput!) {
    updateGroup(input: $i) { group { id name caseSharing reporting isDeleted version } userErrors { code path } }
}";

#[tokio::test]
async fn whoever_edits_groups_renames_them_and_turns_their_flags() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Grouper", GROUPER, &[]).await;
    let id = group(&app, "nurses").await;
    let input = json!({ "id": id, "version": 1, "name": " Nurses ", "caseSharing": true });
    let (payload, entry) = audited(&editor, &app, UPDATE, json!({ "i": input })).await;
    let expected = json!({
        "id": id, "name": "Nurses", "caseSharing": true, "reporting": true, "isDeleted": false, "version": 2,
    });
    assert_eq!(payload["group"], expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("group.update", "group"));
    assert!(id.ends_with(&entry.resource), "{entry:?}");
    assert_eq!(
        entry.changes,
        json!([
            { "field": "name", "from": "nurses", "to": "Nurses" },
            { "field": "case_sharing", "from": false, "to": true },
        ])
    );
}

#[tokio::test]
async fn a_group_has_data_of_the_projects_own_and_tells_when_it_was_changed() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create = "mutation($i: CreateGroupInput!) {
        createGroup(input: $i) { group { id metadata updatedAt } userErrors { code path } }
    }";
    let new = |metadata: Json| json!({ "projectSpace": "acme", "name": "nurses", "metadata": metadata });
    assert_eq!(
        faults(&admin, create, json!({ "projectSpace": "acme", "name": "", "metadata": { "a": {} } })).await,
        pairs(&[("REQUIRED", "name"), ("INVALID_VALUE", "metadata.a")])
    );
    assert_eq!(faults(&admin, create, new(json!([]))).await, pairs(&[("INVALID_VALUE", "metadata")]));
    let (payload, entry) = audited(&admin, &app, create, json!({ "i": new(json!({ "ward": 3 })) })).await;
    let made = &payload["group"];
    assert_eq!(made["metadata"], json!({ "ward": 3 }));
    assert_eq!(entry.change("metadata"), Some((json!({}), json!({ "ward": 3 }))));
    app.pass(chrono::TimeDelta::seconds(5));
    let update = "mutation($i: UpdateGroupInput!) {
        updateGroup(input: $i) { group { metadata updatedAt } userErrors { code path } }
    }";
    let change = json!({ "i": { "id": made["id"], "metadata": { "wing": "b" } } });
    let (payload, _) = audited(&admin, &app, update, change).await;
    assert_eq!(payload["group"]["metadata"], json!({ "wing": "b" }));
    assert_ne!(payload["group"]["updatedAt"], made["updatedAt"]);
}

#[tokio::test]
async fn what_is_left_out_or_null_stays_and_changing_nothing_writes_nothing() {
    let app = TestApp::spawn().await;
    let (admin, id) = (app.admin().await, group(&app, "nurses").await);
    let before = entries(&app, "").await.len();
    for input in [
        json!({ "id": id }),
        json!({ "id": id, "name": null, "caseSharing": null, "reporting": null }),
        json!({ "id": id, "name": "nurses ", "reporting": true }),
    ] {
        let answer = admin.run(UPDATE, json!({ "i": input })).await;
        assert_eq!(answer["data"]["updateGroup"]["group"]["version"], 1, "{answer}");
    }
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn changing_a_group_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = group(&app, "nurses").await;
    let input = |id: &str| json!({ "id": id, "name": "mine" });
    let said = ("missing_permission", ["edit_groups"].as_slice());
    assert_denied(&app, &viewer, UPDATE, [input(&id), input(&nowhere("gr"))], said).await;
    let nobody = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let variables = |id: &str| json!({ "i": input(id) });
    assert_not_found(&nobody, UPDATE, &variables(&id), &variables(&nowhere("gr"))).await;
}

#[tokio::test]
async fn a_faulty_or_taken_name_and_a_deleted_group_are_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (nurses, drivers) = (group(&app, "nurses").await, group(&app, "drivers").await);
    let rename = |id: &str, name: &str| json!({ "id": id, "name": name });
    assert_eq!(faults(&admin, UPDATE, rename(&nurses, "drivers")).await, pairs(&[("NAME_TAKEN", "name")]));
    assert_eq!(faults(&admin, UPDATE, rename(&nurses, "  ")).await, pairs(&[("REQUIRED", "name")]));
    assert_eq!(faults(&admin, UPDATE, rename("mw_1", "x")).await, pairs(&[("INVALID_VALUE", "id")]));

    let delete = "mutation($i: NodeInput!) { deleteGroup(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, delete, json!({ "id": drivers })).await, []);
    assert_eq!(faults(&admin, UPDATE, rename(&drivers, "new")).await, pairs(&[("INVALID_STATE", "id")]));
    // A deleted group keeps its name, so that it can come back.
    assert_eq!(faults(&admin, UPDATE, rename(&nurses, "drivers")).await, pairs(&[("NAME_TAKEN", "name")]));
}

#[tokio::test]
async fn a_lost_update_is_a_conflict() {
    let app = TestApp::spawn().await;
    let (admin, id) = (app.admin().await, group(&app, "nurses").await);
    let update = |name: &str, version: Json| json!({ "i": { "id": id, "name": name, "version": version } });
    let (one, two) =
        tokio::join!(admin.run(UPDATE, update("one", json!(1))), admin.run(UPDATE, update("two", json!(1))));
    let lost = [&one, &two]
        .into_iter()
        .filter(|answer| answer["errors"][0]["extensions"]["code"] == "CONFLICT")
        .count();
    assert_eq!(lost, 1, "{one} {two}");
    assert_eq!(admin.code(UPDATE, update("three", json!(1))).await, "CONFLICT");
}
