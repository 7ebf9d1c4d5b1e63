use super::{GROUPS, LOCATIONS, WORKERS, fault, faults, places, user, worker};
use crate::support::{Actor, TestApp};
use poem::http::StatusCode;
use serde_json::{Value as Json, json};

/// A page of the list: by parameters, or by the path of `next`.
async fn page(actor: &Actor<'_>, parameters: &str) -> Json {
    let path =
        if parameters.starts_with('/') { parameters.to_owned() } else { format!("{WORKERS}{parameters}") };
    let answer = actor.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{parameters}: {}", answer.text);
    answer.json()
}

/// The names before the `@` of the login names.
fn usernames(page: &Json) -> Vec<&str> {
    let login_names =
        page["objects"].as_array().unwrap().iter().map(|object| object["username"].as_str().unwrap());
    login_names.map(|name| name.strip_suffix("@acme.fieldgate.local").unwrap()).collect()
}

/// Five workers, `w0` to `w4`; `w1` and `w3` are in the first group, `w4` is deactivated.
async fn five(app: &TestApp) -> Actor<'_> {
    places(app).await;
    let admin = app.admin().await;
    for number in [3, 0, 4, 1, 2] {
        let groups = if number % 2 == 1 { vec![GROUPS[0]] } else { vec![] };
        let id = worker(&admin, &format!("w{number}"), json!({ "groups": groups })).await;
        if number == 4 {
            let deactivate =
                "mutation($i: NodeInput!) { deactivateMobileWorker(input: $i) { userErrors { code } } }";
            admin.run(deactivate, json!({ "i": { "id": format!("mw_{id}") } })).await;
        }
    }
    admin
}

#[tokio::test]
async fn a_list_says_where_it_is_and_what_is_before_and_after() {
    let app = TestApp::spawn().await;
    let admin = five(&app).await;
    let all = page(&admin, "").await;
    assert_eq!(usernames(&all), ["w0", "w1", "w2", "w3"]);
    assert_eq!(
        all["meta"],
        json!({ "limit": 20, "offset": 0, "total_count": 4, "next": null, "previous": null })
    );
    let middle = page(&admin, "?limit=2&offset=1").await;
    assert_eq!(usernames(&middle), ["w1", "w2"]);
    assert_eq!(
        middle["meta"],
        json!({
            "limit": 2, "offset": 1, "total_count": 4,
            "next": "/a/acme/api/user/v1/?limit=2&offset=3", "previous": "/a/acme/api/user/v1/?limit=2&offset=0",
        })
    );
    let past = page(&admin, "?offset=100").await;
    assert_eq!(
        (usernames(&past), &past["meta"]["total_count"], &past["meta"]["next"]),
        (vec![], &json!(4), &Json::Null)
    );
}

#[tokio::test]
async fn following_next_meets_everyone_once() {
    let app = TestApp::spawn().await;
    let admin = five(&app).await;
    for limit in 1..=5 {
        let mut seen: Vec<String> = Vec::new();
        let mut next = Some(format!("?limit={limit}"));
        while let Some(parameters) = next {
            let page = page(&admin, &parameters).await;
            seen.extend(usernames(&page).into_iter().map(ToOwned::to_owned));
            assert!(seen.len() <= 4, "{seen:?}");
            next = page["meta"]["next"].as_str().map(ToOwned::to_owned);
        }
        assert_eq!(seen, ["w0", "w1", "w2", "w3"], "by {limit}");
    }
}

#[tokio::test]
async fn a_list_can_be_of_a_group_or_of_the_deactivated() {
    let app = TestApp::spawn().await;
    let admin = five(&app).await;
    for (parameters, expected) in [
        (format!("?group={}", GROUPS[0]), vec!["w1", "w3"]),
        (format!("?group=gr_{}", GROUPS[0]), vec!["w1", "w3"]),
        (format!("?group={}", GROUPS[1]), vec![]),
        ("?archived=true".to_owned(), vec!["w4"]),
        ("?archived=True".to_owned(), vec!["w4"]),
        ("?archived=false".to_owned(), vec!["w0", "w1", "w2", "w3"]),
        ("?archived=1".to_owned(), vec!["w4"]),
        ("?archived=no&extras=true".to_owned(), vec!["w0", "w1", "w2", "w3"]),
        (format!("?archived=true&group={}", GROUPS[0]), vec![]),
        ("?format=json".to_owned(), vec!["w0", "w1", "w2", "w3"]),
    ] {
        let page = page(&admin, &parameters).await;
        assert_eq!(usernames(&page), expected, "{parameters}");
        assert_eq!(page["meta"]["total_count"], expected.len(), "{parameters}");
    }
    let first = page(&admin, &format!("?group={}&limit=1", GROUPS[0])).await;
    let next = first["meta"]["next"].as_str().unwrap().to_owned();
    assert_eq!(usernames(&page(&admin, &next).await), ["w3"], "`next` keeps the group: {next}");
}

