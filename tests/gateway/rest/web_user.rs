//! `/a/acme/api/web-user/v1/…` (reference commcare-users §4.12).

use super::{LOCATIONS, fault, faults, places, user};
use crate::support::{ADMIN, Actor, Answer, TestApp};
use crate::web_user::{MANAGER, one_more_admin, spaces};
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

const WEB_USERS: &str = "/a/acme/api/web-user/v1/";

fn at(id: &str) -> String {
    format!("{WEB_USERS}{id}/")
}

async fn patch(actor: &Actor<'_>, id: &str, body: &Json) -> Answer {
    let headers = [("content-type", "application/json")];
    actor.send(Method::PATCH, &at(id), &headers, Body::from_string(body.to_string())).await
}

/// The id of somebody of `acme`.
async fn id_of(actor: &Actor<'_>, email: &str) -> String {
    let found = actor.get(&format!("{WEB_USERS}?web_username={email}")).await.json();
    found["objects"][0]["id"].as_str().unwrap_or_else(|| panic!("no {email} in {found}")).to_owned()
}

fn refused(answer: &Answer) -> (StatusCode, Vec<(String, Vec<String>)>) {
    (answer.status, faults(&answer.json()))
}

async fn emails(actor: &Actor<'_>, query: &str) -> Vec<String> {
    let answer = actor.get(&format!("{WEB_USERS}{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let answer = answer.json();
    let email = |object: &Json| object["email"].as_str().unwrap().to_owned();
    answer["objects"].as_array().unwrap().iter().map(email).collect()
}

#[tokio::test]
async fn a_web_user_is_shown_with_all_that_they_are_here() {
    let app = TestApp::spawn().await;
    places(&app).await;
    user(&app, "ana@acme.example", &["view_reports"], &[LOCATIONS[1], LOCATIONS[0]]).await;
    let admin = app.admin().await;
    let id = id_of(&admin, "ana@acme.example").await;
    let shown = admin.get(&at(&id)).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    assert_eq!(
        shown.json(),
        json!({
            "id": id, "username": "ana@acme.example", "email": "ana@acme.example", "first_name": "",
            "last_name": "", "is_admin": false, "role": "Role of ana@acme.example",
            "permissions": { "view_reports": true },
            "primary_location_id": LOCATIONS[1], "assigned_location_ids": [LOCATIONS[1], LOCATIONS[0]],
            "is_active_in_domain": true, "last_access_date": null, "joined_at": "2026-09-21T14:13:20Z",
            "resource_uri": at(&id),
        })
    );
    let own = admin.get(&at(&id_of(&admin, ADMIN).await)).await.json();
    assert_eq!((&own["role"], &own["is_admin"]), (&json!("Admin"), &json!(true)), "{own}");
    assert_eq!(own["permissions"]["edit_web_users"], true);
    assert_eq!(own["primary_location_id"], "");
    assert_eq!(own["last_access_date"], "2026-09-21T14:13:20Z", "this very call is the access");
}

#[tokio::test]
async fn the_list_is_filtered_paged_and_strict() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    user(&app, "ana@acme.example", &["view_reports"], &[LOCATIONS[0]]).await;
    user(&app, "bo@acme.example", &["view_reports"], &[]).await;
    let id = id_of(&admin, "bo@acme.example").await;
    assert_eq!(admin.post(&format!("{}deactivate/", at(&id)), &json!({})).await.status, StatusCode::ACCEPTED);
    let (ana, bo) = ("ana@acme.example", "bo@acme.example");
    for (query, expected) in [
        ("", vec![ADMIN, ana, bo]),
        ("?limit=1&offset=1", vec![ana]),
        ("?web_username=BO@acme.example", vec![bo]),
        ("?web_username=nobody@acme.example", vec![]),
        ("?role=admin", vec![ADMIN]),
        ("?role=role%20of%20ana@acme.example", vec![ana]),
        ("?role=nonsense", vec![]),
        (&format!("?location={}", LOCATIONS[0]), vec![ana]),
        ("?active=false", vec![bo]),
        ("?active=True&format=json", vec![ADMIN, ana]),
    ] {
        assert_eq!(emails(&admin, query).await, expected, "{query}");
    }
    let page = admin.get(&format!("{WEB_USERS}?limit=1&active=true")).await.json();
    let meta = json!({
        "limit": 1, "offset": 0, "total_count": 2, "previous": null,
        "next": "/a/acme/api/web-user/v1/?limit=1&offset=1&active=true",
    });
    assert_eq!(page["meta"], meta);
    let wrong = admin.get(&format!("{WEB_USERS}?limit=x&active=maybe&colour=red&location=here")).await;
    let (status, mut found) = refused(&wrong);
    found.sort();
    let mut expected = vec![
        fault("INVALID_VALUE", &["limit"]),
        fault("INVALID_VALUE", &["active"]),
        fault("INVALID_VALUE", &["location"]),
        fault("UNKNOWN_FIELD", &["colour"]),
    ];
    expected.sort();
    assert_eq!((status, found), (StatusCode::BAD_REQUEST, expected));
}

#[tokio::test]
async fn nobody_is_found_by_name_who_is_no_member() {
    // CommCare's older list shows whoever is named (reference §4.12): ours does not.
    let app = TestApp::spawn().await;
    crate::scene::outsider(&app).await;
    assert_eq!(emails(&app.admin().await, "?web_username=admin@globex.example").await, Vec::<String>::new());
}

#[tokio::test]
async fn role_and_locations_are_changed_here() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let ana = user(&app, "ana@acme.example", &["view_reports"], &[]).await;
    app.space("globex", "ana@acme.example").await;
    let id = id_of(&admin, "ana@acme.example").await;
    let body = json!({
        "role": "app editor", "assigned_location_ids": LOCATIONS, "primary_location_id": LOCATIONS[1],
    });
    let changed = patch(&admin, &id, &body).await;
    assert_eq!(changed.status, StatusCode::ACCEPTED, "{}", changed.text);
    let changed = changed.json();
    assert_eq!(
        (&changed["role"], &changed["primary_location_id"], &changed["assigned_location_ids"]),
        (&json!("App Editor"), &json!(LOCATIONS[1]), &json!(LOCATIONS))
    );
    assert_eq!(admin.get(&at(&id)).await.json(), changed);
    // What is left out stays.
    let changed = patch(&admin, &id, &json!({ "role": "Admin" })).await.json();
    assert_eq!((&changed["is_admin"], &changed["assigned_location_ids"]), (&json!(true), &json!(LOCATIONS)));
    let changed = patch(&admin, &id, &json!({ "assigned_location_ids": [] })).await.json();
    assert_eq!(
        (&changed["role"], &changed["primary_location_id"], &changed["assigned_location_ids"]),
        (&json!("Admin"), &json!(""), &json!([]))
    );
    let mut both = spaces(&ana).await;
    both.sort();
    assert_eq!(both, ["acme", "globex"], "the other project space is not touched");
    let audited = app.rows("SELECT channel FROM audit_entry WHERE action = 'web_user.update'").await.unwrap();
    assert_eq!(audited, [["rest"], ["rest"], ["rest"]]);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_change_is_told_and_nothing_is_changed() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    user(&app, "ana@acme.example", &["view_reports"], &[]).await;
    let id = id_of(&admin, "ana@acme.example").await;
    let before = admin.get(&at(&id)).await.json();
    let unknown = "0".repeat(32);
    let body = json!({
        "role": "Nonsense", "assigned_location_ids": [LOCATIONS[1], unknown], "primary_location_id": LOCATIONS[0],
        "tableau_role": "Viewer", "user_data": { "a": "b" }, "email": "new@acme.example",
    });
    let (status, mut found) = refused(&patch(&admin, &id, &body).await);
    found.sort();
    let mut expected = vec![
        fault("ROLE_NOT_ASSIGNABLE", &["role"]),
        fault("UNKNOWN_FIELD", &["email"]),
        fault("UNKNOWN_FIELD", &["tableau_role"]),
        fault("UNKNOWN_FIELD", &["user_data"]),
        fault("PRIMARY_LOCATION_NOT_ASSIGNED", &["primary_location_id"]),
        fault("LOCATION_OUT_OF_REACH", &["assigned_location_ids", "1"]),
    ];
    expected.sort();
    assert_eq!((status, found), (StatusCode::BAD_REQUEST, expected));
    for empty in [json!({ "role": "" }), json!({ "role": null })] {
        let expected = vec![fault("REQUIRED", &["role"])];
        assert_eq!(refused(&patch(&admin, &id, &empty).await), (StatusCode::BAD_REQUEST, expected));
    }
    assert_eq!(admin.get(&at(&id)).await.json(), before);
    let plain =
        admin.send(Method::PATCH, &at(&id), &[("content-type", "text/plain")], Body::from("{}")).await;
    assert_eq!(plain.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn nobody_climbs_nobody_leaves_by_themselves_and_the_last_admin_stays() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let manager = user(&app, "manager@acme.example", MANAGER, &[]).await;
    let own = id_of(&manager, "manager@acme.example").await;
    let chief = id_of(&manager, ADMIN).await;
    let refused = async |actor: &Actor<'_>, id: &str, body: Json| patch(actor, id, &body).await;
    let climb = refused(&manager, &own, json!({ "role": "Admin" })).await;
    assert_eq!(climb.status, StatusCode::FORBIDDEN, "{}", climb.text);
    let demote = refused(&manager, &chief, json!({ "role": "Role of manager@acme.example" })).await;
    assert!(demote.status.is_client_error(), "{}", demote.text);
    let leave = admin.post(&format!("{}deactivate/", at(&chief)), &json!({})).await;
    assert_eq!(leave.status, StatusCode::BAD_REQUEST, "{}", leave.text);
    assert_eq!(leave.json()["errors"][0]["code"], "SELF_REMOVAL");
    let second = one_more_admin(&app, "second@acme.example").await;
    let there = id_of(&admin, "second@acme.example").await;
    for (verb, active) in [("deactivate/", false), ("deactivate", false), ("activate", true)] {
        let done = admin.post(&format!("{}{verb}", at(&there)), &json!({})).await;
        assert_eq!((done.status, done.json()), (StatusCode::ACCEPTED, json!({})));
        assert_eq!(admin.get(&at(&there)).await.json()["is_active_in_domain"], active);
        assert_eq!(spaces(&second).await.len(), usize::from(active));
    }
    assert_eq!(admin.get(&at(&chief)).await.json()["is_admin"], true);
}

#[tokio::test]
async fn who_is_not_here_and_what_is_not_offered() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let outsider = crate::scene::outsider(&app).await;
    let elsewhere = outsider.get("/a/globex/api/web-user/v1/").await.json();
    let elsewhere = elsewhere["objects"][0]["id"].as_str().unwrap().to_owned();
    let own = id_of(&admin, ADMIN).await;
    for id in [elsewhere.as_str(), "nonsense", &"0".repeat(32)] {
        for answer in [
            admin.get(&at(id)).await,
            patch(&admin, id, &json!({})).await,
            admin.post(&format!("{}activate/", at(id)), &json!({})).await,
            admin.post(&format!("{}deactivate/", at(id)), &json!({})).await,
        ] {
            assert_eq!((answer.status, &answer.json()["code"]), (StatusCode::NOT_FOUND, &json!("NOT_FOUND")));
        }
    }
    assert_eq!(outsider.get(WEB_USERS).await.status, StatusCode::NOT_FOUND);
    assert_eq!(outsider.get(&at(&own)).await.status, StatusCode::NOT_FOUND);
    for answer in [
        app.stranger().get(WEB_USERS).await,
        app.stranger().get(&at(&own)).await,
        patch(&app.stranger(), &own, &json!({})).await,
    ] {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    for (answer, allowed) in [
        (admin.post(WEB_USERS, &json!({})).await, "GET"),
        (admin.delete(&at(&own)).await, "GET, PATCH"),
        (admin.get(&format!("{}activate/", at(&own))).await, "POST"),
    ] {
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers.get("allow").unwrap(), allowed);
    }
    assert_eq!(admin.post(&format!("{}promote/", at(&own)), &json!({})).await.status, StatusCode::NOT_FOUND);
    // Without the permission for APIs, nothing here is to be had.
    let bare = user(&app, "bare@acme.example", &["view_web_users", "access_all_locations"], &[]).await;
    let answer = bare.get(WEB_USERS).await;
    let missing = json!(["access_api"]);
    assert_eq!((answer.status, &answer.json()["missing"]), (StatusCode::FORBIDDEN, &missing));
    let reader =
        user(&app, "reader@acme.example", &["view_web_users", "access_all_locations", "access_api"], &[])
            .await;
    assert_eq!(reader.get(&at(&own)).await.status, StatusCode::OK);
    let answer = patch(&reader, &own, &json!({ "role": "Read Only" })).await;
    let missing = json!(["edit_web_users"]);
    assert_eq!((answer.status, &answer.json()["missing"]), (StatusCode::FORBIDDEN, &missing));
}
