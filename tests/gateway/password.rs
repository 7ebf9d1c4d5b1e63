//! No way to set a password takes one that is easily guessed, and each says why.

use crate::invitation::{ACCEPT, invite, newcomer, token};
use crate::mobile_worker::set_password::{SET, want_strong_passwords};
use crate::scene::{faults, fill_in, pairs, worker_who_signs_in};
use crate::support::{ADMIN, Actor, PASSWORD, TestApp, operator};
use fieldgate::domain::{FaultCode, ProjectSpaceInput, Settings};
use fieldgate::service::web_user::{self, NewWebUser};
use fieldgate::service::{Refused, project_space};
use serde_json::{Value as Json, json};

/// Passwords that are long enough and easily guessed.
const GUESSABLE: [&str; 6] = [
    "passwordpassword1",
    "aaaaaaaaaaaaaaaa",
    "123456789012345",
    "fieldgatefieldgate",
    "commcarecommcare",
    "Fieldgate2026Fieldgate",
];
const GOOD: &str = "correct horse battery staple 42";
const CHANGE: &str =
    "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { userErrors { code path message } } }";

/// The message of the only fault of a mutation's input.
async fn message(actor: &Actor<'_>, mutation: &str, input: Json) -> String {
    let answer = actor.run(mutation, json!({ "i": input })).await;
    let payload = answer["data"].as_object().unwrap().values().next().unwrap();
    assert_eq!(payload["userErrors"].as_array().unwrap().len(), 1, "{answer}");
    payload["userErrors"][0]["message"].as_str().unwrap().to_owned()
}

/// The codes and messages of a refusal of a use case.
fn refusal<T>(result: Result<T, Refused>) -> Vec<(FaultCode, String)> {
    match result {
        Err(Refused::Input(faults)) => faults.into_iter().map(|fault| (fault.code, fault.message)).collect(),
        Err(other) => panic!("{other}"),
        Ok(_) => Vec::new(),
    }
}

#[tokio::test]
async fn accepting_an_invitation_takes_no_guessable_password() {
    let app = TestApp::spawn().await;
    invite(&app.admin().await, "ana.abreu@example.org", json!({})).await;
    let token = token(&app, "ana.abreu@example.org").await;
    let with = |password: &str| {
        let mut input = newcomer(&token);
        input["password"] = json!(password);
        input
    };
    let own = ["ana.abreu@example.org", "Ana Abreu Ana Abreu", "acme acme acme acme"];
    for weak in GUESSABLE.into_iter().chain(own) {
        let refused = faults(&app.stranger(), ACCEPT, with(weak)).await;
        assert_eq!(refused, pairs(&[("PASSWORD_WEAK", "password")]), "{weak}");
    }
    let told = message(&app.stranger(), ACCEPT, with("ana.abreu@example.org")).await;
    assert!(told.contains("words that others know") && told.contains("four or more words"), "{told}");
    let form = format!("first_name=Ana&last_name=Abreu&password={}&agree_to_terms=true", GUESSABLE[0]);
    let page = fill_in(&app, &format!("/invitation/{token}"), &form).await;
    assert!(page.text.contains("too easily guessed"), "{}", page.text);
    assert_eq!(faults(&app.stranger(), ACCEPT, with(GOOD)).await, []);
}

#[tokio::test]
async fn changing_and_resetting_a_web_users_password_takes_no_guessable_one() {
    use crate::password_reset::{RESET, answer_all, ask, token};
    let app = TestApp::spawn().await;
    app.space("wiedervogel-clinics", ADMIN).await;
    let admin = app.admin().await;
    ask(&app.stranger(), json!({ "username": ADMIN })).await;
    assert_eq!(answer_all(&app).await, 1);
    let token = token(&app, ADMIN).await;
    // The name of a project space that the owner belongs to is known as well.
    for weak in GUESSABLE.into_iter().chain([ADMIN, "wiedervogel-clinics"]) {
        let input = json!({ "currentPassword": PASSWORD, "newPassword": weak });
        assert_eq!(faults(&admin, CHANGE, input).await, pairs(&[("PASSWORD_WEAK", "newPassword")]), "{weak}");
        let input = json!({ "token": token, "password": weak });
        let refused = faults(&app.stranger(), RESET, input).await;
        assert_eq!(refused, pairs(&[("PASSWORD_WEAK", "password")]), "{weak}");
    }
    let input = json!({ "currentPassword": PASSWORD, "newPassword": GOOD });
    assert_eq!(faults(&admin, CHANGE, input).await, []);
    app.sign_in(ADMIN, GOOD).await;
}

#[tokio::test]
async fn an_operator_sets_no_guessable_password() {
    let app = TestApp::spawn().await;
    for (number, weak) in GUESSABLE.into_iter().chain(["ana.abreu@example.org"]).enumerate() {
        let input = NewWebUser {
            email: "ana.abreu@example.org".to_owned(),
            password: Some(weak.to_owned().into()),
            ..NewWebUser::default()
        };
        let refused = refusal(web_user::add(&app.services, &operator(), "acme", &input).await);
        assert_eq!(refused[0].0, FaultCode::PasswordWeak, "{weak}");
        assert!(refused[0].1.starts_with("the password is too easily guessed: "), "{refused:?}");
        let input = ProjectSpaceInput {
            name: format!("space-{number}"),
            display_name: None,
            admin_email: "ana.abreu@example.org".to_owned(),
            admin_password: Some(weak.to_owned().into()),
            settings: Settings::default(),
        };
        let refused = refusal(project_space::create(&app.services, &operator(), input).await);
        assert_eq!(refused[0].0, FaultCode::PasswordWeak, "{weak}");
    }
}

#[tokio::test]
async fn workers_have_the_same_measure_where_strong_passwords_are_wanted() {
    let app = TestApp::spawn().await;
    let id = worker_who_signs_in(&app, "amina.diallo").await;
    want_strong_passwords(&app).await;
    let admin = app.admin().await;
    for weak in GUESSABLE.into_iter().chain(["amina.diallo1", "acmeacmeacme"]) {
        let refused = faults(&admin, SET, json!({ "id": id, "password": weak })).await;
        assert_eq!(refused, pairs(&[("PASSWORD_WEAK", "password")]), "{weak}");
    }
    assert_eq!(faults(&admin, SET, json!({ "id": id, "password": GOOD })).await, []);
}
