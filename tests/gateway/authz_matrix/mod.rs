//! Who may what, over the wire: every guarded operation of GraphQL and REST by every kind of principal, near and far, in
//! their own project space and in another one, as a table that people read. Once under the standard policy, and once under
//! a module that permits everything: what is refused there as well is a rule that no policy switches off.
//!
//! `UPDATE=1 cargo test --test gateway authz_matrix` rewrites the tables; read the difference before you accept it.

pub mod operations;
pub mod things;

use crate::coverage::mutations;
use crate::kinds::{KINDS, Who, legend};
use crate::policy::guest;
use crate::scene::{member, outsider};
use crate::support::{Actor, TestApp};
use fieldgate::authz::ACTION_CATALOGUE;
use fieldgate::policy::ModuleSource;
use operations::{Call, OPERATIONS, Operation};
use poem::http::Method;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use things::{Made, Place, Scene, Thing};

const LEGEND: &str = "\
P permitted   F forbidden, and told why   H hidden: there is no such thing for them   U told to sign in
R refused by a rule of the gateway, whatever the policy says: the codes stand at the end of the line
Where there are two letters: first of a thing within the supervisor's reach, then of one that is not.

";

/// Those of whom a policy is not asked here, beside the kinds of people of the project space.
const OTHERS: &str = "\
foreign     an admin of another project space
stranger    somebody who has not signed in
";

fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.name).chain(["foreign", "stranger"])
}

/// What came of one operation by one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub letter: char,
    /// The codes of a refusal.
    pub codes: Vec<String>,
}

impl Outcome {
    fn of(letter: char) -> Self {
        Self { letter, codes: Vec::new() }
    }

    fn refused(errors: &Json) -> Self {
        let code = |error: &Json| error["code"].as_str().unwrap().to_owned();
        Self { letter: 'R', codes: errors.as_array().unwrap().iter().map(code).collect() }
    }

    fn of_code(code: &str, answer: &str) -> Self {
        match code {
            "FORBIDDEN" => Self::of('F'),
            "NOT_FOUND" => Self::of('H'),
            "UNAUTHENTICATED" => Self::of('U'),
            _ => panic!("`{code}` in {answer}"),
        }
    }

    /// Of a mutation, or of looking at a thing.
    fn of_graphql(answer: &Json) -> Self {
        if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
            return Self::of_code(code, &answer.to_string());
        }
        let found = answer["data"].as_object().unwrap_or_else(|| panic!("{answer}")).values().next().unwrap();
        match &found["userErrors"] {
            Json::Array(errors) if !errors.is_empty() => Self::refused(&found["userErrors"]),
            _ if found.is_null() => Self::of('H'),
            _ => Self::of('P'),
        }
    }

    fn of_rest(answer: &crate::support::Answer) -> Self {
        if answer.status.is_success() {
            return Self::of('P');
        }
        let body = answer.json();
        match body["code"].as_str().unwrap_or_else(|| panic!("{answer:?}")) {
            "INVALID_INPUT" => Self::refused(&body["errors"]),
            code => Self::of_code(code, &answer.text),
        }
    }
}

pub async fn run(actor: &Actor<'_>, operation: &Operation, made: &Made) -> Outcome {
    match &operation.call {
        Call::Mutation { name, input } => {
            let mutation = operations::document(name);
            Outcome::of_graphql(&actor.run(&mutation, json!({ "i": input(made) })).await)
        }
        Call::Node => {
            let query = "query($id: ID!) { node(id: $id) { id } }";
            Outcome::of_graphql(&actor.run(query, json!({ "id": made.id })).await)
        }
        Call::Rest { method, path, body } => {
            let path = format!("/a/acme/api/{}", path.replace("{id}", &made.hex));
            let answer = match *method {
                Method::GET => actor.get(&path).await,
                Method::DELETE => actor.delete(&path).await,
                Method::PUT => actor.put(&path, &body(made)).await,
                Method::POST => actor.post(&path, &body(made)).await,
                _ => {
                    let headers = [("content-type", "application/json")];
                    let body = poem::Body::from_string(body(made).to_string());
                    actor.send(method.clone(), &path, &headers, body).await
                }
            };
            Outcome::of_rest(&answer)
        }
    }
}

/// One line of the table: what comes of the operation, for each principal near and far.
struct Line<'a> {
    operation: &'a Operation,
    cells: Vec<Vec<Outcome>>,
}

impl Line<'_> {
    fn letters(&self) -> Vec<String> {
        let cell = |cell: &Vec<Outcome>| {
            cell.iter().map(|outcome| outcome.letter.to_string()).collect::<Vec<_>>().join(" ")
        };
        self.cells.iter().map(cell).collect()
    }

    fn written(&self) -> String {
        let mut line = format!("{:34}{:40}", self.operation.action, self.operation.name());
        for letters in self.letters() {
            write!(line, "{letters:11}").unwrap();
        }
        let codes: BTreeSet<_> = self.cells.iter().flatten().flat_map(|outcome| &outcome.codes).collect();
        let codes: Vec<_> = codes.into_iter().map(String::as_str).collect();
        format!("{line}{}", codes.join(" ")).trim_end().to_owned()
    }
}

