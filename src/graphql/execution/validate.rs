//! Validates a document against the type system (specification 5). The rules about values are in [`super::values`], those
//! about variables in [`super::variable_rules`], and the merging of fields in [`super::overlap`].

use super::error::RequestError;
use super::overlap;
use super::types::{Definition, FieldDef, InputValueDef, TypeSystem, innermost};
use super::variable_rules::{self, Scope};
use crate::graphql::error::ErrorCode;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    Directive, DirectiveLocation, ExecutableDocument, Field, FragmentDefinition, OperationDefinition,
    OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;
use std::collections::{HashMap, HashSet};

/// Most errors that are told of one document.
const ERRORS_MAX: usize = 50;

/// Validates a document. Its fragments must be bounded in number and depth once they are spread out.
pub fn validate(types: &TypeSystem, document: &ExecutableDocument) -> Result<(), Vec<RequestError>> {
    let mut validator = Validator { types, document, errors: Vec::new(), scope: Scope::default() };
    let mut fragments = HashMap::new();
    for (name, fragment) in &document.fragments {
        validator.fragment(fragment);
        fragments.insert(name, std::mem::take(&mut validator.scope));
    }
    for (name, fragment) in &document.fragments {
        if fragments.get(name).is_some_and(|scope| reachable(scope, &fragments).contains(name)) {
            validator.error(format!("the fragment `{name}` spreads itself"), fragment.pos);
        }
    }
    let mut used = HashSet::new();
    for (_, operation) in document.operations.iter() {
        validator.operation(operation);
        let scope = std::mem::take(&mut validator.scope);
        let reachable = reachable(&scope, &fragments);
        if types.root(operation.node.ty).is_some() {
            let scopes: Vec<&Scope<'_>> = std::iter::once(&scope)
                .chain(reachable.iter().filter_map(|name| fragments.get(name)))
                .collect();
            validator.errors.extend(variable_rules::check(types, &operation.node, &scopes));
        }
        used.extend(reachable);
    }
    for (name, fragment) in &document.fragments {
        if !used.contains(name) {
            validator.error(format!("the fragment `{name}` is not used"), fragment.pos);
        }
    }
    if validator.errors.is_empty() {
        validator.errors = overlap::check(types, document);
    }
    let mut errors = validator.errors;
    errors.sort_by_key(|error| error.locations.first().map(|at| (at.line, at.column)));
    errors.truncate(ERRORS_MAX);
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The fragments that a scope spreads, directly and through others.
fn reachable<'a>(scope: &Scope<'a>, fragments: &HashMap<&'a Name, Scope<'a>>) -> HashSet<&'a Name> {
    let mut found = HashSet::new();
    let mut waiting: Vec<&'a Name> = scope.spreads.clone();
    while let Some(name) = waiting.pop() {
        if found.insert(name) {
            waiting.extend(fragments.get(name).iter().flat_map(|scope| &scope.spreads));
        }
    }
    found
}

struct Validator<'a> {
    types: &'a TypeSystem,
    document: &'a ExecutableDocument,
    errors: Vec<RequestError>,
    scope: Scope<'a>,
}

impl<'a> Validator<'a> {
    fn error(&mut self, message: impl Into<String>, position: Pos) {
        self.errors.push(RequestError::at(ErrorCode::GraphqlValidationFailed, message, position));
    }

    fn operation(&mut self, operation: &'a Positioned<OperationDefinition>) {
        let (kind, location) = match operation.node.ty {
            OperationType::Query => ("queries", DirectiveLocation::Query),
            OperationType::Mutation => ("mutations", DirectiveLocation::Mutation),
            OperationType::Subscription => ("subscriptions", DirectiveLocation::Subscription),
        };
        let Some(root) = self.types.root(operation.node.ty) else {
            self.error(format!("{kind} are not supported"), operation.pos);
            // What it selects is not validated: one error says all. Its fragments count as used.
            return self.note_spreads(&operation.node.selection_set.node);
        };
        self.directives(&operation.node.directives, location);
        for variable in &operation.node.variable_definitions {
            self.directives(&variable.node.directives, DirectiveLocation::VariableDefinition);
        }
        self.selection_set(&operation.node.selection_set.node, Some(root));
    }

