//! The part of YAML that a file of cases needs, as JSON: maps, lists and scalars. No anchors and no tags, so a file is as
//! large as it looks.

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value as Json};

/// Deepest nesting.
const DEPTH_MAX: usize = 32;

/// Reads a document.
///
/// # Errors
/// What is wrong, and in which line.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    // Values under construction, the outermost first; a map holds the key that waits for its value.
    let mut open: Vec<Open> = Vec::new();
    let mut document = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let wrong = |what: &str| Err(format!("line {}: {what}", span.start.line()));
        let done = match event {
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, _, Some(_))
            | Event::MappingStart(_, _, Some(_)) => {
                return wrong("there are no tags here");
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= DEPTH_MAX => {
                return wrong("nested too deeply");
            }
            Event::Alias(_) | Event::Anchor(..) | Event::UnresolvedAlias(_) => {
                return wrong("there are no anchors here: write it out");
            }
            Event::DocumentStart(..) if document.is_some() => return wrong("there is a second document"),
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(items)) => Json::Array(items),
                Some(Open::Map(fields, _)) => Json::Object(fields),
                None => continue,
            },
            Event::Scalar(text, style, ..) => {
                if let Some(Open::Map(fields, key @ None)) = open.last_mut() {
                    if fields.contains_key(&*text) {
                        return wrong(&format!("`{text}` stands here twice"));
                    }
                    *key = Some(text.into_owned());
                    continue;
                }
                if style == ScalarStyle::Plain { plain(&text) } else { Json::String(text.into_owned()) }
            }
            _ => continue,
        };
        match open.last_mut() {
            None => document = Some(done),
            Some(Open::List(items)) => items.push(done),
            Some(Open::Map(fields, key)) => match key.take() {
                Some(key) => {
                    fields.insert(key, done);
                }
                None => return wrong("a key must be a text"),
            },
        }
    }
    document.ok_or_else(|| "the file is empty".to_owned())
}

/// The lines on which the items of a list begin that stands under this key at the top of a document: for telling where
/// something is wrong with one of them.
pub(super) fn item_lines(text: &str, key: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    // At the top, keys and values take turns.
    let (mut depth, mut is_key, mut is_ours) = (0_usize, true, false);
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let begins = matches!(event, Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..));
        if depth == 2 && is_ours && begins {
            lines.push(span.start.line());
        }
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => {
                depth = depth.saturating_sub(1);
                is_key |= depth == 1;
            }
            Event::Scalar(scalar, ..) if depth == 1 => {
                if is_key {
                    is_ours = scalar == key;
                }
                is_key = !is_key;
            }
            _ => {}
        }
    }
    lines
}

enum Open {
    List(Vec<Json>),
    Map(Map<String, Json>, Option<String>),
}

/// A scalar without quotes, by YAML's core schema.
fn plain(text: &str) -> Json {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        _ => match (text.parse::<i64>(), text.parse::<f64>().ok().and_then(Number::from_f64)) {
            (Ok(integer), _) => Json::Number(integer.into()),
            (Err(_), Some(number))
                if text.starts_with(|first: char| first.is_ascii_digit() || first == '-') =>
            {
                Json::Number(number)
            }
            _ => Json::String(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_file_of_cases_needs_is_read() {
        let text = "# a comment\na: { b: [x, 'true', true, 7, ~] }\n\"id:c\":\n  - at: 2026-11-24T05:00:00Z # then\n";
        let read =
            json!({ "a": { "b": ["x", "true", true, 7, null] }, "id:c": [{ "at": "2026-11-24T05:00:00Z" }] });
        assert_eq!(parse(text).unwrap(), read);
    }

    #[test]
    fn the_items_of_a_list_have_lines() {
        let text = "at: x\nother:\n  - a: [cases]\ncases:\n  - name: one\n    with: { a: [1, 2] }\n\n  - name: two\n  - three\nafter: [1]\n";
        assert_eq!(item_lines(text, "cases"), [5, 8, 9]);
        assert_eq!(item_lines(text, "other"), [3]);
        assert_eq!(item_lines("cases: {}", "cases"), Vec::<usize>::new());
        assert_eq!(item_lines("[", "cases"), Vec::<usize>::new());
    }

    #[test]
    fn what_it_does_not_need_is_refused_with_its_line() {
        for (text, problem) in [
            ("a: &x 1\nb: *x\n", "line "),
            ("a: 1\na: 2\n", "line 2: `a` stands here twice"),
            ("a: !!str 1\n", "line 1: there are no tags here"),
            ("? [a]\n: 1\n", "line 1: a key must be a text"),
            ("--- 1\n--- 2\n", "line 2: there is a second document"),
            ("", "the file is empty"),
            ("a: [1", ""),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(problem), "{text}: {error}");
        }
        assert!(parse(&"[".repeat(100)).is_err());
    }
}
