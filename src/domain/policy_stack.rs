//! How a project space decides: the policy modules that it has uploaded, the revisions that it made of them, and which
//! of those is in force.

use super::{CursorKey, FaultCode, Faults, PolicyActivationId, PolicyRevisionId, ProjectSpaceId};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use std::time::Duration;

/// Most modules of one stack: each costs every decision.
pub const ENTRIES_MAX: usize = 8;
/// Longest settings of one module, in bytes: they are read for every decision.
pub const SETTINGS_MAX: usize = 16 << 10;
/// Most modules that a project space keeps.
pub const MODULES_MAX: usize = 50;
/// Most bytes of all of them together.
pub const MODULE_BYTES_MAX: u64 = 256 << 20;
/// Most bytes of the modules of one stack: it is loaded in one go.
pub const STACK_BYTES_MAX: u64 = 96 << 20;
/// Most revisions.
pub const REVISIONS_MAX: i32 = 10_000;
/// Longest file of cases, in bytes.
pub const CASES_BYTES_MAX: usize = 64 << 10;
/// Most cases in it: all of them are put to a stack before it is put in force.
pub const CASES_MAX: usize = 500;
/// Longest comment, in characters.
pub const COMMENT_MAX: usize = 500;
/// What the gateway's own policy is called, in every place that names a module.
pub const STANDARD: &str = "standard";

/// What is in force in a project space. There is one of these in each, also where nothing was ever uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyStack {
    /// The project space.
    pub project_space: ProjectSpaceId,
    /// Goes up with every change that gateways must notice.
    pub version: i32,
    /// The revision that answers; none for `standard` alone.
    pub active: Option<RevisionName>,
    /// The revision that is asked as well, and whose answers are only compared.
    pub monitored: Option<RevisionName>,
    /// How the active revision came to be that.
    pub activation: Option<PolicyActivationId>,
}

/// A revision, as people and programs name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevisionName {
    /// Its id.
    pub id: PolicyRevisionId,
    /// Its number in the project space.
    pub number: i32,
}

/// A module that a project space has uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyModule {
    /// The project space.
    pub project_space: ProjectSpaceId,
    /// SHA-256 of the component in hexadecimal digits: what it is identified by.
    pub digest: String,
    /// Its name.
    pub name: String,
    /// Its version, as its author counts.
    pub version: String,
    /// What it is for.
    pub description: String,
    /// The actions it knows.
    pub actions: Vec<String>,
    /// A JSON Schema for its settings; empty when it has none.
    pub settings_schema: String,
    /// How it is run: `compact` or `interpreted`.
    pub class: String,
    /// Bytes of the component.
    pub size: u64,
    /// The trusted key that signed it, by the name that the operator gave it.
    pub signed_by: Option<String>,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// Who uploaded it: a public id.
    pub uploaded_by: Option<String>,
    /// Their sign-in name at that time.
    pub uploaded_by_name: Option<String>,
}

/// A module gave no answer several times in a row, and a gateway left it alone for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyQuarantine {
    /// The module: its name with the start of its digest.
    pub policy: String,
    /// The revision that it is a part of.
    pub revision: Option<RevisionName>,
    /// Whether that revision was monitored, and not in force: then nobody was denied anything by it.
    pub is_monitored: bool,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When the module is asked again.
    pub until: DateTime<Utc>,
    /// Whether it is over: its time has passed, or the stack has changed since.
    pub is_over: bool,
}

/// A module has just been left alone for a while, by this gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Whose stack it is in.
    pub project_space: ProjectSpaceId,
    /// The revision that it is a part of; none for a stack that is none.
    pub revision: Option<PolicyRevisionId>,
    /// Whether that revision is monitored, and not in force.
    pub is_monitored: bool,
    /// Its name with the start of its digest.
    pub policy: String,
    /// For how long.
    pub lasts: Duration,
}