    fn note_spreads(&mut self, set: &'a SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.note_spreads(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => self.note_spreads(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.scope.spreads.push(&spread.node.fragment_name.node),
            }
        }
    }

    fn fragment(&mut self, fragment: &'a Positioned<FragmentDefinition>) {
        self.directives(&fragment.node.directives, DirectiveLocation::FragmentDefinition);
        let condition = &fragment.node.type_condition;
        let parent = self.condition(&condition.node.on);
        self.selection_set(&fragment.node.selection_set.node, parent);
    }

    /// The type of a type condition, if it can be one.
    fn condition(&mut self, name: &'a Positioned<Name>) -> Option<&'a Name> {
        if self.types.get(&name.node).is_none() {
            self.error(format!("there is no type `{}`", name.node), name.pos);
            return None;
        }
        if !self.types.is_composite(&name.node) {
            self.error(format!("a fragment cannot be on `{}`, which has no fields", name.node), name.pos);
            return None;
        }
        Some(&name.node)
    }

    fn selection_set(&mut self, set: &'a SelectionSet, parent: Option<&'a Name>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(field, parent),
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives, DirectiveLocation::InlineFragment);
                    let inner = match &inline.node.type_condition {
                        None => parent,
                        Some(condition) => {
                            let inner = self.condition(&condition.node.on);
                            self.check_overlap(parent, inner, inline.pos);
                            inner
                        }
                    };
                    self.selection_set(&inline.node.selection_set.node, inner);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives, DirectiveLocation::FragmentSpread);
                    let name = &spread.node.fragment_name;
                    self.scope.spreads.push(&name.node);
                    match self.document.fragments.get(&name.node) {
                        None => self.error(format!("there is no fragment `{}`", name.node), name.pos),
                        Some(fragment) => {
                            let on = &fragment.node.type_condition.node.on.node;
                            let inner = Some(on).filter(|on| self.types.is_composite(on));
                            self.check_overlap(parent, inner, spread.pos);
                        }
                    }
                }
            }
        }
    }

    fn check_overlap(&mut self, parent: Option<&Name>, inner: Option<&Name>, position: Pos) {
        if let (Some(parent), Some(inner)) = (parent, inner)
            && !self.types.overlap(parent, inner)
        {
            self.error(format!("no object is both `{parent}` and `{inner}`"), position);
        }
    }

    fn field(&mut self, field: &'a Positioned<Field>, parent: Option<&'a Name>) {
        self.directives(&field.node.directives, DirectiveLocation::Field);
        let name = &field.node.name;
        let definition = parent.and_then(|parent| self.types.field(parent, &name.node));
        let (Some(parent), Some(definition)) = (parent, definition) else {
            if let Some(parent) = parent {
                self.error(format!("`{parent}` has no field `{}`", name.node), field.pos);
            }
            for (_, value) in &field.node.arguments {
                self.untyped_value(&value.node, value.pos);
            }
            return self.selection_set(&field.node.selection_set.node, None);
        };
        self.arguments(
            &field.node.arguments,
            &definition.arguments,
            &format!("`{parent}.{}`", name.node),
            field.pos,
        );
        self.subselection(field, definition);
    }

    fn subselection(&mut self, field: &'a Positioned<Field>, definition: &'a FieldDef) {
        let ty = innermost(&definition.ty);
        let set = &field.node.selection_set;
        let is_empty = set.node.items.is_empty();
        if self.types.is_composite(ty) {
            if is_empty {
                let message = format!("`{}` needs a selection of the fields of `{ty}`", field.node.name.node);
                return self.error(message, field.pos);
            }
            return self.selection_set(&set.node, Some(ty));
        }
        if !is_empty {
            self.error(format!("`{}` has no fields: it is of type `{ty}`", field.node.name.node), set.pos);
        }
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>], location: DirectiveLocation) {
        let mut seen = HashSet::new();
        for directive in directives {
            let name = &directive.node.name.node;
            let Some(definition) = self.types.directive(name) else {
                self.error(format!("there is no directive `@{name}`"), directive.pos);
                for (_, value) in &directive.node.arguments {
                    self.untyped_value(&value.node, value.pos);
                }
                continue;
            };
            if !definition.locations.contains(&location) {
                self.error(format!("`@{name}` cannot stand here"), directive.pos);
            }
            if !definition.is_repeatable && !seen.insert(name) {
                self.error(format!("`@{name}` can stand only once here"), directive.pos);
            }
            self.arguments(
                &directive.node.arguments,
                &definition.arguments,
                &format!("`@{name}`"),
                directive.pos,
            );
        }
    }

    fn arguments(
        &mut self,
        given: &'a [(Positioned<Name>, Positioned<Value>)],
        definitions: &'a IndexMap<Name, InputValueDef>,
        owner: &str,
        position: Pos,
    ) {
        let mut seen = HashSet::new();
        for (name, value) in given {
            if !seen.insert(&name.node) {
                self.error(format!("the argument `{}` is given twice", name.node), name.pos);
            }
            match definitions.get(&name.node) {
                Some(definition) => self.value(definition, &value.node, value.pos),
                None => {
                    self.error(format!("{owner} has no argument `{}`", name.node), name.pos);
                    self.untyped_value(&value.node, value.pos);
                }
            }
        }
        for (name, definition) in definitions {
            if definition.is_required() && !seen.contains(name) {
                let message = format!("{owner} needs the argument `{name}` of type `{}`", definition.ty);
                self.error(message, position);
            }
        }
    }

    fn value(&mut self, definition: &'a InputValueDef, value: &'a Value, position: Pos) {
        let mut usages = Vec::new();
        let checked =
            super::values::check(self.types, &definition.ty, value, definition.has_default, &mut usages);
        for usage in usages {
            self.scope.usages.push((usage, position));
        }
        if let Err(message) = checked {
            self.error(message, position);
        }
    }

    fn untyped_value(&mut self, value: &'a Value, position: Pos) {
        let mut usages = Vec::new();
        super::values::untyped(value, &mut usages);
        self.scope.usages.extend(usages.into_iter().map(|usage| (usage, position)));
    }
}

/// Whether a type can be the type of a variable.
pub fn is_input(types: &TypeSystem, name: &str) -> bool {
    matches!(types.get(name), Some(Definition::Scalar | Definition::Enum(_) | Definition::Input(_)))
}
