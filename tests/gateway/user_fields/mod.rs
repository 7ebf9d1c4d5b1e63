mod data;
mod profile;
mod update;

use crate::support::Actor;
use serde_json::{Value as Json, json};

const UPDATE: &str = "mutation($i: UpdateUserFieldsInput!) {
    updateUserFields(input: $i) {
        userFieldDefinition {
            fields { slug label requiredFor choices regex regexMessage }
            profiles { id name fixedData } profileRequiredFor version
        }
        userErrors { code message path }
    }
}";

/// Defines fields and profiles of `acme`, and gives the definition.
async fn define(actor: &Actor<'_>, mut input: Json) -> Json {
    input["projectSpace"] = json!("acme");
    let answer = actor.run(UPDATE, json!({ "i": input })).await;
    let payload = &answer["data"]["updateUserFields"];
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    payload["userFieldDefinition"].clone()
}

/// A field that workers must fill in, one with choices, one with an expression, and a profile that fixes the second.
async fn usual(actor: &Actor<'_>) -> String {
    let fields = json!([
        { "slug": "chw_id", "label": "CHW id", "requiredFor": ["MOBILE_WORKER"] },
        { "slug": "level", "choices": ["1", "2"] },
        { "slug": "house", "regex": "[0-9]+", "regexMessage": "give a house number" },
    ]);
    let profiles = json!([{ "name": "Senior", "fixedData": { "level": "2" } }]);
    let defined = define(actor, json!({ "fields": fields, "profiles": profiles })).await;
    defined["profiles"][0]["id"].as_str().unwrap().to_owned()
}

const CREATE: &str = "mutation($i: CreateMobileWorkerInput!) {
    createMobileWorker(input: $i) {
        mobileWorker { id version userData ownUserData profile { id name fixedData } }
        userErrors { code message path }
    }
}";
const CHANGE: &str = "mutation($i: UpdateMobileWorkerInput!) {
    updateMobileWorker(input: $i) {
        mobileWorker { id version userData ownUserData profile { name } }
        userErrors { code message path }
    }
}";

/// A new worker's input.
fn new(username: &str, fields: Json) -> Json {
    let mut input = json!({ "projectSpace": "acme", "username": username, "password": "qwer1234" });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    input
}

/// Makes a worker, and gives it.
async fn made(actor: &Actor<'_>, username: &str, fields: Json) -> Json {
    let answer = actor.run(CREATE, json!({ "i": new(username, fields) })).await;
    let payload = &answer["data"]["createMobileWorker"];
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    payload["mobileWorker"].clone()
}

/// Changes a worker, and gives it.
async fn changed(actor: &Actor<'_>, id: &Json, fields: Json) -> Json {
    let mut input = json!({ "id": id });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let answer = actor.run(CHANGE, json!({ "i": input })).await;
    let payload = &answer["data"]["updateMobileWorker"];
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    payload["mobileWorker"].clone()
}
