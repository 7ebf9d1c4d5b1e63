//! The rules about variables (specification 5.8).

use super::error::RequestError;
use super::types::{TypeSystem, innermost};
use super::validate::is_input;
use super::values::{Place, Usage, check_const};
use crate::graphql::error::ErrorCode;
use async_graphql::parser::types::{BaseType, OperationDefinition, Type, VariableDefinition};
use async_graphql::{Name, Pos, Value};
use std::collections::{HashMap, HashSet};

/// What an operation or a fragment uses itself.
#[derive(Default)]
pub struct Scope<'a> {
    /// The fragments that it spreads.
    pub spreads: Vec<&'a Name>,
    /// The variables that it uses, each with the place of the whole value.
    pub usages: Vec<(Usage<'a>, Pos)>,
}

/// Checks the variables of an operation in all scopes that belong to it.
pub fn check(
    types: &TypeSystem,
    operation: &OperationDefinition,
    scopes: &[&Scope<'_>],
) -> Vec<RequestError> {
    let mut errors = Vec::new();
    let mut error = |message: String, positions: &[Pos]| {
        let code = ErrorCode::GraphqlValidationFailed;
        errors.push(RequestError { locations: positions.to_vec(), ..RequestError::new(code, message) });
    };
    let mut definitions: HashMap<&Name, (&VariableDefinition, Pos)> = HashMap::new();
    for definition in &operation.variable_definitions {
        let (variable, position) = (&definition.node, definition.pos);
        let name = &variable.name.node;
        if definitions.insert(name, (variable, position)).is_some() {
            error(format!("the variable `${name}` is declared twice"), &[position]);
        }
        let ty = innermost(&variable.var_type.node);
        if types.get(ty).is_none() {
            error(format!("there is no type `{ty}`"), &[variable.var_type.pos]);
        } else if !is_input(types, ty) {
            error(format!("a variable cannot be of type `{ty}`"), &[variable.var_type.pos]);
        } else if let Some(default) = &variable.default_value
            && let Err(message) = check_const(types, &variable.var_type.node, &default.node)
        {
            error(message, &[default.pos]);
        }
    }
    let mut used = HashSet::new();
    for (usage, position) in scopes.iter().flat_map(|scope| &scope.usages) {
        used.insert(usage.variable);
        match (definitions.get(usage.variable), &usage.place) {
            (None, _) => error(format!("the variable `${}` is not declared", usage.variable), &[*position]),
            (Some((variable, declared)), Some(place)) if !is_allowed(variable, place) => {
                let message = format!(
                    "the variable `${}` of type `{}` cannot stand where `{}` is asked for",
                    usage.variable, variable.var_type.node, place.ty
                );
                error(message, &[*declared, *position]);
            }
            _ => {}
        }
    }
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        if !used.contains(name) {
            error(format!("the variable `${name}` is not used"), &[definition.pos]);
        }
    }
    errors
}

/// Whether a variable may stand at a place (specification 5.8.5): a nullable variable may stand at a non-null place if one
/// of the two has a default value.
fn is_allowed(variable: &VariableDefinition, place: &Place<'_>) -> bool {
    let ty = &variable.var_type.node;
    if place.is_one_of && ty.nullable {
        return false;
    }
    if place.ty.nullable || !ty.nullable {
        return is_compatible(ty, place.ty);
    }
    let has_default = variable.default_value.as_ref().is_some_and(|default| default.node != Value::Null);
    (has_default || place.has_default) && is_compatible_base(&ty.base, &place.ty.base)
}

fn is_compatible(variable: &Type, place: &Type) -> bool {
    (place.nullable || !variable.nullable) && is_compatible_base(&variable.base, &place.base)
}

fn is_compatible_base(variable: &BaseType, place: &BaseType) -> bool {
    match (variable, place) {
        (BaseType::List(variable), BaseType::List(place)) => is_compatible(variable, place),
        (BaseType::Named(variable), BaseType::Named(place)) => variable == place,
        _ => false,
    }
}
