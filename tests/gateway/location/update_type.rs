use crate::scene::{
    EDITOR, Tree, assert_denied, audited, faults, location_type, member, nowhere, pairs, worker_at,
};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const UPDATE: &str = "mutation($i: UpdateLocationTypeInput!) {
    updateLocationType(input: $i) {
        locationType { name code parent { name } sharesCases viewDescendants hasUsers administrative version }
        userErrors { code message path }
    }
}";
const CREATE_WORKER: &str = "mutation($i: CreateMobileWorkerInput!) {
    createMobileWorker(input: $i) { mobileWorker { id } userErrors { code path } }
}";

#[tokio::test]
async fn a_level_is_renamed_and_its_flags_are_turned() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let input = json!({
        "id": tree.district, "version": 1, "name": "Health district", "code": "HD",
        "flags": { "sharesCases": true, "viewDescendants": true },
    });
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": input })).await;
    let expected = json!({
        "name": "Health district", "code": "hd", "parent": { "name": "Region" }, "sharesCases": true,
        "viewDescendants": true, "hasUsers": true, "administrative": false, "version": 2,
    });
    assert_eq!(payload["locationType"], expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("location_type.update", "location_type"));
    assert_eq!(entry.change("shares_cases"), Some((json!(false), json!(true))));
    let (payload, _) = audited(
        &admin,
        &app,
        UPDATE,
        json!({ "i": { "id": tree.district, "flags": { "sharesCases": false } } }),
    )
    .await;
    assert_eq!(payload["locationType"]["viewDescendants"], true);
    let stale = json!({ "i": { "id": tree.district, "version": 1, "name": "Late" } });
    assert_eq!(admin.code(UPDATE, stale).await, "CONFLICT");
    let taken = json!({ "id": tree.district, "code": "region" });
    assert_eq!(faults(&admin, UPDATE, taken).await, pairs(&[("NAME_TAKEN", "code")]));
}

#[tokio::test]
async fn a_level_without_people_takes_nobody_and_one_with_people_stays_as_it_is() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    worker_at(&app, "amina", &[&tree.northern]).await;
    let without = |id: &str| json!({ "id": id, "flags": { "hasUsers": false } });
    let answer = admin.run(UPDATE, json!({ "i": without(&tree.district) })).await;
    let error = &answer["data"]["updateLocationType"]["userErrors"][0];
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("LOCATION_TYPE_IN_USE"), &json!(["hasUsers"])),
        "{answer}"
    );
    assert!(error["message"].as_str().unwrap().ends_with(": 1"), "{error}");
    assert_eq!(faults(&admin, UPDATE, without(&tree.region)).await, []);
    let there = json!({
        "projectSpace": "acme", "username": "bo", "password": "qwer1234", "locationIds": [tree.northern, tree.north],
    });
    assert_eq!(
        faults(&admin, CREATE_WORKER, there).await,
        pairs(&[("LOCATION_TAKES_NOBODY", "locationIds.1")])
    );
}

#[tokio::test]
async fn a_level_stands_elsewhere_only_while_no_place_is_of_it_and_never_below_itself() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let village = location_type(&app, "Village", Some(&tree.district)).await;
    let below = |id: &str, parent: Json| json!({ "id": id, "parentId": parent });
    assert_eq!(
        faults(&admin, UPDATE, below(&tree.district, Json::Null)).await,
        pairs(&[("LOCATION_TYPE_IN_USE", "parentId")])
    );
    let invalid = pairs(&[("INVALID_VALUE", "parentId")]);
    assert_eq!(faults(&admin, UPDATE, below(&village, json!(village))).await, invalid);
    assert_eq!(faults(&admin, UPDATE, below(&village, json!(nowhere("lt")))).await, invalid);
    let hamlet = location_type(&app, "Hamlet", Some(&village)).await;
    assert_eq!(faults(&admin, UPDATE, below(&village, json!(hamlet))).await, invalid);
    assert_eq!(faults(&admin, UPDATE, below(&village, Json::Null)).await, []);
    assert_eq!(faults(&admin, UPDATE, below(&village, json!(tree.region))).await, []);
}

#[tokio::test]
async fn changing_a_level_is_denied_to_who_does_not_edit_places_everywhere() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let input = |id: &str| json!({ "id": id, "name": "Mine" });
    let said = ("missing_permission", ["edit_locations"].as_slice());
    assert_denied(&app, &editor, UPDATE, [input(&tree.region), input(&nowhere("lt"))], said).await;
    let supervisor = member(&app, "Sup", crate::scene::SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let answer = supervisor.run(UPDATE, json!({ "i": input(&tree.region) })).await;
    assert_eq!(answer["errors"][0]["extensions"]["missing"], json!(["access_all_locations"]), "{answer}");
}
