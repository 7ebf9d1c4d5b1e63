//! Checks that fields with the same response name can be merged (specification 5.3.2). The algorithm groups fields instead of
//! comparing pairs, as Simon Adameit describes it for Sangria, and its work is bounded.

use super::error::RequestError;
use super::types::{Definition, TypeSystem, innermost};
use crate::graphql::error::ErrorCode;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type};
use async_graphql::{Name, Positioned};
use std::collections::{HashMap, HashSet};

/// Most fields that are compared, each counted as often as it is.
const STEPS_MAX: usize = 200_000;

/// Checks all operations of a document that is valid otherwise.
pub fn check(types: &TypeSystem, document: &ExecutableDocument) -> Vec<RequestError> {
    let mut overlap = Overlap { types, document, errors: Vec::new(), steps: 0 };
    for (_, operation) in document.operations.iter() {
        let Some(root) = types.root(operation.node.ty) else { continue };
        let mut fields = Vec::new();
        overlap.collect(&operation.node.selection_set.node, root, &mut HashSet::new(), &mut fields);
        overlap.same_shape(&fields);
        overlap.same_field(&fields);
    }
    if overlap.steps > STEPS_MAX {
        let message =
            format!("more than {STEPS_MAX} fields must be compared to merge those with the same name");
        return vec![RequestError::new(ErrorCode::BadRequest, message)];
    }
    overlap.errors
}

#[derive(Clone, Copy)]
struct Found<'a> {
    parent: &'a Name,
    field: &'a Positioned<Field>,
}

type Groups<'a> = IndexMap<&'a Name, Vec<Found<'a>>>;

struct Overlap<'a> {
    types: &'a TypeSystem,
    document: &'a ExecutableDocument,
    errors: Vec<RequestError>,
    steps: usize,
}

impl<'a> Overlap<'a> {
    /// Collects the fields of a selection set, those of its fragments too.
    fn collect(
        &mut self,
        set: &'a SelectionSet,
        parent: &'a Name,
        spread: &mut HashSet<&'a Name>,
        fields: &mut Vec<Found<'a>>,
    ) {
        for selection in &set.items {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                return;
            }
            match &selection.node {
                Selection::Field(field) => fields.push(Found { parent, field }),
                Selection::InlineFragment(inline) => {
                    let condition =
                        inline.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    self.collect(
                        &inline.node.selection_set.node,
                        condition.unwrap_or(parent),
                        spread,
                        fields,
                    );
                }
                Selection::FragmentSpread(it) => {
                    let name = &it.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && spread.insert(name)
                    {
                        let on = &fragment.node.type_condition.node.on.node;
                        self.collect(&fragment.node.selection_set.node, on, spread, fields);
                    }
                }
            }
        }
    }

    fn groups(fields: &[Found<'a>]) -> Groups<'a> {
        let mut groups = Groups::new();
        for found in fields {
            groups.entry(&found.field.node.response_key().node).or_default().push(*found);
        }
        groups
    }

    fn ty(&self, found: &Found<'a>) -> Option<&'a Type> {
        self.types.field(found.parent, &found.field.node.name.node).map(|definition| &definition.ty)
    }

    /// The fields below a group of fields, as one set.
    fn below(&mut self, group: &[Found<'a>]) -> Vec<Found<'a>> {
        let mut fields = Vec::new();
        let mut spread = HashSet::new();
        for found in group {
            if let Some(ty) = self.ty(found) {
                self.collect(&found.field.node.selection_set.node, innermost(ty), &mut spread, &mut fields);
            }
        }
        fields
    }

    /// Fields with the same response name must have the same shape, whatever objects they are of (specification:
    /// `SameResponseShape`).
    fn same_shape(&mut self, fields: &[Found<'a>]) {
        for (name, group) in Self::groups(fields) {
            // graphql-js lets `__typename` stand beside anything on other objects, and so do clients made for it.
            let typed = group.iter().filter(|found| found.field.node.name.node != "__typename");
            let mut typed = typed.map(|found| (found, self.ty(found)));
            if let Some((first, Some(ty))) = typed.next()
                && let Some((other, _)) =
                    typed.find(|(_, other)| !other.is_some_and(|other| self.is_same_shape(ty, other)))
            {
                self.conflict(name, first, other, "they have different types");
                continue;
            }
            let below = self.below(&group);
            if self.steps > STEPS_MAX {
                return;
            }
            self.same_shape(&below);
        }
    }

    fn is_same_shape(&self, one: &Type, other: &Type) -> bool {
        if one.nullable != other.nullable {
            return false;
        }
        match (&one.base, &other.base) {
            (BaseType::List(one), BaseType::List(other)) => self.is_same_shape(one, other),
            (BaseType::Named(one), BaseType::Named(other)) => {
                let is_leaf =
                    |name| matches!(self.types.get(name), Some(Definition::Scalar | Definition::Enum(_)));
                if is_leaf(one) || is_leaf(other) { one == other } else { true }
            }
            _ => false,
        }
    }

    /// Fields with the same response name that one object can have must be the same field with the same arguments.
    fn same_field(&mut self, fields: &[Found<'a>]) {
        for (name, group) in Self::groups(fields) {
            for alike in self.by_object(&group) {
                if let Some((first, rest)) = alike.split_first()
                    && let Some((other, reason)) = rest
                        .iter()
                        .find_map(|other| Some((other, difference(&first.field.node, &other.field.node)?)))
                {
                    self.conflict(name, first, other, reason);
                    continue;
                }
                let below = self.below(&alike);
                if self.steps > STEPS_MAX {
                    return;
                }
                self.same_field(&below);
            }
        }
    }

    /// Splits a group by the object types of its fields. Fields of interfaces and unions belong to all parts.
    fn by_object(&self, group: &[Found<'a>]) -> Vec<Vec<Found<'a>>> {
        let objects: HashSet<&Name> =
            group.iter().map(|found| found.parent).filter(|parent| self.types.is_object(parent)).collect();
        if objects.len() < 2 {
            return vec![group.to_vec()];
        }
        let mut parts: HashMap<&Name, Vec<Found<'a>>> = HashMap::new();
        for object in objects {
            let of_object =
                |found: &&Found<'a>| found.parent == object || !self.types.is_object(found.parent);
            parts.insert(object, group.iter().filter(of_object).copied().collect());
        }
        parts.into_values().collect()
    }

    fn conflict(&mut self, name: &Name, one: &Found<'a>, other: &Found<'a>, reason: &str) {
        let message = format!("the fields `{name}` cannot be merged: {reason}. Give one of them an alias");
        let error = RequestError {
            locations: vec![one.field.pos, other.field.pos],
            ..RequestError::new(ErrorCode::GraphqlValidationFailed, message)
        };
        // Two fields that differ in several ways are one mistake.
        if !self.errors.iter().any(|other| other.locations == error.locations) {
            self.errors.push(error);
        }
    }
}

fn difference(one: &Field, other: &Field) -> Option<&'static str> {
    if one.name.node != other.name.node {
        return Some("they are different fields");
    }
    let is_same = one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            other.get_argument(&name.node).is_some_and(|other| other.node == value.node)
        });
    if is_same { None } else { Some("they have different arguments") }
}
