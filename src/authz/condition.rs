//! A row filter in a policy's words. The store turns it into SQL; [`Condition::holds`] says the same of one row.

use super::attribute::{Attributes, Value};

/// Which rows of a kind a policy lets a principal act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// Every row of the project space.
    Everything,
    /// No row.
    Nothing,
    /// The rows for which this holds.
    Only(Condition),
}

impl Rows {
    /// The rows that both let through: a stack's modules must agree, as any deny denies.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::Everything, rows) | (rows, Self::Everything) => rows,
            (Self::Only(one), Self::Only(two)) => Self::Only(Condition::AllOf(vec![one, two])),
        }
    }

    /// Whether a row with these attributes is among them.
    pub fn contain(&self, row: &Attributes) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Only(condition) => condition.holds(row),
        }
    }
}

/// A condition on one row. An attribute that the row does not have is nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Every one of them holds; an empty list holds.
    AllOf(Vec<Condition>),
    /// At least one of them holds; an empty list does not.
    AnyOf(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// The attribute has exactly this text, number or truth. A list equals nothing: see `AnyInCommon`.
    Equals(String, Value),
    /// The attribute is one of these texts.
    OneOf(String, Vec<String>),
    /// The attribute, a list, shares an item with these texts.
    AnyInCommon(String, Vec<String>),
    /// The attribute has no value or is an empty list.
    IsNothing(String),
}

impl Condition {
    /// Whether it holds for a row with these attributes.
    pub fn holds(&self, row: &Attributes) -> bool {
        match self {
            Self::AllOf(parts) => parts.iter().all(|part| part.holds(row)),
            Self::AnyOf(parts) => parts.iter().any(|part| part.holds(row)),
            Self::Not(part) => !part.holds(row),
            Self::Equals(_, Value::Texts(_)) => false,
            Self::Equals(name, wanted) => row.get(name) == Some(wanted),
            Self::OneOf(name, wanted) => {
                matches!(row.get(name), Some(Value::Text(text)) if wanted.contains(text))
            }
            Self::AnyInCommon(name, wanted) => {
                matches!(row.get(name), Some(Value::Texts(texts)) if texts.iter().any(|text| wanted.contains(text)))
            }
            Self::IsNothing(name) => match row.get(name) {
                None | Some(Value::Nothing) => true,
                Some(Value::Texts(texts)) => texts.is_empty(),
                Some(_) => false,
            },
        }
    }
}
