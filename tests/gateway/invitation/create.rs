use super::{EDITOR, INVITE, VIEWER, api_key, everything, input, invite, mails, token};
use crate::scene::{
    Tree, assert_denied, audited, entries, faults, member, nowhere, outsider, pairs, role, role_given_by,
    role_of,
};
use crate::support::{ADMIN, TestApp};
use chrono::TimeDelta;
use fieldgate::authz::{Decided, Decision, PolicyEngine, Request, Rows, ScopeRequest, Undecided};
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn what_is_given_comes_back_and_is_audited_and_the_token_is_nowhere() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let nurse = role(&app, "Nurse", &["view_reports"]).await;
    let given = json!({
        "roleId": nurse, "locationIds": [tree.southern, tree.north], "primaryLocationId": tree.north,
    });
    let variables = json!({ "i": input(" Ana@Example.ORG ", given) });
    let (payload, entry) = audited(&admin, &app, INVITE, variables).await;
    let made = &payload["invitation"];
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("in_"), "{id}");
    assert_eq!(
        *made,
        json!({
            "id": id, "email": "ana@example.org", "isAdmin": false, "status": "PENDING", "delivery": "QUEUED",
            "invitedAt": "2026-09-21T14:13:20+00:00", "expiresAt": "2026-10-21T14:13:20+00:00", "timesSent": 1,
            "version": 1, "role": { "name": "Nurse" },
            "locations": [{ "name": "Southern" }, { "name": "North" }], "primaryLocation": { "name": "North" },
        })
    );
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("invitation.create", "invitation"));
    assert!(id.ends_with(&entry.resource) && entry.principal.starts_with("wu_"), "{entry:?}");
    assert_eq!(entry.change("email"), Some((json!(null), json!("ana@example.org"))));
    assert_eq!(entry.change("role"), Some((json!(null), json!(nurse))));

    let token = token(&app, "ana@example.org").await;
    let kept = everything(&app).await;
    assert!(kept.contains("ana@example.org"), "the search looks nowhere");
    assert!(!kept.contains(&token), "the token is at rest");
}

#[tokio::test]
async fn the_mail_says_who_invites_to_what_until_when() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let open = role_of(&app, "acme", "Open", &["access_all_locations"], true).await;
    invite(&editor, "ana@example.org", json!({ "roleId": open })).await;
    invite(&app.admin().await, "bo@example.org", json!({})).await;
    let rows = app
        .rows("SELECT CAST(data AS TEXT), status FROM mail WHERE template = 'invitation' ORDER BY recipient")
        .await
        .unwrap();
    let data: Vec<serde_json::Value> =
        rows.iter().map(|row| serde_json::from_str(&row[0]).unwrap()).collect();
    // The admin of the scene has no name: people know them by their address.
    let said = [("Test User", "Open", "editor@acme.example"), (ADMIN, "Admin", ADMIN)];
    for ((row, data), (inviter, role, reply_to)) in rows.iter().zip(&data).zip(said) {
        assert_eq!(row[1], "queued");
        assert_eq!(
            (&data["inviter"], &data["role"], &data["reply_to"]),
            (&json!(inviter), &json!(role), &json!(reply_to)),
            "{data}"
        );
        assert_eq!(data["expires_at"], "2026-10-21T14:13:20+00:00");
    }
}

#[tokio::test]
async fn inviting_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let given = |space: &str| json!({ "projectSpace": space, "email": "ana@example.org" });
    let said = ("missing_permission", ["edit_web_users"].as_slice());
    assert_denied(&app, &viewer, INVITE, [given("acme"), given("nowhere")], said).await;
    assert_eq!(mails(&app, "invitation").await, 0);
}

