use super::{ACCEPT, INVITE, api_key, everything, input, invite, join, mails, newcomer, token};
use crate::scene::{Tree, audited, entries, faults, pairs, role, worker_who_signs_in};
use crate::support::{ADMIN, Actor, PASSWORD, TestApp, WORKER_PASSWORD, operator};
use chrono::TimeDelta;
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::{Value as Json, json};

const SPACES: &str = "{ viewer { projectSpaces { projectSpace { name } isAdmin roleName } } }";

/// Somebody with an account, a member of `globex` alone, signed in.
async fn known<'a>(app: &'a TestApp, email: &str) -> Actor<'a> {
    app.space("globex", "admin@globex.example").await;
    let person = NewWebUser {
        email: email.to_owned(),
        first_name: "Kim".to_owned(),
        password: Some(PASSWORD.to_owned().into()),
        ..NewWebUser::default()
    };
    web_user::add(&app.services, &operator(), "globex", &person).await.unwrap();
    app.sign_in(email, PASSWORD).await
}

/// What somebody who is signed in gives.
fn with(token: &str) -> Json {
    json!({ "token": token })
}

/// Changes the settings of `acme`.
async fn set(app: &TestApp, settings: Json) {
    let update = "mutation($i: UpdateProjectSpaceInput!) {
        updateProjectSpace(input: $i) { projectSpace { id } userErrors { code } }
    }";
    let mut input = json!({ "projectSpace": "acme" });
    input.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    assert_eq!(faults(&app.admin().await, update, input).await, []);
}

#[tokio::test]
async fn somebody_new_gets_an_account_a_membership_and_a_session() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let nurse = role(&app, "Nurse", &["view_reports", "access_all_locations"]).await;
    let given = json!({ "roleId": nurse, "locationIds": [tree.north, tree.southern] });
    let invited = invite(&admin, "ana@example.org", given).await;
    let token = token(&app, "ana@example.org").await;
    let mut account = newcomer(&token);
    account["email"] = json!("ANA@example.org");
    let answer = app.stranger().run(ACCEPT, json!({ "i": account })).await;
    let payload = &answer["data"]["acceptInvitation"];
    let entries = entries(&app, "").await;
    let entry = entries.iter().find(|entry| entry.action == "invitation.accept").unwrap();
    assert_eq!(
        payload["viewer"],
        json!({
            "principal": {
                "signInMethod": "PASSWORD",
                "user": { "email": "ana@example.org", "firstName": "Ana", "lastName": "Abreu" },
            },
            "projectSpaces": [{
                "isAdmin": false, "roleName": "Nurse", "projectSpace": { "name": "acme" },
                "locations": [{ "name": "North" }, { "name": "Southern" }],
            }],
        })
    );
    let session =
        app.stranger().with_authorization(&format!("Bearer {}", payload["accessToken"].as_str().unwrap()));
    let answer = session.run(SPACES, json!({})).await;
    assert_eq!(answer["data"]["viewer"]["projectSpaces"][0]["roleName"], "Nurse", "{answer}");
    app.sign_in("ana@example.org", PASSWORD).await;
    assert!(entry.change("web_user").is_some() && entry.kind == "invitation", "{entry:?}");
    assert!(invited["id"].as_str().unwrap().ends_with(&entry.resource), "{entry:?}");
    assert_eq!(entry.change("state"), Some((json!("pending"), json!("accepted"))));
    assert_eq!(entry.change("new_account"), Some((json!(false), json!(true))));
    assert_eq!(entry.change("role"), Some((json!(null), json!(nurse))));
    let gained = json!([tree.north, tree.southern]);
    assert_eq!(entry.change("locations"), Some((json!([]), gained)), "{entry:?}");
    let me = "{ viewer { principal { user { ... on WebUser { id } } } } }";
    let inviter = admin.run(me, json!({})).await["data"]["viewer"]["principal"]["user"]["id"].clone();
    assert!(inviter.as_str().is_some());
    assert_eq!(entry.change("inviter"), Some((json!(null), inviter)), "{entry:?}");

    let node = "query($id: ID!) { node(id: $id) { ... on Invitation { status version } } }";
    let answer = app.admin().await.run(node, json!({ "id": invited["id"] })).await;
    assert_eq!(answer["data"]["node"], json!({ "status": "ACCEPTED", "version": 2 }), "{answer}");
    assert!(!everything(&app).await.contains(&token), "the token is at rest");
}

