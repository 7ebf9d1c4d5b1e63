use super::asker::Asker;
use super::case_file::{CaseError, CaseFile, CaseText, How, Kind, Outcome, PrincipalText};
use super::sampler::is_id;
use crate::authz::{
    ACTION_CATALOGUE, ActionInfo, AttributeInfo, AttributeType, Attributes, Obligation, Value,
};
use crate::domain::permission::Grants;
use crate::domain::{GroupId, Identity, LocationId, MobileWorkerId, RoleId, SignIn, WebUserId};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A file of cases, understood.
#[derive(Debug, Clone)]
pub struct Cases {
    /// The module under test, from the file's folder.
    pub module: Option<String>,
    /// Its settings; empty when it has none.
    pub settings: String,
    /// In the order of the file.
    pub cases: Vec<Case>,
}

/// One question, and the answer that the author expects.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it is about, for people.
    pub name: String,
    /// Who asks.
    pub asker: Asker,
    /// To do what.
    pub action: ActionInfo,
    /// When.
    pub now: DateTime<Utc>,
    /// About what.
    pub question: Question,
}

/// What a case is about.
#[derive(Debug, Clone)]
pub enum Question {
    /// One resource.
    One {
        /// As it is.
        attributes: Attributes,
        /// As it would be.
        proposed: Attributes,
        /// The answer; nothing when the case only looks.
        expected: Option<Expected>,
    },
    /// A list.
    Rows {
        /// Its rows by name.
        rows: Vec<(String, Attributes)>,
        /// The names of those that are shown; nothing when the case only looks.
        shown: Option<Vec<String>>,
    },
}

/// An answer as far as a case says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Permitted, denied, or nothing said.
    pub(super) outcome: Outcome,
    /// The reason of a denial.
    pub(super) reason: Option<String>,
    /// The permissions that would have been enough.
    pub(super) missing: Option<Vec<String>>,
    /// What must be done along with a permit.
    pub(super) obligations: Option<Vec<Obligation>>,
}

/// When it is, if nobody says: a Tuesday morning.
const NOW: &str = "2026-11-24T10:00:00Z";

impl Cases {
    /// Reads a file of cases.
    ///
    /// # Errors
    /// [`CaseError`]: its form, or a case that asks what is never asked.
    pub fn parse(yaml: &str) -> Result<Self, CaseError> {
        let file = CaseFile::read(yaml)?;
        let cases = file.each(yaml, |text| file.case(text))?;
        let settings = file.settings.as_ref().map(|settings| with_ids(settings).to_string());
        Ok(Self { module: file.module, settings: settings.unwrap_or_default(), cases })
    }
}

impl CaseFile {
    pub(super) fn case(&self, text: &CaseText) -> Result<Case, String> {
        let action = ACTION_CATALOGUE.iter().find(|action| action.name == text.action);
        let Some(&action) = action.filter(|action| action.is_asked()) else {
            return Err(format!(
                "no policy is asked about `{}`: see `fieldgate policy actions`",
                text.action
            ));
        };
        let Some(principal) = self.principals.get(&text.principal) else {
            return Err(format!("there is no principal `{}`", text.principal));
        };
        let at = text.at.as_deref().or(self.at.as_deref()).unwrap_or(NOW);
        let now = DateTime::parse_from_rfc3339(at)
            .map_err(|_| format!("`{at}` is no time: write it as `{NOW}`"))?
            .with_timezone(&Utc);
        let asker = principal.asker(&text.principal, self.project_space.as_deref().unwrap_or("example"));
        let question = match (&text.rows, text.expect) {
            (Some(rows), None) => {
                if let Some(stranger) = text.shows.iter().flatten().find(|name| !rows.contains(name)) {
                    return Err(format!("`shows` names `{stranger}`, which is none of its rows"));
                }
                let rows = rows.iter().map(|name| {
                    let row = self.row(Some(name), &BTreeMap::new(), &action)?;
                    Ok((name.clone(), row))
                });
                Question::Rows { rows: rows.collect::<Result<_, String>>()?, shown: text.shows.clone() }
            }
            (None, expect) => {
                let attributes = self.row(text.resource.as_deref(), &text.with, &action)?;
                let proposed = proposed(&text.proposes, &attributes, &action)?;
                let expected = expect.map(|outcome| text.expected(outcome)).transpose()?;
                Question::One { attributes, proposed, expected }
            }
            (Some(_), Some(_)) => {
                return Err("a list has `rows` and `shows`, and no `expect`".to_owned());
            }
        };
        Ok(Case { name: text.name.clone(), asker, action, now, question })
    }

    /// A resource with all the attributes that its kind has: those of the file, and neutral ones.
    fn row(
        &self,
        name: Option<&str>,
        with: &BTreeMap<String, Json>,
        action: &ActionInfo,
    ) -> Result<Attributes, String> {
        let none = BTreeMap::new();
        let given = match name {
            Some(name) => self.resources.get(name).ok_or_else(|| format!("there is no resource `{name}`"))?,
            None => &none,
        };
        known(given.keys().chain(with.keys()), action.attributes, action.resource_kind)?;
        let mut row = Attributes::new();
        for info in action.attributes {
            let json = with.get(info.name).or_else(|| given.get(info.name));
            let value = match json {
                Some(json) => value(json, info)?,
                // What lies at a place lies below all that are above it; nothing is said of those, so it is the place.
                None if info.name == "location_lineage" => {
                    let places = with.get("location_ids").or_else(|| given.get("location_ids"));
                    places.map_or(Ok(Value::Texts(Vec::new())), |places| value(places, info))?
                }
                None => neutral(info, name.unwrap_or("something")),
            };
            row = row.with(info.name, value);
        }
        Ok(row)
    }
}

