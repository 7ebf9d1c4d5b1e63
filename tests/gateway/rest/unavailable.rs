//! A policy without an answer, over REST: admins hear which module it was and why, and nobody else does.

use super::{WORKERS, at, user, worker};
use crate::support::TestApp;
use crate::support::permits::undecided;
use fieldgate::authz::{Decided, Decision, PolicyEngine, Request, Rows, ScopeRequest, Undecided};
use fieldgate::policy::PolicyHost;
use poem::http::StatusCode;
use serde_json::json;
use std::sync::Arc;

/// Has no answer about mobile workers, and leaves all else to the policy host.
struct Silent(Arc<PolicyHost>);

#[async_trait::async_trait]
impl PolicyEngine for Silent {
    async fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        if request.resource_kind == "mobile_worker" { Err(undecided()) } else { self.0.decide(request).await }
    }

    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        if request.resource_kind == "mobile_worker" { Err(undecided()) } else { self.0.scope(request).await }
    }
}

#[tokio::test]
async fn admins_hear_which_module_gave_no_answer_and_why_and_others_do_not() {
    let app = TestApp::spawn().await;
    let permissions = ["access_api", "access_all_locations", "edit_commcare_users", "view_commcare_users"];
    let editor = user(&app, "editor@acme.example", &permissions, &[]).await.token().to_owned();
    let admin = app.admin().await;
    let id = worker(&admin, "amina", json!({})).await;
    let admin = admin.token().to_owned();
    let host = Arc::clone(&app.policy);
    let app = app.with_policy(Arc::new(Silent(host)));
    for (token, told) in [(admin, json!(["test@1", "trap"])), (editor, json!([null, null]))] {
        let caller = app.stranger().with_authorization(&format!("Bearer {token}"));
        for answer in [
            caller.get(WORKERS).await,
            caller.put(&at(&id), &json!({ "first_name": "Amina" })).await,
            caller.delete(&at(&id)).await,
        ] {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
            let problem = answer.json();
            assert_eq!(problem["code"], "UNAVAILABLE", "{problem}");
            assert_eq!(json!([problem["policy"], problem["fault"]]), told, "{problem}");
            assert!(problem["decisionId"].as_str().unwrap().starts_with("de_"), "{problem}");
            assert_eq!(answer.text.contains("test@1"), !told[0].is_null(), "nor in other words: {problem}");
        }
    }
    assert_eq!(app.rows("SELECT status FROM mobile_worker").await.unwrap(), [["active"]]);
}
