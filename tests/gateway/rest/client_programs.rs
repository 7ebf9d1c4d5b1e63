//! What programs written for CommCare HQ send and read (reference client-programs): their addresses, their pages, and the
//! resources beside workers and web users.

use super::{GROUPS, LOCATIONS, WORKERS, places, user, worker};
use crate::scene::{Tree, group};
use crate::support::{ADMIN, Actor, PASSWORD, TestApp, operator};
use chrono::DateTime;
use fieldgate::domain::LocationId;
use poem::Body;
use poem::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

/// Every form of the address of a resource.
fn addresses(resource: &str) -> Vec<String> {
    let bases = [
        format!("/a/acme/api/{resource}/v1"),
        format!("/a/acme/api/v0.5/{resource}"),
        format!("/a/acme/api/v0.4/{resource}"),
    ];
    bases.into_iter().flat_map(|base| [format!("{base}/"), base]).collect()
}

async fn objects(actor: &Actor<'_>, path: &str) -> Vec<Json> {
    let answer = actor.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.json()["objects"].as_array().unwrap().clone()
}

#[tokio::test]
async fn each_resource_answers_at_every_form_of_its_address() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    worker(&admin, "amina", json!({ "groups": GROUPS, "locations": LOCATIONS })).await;
    for resource in ["user", "web-user", "group", "location", "location_type"] {
        let documented = objects(&admin, &format!("/a/acme/api/{resource}/v1/")).await;
        assert!(!documented.is_empty(), "{resource}");
        let id = documented[0]["id"].as_str().unwrap();
        for address in addresses(resource) {
            // `Content-Type` on a GET, as OpenFn and others send it.
            let headers = [("content-type", "application/json")];
            let listed = admin.send(Method::GET, &address, &headers, Body::empty()).await;
            assert_eq!(listed.status, StatusCode::OK, "{address}: {}", listed.text);
            assert_eq!(listed.json()["objects"], json!(documented), "{address}");
            let (base, slash) = match address.strip_suffix('/') {
                Some(base) => (base, "/"),
                None => (address.as_str(), ""),
            };
            let one = admin.get(&format!("{base}/{id}{slash}?format=json")).await;
            assert_eq!((one.status, one.json()), (StatusCode::OK, documented[0].clone()), "{address}");
            assert_eq!(app.stranger().get(&address).await.status, StatusCode::UNAUTHORIZED, "{address}");
        }
        assert_eq!(admin.get(&format!("/a/acme/api/v0.6/{resource}/")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_worker_is_made_changed_and_deleted_at_the_older_address() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let at = "/a/acme/api/v0.5/user/";
    let body = json!({ "username": "amina@acme.fieldgate.local", "password": "qwer1234", "first_name": "x".repeat(150) });
    let made = admin.post(at, &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.json()["username"], "amina@acme.fieldgate.local");
    // commcare-connect takes this text for success.
    let again = admin.post(at, &body).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(again.text.contains("already taken"), "{}", again.text);
    assert_eq!(again.json()["error"], again.json()["detail"]);
    assert_eq!(admin.put(&format!("{at}{id}"), &json!({ "first_name": "A" })).await.status, StatusCode::OK);
    for (verb, is_active) in [("disable", false), ("enable", true), ("deactivate", false), ("activate", true)]
    {
        let done = admin.post(&format!("{at}{id}/{verb}/"), &json!({})).await;
        assert_eq!(done.status, StatusCode::ACCEPTED, "{verb}: {}", done.text);
        assert_eq!(admin.get(&format!("{at}{id}/")).await.json()["is_active"], is_active, "{verb}");
    }
    assert_eq!(admin.delete(&format!("{at}{id}")).await.status, StatusCode::ACCEPTED);
    assert_eq!(admin.delete(&format!("{at}{id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn next_is_a_path_from_the_root_that_keeps_the_address_and_all_parameters() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let mut groups = Vec::new();
    for number in 0..5 {
        groups.push(group(&app, &format!("g{number}")).await);
        worker(&admin, &format!("w{number}"), json!({})).await;
        user(&app, &format!("u{number}@acme.example"), &["access_api"], &[]).await;
    }
    Tree::plant(&app).await;
    for (resource, count) in
        [("user", 5), ("web-user", 6), ("group", 5), ("location", 4), ("location_type", 2)]
    {
        for base in [format!("/a/acme/api/v0.5/{resource}/"), format!("/a/acme/api/{resource}/v1")] {
            let mut next = Some(format!("{base}?limit=2&format=json"));
            let (mut seen, mut last) = (Vec::new(), Json::Null);
            while let Some(path) = next {
                let page = admin.get(&path).await.json();
                seen.extend(
                    page["objects"].as_array().unwrap().iter().map(|object| object["id"].to_string()),
                );
                next = page["meta"]["next"].as_str().map(ToOwned::to_owned);
                if let Some(next) = &next {
                    assert!(next.starts_with(&format!("{base}?")) && next.contains("format=json"), "{next}");
                }
                assert_eq!(page["meta"]["total_count"], count, "{resource}");
                last = page["meta"].clone();
            }
            if count > 2 {
                assert!(last["previous"].as_str().unwrap().starts_with(&format!("{base}?")), "{last}");
            }
            let total = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((seen.len(), total), (count, count), "{resource}");
        }
    }
}

// What `commcare-export --locations` joins: each location's type and parent are addresses in the other lists.
#[tokio::test]
async fn locations_name_their_types_and_parents_by_address() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let admin = app.admin().await;
    let locations = objects(&admin, "/a/acme/api/v0.5/location/").await;
    let types = objects(&admin, "/a/acme/api/v0.5/location_type/").await;
    let named = |list: &[Json], name: &str| list.iter().find(|it| it["name"] == name).unwrap().clone();
    let (northern, north) = (named(&locations, "Northern"), named(&locations, "North"));
    let (district, region) = (named(&types, "District"), named(&types, "Region"));
    assert_eq!(northern["parent"], north["resource_uri"]);
    assert_eq!(northern["location_type"], district["resource_uri"]);
    assert_eq!((&north["parent"], &north["location_type"]), (&Json::Null, &region["resource_uri"]));
    assert_eq!((&district["parent"], &region["parent"]), (&region["resource_uri"], &Json::Null));
    assert_eq!(north["location_id"], json!(tree.north.replace("lo_", "")));
    for field in ["created_at", "last_modified"] {
        assert!(DateTime::parse_from_rfc3339(north[field].as_str().unwrap()).is_ok(), "{north}");
    }
    for (field, value) in [("domain", "acme"), ("external_id", ""), ("site_code", "north")] {
        assert_eq!(north[field], value, "{north}");
    }
    let one = objects(&admin, "/a/acme/api/location/v1/?site_code=NORTHERN").await;
    assert_eq!(one, [northern]);
    assert_eq!(objects(&admin, "/a/acme/api/location/v1/?site_code=nowhere").await, [] as [Json; 0]);
    let id = LocationId::parse(&tree.southern).unwrap();
    fieldgate::service::location::archive(&app.services, &operator(), id, None).await.unwrap();
    assert_eq!(objects(&admin, "/a/acme/api/location/v1/").await.len(), 3, "an archived one is not there");
    let path = format!("/a/acme/api/location/v1/{}/", tree.southern.replace("lo_", ""));
    assert_eq!(admin.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_is_limited_to_places_reads_those_and_no_others() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let hex = |id: &str| id.replace("lo_", "");
    let limited =
        user(&app, "limited@acme.example", &["access_api", "view_locations"], &[&tree.northern]).await;
    let listed = objects(&limited, "/a/acme/api/v0.5/location/").await;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&listed[0]["name"], &listed[0]["parent"]), (&json!("Northern"), &Json::Null));
    for hidden in [&tree.north, &tree.southern] {
        let path = format!("/a/acme/api/v0.5/location/{}/", hex(hidden));
        let unknown = limited.get(&format!("/a/acme/api/v0.5/location/{}/", "0".repeat(32))).await;
        let answer = limited.get(&path).await;
        assert_eq!((answer.status, &answer.text), (StatusCode::NOT_FOUND, &unknown.text));
    }
}

#[tokio::test]
async fn reading_is_denied_without_the_right_to_the_api_and_across_project_spaces() {
    let app = TestApp::spawn().await;
    Tree::plant(&app).await;
    group(&app, "nurses").await;
    let member = user(&app, "member@acme.example", &["view_locations", "view_groups"], &[]).await;
    app.space("globex", "admin@globex.example").await;
    let foreign = app.sign_in("admin@globex.example", PASSWORD).await;
    for resource in ["group", "location", "location_type"] {
        let id = objects(&app.admin().await, &format!("/a/acme/api/v0.5/{resource}/")).await[0]["id"].clone();
        for path in [
            format!("/a/acme/api/v0.5/{resource}/"),
            format!("/a/acme/api/{resource}/v1/{}/", id.as_str().unwrap()),
        ] {
            assert_eq!(member.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(foreign.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(app.stranger().get(&path).await.status, StatusCode::UNAUTHORIZED, "{path}");
        }
        let elsewhere = format!("/a/globex/api/{resource}/v1/{}/", id.as_str().unwrap());
        assert_eq!(foreign.get(&elsewhere).await.status, StatusCode::NOT_FOUND, "{elsewhere}");
    }
}

#[tokio::test]
async fn a_group_lists_its_active_members_that_the_caller_may_see() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    let zoe = worker(&admin, "zoe", json!({ "groups": [GROUPS[0]], "locations": [LOCATIONS[0]] })).await;
    let amina = worker(&admin, "amina", json!({ "groups": GROUPS })).await;
    let gone = worker(&admin, "gone", json!({ "groups": [GROUPS[0]] })).await;
    admin.post(&format!("{WORKERS}{gone}/deactivate/"), &json!({})).await;
    let listed = objects(&admin, "/a/acme/api/v0.5/group/").await;
    assert_eq!((&listed[0]["users"], &listed[1]["users"]), (&json!([amina, zoe]), &json!([amina])));
    let supervisor =
        user(&app, "supervisor@acme.example", &["access_api", "edit_commcare_users"], &[LOCATIONS[0]]).await;
    assert_eq!(objects(&supervisor, "/a/acme/api/v0.5/group/").await[0]["users"], json!([zoe]));
    for limit in [1, 2] {
        app.statements();
        objects(&admin, &format!("/a/acme/api/v0.5/group/?limit={limit}")).await;
        // Session, rights, project space; the page, the count, the members.
        assert_eq!(app.statements().len(), 6, "{limit}");
    }
}

// The texts of list objects are never null: a client from 2015 stops at one, and tables get no columns.
#[tokio::test]
async fn a_worker_has_every_text_and_every_key_that_the_exporter_reads() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    worker(&admin, "bare", json!({})).await;
    let bare = &objects(&admin, "/a/acme/api/v0.5/user/?limit=1000").await[0];
    for field in ["default_phone_number", "email", "first_name", "last_name", "language"] {
        assert_eq!(bare[field], "", "{field}");
    }
    let data = &bare["user_data"];
    for key in ["commcare_location_id", "commcare_location_ids", "commcare_primary_case_sharing_id"] {
        assert_eq!(data[key], "", "{key}");
    }
    assert_eq!((&data["commcare_project"], &bare["groups"]), (&json!("acme"), &json!([])));
}

#[tokio::test]
async fn a_caller_without_credentials_is_told_to_use_an_api_key() {
    let app = TestApp::spawn().await;
    let answer = app.stranger().get("/a/acme/api/v0.5/user/").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let told = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(told.contains("ApiKey") && told.contains("`Digest` is not"), "{told}");
    assert!(answer.headers["www-authenticate"].to_str().unwrap().contains("ApiKey"));
    let digest = app.stranger().with_authorization(&format!("Digest username=\"{ADMIN}\""));
    assert_eq!(digest.get("/a/acme/api/v0.5/user/").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn callers_learn_who_they_are_and_where_they_belong_and_strangers_are_denied() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.space("globex", ADMIN).await;
    let key = crate::invitation::api_key(&admin, json!({ "projectSpace": "acme", "name": "one" })).await;
    let script = app.stranger().with_authorization(&format!("ApiKEY {ADMIN}:{key}"));
    for form in
        ["/api/user_domains/v1/", "/api/user_domains/v1", "/api/v0.5/user_domains/", "/api/v0.5/user_domains"]
    {
        let names = |objects: Vec<Json>| {
            let mut names: Vec<_> = objects.iter().map(|space| space["domain_name"].to_string()).collect();
            names.sort();
            names
        };
        let path = format!("{form}?limit=100");
        assert_eq!(names(objects(&admin, &path).await), ["\"acme\"", "\"globex\""], "{form}");
        assert_eq!(names(objects(&script, &path).await), ["\"acme\""], "a key is for one project space");
        assert_eq!(app.stranger().get(form).await.status, StatusCode::UNAUTHORIZED, "{form}");
    }
    crate::scene::worker_who_signs_in(&app, "amina").await;
    let amina = app.sign_in("amina@acme.fieldgate.local", crate::support::WORKER_PASSWORD).await;
    for form in ["/api/identity/v1/", "/api/identity/v1", "/api/v0.5/identity/"] {
        let me = admin.get(form).await.json();
        assert_eq!((&me["username"], &me["email"]), (&json!(ADMIN), &json!(ADMIN)), "{form}");
        assert_eq!(me["id"].as_str().unwrap().len(), 32);
        assert_eq!(amina.get(form).await.json()["username"], "amina@acme.fieldgate.local", "{form}");
        assert_eq!(app.stranger().get(form).await.status, StatusCode::UNAUTHORIZED, "{form}");
    }
}
