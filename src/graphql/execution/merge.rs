//! Makes the document that async-graphql executes from a valid one: the fields that an object answers with, collected and
//! merged as the specification does (6.3.2), with the arguments that are there (6.4.1).
//!
//! async-graphql executes a selection as it is written: a field that is selected twice is resolved twice, a variable that
//! was not sent is null where a default value should apply, and an error of a nullable field makes its parent null. The
//! document made here has no fragments but `... on Object` for the objects of an interface or union, no field twice, no
//! absent variable, and a mark on each field whose errors need care (see [`super::on_error`]).

use super::error::RequestError;
use super::on_error::{ERROR_IN_PLACE, ERROR_TO_PARENT};
use super::types::{TypeSystem, innermost};
use crate::graphql::error::ErrorCode;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, InlineFragment,
    OperationDefinition, Selection, SelectionSet, TypeCondition,
};
use async_graphql::{Name, PathSegment, Pos, Positioned, ServerError, Value as ConstValue, Variables};
use async_graphql_value::Value;
use std::collections::{HashMap, HashSet};

/// Most selections that are looked at, each as often as it is: an interface is looked at once for each of its objects.
const STEPS_MAX: usize = 100_000;
/// Most fields of the merged document.
const FIELDS_MAX: usize = 20_000;

/// A document for async-graphql.
pub struct Merged {
    /// The document, of one operation without a name.
    pub document: ExecutableDocument,
    /// Where the fields of the document come from.
    pub origins: Origins,
}

/// Where the fields of a merged document come from. The position of a merged field is its index here, in column 0, which no
/// place of a text has: so an error says which field it is of, whatever else async-graphql loses of it.
#[derive(Default)]
pub struct Origins(Vec<Origin>);

struct Origin {
    /// The places of the fields that were merged.
    places: Vec<Pos>,
    /// The field whose selection this one is in.
    parent: Option<usize>,
    /// The response name.
    key: Name,
}

impl Origins {
    fn get(&self, position: Pos) -> Option<&Origin> {
        self.0.get(position.line).filter(|_| position.column == 0)
    }

    /// The places of the original document for one of the merged document.
    pub fn places(&self, position: Pos) -> Vec<Pos> {
        self.get(position).map_or_else(|| vec![position], |origin| origin.places.clone())
    }

    /// The whole path of an error whose path may end at an item of a list above the field.
    pub fn path(&self, error: &ServerError) -> Vec<PathSegment> {
        let mut keys = Vec::new();
        let mut next = error.locations.first().and_then(|position| self.get(*position));
        while let Some(origin) = next {
            keys.push(&origin.key);
            next = origin.parent.and_then(|parent| self.0.get(parent));
        }
        let known = error.path.iter().filter(|step| matches!(step, PathSegment::Field(_))).count();
        let missing = keys.into_iter().rev().skip(known).map(|key| PathSegment::Field(key.to_string()));
        error.path.iter().cloned().chain(missing).collect()
    }
}

/// Merges the fields of an operation of a valid document.
pub fn merge(
    types: &TypeSystem,
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    operation: &Positioned<OperationDefinition>,
    variables: &Variables,
) -> Result<Merged, RequestError> {
    let Some(root) = types.root(operation.node.ty) else {
        let message = format!("the operation `{}` is not supported", operation.node.ty);
        return Err(RequestError::at(ErrorCode::GraphqlValidationFailed, message, operation.pos));
    };
    let mut merger =
        Merger { types, fragments, variables, origins: Origins::default(), steps: 0, marks: Marks::new() };
    let set = merger.set(root, &[&operation.node.selection_set.node], None)?;
    // Their default values are in `variables` already.
    let mut variable_definitions = operation.node.variable_definitions.clone();
    for definition in &mut variable_definitions {
        definition.node.default_value = None;
    }
    let merged = OperationDefinition {
        ty: operation.node.ty,
        variable_definitions,
        directives: Vec::new(),
        selection_set: Positioned::new(set, operation.node.selection_set.pos),
    };
    let document = ExecutableDocument {
        operations: DocumentOperations::Single(Positioned::new(merged, operation.pos)),
        fragments: HashMap::new(),
    };
    Ok(Merged { document, origins: merger.origins })
}

