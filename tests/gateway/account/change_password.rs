use crate::mobile_worker::set_password::want_strong_passwords;
use crate::scene::{audited, entries, faults, pairs, worker_who_signs_in};
use crate::support::{ADMIN, PASSWORD, TestApp, WORKER_PASSWORD};
use serde_json::json;

const CHANGE: &str =
    "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { userErrors { code path message } } }";
const VIEW: &str = "{ viewer { principal { signInMethod } } }";
const NEW: &str = "quite another password";

#[tokio::test]
async fn a_web_user_changes_theirs_which_ends_the_other_sessions_and_tells_them() {
    let app = TestApp::spawn().await;
    let (here, there) = (app.admin().await, app.admin().await);
    let input = json!({ "i": { "currentPassword": PASSWORD, "newPassword": NEW } });
    let (_, entry) = audited(&here, &app, CHANGE, input).await;
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("account.change_password", "account"));
    assert_eq!(entry.change("password"), Some((json!("***"), json!("*** (new)"))));
    assert!(!format!("{entry:?}").contains(NEW), "{entry:?}");

    assert!(here.run(VIEW, json!({})).await["data"]["viewer"].is_object());
    assert_eq!(there.code(VIEW, json!({})).await, "UNAUTHENTICATED");
    app.sign_in(ADMIN, NEW).await;
    app.deliver().await;
    let mails = app.mailbox.take();
    assert_eq!((mails.len(), mails[0].letter.recipient.as_str()), (1, ADMIN));
    assert_eq!(mails[0].written.subject, "Your password was changed");
    assert!(mails[0].written.text.contains(ADMIN) && !mails[0].written.text.contains(NEW));
}

#[tokio::test]
async fn a_worker_changes_theirs_by_the_rule_of_the_space() {
    let app = TestApp::spawn().await;
    worker_who_signs_in(&app, "amina").await;
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let input = |new: &str| json!({ "currentPassword": WORKER_PASSWORD, "newPassword": new });
    want_strong_passwords(&app).await;
    for weak in ["short", "password1", "amina1234"] {
        let refused = faults(&amina, CHANGE, input(weak)).await;
        assert_eq!(refused, pairs(&[("PASSWORD_WEAK", "newPassword")]), "{weak}");
    }
    assert_eq!(faults(&amina, CHANGE, input("a7d8fhjkdf8d")).await, []);
    app.sign_in("amina@acme.fieldgate.local", "a7d8fhjkdf8d").await;
    assert_eq!(app.deliver().await, 0, "who has no address gets no mail");
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_and_nothing_changes() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let before = entries(&app, "").await.len();
    let refused =
        faults(&admin, CHANGE, json!({ "currentPassword": "not it", "newPassword": "short" })).await;
    assert_eq!(refused, pairs(&[("WRONG_CREDENTIALS", "currentPassword"), ("PASSWORD_WEAK", "newPassword")]));
    let refused = faults(&admin, CHANGE, json!({ "currentPassword": "not it", "newPassword": NEW })).await;
    assert_eq!(refused, pairs(&[("WRONG_CREDENTIALS", "currentPassword")]));
    assert_eq!(entries(&app, "").await.len(), before);
    app.sign_in(ADMIN, PASSWORD).await;
}

#[tokio::test]
async fn a_password_is_the_same_however_its_accents_are_typed() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (composed, apart) = ("un mot de passe tr\u{e8}s long", "un mot de passe tre\u{300}s long");
    let input = json!({ "currentPassword": PASSWORD, "newPassword": apart });
    assert_eq!(faults(&admin, CHANGE, input).await, []);
    app.sign_in(ADMIN, composed).await;
    app.sign_in(ADMIN, apart).await;
}

#[tokio::test]
async fn changing_a_password_is_denied_to_strangers_and_to_scripts() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    assert_eq!(app.stranger().code(CHANGE, json!({ "i": input })).await, "UNAUTHENTICATED");
    let create = "mutation { createApiKey(input: { projectSpace: \"acme\", name: \"one\" }) { secret } }";
    let answer = admin.run(create, json!({})).await;
    let secret = answer["data"]["createApiKey"]["secret"].as_str().unwrap();
    let script = app.stranger().with_authorization(&format!("ApiKey {ADMIN}:{secret}"));
    assert_eq!(faults(&script, CHANGE, input).await, pairs(&[("SIGN_IN_REQUIRED", "")]));
    app.sign_in(ADMIN, PASSWORD).await;
}

#[tokio::test]
async fn of_two_who_change_it_at_once_one_does() {
    let app = TestApp::spawn().await;
    let (one, two) = (app.admin().await, app.admin().await);
    let input = |new: &str| json!({ "i": { "currentPassword": PASSWORD, "newPassword": new } });
    let (first, second) = tokio::join!(
        one.run(CHANGE, input("the first of two passwords")),
        two.run(CHANGE, input("the second of two passwords"))
    );
    let done = [&first, &second].map(|answer| answer["data"]["changePassword"]["userErrors"] == json!([]));
    assert!(done[0] != done[1], "{first} {second}");
    let known = if done[0] { "the first of two passwords" } else { "the second of two passwords" };
    app.sign_in(ADMIN, known).await;
}

#[tokio::test]
async fn the_auditors_of_a_space_see_that_a_worker_changed_their_password_and_nothing_of_a_web_users() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = worker_who_signs_in(&app, "amina").await;
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let input = json!({ "currentPassword": WORKER_PASSWORD, "newPassword": NEW });
    assert_eq!(faults(&amina, CHANGE, input).await, []);
    // A person's account is their own, in whatever spaces they are.
    let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    assert_eq!(faults(&admin, CHANGE, input).await, []);
    let log = "query($f: AuditFilter) { projectSpace(name: \"acme\") { auditLog(filter: $f) { nodes {
        principalId principalName resourceKind resourceId resourceName changes { field from to }
    } } } }";
    let expected = json!([{
        "principalId": id, "principalName": "amina", "resourceKind": "mobile_worker", "resourceId": id,
        "resourceName": "amina", "changes": [{ "field": "password", "from": "***", "to": "*** (new)" }],
    }]);
    for filter in [
        json!({ "actions": ["account.change_password"] }),
        json!({ "actions": ["account.change_password"], "resourceIds": [id] }),
    ] {
        let answer = admin.run(log, json!({ "f": filter })).await;
        assert_eq!(answer["data"]["projectSpace"]["auditLog"]["nodes"], expected, "{answer}");
    }
}
