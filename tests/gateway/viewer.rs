use crate::scene::{SUPERVISOR, Tree, ids, member, role};
use crate::support::{ADMIN, TestApp, WORKER_PASSWORD, operator};
use fieldgate::domain::{MobileWorkerInput, Patch};
use fieldgate::service::mobile_worker::{self, NewPassword};
use serde_json::{Value as Json, json};

const VIEWER: &str = "{ viewer {
    principal { signInMethod user {
        __typename
        ... on WebUser { email firstName lastName }
        ... on MobileWorker { username loginName role { name } locations { name } }
    } }
    projectSpaces { isAdmin roleName role { name } locations { name } projectSpace { name } }
    permissions(projectSpace: \"acme\") { isAdmin grants { permission items } }
    elsewhere: permissions(projectSpace: \"globex\") { isAdmin }
} }";

#[tokio::test]
async fn a_stranger_is_nobody() {
    let app = TestApp::spawn().await;
    assert_eq!(app.stranger().run(VIEWER, json!({})).await, json!({ "data": { "viewer": null } }));
}

#[tokio::test]
async fn an_admin_sees_that_they_are_one() {
    let app = TestApp::spawn().await;
    let answer = app.admin().await.run(VIEWER, json!({})).await;
    let user = json!({ "__typename": "WebUser", "email": ADMIN, "firstName": "", "lastName": "" });
    let expected = json!({
        "principal": { "signInMethod": "PASSWORD", "user": user },
        "projectSpaces": [{
            "isAdmin": true, "roleName": "Admin", "role": null, "locations": [], "projectSpace": { "name": "acme" },
        }],
        "permissions": { "isAdmin": true, "grants": [] },
        "elsewhere": null,
    });
    assert_eq!(answer["data"]["viewer"], expected, "{answer}");
}

#[tokio::test]
async fn a_member_sees_their_role_places_and_rights() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.northern)).await;
    let answer = supervisor.run(VIEWER, json!({})).await;
    let expected = json!([{
        "isAdmin": false, "roleName": "Supervisor", "role": { "name": "Supervisor" }, "locations": [{ "name": "Northern" }],
        "projectSpace": { "name": "acme" },
    }]);
    assert_eq!(answer["data"]["viewer"]["projectSpaces"], expected, "{answer}");
    let grants = answer["data"]["viewer"]["permissions"]["grants"].as_array().unwrap();
    let names: Vec<_> = grants.iter().map(|grant| grant["permission"].as_str().unwrap()).collect();
    assert!(names.contains(&"edit_commcare_users") && names.contains(&"view_commcare_users"), "{names:?}");
    assert!(!names.contains(&"access_all_locations"), "{names:?}");
}

#[tokio::test]
async fn who_may_see_no_roles_sees_their_own() {
    let app = TestApp::spawn().await;
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let answer = reader.run(VIEWER, json!({})).await;
    let space = &answer["data"]["viewer"]["projectSpaces"][0];
    assert_eq!(
        (&space["roleName"], &space["role"]["name"]),
        (&json!("Read Only"), &json!("Read Only")),
        "{answer}"
    );
}

#[tokio::test]
async fn a_worker_sees_themselves() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let input = MobileWorkerInput {
        role: Patch::Set(role(&app, "Nurse", &["access_mobile_endpoints"]).await),
        locations: ids(&[&tree.north]),
        password: Patch::Set(WORKER_PASSWORD.to_owned().into()),
        ..MobileWorkerInput::default()
    };
    mobile_worker::create(&app.services, &operator(), "acme", "amina", &input, NewPassword::Given)
        .await
        .unwrap();
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let answer = amina.run(VIEWER, json!({})).await;
    let expected = json!({
        "__typename": "MobileWorker", "username": "amina", "loginName": "amina@acme.fieldgate.local",
        "role": { "name": "Nurse" }, "locations": [{ "name": "North" }],
    });
    assert_eq!(answer["data"]["viewer"]["principal"]["user"], expected, "{answer}");
    assert_eq!(answer["data"]["viewer"]["permissions"]["isAdmin"], false);
}

