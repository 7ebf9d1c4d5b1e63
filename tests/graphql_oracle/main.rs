//! Compares execution with graphql-js: the engine that the gateway uses answers recorded requests over the schema in
//! `schema.rs`. See `record/README.md` for recording.
//!
//! It is a test binary of its own because it needs neither a gateway nor a database.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that goes wrong should end there"
)]

mod schema;

use async_graphql::{EmptySubscription, PathSegment, Pos, ServerError};
use fieldgate::graphql::ErrorCode;
use fieldgate::graphql::execution::{Engine, Limits, Outcome, RequestError, parse};
use schema::{Count, Mutation, Query};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// A request and the answer of graphql-js.
#[derive(Deserialize)]
struct Case {
    document: String,
    operation: Option<String>,
    variables: Map<String, Json>,
    answer: Answer,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Answer {
    /// The text is not a valid document.
    Invalid,
    /// The request names no operation of the document.
    Operation,
    /// The variables do not fit. The places of the variables in the document.
    Variables { locations: Vec<(usize, usize)> },
    /// The data as text, and each error as its path and its places.
    Executed { data: String, errors: Vec<(String, Vec<(usize, usize)>)> },
}

fn places(locations: &[Pos]) -> Vec<(usize, usize)> {
    locations.iter().map(|place| (place.line, place.column)).collect()
}

fn path(error: &ServerError) -> String {
    let steps = error.path.iter().map(|step| match step {
        PathSegment::Field(name) => Json::from(name.as_str()),
        PathSegment::Index(index) => Json::from(*index),
    });
    Json::from_iter(steps).to_string()
}

fn refused(errors: &[RequestError]) -> Answer {
    assert!(!errors.is_empty(), "a refusal without an error");
    match errors[0].code {
        ErrorCode::GraphqlParseFailed | ErrorCode::GraphqlValidationFailed => Answer::Invalid,
        ErrorCode::OperationResolutionFailure => Answer::Operation,
        ErrorCode::BadUserInput => {
            let mut locations: Vec<_> = errors.iter().flat_map(|error| places(&error.locations)).collect();
            locations.sort_unstable();
            locations.dedup();
            Answer::Variables { locations }
        }
        _ => panic!("{errors:?}"),
    }
}

async fn answer(engine: &Engine<Query, Mutation, EmptySubscription>, case: &Case) -> Answer {
    let prepared = parse(&case.document).map_err(|error| vec![error]).and_then(|document| {
        engine.validate(&document)?;
        engine.prepare(&document, case.operation.as_deref(), case.variables.clone())
    });
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(errors) => return refused(&errors),
    };
    let response = match engine.execute(prepared, |request| request.data(Count::default())).await {
        Outcome::Executed(response) => response,
        Outcome::Refused(errors) => return refused(&errors),
    };
    let mut errors: Vec<_> =
        response.errors.iter().map(|error| (path(error), places(&error.locations))).collect();
    errors.sort_unstable();
    Answer::Executed { data: serde_json::to_string(&response.data).unwrap(), errors }
}

fn engine() -> Engine<Query, Mutation, EmptySubscription> {
    Engine::new(schema::builder, &[], Limits { cost: 1_000_000, depth: 100 }).unwrap()
}

#[test]
fn merging_fields_of_many_objects_is_refused_in_bounded_time() {
    let engine = engine();
    // Dogs and people are compared apart from each other on each of the 40 levels: 2^40 comparisons without a bound.
    let level = |n: usize| {
        let next = n + 1;
        format!(
            "fragment F{n} on Person {{ nodes {{ ... on Dog {{ owner {{ ...F{next} }} }}
                ... on Person {{ owner: maybe {{ ...F{next} }} }} }} }} "
        )
    };
    let levels: String = (0..40).map(level).collect();
    let document =
        parse(&format!("{{ person {{ ...F0 }} }} {levels} fragment F40 on Person {{ id }}")).unwrap();
    let errors = engine.validate(&document).unwrap_err();
    assert_eq!(errors[0].code, ErrorCode::BadRequest, "{errors:?}");
}

#[test]
fn fields_that_cannot_be_merged_are_refused() {
    let engine = engine();
    for document in [
        "{ x: node(id: 1) { id } x: node(id: 2) { id } }",
        "query($a: ID!, $b: ID!) { x: node(id: $a) { id } x: node(id: $b) { id } }",
        "{ pets { ... on Dog { label } ... on Cat { label } } }",
        "{ person { x: self { id } } person { x: maybe { id } } }",
        "{ person { self { x: id } self { ...F } } } fragment F on Person { x: name }",
        "{ pets { ... on Dog { x: barks } ... on Cat { x: owner { id } } } }",
    ] {
        let errors = engine.validate(&parse(document).unwrap()).unwrap_err();
        assert_eq!(errors[0].code, ErrorCode::GraphqlValidationFailed, "{document}: {errors:?}");
    }
    let different = "{ pets { ... on Dog { x: tagged(tag: \"a\") } ... on Cat { x: tagged(tag: \"b\") } } }";
    assert_eq!(engine.validate(&parse(different).unwrap()), Ok(()));
}

#[tokio::test]
async fn every_recorded_request_is_answered_as_graphql_js_answers_it() {
    let fresh = std::env::var("FIELDGATE_GRAPHQL_CASES").ok();
    let file =
        fresh.unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/graphql_oracle/cases.jsonl").to_owned());
    let text = std::fs::read_to_string(&file).unwrap();
    let engine = engine();
    let (mut count, mut wrong) = (0, Vec::new());
    for (line, text) in text.lines().enumerate() {
        let mut case: Case = serde_json::from_str(text).unwrap();
        if let Answer::Executed { errors, .. } = &mut case.answer {
            errors.sort_unstable();
        }
        let answered = answer(&engine, &case).await;
        count += 1;
        if answered != case.answer {
            wrong.push(format!(
                "line {}: {}\nvariables {}\ngraphql-js: {:?}\nhere:       {answered:?}",
                line + 1,
                case.document,
                Json::Object(case.variables),
                case.answer,
            ));
        }
    }
    assert!(count >= 1_000, "only {count} cases in `{file}`");
    let shown = wrong.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("\n\n");
    assert!(wrong.is_empty(), "{} of {count} answers differ:\n{shown}", wrong.len());
}
