//! Shipping policies: uploaded, made into revisions, put in force, taken back.

mod activate;
mod delete;
mod fault;
mod floor;
mod follow;
mod hold;
mod lift;
mod monitor;
mod read;
mod reset;
mod revise;
mod roll_back;
mod set_cases;
mod stop;
mod upload;

use crate::support::{Actor, TestApp, operator};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fieldgate::app::PolicyWatch;
use fieldgate::domain::ProjectSpaceId;
use fieldgate::service::project_space;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

pub const UPLOAD: &str = "mutation($i: UploadPolicyModuleInput!) { uploadPolicyModule(input: $i) {
    module { digest name version actions class size signedBy uploadedByName } userErrors { code message path }
} }";
pub const DELETE: &str = "mutation($i: DeletePolicyModuleInput!) { deletePolicyModule(input: $i) {
    deletedDigest userErrors { code message path }
} }";
pub const REVISE: &str = "mutation($i: CreatePolicyRevisionInput!) { createPolicyRevision(input: $i) {
    policyRevision { id number comment createdByName modules { digest name version settings } }
    userErrors { code message path }
} }";
pub const SET_CASES: &str = "mutation($i: SetPolicyCasesInput!) { setPolicyCases(input: $i) {
    policyStack { version active { number } cases { text count setAt setById setByName } }
    failing userErrors { code message path }
} }";
pub const MONITOR: &str = "mutation($i: MonitorPolicyRevisionInput!) { monitorPolicyRevision(input: $i) {
    policyStack { version active { number } monitored { number } } userErrors { code message path }
} }";
pub const STOP: &str = "mutation($i: StopMonitoringPolicyInput!) { stopMonitoringPolicy(input: $i) {
    policyStack { version active { number } monitored { number } } userErrors { code message path }
} }";
pub const ACTIVATE: &str = "mutation($i: ActivatePolicyRevisionInput!) { activatePolicyRevision(input: $i) {
    policyStack { version active { number } monitored { number } } userErrors { code message path }
} }";
pub const ROLL_BACK: &str = "mutation($i: RollBackPolicyInput!) { rollBackPolicy(input: $i) {
    policyStack { version active { number } monitored { number } } userErrors { code message path }
} }";
pub const RESET: &str = "mutation($i: ResetPolicyInput!) { resetPolicy(input: $i) {
    policyStack { version active { number } monitored { number } } userErrors { code message path }
} }";

/// The digest of a component.
pub fn digest(component: &[u8]) -> String {
    hex::encode(Sha256::digest(component))
}

/// One of the committed examples.
pub fn example(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read(root.join(format!("policies/examples/{name}/{name}.wasm"))).unwrap()
}

/// What is sent to upload a component to `acme`.
pub fn sent(component: &[u8]) -> Json {
    json!({
        "projectSpace": "acme",
        "componentBase64": STANDARD.encode(component),
        "digest": digest(component),
    })
}

/// The payload of a mutation that is not refused.
pub async fn done(actor: &Actor<'_>, mutation: &str, input: Json) -> Json {
    let answer = actor.run(mutation, json!({ "i": input })).await;
    let payload = answer["data"].as_object().and_then(|data| data.values().next()).cloned();
    let payload = payload.unwrap_or_else(|| panic!("no payload in {answer}"));
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    payload
}

/// Uploads a component to `acme`; its digest.
pub async fn upload(actor: &Actor<'_>, component: &[u8]) -> String {
    let payload = done(actor, UPLOAD, sent(component)).await;
    payload["module"]["digest"].as_str().unwrap().to_owned()
}

/// Makes a revision of `acme` of these digests, and `standard`; its global id.
pub async fn revise(actor: &Actor<'_>, modules: &[&str]) -> String {
    let modules: Vec<_> = modules
        .iter()
        .map(|name| if *name == "standard" { json!({ "standard": true }) } else { json!({ "digest": name }) })
        .collect();
    let payload = done(actor, REVISE, json!({ "projectSpace": "acme", "modules": modules })).await;
    payload["policyRevision"]["id"].as_str().unwrap().to_owned()
}

/// Puts a revision in force, and has this gateway take it over.
pub async fn activate(app: &TestApp, actor: &Actor<'_>, id: &str) -> Json {
    activate_by(app, actor, json!({ "id": id })).await
}

/// The same of a revision under which the actor can do nothing any more.
pub async fn activate_all_the_same(app: &TestApp, actor: &Actor<'_>, id: &str) -> Json {
    activate_by(app, actor, json!({ "id": id, "confirmLockOut": true })).await
}

async fn activate_by(app: &TestApp, actor: &Actor<'_>, input: Json) -> Json {
    // What took effect is told by its time.
    app.pass(chrono::TimeDelta::seconds(1));
    let payload = done(actor, ACTIVATE, input).await;
    follow(app).await;
    app.pass(chrono::TimeDelta::seconds(1));
    payload["policyStack"].clone()
}

/// Has this gateway look at the database, as it does every two seconds.
pub async fn follow(app: &TestApp) {
    let mut watch = PolicyWatch::new(app.services.store.clone(), Arc::clone(&app.policy));
    watch.look().await.unwrap();
}

/// The id of `acme`.
pub async fn space(app: &TestApp) -> ProjectSpaceId {
    project_space::read(&app.services, &operator(), "acme").await.unwrap().id
}

/// What is in force in `acme`, from the database.
pub async fn stack(actor: &Actor<'_>) -> Json {
    let query = "{ projectSpace(name: \"acme\") { policyStack {
        version active { number } monitored { number } modules { digest }
        history { totalCount nodes { kind revision { number } from { number } comment byName } }
    } } }";
    actor.run(query, json!({})).await["data"]["projectSpace"]["policyStack"].clone()
}
