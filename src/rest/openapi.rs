//! The OpenAPI 3.1 document of the REST API, made of the tables that stand beside the calls. `fieldgate openapi` prints it,
//! `/openapi.json` serves it, `docs/openapi.json` holds it.
//!
//! A new call is told here by one line of [`CALLS`], and a new schema by one of `schemas`.

use super::call::{Call, Field};
use super::{group, invitation, location, location_type, mobile_worker, own, web_user};
use serde_json::{Map, Value as Json, json};
use std::sync::LazyLock;

/// Every call of the API.
pub const CALLS: &[&Call] = &[
    &mobile_worker::LIST,
    &mobile_worker::CREATE,
    &mobile_worker::READ,
    &mobile_worker::EDIT,
    &mobile_worker::DELETE,
    &mobile_worker::EMAIL_PASSWORD_RESET,
    &mobile_worker::ACTIVATE,
    &mobile_worker::DEACTIVATE,
    &invitation::CREATE,
    &web_user::LIST,
    &web_user::READ,
    &web_user::EDIT,
    &web_user::ACTIVATE,
    &web_user::DEACTIVATE,
    &group::LIST,
    &group::READ,
    &location::LIST,
    &location::READ,
    &location_type::LIST,
    &location_type::READ,
    &own::LIST,
    &own::READ,
];

/// The schema of an object with nothing in it.
pub const NOTHING: &str = "Nothing";
const PROBLEM: &str = "Problem";

/// What can come of every call.
const ALWAYS: &[u16] = &[401, 403, 404, 429, 500, 503];
/// What can come of a body.
const OF_A_BODY: &[u16] = &[400, 413, 415];
/// What can come of an `Idempotency-Key`.
const OF_A_KEY: &[u16] = &[409, 422];

/// The schemas of what is answered.
fn schemas() -> Vec<(&'static str, Json)> {
    vec![
        (mobile_worker::SCHEMA, mobile_worker::schema()),
        (mobile_worker::LIST_SCHEMA, mobile_worker::list_schema()),
        (invitation::SCHEMA, invitation::schema()),
        (web_user::SCHEMA, web_user::schema()),
        (web_user::LIST_SCHEMA, web_user::list_schema()),
        (group::SCHEMA, group::schema()),
        (group::LIST_SCHEMA, group::list_schema()),
        (location::SCHEMA, location::schema()),
        (location::LIST_SCHEMA, location::list_schema()),
        (location_type::SCHEMA, location_type::schema()),
        (location_type::LIST_SCHEMA, location_type::list_schema()),
        (own::SCHEMA, own::schema()),
        (own::LIST_SCHEMA, own::list_schema()),
        (own::IDENTITY_SCHEMA, own::identity_schema()),
        (NOTHING, json!({ "type": "object", "maxProperties": 0 })),
        (PROBLEM, problem_schema()),
    ]
}

/// The document as it is printed, committed and served.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let text = serde_json::to_string_pretty(&document()).unwrap_or_default();
        format!("{text}\n")
    });
    &TEXT
}

/// The document.
pub fn document() -> Json {
    let mut paths = Map::new();
    let mut components = Map::new();
    for call in CALLS {
        let path =
            paths.entry(call.path).or_insert_with(|| json!({ "parameters": path_parameters(call.path) }));
        if let Some(path) = path.as_object_mut() {
            path.insert(call.method.to_owned(), operation(call));
        }
        if let Some(body) = &call.body {
            components.insert(body.schema.to_owned(), body_schema(call));
        }
    }
    components.extend(schemas().into_iter().map(|(name, schema)| (name.to_owned(), schema)));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Fieldgate REST API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The user-management gateway for field programmes, for scripts written for CommCare HQ's user API. \
                            The GraphQL API at `/graphql` offers more. Every address `/a/<project space>/api/<resource>/v1/…` but \
                            those of invitations also works as `/a/<project space>/api/v0.5/<resource>/…`, and as `v0.4`, with \
                            and without the last slash.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The gateway that serves this document." }],
        "security": [{ "apiKey": [] }, { "bearer": [] }, { "basic": [] }],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "apiKey": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "description": "`ApiKey <your e-mail address>:<key>`, with a key made by `createApiKey` or \
                                    `fieldgate api-key create`.",
                },
                "bearer": { "type": "http", "scheme": "bearer", "description": "An access token of the GraphQL API." },
                "basic": { "type": "http", "scheme": "basic", "description": "E-mail address and password." },
            },
        },
    })
}

fn operation(call: &Call) -> Json {
    let mut parameters: Vec<Json> = call.parameters.iter().map(|field| parameter(field, "query")).collect();
    if call.creates {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
            "description": "The same request with the same key is carried out once, and its answer comes back for a day.",
        }));
    }
    let mut operation = json!({
        "operationId": call.name,
        "summary": call.summary,
        "description": call.says,
        "tags": [tag(call.path)],
        "parameters": parameters,
        "responses": responses(call),
    });
    if let (Some(body), Some(operation)) = (&call.body, operation.as_object_mut()) {
        let content = json!({ "schema": reference(body.schema), "example": (body.example)() });
        let body = json!({ "required": true, "content": { "application/json": content } });
        operation.insert("requestBody".to_owned(), body);
    }
    operation
}

