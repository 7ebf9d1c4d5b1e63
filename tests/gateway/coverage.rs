//! Every mutation has a test of who is denied it, in the file that bears its operation's name. There is no list of
//! exceptions.

use std::fs;
use std::path::{Path, PathBuf};

/// The mutations that the schema prints.
pub fn mutations(schema: &str) -> Vec<String> {
    let (_, body) = schema.split_once("\ntype Mutation {\n").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let mut in_description = false;
    let mut names = Vec::new();
    for line in body.lines().map(str::trim) {
        if line == "\"\"\"" {
            in_description = !in_description;
        } else if !in_description {
            let name: String = line.chars().take_while(char::is_ascii_alphanumeric).collect();
            names.push(name);
        }
    }
    names
}

fn snake_case(camel: &str) -> String {
    let mut snake = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Whether a test's name says that somebody is denied.
fn has_a_denial(tests: &str) -> bool {
    let mut tests = tests.split("#[tokio::test]").skip(1);
    tests.any(|test| {
        let name = test.trim_start().strip_prefix("async fn ").and_then(|rest| rest.split('(').next());
        name.is_some_and(|name| name.contains("denied"))
    })
}

#[test]
fn every_mutation_has_a_test_of_who_is_denied_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mutations = mutations(&fs::read_to_string(root.join("schema.graphql")).unwrap());
    assert!(mutations.len() >= 15 && mutations.contains(&"login".to_owned()), "{mutations:?}");
    let resolvers = root.join("src/graphql");
    let sources = files(&resolvers);
    let mut uncovered = Vec::new();
    for mutation in mutations {
        let resolver = format!("async fn {}(", snake_case(&mutation));
        let found = sources.iter().find(|path| {
            let source = fs::read_to_string(path).unwrap();
            source.contains("Mutation {") && source.contains(&resolver)
        });
        let found = found.unwrap_or_else(|| panic!("no file has the resolver of `{mutation}`"));
        // The same noun and operation name the same file in every room.
        let tests = root.join("tests/gateway").join(found.strip_prefix(&resolvers).unwrap());
        if !fs::read_to_string(&tests).is_ok_and(|tests| has_a_denial(&tests)) {
            uncovered.push(format!("`{mutation}`: no test in {} is named `…denied…`", tests.display()));
        }
    }
    assert!(uncovered.is_empty(), "{}", uncovered.join("\n"));
}
