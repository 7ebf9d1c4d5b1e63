//! A file of cases as an author writes it. Unknown keys are errors, and so are unknown actions and attributes: a case
//! that asks what is never asked proves nothing.

use super::yaml;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Why a file of cases cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// It is no YAML, or not of this form.
    #[error("the file of cases cannot be read: {0}")]
    Form(String),
    /// There are more of something than a file may have.
    #[error("the file of cases is too much: {0}")]
    TooMuch(String),
    /// A case that makes no sense.
    #[error("{place}: {problem}")]
    Case {
        /// Where.
        place: String,
        /// What is wrong.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CaseFile {
    /// The module under test, from the file's folder.
    pub module: Option<String>,
    pub project_space: Option<String>,
    /// When it is, unless a case says otherwise.
    pub at: Option<String>,
    /// The module's settings. A text `id:NAME` in it stands for the id of that name.
    pub settings: Option<Json>,
    #[serde(default)]
    pub principals: BTreeMap<String, PrincipalText>,
    #[serde(default)]
    pub resources: BTreeMap<String, BTreeMap<String, Json>>,
    /// Read one by one, so that what is wrong with one is told with its place.
    pub cases: Vec<Json>,
}

impl CaseFile {
    /// Reads the file as a whole.
    pub(super) fn read(yaml: &str) -> Result<Self, CaseError> {
        let file = yaml::parse(yaml).map_err(CaseError::Form)?;
        serde_json::from_value(file).map_err(|error| CaseError::Form(error.to_string()))
    }

    /// Its cases in order, and what `understand` makes of each.
    pub(super) fn each<T>(
        &self,
        yaml: &str,
        understand: impl Fn(&CaseText) -> Result<T, String>,
    ) -> Result<Vec<T>, CaseError> {
        let understood = |(index, json): (usize, &Json)| {
            let read = CaseText::deserialize(json).map_err(|error| error.to_string());
            read.and_then(|text| understand(&text)).map_err(|problem| {
                let name = json.get("name").and_then(Json::as_str);
                let name =
                    name.map_or_else(|| format!("case {}", index + 1), |name| format!("case `{name}`"));
                let line = yaml::item_lines(yaml, "cases").get(index).copied();
                let place = line.map_or(name.clone(), |line| format!("line {line}, {name}"));
                CaseError::Case { place, problem }
            })
        };
        self.cases.iter().enumerate().map(understood).collect()
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct PrincipalText {
    pub kind: Kind,
    pub id: Option<String>,
    pub admin: bool,
    pub role: Option<String>,
    pub permissions: Vec<String>,
    pub locations: Vec<String>,
    pub groups: Vec<String>,
    pub signed_in_by: How,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    #[default]
    WebUser,
    MobileWorker,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(super) enum How {
    #[default]
    Password,
    PasswordAndOtp,
    PersonalId,
    ApiKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CaseText {
    pub name: String,
    pub principal: String,
    pub action: String,
    pub at: Option<String>,
    /// The resource's name, for a question about one.
    pub resource: Option<String>,
    /// Attributes that differ from the named resource's.
    #[serde(default)]
    pub with: BTreeMap<String, Json>,
    #[serde(default)]
    pub proposes: BTreeMap<String, Json>,
    pub expect: Option<Outcome>,
    pub reason: Option<String>,
    pub missing: Option<Vec<String>>,
    pub obligations: Option<Vec<String>>,
    /// The names of resources, for a question about a list.
    pub rows: Option<Vec<String>>,
    /// Those of them that the list shows.
    pub shows: Option<Vec<String>>,
}

/// What a case expects, in a word.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    Permit,
    /// Denied, whether it may be known of or not.
    Deny,
    /// Denied, and may be known of.
    Forbidden,
    /// Denied, as if it did not exist.
    Hidden,
    NotApplicable,
}