/// `/a/{project_space}/api/user/v1/…` is about `user`, and `/api/identity/v1/` about `identity`.
fn tag(path: &str) -> &str {
    path.split('/').skip_while(|part| *part != "api").nth(1).unwrap_or_default()
}

fn parameter(field: &Field, place: &str) -> Json {
    json!({
        "name": field.name, "in": place, "required": field.required || place == "path",
        "schema": field.takes.schema(), "description": field.says,
    })
}

fn path_parameters(path: &str) -> Vec<Json> {
    let names = path.split(['{', '}']).skip(1).step_by(2);
    let says = |name: &str| match name {
        "project_space" => "The project space's name.",
        _ => "32 hexadecimal digits. The id of the GraphQL API is taken as well.",
    };
    names
        .map(|name| {
            json!({
                "name": name, "in": "path", "required": true, "schema": { "type": "string" }, "description": says(name),
            })
        })
        .collect()
}

fn body_schema(call: &Call) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in call.fields() {
        let mut schema = field.takes.schema();
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(field.says));
        }
        properties.insert(field.name.to_owned(), schema);
        if field.required {
            required.push(field.name);
        }
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn responses(call: &Call) -> Json {
    let mut responses = Map::new();
    let mut success = json!({ "description": call.summary });
    if let Some(fields) = success.as_object_mut() {
        if let Some(schema) = call.answer {
            fields
                .insert("content".to_owned(), json!({ "application/json": { "schema": reference(schema) } }));
        }
        if call.creates {
            let location =
                json!({ "schema": { "type": "string" }, "description": "Where the new thing is." });
            fields.insert("headers".to_owned(), json!({ "Location": location }));
        }
    }
    responses.insert(call.status.to_string(), success);
    let of_a_body = if call.body.is_some() { OF_A_BODY } else { &[] };
    let of_a_key = if call.creates { OF_A_KEY } else { &[] };
    for status in [ALWAYS, of_a_body, of_a_key, call.problems].into_iter().flatten() {
        responses.insert(status.to_string(), problem(*status));
    }
    Json::Object(responses)
}

fn problem(status: u16) -> Json {
    let description = match status {
        400 => "The request makes no sense, or breaks rules: `errors` has all of them.",
        401 => "The credentials are missing or not valid.",
        403 => {
            "You may know of it, and may not do this: `missing` has the permissions that would have been enough."
        }
        404 => "It is not there, or you may not know that it is.",
        409 => "It has changed in the meantime; or the same request is under way.",
        413 => "The body is too long.",
        415 => "The content type must be application/json, in UTF-8.",
        422 => "The `Idempotency-Key` came with another request before.",
        429 => "Too often: wait as long as `Retry-After` says.",
        503 => "Too busy at the moment, or the policy gave no answer: try again in a few seconds.",
        _ => "Our own fault.",
    };
    let mut problem = json!({
        "description": description,
        "content": { "application/problem+json": { "schema": reference(PROBLEM) } },
    });
    if let (429, Some(problem)) = (status, problem.as_object_mut()) {
        let seconds = json!({ "schema": { "type": "integer" }, "description": "In so many seconds." });
        problem.insert("headers".to_owned(), json!({ "Retry-After": seconds }));
    }
    problem
}

fn reference(schema: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// The schema of an object that has all of these.
pub fn all_there(properties: Json) -> Json {
    let names: Vec<String> = properties.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    json!({ "type": "object", "required": names, "properties": properties })
}

/// The schema of a page of these.
pub fn page(item: &str) -> Json {
    let link = json!({ "type": ["string", "null"], "description": "The path of that page with all parameters; null when there is none." });
    let meta = all_there(json!({
        "limit": { "type": "integer" },
        "offset": { "type": "integer" },
        "total_count": { "type": "integer", "description": "How many there are on all pages." },
        "next": link,
        "previous": link,
    }));
    all_there(json!({ "meta": meta, "objects": { "type": "array", "items": reference(item) } }))
}

/// Everything that goes wrong has one shape (RFC 9457).
fn problem_schema() -> Json {
    let text = |says: &str| json!({ "type": "string", "description": says });
    let texts = |says: &str| json!({ "type": "array", "items": { "type": "string" }, "description": says });
    let error = all_there(json!({
        "code": text("Which rule is broken: the same words as the GraphQL API's `UserErrorCode`."),
        "message": text("For people, in English."),
        "path": texts("Where in the input, from the outside in."),
    }));
    let mut schema = all_there(json!({
        "type": text("Names the kind of problem."),
        "title": text("The status in words."),
        "status": { "type": "integer" },
        "code": text("The kind of problem, for programs."),
        "detail": text("For people, in English."),
        "error": text("The same as `detail`, for clients of CommCare HQ."),
    }));
    if let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) {
        let errors =
            json!({ "type": "array", "items": error, "description": "All that is wrong with the input." });
        properties.insert("errors".to_owned(), errors);
        properties.insert("decisionId".to_owned(), text("The decision, for explaining it later."));
        properties.insert("policy".to_owned(), text("The module that said no."));
        properties.insert("reason".to_owned(), text("Its reason, for programs."));
        properties.insert("missing".to_owned(), texts("The permissions that would have been enough."));
    }
    schema
}
