//! What a GraphQL document may be before it is executed: bounded in size and nesting before anything parses it, and in
//! the number of its root fields once it is parsed.

use crate::graphql::ErrorCode;
use crate::graphql::execution::{self, RequestError};
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Positioned};
use std::collections::{HashMap, HashSet};

/// Longest document, in bytes (security G1).
pub const DOCUMENT_MAX: usize = 64 * 1024;
/// Deepest nesting of brackets (security G1). The parser recurses, and one that recurses too deep ends the process.
pub const NESTING_MAX: usize = 50;
/// Most tokens, roughly counted (security G2).
pub const TOKENS_MAX: usize = 4000;
/// Most selections, each fragment counted wherever it is spread: a fragment that spreads another twice, which spreads
/// another twice, doubles with every line, and validation walks them all.
const SELECTIONS_MAX: usize = 10_000;
/// Deepest selection, fragments spread out.
const SPREAD_MAX: usize = 100;
/// Most root fields of a query, after fragments (security G4).
const ROOT_FIELDS_MAX: usize = 20;
/// Most root fields of a mutation, after fragments (security G4).
const MUTATIONS_MAX: usize = 5;
/// Mutations that check a credential: one a document, or a limit on requests would limit nothing (security G5).
const CREDENTIAL_MUTATIONS: &[&str] = &["login", "refreshSession"];

/// Why a document was refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Too many bytes.
    #[error("a document has at most {DOCUMENT_MAX} bytes")]
    TooLong,
    /// Brackets within brackets within brackets.
    #[error("a document is nested at most {NESTING_MAX} deep")]
    TooDeep,
    /// Too many words and brackets.
    #[error("a document has at most {TOKENS_MAX} tokens")]
    TooManyTokens,
    /// Not GraphQL, or not the operation that the request names.
    #[error("{}", .0.message)]
    Request(RequestError),
    /// Fragments that spread themselves, or each other so often that the document grows without end.
    #[error(
        "a document has at most {SELECTIONS_MAX} selections, fragments spread out, at most {SPREAD_MAX} deep"
    )]
    TooManySelections,
    /// Too many root fields.
    #[error("an operation has at most {0} root fields")]
    TooManyRootFields(usize),
    /// Several credentials in one document.
    #[error("a document checks at most one credential")]
    SeveralCredentials,
}

/// A document that may be executed, and the kind of the operation that will be.
#[derive(Debug)]
pub struct Checked {
    /// The document.
    pub document: ExecutableDocument,
    /// Query or mutation.
    pub operation: OperationType,
    /// How many fields it has at its root.
    pub root_fields: usize,
    /// The first of them.
    pub first_root: Option<String>,
}

/// Checks a document and parses it.
///
/// # Errors
/// [`DocumentError`].
pub fn check(text: &str, operation_name: Option<&str>) -> Result<Checked, DocumentError> {
    scan(text)?;
    let document = execution::parse(text).map_err(DocumentError::Request)?;
    let operation = execution::operation(&document, operation_name).map_err(DocumentError::Request)?;
    let kind = operation.node.ty;
    let mut sizes = Sizes { document: &document, fragments: HashMap::new() };
    // Validation walks all operations, also those that will not be executed.
    for (_, operation) in document.operations.iter() {
        if sizes.of(&operation.node.selection_set.node, 0)? > SELECTIONS_MAX {
            return Err(DocumentError::TooManySelections);
        }
    }
    let mut roots = Roots { document: &document, fields: Vec::new(), steps: 0 };
    roots.gather(&operation.node.selection_set.node);
    let most = if kind == OperationType::Query { ROOT_FIELDS_MAX } else { MUTATIONS_MAX };
    if roots.fields.len() > most || roots.steps > Roots::STEPS_MAX {
        return Err(DocumentError::TooManyRootFields(most));
    }
    if roots.fields.iter().filter(|(_, name)| CREDENTIAL_MUTATIONS.contains(&name.as_str())).count() > 1 {
        return Err(DocumentError::SeveralCredentials);
    }
    let root_fields = roots.fields.len();
    let first_root = roots.fields.first().map(|(_, name)| name.to_string());
    Ok(Checked { document, operation: kind, root_fields, first_root })
}

