use crate::scene::{
    SUPERVISOR, assert_denied, audited, faults, location_type, location_type_of, member, nowhere, pairs,
};
use crate::support::TestApp;
use serde_json::json;

const CREATE: &str = "mutation($i: CreateLocationTypeInput!) {
    createLocationType(input: $i) { locationType { id name code parent { name } } userErrors { code path } }
}";

#[tokio::test]
async fn a_level_stands_below_another() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let state = location_type(&app, "State", None).await;
    let input = json!({ "projectSpace": "acme", "name": "Saint-Louis (Nord)", "parentId": state });
    let (payload, entry) = audited(&admin, &app, CREATE, json!({ "i": input })).await;
    let made = &payload["locationType"];
    let expected = json!({
        "id": made["id"], "name": "Saint-Louis (Nord)", "code": "saint_louis_nord", "parent": { "name": "State" },
    });
    assert_eq!(made, &expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("location_type.create", "location_type"));
    assert!(made["id"].as_str().unwrap().ends_with(&entry.resource), "{entry:?}");
}

#[tokio::test]
async fn making_a_level_is_denied_to_who_lacks_a_permission_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, &[]).await;
    let input = |space: &str| json!({ "projectSpace": space, "name": "Mine" });
    let said = ("missing_permission", ["access_all_locations"].as_slice());
    assert_denied(&app, &supervisor, CREATE, [input("acme"), input("nowhere")], said).await;
}

#[tokio::test]
async fn all_faults_of_a_level_are_told_at_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let wrong = json!({ "projectSpace": "acme", "name": "", "code": "a b", "parentId": "x" });
    let expected = pairs(&[("REQUIRED", "name"), ("INVALID_VALUE", "code"), ("INVALID_VALUE", "parentId")]);
    assert_eq!(faults(&admin, CREATE, wrong).await, expected);

    location_type(&app, "State", None).await;
    let taken = json!({ "projectSpace": "acme", "name": "Other", "code": "STATE" });
    assert_eq!(faults(&admin, CREATE, taken).await, pairs(&[("NAME_TAKEN", "code")]));

    app.space("globex", "admin@globex.example").await;
    let foreign = location_type_of(&app, "globex", "State", None).await;
    for parent in [foreign, nowhere("lt")] {
        let input = json!({ "projectSpace": "acme", "name": "District", "parentId": parent });
        assert_eq!(faults(&admin, CREATE, input).await, pairs(&[("INVALID_VALUE", "parentId")]));
    }
}
