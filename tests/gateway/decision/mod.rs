//! The decision log, and what it explains.

mod can_i;
mod explain;
mod keep;
mod masked;
mod monitor;
mod not_asked;
mod replay;

use crate::support::{Actor, TestApp};
use fieldgate::service::decision::DecisionLogConfig;
use serde_json::{Value as Json, json};

pub const CREATE: &str = "mutation($i: CreateMobileWorkerInput!) {
    createMobileWorker(input: $i) { mobileWorker { id } userErrors { code } }
}";
pub const DEACTIVATE: &str = "mutation($i: NodeInput!) {
    deactivateMobileWorker(input: $i) { mobileWorker { id } userErrors { code } }
}";
pub const EXPLAIN: &str = "query($id: ID!) { explainDecision(id: $id) {
    decisionId at action resourceKind resourceId isList outcome allowed reason message missing obligations policy masked note
    question { principalId signInMethod isAdmin permissions locationIds attributes { name value } proposed { name value } }
    stack { modules } modules { module said told }
} }";

/// A gateway with `acme`, which keeps every read too.
pub async fn spawn() -> TestApp {
    keeping(DecisionLogConfig { sample_reads: 1.0, ..DecisionLogConfig::default() }).await
}

/// A gateway with `acme`, which keeps of decisions what this says.
pub async fn keeping(config: DecisionLogConfig) -> TestApp {
    TestApp::spawn().await.with_decision_log(config)
}

/// Action and outcome of every decision that was kept, in their order; of one millisecond, in any.
pub async fn kept(app: &TestApp) -> Vec<(String, String)> {
    app.keep_decisions().await;
    let rows = app.rows("SELECT action, outcome FROM decision ORDER BY id").await.unwrap();
    rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
}

/// Something that is forbidden, and told: the extensions of the error.
pub async fn forbidden(actor: &Actor<'_>, mutation: &str, input: Json) -> Json {
    let answer = actor.run(mutation, json!({ "i": input })).await;
    let extensions = answer["errors"][0]["extensions"].clone();
    assert_eq!(extensions["code"], "FORBIDDEN", "{answer}");
    extensions
}

pub async fn explained(actor: &Actor<'_>, id: &Json) -> Json {
    let answer = actor.run(EXPLAIN, json!({ "id": id })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["explainDecision"].clone()
}
