//! Whether somebody's own data fits the fields of their project space and their profile. Source: reference
//! commcare-users §4.8. The same for every channel.

use super::mobile_worker::{USER_DATA_BYTES_MAX, USER_DATA_ENTRIES_MAX, check_entry};
use super::{FaultCode, Faults, UserField, UserFieldDefinition, UserKind};
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value as Json};

/// Largest compiled regular expression, in bytes. The engine's time is linear in the value's length.
const REGEX_SIZE_MAX: usize = 1024 * 1024;

/// The key under which CommCare's own clients read and write the profile. Never kept with the data.
pub const PROFILE_KEY: &str = "commcare_profile";
/// The key under which they read the project space.
pub const PROJECT_KEY: &str = "commcare_project";
/// The key under which they read the primary location.
pub const LOCATION_KEY: &str = "commcare_location_id";
/// The key under which they read all locations, with spaces between them.
pub const LOCATIONS_KEY: &str = "commcare_location_ids";
/// The key under which they read the location whose cases the worker shares first: the primary one.
pub const CASE_SHARING_KEY: &str = "commcare_primary_case_sharing_id";

/// How the keys begin that CommCare keeps for itself (reference §4.8). No project space writes one.
const RESERVED_PREFIX: &str = "commcare";

/// What the system writes beside somebody's data. Sent back, it is passed over, as all that only repeats.
const SYSTEM_KEYS: [&str; 4] = [PROJECT_KEY, LOCATION_KEY, LOCATIONS_KEY, CASE_SHARING_KEY];

/// The matcher of a field; nothing where there is no expression.
///
/// # Errors
/// Why the text is not one that we run.
pub(super) fn matcher(regex: &str) -> Result<Option<Regex>, String> {
    if regex.is_empty() {
        return Ok(None);
    }
    let built = RegexBuilder::new(regex).size_limit(REGEX_SIZE_MAX).dfa_size_limit(REGEX_SIZE_MAX).build();
    built.map(Some).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "is too big once it is compiled".to_owned(),
        // The last line says what is wrong; those above it draw an arrow.
        other => {
            let told = other.to_string();
            format!("is not a regular expression: {}", told.lines().last().unwrap_or_default())
        }
    })
}

/// A value as choices and expressions see it.
pub(super) fn text_of(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a key of user data is CommCare's own.
fn is_reserved(key: &str) -> bool {
    key.trim_start()
        .get(..RESERVED_PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(RESERVED_PREFIX))
}

/// Whether there is no value.
pub(super) fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => false,
    }
}

impl UserField {
    /// Whether the field may have this value, which is not blank.
    ///
    /// # Errors
    /// Why not, for people.
    pub fn allows(&self, value: &Json) -> Result<(), String> {
        let text = text_of(value);
        if !self.choices.is_empty() && !self.choices.contains(&text) {
            return Err(format!("choose one of: {}", listed(&self.choices)));
        }
        let Ok(matcher) = matcher(self.regex.as_deref().unwrap_or_default()) else {
            return Err("its regular expression cannot be run any more: ask an admin to change it".to_owned());
        };
        match matcher {
            Some(regex) if !regex.is_match(&text) && self.regex_message.is_empty() => {
                Err(format!("must match `{}`", regex.as_str()))
            }
            Some(regex) if !regex.is_match(&text) => Err(self.regex_message.clone()),
            _ => Ok(()),
        }
    }
}

/// So many of the choices as fit into a message.
fn listed(choices: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut shown = choices.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("`, `");
    shown = format!("`{shown}`");
    if choices.len() > SHOWN { format!("{shown} and {} more", choices.len() - SHOWN) } else { shown }
}

