//! Reading the named values of a resource.

use crate::{Attribute, Value};

/// The named values of a resource, as it is or as it would be.
#[derive(Debug, Clone, Copy)]
pub struct Attributes<'a>(&'a [Attribute]);

impl<'a> Attributes<'a> {
    /// These attributes.
    pub fn of(attributes: &'a [Attribute]) -> Self {
        Self(attributes)
    }

    /// The value with this name; nothing when there is none.
    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|attribute| attribute.name == name).map(|attribute| &attribute.value)
    }

    /// A text.
    pub fn text(self, name: &str) -> Option<&'a str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A list of texts; empty when there is none.
    pub fn texts(self, name: &str) -> &'a [String] {
        match self.get(name) {
            Some(Value::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// A whole number.
    pub fn integer(self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Value::Integer(integer)) => Some(*integer),
            _ => None,
        }
    }

    /// A truth.
    pub fn boolean(self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Value::Boolean(boolean)) => Some(*boolean),
            _ => None,
        }
    }
}

impl Attribute {
    /// A named value: `Attribute::new("status", "active")`.
    pub fn new(name: &str, value: impl Into<Value>) -> Self {
        Self { name: name.to_owned(), value: value.into() }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(texts: [&str; N]) -> Self {
        Self::Texts(texts.map(str::to_owned).into())
    }
}
