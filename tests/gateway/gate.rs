//! The gate, seen from outside: what becomes of a policy's answer, what a policy is told, and what is written down of it.

use crate::scene::{entries, member, outsider, worker, worker_with};
use crate::support::permits::undecided;
use crate::support::{ADMIN, TestApp};
use fieldgate::authz::{
    Attributes, Decided, Decision, Denial, Obligation, PolicyEngine, Request, Rows, ScopeRequest, Undecided,
    Value,
};
use fieldgate::domain::{MobileWorkerInput, Patch};
use fieldgate::policy::PolicyHost;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};

/// Answers for one action as it is told to, and asks the policy host about all others. Keeps what it was asked.
struct Says {
    host: Arc<PolicyHost>,
    action: &'static str,
    decision: Result<Decision, Undecided>,
    rows: Result<Rows, Undecided>,
    asked: Mutex<Vec<(&'static str, Attributes, Attributes)>>,
    scoped: Mutex<Vec<&'static str>>,
}

fn decided<T: Clone>(answer: &Result<T, Undecided>) -> Result<Decided<T>, Undecided> {
    answer.clone().map(|answer| Decided { answer, policy: "test@1".to_owned() })
}

#[async_trait::async_trait]
impl PolicyEngine for Says {
    async fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        let question = (request.action, request.attributes.clone(), request.proposed.clone());
        self.asked.lock().unwrap().push(question);
        if request.action == self.action { decided(&self.decision) } else { self.host.decide(request).await }
    }

    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        self.scoped.lock().unwrap().push(request.action);
        if request.action == self.action { decided(&self.rows) } else { self.host.scope(request).await }
    }
}

/// `acme` under such a policy.
async fn under(
    action: &'static str,
    decision: Result<Decision, Undecided>,
    rows: Result<Rows, Undecided>,
) -> (TestApp, Arc<Says>) {
    let app = TestApp::spawn().await;
    let asked = Mutex::default();
    let engine = Arc::new(Says {
        host: Arc::clone(&app.policy),
        action,
        decision,
        rows,
        asked,
        scoped: Mutex::default(),
    });
    (app.with_policy(Arc::clone(&engine) as Arc<dyn PolicyEngine>), engine)
}

const DEACTIVATE: &str = "mutation($i: NodeInput!) {
    deactivateMobileWorker(input: $i) { mobileWorker { status } userErrors { code } }
}";
const LIST: &str = "{ projectSpace(name: \"acme\") { mobileWorkers { nodes { id } totalCount } } }";

fn of(id: &str) -> Json {
    json!({ "i": { "id": id } })
}

#[tokio::test]
async fn without_an_answer_nothing_is_done_and_nothing_is_shown() {
    let (app, _) = under("mobile_worker.deactivate", Err(undecided()), Ok(Rows::Nothing)).await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let before = entries(&app, "").await.len();
    assert_eq!(admin.code(DEACTIVATE, of(&id)).await, "UNAVAILABLE");
    assert_eq!(app.rows("SELECT status FROM mobile_worker").await.unwrap(), [["active"]]);
    assert_eq!(entries(&app, "").await.len(), before);

    let (app, _) = under("mobile_worker.read", Err(undecided()), Err(undecided())).await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    let answer = admin.run(LIST, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
    assert!(!answer.to_string().contains(&id), "{answer}");
    assert_eq!(
        admin.code("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await,
        "UNAVAILABLE"
    );
}

#[tokio::test]
async fn why_there_was_no_answer_is_told_to_admins_and_to_nobody_else() {
    let (app, _) = under("mobile_worker.deactivate", Err(undecided()), Ok(Rows::Nothing)).await;
    let id = worker(&app, "amina").await;
    let answer = app.admin().await.run(DEACTIVATE, of(&id)).await;
    let error = &answer["errors"][0];
    assert_eq!(error["message"], "policy `test@1` gave no answer: it trapped");
    assert_eq!(
        json!([error["extensions"]["policy"], error["extensions"]["fault"]]),
        json!(["test@1", "trap"])
    );

    let supervisor = member(&app, "sam", crate::scene::EDITOR, &[]).await;
    let answer = supervisor.run(DEACTIVATE, of(&id)).await;
    let error = &answer["errors"][0];
    assert_eq!(error["message"], "the policy of this project space gave no answer");
    // The decision is theirs to name to an admin; whose module it was, and why, is not told.
    assert!(error["extensions"]["decisionId"].as_str().unwrap().starts_with("de_"), "{error}");
    assert_eq!(error["extensions"].as_object().unwrap().len(), 2, "{error}");
    assert_eq!(error["extensions"]["code"], "UNAVAILABLE");
}

#[tokio::test]
async fn a_denial_says_what_the_policy_says_and_a_hidden_one_says_nothing() {
    let denial = |visible| Denial {
        reason: "on_leave".to_owned(),
        message: "wait until they are back".to_owned(),
        missing: vec!["custom:approve".to_owned()],
        visible,
    };
    let (app, _) =
        under("mobile_worker.deactivate", Ok(Decision::Deny(denial(true))), Ok(Rows::Nothing)).await;
    let id = worker(&app, "amina").await;
    let answer = app.admin().await.run(DEACTIVATE, of(&id)).await;
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "FORBIDDEN", "{answer}");
    let said = json!([extensions["policy"], extensions["reason"], extensions["missing"]]);
    assert_eq!(said, json!(["test@1", "on_leave", ["custom:approve"]]));
    assert_eq!(answer["errors"][0]["message"], "wait until they are back");

    let (app, _) =
        under("mobile_worker.deactivate", Ok(Decision::Deny(denial(false))), Ok(Rows::Nothing)).await;
    let id = worker(&app, "amina").await;
    let answer = app.admin().await.run(DEACTIVATE, of(&id)).await;
    assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "NOT_FOUND" }), "{answer}");
}