/// The marks of fields, made once.
struct Marks {
    in_place: Vec<Positioned<Directive>>,
    to_parent: Vec<Positioned<Directive>>,
}

impl Marks {
    fn new() -> Self {
        let mark = |name| {
            let name = Positioned::new(Name::new(name), Pos::default());
            vec![Positioned::new(Directive { name, arguments: Vec::new() }, Pos::default())]
        };
        Self { in_place: mark(ERROR_IN_PLACE), to_parent: mark(ERROR_TO_PARENT) }
    }
}

type Collected<'a> = IndexMap<&'a Name, Vec<&'a Positioned<Field>>>;

struct Merger<'a> {
    types: &'a TypeSystem,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    origins: Origins,
    steps: usize,
    marks: Marks,
}

impl<'a> Merger<'a> {
    /// Merges selection sets of a type into one.
    fn set(
        &mut self,
        parent: &'a Name,
        sets: &[&'a SelectionSet],
        of: Option<usize>,
    ) -> Result<SelectionSet, RequestError> {
        let possible = self.types.possible(parent);
        let mut by_object = Vec::with_capacity(possible.len());
        for object in possible {
            let mut fields = Collected::new();
            let mut spread = HashSet::new();
            for set in sets {
                self.collect(object, set, &mut spread, &mut fields)?;
            }
            by_object.push((object, fields));
        }
        let is_same = by_object.windows(2).all(|pair| match pair {
            [(_, one), (_, other)] => is_same(one, other),
            _ => true,
        });
        // Where all objects answer with the same fields, one selection does for all, if the interface has these fields.
        if is_same && let Some((_, fields)) = by_object.first() {
            let of_parent = |fields: &Vec<&Positioned<Field>>| {
                fields.first().is_some_and(|field| self.types.field(parent, &field.node.name.node).is_some())
            };
            if fields.values().all(of_parent) {
                let fields = fields.clone();
                return Ok(SelectionSet { items: self.fields(parent, fields, of)? });
            }
        }
        let mut items = Vec::new();
        for (object, fields) in by_object {
            if fields.is_empty() {
                continue;
            }
            let on = Positioned::new(object.clone(), Pos::default());
            let set = SelectionSet { items: self.fields(object, fields, of)? };
            let fragment = InlineFragment {
                type_condition: Some(Positioned::new(TypeCondition { on }, Pos::default())),
                directives: Vec::new(),
                selection_set: Positioned::new(set, Pos::default()),
            };
            let fragment = Selection::InlineFragment(Positioned::new(fragment, Pos::default()));
            items.push(Positioned::new(fragment, Pos::default()));
        }
        Ok(SelectionSet { items })
    }

    /// Collects the fields of an object in the order in which they first appear (specification: `CollectFields`).
    fn collect(
        &mut self,
        object: &Name,
        set: &'a SelectionSet,
        spread: &mut HashSet<&'a Name>,
        fields: &mut Collected<'a>,
    ) -> Result<(), RequestError> {
        for selection in &set.items {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                let message = format!("the operation selects more than {STEPS_MAX} fields");
                return Err(RequestError::new(ErrorCode::BadRequest, message));
            }
            if !self.is_included(selection.node.directives())? {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => {
                    fields.entry(&field.node.response_key().node).or_default().push(field);
                }
                Selection::InlineFragment(inline) => {
                    let condition =
                        inline.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    if condition.is_none_or(|condition| self.types.applies(object, condition)) {
                        self.collect(object, &inline.node.selection_set.node, spread, fields)?;
                    }
                }
                Selection::FragmentSpread(it) => {
                    let name = &it.node.fragment_name.node;
                    if let Some(fragment) = self.fragments.get(name)
                        && spread.insert(name)
                        && self.types.applies(object, &fragment.node.type_condition.node.on.node)
                    {
                        self.collect(object, &fragment.node.selection_set.node, spread, fields)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether `@skip` and `@include` let a selection in.
    fn is_included(&self, directives: &[Positioned<Directive>]) -> Result<bool, RequestError> {
        for directive in directives {
            let wanted = match directive.node.name.node.as_str() {
                "skip" => false,
                "include" => true,
                _ => continue,
            };
            let Some(argument) = directive.node.get_argument("if") else { continue };
            let condition = match &argument.node {
                Value::Boolean(condition) => Some(*condition),
                Value::Variable(name) => match self.variables.get(name) {
                    Some(ConstValue::Boolean(condition)) => Some(*condition),
                    _ => None,
                },
                _ => None,
            };
            match condition {
                Some(condition) if condition == wanted => {}
                Some(_) => return Ok(false),
                None => {
                    let message = format!("`if` of `@{}` cannot be null", directive.node.name.node);
                    return Err(RequestError::at(ErrorCode::BadUserInput, message, argument.pos));
                }
            }
        }
        Ok(true)
    }

    fn fields(
        &mut self,
        parent: &'a Name,
        fields: Collected<'a>,
        of: Option<usize>,
    ) -> Result<Vec<Positioned<Selection>>, RequestError> {
        let mut merged = Vec::with_capacity(fields.len());
        for group in fields.into_values() {
            merged.extend(self.field(parent, &group, of)?);
        }
        Ok(merged)
    }

    /// Merges the fields of one response name into one.
    fn field(
        &mut self,
        parent: &'a Name,
        group: &[&'a Positioned<Field>],
        of: Option<usize>,
    ) -> Result<Option<Positioned<Selection>>, RequestError> {
        let types = self.types;
        let Some(first) = group.first() else { return Ok(None) };
        let Some(definition) = types.field(parent, &first.node.name.node) else { return Ok(None) };
        if self.origins.0.len() >= FIELDS_MAX {
            let message = format!("the operation has more than {FIELDS_MAX} fields");
            return Err(RequestError::new(ErrorCode::BadRequest, message));
        }
        let index = self.origins.0.len();
        self.origins.0.push(Origin {
            places: group.iter().map(|field| field.pos).collect(),
            parent: of,
            key: first.node.response_key().node.clone(),
        });
        let position = Pos { line: index, column: 0 };
        let sets: Vec<&SelectionSet> = group.iter().map(|field| &field.node.selection_set.node).collect();
        let ty = innermost(&definition.ty);
        let set =
            if types.is_composite(ty) { self.set(ty, &sets, Some(index))? } else { SelectionSet::default() };
        let arguments = first.node.arguments.iter().filter_map(|(name, value)| {
            Some((name.clone(), Positioned::new(self.argument(&value.node)?, value.pos)))
        });
        let arguments: Vec<_> = arguments.collect();
        let directives = if definition.ty.nullable && first.node.name.node != "__typename" {
            self.marks.in_place.clone()
        } else if !arguments.is_empty() || has_required_items(&definition.ty.base) {
            self.marks.to_parent.clone()
        } else {
            Vec::new()
        };
        let field = Field {
            alias: first.node.alias.clone(),
            name: first.node.name.clone(),
            arguments,
            directives,
            selection_set: Positioned::new(set, first.node.selection_set.pos),
        };
        let field = Selection::Field(Positioned::new(field, position));
        Ok(Some(Positioned::new(field, position)))
    }

    /// A value without absent variables: an argument and a field of an input object are absent with their variable, an item
    /// of a list is null.
    fn argument(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Variable(name) => self.variables.contains_key(name).then(|| value.clone()),
            Value::List(items) => {
                let items = items.iter().map(|item| self.argument(item).unwrap_or(Value::Null));
                Some(Value::List(items.collect()))
            }
            Value::Object(fields) => {
                let fields = fields.iter();
                let present = fields.filter_map(|(name, value)| Some((name.clone(), self.argument(value)?)));
                Some(Value::Object(present.collect()))
            }
            other => Some(other.clone()),
        }
    }
}

/// Whether an error of an item makes a whole list null.
fn has_required_items(base: &BaseType) -> bool {
    match base {
        BaseType::Named(_) => false,
        BaseType::List(item) => !item.nullable || has_required_items(&item.base),
    }
}

fn is_same(one: &Collected<'_>, other: &Collected<'_>) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|((one, fields), (other, others))| {
            one == other
                && fields.len() == others.len()
                && fields.iter().zip(others).all(|(one, other)| std::ptr::eq(*one, *other))
        })
}
