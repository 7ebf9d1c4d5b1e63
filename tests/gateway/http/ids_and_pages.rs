//! Ids that are none, of another kind, or of nothing; and pages that cannot be.

use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::{Value as Json, json};

/// Ids of every kind of nonsense; none of them is anybody's.
pub fn nonsense() -> Vec<String> {
    let zeros = "0".repeat(32);
    [
        "",
        " ",
        "0",
        "-1",
        "mw",
        "mw_",
        "_",
        "__",
        "mw__",
        "null",
        "undefined",
        "NaN",
        "true",
        "[]",
        "{}",
        "../../etc/passwd",
        "mw_' OR '1'='1",
        "mw_%00",
        "mw_\0",
        "\0",
        "mw_\u{202e}",
        "mw_💥",
        "mw_gggggggggggggggggggggggggggggggg",
        "mw_00000000-0000-0000-0000-000000000000",
        "{00000000-0000-0000-0000-000000000000}",
        "urn:uuid:00000000-0000-0000-0000-000000000000",
        "MW_00000000000000000000000000000000",
        "xx_00000000000000000000000000000000",
        "TW9iaWxlV29ya2VyOjE=",
    ]
    .into_iter()
    .map(ToOwned::to_owned)
    .chain(
        ["mw", "ps", "ro", "lo", "lt", "gr", "wu", "ms", "se", "ak"]
            .map(|prefix| format!("{prefix}_{zeros}")),
    )
    .chain([zeros.clone(), "f".repeat(32), "f".repeat(10_000), format!("mw_{zeros}{zeros}")])
    .collect()
}

#[tokio::test]
async fn an_id_of_nothing_finds_nothing() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let query = r#"query($id: ID!) { node(id: $id) { id } projectSpace(name: "acme") { mobileWorker(id: $id) { id } } }"#;
    for id in nonsense() {
        let answer = admin.run(query, json!({ "id": id })).await;
        let found = json!({ "node": null, "projectSpace": { "mobileWorker": null } });
        assert_eq!((answer.get("errors"), &answer["data"]), (None, &found), "{id:?}");
    }
}

#[tokio::test]
async fn a_change_of_nothing_is_not_found_and_one_of_no_id_is_a_fault() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (operation, input, prefix) in [
        ("activateMobileWorker", "NodeInput", "mw_"),
        ("deactivateMobileWorker", "NodeInput", "mw_"),
        ("restoreMobileWorker", "NodeInput", "mw_"),
        ("deleteMobileWorker", "NodeInput", "mw_"),
        ("updateMobileWorker", "UpdateMobileWorkerInput", "mw_"),
        ("deleteApiKey", "DeleteApiKeyInput", "ak_"),
    ] {
        let mutation =
            format!("mutation($i: {input}!) {{ {operation}(input: $i) {{ userErrors {{ code path }} }} }}");
        for id in nonsense() {
            let answer = admin.run(&mutation, json!({ "i": { "id": id } })).await;
            let digits = id.strip_prefix(prefix).unwrap_or(&id);
            if digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                assert_eq!(
                    answer["errors"][0]["extensions"]["code"], "NOT_FOUND",
                    "{operation} {id:?}: {answer}"
                );
            } else {
                let fault = json!([{ "code": "INVALID_VALUE", "path": ["id"] }]);
                assert_eq!(answer["data"][operation]["userErrors"], fault, "{operation} {id:?}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn an_id_of_nothing_in_an_input_is_a_fault_at_its_place() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create = "mutation($i: CreateMobileWorkerInput!) { createMobileWorker(input: $i) { mobileWorker { id } userErrors { code path } } }";
    for id in nonsense() {
        for (field, value, path) in [
            ("groupIds", json!([id]), json!(["groupIds", "0"])),
            ("locationIds", json!([id]), json!(["locationIds", "0"])),
            ("roleId", json!(id), json!(["roleId"])),
        ] {
            let mut input =
                json!({ "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD });
            input[field] = value;
            let answer = admin.run(create, json!({ "i": input })).await;
            let payload = &answer["data"]["createMobileWorker"];
            assert_eq!(payload["mobileWorker"], Json::Null, "{field} {id:?}: {answer}");
            assert_eq!(payload["userErrors"][0]["path"], path, "{field} {id:?}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for list in ["mobileWorkers", "locations", "groups"] {
        let query = format!(
            r#"query($f: Int, $l: Int, $a: String, $b: String) {{ projectSpace(name: "acme") {{
                {list}(first: $f, last: $l, after: $a, before: $b) {{ nodes {{ id }} pageInfo {{ hasNextPage }} }} }} }}"#
        );
        for wrong in [
            json!({ "f": -1 }),
            json!({ "f": 101 }),
            json!({ "f": 1_000_000_000 }),
            json!({ "f": i32::MIN }),
            json!({ "f": i32::MAX }),
            json!({ "l": -1 }),
            json!({ "l": 1_000_000_000 }),
            json!({ "f": 1, "l": 1 }),
            json!({ "f": 1, "a": "" }),
            json!({ "f": 1, "a": "nonsense" }),
            json!({ "f": 1, "b": "AAAA" }),
            json!({ "l": 1, "b": "\0" }),
        ] {
            assert_eq!(admin.code(&query, wrong.clone()).await, "BAD_REQUEST", "{list} {wrong}");
        }
        let answer = admin.run(&query, json!({ "f": 0 })).await;
        assert_eq!(answer["data"]["projectSpace"][list]["nodes"], json!([]), "{answer}");
    }
}
