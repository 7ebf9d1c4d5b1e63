//! The type system of a schema, read once from its definition language: what validation, coercion and merging look up.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, DirectiveLocation, FieldDefinition, InputValueDefinition, OperationType, Type, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Name, Positioned, Value};
use std::collections::{HashMap, HashSet};

/// The directives that a document may have (specification, 3.13). None is repeatable.
const EXECUTABLE_DIRECTIVES: [&str; 2] = ["include", "skip"];

/// The introspection types, which a schema's definition language leaves out (specification 4.2).
const INTROSPECTION: &str = include_str!("introspection.graphql");

/// Checks a value of a custom scalar.
pub type ScalarCheck = fn(&Value) -> bool;

/// The types and directives of a schema.
pub struct TypeSystem {
    types: HashMap<Name, Definition>,
    /// For each interface and union the object types that it can be, in alphabetical order.
    possible: HashMap<Name, Vec<Name>>,
    directives: HashMap<Name, DirectiveDef>,
    roots: HashMap<&'static str, Name>,
    scalars: HashMap<&'static str, ScalarCheck>,
    typename: FieldDef,
}

/// What a name in the type system stands for.
pub enum Definition {
    /// A scalar.
    Scalar,
    /// An enum with its values.
    Enum(HashSet<Name>),
    /// An input object.
    Input(InputDef),
    /// An object type.
    Object(IndexMap<Name, FieldDef>),
    /// An interface.
    Interface(IndexMap<Name, FieldDef>),
    /// A union.
    Union,
}

/// An input object type.
pub struct InputDef {
    /// Its fields.
    pub fields: IndexMap<Name, InputValueDef>,
    /// Whether exactly one field must be given.
    pub one_of: bool,
}

/// A field of an object type or interface.
pub struct FieldDef {
    /// Its type.
    pub ty: Type,
    /// Its arguments.
    pub arguments: IndexMap<Name, InputValueDef>,
}

/// An argument or a field of an input object.
pub struct InputValueDef {
    /// Its type.
    pub ty: Type,
    /// Whether the schema gives it a default value.
    pub has_default: bool,
}

impl InputValueDef {
    /// Whether it must be given.
    pub fn is_required(&self) -> bool {
        !self.ty.nullable && !self.has_default
    }
}

/// A directive.
pub struct DirectiveDef {
    /// Its arguments.
    pub arguments: IndexMap<Name, InputValueDef>,
    /// Where it may stand.
    pub locations: Vec<DirectiveLocation>,
    /// Whether it may stand several times at one place.
    pub is_repeatable: bool,
}