impl PrincipalText {
    fn asker(&self, name: &str, space: &str) -> Asker {
        let id = id_of(self.id.as_deref().unwrap_or(name));
        let identity = match self.kind {
            Kind::WebUser => Identity::WebUser(WebUserId(id)),
            Kind::MobileWorker => Identity::MobileWorker(MobileWorkerId(id)),
        };
        let mut asker = Asker::new(identity, space);
        asker.signed_in_by = match self.signed_in_by {
            How::Password => SignIn::Password,
            How::PasswordAndOtp => SignIn::PasswordAndOtp,
            How::PersonalId => SignIn::PersonalId,
            How::ApiKey => SignIn::ApiKey,
        };
        let standing = &mut asker.standing;
        standing.is_admin = self.admin;
        standing.role = self.role.as_deref().map(|role| RoleId(id_of(role)));
        standing.grants = Grants::of(&self.permissions.iter().map(String::as_str).collect::<Vec<_>>());
        standing.locations = self.locations.iter().map(|name| LocationId(id_of(name))).collect();
        standing.groups = self.groups.iter().map(|name| GroupId(id_of(name))).collect();
        asker
    }
}

impl CaseText {
    fn expected(&self, outcome: Outcome) -> Result<Expected, String> {
        let obligation = |name: &String| match name.as_str() {
            "notify-admins" => Ok(Obligation::NotifyAdmins),
            "require-otp" => Ok(Obligation::RequireOtp),
            other => Err(format!("there is no obligation `{other}`")),
        };
        let obligations = self.obligations.as_ref().map(|names| names.iter().map(obligation).collect());
        Ok(Expected {
            outcome,
            reason: self.reason.clone(),
            missing: self.missing.clone(),
            obligations: obligations.transpose()?,
        })
    }
}

/// What the action would change: as the case says, and what it does not say stays as it is.
fn proposed(
    given: &BTreeMap<String, Json>,
    attributes: &Attributes,
    action: &ActionInfo,
) -> Result<Attributes, String> {
    known(given.keys(), action.proposes, action.name)?;
    let mut proposed = Attributes::new();
    for info in action.proposes {
        let proposal = match given.get(info.name) {
            Some(json) => value(json, info)?,
            None => attributes.get(info.name).cloned().unwrap_or_else(|| neutral(info, "something")),
        };
        proposed = proposed.with(info.name, proposal);
    }
    Ok(proposed)
}

fn known<'a>(
    given: impl Iterator<Item = &'a String>,
    infos: &[AttributeInfo],
    owner: &str,
) -> Result<(), String> {
    for name in given {
        if !infos.iter().any(|info| info.name == name) {
            let names: Vec<_> = infos.iter().map(|info| info.name).collect();
            return Err(format!("`{owner}` has no `{name}`; there are {}", names.join(", ")));
        }
    }
    Ok(())
}

fn value(json: &Json, info: &AttributeInfo) -> Result<Value, String> {
    let text = |text: &str| if is_id(info.name) { hex(text) } else { text.to_owned() };
    let wrong = || format!("`{}` is {}, not {json}", info.name, info.value.name());
    let value = match (json, info.value) {
        (Json::Null, _) => Value::Nothing,
        (Json::String(given), AttributeType::Text) => Value::Text(text(given)),
        (Json::Bool(given), AttributeType::Boolean) => Value::Boolean(*given),
        (Json::Number(given), AttributeType::Integer) => Value::Integer(given.as_i64().ok_or_else(wrong)?),
        // A time is easier to write than its seconds.
        (Json::String(given), AttributeType::Integer) => {
            Value::Integer(DateTime::parse_from_rfc3339(given).map_err(|_| wrong())?.timestamp())
        }
        (Json::Array(given), AttributeType::Texts) => {
            let texts = given.iter().map(|item| item.as_str().map(text).ok_or_else(wrong));
            Value::Texts(texts.collect::<Result<_, _>>()?)
        }
        _ => return Err(wrong()),
    };
    if info.takes(&value) { Ok(value) } else { Err(wrong()) }
}

/// The value of an attribute of which a case says nothing.
fn neutral(info: &AttributeInfo, name: &str) -> Value {
    if info.optional {
        return Value::Nothing;
    }
    match info.value {
        AttributeType::Integer => Value::Integer(0),
        AttributeType::Boolean => Value::Boolean(info.name == "is_active"),
        AttributeType::Texts => Value::Texts(Vec::new()),
        AttributeType::Text if is_id(info.name) => Value::Text(hex(name)),
        // The first of the states that the declaration names is what most are in: `active`, `pending`, `open`.
        AttributeType::Text if matches!(info.name, "status" | "state") => {
            Value::Text(info.description().split('`').nth(1).unwrap_or(name).to_owned())
        }
        AttributeType::Text => Value::Text(name.to_owned()),
    }
}

/// The id that a name stands for: itself when it is one, and always the same one otherwise.
fn id_of(name: &str) -> Uuid {
    if name.len() == 32
        && let Ok(id) = Uuid::try_parse(name)
    {
        return id;
    }
    let digest = Sha256::digest(name.as_bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    Uuid::from_bytes(bytes)
}

fn hex(name: &str) -> String {
    id_of(name).as_simple().to_string()
}

/// Settings with ids in the place of `id:NAME`, also where it is a key.
fn with_ids(settings: &Json) -> Json {
    let named = |text: &str| text.strip_prefix("id:").map_or_else(|| text.to_owned(), hex);
    match settings {
        Json::String(text) => Json::String(named(text)),
        Json::Array(items) => Json::Array(items.iter().map(with_ids).collect()),
        Json::Object(fields) => {
            Json::Object(fields.iter().map(|(name, field)| (named(name), with_ids(field))).collect())
        }
        other => other.clone(),
    }
}