#[tokio::test]
async fn a_worker_without_a_role_has_the_mobile_default_ones_rights() {
    let app = TestApp::spawn().await;
    crate::scene::worker_who_signs_in(&app, "amina").await;
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let answer = amina.run(VIEWER, json!({})).await;
    let viewer = &answer["data"]["viewer"];
    assert_eq!(viewer["projectSpaces"][0]["roleName"], "Mobile Worker Default", "{answer}");
    assert_eq!(viewer["principal"]["user"]["role"], Json::Null, "{answer}");
    let grants = viewer["permissions"]["grants"].as_array().unwrap();
    assert!(grants.contains(&json!({ "permission": "access_mobile_endpoints", "items": null })), "{answer}");
}

#[tokio::test]
async fn rights_are_those_of_this_moment() {
    let app = TestApp::spawn().await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, &[]).await;
    app.rows("UPDATE role SET grants = '{\"view_reports\": [\"one\"]}' WHERE name = 'Supervisor'")
        .await
        .unwrap();
    let answer = supervisor.run(VIEWER, json!({})).await;
    let grants = &answer["data"]["viewer"]["permissions"]["grants"];
    assert_eq!(grants, &json!([{ "permission": "view_reports", "items": ["one"] }]), "{answer}");
}

const HELD: &str = "{ viewer { permissions(projectSpace: \"acme\") {
    names assignableRoles { role { name } userKinds }
} } }";

#[tokio::test]
async fn the_names_of_all_that_is_held_and_the_roles_that_may_be_given() {
    let app = TestApp::spawn().await;
    crate::scene::declare(&app, "custom:approve").await;
    role(&app, "Nurse", &["view_reports"]).await;
    crate::scene::role_of(&app, "acme", "Open", &["view_reports"], true).await;
    let held = async |actor: &crate::support::Actor<'_>| {
        let answer = actor.run(HELD, json!({})).await;
        let permissions = &answer["data"]["viewer"]["permissions"];
        let texts = |list: &Json| -> Vec<String> {
            let items = list.as_array().unwrap_or_else(|| panic!("{answer}")).iter();
            let text = |item: &Json| match item["role"]["name"].as_str() {
                Some(name) => {
                    let kinds = item["userKinds"].as_array().unwrap().iter();
                    let kinds: Vec<&str> = kinds.map(|kind| kind.as_str().unwrap()).collect();
                    format!("{name}: {}", kinds.join(" "))
                }
                None => item.as_str().unwrap().to_owned(),
            };
            items.map(text).collect()
        };
        (texts(&permissions["names"]), texts(&permissions["assignableRoles"]))
    };
    let (names, roles) = held(&app.admin().await).await;
    assert_eq!(names.len(), 48, "CommCare's 47 and the space's own: {names:?}");
    assert!(names.contains(&"custom:approve".to_owned()) && names.is_sorted(), "{names:?}");
    let expected = ["Mobile Worker Default: MOBILE_WORKER", "Nurse: WEB_USER MOBILE_WORKER"];
    assert!(expected.iter().all(|role| roles.contains(&(*role).to_owned())), "{roles:?}");

    crate::scene::role_of(&app, "acme", "Stronger", &["edit_billing", "access_all_locations"], true).await;
    let permissions = ["edit_web_users", "view_reports", "access_all_locations"];
    let manager = member(&app, "Manager", &permissions, &[]).await;
    let (names, roles) = held(&manager).await;
    assert!(names.contains(&"edit_web_users".to_owned()) && names.len() < 10, "{names:?}");
    // The policy lets them give `Open` and `Stronger`; `Stronger` grants what they do not hold, and mobile workers are
    // not theirs to edit.
    assert_eq!(roles, ["Open: WEB_USER"]);
}
