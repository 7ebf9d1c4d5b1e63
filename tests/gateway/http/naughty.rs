//! Strings that have broken other people's software, as every text that a caller may send. Whatever they are refused for,
//! the gateway never stumbles over them.

use super::{post_body, serves};
use crate::support::{Actor, TestApp, WORKER_PASSWORD};
use serde_json::{Value as Json, json};

fn naughty() -> Vec<String> {
    [
        "",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "a\0b",
        "\u{1}\u{7f}\u{85}",
        "\u{feff}",
        "\u{200b}",
        "\u{202e}abc",
        "\u{2066}a\u{2069}",
        "\u{2028}\u{2029}",
        "\u{fffd}\u{ffff}",
        "\u{10ffff}",
        "\u{e000}",
        "👩‍👩‍👧‍👦",
        "🇪🇹🇺🇬",
        "💥",
        "ß",
        "İ",
        "ı",
        "ǅ",
        "ﬀ",
        "Å",
        "A\u{30a}",
        "ק\u{5b4}",
        "ﷺ",
        "ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ",
        "żółw",
        "部落格",
        "Ω≈ç√∫",
        "Z\u{363}\u{344}\u{337}\u{31a}a\u{363}l\u{344}g\u{337}o",
        "NULL",
        "null",
        "undefined",
        "NaN",
        "-1",
        "0x0",
        "1e309",
        "999999999999999999999999",
        "true",
        "' OR '1'='1",
        "'; DROP TABLE mobile_worker; --",
        "\" OR \"\"=\"",
        "1; SELECT pg_sleep(10)",
        "%",
        "_",
        "%%%",
        "\\",
        "\\\\%\\_",
        "*",
        "a* OR b",
        "NEAR(a b)",
        "\"",
        "\"\"\"",
        "'",
        "`",
        "{{7*7}}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "$(touch /tmp/x)",
        "`id`",
        "| id",
        "%s%s%s%n",
        "%x%d",
        "../../../etc/passwd",
        "C:\\con\\con",
        "file:///etc/passwd",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "\r\nSet-Cookie: a=b",
        "=1+1",
        "@SUM(1)",
        "a@b@c",
        "@",
        "a@",
        "@acme.fieldgate.local",
        "admin@acme.fieldgate.local",
        "admin",
        "__proto__",
        "constructor",
        "a.b..c",
        "..",
        ".",
        "-",
        "acme\0",
        "ACME",
        "acme ",
    ]
    .into_iter()
    .map(ToOwned::to_owned)
    .chain(["x", "é", "💥", " ", "\u{301}", "\"", "%", "ﷺ"].map(|text| text.repeat(5_000)))
    .collect()
}

/// Runs a document and asks that whatever was wrong was the caller's doing.
async fn stands(actor: &Actor<'_>, document: &str, variables: Json, what: &str) {
    let body = json!({ "query": document, "variables": variables }).to_string();
    let answer = post_body(actor, body).await;
    assert!(!answer.status.is_server_error(), "{what}: {} {}", answer.status, answer.text);
    for error in answer.json()["errors"].as_array().into_iter().flatten() {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        assert!(
            ["BAD_REQUEST", "NOT_FOUND", "FORBIDDEN", "GRAPHQL_PARSE_FAILED"].contains(&code),
            "{what}: {error}"
        );
    }
}

#[tokio::test]
async fn no_string_makes_a_sign_in_stumble() {
    let app = TestApp::spawn().await;
    let stranger = app.stranger();
    let login = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code } } }";
    let refresh =
        "mutation($i: RefreshInput!) { refreshSession(input: $i) { accessToken userErrors { code } } }";
    for text in naughty() {
        let worker = json!({ "username": text, "password": text, "projectSpace": text });
        stands(&stranger, login, json!({ "i": worker }), &format!("login {text:?}")).await;
        let named = json!({ "username": format!("{text}@{text}.fieldgate.local"), "password": "x" });
        stands(&stranger, login, json!({ "i": named }), &format!("login name {text:?}")).await;
        let address = json!({ "username": format!("{text}@acme.example"), "password": text });
        stands(&stranger, login, json!({ "i": address }), &format!("login address {text:?}")).await;
        stands(&stranger, refresh, json!({ "i": { "refreshToken": text } }), &format!("refresh {text:?}"))
            .await;
    }
    assert!(serves(&stranger).await);
}