#[tokio::test]
async fn admin_is_the_default_and_only_an_admin_may_give_it() {
    let app = TestApp::spawn().await;
    let (admin, editor) = (app.admin().await, member(&app, "Editor", EDITOR, &[]).await);
    let open = role_of(&app, "acme", "Open", &[], true).await;
    for (number, more) in [json!({}), json!({ "admin": true }), json!({ "admin": true, "roleId": null })]
        .into_iter()
        .enumerate()
    {
        let made = invite(&admin, &format!("a{number}@example.org"), more.clone()).await;
        assert_eq!((&made["isAdmin"], &made["role"]), (&json!(true), &json!(null)), "{more}");
        let answer = editor.run(INVITE, json!({ "i": input("no@example.org", more) })).await;
        assert_eq!(answer["errors"][0]["extensions"]["reason"], "admin_only", "{answer}");
    }
    let plain = invite(&editor, "plain@example.org", json!({ "roleId": open, "admin": false })).await;
    assert_eq!((&plain["isAdmin"], &plain["role"]["name"]), (&json!(false), &json!("Open")));
    for (more, expected) in [
        (json!({ "admin": false }), pairs(&[("REQUIRED", "roleId")])),
        (json!({ "admin": true, "roleId": open }), pairs(&[("INVALID_VALUE", "admin")])),
    ] {
        assert_eq!(faults(&admin, INVITE, input("no@example.org", more)).await, expected);
    }
}

/// Permits everything to everybody.
struct Anything;

#[async_trait::async_trait]
impl PolicyEngine for Anything {
    async fn decide(&self, _: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        Ok(Decided { answer: Decision::Permit(Vec::new()), policy: "test@1".to_owned() })
    }

    async fn scope(&self, _: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        Ok(Decided { answer: Rows::Everything, policy: "test@1".to_owned() })
    }
}

#[tokio::test]
async fn no_policy_can_have_admin_or_more_than_one_holds_given_away() {
    let app = TestApp::spawn().await.with_policy(Arc::new(Anything));
    let powerful = role(&app, "Powerful", &["edit_apps", "access_all_locations"]).await;
    let default = app.role("Mobile Worker Default").await.to_string();
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    for (more, expected) in [
        (json!({}), pairs(&[("ROLE_NOT_ASSIGNABLE", "roleId")])),
        (json!({ "admin": true }), pairs(&[("ROLE_NOT_ASSIGNABLE", "admin")])),
        (json!({ "roleId": powerful }), pairs(&[("GRANT_NOT_HELD", "roleId")])),
        (json!({ "roleId": default }), pairs(&[("ROLE_NOT_ASSIGNABLE", "roleId")])),
    ] {
        assert_eq!(faults(&reader, INVITE, input("ana@example.org", more.clone())).await, expected, "{more}");
    }
    assert_eq!(mails(&app, "invitation").await, 0);
}

