//! Two names that look alike are one name: invisible characters are refused in e-mail addresses and removed from usernames,
//! when somebody is made and when somebody signs in.

use crate::invitation::{ACCEPT, INVITE, input, invite, newcomer, token};
use crate::rest::{WORKERS, fault as rest_fault, faults as rest_faults};
use crate::scene::{faults, pairs, worker_who_signs_in};
use crate::support::{ADMIN, PASSWORD, TestApp, WORKER_PASSWORD, operator};
use fieldgate::domain::FaultCode;
use fieldgate::service::Refused;
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::json;

/// A zero-width blank, a joiner, a soft hyphen, a direction mark, a filler, a variation selector, a tag.
const HIDDEN: [&str; 7] =
    ["\u{200B}", "\u{200D}", "\u{00AD}", "\u{200E}", "\u{3164}", "\u{FE0F}", "\u{E0041}"];

#[tokio::test]
async fn an_address_with_an_invisible_character_is_refused_on_every_channel() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    invite(&admin, "ana@example.org", json!({})).await;
    let token = token(&app, "ana@example.org").await;
    for hidden in HIDDEN {
        let address = format!("admin@ac{hidden}me.example");
        let expected = pairs(&[("EMAIL_INVALID", "email")]);
        assert_eq!(faults(&admin, INVITE, input(&address, json!({}))).await, expected, "{hidden:?}");
        let mut account = newcomer(&token);
        account["email"] = json!(address);
        assert!(faults(&app.stranger(), ACCEPT, account).await.contains(&expected[0]), "{hidden:?}");
        let user = NewWebUser {
            email: address.clone(),
            password: Some(PASSWORD.to_owned().into()),
            ..NewWebUser::default()
        };
        let added = web_user::add(&app.services, &operator(), "acme", &user).await;
        assert!(matches!(added, Err(Refused::Input(faults)) if faults.has(FaultCode::EmailInvalid)));
        let body = json!({ "username": "bilal", "password": "qwer1234", "email": address });
        let answer = admin.post(WORKERS, &body).await;
        assert_eq!(rest_faults(&answer.json()), [rest_fault("EMAIL_INVALID", &["email"])], "{hidden:?}");
    }
    // At the ends they go with the white space: an address that was pasted.
    app.sign_in(&format!("\u{FEFF}{ADMIN}\u{200B} "), PASSWORD).await;
    let taken = faults(&admin, INVITE, input("\u{202A}ana@example.org\u{202C}", json!({}))).await;
    assert_eq!(taken, pairs(&[("ALREADY_INVITED", "email")]));
}

#[tokio::test]
async fn a_username_is_unique_whatever_is_invisible_in_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    worker_who_signs_in(&app, "amina").await;
    for hidden in HIDDEN {
        let name = format!("am{hidden}ina");
        let body = json!({ "username": name, "password": "qwer1234" });
        let answer = admin.post(WORKERS, &body).await;
        assert_eq!(rest_faults(&answer.json()), [rest_fault("USERNAME_TAKEN", &["username"])], "{hidden:?}");
        app.sign_in(&format!("{name}@acme.fieldgate.local"), WORKER_PASSWORD).await;
        let login = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code } } }";
        let input = json!({ "username": name, "projectSpace": "acme", "password": WORKER_PASSWORD });
        assert_eq!(faults(&app.stranger(), login, input).await, [], "{hidden:?}");
        let listed = admin.get(&format!("{WORKERS}?username=am%E2%80%8Bina")).await.json();
        assert_eq!(listed["meta"]["total_count"], 1, "{listed}");
    }
}
