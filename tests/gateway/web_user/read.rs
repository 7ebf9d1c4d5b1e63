use super::id_of;
use crate::scene::{Tree, member, nowhere, outsider, role, role_of, visit, worker_who_signs_in, worker_with};
use crate::support::{ADMIN, TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use fieldgate::domain::{MobileWorkerInput, Patch};
use serde_json::{Value as Json, json};

const ONE: &str = "query($id: ID, $email: String) { projectSpace(name: \"acme\") { webUser(id: $id, email: $email) {
    id accountId email firstName lastName lastLoginAt
    membership {
        projectSpace { name } isAdmin role { name } roleName locations { name } primaryLocation { name } isActive
        lastAccessDate joinedAt version
    }
} } }";

#[tokio::test]
async fn a_web_user_is_found_by_id_account_or_address_with_all_that_they_are_here() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    app.pass(TimeDelta::seconds(7));
    app.web_user("ana@acme.example", "Read Only", std::slice::from_ref(&tree.northern)).await;
    let admin = app.admin().await;
    let id = id_of(&admin, "ana@acme.example").await;
    let answer = admin.run(ONE, json!({ "id": id })).await;
    let ana = &answer["data"]["projectSpace"]["webUser"];
    let account = ana["accountId"].as_str().unwrap();
    let expected = json!({
        "id": id, "accountId": account, "email": "ana@acme.example", "firstName": "Test", "lastName": "User",
        "lastLoginAt": "2026-09-21T14:13:27+00:00",
        "membership": {
            "projectSpace": { "name": "acme" }, "isAdmin": false, "role": { "name": "Read Only" },
            "roleName": "Read Only", "locations": [{ "name": "Northern" }],
            "primaryLocation": { "name": "Northern" }, "isActive": true, "lastAccessDate": null,
            "joinedAt": "2026-09-21T14:13:27+00:00", "version": 1,
        },
    });
    assert_eq!(*ana, expected, "{answer}");
    assert!(id.starts_with("ms_") && account.starts_with("wu_"), "{answer}");
    for by in [json!({ "id": account }), json!({ "email": " ANA@acme.example " })] {
        assert_eq!(admin.run(ONE, by).await["data"]["projectSpace"]["webUser"], expected);
    }
    for by in [
        json!({ "id": nowhere("ms") }),
        json!({ "id": nowhere("wu") }),
        json!({ "id": "ana" }),
        json!({ "id": "" }),
        json!({ "email": "nobody@acme.example" }),
        json!({ "email": "no address" }),
        json!({ "email": "a\u{0}@acme.example" }),
    ] {
        let answer = admin.run(ONE, by.clone()).await;
        assert_eq!(answer, json!({ "data": { "projectSpace": { "webUser": null } } }), "{by}");
    }
    for wrong in [json!({}), json!({ "id": id, "email": "ana@acme.example" })] {
        assert_eq!(admin.code(ONE, wrong).await, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn somebody_of_two_spaces_is_shown_in_each_as_what_they_are_there() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.web_user("ana@acme.example", "Read Only", &[]).await;
    app.space("globex", "ana@acme.example").await;
    super::admin_of(&app, "globex", ADMIN).await;
    let query = "{ acme: projectSpace(name: \"acme\") { ...F } globex: projectSpace(name: \"globex\") { ...F } }
        fragment F on ProjectSpace {
            webUser(email: \"ana@acme.example\") { id accountId membership { roleName projectSpace { name } } }
        }";
    let answer = admin.run(query, json!({})).await;
    let (here, there) = (&answer["data"]["acme"]["webUser"], &answer["data"]["globex"]["webUser"]);
    assert_eq!(here["accountId"], there["accountId"], "{answer}");
    assert_ne!(here["id"], there["id"], "{answer}");
    let said = |web_user: &Json| {
        let membership = &web_user["membership"];
        json!([membership["roleName"], membership["projectSpace"]["name"]])
    };
    assert_eq!((said(here), said(there)), (json!(["Read Only", "acme"]), json!(["Admin", "globex"])));
    let elsewhere = json!({ "id": there["id"] });
    assert_eq!(admin.run(ONE, elsewhere).await, json!({ "data": { "projectSpace": { "webUser": null } } }));
    let node = "query($id: ID!) { node(id: $id) { ... on WebUser { membership { roleName projectSpace { name } } } } }";
    for (id, expected) in [(&here["id"], said(here)), (&there["id"], said(there))] {
        let answer = admin.run(node, json!({ "id": id })).await;
        assert_eq!(said(&answer["data"]["node"]), expected, "{answer}");
    }
}

#[tokio::test]
async fn who_may_see_no_web_users_sees_themselves_and_strangers_see_nobody() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    let own = reader.run(ONE, json!({ "email": "reader@acme.example" })).await;
    assert_eq!(own["data"]["projectSpace"]["webUser"]["membership"]["roleName"], "Read Only", "{own}");
    let boss = reader.run(ONE, json!({ "email": ADMIN })).await;
    assert_eq!(boss, json!({ "data": { "projectSpace": { "webUser": null } } }));
    let outsider = outsider(&app).await;
    let node = "query($id: ID!) { node(id: $id) { id } }";
    let id = id_of(&admin, ADMIN).await;
    for (actor, id) in [(&outsider, &id), (&reader, &id), (&admin, &nowhere("ms"))] {
        assert_eq!(actor.run(node, json!({ "id": id })).await, json!({ "data": { "node": null } }));
    }
}

#[tokio::test]
async fn the_viewer_is_told_what_they_are_in_each_space() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let ana = app.web_user("ana@acme.example", "Read Only", &[tree.south.clone(), tree.north.clone()]).await;
    let query = "{ viewer {
        principal { user { ... on WebUser { id accountId membership { roleName } } } }
        projectSpaces { roleName primaryLocation { name } isActive joinedAt lastAccessDate version }
    } }";
    let answer = ana.run(query, json!({})).await;
    let viewer = &answer["data"]["viewer"];
    let user = &viewer["principal"]["user"];
    assert_eq!((&user["id"], &user["membership"]), (&user["accountId"], &Json::Null), "{answer}");
    let expected = json!([{
        "roleName": "Read Only", "primaryLocation": { "name": "South" }, "isActive": true,
        "joinedAt": "2026-09-21T14:13:20+00:00", "lastAccessDate": null, "version": 1,
    }]);
    assert_eq!(viewer["projectSpaces"], expected, "{answer}");
    let node = "query($id: ID!) { node(id: $id) { __typename id ... on WebUser { email } } }";
    let own = ana.run(node, json!({ "id": user["id"] })).await;
    assert_eq!(own["data"]["node"]["email"], "ana@acme.example", "{own}");
    let other = app.admin().await.run(node, json!({ "id": user["id"] })).await;
    assert_eq!(other, json!({ "data": { "node": null } }), "an account is its owner's alone");

    worker_who_signs_in(&app, "amina").await;
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let answer = amina.run(query, json!({})).await;
    let space = &answer["data"]["viewer"]["projectSpaces"][0];
    assert_eq!(
        (&space["joinedAt"], &space["lastAccessDate"], &space["primaryLocation"]),
        (&json!("2026-09-21T14:13:20+00:00"), &Json::Null, &Json::Null),
        "{answer}"
    );
}