#[tokio::test]
async fn the_inviter_hears_of_it_if_they_are_still_there() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    invite(&admin, "ana@example.org", json!({})).await;
    join(&app, &token(&app, "ana@example.org").await).await;
    let told = app
        .rows("SELECT recipient, CAST(data AS TEXT) FROM mail WHERE template = 'invitation_accepted'")
        .await
        .unwrap();
    let data: Json = serde_json::from_str(&told[0][1]).unwrap();
    assert_eq!(told[0][0], ADMIN);
    assert_eq!(
        (&data["member"], &data["email"], &data["role"]),
        (&json!("Ana Abreu"), &json!("ana@example.org"), &json!("Admin"))
    );

    invite(&admin, "bo@example.org", json!({})).await;
    app.rows("UPDATE membership SET is_active = FALSE WHERE is_admin = TRUE").await.unwrap();
    join(&app, &token(&app, "bo@example.org").await).await;
    assert_eq!(mails(&app, "invitation_accepted").await, 1);
}

#[tokio::test]
async fn a_link_is_good_once() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    join(&app, &token).await;
    let before = entries(&app, "").await.len();
    let used = pairs(&[("INVITATION_USED", "token")]);
    assert_eq!(faults(&app.stranger(), ACCEPT, newcomer(&token)).await, used);
    assert_eq!(faults(&app.stranger(), ACCEPT, with(&token)).await, used);
    let ana = app.sign_in("ana@example.org", PASSWORD).await;
    assert_eq!(faults(&ana, ACCEPT, with(&token)).await, used);
    // Signing in was the one entry.
    assert_eq!(entries(&app, "").await.len(), before + 1);
}

#[tokio::test]
async fn a_link_works_for_thirty_days_to_the_second() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for email in ["ana@example.org", "bo@example.org"] {
        invite(&admin, email, json!({})).await;
    }
    let (early, late) = (token(&app, "ana@example.org").await, token(&app, "bo@example.org").await);
    app.pass(TimeDelta::days(30) - TimeDelta::seconds(1));
    join(&app, &early).await;
    app.pass(TimeDelta::seconds(1));
    let expired = pairs(&[("INVITATION_EXPIRED", "token")]);
    assert_eq!(faults(&app.stranger(), ACCEPT, newcomer(&late)).await, expired);
    assert_eq!(app.rows("SELECT email FROM web_user WHERE email = 'bo@example.org'").await.unwrap().len(), 0);
}

#[tokio::test]
async fn the_project_space_sets_how_long_a_link_works() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    set(&app, json!({ "invitationLifetimeDays": 1 })).await;
    app.pass(TimeDelta::hours(24));
    let expired = pairs(&[("INVITATION_EXPIRED", "token")]);
    assert_eq!(faults(&app.stranger(), ACCEPT, newcomer(&token)).await, expired);
    set(&app, json!({ "invitationLifetimeDays": 2 })).await;
    join(&app, &token).await;
}

#[tokio::test]
async fn accepting_is_denied_without_a_link_that_works_whoever_asks() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    invite(&admin, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let before = entries(&app, "").await.len();
    let nothing = app.stranger().run(ACCEPT, json!({ "i": newcomer("fgl_nothing") })).await;
    assert_eq!(nothing["data"]["acceptInvitation"]["userErrors"][0]["code"], "INVALID_TOKEN", "{nothing}");
    let cut = &token[..token.len() - 1];
    let upper = token.to_uppercase();
    for wrong in ["", " ", "fgl_", cut, &upper, "a\0b", "' OR 1=1 --", &"x".repeat(10_000)] {
        for actor in [&app.stranger(), &admin] {
            assert_eq!(actor.run(ACCEPT, json!({ "i": newcomer(wrong) })).await, nothing, "{wrong:?}");
        }
    }
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn all_that_is_missing_of_a_new_account_is_told_at_once_and_nothing_is_made() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let expected = pairs(&[
        ("REQUIRED", "firstName"),
        ("REQUIRED", "lastName"),
        ("REQUIRED", "password"),
        ("REQUIRED", "agreeToTerms"),
    ]);
    assert_eq!(faults(&app.stranger(), ACCEPT, with(&token)).await, expected);
    let wrong = json!({
        "token": token, "firstName": "x".repeat(151), "lastName": "a\u{202E}b", "email": "nobody",
        "password": "fourteen chars", "agreeToTerms": false,
    });
    let expected = pairs(&[
        ("TOO_LONG", "firstName"),
        ("INVALID_VALUE", "lastName"),
        ("EMAIL_INVALID", "email"),
        ("PASSWORD_WEAK", "password"),
        ("REQUIRED", "agreeToTerms"),
    ]);
    assert_eq!(faults(&app.stranger(), ACCEPT, wrong).await, expected);
    assert_eq!(app.rows("SELECT email FROM web_user").await.unwrap(), [[ADMIN]]);
    join(&app, &token).await;
}

