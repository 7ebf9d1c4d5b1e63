//! What a module's settings may be: a JSON Schema of its own, which a stranger wrote. So the schema itself is bounded
//! before anything is made of it: how long, how deep, what it refers to.

use super::inspect::shortened;
use crate::authz::SettingFault;
use jsonschema::{PatternOptions, Validator};
use serde_json::Value as Json;

/// Deepest nesting of a schema, with what it refers to put in its place.
const DEPTH_MAX: usize = 48;
/// Most parts of a schema, with what it refers to put in its place.
const PARTS_MAX: usize = 10_000;
/// Most bytes of a compiled pattern.
const PATTERN_MAX: usize = 64 << 10;
/// Most faults of settings that are passed on.
pub(super) const FAULTS_MAX: usize = 50;

/// The drafts that are understood. Without `$schema`, the newest of them.
const DRAFTS: [&str; 3] = [
    "http://json-schema.org/draft-07/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
];

/// A module's schema, ready to be asked.
pub(super) struct SettingsSchema(Validator);

impl SettingsSchema {
    /// The schema in a manifest; nothing when the module has no settings.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let schema: Json = serde_json::from_str(text)
            .map_err(|error| format!("the settings' schema is no JSON: {error}"))?;
        if schema.get("type").and_then(Json::as_str) != Some("object") {
            return Err("the settings' schema must be a JSON Schema with the type `object`".to_owned());
        }
        if let Some(draft) = schema.get("$schema") {
            let draft = draft.as_str().unwrap_or_default().trim_end_matches('#');
            if !DRAFTS.contains(&draft) {
                return Err(format!(
                    "the settings' schema names a draft that is not understood: take one of {}",
                    DRAFTS.join(", ")
                ));
            }
        }
        let mut parts = PARTS_MAX;
        bounded(&schema, &schema, 0, &mut parts)?;
        let options = jsonschema::options().offline().with_pattern_options(
            PatternOptions::regex().size_limit(PATTERN_MAX).dfa_size_limit(PATTERN_MAX),
        );
        match options.build(&schema) {
            Ok(validator) => Ok(Some(Self(validator))),
            Err(error) => {
                Err(format!("the settings' schema is no JSON Schema: {}", shortened(error.to_string())))
            }
        }
    }

    /// What is wrong with these settings.
    pub(super) fn faults(&self, settings: &Json) -> Vec<SettingFault> {
        self.0
            .iter_errors(settings)
            .take(FAULTS_MAX)
            .map(|error| SettingFault {
                path: shortened(error.instance_path().to_string()),
                message: shortened(error.to_string()),
            })
            .collect()
    }
}

/// All that a module with this schema finds wrong with settings before it is asked itself. Nothing given is as good as an
/// empty object.
pub(super) fn faults(schema: &str, settings: &str) -> Result<Vec<SettingFault>, String> {
    let at_root = |message: String| vec![SettingFault { path: String::new(), message }];
    let given: Json = match settings {
        "" => Json::Object(serde_json::Map::new()),
        text => match serde_json::from_str(text) {
            Ok(given) => given,
            Err(error) => return Ok(at_root(format!("the settings are no JSON: {error}"))),
        },
    };
    Ok(match SettingsSchema::parse(schema)? {
        Some(schema) => schema.faults(&given),
        None if settings.is_empty() => Vec::new(),
        None => at_root("the module takes no settings".to_owned()),
    })
}