#[tokio::test]
async fn all_faults_of_an_input_are_told_at_once_and_nothing_is_sent() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let before = entries(&app, "").await.len();
    let wrong = json!({
        "roleId": nowhere("ro"), "locationIds": ["x", nowhere("lo")], "primaryLocationId": tree.north,
    });
    let expected = pairs(&[
        ("EMAIL_INVALID", "email"),
        ("INVALID_VALUE", "locationIds.0"),
        ("PRIMARY_LOCATION_NOT_ASSIGNED", "primaryLocationId"),
        ("LOCATION_OUT_OF_REACH", "locationIds.1"),
        ("ROLE_NOT_ASSIGNABLE", "roleId"),
    ]);
    assert_eq!(faults(&admin, INVITE, input("nobody", wrong)).await, expected);
    for (email, code) in [
        ("", "REQUIRED"),
        ("ana@host", "EMAIL_INVALID"),
        ("ana@example.org\nbcc: bo@example.org", "INVALID_VALUE"),
        ("a\0na@example.org", "INVALID_VALUE"),
        (&format!("{}@example.org", "x".repeat(250)), "TOO_LONG"),
    ] {
        assert_eq!(
            faults(&admin, INVITE, input(email, json!({}))).await,
            pairs(&[(code, "email")]),
            "{email:?}"
        );
    }
    assert_eq!((mails(&app, "invitation").await, entries(&app, "").await.len()), (0, before));
    assert_eq!(app.rows("SELECT email FROM invitation").await.unwrap(), Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn a_role_is_given_by_who_may_give_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let editing = role(&app, "Editing", EDITOR).await;
    let editor = app.web_user("editor@acme.example", "Editing", &[]).await;
    let closed = role(&app, "Closed", &[]).await;
    let named = role_given_by(&app, "Named", &["view_web_users", "access_all_locations"], &editing).await;
    let beyond = role_given_by(&app, "Beyond", &["edit_apps", "access_all_locations"], &editing).await;
    let old = role_of(&app, "acme", "Old", &[], true).await;
    app.rows("UPDATE role SET is_archived = TRUE WHERE name = 'Old'").await.unwrap();
    app.space("globex", "admin@globex.example").await;
    let theirs = role_of(&app, "globex", "Theirs", &[], true).await;
    let default = app.role("Mobile Worker Default").await.to_string();
    let refused = pairs(&[("ROLE_NOT_ASSIGNABLE", "roleId")]);
    let with = |role: &str| input("no@example.org", json!({ "roleId": role }));
    for role in [&closed, &old, &theirs, &default, &nowhere("ro")] {
        assert_eq!(faults(&editor, INVITE, with(role)).await, refused, "{role}");
    }
    let strong = role_of(&app, "acme", "Strong", &["edit_apps", "access_all_locations"], true).await;
    assert_eq!(faults(&editor, INVITE, with(&strong)).await, pairs(&[("GRANT_NOT_HELD", "roleId")]));
    invite(&editor, "named@example.org", json!({ "roleId": named })).await;
    // "Assignable by" lets the holders of the named role give more than they hold.
    invite(&editor, "beyond@example.org", json!({ "roleId": beyond })).await;
    for role in [&old, &theirs, &default] {
        assert_eq!(faults(&admin, INVITE, with(role)).await, refused, "{role}");
    }
    for (number, role) in [&closed, &beyond].into_iter().enumerate() {
        invite(&admin, &format!("b{number}@example.org"), json!({ "roleId": role })).await;
    }
}

#[tokio::test]
async fn an_api_key_invites_to_no_more_than_its_role_and_never_an_admin() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let editing =
        role_of(&app, "acme", "Editing", &["edit_web_users", "access_all_locations", "access_api"], true)
            .await;
    let powerful = role_of(&app, "acme", "Powerful", &["edit_apps", "access_all_locations"], true).await;
    let key = json!({ "projectSpace": "acme", "name": "script", "roleId": editing });
    let secret = api_key(&admin, key).await;
    let script = app.stranger().with_authorization(&format!("ApiKey {ADMIN}:{secret}"));
    assert_eq!(script.code(INVITE, json!({ "i": input("no@example.org", json!({})) })).await, "FORBIDDEN");
    assert_eq!(
        faults(&script, INVITE, input("no@example.org", json!({ "roleId": powerful }))).await,
        pairs(&[("GRANT_NOT_HELD", "roleId")])
    );
    invite(&script, "ana@example.org", json!({ "roleId": editing })).await;
}

#[tokio::test]
async fn members_are_not_invited_and_nobody_twice_at_a_time() {
    let app = TestApp::spawn().await;
    let (admin, outsider) = (app.admin().await, outsider(&app).await);
    app.web_user("reader@acme.example", "Read Only", &[]).await;
    let taken = pairs(&[("ALREADY_MEMBER", "email")]);
    for email in [ADMIN, "Reader@Acme.example"] {
        assert_eq!(faults(&admin, INVITE, input(email, json!({}))).await, taken, "{email}");
    }
    app.rows("UPDATE membership SET is_active = FALSE WHERE is_admin = FALSE").await.unwrap();
    assert_eq!(faults(&admin, INVITE, input("reader@acme.example", json!({}))).await, taken);

    invite(&admin, "ana@example.org", json!({})).await;
    let open = pairs(&[("ALREADY_INVITED", "email")]);
    assert_eq!(faults(&admin, INVITE, input("ANA@example.org", json!({}))).await, open);
    // The member of one space, and the invited of one, is a stranger to another.
    for email in ["reader@acme.example", "ana@example.org"] {
        let theirs = json!({ "projectSpace": "globex", "email": email });
        assert_eq!(faults(&outsider, INVITE, theirs).await, []);
    }
    assert_eq!(mails(&app, "invitation").await, 3);
}