#[tokio::test]
async fn another_address_is_taken_only_where_the_project_space_allows_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    invite(&admin, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let other = |email: &str| {
        let mut account = newcomer(&token);
        account["email"] = json!(email);
        account
    };
    let fault = |code: &str| pairs(&[(code, "email")]);
    assert_eq!(faults(&app.stranger(), ACCEPT, other("ana@home.example")).await, fault("INVALID_VALUE"));
    set(&app, json!({ "inviteEmailOnly": false })).await;
    assert_eq!(faults(&app.stranger(), ACCEPT, other(ADMIN)).await, fault("NAME_TAKEN"));
    assert_eq!(faults(&app.stranger(), ACCEPT, other("Ana@Home.example")).await, []);
    let ana = app.sign_in("ana@home.example", PASSWORD).await;
    let answer = ana.run(SPACES, json!({})).await;
    assert_eq!(answer["data"]["viewer"]["projectSpaces"][0]["isAdmin"], true, "{answer}");
}

#[tokio::test]
async fn who_has_an_account_signs_in_and_joins_with_it_as_it_is() {
    let app = TestApp::spawn().await;
    let kim = known(&app, "kim@example.org").await;
    let nurse = role(&app, "Nurse", &[]).await;
    invite(&app.admin().await, "kim@example.org", json!({ "roleId": nurse })).await;
    let token = token(&app, "kim@example.org").await;
    // Without a sign-in there is one answer, and no second account.
    let sign_in = pairs(&[("SIGN_IN_REQUIRED", "")]);
    assert_eq!(faults(&app.stranger(), ACCEPT, newcomer(&token)).await, sign_in);
    assert_eq!(faults(&app.stranger(), ACCEPT, with(&token)).await, sign_in);

    let (payload, entry) = audited(&kim, &app, ACCEPT, json!({ "i": with(&token) })).await;
    assert_eq!(
        (&payload["accessToken"], &payload["refreshToken"], &payload["expiresAt"]),
        (&Json::Null, &Json::Null, &Json::Null)
    );
    let spaces = payload["viewer"]["projectSpaces"].as_array().unwrap();
    assert_eq!(spaces.len(), 2, "{payload}");
    assert_eq!(payload["viewer"]["principal"]["user"]["firstName"], "Kim");
    assert!(entry.principal.starts_with("wu_"), "{entry:?}");
    assert_eq!(entry.change("new_account"), None);
    let answer = kim.run(SPACES, json!({})).await;
    let here = json!({ "projectSpace": { "name": "acme" }, "isAdmin": false, "roleName": "Nurse" });
    assert!(answer["data"]["viewer"]["projectSpaces"].as_array().unwrap().contains(&here), "{answer}");
}

#[tokio::test]
async fn another_account_than_the_invited_one_is_refused_and_nothing_changes() {
    let app = TestApp::spawn().await;
    let kim = known(&app, "kim@example.org").await;
    let admin = app.admin().await;
    worker_who_signs_in(&app, "amina").await;
    let worker = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    // One of an address with an account, one of an address without.
    app.web_user("reader@acme.example", "Read Only", &[]).await;
    let reader = app.sign_in("admin@globex.example", PASSWORD).await;
    invite(&reader, "reader@acme.example", json!({ "projectSpace": "globex" })).await;
    invite(&admin, "ana@example.org", json!({})).await;
    let before = entries(&app, "").await.len();
    for email in ["reader@acme.example", "ana@example.org"] {
        let token = token(&app, email).await;
        for actor in [&kim, &admin, &worker] {
            for given in [with(&token), newcomer(&token)] {
                assert_eq!(faults(actor, ACCEPT, given).await, pairs(&[("WRONG_ACCOUNT", "")]), "{email}");
            }
        }
    }
    assert_eq!(entries(&app, "").await.len(), before);
    join(&app, &token(&app, "ana@example.org").await).await;
}