/// Counts brackets and words without recursion, passing over strings and comments.
fn scan(text: &str) -> Result<(), DocumentError> {
    if text.len() > DOCUMENT_MAX {
        return Err(DocumentError::TooLong);
    }
    let (mut depth, mut tokens, mut in_word) = (0_usize, 0_usize, false);
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let word =
            byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'.' || byte >= 0x80;
        if word && !in_word {
            tokens += 1;
        }
        in_word = word;
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                tokens += 1;
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'$' | b'@' | b':' | b'!' | b'=' | b'|' | b'&' => tokens += 1,
            b'#' => rest = after_line(rest),
            b'"' => {
                tokens += 1;
                rest = after_string(rest);
            }
            _ => {}
        }
        if depth > NESTING_MAX {
            return Err(DocumentError::TooDeep);
        }
        if tokens > TOKENS_MAX {
            return Err(DocumentError::TooManyTokens);
        }
    }
    Ok(())
}

fn after_line(rest: &[u8]) -> &[u8] {
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    rest.get(end..).unwrap_or_default()
}

/// What follows a string whose first quote has been read. One that does not end runs to the end of its line, so that
/// nothing can hide in a string that the parser would read otherwise.
fn after_string(rest: &[u8]) -> &[u8] {
    if let Some(mut block) = rest.strip_prefix(b"\"\"") {
        while let Some((_, after)) = block.split_first() {
            if let Some(after) = block.strip_prefix(b"\\\"\"\"") {
                block = after;
            } else if let Some(after) = block.strip_prefix(b"\"\"\"") {
                return after;
            } else {
                block = after;
            }
        }
        // It never ends: then it was no block string, but an empty string and something else.
        return rest.strip_prefix(b"\"").unwrap_or_default();
    }
    let mut string = rest;
    while let Some((&byte, after)) = string.split_first() {
        match byte {
            b'"' => return after,
            b'\n' | b'\r' => return string,
            b'\\' => string = after.split_first().map_or(after, |(_, after)| after),
            _ => string = after,
        }
    }
    string
}

/// How many selections a document has once its fragments are spread out. Each fragment is measured once.
struct Sizes<'a> {
    document: &'a ExecutableDocument,
    /// Nothing stands for a fragment that is being measured: meeting it again means that it spreads itself.
    fragments: HashMap<&'a Name, Option<usize>>,
}

impl From<DocumentError> for RequestError {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Request(error) => error,
            limit => Self::new(ErrorCode::BadRequest, limit.to_string()),
        }
    }
}

impl<'a> Sizes<'a> {
    fn of(&mut self, set: &'a SelectionSet, depth: usize) -> Result<usize, DocumentError> {
        if depth > SPREAD_MAX {
            return Err(DocumentError::TooManySelections);
        }
        let mut size = 0_usize;
        for selection in &set.items {
            let below = match &selection.node {
                Selection::Field(field) => self.of(&field.node.selection_set.node, depth + 1)?,
                Selection::InlineFragment(inline) => self.of(&inline.node.selection_set.node, depth + 1)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, depth + 1)?
                }
            };
            size = size.saturating_add(below).saturating_add(1);
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &'a Name, depth: usize) -> Result<usize, DocumentError> {
        match self.fragments.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(DocumentError::TooManySelections),
            None => {}
        }
        // One that is not there is for validation to name.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(0) };
        self.fragments.insert(name, None);
        let size = self.of(&fragment.node.selection_set.node, depth)?;
        self.fragments.insert(name, Some(size));
        Ok(size)
    }
}

/// The root fields of an operation, those in fragments too.
struct Roots<'a> {
    document: &'a ExecutableDocument,
    /// Response name and field. A field that is selected several times is executed once.
    fields: Vec<(&'a Name, &'a Name)>,
    /// Fragments that spread themselves are refused later; until then this ends the walk.
    steps: usize,
}

impl<'a> Roots<'a> {
    const STEPS_MAX: usize = 1000;

