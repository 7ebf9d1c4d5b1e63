use super::{LIST, REQUEST, ana, open, requests};
use crate::invitation::{EDITOR, VIEWER, invite, join, mails, token};
use crate::scene::{audited, entries, faults, member, outsider, pairs, role, worker_who_signs_in};
use crate::support::{ADMIN, PASSWORD, TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_stranger_asks_and_the_admins_hear_of_it() {
    let app = TestApp::spawn().await;
    open(&app).await;
    let (payload, entry) = audited(&app.stranger(), &app, REQUEST, json!({ "i": ana() })).await;
    assert_eq!(payload, json!({ "userErrors": [] }));
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("access_request.create", "access_request"));
    let seen = requests(&app.admin().await).await;
    let id = seen[0]["id"].as_str().unwrap();
    assert!(id.starts_with("ar_") && id.ends_with(&entry.resource), "{seen:?}");
    assert_eq!(
        seen,
        [json!({
            "id": id, "email": "ana@example.org", "isSignedIn": false, "fullName": "Ana Abreu", "message": "I am new",
            "requestedAt": "2026-09-21T14:13:20+00:00",
        })]
    );
    let mail = app
        .rows("SELECT recipient, CAST(data AS TEXT) FROM mail WHERE template = 'access_request'")
        .await
        .unwrap();
    let data: Json = serde_json::from_str(&mail[0][1]).unwrap();
    assert_eq!((mail.len(), mail[0][0].as_str()), (1, ADMIN));
    assert_eq!((&data["name"], &data["email"]), (&json!("Ana Abreu"), &json!("ana@example.org")));
}

#[tokio::test]
async fn whatever_is_denied_or_known_already_is_answered_alike() {
    let app = TestApp::spawn().await;
    let globex = outsider(&app).await;
    let admin = app.admin().await;
    invite(&admin, "invited@example.org", json!({})).await;
    let before = entries(&app, "").await.len();
    let heard = app.stranger().run(REQUEST, json!({ "i": ana() })).await;
    assert_eq!(heard, json!({ "data": { "requestAccess": { "userErrors": [] } } }), "switched off");
    assert_eq!(entries(&app, "").await.len(), before);

    open(&app).await;
    let before = entries(&app, "").await.len();
    let ask =
        |space: &str, email: &str| json!({ "i": { "projectSpace": space, "email": email, "fullName": "X" } });
    for (space, email) in [
        ("nowhere", "ana@example.org"),
        ("globex", "ana@example.org"),
        ("a\0b", "ana@example.org"),
        ("acme", "Admin@acme.example"),
        ("acme", "invited@example.org"),
    ] {
        assert_eq!(app.stranger().run(REQUEST, ask(space, email)).await, heard, "{space}, {email}");
    }
    assert_eq!(admin.run(REQUEST, json!({ "i": { "projectSpace": "acme" } })).await, heard, "a member");
    assert_eq!((entries(&app, "").await.len(), mails(&app, "access_request").await), (before, 0));

    for _ in 0..3 {
        assert_eq!(app.stranger().run(REQUEST, json!({ "i": ana() })).await, heard);
    }
    assert_eq!((requests(&admin).await.len(), mails(&app, "access_request").await), (1, 1));
    let both = tokio::join!(
        globex.run(REQUEST, json!({ "i": { "projectSpace": "acme" } })),
        globex.run(REQUEST, json!({ "i": { "projectSpace": "acme" } }))
    );
    assert_eq!((both.0, both.1), (heard.clone(), heard));
    assert_eq!((requests(&admin).await.len(), mails(&app, "access_request").await), (2, 2));
}

#[tokio::test]
async fn all_faults_are_told_at_once_whatever_the_project_space() {
    let app = TestApp::spawn().await;
    for space in ["acme", "nowhere"] {
        let bare = json!({ "projectSpace": space });
        let expected = pairs(&[("REQUIRED", "email"), ("REQUIRED", "fullName")]);
        assert_eq!(faults(&app.stranger(), REQUEST, bare).await, expected);
        let wrong = json!({
            "projectSpace": space, "email": "nobody", "fullName": "x".repeat(101), "message": "x".repeat(501),
        });
        let expected =
            pairs(&[("EMAIL_INVALID", "email"), ("TOO_LONG", "fullName"), ("TOO_LONG", "message")]);
        assert_eq!(faults(&app.stranger(), REQUEST, wrong).await, expected);
    }
}