#[tokio::test]
async fn a_script_agrees_to_nothing_in_its_owners_name() {
    let app = TestApp::spawn().await;
    let kim = known(&app, "kim@example.org").await;
    let secret = api_key(&kim, json!({ "projectSpace": "globex", "name": "script" })).await;
    let script = app.stranger().with_authorization(&format!("ApiKey kim@example.org:{secret}"));
    invite(&app.admin().await, "kim@example.org", json!({})).await;
    let given = with(&token(&app, "kim@example.org").await);
    assert_eq!(faults(&script, ACCEPT, given).await, pairs(&[("WRONG_ACCOUNT", "")]));
}

#[tokio::test]
async fn who_is_a_member_already_has_their_invitation_marked_and_stays_what_they_are() {
    let app = TestApp::spawn().await;
    let kim = known(&app, "kim@example.org").await;
    let nurse = role(&app, "Nurse", &[]).await;
    let invited = invite(&app.admin().await, "kim@example.org", json!({ "roleId": nurse })).await;
    let token = token(&app, "kim@example.org").await;
    let added = NewWebUser { email: "kim@example.org".to_owned(), ..NewWebUser::default() };
    web_user::add(&app.services, &operator(), "acme", &added).await.unwrap();
    let (payload, entry) = audited(&kim, &app, ACCEPT, json!({ "i": with(&token) })).await;
    let here = payload["viewer"]["projectSpaces"].as_array().unwrap();
    let here = here.iter().find(|space| space["projectSpace"]["name"] == "acme").unwrap();
    assert_eq!(here["isAdmin"], true, "{payload}");
    assert_eq!(entry.change("role"), None, "{entry:?}");
    let node = "query($id: ID!) { node(id: $id) { ... on Invitation { status } } }";
    let answer = app.admin().await.run(node, json!({ "id": invited["id"] })).await;
    assert_eq!(answer["data"]["node"]["status"], "ACCEPTED", "{answer}");
}

#[tokio::test]
async fn what_is_archived_since_is_given_to_nobody() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let nurse = role(&app, "Nurse", &[]).await;
    invite(&admin, "ana@example.org", json!({ "roleId": nurse })).await;
    invite(&admin, "bo@example.org", json!({ "locationIds": [tree.north] })).await;
    let (ana, bo) = (token(&app, "ana@example.org").await, token(&app, "bo@example.org").await);
    app.rows("UPDATE role SET is_archived = TRUE WHERE name = 'Nurse'").await.unwrap();
    app.rows("UPDATE location SET is_archived = TRUE WHERE name = 'North'").await.unwrap();
    for (token, code) in [(&ana, "ROLE_NOT_ASSIGNABLE"), (&bo, "LOCATION_OUT_OF_REACH")] {
        assert_eq!(faults(&app.stranger(), ACCEPT, newcomer(token)).await, pairs(&[(code, "")]));
    }
    assert_eq!(app.rows("SELECT email FROM web_user").await.unwrap(), [[ADMIN]]);
    app.rows("UPDATE role SET is_archived = FALSE").await.unwrap();
    join(&app, &ana).await;
}

#[tokio::test]
async fn what_an_inviter_gave_holds_when_they_are_an_admin_no_more() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    invite(&admin, "ana@example.org", json!({})).await;
    app.web_user("second@acme.example", "Read Only", &[]).await;
    let demote = "UPDATE membership SET is_admin = FALSE, role_id =
        (SELECT id FROM role WHERE name = 'Read Only' AND role.project_space_id = membership.project_space_id)";
    app.rows(demote).await.unwrap();
    assert_eq!(admin.code(INVITE, json!({ "i": input("bo@example.org", json!({})) })).await, "FORBIDDEN");
    let joined = join(&app, &token(&app, "ana@example.org").await).await;
    assert_eq!(joined["viewer"]["projectSpaces"][0]["isAdmin"], true, "{joined}");
}

#[tokio::test]
async fn an_account_that_may_not_sign_in_joins_nothing() {
    let app = TestApp::spawn().await;
    let kim = known(&app, "kim@example.org").await;
    invite(&app.admin().await, "kim@example.org", json!({})).await;
    app.rows("UPDATE web_user SET is_active = FALSE WHERE email = 'kim@example.org'").await.unwrap();
    let given = with(&token(&app, "kim@example.org").await);
    assert_eq!(kim.code(ACCEPT, json!({ "i": given })).await, "UNAUTHENTICATED");
    assert_eq!(faults(&app.stranger(), ACCEPT, given).await, pairs(&[("SIGN_IN_REQUIRED", "")]));
}
