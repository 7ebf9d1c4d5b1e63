use crate::scene::{audited, entries, faults, pairs, worker, worker_who_signs_in};
use crate::support::{ADMIN, PASSWORD, TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

pub const LOGIN: &str = "mutation($i: LoginInput!) {
    login(input: $i) {
        accessToken refreshToken expiresAt
        viewer { principal { signInMethod user { __typename ... on WebUser { email } ... on MobileWorker { username } } } }
        userErrors { code message path }
    }
}";
const VIEW: &str = "{ viewer { principal { signInMethod } } }";

fn with(username: &str, password: &str) -> Json {
    json!({ "username": username, "password": password })
}

#[tokio::test]
async fn a_web_user_signs_in_with_their_address_whatever_its_case() {
    let app = TestApp::spawn().await;
    for username in [ADMIN, "ADMIN@Acme.Example", " admin@acme.example "] {
        let answer = app.stranger().run(LOGIN, json!({ "i": with(username, PASSWORD) })).await;
        let login = &answer["data"]["login"];
        let user = json!({ "__typename": "WebUser", "email": ADMIN });
        assert_eq!(
            login["viewer"]["principal"],
            json!({ "signInMethod": "PASSWORD", "user": user }),
            "{answer}"
        );
        assert!(login["refreshToken"].as_str().unwrap().starts_with("fgr_"), "{answer}");
        assert_eq!(login["expiresAt"], "2026-09-21T14:23:20+00:00");
    }
}

#[tokio::test]
async fn a_worker_signs_in_with_login_name_or_with_username_and_project_space() {
    let app = TestApp::spawn().await;
    worker_who_signs_in(&app, "amina").await;
    app.pass(TimeDelta::seconds(9));
    for input in [
        with("amina@acme.fieldgate.local", WORKER_PASSWORD),
        with("AMINA@ACME.fieldgate.local", WORKER_PASSWORD),
        json!({ "username": " Amina ", "password": WORKER_PASSWORD, "projectSpace": "acme" }),
    ] {
        let answer = app.stranger().run(LOGIN, json!({ "i": input })).await;
        let user = json!({ "__typename": "MobileWorker", "username": "amina" });
        assert_eq!(answer["data"]["login"]["viewer"]["principal"]["user"], user, "{answer}");
    }
    let query =
        "{ projectSpace(name: \"acme\") { mobileWorker(username: \"amina\") { lastLoginAt version } } }";
    let answer = app.admin().await.run(query, json!({})).await;
    // To sign in is no change of the worker: a form that somebody has open stays good.
    let expected = json!({ "lastLoginAt": "2026-09-21T14:13:29+00:00", "version": 1 });
    assert_eq!(answer["data"]["projectSpace"]["mobileWorker"], expected, "{answer}");
}

#[tokio::test]
async fn the_answer_to_a_sign_in_shows_what_is_ones_own() {
    let app = TestApp::spawn().await;
    let login = "mutation($i: LoginInput!) { login(input: $i) {
        viewer { projectSpaces { roleName projectSpace { name roles { name } } } }
    } }";
    let answer = app.stranger().run(login, json!({ "i": with(ADMIN, PASSWORD) })).await;
    let here = &answer["data"]["login"]["viewer"]["projectSpaces"][0];
    assert_eq!(
        (&here["roleName"], &here["projectSpace"]["name"]),
        (&json!("Admin"), &json!("acme")),
        "{answer}"
    );
    assert!(here["projectSpace"]["roles"].as_array().unwrap().len() > 3, "{answer}");
}

#[tokio::test]
async fn a_sign_in_is_audited_without_its_secrets() {
    let app = TestApp::spawn().await;
    let (payload, entry) = audited(&app.stranger(), &app, LOGIN, json!({ "i": with(ADMIN, PASSWORD) })).await;
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("session.create", "session"));
    assert!(entry.principal.starts_with("wu_"), "{entry:?}");
    for token in ["accessToken", "refreshToken"] {
        assert!(!format!("{entry:?}").contains(payload[token].as_str().unwrap()), "{entry:?}");
    }
}

