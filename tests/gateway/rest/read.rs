use super::{GROUPS, LOCATIONS, WORKERS, at, places, user, worker};
use crate::support::TestApp;
use poem::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn an_address_works_with_and_without_its_last_slash_and_with_the_id_of_either_api() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({})).await;
    let shown = admin.get(&at(&id)).await;
    assert_eq!(shown.status, StatusCode::OK);
    for path in [format!("{WORKERS}{id}"), format!("{WORKERS}mw_{id}/"), at(&id.to_uppercase())] {
        let answer = admin.get(&path).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, shown.json()), "{path}");
    }
    assert_eq!(admin.get(WORKERS.trim_end_matches('/')).await.text, admin.get(WORKERS).await.text);
}

#[tokio::test]
async fn a_deactivated_worker_is_shown_as_such() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({})).await;
    let deactivate = "mutation($i: NodeInput!) { deactivateMobileWorker(input: $i) { userErrors { code } } }";
    admin.run(deactivate, json!({ "i": { "id": format!("mw_{id}") } })).await;
    let shown = admin.get(&at(&id)).await.json();
    assert_eq!((&shown["is_active"], &shown["is_account_confirmed"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn who_is_limited_to_places_sees_the_workers_there_and_no_others() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let here = worker(&admin, "here", json!({ "locations": [LOCATIONS[0]], "groups": GROUPS })).await;
    let there = worker(&admin, "there", json!({ "locations": [LOCATIONS[1]] })).await;
    let nowhere = worker(&admin, "nowhere", json!({})).await;
    let supervisor =
        user(&app, "supervisor@acme.example", &["access_api", "edit_commcare_users"], &[LOCATIONS[0]]).await;
    assert_eq!(supervisor.get(&at(&here)).await.status, StatusCode::OK);
    for id in [there, nowhere] {
        let answer = supervisor.get(&at(&id)).await;
        let unknown = supervisor.get(&at(&"0".repeat(32))).await;
        assert_eq!((answer.status, &answer.text), (StatusCode::NOT_FOUND, &unknown.text));
    }
    let listed = supervisor.get(WORKERS).await.json();
    assert_eq!(
        (&listed["meta"]["total_count"], &listed["objects"][0]["username"]),
        (&json!(1), &json!("here@acme.fieldgate.local"))
    );
}