/// Every operation by every principal. Each has a thing of its own to be done to.
async fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let app = scene.app;
    let near = [scene.tree.northern.clone()];
    let mut actors = Vec::new();
    for kind in &KINDS {
        actors.push(match kind.who {
            Who::Admin => app.admin().await,
            Who::WebUser(permissions) => member(app, kind.name, permissions, &[]).await,
            Who::WebUserThere(permissions) => member(app, kind.name, permissions, &near).await,
            Who::Worker(_) => {
                crate::scene::worker_who_signs_in(app, kind.name).await;
                let login = format!("{}@acme.fieldgate.local", kind.name);
                app.sign_in(&login, crate::support::WORKER_PASSWORD).await
            }
        });
    }
    actors.extend([outsider(app).await, app.stranger()]);
    let mut lines = Vec::new();
    for operation in OPERATIONS {
        let places: &[Place] =
            if operation.thing.has_a_place() { &[Place::Near, Place::Far] } else { &[Place::Near] };
        let mut cells = Vec::new();
        for actor in &actors {
            let mut cell = Vec::new();
            for place in places {
                let made = scene.make(operation.thing, *place).await;
                cell.push(run(actor, operation, &made).await);
            }
            cells.push(cell);
        }
        lines.push(Line { operation, cells });
    }
    lines
}

fn compare(title: &str, file: &str, lines: &[Line<'_>]) {
    let mut table = format!(
        "{title}\nMade by running: see authz_matrix/mod.rs.\n\n{LEGEND}{}{OTHERS}\n{:74}",
        legend(),
        "action"
    );
    for name in names() {
        write!(table, "{name:11}").unwrap();
    }
    let mut table = table.trim_end().to_owned();
    for line in lines {
        write!(table, "\n{}", line.written()).unwrap();
    }
    table.push('\n');
    let file = format!("tests/gateway/authz_matrix/{file}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    let accepted = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(table == accepted, "the table differs: run with UPDATE=1 and read the difference\n\n{table}");
}

/// What REST answers is what GraphQL answers, but for those whom the policy keeps from the REST API altogether.
fn channels_agree(lines: &[Line<'_>]) {
    for rest in lines.iter().filter(|line| matches!(line.operation.call, Call::Rest { .. })) {
        let twin = lines
            .iter()
            .find(|line| {
                line.operation.action == rest.operation.action
                    && !matches!(line.operation.call, Call::Rest { .. })
            })
            .unwrap_or_else(|| panic!("{} has no twin", rest.operation.name()));
        for ((name, here), there) in names().zip(rest.letters()).zip(twin.letters()) {
            let agree = match name {
                "worker" if here.chars().all(|letter| letter == 'F' || letter == ' ') => true,
                // `node` knows nothing for a stranger, not even that they should sign in.
                "stranger" => here.starts_with('U') && there.starts_with(['U', 'H']),
                _ => here == there,
            };
            assert!(agree, "{name}: {} {here}, GraphQL {there}", rest.operation.name());
        }
    }
}

#[tokio::test]
async fn under_the_standard_policy() {
    let app = TestApp::spawn().await;
    let lines = lines(&Scene::set(&app).await).await;
    channels_agree(&lines);
    compare(
        "Who may what over GraphQL and REST, in a project space that has no policy of its own.",
        "standard.txt",
        &lines,
    );
}

#[tokio::test]
async fn under_a_module_that_permits_everything() {
    let app = TestApp::spawn().await;
    let scene = Scene::set(&app).await;
    let operator = crate::support::operator();
    let space = fieldgate::service::project_space::read(&app.services, &operator, "acme").await.unwrap();
    let source = ModuleSource { component: guest::answering(guest::PERMIT_PLAINLY), settings: String::new() };
    app.policy.install(space.id, vec![source]).await.unwrap();
    let lines = lines(&scene).await;
    channels_agree(&lines);
    for line in &lines {
        // INVARIANT: tenants never meet, and nobody is somebody, whatever a policy says.
        for (name, cell) in names().zip(&line.cells) {
            for outcome in cell {
                let kept_out = match name {
                    "foreign" => outcome.letter == 'H' || line.operation.thing == Thing::Oneself,
                    "stranger" => matches!(outcome.letter, 'U' | 'H'),
                    _ => true,
                };
                assert!(kept_out, "{name}: {}", line.written());
            }
        }
    }
    compare(
        "What is left of it under a module that permits everything: the rules that no policy switches off.",
        "permit_everything.txt",
        &lines,
    );
}

/// The action that a mutation names in the schema.
fn required(schema: &str, mutation: &str) -> String {
    let line =
        schema.lines().find(|line| line.trim().starts_with(&format!("{mutation}("))).unwrap_or_else(|| {
            schema.lines().find(|line| line.trim().starts_with(&format!("{mutation}:"))).unwrap()
        });
    line.split("@requires(action: \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn every_guarded_operation_has_its_line() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(root.join("schema.graphql")).unwrap();
    for mutation in mutations(&schema) {
        let action = required(&schema, &mutation);
        let info = ACTION_CATALOGUE.iter().find(|info| info.name == action).unwrap();
        let has_line = OPERATIONS.iter().any(|it| it.call.is_mutation(&mutation) && it.action == action);
        // Of a person's own things, links and the operator's the gateway itself decides: their tests are with them.
        assert!(has_line || !info.is_asked(), "`{mutation}` has no line in authz_matrix/operations.rs");
    }
    let document: Json =
        serde_json::from_str(&std::fs::read_to_string(root.join("docs/openapi.json")).unwrap()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        // What callers ask about themselves has no thing and no project space: its tests are in rest/client_programs.rs.
        let Some(path) = path.strip_prefix("/a/{project_space}/api/") else {
            assert!(["/api/user_domains/v1/", "/api/identity/v1/"].contains(&path.as_str()), "{path}");
            continue;
        };
        for method in methods.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            // A list has no thing: who sees which rows is asked of `node`, and the lists' own tests.
            let is_list = method == "get" && !path.contains("{id}");
            let has_line = OPERATIONS.iter().any(|it| it.call.is_rest(method, path));
            assert!(is_list || has_line, "`{method} {path}` has no line in authz_matrix/operations.rs");
        }
    }
}