impl TypeSystem {
    /// Reads the definition language of a schema. `scalars` checks the values of custom scalars; those without a check
    /// accept every value.
    pub fn parse(
        sdl: &str,
        scalars: &[(&'static str, ScalarCheck)],
    ) -> Result<Self, async_graphql::parser::Error> {
        let mut system = Self {
            types: HashMap::new(),
            possible: HashMap::new(),
            directives: HashMap::new(),
            roots: HashMap::new(),
            scalars: scalars.iter().copied().collect(),
            typename: FieldDef { ty: named("String", false), arguments: IndexMap::new() },
        };
        for scalar in ["Int", "Float", "String", "Boolean", "ID"] {
            system.types.insert(Name::new(scalar), Definition::Scalar);
        }
        for text in [INTROSPECTION, sdl] {
            for definition in async_graphql::parser::parse_schema(text)?.definitions {
                system.add(definition);
            }
        }
        if system.roots.is_empty() {
            for (kind, name) in
                [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")]
            {
                if system.types.contains_key(name) {
                    system.roots.insert(kind, Name::new(name));
                }
            }
        }
        system.add_introspection_fields();
        for possible in system.possible.values_mut() {
            possible.sort();
        }
        Ok(system)
    }

    fn add(&mut self, definition: TypeSystemDefinition) {
        match definition {
            TypeSystemDefinition::Schema(schema) => {
                let schema = schema.node;
                let roots = [
                    ("query", schema.query),
                    ("mutation", schema.mutation),
                    ("subscription", schema.subscription),
                ];
                for (kind, name) in roots {
                    self.roots.extend(name.map(|name| (kind, name.node)));
                }
            }
            TypeSystemDefinition::Directive(directive) => {
                let directive = directive.node;
                let definition = DirectiveDef {
                    arguments: input_values(directive.arguments),
                    locations: directive.locations.into_iter().map(|location| location.node).collect(),
                    // The parser takes every directive for repeatable; of ours, only those of the schema itself are.
                    is_repeatable: directive.is_repeatable
                        && !EXECUTABLE_DIRECTIVES.contains(&directive.name.node.as_str()),
                };
                self.directives.insert(directive.name.node, definition);
            }
            TypeSystemDefinition::Type(ty) => {
                let ty = ty.node;
                let name = ty.name.node;
                let definition = match ty.kind {
                    TypeKind::Scalar => Definition::Scalar,
                    TypeKind::Enum(values) => Definition::Enum(
                        values.values.into_iter().map(|value| value.node.value.node).collect(),
                    ),
                    TypeKind::InputObject(input) => Definition::Input(InputDef {
                        fields: input_values(input.fields),
                        one_of: ty.directives.iter().any(|directive| directive.node.name.node == "oneOf"),
                    }),
                    TypeKind::Object(object) => {
                        for interface in object.implements {
                            self.possible.entry(interface.node).or_default().push(name.clone());
                        }
                        Definition::Object(fields(object.fields))
                    }
                    TypeKind::Interface(interface) => {
                        self.possible.entry(name.clone()).or_default();
                        Definition::Interface(fields(interface.fields))
                    }
                    TypeKind::Union(union) => {
                        let members = union.members.into_iter().map(|member| member.node);
                        self.possible.insert(name.clone(), members.collect());
                        Definition::Union
                    }
                };
                self.types.insert(name, definition);
            }
        }
    }

    /// Adds `__schema` and `__type` to the query root.
    fn add_introspection_fields(&mut self) {
        let Some(Definition::Object(query)) =
            self.roots.get("query").and_then(|query| self.types.get_mut(query))
        else {
            return;
        };
        let schema = FieldDef { ty: named("__Schema", false), arguments: IndexMap::new() };
        let argument = InputValueDef { ty: named("String", false), has_default: false };
        let ty = FieldDef { ty: named("__Type", true), arguments: [(Name::new("name"), argument)].into() };
        query.insert(Name::new("__schema"), schema);
        query.insert(Name::new("__type"), ty);
    }

    /// The root type of a kind of operation; `None` if the schema does not support it.
    pub fn root(&self, kind: OperationType) -> Option<&Name> {
        self.roots.get(match kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        })
    }

    /// The definition of a type.
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.types.get(name)
    }

    /// A directive.
    pub fn directive(&self, name: &str) -> Option<&DirectiveDef> {
        self.directives.get(name)
    }

    /// A field of an object type or interface; `__typename` of every composite type.
    pub fn field(&self, parent: &str, name: &str) -> Option<&FieldDef> {
        let fields = match self.types.get(parent)? {
            Definition::Object(fields) | Definition::Interface(fields) => Some(fields),
            Definition::Union => None,
            Definition::Scalar | Definition::Enum(_) | Definition::Input(_) => return None,
        };
        if name == "__typename" {
            return Some(&self.typename);
        }
        fields?.get(name)
    }

    /// Whether a type has fields: object types, interfaces and unions.
    pub fn is_composite(&self, name: &str) -> bool {
        matches!(
            self.types.get(name),
            Some(Definition::Object(_) | Definition::Interface(_) | Definition::Union)
        )
    }

    /// Whether a type is an object type.
    pub fn is_object(&self, name: &str) -> bool {
        matches!(self.types.get(name), Some(Definition::Object(_)))
    }

    /// The object types that a value of a composite type can have.
    pub fn possible<'a>(&'a self, name: &'a Name) -> &'a [Name] {
        match self.possible.get(name) {
            Some(possible) => possible,
            None => std::slice::from_ref(name),
        }
    }

    /// Whether an object of type `object` satisfies a type condition (specification: `DoesFragmentTypeApply`).
    pub fn applies(&self, object: &str, condition: &str) -> bool {
        object == condition
            || self.possible.get(condition).is_some_and(|possible| possible.iter().any(|name| name == object))
    }

    /// Whether a value can be of both types.
    pub fn overlap(&self, one: &Name, other: &Name) -> bool {
        let others = self.possible(other);
        self.possible(one).iter().any(|name| others.contains(name))
    }

    /// Whether a custom scalar accepts a value.
    pub fn accepts(&self, scalar: &str, value: &Value) -> bool {
        self.scalars.get(scalar).is_none_or(|check| check(value))
    }
}

/// The named type inside lists.
pub fn innermost(ty: &Type) -> &Name {
    let mut base = &ty.base;
    loop {
        match base {
            BaseType::Named(name) => return name,
            BaseType::List(item) => base = &item.base,
        }
    }
}

fn named(name: &str, nullable: bool) -> Type {
    Type { base: BaseType::Named(Name::new(name)), nullable }
}

fn fields(fields: Vec<Positioned<FieldDefinition>>) -> IndexMap<Name, FieldDef> {
    fields
        .into_iter()
        .map(|field| {
            let field = field.node;
            (field.name.node, FieldDef { ty: field.ty.node, arguments: input_values(field.arguments) })
        })
        .collect()
}

fn input_values(values: Vec<Positioned<InputValueDefinition>>) -> IndexMap<Name, InputValueDef> {
    values
        .into_iter()
        .map(|value| {
            let value = value.node;
            (value.name.node, InputValueDef { ty: value.ty.node, has_default: value.default_value.is_some() })
        })
        .collect()
}
