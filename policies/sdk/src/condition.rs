//! A rule about rows that answers for one row and for a list alike.

use crate::bindings::fieldgate::policy::types::{Condition as Flat, Node};
use crate::text::same;
use crate::{Attribute, Attributes, Scope, Value};
use std::borrow::Cow;

/// Which rows a rule lets through. Built as a tree; sent to the gateway as the contract's flat list of nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition<'a> {
    /// Every row.
    Everything,
    /// No row.
    Nothing,
    /// The rows for which all of these hold.
    AllOf(Vec<Condition<'a>>),
    /// The rows for which at least one of these holds.
    AnyOf(Vec<Condition<'a>>),
    /// The rows for which this does not hold.
    Not(Box<Condition<'a>>),
    /// The rows whose attribute has exactly this text, number or truth.
    Equals(&'a str, Value),
    /// The rows whose attribute is one of these texts.
    OneOf(&'a str, Cow<'a, [String]>),
    /// The rows whose attribute, a list, shares an item with these texts.
    AnyInCommon(&'a str, Cow<'a, [String]>),
    /// The rows whose attribute has no value or is an empty list.
    IsNothing(&'a str),
}

impl<'a> Condition<'a> {
    /// Every row, or none.
    pub fn when(truth: bool) -> Self {
        if truth { Self::Everything } else { Self::Nothing }
    }

    /// `name` is exactly this text, number or truth.
    pub fn equals(name: &'a str, value: impl Into<Value>) -> Self {
        Self::Equals(name, value.into())
    }

    /// `name` is one of these texts.
    pub fn one_of(name: &'a str, texts: impl Into<Cow<'a, [String]>>) -> Self {
        Self::OneOf(name, texts.into()).unless_empty()
    }

    /// `name`, a list, shares an item with these texts.
    pub fn any_in_common(name: &'a str, texts: impl Into<Cow<'a, [String]>>) -> Self {
        Self::AnyInCommon(name, texts.into()).unless_empty()
    }

    /// `name` has no value or is an empty list.
    pub fn is_nothing(name: &'a str) -> Self {
        Self::IsNothing(name)
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::Everything, only) | (only, Self::Everything) => only,
            (Self::AllOf(mut parts), one) => {
                parts.push(one);
                Self::AllOf(parts)
            }
            (one, other) => Self::AllOf(vec![one, other]),
        }
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Everything) => Self::Everything,
            (Self::Nothing, only) | (only, Self::Nothing) => only,
            (Self::AnyOf(mut parts), one) => {
                parts.push(one);
                Self::AnyOf(parts)
            }
            (one, other) => Self::AnyOf(vec![one, other]),
        }
    }

    /// It does not hold.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "reads like `and` and `or`, which have no operator here"
    )]
    pub fn not(self) -> Self {
        match self {
            Self::Everything => Self::Nothing,
            Self::Nothing => Self::Everything,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Whether it holds for a row with these attributes. The gateway's database says the same of the flat form.
    pub fn holds(&self, row: Attributes<'_>) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::AllOf(parts) => parts.iter().all(|part| part.holds(row)),
            Self::AnyOf(parts) => parts.iter().any(|part| part.holds(row)),
            Self::Not(part) => !part.holds(row),
            Self::Equals(name, wanted) => row.get(name) == Some(wanted),
            Self::OneOf(name, wanted) => {
                row.text(name).is_some_and(|text| wanted.iter().any(|wanted| same(wanted, text)))
            }
            Self::AnyInCommon(name, wanted) => {
                row.texts(name).iter().any(|text| wanted.iter().any(|wanted| same(wanted, text)))
            }
            Self::IsNothing(name) => match row.get(name) {
                None | Some(Value::Nothing) => true,
                Some(Value::Texts(texts)) => texts.is_empty(),
                Some(_) => false,
            },
        }
    }

    fn unless_empty(self) -> Self {
        match self {
            Self::OneOf(_, texts) | Self::AnyInCommon(_, texts) if texts.is_empty() => Self::Nothing,
            other => other,
        }
    }

    /// Appends the nodes of this condition, operands first, and says where it stands.
    fn flatten(self, nodes: &mut Vec<Node>) -> u32 {
        let node = match self {
            // An empty conjunction holds for every row, an empty disjunction for none.
            Self::Everything => Node::AllOf(Vec::new()),
            Self::Nothing => Node::AnyOf(Vec::new()),
            Self::AllOf(parts) => Node::AllOf(parts.into_iter().map(|part| part.flatten(nodes)).collect()),
            Self::AnyOf(parts) => Node::AnyOf(parts.into_iter().map(|part| part.flatten(nodes)).collect()),
            Self::Not(part) => Node::Negate(part.flatten(nodes)),
            Self::Equals(name, value) => Node::Equals(Attribute { name: name.to_owned(), value }),
            Self::OneOf(name, texts) => Node::OneOf(Attribute::new(name, texts.into_owned())),
            Self::AnyInCommon(name, texts) => Node::AnyInCommon(Attribute::new(name, texts.into_owned())),
            Self::IsNothing(name) => Node::IsNothing(name.to_owned()),
        };
        nodes.push(node);
        // The gateway takes a few hundred nodes at most, so their number fits.
        (nodes.len() - 1) as u32
    }
}

impl From<Condition<'_>> for Scope {
    fn from(condition: Condition<'_>) -> Self {
        match condition {
            Condition::Everything => Self::Everything,
            Condition::Nothing => Self::Nothing,
            only => {
                let mut nodes = Vec::new();
                let root = only.flatten(&mut nodes);
                Self::Only(Flat { nodes, root })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_folded_away() {
        let rows = Condition::equals("status", "active");
        assert_eq!(rows.clone().and(Condition::Everything), rows);
        assert_eq!(rows.clone().or(Condition::Nothing), rows);
        assert_eq!(rows.clone().and(Condition::one_of("id", vec![])), Condition::Nothing);
        assert_eq!(rows.clone().not().not(), rows);
    }

    #[test]
    fn operands_stand_before_their_operator() {
        let rows = Condition::equals("status", "active").and(Condition::is_nothing("role_id").not());
        let Scope::Only(flat) = rows.into() else { panic!("a condition") };
        assert_eq!(
            flat.nodes,
            [
                Node::Equals(Attribute::new("status", "active")),
                Node::IsNothing("role_id".to_owned()),
                Node::Negate(1),
                Node::AllOf(vec![0, 2]),
            ]
        );
        assert_eq!(flat.root, 3);
    }

    #[test]
    fn an_attribute_that_a_row_lacks_is_nothing() {
        let row = [Attribute::new("location_lineage", ["a", "b"])];
        let row = Attributes::of(&row);
        assert!(Condition::is_nothing("role_id").holds(row));
        assert!(!Condition::equals("role_id", "x").holds(row));
        assert!(Condition::any_in_common("location_lineage", vec!["b".to_owned()]).holds(row));
        assert!(!Condition::one_of("location_lineage", vec!["b".to_owned()]).holds(row));
    }
}
