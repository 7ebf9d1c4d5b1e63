//! What a policy is told about a resource: short lists of named values.

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Text; ids are 32 hexadecimal digits.
    Text(String),
    /// A whole number; times are seconds since 1970.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// A list of texts.
    Texts(Vec<String>),
    /// No value.
    Nothing,
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Texts(texts) => write!(f, "[{}]", texts.join(", ")),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The name, the same in decisions and in scopes: `location_lineage`.
    pub name: &'static str,
    /// Its value.
    pub value: Value,
}

/// A list of attributes under construction: `Attributes::new().with("status", status)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes(Vec<Attribute>);

impl Attributes {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// The list with one more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push(Attribute { name, value: value.into() });
        self
    }

    /// The value of an attribute; nothing when it is not in the list.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|attribute| attribute.name == name).map(|attribute| &attribute.value)
    }

    /// The list with each value made into another. What is looked at is a copy, so that the resource stays as it is.
    #[must_use]
    pub fn map(&self, mut value: impl FnMut(&Attribute) -> Value) -> Self {
        Self(self.0.iter().map(|it| Attribute { name: it.name, value: value(it) }).collect())
    }

    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Attribute> {
        self.0.iter()
    }
}

/// What an attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeType {
    /// One text; ids are 32 hexadecimal digits.
    Text,
    /// A whole number; times are seconds since 1970.
    Integer,
    /// True or false.
    Boolean,
    /// A list of texts.
    Texts,
}

impl AttributeType {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Texts => "texts",
        }
    }
}

/// What is known of an attribute without looking at a resource. Declared once, where the value is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeInfo {
    /// `location_lineage`
    pub name: &'static str,
    /// What it holds.
    pub value: AttributeType,
    /// Whether it may have no value.
    pub optional: bool,
    /// Whether it tells of a person. The decision log keeps such a value masked.
    pub personal: bool,
    /// Whether only a decision about one resource knows it, and no scope may compare it: the database keeps it in a form
    /// that has no index, or not in the resource's own row.
    pub decisions_only: bool,
    pub(super) doc: &'static str,
}

impl AttributeInfo {
    /// What it means, in a sentence.
    pub fn description(&self) -> &'static str {
        self.doc.trim_ascii()
    }

    /// Whether a scope may compare it: the database filters by texts, truths and lists, and not by numbers.
    pub fn is_filterable(&self) -> bool {
        self.value != AttributeType::Integer && !self.decisions_only
    }

    /// Whether a value is of this attribute's type.
    pub fn takes(&self, value: &Value) -> bool {
        match value {
            Value::Text(_) => self.value == AttributeType::Text,
            Value::Integer(_) => self.value == AttributeType::Integer,
            Value::Boolean(_) => self.value == AttributeType::Boolean,
            Value::Texts(_) => self.value == AttributeType::Texts,
            Value::Nothing => self.optional,
        }
    }
}

/// Declarations of attributes: `attributes![/** Its name. */ name: text;]`.
macro_rules! attributes {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ident;)*) => {
        &[$($crate::authz::attribute::AttributeInfo {
            name: stringify!($name),
            doc: concat!($($doc),+),
            ..$crate::authz::attribute::typed::of::$type
        }),*]
    };
}
pub(super) use attributes;

/// The types that a declaration names: a maker of each one's values.
pub(super) mod typed {
    use super::Value;

    /// What a type says of an attribute that has it.
    #[expect(non_upper_case_globals, reason = "named as in the declarations")]
    pub mod of {
        use super::super::{AttributeInfo, AttributeType};

        const fn info(value: AttributeType, optional: bool) -> AttributeInfo {
            AttributeInfo { name: "", value, optional, personal: false, decisions_only: false, doc: "" }
        }

        pub const text: AttributeInfo = info(AttributeType::Text, false);
        pub const maybe_text: AttributeInfo = info(AttributeType::Text, true);
        pub const personal_text: AttributeInfo = AttributeInfo { personal: true, ..text };
        pub const maybe_personal_text: AttributeInfo = AttributeInfo { personal: true, ..maybe_text };
        pub const integer: AttributeInfo = info(AttributeType::Integer, false);
        pub const maybe_integer: AttributeInfo = info(AttributeType::Integer, true);
        pub const boolean: AttributeInfo = info(AttributeType::Boolean, false);
        pub const texts: AttributeInfo = info(AttributeType::Texts, false);
        pub const decided_texts: AttributeInfo = AttributeInfo { decisions_only: true, ..texts };
        pub const decided_maybe_text: AttributeInfo = AttributeInfo { decisions_only: true, ..maybe_text };
        pub const personal_texts: AttributeInfo = AttributeInfo { personal: true, ..decided_texts };
        pub const decided_personal_text: AttributeInfo =
            AttributeInfo { decisions_only: true, ..maybe_personal_text };
    }

    pub fn text(value: impl Into<String>) -> Value {
        Value::Text(value.into())
    }

    pub fn maybe_text(value: Option<String>) -> Value {
        value.into()
    }

    pub fn personal_text(value: impl Into<String>) -> Value {
        Value::Text(value.into())
    }

    pub fn maybe_personal_text(value: Option<String>) -> Value {
        value.into()
    }

    pub fn integer(value: i64) -> Value {
        Value::Integer(value)
    }

    pub fn maybe_integer(value: Option<i64>) -> Value {
        value.map_or(Value::Nothing, Value::Integer)
    }

    pub fn boolean(value: bool) -> Value {
        Value::Boolean(value)
    }

    pub fn texts(value: Vec<String>) -> Value {
        Value::Texts(value)
    }

    pub fn decided_texts(value: Vec<String>) -> Value {
        Value::Texts(value)
    }

    pub fn decided_maybe_text(value: Option<String>) -> Value {
        value.into()
    }

    pub fn decided_personal_text(value: Option<String>) -> Value {
        value.into()
    }

    pub fn personal_texts(value: Vec<String>) -> Value {
        Value::Texts(value)
    }
}
