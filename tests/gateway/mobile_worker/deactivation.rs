//! Dates of deactivation: set by people, acted upon by a job.

use crate::scene::{audited, entries, faults, pairs, worker_who_signs_in};
use crate::support::{TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use fieldgate::service::mobile_worker::deactivate_next;
use serde_json::{Value as Json, json};

const UPDATE: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) { mobileWorker { deactivateAfter status } userErrors { code path } }
}";
const CREATE: &str = "mutation($i: CreateMobileWorkerInput!) {
    createMobileWorker(input: $i) { mobileWorker { id deactivateAfter } userErrors { code path } }
}";
const ACTIVATE: &str = "mutation($i: NodeInput!) {
    activateMobileWorker(input: $i) { mobileWorker { status deactivateAfter } userErrors { code path } }
}";

async fn all_that_are_due(app: &TestApp) -> usize {
    let mut done = 0;
    while deactivate_next(&app.services).await.unwrap() {
        done += 1;
    }
    done
}

/// So many minutes from now on the test's clock.
fn in_minutes(app: &TestApp, minutes: i64) -> Json {
    json!((app.services.clock.now() + TimeDelta::minutes(minutes)).to_rfc3339())
}

#[tokio::test]
async fn a_worker_is_out_when_the_date_has_come_and_the_audit_says_that_a_job_did_it() {
    let app = TestApp::spawn().await;
    let id = worker_who_signs_in(&app, "amina").await;
    worker_who_signs_in(&app, "bilal").await;
    let date = in_minutes(&app, 5);
    let input = json!({ "i": { "id": id, "deactivateAfter": date } });
    let (payload, entry) = audited(&app.admin().await, &app, UPDATE, input).await;
    assert_eq!(payload["mobileWorker"], json!({ "deactivateAfter": date, "status": "ACTIVE" }));
    assert!(entry.change("deactivate_after").is_some(), "{entry:?}");
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let view = "{ viewer { principal { signInMethod } } }";
    assert_eq!(all_that_are_due(&app).await, 0);
    app.pass(TimeDelta::minutes(5));
    assert_eq!(all_that_are_due(&app).await, 1);
    assert_eq!(amina.code(view, json!({})).await, "UNAUTHENTICATED");
    let last = entries(&app, "deactivation dates").await;
    assert_eq!(last.len(), 1);
    assert_eq!(
        (last[0].action.as_str(), last[0].principal.as_str(), last[0].channel.as_str()),
        ("mobile_worker.deactivate", "system", "job")
    );
    assert_eq!(last[0].change("status"), Some((json!("active"), json!("deactivated"))));
    assert_eq!(all_that_are_due(&app).await, 0);
    app.sign_in("bilal@acme.fieldgate.local", WORKER_PASSWORD).await;
}

#[tokio::test]
async fn an_admin_who_activates_them_again_is_not_undone_by_a_date_that_is_past() {
    let app = TestApp::spawn().await;
    let id = worker_who_signs_in(&app, "amina").await;
    app.admin().await.run(UPDATE, json!({ "i": { "id": id, "deactivateAfter": in_minutes(&app, 1) } })).await;
    app.pass(TimeDelta::minutes(1));
    assert_eq!(all_that_are_due(&app).await, 1);
    let (payload, _) = audited(&app.admin().await, &app, ACTIVATE, json!({ "i": { "id": id } })).await;
    assert_eq!(payload["mobileWorker"], json!({ "status": "ACTIVE", "deactivateAfter": null }));
    assert_eq!(all_that_are_due(&app).await, 0);
    app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
}

#[tokio::test]
async fn gateways_that_look_at_once_deactivate_once() {
    let app = TestApp::spawn().await;
    let id = worker_who_signs_in(&app, "amina").await;
    app.admin().await.run(UPDATE, json!({ "i": { "id": id, "deactivateAfter": in_minutes(&app, 1) } })).await;
    app.pass(TimeDelta::minutes(1));
    let (one, two, three) = tokio::join!(
        deactivate_next(&app.services),
        deactivate_next(&app.services),
        deactivate_next(&app.services)
    );
    assert!(one.is_ok() && two.is_ok() && three.is_ok(), "{one:?} {two:?} {three:?}");
    assert_eq!(entries(&app, "deactivation dates").await.len(), 1);
}

#[tokio::test]
async fn a_date_is_in_the_future_when_it_is_set_and_null_takes_it_away() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let past = json!({
        "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD, "deactivateAfter": in_minutes(&app, 0),
    });
    assert_eq!(faults(&admin, CREATE, past).await, pairs(&[("INVALID_VALUE", "deactivateAfter")]));
    let future = json!({
        "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD, "deactivateAfter": in_minutes(&app, 1),
    });
    let (payload, entry) = audited(&admin, &app, CREATE, json!({ "i": future })).await;
    assert!(
        payload["mobileWorker"]["deactivateAfter"].is_string() && entry.change("deactivate_after").is_some()
    );
    let id = &payload["mobileWorker"]["id"];
    let past = json!({ "id": id, "deactivateAfter": in_minutes(&app, -1) });
    assert_eq!(faults(&admin, UPDATE, past).await, pairs(&[("INVALID_VALUE", "deactivateAfter")]));
    let cleared = admin.run(UPDATE, json!({ "i": { "id": id, "deactivateAfter": null } })).await;
    assert_eq!(
        cleared["data"]["updateMobileWorker"]["mobileWorker"]["deactivateAfter"],
        Json::Null,
        "{cleared}"
    );
    app.pass(TimeDelta::minutes(2));
    assert_eq!(all_that_are_due(&app).await, 0);
}

#[tokio::test]
async fn scripts_give_a_moment_or_a_month() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let path = "/a/acme/api/user/v1/";
    let made = admin
        .post(
            path,
            &json!({ "username": "amina", "password": WORKER_PASSWORD, "deactivate_after": "04-2031" }),
        )
        .await;
    assert_eq!(made.json()["deactivate_after"], "2031-04-01T00:00:00Z", "{}", made.text);
    let one = format!("{path}{}/", made.json()["id"].as_str().unwrap());
    let edited = admin.put(&one, &json!({ "deactivate_after": "2031-05-06T07:08:09+02:00" })).await;
    assert_eq!(edited.json()["deactivate_after"], "2031-05-06T05:08:09Z", "{}", edited.text);
    for wrong in ["soon", "13-2031", "4-2031", "2031-04", "04-31", "2031-04-01", "01-0001"] {
        let refused = admin.put(&one, &json!({ "deactivate_after": wrong })).await;
        assert_eq!(refused.status.as_u16(), 400, "{wrong}: {}", refused.text);
        assert_eq!(refused.json()["errors"][0]["path"], json!(["deactivate_after"]));
    }
    let cleared = admin.put(&one, &json!({ "deactivate_after": "" })).await;
    assert_eq!(cleared.json()["deactivate_after"], Json::Null);
    // What was read can be sent back.
    let read = admin.get(&one).await.json();
    assert_eq!(
        admin.put(&one, &json!({ "deactivate_after": read["deactivate_after"] })).await.status.as_u16(),
        200
    );
}
