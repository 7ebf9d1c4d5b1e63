//! Two who do the same at the same moment: one is carried out, whichever, and the other hears so.

use super::{ACCEPT, INVITE, input, invite, newcomer, token};
use crate::support::{PASSWORD, TestApp, operator};
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::json;

fn sorted(both: (Vec<String>, Vec<String>)) -> [Vec<String>; 2] {
    let mut both = [both.0, both.1];
    both.sort();
    both
}

fn one_of(code: &str) -> [Vec<String>; 2] {
    [Vec::new(), vec![code.to_owned()]]
}

async fn count(app: &TestApp, table: &str) -> usize {
    app.rows(&format!("SELECT 'x' FROM {table}")).await.unwrap().len()
}

#[tokio::test]
async fn of_two_who_accept_with_one_link_one_joins() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let (one, two) = (app.stranger(), app.stranger());
    let given = json!({ "i": newcomer(&token) });
    let both = tokio::join!(
        one.refusals("acceptInvitation", ACCEPT, given.clone()),
        two.refusals("acceptInvitation", ACCEPT, given.clone())
    );
    assert_eq!(sorted(both), one_of("INVITATION_USED"));
    assert_eq!((count(&app, "web_user").await, count(&app, "membership").await), (2, 2));
    app.sign_in("ana@example.org", PASSWORD).await;
}

#[tokio::test]
async fn of_two_who_accept_for_different_addresses_one_joins() {
    let app = TestApp::spawn().await;
    app.rows("UPDATE project_space SET invite_email_only = FALSE").await.unwrap();
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let given = |email: &str| {
        let mut account = newcomer(&token);
        account["email"] = json!(email);
        json!({ "i": account })
    };
    let (one, two) = (app.stranger(), app.stranger());
    let both = tokio::join!(
        one.refusals("acceptInvitation", ACCEPT, given("one@example.org")),
        two.refusals("acceptInvitation", ACCEPT, given("two@example.org"))
    );
    assert_eq!(sorted(both), one_of("INVITATION_USED"));
    assert_eq!((count(&app, "web_user").await, count(&app, "membership").await), (2, 2));
}

#[tokio::test]
async fn of_two_sessions_of_one_person_that_accept_one_is_carried_out() {
    let app = TestApp::spawn().await;
    app.space("globex", "kim@example.org").await;
    let (one, two) =
        (app.sign_in("kim@example.org", PASSWORD).await, app.sign_in("kim@example.org", PASSWORD).await);
    invite(&app.admin().await, "kim@example.org", json!({})).await;
    let given = json!({ "i": { "token": token(&app, "kim@example.org").await } });
    let both = tokio::join!(
        one.refusals("acceptInvitation", ACCEPT, given.clone()),
        two.refusals("acceptInvitation", ACCEPT, given.clone())
    );
    assert_eq!(sorted(both), one_of("INVITATION_USED"));
    assert_eq!(count(&app, "membership").await, 3);
}

#[tokio::test]
async fn of_two_who_invite_one_address_one_does() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let given = json!({ "i": input("ana@example.org", json!({})) });
    let both = tokio::join!(
        admin.refusals("inviteWebUser", INVITE, given.clone()),
        admin.refusals("inviteWebUser", INVITE, given.clone())
    );
    assert_eq!(sorted(both), one_of("ALREADY_INVITED"));
    assert_eq!((count(&app, "invitation").await, count(&app, "mail").await), (1, 1));

    app.pass(chrono::TimeDelta::days(31));
    let admin = app.admin().await;
    let both = tokio::join!(
        admin.refusals("inviteWebUser", INVITE, given.clone()),
        admin.refusals("inviteWebUser", INVITE, given.clone())
    );
    assert_eq!(sorted(both), one_of("ALREADY_INVITED"), "renewing");
    assert_eq!((count(&app, "invitation").await, count(&app, "mail").await), (1, 2));
}

#[tokio::test]
async fn accepting_while_somebody_deletes_is_wholly_done_or_not_at_all() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let made = invite(&admin, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let delete = "mutation($i: NodeInput!) { deleteInvitation(input: $i) { userErrors { code } } }";
    let stranger = app.stranger();
    let (deleted, accepted) = tokio::join!(
        admin.run(delete, json!({ "i": { "id": made["id"] } })),
        stranger.run(ACCEPT, json!({ "i": newcomer(&token) }))
    );
    let deleted = deleted["data"]["deleteInvitation"]["userErrors"] == json!([]);
    let accepted = accepted["data"]["acceptInvitation"]["userErrors"] == json!([]);
    assert!(deleted != accepted, "deleted: {deleted}, accepted: {accepted}");
    let people = 1 + usize::from(accepted);
    assert_eq!((count(&app, "web_user").await, count(&app, "membership").await), (people, people));
}

#[tokio::test]
async fn an_account_made_meanwhile_is_not_taken_over() {
    let app = TestApp::spawn().await;
    app.space("globex", "admin@globex.example").await;
    invite(&app.admin().await, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    let elsewhere = NewWebUser {
        email: "ana@example.org".to_owned(),
        password: Some("another long password".to_owned().into()),
        ..NewWebUser::default()
    };
    let stranger = app.stranger();
    let operator = operator();
    let (accepted, added) = tokio::join!(
        stranger.refusals("acceptInvitation", ACCEPT, json!({ "i": newcomer(&token) })),
        web_user::add(&app.services, &operator, "globex", &elsewhere)
    );
    // Whoever was first made the account: it has the password of that one. The operator's command finds it there, or,
    // a moment earlier, is refused.
    let (works, other) = match (accepted.as_slice(), added) {
        ([], _) => (PASSWORD, "another long password"),
        ([code], Ok(_)) => {
            assert_eq!(code, "SIGN_IN_REQUIRED");
            ("another long password", PASSWORD)
        }
        (refused, added) => panic!("{refused:?}, {added:?}"),
    };
    app.sign_in("ana@example.org", works).await;
    let login = "mutation($i: LoginInput!) { login(input: $i) { userErrors { code } } }";
    let given = json!({ "i": { "username": "ana@example.org", "password": other } });
    assert_eq!(app.stranger().refusals("login", login, given).await, ["WRONG_CREDENTIALS"]);
}