/// An ordered list of modules with their settings. Never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyRevision {
    /// Its id.
    pub id: PolicyRevisionId,
    /// The project space.
    pub project_space: ProjectSpaceId,
    /// 1 for the first, and so on.
    pub number: i32,
    /// The modules, in order.
    pub entries: Vec<PolicyEntry>,
    /// What its maker said of it.
    pub comment: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it: a public id.
    pub created_by: Option<String>,
    /// Their sign-in name at that time.
    pub created_by_name: Option<String>,
}

impl PolicyRevision {
    /// It, as others name it.
    pub fn name(&self) -> RevisionName {
        RevisionName { id: self.id, number: self.number }
    }

    /// What a list by age is ordered by. Not the time: two may be of the same moment, and clocks differ.
    pub fn cursor_key(&self) -> CursorKey {
        CursorKey::Number(self.number)
    }
}

/// One module of a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyEntry {
    /// The module; none for the gateway's own `standard`, in whatever version it has.
    pub digest: Option<String>,
    /// Its name.
    pub name: String,
    /// Its version; empty for `standard`.
    pub version: String,
    /// Its settings; none where the project space gave none.
    pub settings: Option<Json>,
}

impl PolicyEntry {
    /// Name and the first digits of the digest, as in audits and logs.
    pub fn label(&self) -> String {
        match &self.digest {
            Some(digest) => format!("{}@{}", self.name, digest.get(..16).unwrap_or(digest)),
            None => self.name.clone(),
        }
    }
}

/// How a revision took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivationKind {
    /// Somebody activated it.
    Activate,
    /// Somebody went back to it.
    RollBack,
    /// Somebody put `standard` in its place.
    Reset,
}

impl ActivationKind {
    /// Its name in the database and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::RollBack => "roll_back",
            Self::Reset => "reset",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Activate, Self::RollBack, Self::Reset].into_iter().find(|kind| kind.name() == name)
    }
}

/// That a revision, or `standard`, took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyActivation {
    /// Its id.
    pub id: PolicyActivationId,
    /// The version of the stack that it made.
    pub stack_version: i32,
    /// How.
    pub kind: ActivationKind,
    /// What took effect; none for `standard`.
    pub revision: Option<RevisionName>,
    /// What was in force before; none for `standard`.
    pub from: Option<RevisionName>,
    /// Where rolling back leads from here; none for `standard`, as it was before anything was activated.
    pub back_to: Option<PolicyActivationId>,
    /// What was said of it.
    pub comment: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it: a public id.
    pub by: Option<String>,
    /// Their sign-in name at that time.
    pub by_name: Option<String>,
}

impl PolicyActivation {
    /// What a list by age is ordered by. Not the time: two may be of the same moment, and clocks differ.
    pub fn cursor_key(&self) -> CursorKey {
        CursorKey::Number(self.stack_version)
    }
}

/// What the stack of a project space must answer, whatever is in force: a file of cases, which every revision is put to
/// before it is put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyCases {
    /// The project space's name.
    pub project_space: String,
    /// The file, as it was given: YAML.
    pub text: String,
    /// How many cases it has.
    pub count: i32,
    /// When it was set.
    pub set_at: DateTime<Utc>,
    /// Who set it: a public id.
    pub set_by: Option<String>,
    /// Their sign-in name at that time.
    pub set_by_name: Option<String>,
}

/// One module of a revision, as it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyEntryInput {
    /// The digest of an uploaded module; none for `standard`.
    pub digest: Option<String>,
    /// Its settings.
    pub settings: Option<Json>,
}

/// A digest: 64 hexadecimal digits, in lower case.
pub fn parse_digest(text: &str) -> Option<String> {
    let fits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| text.to_ascii_lowercase())
}

/// A comment that can be kept: nothing stands for an empty one.
pub fn check_comment(comment: &str, faults: &mut Faults) {
    if comment.contains('\0') {
        faults.add(FaultCode::InvalidValue, &["comment"], "must not contain the character NUL");
    }
    if comment.chars().count() > COMMENT_MAX {
        faults.add(FaultCode::TooLong, &["comment"], format!("at most {COMMENT_MAX} characters"));
    }
}