#[tokio::test]
async fn who_is_signed_in_asks_for_themselves_and_is_let_in_at_once_when_invited() {
    let app = TestApp::spawn().await;
    open(&app).await;
    let globex = outsider(&app).await;
    let other = json!({ "projectSpace": "acme", "email": "ana@example.org", "fullName": "X" });
    assert_eq!(faults(&globex, REQUEST, other).await, pairs(&[("WRONG_ACCOUNT", "email")]));
    assert_eq!(faults(&globex, REQUEST, json!({ "projectSpace": "acme" })).await, []);
    let admin = app.admin().await;
    let seen = requests(&admin).await;
    assert_eq!(
        (&seen[0]["email"], &seen[0]["isSignedIn"]),
        (&json!("admin@globex.example"), &json!(true)),
        "{seen:?}"
    );

    let nurse = role(&app, "Nurse", &["access_all_locations"]).await;
    let given = crate::invitation::input("admin@globex.example", json!({ "roleId": nurse }));
    let (payload, entry) = audited(&admin, &app, crate::invitation::INVITE, json!({ "i": given })).await;
    assert_eq!(payload["invitation"]["status"], "ACCEPTED");
    assert_eq!(entry.change("access_request"), Some((json!("open"), json!("approved"))));
    assert!(entry.change("web_user").is_some(), "{entry:?}");
    assert_eq!((mails(&app, "invitation").await, mails(&app, "access_approved").await), (0, 1));
    assert_eq!(requests(&admin).await, Vec::<Json>::new());
    let spaces = "{ viewer { projectSpaces { roleName projectSpace { name } } } }";
    let answer = globex.run(spaces, json!({})).await;
    let here = json!({ "roleName": "Nurse", "projectSpace": { "name": "acme" } });
    assert!(answer["data"]["viewer"]["projectSpaces"].as_array().unwrap().contains(&here), "{answer}");
    let again = crate::invitation::input("admin@globex.example", json!({}));
    let taken = pairs(&[("ALREADY_MEMBER", "email")]);
    assert_eq!(faults(&admin, crate::invitation::INVITE, again).await, taken);
}

#[tokio::test]
async fn what_a_stranger_says_of_an_address_proves_nothing_so_its_owner_gets_a_link() {
    let app = TestApp::spawn().await;
    open(&app).await;
    let globex = outsider(&app).await;
    let given = json!({ "projectSpace": "acme", "email": "admin@globex.example", "fullName": "Mallory" });
    assert_eq!(faults(&app.stranger(), REQUEST, given).await, []);
    let admin = app.admin().await;
    let made = invite(&admin, "admin@globex.example", json!({})).await;
    assert_eq!(made["status"], "PENDING");
    assert_eq!(requests(&admin).await, Vec::<Json>::new(), "inviting says yes");
    let spaces = "{ viewer { projectSpaces { projectSpace { name } } } }";
    let answer = globex.run(spaces, json!({})).await;
    assert_eq!(answer["data"]["viewer"]["projectSpaces"].as_array().unwrap().len(), 1, "{answer}");
    assert_eq!(mails(&app, "access_approved").await, 0);
}

#[tokio::test]
async fn who_let_an_invitation_expire_asks_to_be_invited_again() {
    let app = TestApp::spawn().await;
    open(&app).await;
    let first = invite(&app.admin().await, "ana@example.org", json!({})).await;
    app.pass(TimeDelta::days(30));
    assert_eq!(faults(&app.stranger(), REQUEST, ana()).await, []);
    let admin = app.admin().await;
    assert_eq!(requests(&admin).await.len(), 1);
    let renewed = invite(&admin, "ana@example.org", json!({})).await;
    assert_eq!((&renewed["id"], &renewed["timesSent"]), (&first["id"], &json!(2)));
    assert_eq!(requests(&admin).await.len(), 0);
    join(&app, &token(&app, "ana@example.org").await).await;
}

#[tokio::test]
async fn there_is_an_end_to_open_requests() {
    let app = TestApp::spawn().await;
    open(&app).await;
    for number in 0..205 {
        let given = json!({
            "projectSpace": "acme", "email": format!("a{number}@example.org"), "fullName": "X",
        });
        assert_eq!(faults(&app.stranger(), REQUEST, given).await, []);
    }
    let kept = app.rows("SELECT email FROM access_request").await.unwrap().len();
    assert_eq!((kept, mails(&app, "access_request").await), (200, 200));
}

#[tokio::test]
async fn a_worker_asks_like_a_stranger() {
    let app = TestApp::spawn().await;
    open(&app).await;
    worker_who_signs_in(&app, "amina").await;
    let worker = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let bare = pairs(&[("REQUIRED", "email"), ("REQUIRED", "fullName")]);
    assert_eq!(faults(&worker, REQUEST, json!({ "projectSpace": "acme" })).await, bare);
    assert_eq!(faults(&worker, REQUEST, ana()).await, []);
    assert_eq!(requests(&app.admin().await).await[0]["isSignedIn"], false);
}

#[tokio::test]
async fn requests_are_seen_by_who_may_invite_and_by_nobody_else() {
    let app = TestApp::spawn().await;
    open(&app).await;
    assert_eq!(faults(&app.stranger(), REQUEST, ana()).await, []);
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let id = requests(&editor).await[0]["id"].clone();
    let node = "query($id: ID!) { node(id: $id) { ... on AccessRequest { email } } }";
    let answer = editor.run(node, json!({ "id": id })).await;
    assert_eq!(answer["data"]["node"]["email"], "ana@example.org", "{answer}");
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    assert_eq!(requests(&viewer).await, Vec::<Json>::new());
    let outsider = outsider(&app).await;
    assert_eq!(outsider.run(LIST, json!({})).await, json!({ "data": { "projectSpace": null } }));
    for actor in [&viewer, &outsider, &app.stranger()] {
        assert_eq!(actor.run(node, json!({ "id": id })).await, json!({ "data": { "node": null } }));
    }
    app.sign_in("admin@globex.example", PASSWORD).await;
}