/// A project's own data about one of its things: an object of single values.
pub(super) fn data_of(field: &str, data: &Json, faults: &mut Faults) -> Map<String, Json> {
    let Json::Object(data) = data else {
        faults.add(FaultCode::InvalidValue, &[field], format!("`{field}` must be an object"));
        return Map::new();
    };
    if data.len() > USER_DATA_ENTRIES_MAX {
        faults.add(FaultCode::TooLong, &[field], format!("at most {USER_DATA_ENTRIES_MAX} entries"));
    } else if Json::Object(data.clone()).to_string().len() > USER_DATA_BYTES_MAX {
        faults.add(FaultCode::TooLong, &[field], format!("at most {USER_DATA_BYTES_MAX} bytes of JSON"));
    } else {
        data.iter().for_each(|(key, value)| check_entry(field, key, value, faults));
    }
    data.clone()
}

/// Own data with the fixed values showing through.
pub fn effective(own: &Map<String, Json>, fixed: &Map<String, Json>) -> Map<String, Json> {
    let mut data = own.clone();
    data.extend(fixed.iter().map(|(slug, value)| (slug.clone(), value.clone())));
    data
}

/// What somebody's data is checked against.
#[derive(Debug, Clone, Copy)]
pub struct DataRules<'a> {
    /// The fields.
    pub definition: &'a UserFieldDefinition,
    /// What their profile fixes, empty without one; nothing when it is not known which profile is meant.
    pub fixed: Option<&'a Map<String, Json>>,
    /// Who they are.
    pub kind: UserKind,
}