#[tokio::test]
async fn no_string_makes_the_creation_of_a_worker_stumble() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create = "mutation($i: CreateMobileWorkerInput!) { createMobileWorker(input: $i) { mobileWorker { id username loginName } userErrors { code path } } }";
    for (number, text) in naughty().into_iter().enumerate() {
        for (field, value) in [
            ("projectSpace", json!(text)),
            ("username", json!(text)),
            ("firstName", json!(text)),
            ("lastName", json!(text)),
            ("email", json!(text)),
            ("email", json!(format!("{text}@acme.example"))),
            ("phoneNumbers", json!([text])),
            ("language", json!(text)),
            ("password", json!(text)),
            ("primaryLocationId", json!(text)),
            ("userData", json!(text)),
            ("userData", json!({ "note": text })),
            ("userData", json!({ (text.clone()): 1 })),
        ] {
            // One fault that is always there: hashing as many passwords would take minutes.
            let mut input =
                json!({ "projectSpace": "acme", "username": format!("w{number}"), "password": "short" });
            input[field] = value;
            stands(&admin, create, json!({ "i": input }), &format!("create {field} {text:?}")).await;
        }
    }
    assert!(serves(&admin).await);
}

#[tokio::test]
async fn what_is_taken_of_a_string_is_stored_and_found_again() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let create = "mutation($i: CreateMobileWorkerInput!) { createMobileWorker(input: $i) { mobileWorker { id firstName userData } userErrors { code } } }";
    let read = "query($id: ID!) { node(id: $id) { ... on MobileWorker { firstName userData } } }";
    let mut taken = 0;
    for (number, text) in naughty().into_iter().filter(|text| text.len() < 200).enumerate() {
        let input = json!({
            "projectSpace": "acme", "username": format!("w{number}"), "password": WORKER_PASSWORD,
            "firstName": text, "userData": { "note": text },
        });
        let answer = admin.run(create, json!({ "i": input })).await;
        let made = &answer["data"]["createMobileWorker"];
        if made["mobileWorker"].is_null() {
            assert_ne!(made["userErrors"], json!([]), "{text:?}: {answer}");
            continue;
        }
        taken += 1;
        assert_eq!(made["mobileWorker"]["userData"]["note"], text, "{answer}");
        let found = admin.run(read, json!({ "id": made["mobileWorker"]["id"] })).await;
        assert_eq!(found["data"]["node"]["firstName"], made["mobileWorker"]["firstName"], "{text:?}");
        assert_eq!(found["data"]["node"]["userData"]["note"], text, "{found}");
    }
    assert!(taken > 40, "only {taken} were taken");
}

#[tokio::test]
async fn no_string_makes_a_search_or_a_look_up_stumble() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let search = r#"query($t: String) { projectSpace(name: "acme") { mobileWorkers(filter: { search: $t }) { totalCount nodes { id } } } }"#;
    let space = "query($t: String!) { projectSpace(name: $t) { id } }";
    let worker = r#"query($t: String) { projectSpace(name: "acme") { mobileWorker(username: $t) { id } } }"#;
    let cursor =
        r#"query($t: String) { projectSpace(name: "acme") { mobileWorkers(after: $t) { nodes { id } } } }"#;
    let node = "query($t: ID!) { node(id: $t) { id } }";
    for text in naughty() {
        for document in [search, space, worker, cursor, node] {
            stands(&admin, document, json!({ "t": text }), &format!("{document} {text:?}")).await;
        }
    }
    assert!(serves(&admin).await);
}