#[tokio::test]
async fn an_address_whose_invitation_has_expired_has_it_renewed() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let nurse = role(&app, "Nurse", &[]).await;
    let first = invite(&admin, "ana@example.org", json!({ "locationIds": [tree.north] })).await;
    let old = token(&app, "ana@example.org").await;
    app.pass(TimeDelta::days(30) - TimeDelta::seconds(1));
    let admin = app.admin().await;
    let open = pairs(&[("ALREADY_INVITED", "email")]);
    assert_eq!(faults(&admin, INVITE, input("ana@example.org", json!({}))).await, open);
    app.pass(TimeDelta::seconds(1));
    let given = json!({ "roleId": nurse, "locationIds": [tree.south] });
    let (payload, entry) =
        audited(&admin, &app, INVITE, json!({ "i": input("ana@example.org", given) })).await;
    let renewed = &payload["invitation"];
    assert_eq!(renewed["id"], first["id"]);
    assert_eq!(
        (&renewed["status"], &renewed["timesSent"], &renewed["isAdmin"]),
        (&json!("PENDING"), &json!(2), &json!(false))
    );
    assert_eq!(renewed["expiresAt"], "2026-11-20T14:13:20+00:00");
    assert_eq!(renewed["locations"], json!([{ "name": "South" }]));
    assert_eq!(entry.change("role"), Some((json!("admin"), json!(nurse))));
    assert_eq!(entry.change("times_sent"), Some((json!(1), json!(2))));

    let preview = "query($t: String!) { invitationPreview(token: $t) { status } }";
    let answer = app.stranger().run(preview, json!({ "t": old })).await;
    assert_eq!(answer, json!({ "data": { "invitationPreview": null } }), "the old link");
    let new = token(&app, "ana@example.org").await;
    let answer = app.stranger().run(preview, json!({ "t": new })).await;
    assert_eq!(answer["data"]["invitationPreview"]["status"], "PENDING", "{answer}");
}

#[tokio::test]
async fn an_invitation_to_a_blocked_address_is_born_undeliverable() {
    let app = TestApp::spawn().await;
    app.rows(
        "INSERT INTO email_address (address, blocked_at, block_reason)
         VALUES ('ana@example.org', '2026-09-01T00:00:00+00:00', 'bounces')",
    )
    .await
    .unwrap();
    let made = invite(&app.admin().await, "ana@example.org", json!({})).await;
    assert_eq!((&made["status"], &made["delivery"]), (&json!("PENDING"), &json!("UNDELIVERABLE")));
}

#[tokio::test]
async fn somebody_limited_to_locations_invites_to_them_alone() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let local = super::scope::local(&app, &tree.north).await;
    let open = role_of(&app, "acme", "Open", &[], true).await;
    app.rows("UPDATE role SET grants = '{}' WHERE name = 'Open'").await.unwrap();
    let with = |at: &[&String]| json!({ "roleId": open, "locationIds": at });
    invite(&local, "here@example.org", with(&[&tree.north])).await;
    invite(&local, "below@example.org", with(&[&tree.northern])).await;
    for (at, path) in
        [(vec![&tree.south], "locationIds.0"), (vec![&tree.north, &tree.southern], "locationIds.1")]
    {
        assert_eq!(
            faults(&local, INVITE, input("no@example.org", with(&at))).await,
            pairs(&[("LOCATION_OUT_OF_REACH", path)])
        );
    }
    let answer = local.run(INVITE, json!({ "i": input("no@example.org", with(&[])) })).await;
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "location_required", "{answer}");
}