#[tokio::test]
async fn wrong_credentials_are_denied_with_one_answer_whatever_is_wrong() {
    let app = TestApp::spawn().await;
    worker_who_signs_in(&app, "amina").await;
    let gone = worker_who_signs_in(&app, "gone").await;
    let off = worker_who_signs_in(&app, "off").await;
    worker(&app, "passwordless").await;
    let admin = app.admin().await;
    for (mutation, id) in [("deleteMobileWorker", gone), ("deactivateMobileWorker", off)] {
        let query =
            format!("mutation($i: NodeInput!) {{ {mutation}(input: $i) {{ userErrors {{ code }} }} }}");
        assert_eq!(
            admin.refusals(mutation, &query, json!({ "i": { "id": id } })).await,
            Vec::<String>::new()
        );
    }
    let before = entries(&app, "").await.len();
    let wrong = app.stranger().run(LOGIN, json!({ "i": with(ADMIN, "wrong") })).await;
    assert_eq!(wrong["data"]["login"]["userErrors"][0]["code"], "WRONG_CREDENTIALS", "{wrong}");
    assert_eq!(wrong["data"]["login"]["accessToken"], Json::Null);
    for input in [
        with("nobody@acme.example", PASSWORD),
        with("nobody", PASSWORD),
        with("", ""),
        with(ADMIN, ""),
        with(ADMIN, &PASSWORD.to_uppercase()),
        with(ADMIN, &format!("{PASSWORD} ")),
        with(ADMIN, &"x".repeat(5_000)),
        with("amina@acme.fieldgate.local", "wrong"),
        with("amina", WORKER_PASSWORD),
        with("amina@globex.fieldgate.local", WORKER_PASSWORD),
        with("amina@acme.elsewhere", WORKER_PASSWORD),
        with("gone@acme.fieldgate.local", WORKER_PASSWORD),
        with("off@acme.fieldgate.local", WORKER_PASSWORD),
        with("passwordless@acme.fieldgate.local", "no password"),
        with("' OR 1=1 --", "' OR 1=1 --"),
        with("a\0b@c.org", PASSWORD),
        with("amina\0@acme.fieldgate.local", WORKER_PASSWORD),
        json!({ "username": "amina", "password": WORKER_PASSWORD, "projectSpace": "globex" }),
        json!({ "username": "amina", "password": WORKER_PASSWORD, "projectSpace": "a\0cme" }),
        json!({ "username": "off", "password": WORKER_PASSWORD, "projectSpace": "acme" }),
    ] {
        assert_eq!(app.stranger().run(LOGIN, json!({ "i": input })).await, wrong, "{input}");
    }
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn a_web_user_who_was_deactivated_is_denied_and_out_at_once() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.rows("UPDATE web_user SET is_active = FALSE").await.unwrap();
    assert_eq!(admin.code(VIEW, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(
        faults(&app.stranger(), LOGIN, with(ADMIN, PASSWORD)).await,
        pairs(&[("WRONG_CREDENTIALS", "")])
    );
}

#[tokio::test]
async fn an_access_token_is_good_for_ten_minutes_and_half_a_minute_of_leeway() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.pass(TimeDelta::seconds(629));
    assert!(admin.run(VIEW, json!({})).await["data"]["viewer"].is_object());
    app.pass(TimeDelta::seconds(1));
    let late = admin.post("/graphql", &json!({ "query": VIEW })).await;
    assert_eq!((late.status.as_u16(), admin.code(VIEW, json!({})).await.as_str()), (401, "TOKEN_EXPIRED"));
}

#[tokio::test]
async fn a_token_that_is_not_ours_is_denied() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let token = admin.token().to_owned();
    let (signed, _) = token.rsplit_once('.').unwrap();
    for header in [
        format!("Bearer {signed}."),
        format!("Bearer {signed}"),
        format!("Bearer {token}x"),
        "Bearer x".to_owned(),
        "Bearer ".to_owned(),
        "Bearer".to_owned(),
        token.clone(),
        format!("Token {token}"),
        format!("Bearer {}", "x".repeat(9_000)),
    ] {
        let answer =
            app.stranger().with_authorization(&header).post("/graphql", &json!({ "query": VIEW })).await;
        let code = answer.json()["errors"][0]["extensions"]["code"].clone();
        assert_eq!((answer.status.as_u16(), code), (401, json!("UNAUTHENTICATED")), "{header}");
    }
    assert!(app.stranger().with_authorization(&format!("bearer  {token}")).run(VIEW, json!({})).await["data"]["viewer"].is_object());
}