impl DataRules<'_> {
    /// Notes a fault for everything in somebody's own data that does not fit, and takes out what only repeats the
    /// profile: clients send back what they read. `before` is the own data until now.
    pub fn check(&self, before: &Map<String, Json>, own: &mut Map<String, Json>, faults: &mut Faults) {
        // Keys of their own kind: clients that read them send them back.
        for key in SYSTEM_KEYS {
            own.remove(key);
        }
        for key in own.keys().filter(|key| is_reserved(key)) {
            let message = if key == PROFILE_KEY {
                "the profile is no part of the data: it has an input field of its own".to_owned()
            } else {
                format!("`{key}` begins with `{RESERVED_PREFIX}`, which is reserved: choose another key")
            };
            faults.add(FaultCode::InvalidValue, &["user_data", key], message);
        }
        for (slug, fixed) in self.fixed.into_iter().flatten() {
            match own.get(slug) {
                Some(value) if is_blank(value) => {}
                Some(value) if text_of(value) != text_of(fixed) => {
                    let message = format!("`{slug}` is fixed by the profile to `{}`", text_of(fixed));
                    faults.add(FaultCode::FixedByProfile, &["user_data", slug], message);
                }
                // What somebody had before the profile stays theirs.
                Some(value) if before.get(slug) != Some(value) => drop(own.remove(slug)),
                Some(_) | None => {}
            }
        }
        let is_fixed = |field: &&UserField| self.fixed.is_some_and(|fixed| fixed.contains_key(&field.slug));
        for field in self.definition.fields.iter().filter(|field| !is_fixed(field)) {
            let path = ["user_data", field.slug.as_str()];
            match own.get(&field.slug).filter(|value| !is_blank(value)) {
                None if field.required_for.contains(&self.kind) && self.fixed.is_some() => {
                    faults.add(FaultCode::Required, &path, format!("`{}` is required", field.label));
                }
                None => {}
                Some(value) => {
                    if let Err(why) = field.allows(value) {
                        faults.add(FaultCode::InvalidValue, &path, format!("`{}`: {why}", field.label));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ProjectSpaceId;
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    fn field(slug: &str) -> UserField {
        UserField {
            slug: slug.to_owned(),
            label: slug.to_owned(),
            required_for: Vec::new(),
            choices: Vec::new(),
            regex: None,
            regex_message: String::new(),
        }
    }

    fn definition() -> UserFieldDefinition {
        let mut definition = UserFieldDefinition::empty(ProjectSpaceId(Uuid::nil()));
        definition.fields = vec![
            UserField { required_for: vec![UserKind::MobileWorker], ..field("chw_id") },
            UserField { choices: vec!["1".to_owned(), "2".to_owned()], ..field("level") },
            UserField {
                regex: Some("[0-9]+".to_owned()),
                regex_message: "give a number".to_owned(),
                ..field("house")
            },
        ];
        definition
    }

    fn object(json: Json) -> Map<String, Json> {
        json.as_object().cloned().unwrap_or_default()
    }

    fn check(fixed: Json, before: Json, own: Json) -> (Json, Vec<String>) {
        let (definition, fixed) = (definition(), object(fixed));
        let rules = DataRules { definition: &definition, fixed: Some(&fixed), kind: UserKind::MobileWorker };
        let (mut own, mut faults) = (object(own), Faults::new());
        rules.check(&object(before), &mut own, &mut faults);
        let told = |fault: super::super::Fault| format!("{} {}", fault.code.name(), fault.path.join("."));
        (Json::Object(own), faults.into_iter().map(told).collect())
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let (_, faults) = check(json!({}), json!({}), json!({ "level": 3, "house": "none", "free": "x" }));
        assert_eq!(
            faults,
            ["REQUIRED user_data.chw_id", "INVALID_VALUE user_data.level", "INVALID_VALUE user_data.house"]
        );
        // A search, not a match of the whole; choices as text; a blank passes both.
        let fine = json!({ "chw_id": "a", "level": 2, "house": "no. 12b" });
        assert_eq!(check(json!({}), json!({}), fine.clone()), (fine, vec![]));
        assert_eq!(
            check(json!({}), json!({}), json!({ "chw_id": 0, "level": "", "house": null })).1,
            [""; 0]
        );
    }

    #[test]
    fn what_a_profile_fixes_is_not_somebodys_to_change() {
        let fixed = json!({ "level": "2" });
        let own = |level: Json| json!({ "chw_id": "a", "level": level });
        assert_eq!(check(fixed.clone(), json!({}), own(json!("1"))).1, ["FIXED_BY_PROFILE user_data.level"]);
        // Repeating it is no change, blanking what was there neither.
        let kept = json!({ "chw_id": "a" });
        assert_eq!(check(fixed.clone(), json!({}), own(json!(2))), (kept, vec![]));
        assert_eq!(check(fixed.clone(), own(json!("1")), own(json!(""))), (own(json!("")), vec![]));
        // Their own before the profile came, it is their own when it goes.
        assert_eq!(check(fixed, own(json!("2")), own(json!("2"))), (own(json!("2")), vec![]));
    }

    #[test]
    fn a_profile_may_fix_what_is_required() {
        assert_eq!(check(json!({ "chw_id": "all" }), json!({}), json!({})).1, [""; 0]);
    }

    #[test]
    fn the_keys_of_the_system_are_not_kept() {
        let own = json!({
            "chw_id": "a", "commcare_project": "acme", "commcare_location_id": "x", "commcare_location_ids": "x y",
            "commcare_primary_case_sharing_id": "x",
        });
        assert_eq!(check(json!({}), json!({}), own), (json!({ "chw_id": "a" }), vec![]));
        let own = json!({ "chw_id": "a", "commcare_profile": "x" });
        assert_eq!(check(json!({}), json!({}), own).1, ["INVALID_VALUE user_data.commcare_profile"]);
        for key in ["commcare", "commcare_x", "CommCare-x", "commcareuser"] {
            let own = json!({ "chw_id": "a", key: "x" });
            assert_eq!(check(json!({}), json!({}), own).1, [format!("INVALID_VALUE user_data.{key}")]);
        }
    }

    proptest! {
        #[test]
        fn no_expression_and_no_value_makes_it_panic(regex in ".{0,30}", value: String) {
            if matcher(&regex).is_ok() {
                let field = UserField { regex: Some(regex), ..field("a") };
                let _ = field.allows(&Json::String(value));
            }
        }
    }
}