#[tokio::test]
async fn a_limit_of_0_or_above_a_thousand_means_a_thousand() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for limit in ["0", "1000", "1001", "5000", "99999999999999999999", "0001001"] {
        assert_eq!(page(&admin, &format!("?limit={limit}")).await["meta"]["limit"], 1000, "{limit}");
    }
}

// A script that names a wrong group must not take an empty list for a group without workers.
#[tokio::test]
async fn a_group_that_is_unknown_foreign_or_deleted_is_refused_with_one_answer() {
    let app = TestApp::spawn().await;
    let admin = five(&app).await;
    app.space("globex", "admin@globex.example").await;
    let foreign = crate::scene::group_of(&app, "globex", "Nurses").await.replace("gr_", "");
    let delete = "mutation($i: NodeInput!) { deleteGroup(input: $i) { userErrors { code } } }";
    let deleted = admin.run(delete, json!({ "i": { "id": format!("gr_{}", GROUPS[1]) } })).await;
    assert_eq!(deleted["data"]["deleteGroup"]["userErrors"], json!([]), "{deleted}");
    let unknown = "0".repeat(32);
    let mut answers = Vec::new();
    for group in [&unknown, &foreign, &GROUPS[1].to_owned()] {
        let answer = admin.get(&format!("{WORKERS}?group={group}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
        assert_eq!(faults(&answer.json()), [fault("INVALID_VALUE", &["group"])]);
        answers.push(answer.text);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn the_groups_of_a_worker_are_those_that_the_caller_may_see() {
    let app = TestApp::spawn().await;
    five(&app).await;
    // The policy lets this caller see workers, and no groups.
    let app = app.permitting("mobile_worker.");
    let caller = user(&app, "caller@acme.example", &["access_api"], &[]).await;
    let listed = page(&caller, "?limit=2").await;
    assert_eq!(usernames(&listed), ["w0", "w1"]);
    assert_eq!(listed["objects"][1]["groups"], json!([]), "{listed}");
    let id = listed["objects"][1]["id"].as_str().unwrap().to_owned();
    let one = caller.get(&super::at(&id)).await.json();
    assert_eq!(one["groups"], json!([]));
    // What was read is sent back, and the worker stays in the group that was not shown.
    let body = json!({ "groups": one["groups"], "language": "fra" });
    let sent = caller.put(&super::at(&id), &body).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    let whole = app.admin().await.get(&super::at(&id)).await.json();
    assert_eq!((&whole["groups"], &whole["language"]), (&json!([GROUPS[0]]), &json!("fra")));
    let refused = caller.get(&format!("{WORKERS}?group={}", GROUPS[0])).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
}

#[tokio::test]
async fn a_parameter_that_is_unknown_doubled_or_wrong_is_named() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (parameters, code, name) in [
        ("?nothing=1", "UNKNOWN_FIELD", "nothing"),
        ("?LIMIT=1", "UNKNOWN_FIELD", "LIMIT"),
        ("?limit=1&limit=2", "INVALID_VALUE", "limit"),
        ("?archived=true&archived=true", "INVALID_VALUE", "archived"),
        ("?limit=-1", "INVALID_VALUE", "limit"),
        ("?limit=", "INVALID_VALUE", "limit"),
        ("?limit=ten", "INVALID_VALUE", "limit"),
        ("?limit=1.5", "INVALID_VALUE", "limit"),
        ("?limit=+1", "INVALID_VALUE", "limit"),
        ("?offset=-1", "INVALID_VALUE", "offset"),
        ("?offset=1000001", "INVALID_VALUE", "offset"),
        ("?offset=99999999999999999999", "INVALID_VALUE", "offset"),
        ("?group=nonsense", "INVALID_VALUE", "group"),
        ("?group=", "INVALID_VALUE", "group"),
        ("?archived=perhaps", "INVALID_VALUE", "archived"),
        ("?format=xml", "INVALID_VALUE", "format"),
        ("?location=nonsense", "INVALID_VALUE", "location"),
        ("?modified_since=yesterday", "INVALID_VALUE", "modified_since"),
        ("?modified_since=2026-01-01", "INVALID_VALUE", "modified_since"),
        ("?username=a&username=b", "INVALID_VALUE", "username"),
    ] {
        let answer = admin.get(&format!("{WORKERS}{parameters}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{parameters}");
        assert_eq!(faults(&answer.json()), [fault(code, &[name])], "{parameters}");
    }
    let several = admin.get(&format!("{WORKERS}?limit=x&offset=y&nothing=1&archived=z")).await;
    assert_eq!(faults(&several.json()).len(), 4, "all at once: {}", several.text);
}

#[tokio::test]
async fn who_may_see_no_workers_sees_an_empty_list() {
    let app = TestApp::spawn().await;
    five(&app).await;
    let caller = user(&app, "caller@acme.example", &["access_api"], &[]).await;
    let listed = page(&caller, "").await;
    assert_eq!((&listed["meta"]["total_count"], &listed["objects"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn a_list_can_be_of_a_name_an_address_a_place_a_role_or_what_changed_since() {
    let app = TestApp::spawn().await;
    five(&app).await;
    crate::scene::role(&app, "Field Nurse", &["view_reports"]).await;
    let fields = json!({ "email": "Nia@Example.org", "locations": [LOCATIONS[0]], "role": "field nurse" });
    app.pass(chrono::TimeDelta::hours(1));
    worker(&app.admin().await, "nia", fields).await;
    let admin = app.admin().await;
    let since = app.services.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let later = (app.services.clock.now() + chrono::TimeDelta::microseconds(1)).to_rfc3339();
    for (parameters, expected) in [
        ("?username=w1".to_owned(), vec!["w1"]),
        ("?username=%20W1%20".to_owned(), vec!["w1"]),
        ("?username=w1@acme.fieldgate.local".to_owned(), vec!["w1"]),
        ("?username=w1@globex.fieldgate.local".to_owned(), vec![]),
        ("?username=w4".to_owned(), vec![]),
        ("?username=w4&archived=true".to_owned(), vec!["w4"]),
        ("?username=w".to_owned(), vec![]),
        ("?username=".to_owned(), vec![]),
        ("?username=%00".to_owned(), vec![]),
        ("?email=NIA@example.org".to_owned(), vec!["nia"]),
        ("?email=nobody@example.org".to_owned(), vec![]),
        ("?email=%00".to_owned(), vec![]),
        (format!("?location={}", LOCATIONS[0]), vec!["nia"]),
        (format!("?location={}", LOCATIONS[1]), vec![]),
        ("?role=Field%20Nurse".to_owned(), vec!["nia"]),
        ("?role=FIELD+NURSE".to_owned(), vec!["nia"]),
        ("?role=Nobody".to_owned(), vec![]),
        ("?role=%00".to_owned(), vec![]),
        (format!("?modified_since={since}"), vec!["nia"]),
        (format!("?modified_since={}", later.replace('+', "%2B")), vec![]),
        ("?modified_since=2020-01-01T00:00:00Z".to_owned(), vec!["nia", "w0", "w1", "w2", "w3"]),
    ] {
        let page = page(&admin, &parameters).await;
        assert_eq!(usernames(&page), expected, "{parameters}");
        assert_eq!(page["meta"]["total_count"], expected.len(), "{parameters}");
    }
    let first = page(&admin, "?modified_since=2020-01-01T00:00:00%2B00:00&limit=2").await;
    let next = first["meta"]["next"].as_str().unwrap().to_owned();
    assert_eq!(usernames(&page(&admin, &next).await), ["w1", "w2"], "`next` keeps the time: {next}");
}

#[tokio::test]
async fn a_page_with_roles_and_groups_costs_the_same_for_any_length() {
    let app = TestApp::spawn().await;
    places(&app).await;
    let admin = app.admin().await;
    for number in 0..5 {
        crate::scene::role(&app, &format!("Role {number}"), &["view_reports"]).await;
    }
    for number in 0..10 {
        let fields = json!({ "role": format!("Role {}", number % 5), "groups": [GROUPS[number % 2]] });
        worker(&admin, &format!("w{number}"), fields).await;
    }
    let mut costs = Vec::new();
    for limit in [1, 10] {
        app.statements();
        let page = page(&admin, &format!("?limit={limit}")).await;
        assert_eq!(page["objects"][0]["role"], "Role 0");
        assert_eq!(page["objects"][0]["groups"], json!([GROUPS[0]]));
        costs.push(app.statements().len());
    }
    // Session, rights, project space; the page, the count, the roles, the groups, the fields.
    assert_eq!(costs, [8, 8]);
}