    fn gather(&mut self, set: &'a SelectionSet) {
        let mut seen = HashSet::new();
        let mut waiting: Vec<&'a Positioned<Selection>> = set.items.iter().collect();
        while let Some(selection) = waiting.pop() {
            self.steps += 1;
            if self.steps > Self::STEPS_MAX {
                return;
            }
            match &selection.node {
                Selection::Field(field) => {
                    let root = (&field.node.response_key().node, &field.node.name.node);
                    if seen.insert(root) {
                        self.fields.push(root);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    waiting.extend(&fragment.node.selection_set.node.items)
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                    waiting
                        .extend(fragment.iter().flat_map(|fragment| &fragment.node.selection_set.node.items));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A tokio worker has 2 MiB, on which the unguarded parser ends the process.
    fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(work).unwrap().join().unwrap()
    }

    #[test]
    fn nesting_of_any_kind_and_depth_is_refused_before_the_parser() {
        on_a_small_stack(|| {
            for depth in [51, 100, 1_000, 1_750, 5_000, 7_000, 30_000] {
                for (open, close) in [("[", "]"), ("{a:", "}"), ("{a", "}"), ("(", ")")] {
                    let nested = format!("{{f(x:{}1{})}}", open.repeat(depth), close.repeat(depth));
                    assert!(check(&nested, None).is_err(), "{open} {depth}");
                }
                assert!(check(&"[".repeat(depth), None).is_err());
            }
            assert_eq!(scan(&"[".repeat(60_000)), Err(DocumentError::TooDeep));
            assert_eq!(scan(&" ".repeat(100_000)), Err(DocumentError::TooLong));
        });
    }

    #[test]
    fn brackets_cannot_hide_in_what_is_no_string() {
        let deep = "[".repeat(60);
        for open in ["\"", "\"\"\"", "\"\\\"", "\"\"", "#"] {
            // A quote that the line's end closes, and brackets after it.
            assert_eq!(scan(&format!("{{f(x:{open}\n{deep}")), Err(DocumentError::TooDeep), "{open}");
        }
        assert_eq!(scan(&format!("{{f(x:\"{deep}\")}}")), Ok(()));
        assert_eq!(scan(&format!("{{f(x:\"\"\"{deep}\n\\\"\"\"{deep}\"\"\")}}")), Ok(()));
    }

    #[test]
    fn fragments_that_double_are_refused_at_once() {
        on_a_small_stack(|| {
            let lines = |count: usize, end: &str| {
                let double =
                    |n: usize| format!(" fragment F{n} on Query{{a{{...F{0}}} b{{...F{0}}}}}", n + 1);
                let fragments: String = (0..count).map(double).collect();
                format!("{{...F0}}{fragments} fragment F{count} on Query{{{end}}}")
            };
            assert_eq!(check(&lines(40, "x"), None).unwrap_err(), DocumentError::TooManySelections);
            assert_eq!(check(&lines(200, "x"), None).unwrap_err(), DocumentError::TooManySelections);
            assert_eq!(check(&lines(3, "...F0"), None).unwrap_err(), DocumentError::TooManySelections);
            assert!(check(&lines(3, "x"), None).is_ok());
        });
    }

    #[test]
    fn root_fields_are_counted_through_fragments() {
        let login = "login(input:{username:\"a\",password:\"b\"}){accessToken}";
        let two = format!("mutation{{a:{login} b:{login}}}");
        assert_eq!(check(&two, None).unwrap_err(), DocumentError::SeveralCredentials);
        let hidden = format!("mutation{{a:{login} ...F}} fragment F on Mutation{{b:{login}}}");
        assert_eq!(check(&hidden, None).unwrap_err(), DocumentError::SeveralCredentials);
        let many: String = (0..21).map(|n| format!("a{n}:__typename ")).collect();
        assert_eq!(check(&format!("{{{many}}}"), None).unwrap_err(), DocumentError::TooManyRootFields(20));
        let endless = "{...A} fragment A on Query{...B} fragment B on Query{...A}";
        assert_eq!(check(endless, None).unwrap_err(), DocumentError::TooManySelections);
    }

    #[test]
    fn fragments_that_double_are_refused_in_the_operation_that_is_not_meant_too() {
        let double = |n: usize| format!(" fragment F{n} on Viewer{{...F{0} ...F{0}}}", n + 1);
        let doubling: String = (0..30).map(double).collect();
        let elsewhere =
            format!("query A{{b}} query B{{viewer{{...F0}}}}{doubling} fragment F30 on Viewer{{a}}");
        assert_eq!(check(&elsewhere, Some("A")).unwrap_err(), DocumentError::TooManySelections);
    }

    proptest! {
        #[test]
        fn checking_never_panics(text in "[\\[\\]{}()\"\\\\#\n a-z$@:.\u{e9}]{0,400}") {
            let _ = check(&text, None);
        }
    }
}