#[tokio::test]
async fn a_role_says_how_many_have_it_that_one_may_see() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (nurse, driver) = (role(&app, "Nurse", &[]).await, role(&app, "Driver", &[]).await);
    outsider(&app).await;
    role_of(&app, "globex", "Nurse", &[], false).await;
    for (name, role) in [("a", &nurse), ("b", &nurse), ("c", &driver), ("gone", &nurse)] {
        let input = MobileWorkerInput { role: Patch::Set(role.clone()), ..MobileWorkerInput::default() };
        let id = worker_with(&app, name, input).await;
        if name == "gone" {
            let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId } }";
            admin.run(delete, json!({ "i": { "id": id } })).await;
        }
    }
    app.web_user("nurse@acme.example", "Nurse", &[]).await;
    let workers = member(&app, "Workers", &["view_commcare_users", "access_all_locations"], &[]).await;
    let query = "{ projectSpace(name: \"acme\") { roles { name memberCount } } }";
    let mut statements = Vec::new();
    for (actor, expected) in [(&admin, [1, 3, 1]), (&workers, [1, 2, 1])] {
        visit(actor).await;
        app.statements();
        let answer = actor.run(query, json!({})).await;
        statements.push(app.statements().len());
        let roles = answer["data"]["projectSpace"]["roles"].as_array().unwrap();
        let counts = ["Driver", "Nurse", "Workers"]
            .map(|name| roles.iter().find(|role| role["name"] == name).unwrap()["memberCount"].clone());
        assert_eq!(counts.to_vec(), expected.map(|count| json!(count)), "{answer}");
    }
    // Session, rights, project space, roles; web users and mobile workers counted for all roles at once.
    assert_eq!(statements, [6, 6]);
}

const ACCESS: &str = "query($email: String!) { projectSpace(name: \"acme\") { webUser(email: $email) {
    lastLoginAt membership { lastAccessDate }
} } }";

// Seed 001: "last_access_date: the last time the user accessed the domain", "last_login: the last time the user logged in
// … regardless of the domain".
#[tokio::test]
async fn when_somebody_was_last_here_is_kept_to_the_hour_for_each_space_and_when_they_signed_in_for_all() {
    let app = TestApp::spawn().await;
    let ana = app.web_user("ana@acme.example", "Read Only", &[]).await;
    app.space("globex", "ana@acme.example").await;
    let seen = async || {
        let answer = app.admin().await.run(ACCESS, json!({ "email": "ana@acme.example" })).await;
        let user = &answer["data"]["projectSpace"]["webUser"];
        json!([user["membership"]["lastAccessDate"], user["lastLoginAt"]])
    };
    let login = "2026-09-21T14:13:20+00:00";
    app.pass(TimeDelta::minutes(2));
    ana.run("{ projectSpace(name: \"globex\") { name } }", json!({})).await;
    assert_eq!(seen().await, json!([null, login]), "elsewhere is not here");
    ana.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
    assert_eq!(seen().await, json!(["2026-09-21T14:15:20+00:00", login]));
    app.pass(TimeDelta::minutes(5));
    app.statements();
    ana.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
    let written = app.statements();
    assert!(written.iter().all(|sql| sql.starts_with("SELECT")), "{written:?}");
    assert_eq!(seen().await, json!(["2026-09-21T14:15:20+00:00", login]), "to the hour");
    app.pass(TimeDelta::minutes(56));
    let ana = app.sign_in("ana@acme.example", crate::support::PASSWORD).await;
    let there = ana.get("/a/acme/api/user/v1/").await;
    assert_eq!(there.status.as_u16(), 403, "{}", there.text);
    assert_eq!(
        seen().await,
        json!(["2026-09-21T14:15:20+00:00", "2026-09-21T15:16:20+00:00"]),
        "who is turned away at the door was not here"
    );
    ana.run("{ projectSpace(name: \"acme\") { name } }", json!({})).await;
    assert_eq!(seen().await[0], "2026-09-21T15:16:20+00:00");
    let audited = app.rows("SELECT action FROM audit_entry WHERE action = 'web_user.update'").await.unwrap();
    assert_eq!(audited, Vec::<Vec<String>>::new(), "being here is no change");
}