/// Whether a file of cases can be kept, before anybody reads it.
pub fn check_cases(text: &str, faults: &mut Faults) {
    if text.contains('\0') {
        faults.add(FaultCode::InvalidValue, &["cases"], "must not contain the character NUL");
    }
    if text.len() > CASES_BYTES_MAX {
        let message = format!("a file of cases has {} KiB at most", CASES_BYTES_MAX >> 10);
        faults.add(FaultCode::TooLong, &["cases"], message);
    }
}

/// All that can be seen to be wrong with a revision before its modules are looked at.
pub fn check_entries(entries: &[PolicyEntryInput], faults: &mut Faults) {
    if entries.is_empty() {
        faults.add(FaultCode::Required, &["modules"], "a stack has at least one module");
    }
    if entries.len() > ENTRIES_MAX {
        faults.add(FaultCode::TooLong, &["modules"], format!("a stack has at most {ENTRIES_MAX} modules"));
    }
    for (at, entry) in entries.iter().enumerate() {
        let index = at.to_string();
        if at < ENTRIES_MAX && entries.iter().take(at).any(|before| before == entry) {
            let message = "the same module with the same settings is in the stack already";
            faults.add(FaultCode::InvalidValue, &["modules", &index], message);
        }
        match &entry.digest {
            Some(digest) if parse_digest(digest).is_none() => faults.add(
                FaultCode::InvalidValue,
                &["modules", &index, "digest"],
                "a digest has 64 hexadecimal digits",
            ),
            None if entry.settings.is_some() => faults.add(
                FaultCode::SettingsInvalid,
                &["modules", &index, "settings"],
                "`standard` takes no settings",
            ),
            _ => {}
        }
        let Some(settings) = &entry.settings else { continue };
        let text = settings.to_string();
        let path = ["modules", &index, "settings"];
        if text.len() > SETTINGS_MAX {
            faults.add(FaultCode::TooLong, &path, format!("settings have at most {SETTINGS_MAX} bytes"));
        }
        if has_nul(settings) {
            faults.add(FaultCode::InvalidValue, &path, "must not contain the character NUL");
        }
    }
}

/// Whether there is a NUL in one of its texts, which PostgreSQL does not keep.
fn has_nul(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('\0'),
        Json::Array(items) => items.iter().any(has_nul),
        Json::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_digest_is_64_hexadecimal_digits() {
        assert_eq!(parse_digest(&"aB".repeat(32)), Some("ab".repeat(32)));
        for wrong in ["", "ab", &"ag".repeat(32), &"é".repeat(32), &"a".repeat(65)] {
            assert_eq!(parse_digest(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_a_revision_can_have_wrong_is_told_all_at_once() {
        let entry =
            |digest: Option<&str>, settings| PolicyEntryInput { digest: digest.map(str::to_owned), settings };
        let entries = [
            entry(Some("x"), None),
            entry(None, Some(json!({}))),
            entry(Some(&"0".repeat(64)), Some(json!({ "a": "\0" }))),
            entry(Some(&"0".repeat(64)), Some(json!("x".repeat(SETTINGS_MAX)))),
            entry(None, None),
            entry(None, None),
        ];
        let mut faults = Faults::new();
        check_entries(&entries, &mut faults);
        let told: Vec<_> =
            faults.into_iter().map(|fault| (fault.code.name(), fault.path.join("."))).collect();
        assert_eq!(
            told,
            [
                ("INVALID_VALUE", "modules.0.digest".to_owned()),
                ("SETTINGS_INVALID", "modules.1.settings".to_owned()),
                ("INVALID_VALUE", "modules.2.settings".to_owned()),
                ("TOO_LONG", "modules.3.settings".to_owned()),
                ("INVALID_VALUE", "modules.5".to_owned()),
            ]
        );
    }
}