#[tokio::test]
async fn a_permit_that_asks_for_a_second_factor_is_none_without_it() {
    let permit = Decision::Permit(vec![Obligation::NotifyAdmins, Obligation::RequireOtp]);
    let (app, _) = under("mobile_worker.deactivate", Ok(permit), Ok(Rows::Nothing)).await;
    let id = worker(&app, "amina").await;
    let answer = app.admin().await.run(DEACTIVATE, of(&id)).await;
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(
        (&extensions["code"], &extensions["reason"]),
        (&json!("FORBIDDEN"), &json!("second_factor_required"))
    );
    assert_eq!(app.rows("SELECT status FROM mobile_worker").await.unwrap(), [["active"]]);
    assert_eq!(app.rows("SELECT recipient FROM mail").await.unwrap(), Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn admins_hear_of_what_a_policy_wants_them_to_hear_once_it_is_done() {
    let permit = Decision::Permit(vec![Obligation::NotifyAdmins]);
    let (app, _) = under("mobile_worker.deactivate", Ok(permit), Ok(Rows::Nothing)).await;
    app.web_user("reader@acme.example", "Read Only", &[]).await;
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    assert_eq!(admin.code(DEACTIVATE, json!({ "i": { "id": id, "version": 9 } })).await, "CONFLICT");
    assert_eq!(app.rows("SELECT recipient FROM mail").await.unwrap(), Vec::<Vec<String>>::new());
    admin.run(DEACTIVATE, of(&id)).await;
    assert_eq!(app.rows("SELECT recipient, status FROM mail").await.unwrap(), [[ADMIN, "queued"]]);
}

#[tokio::test]
async fn the_audit_names_the_decision_and_the_policy_that_permitted_it() {
    let (app, _) = under("mobile_worker.deactivate", Ok(Decision::Permit(vec![])), Ok(Rows::Nothing)).await;
    let id = worker(&app, "amina").await;
    let (_, entry) = crate::scene::audited(&app.admin().await, &app, DEACTIVATE, of(&id)).await;
    assert_eq!((entry.policy.as_str(), entry.action.as_str()), ("test@1", "mobile_worker.deactivate"));
    assert!(id.ends_with(&entry.resource), "{entry:?}");
}

#[tokio::test]
async fn audit_entries_are_neither_changed_nor_deleted() {
    let app = TestApp::spawn().await;
    worker(&app, "amina").await;
    let before = entries(&app, "").await;
    assert!(!before.is_empty());
    for sql in [
        "UPDATE audit_entry SET action = 'nothing'",
        "UPDATE audit_entry SET principal_id = NULL WHERE action = 'mobile_worker.create'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE action = 'mobile_worker.create'",
    ] {
        assert!(app.rows(sql).await.is_err(), "{sql}");
    }
    assert_eq!(entries(&app, "").await, before);
}

#[tokio::test]
async fn a_policy_is_told_how_things_are_and_how_they_would_be() {
    let (app, engine) =
        under("mobile_worker.update", Ok(Decision::Permit(vec![])), Ok(Rows::Everything)).await;
    let nurses = crate::scene::group(&app, "nurses").await;
    let input = MobileWorkerInput { language: Patch::Set("en".to_owned()), ..MobileWorkerInput::default() };
    let id = worker_with(&app, "amina", input).await;
    let update =
        "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code } } }";
    let input = json!({ "id": id, "language": "fr", "groupIds": [nurses] });
    app.admin().await.run(update, json!({ "i": input })).await;
    let asked = engine.asked.lock().unwrap();
    let (_, now, proposed) = asked.iter().find(|(action, ..)| *action == "mobile_worker.update").unwrap();
    let hex = nurses.strip_prefix("gr_").unwrap().to_owned();
    assert_eq!(now.get("username"), Some(&Value::Text("amina".to_owned())));
    assert_eq!(now.get("status"), Some(&Value::Text("active".to_owned())));
    assert_eq!(now.get("language"), Some(&Value::Text("en".to_owned())));
    assert_eq!(now.get("group_ids"), Some(&Value::Texts(vec![])));
    assert_eq!(proposed.get("language"), Some(&Value::Text("fr".to_owned())));
    assert_eq!(proposed.get("group_ids"), Some(&Value::Texts(vec![hex])));
}

#[tokio::test]
async fn a_list_takes_one_question_however_many_rows_it_has() {
    let (app, engine) = under("", Err(undecided()), Err(undecided())).await;
    for number in 0..30 {
        worker(&app, &format!("w{number}")).await;
    }
    let admin = app.admin().await;
    engine.asked.lock().unwrap().clear();
    engine.scoped.lock().unwrap().clear();
    let query = "{ projectSpace(name: \"acme\") { mobileWorkers(first: 30) { nodes { username } } } }";
    let answer = admin.run(query, json!({})).await;
    assert_eq!(answer["data"]["projectSpace"]["mobileWorkers"]["nodes"].as_array().unwrap().len(), 30);
    let asked: Vec<_> = engine.asked.lock().unwrap().iter().map(|(action, ..)| *action).collect();
    assert_eq!(asked, ["project_space.read"]);
    assert_eq!(*engine.scoped.lock().unwrap(), ["mobile_worker.read"]);
}

#[tokio::test]
async fn no_policy_is_asked_about_somebody_of_another_space_or_about_nobody() {
    let everything = Ok(Decision::Permit(vec![]));
    let (app, engine) = under("mobile_worker.deactivate", everything, Ok(Rows::Everything)).await;
    let id = worker(&app, "amina").await;
    let outsider = outsider(&app).await;
    engine.asked.lock().unwrap().clear();
    engine.scoped.lock().unwrap().clear();
    assert_eq!(outsider.code(DEACTIVATE, of(&id)).await, "NOT_FOUND");
    assert_eq!(app.stranger().code(DEACTIVATE, of(&id)).await, "UNAUTHENTICATED");
    assert_eq!(outsider.run(LIST, json!({})).await["data"]["projectSpace"], Json::Null);
    assert_eq!((engine.asked.lock().unwrap().len(), engine.scoped.lock().unwrap().len()), (0, 0));
}

#[tokio::test]
async fn a_policy_that_permits_everything_cannot_reach_into_another_space() {
    let (app, _) = under("mobile_worker.read", Ok(Decision::Permit(vec![])), Ok(Rows::Everything)).await;
    let id = worker(&app, "amina").await;
    let outsider = outsider(&app).await;
    let query = "query($id: ID!) {
        node(id: $id) { id } projectSpace(name: \"globex\") { mobileWorker(id: $id) { id } mobileWorkers { totalCount } }
    }";
    let answer = outsider.run(query, json!({ "id": id })).await;
    let expected = json!({
        "node": null, "projectSpace": { "mobileWorker": null, "mobileWorkers": { "totalCount": 0 } },
    });
    assert_eq!(answer["data"], expected, "{answer}");
}