/// Walks a schema as its validator would: what it refers to counts wherever it is referred to, and what refers to itself
/// has no end.
fn bounded(root: &Json, part: &Json, depth: usize, parts: &mut usize) -> Result<(), String> {
    *parts = parts
        .checked_sub(1)
        .ok_or_else(|| format!("the settings' schema has more than {PARTS_MAX} parts"))?;
    if depth > DEPTH_MAX {
        return Err(format!(
            "the settings' schema is nested more than {DEPTH_MAX} deep, or refers to itself"
        ));
    }
    match part {
        Json::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("$ref", Json::String(to)) => {
                        let target = to.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
                        let target = target.ok_or_else(|| {
                            "the settings' schema may refer to its own parts alone, as in `#/$defs/hours`"
                                .to_owned()
                        })?;
                        bounded(root, target, depth + 1, parts)?;
                    }
                    // Other names for parts would make `#` mean something else than it does above.
                    (
                        "$id" | "$anchor" | "$dynamicAnchor" | "$dynamicRef" | "$recursiveRef"
                        | "$recursiveAnchor",
                        Json::String(_) | Json::Bool(_),
                    ) => return Err(format!("the settings' schema may not have `{name}`")),
                    _ => bounded(root, value, depth + 1, parts)?,
                }
            }
            Ok(())
        }
        Json::Array(items) => items.iter().try_for_each(|item| bounded(root, item, depth + 1, parts)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(schema: &str) -> String {
        match SettingsSchema::parse(schema) {
            Err(refusal) => refusal,
            Ok(_) => panic!("taken: {schema}"),
        }
    }

    #[test]
    fn faults_are_told_with_their_places() {
        let schema = r##"{ "type": "object", "required": ["region"], "additionalProperties": false,
            "$defs": { "hour": { "type": "integer", "minimum": 0, "maximum": 24 } },
            "properties": { "region": { "type": "string", "pattern": "^[a-z]+$" },
                "hours": { "type": "object", "properties": { "from": { "$ref": "#/$defs/hour" } } } } }"##;
        assert_eq!(faults(schema, r#"{"region":"north","hours":{"from":8}}"#).unwrap(), []);
        let told = faults(schema, r#"{"region":"N","hours":{"from":25},"x":1}"#).unwrap();
        let mut places: Vec<_> = told.iter().map(|fault| fault.path.as_str()).collect();
        places.sort_unstable();
        assert_eq!(places, ["", "/hours/from", "/region"], "{told:?}");
        assert_eq!(faults(schema, "").unwrap().len(), 1, "what is required is missing");
        assert_eq!(faults(schema, "{").unwrap().len(), 1);
        assert_eq!(faults("", "").unwrap(), []);
        assert_eq!(faults("", "{}").unwrap().len(), 1, "without a schema there is nothing to set");
    }

    #[test]
    fn a_schema_is_bounded_before_anything_is_made_of_it() {
        assert!(refusal("{").contains("no JSON"));
        assert!(refusal(r#"{"type":"string"}"#).contains("type `object`"));
        assert!(refusal(r#"{"type":"object","$schema":"http://evil.example/"}"#).contains("draft"));
        assert!(refusal(r##"{"type":"object","allOf":[{"$ref":"#"}]}"##).contains("itself"));
        for elsewhere in ["http://evil.example/x", "file:///etc/passwd", "other", "#anchor"] {
            let schema = format!(r#"{{"type":"object","allOf":[{{"$ref":"{elsewhere}"}}]}}"#);
            assert!(refusal(&schema).contains("its own parts"), "{elsewhere}");
        }
        for name in ["$id", "$anchor", "$dynamicRef", "$recursiveRef"] {
            let schema = format!(r##"{{"type":"object","properties":{{"a":{{"{name}":"#"}}}}}}"##);
            assert!(refusal(&schema).contains("may not have"), "{name}");
        }
        let deep = format!("{}{{}}{}", r#"{"not":"#.repeat(100), "}".repeat(100));
        assert!(refusal(&format!(r#"{{"type":"object","not":{deep}}}"#)).contains("deep"));
        // Each part refers three times to the next: short to write, and long to walk.
        let next = |n: u32| format!(r##"{{"$ref":"#/$defs/d{}"}}"##, n + 1);
        let tripling: Vec<_> =
            (0..9).map(|n| format!(r#""d{n}":{{"allOf":[{0},{0},{0}]}}"#, next(n))).collect();
        let schema = format!(
            r##"{{"type":"object","allOf":[{{"$ref":"#/$defs/d0"}}],"$defs":{{{},"d9":{{}}}}}}"##,
            tripling.join(",")
        );
        assert!(refusal(&schema).contains("parts"), "{}", refusal(&schema));
        assert!(refusal(r#"{"type":"object","properties":{"a":{"type":3}}}"#).contains("no JSON Schema"));
        assert!(refusal(r#"{"type":"object","patternProperties":{"(":{}}}"#).contains("no JSON Schema"));
    }

    #[test]
    fn a_pattern_takes_linear_time() {
        let schema = r#"{"type":"object","properties":{"a":{"type":"string","pattern":"^(a+)+$"}}}"#;
        let settings = format!(r#"{{"a":"{}!"}}"#, "a".repeat(10_000));
        assert_eq!(faults(schema, &settings).unwrap().len(), 1);
    }
}
