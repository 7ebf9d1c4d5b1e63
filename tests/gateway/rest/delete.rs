use super::{WORKERS, at, user, worker};
use crate::support::{TestApp, WORKER_PASSWORD};
use poem::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_deleted_worker_is_gone_on_every_channel_and_their_session_with_them() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({ "password": WORKER_PASSWORD })).await;
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let answer = admin.delete(&at(&id)).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::ACCEPTED, ""));

    assert_eq!(admin.get(&at(&id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.get(WORKERS).await.json()["objects"], json!([]));
    let listed =
        admin.run(r#"{ projectSpace(name: "acme") { mobileWorkers { totalCount } } }"#, json!({})).await;
    assert_eq!(listed["data"]["projectSpace"]["mobileWorkers"]["totalCount"], 0);
    assert_eq!(
        amina.post("/graphql", &json!({ "query": "{ __typename }" })).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_restored_worker_is_there_again() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({ "user_data": { "a": "b" } })).await;
    let before = admin.get(&at(&id)).await.json();
    admin.delete(&at(&id)).await;
    let restore = "mutation($i: NodeInput!) { restoreMobileWorker(input: $i) { userErrors { code } } }";
    assert!(
        admin
            .refusals("restoreMobileWorker", restore, json!({ "i": { "id": format!("mw_{id}") } }))
            .await
            .is_empty()
    );
    let after = admin.get(&at(&id)).await.json();
    assert_eq!((&after["user_data"], &after["username"]), (&before["user_data"], &before["username"]));
}

#[tokio::test]
async fn who_may_only_see_workers_is_denied() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({})).await;
    let viewer = user(
        &app,
        "viewer@acme.example",
        &["access_api", "view_commcare_users", "access_all_locations"],
        &[],
    )
    .await;
    let answer = viewer.delete(&at(&id)).await;
    assert_eq!(
        (answer.status, &answer.json()["missing"]),
        (StatusCode::FORBIDDEN, &json!(["edit_commcare_users"]))
    );
    assert_eq!(admin.get(&at(&id)).await.status, StatusCode::OK);
}
