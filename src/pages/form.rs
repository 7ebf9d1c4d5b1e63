//! What was filled into a form, and what was wrong with it.

use crate::domain::Faults;
use std::collections::BTreeMap;

/// The fields of a form as they were sent.
#[derive(Debug, Clone, Default)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`. Of a field that is sent twice, the first counts.
    pub fn read(body: &[u8]) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            fields.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Self(fields)
    }

    /// A field; nothing when it was not sent.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// The faults by the field beside which they are shown; those of no field of the form, at its top, by the name `form`.
pub(super) fn by_field(faults: Faults, fields: &[&str]) -> BTreeMap<String, String> {
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    for fault in faults {
        let field = fault.path.first().map(String::as_str).filter(|field| fields.contains(field));
        let text = shown.entry(field.unwrap_or("form").to_owned()).or_default();
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.push_str(&fault.message);
    }
    shown
}