#[tokio::test]
async fn no_name_makes_another_creation_stumble() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let group = "mutation($i: CreateGroupInput!) { createGroup(input: $i) { userErrors { code } } }";
    let role = "mutation($i: CreateRoleInput!) { createRole(input: $i) { userErrors { code } } }";
    let level =
        "mutation($i: CreateLocationTypeInput!) { createLocationType(input: $i) { userErrors { code } } }";
    let key = "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { userErrors { code } } }";
    for text in naughty() {
        let named = json!({ "projectSpace": "acme", "name": text });
        stands(&admin, group, json!({ "i": named }), &format!("group {text:?}")).await;
        stands(
            &admin,
            group,
            json!({ "i": { "projectSpace": text, "name": "g" } }),
            &format!("group in {text:?}"),
        )
        .await;
        let granted = json!({ "projectSpace": "acme", "name": text, "permissions": [{ "permission": text, "items": [text] }] });
        stands(&admin, role, json!({ "i": granted }), &format!("role {text:?}")).await;
        let plain = json!({ "projectSpace": "acme", "name": text, "permissions": [] });
        stands(&admin, role, json!({ "i": plain }), &format!("role {text:?}")).await;
        let coded = json!({ "projectSpace": "acme", "name": text, "code": text });
        stands(&admin, level, json!({ "i": coded }), &format!("location type {text:?}")).await;
        stands(&admin, level, json!({ "i": named }), &format!("location type {text:?}")).await;
        let addressed = json!({ "projectSpace": "acme", "name": text, "allowedAddresses": [text] });
        stands(&admin, key, json!({ "i": addressed }), &format!("API key {text:?}")).await;
        stands(&admin, key, json!({ "i": named }), &format!("API key {text:?}")).await;
    }
    assert!(serves(&admin).await);
}

#[tokio::test]
async fn halves_of_characters_are_refused_in_json_and_in_documents() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for half in [r"\ud800", r"\udfff", r"\ud800\ud800", r"\ud83d", r"a\udc00b", r"\ud800\u0041"] {
        let body = format!(
            r#"{{"query":"query($t:String!){{projectSpace(name:$t){{id}}}}","variables":{{"t":"{half}"}}}}"#
        );
        let answer = post_body(&admin, body).await;
        assert_eq!((answer.status.as_u16(), super::code(&answer)), (400, "BAD_REQUEST".into()), "{half}");
        // The same escape in the document itself, and escapes that GraphQL alone has.
        let document = format!(r#"{{ projectSpace(name: "{half}") {{ id }} }}"#);
        stands(&admin, &document, json!({}), half).await;
    }
    for odd in [
        r"\u{d800}",
        r"\u{110000}",
        r"\u{}",
        r"\u{1F600}",
        r"\u{ffffffffffffffff}",
        r"\uZZZZ",
        r"\u12",
        r"\x",
        r"\u0000",
        r"\ud83d\ude00",
    ] {
        stands(&admin, &format!(r#"{{ projectSpace(name: "{odd}") {{ id }} }}"#), json!({}), odd).await;
    }
    assert!(serves(&admin).await);
}

#[tokio::test]
async fn no_string_in_a_path_or_a_header_makes_the_gateway_stumble() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for text in naughty() {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).take(2_000).collect();
        for path in [
            format!("/a/{encoded}/api/user/v1/"),
            format!("/a/acme/api/user/v1/{encoded}/"),
            format!(
                "/a/acme/api/user/v1/?limit={encoded}&offset={encoded}&group={encoded}&archived={encoded}&{encoded}={encoded}"
            ),
            format!("/graphql?query={encoded}"),
            format!("/graphiql/{encoded}"),
            format!("/{encoded}"),
        ] {
            let answer = admin.get(&path).await;
            assert!(answer.status.as_u16() < 500, "{path}: {} {}", answer.status, answer.text);
        }
        if poem::http::HeaderValue::from_str(&text).is_ok() {
            let answer =
                app.stranger().with_authorization(&format!("Basic {text}")).get("/a/acme/api/user/v1/").await;
            assert_eq!(answer.status.as_u16(), 401, "{text:?}");
        }
    }
}
