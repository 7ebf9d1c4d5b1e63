//! Reading the fields of a body, strictly: everything unknown or of another type is a fault, and all are told at once.

use super::call::{Call, Field};
use crate::domain::{FaultCode, Faults, Patch};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

/// A body whose fields are taken one by one; what is left over at the end is unknown.
pub struct Fields {
    left: Map<String, Json>,
    told: Vec<&'static Field>,
    /// What was wrong so far.
    pub faults: Faults,
}

impl Fields {
    /// The fields of a call's body.
    pub fn of(call: &Call, body: Map<String, Json>) -> Self {
        Self { left: body, told: call.fields().collect(), faults: Faults::new() }
    }

    /// Whether a field was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.left.contains_key(name)
    }

    fn take(&mut self, name: &str) -> Option<Json> {
        debug_assert!(
            self.told.iter().any(|field| field.name == name),
            "`{name}` is not in the call's table"
        );
        self.left.remove(name)
    }

    /// A text. Null clears.
    pub fn text(&mut self, name: &str) -> Patch<String> {
        match self.take(name) {
            None => Patch::Keep,
            Some(Json::Null) => Patch::Clear,
            Some(Json::String(text)) => Patch::Set(text),
            Some(_) => self.wrong(name, "must be a text"),
        }
    }

    /// A list of texts. Null clears.
    pub fn texts(&mut self, name: &str) -> Patch<Vec<String>> {
        match self.take(name) {
            None => Patch::Keep,
            Some(Json::Null) => Patch::Clear,
            Some(Json::Array(items)) => {
                let texts: Option<Vec<String>> = items
                    .into_iter()
                    .map(|item| if let Json::String(text) = item { Some(text) } else { None })
                    .collect();
                texts.map_or_else(|| self.wrong(name, "must be a list of texts"), Patch::Set)
            }
            Some(_) => self.wrong(name, "must be a list of texts"),
        }
    }

    /// Any JSON.
    pub fn json(&mut self, name: &str) -> Patch<Json> {
        match self.take(name) {
            None => Patch::Keep,
            Some(Json::Null) => Patch::Clear,
            Some(value) => Patch::Set(value),
        }
    }

    /// A truth, as JSON or as the texts that CommCare's clients send. Anything unclear is a fault (DESIGN §6).
    pub fn truth(&mut self, name: &str) -> bool {
        match self.take(name) {
            None | Some(Json::Null) => false,
            Some(Json::Bool(truth)) => truth,
            Some(Json::String(text)) if text.eq_ignore_ascii_case("true") => true,
            Some(Json::String(text)) if text.eq_ignore_ascii_case("false") => false,
            Some(_) => {
                let _: Patch<()> = self.wrong(name, "must be true or false");
                false
            }
        }
    }

    /// All faults, those of unknown fields among them.
    pub fn finish(mut self) -> Faults {
        for name in self.left.keys().take(50) {
            let shown: String = name.chars().take(64).collect();
            self.faults.add(
                FaultCode::UnknownField,
                &[&shown],
                format!("`{shown}` is not a field of this call"),
            );
        }
        self.faults
    }

    fn wrong<T>(&mut self, name: &str, message: &str) -> Patch<T> {
        self.faults.add(FaultCode::InvalidValue, &[name], format!("`{name}` {message}"));
        Patch::Keep
    }
}

/// A moment as RFC 3339 writes it, to the microsecond.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    use chrono::SubsecRound;
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc).trunc_subsecs(6))
}
