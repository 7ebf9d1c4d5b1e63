//! Checks literal values against their types (specification 5.6).

use super::types::{Definition, InputDef, TypeSystem};
use async_graphql::parser::types::{BaseType, Type};
use async_graphql::{Name, Value};
use async_graphql_value::Value as InputValue;

/// A place where a variable stands.
pub struct Usage<'a> {
    /// The variable.
    pub variable: &'a Name,
    /// The type of the place; `None` within a custom scalar or where the place is unknown.
    pub place: Option<Place<'a>>,
}

/// The type that a place asks for.
pub struct Place<'a> {
    /// The type.
    pub ty: &'a Type,
    /// Whether the schema has a default value for the place.
    pub has_default: bool,
    /// Whether it is a field of an input object that takes exactly one field.
    pub is_one_of: bool,
}

/// Checks a value that may contain variables, and collects them.
pub fn check<'a>(
    types: &'a TypeSystem,
    ty: &'a Type,
    value: &'a InputValue,
    has_default: bool,
    usages: &mut Vec<Usage<'a>>,
) -> Result<(), String> {
    check_at(types, Place { ty, has_default, is_one_of: false }, value, usages)
}

fn check_at<'a>(
    types: &'a TypeSystem,
    place: Place<'a>,
    value: &'a InputValue,
    usages: &mut Vec<Usage<'a>>,
) -> Result<(), String> {
    let ty = place.ty;
    match value {
        InputValue::Variable(variable) => {
            usages.push(Usage { variable, place: Some(place) });
            return Ok(());
        }
        InputValue::Null if ty.nullable => return Ok(()),
        InputValue::Null => return Err(format!("a value of type `{ty}` cannot be null")),
        _ => {}
    }
    match (&ty.base, value) {
        (BaseType::List(item), InputValue::List(items)) => items.iter().try_for_each(|value| {
            check_at(types, Place { ty: item, has_default: false, is_one_of: false }, value, usages)
        }),
        (BaseType::List(item), single) => {
            check_at(types, Place { ty: item, has_default: false, is_one_of: false }, single, usages)
        }
        (BaseType::Named(name), value) => named(types, name, value, usages),
    }
}

fn named<'a>(
    types: &'a TypeSystem,
    name: &'a Name,
    value: &'a InputValue,
    usages: &mut Vec<Usage<'a>>,
) -> Result<(), String> {
    let is_valid = match types.get(name) {
        Some(Definition::Input(input)) => return object(types, name, input, value, usages),
        Some(Definition::Enum(values)) => match value {
            InputValue::Enum(name) => values.contains(name),
            _ => false,
        },
        _ => match (name.as_str(), value) {
            ("Int", InputValue::Number(number)) => {
                number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
            }
            ("Float", InputValue::Number(_))
            | ("String" | "ID", InputValue::String(_))
            | ("Boolean", InputValue::Boolean(_)) => true,
            ("ID", InputValue::Number(number)) => number.is_i64(),
            ("Int" | "Float" | "String" | "ID" | "Boolean", _) => false,
            (scalar, value) => {
                let before = usages.len();
                untyped(value, usages);
                // A value with variables is checked when it is coerced.
                usages.len() > before
                    || value.clone().into_const().is_some_and(|value| types.accepts(scalar, &value))
            }
        },
    };
    if is_valid {
        Ok(())
    } else {
        Err(format!("{} is not a value of type `{name}`", shown(&value.to_string())))
    }
}

fn object<'a>(
    types: &'a TypeSystem,
    name: &Name,
    input: &'a InputDef,
    value: &'a InputValue,
    usages: &mut Vec<Usage<'a>>,
) -> Result<(), String> {
    let InputValue::Object(given) = value else {
        return Err(format!("{} is not an object of type `{name}`", shown(&value.to_string())));
    };
    for (field, value) in given {
        let Some(definition) = input.fields.get(field) else {
            untyped(value, usages);
            return Err(format!("`{name}` has no field `{field}`"));
        };
        let place =
            Place { ty: &definition.ty, has_default: definition.has_default, is_one_of: input.one_of };
        check_at(types, place, value, usages).map_err(|message| format!("`{field}`: {message}"))?;
    }
    if let Some((missing, _)) =
        input.fields.iter().find(|(field, it)| it.is_required() && !given.contains_key(*field))
    {
        return Err(format!("`{name}` needs the field `{missing}`"));
    }
    let is_one = given.len() == 1 && !given.values().any(|value| matches!(value, InputValue::Null));
    if input.one_of && !is_one {
        return Err(format!("`{name}` takes exactly one field, which is not null"));
    }
    Ok(())
}

/// Collects the variables of a value whose type is not known.
pub fn untyped<'a>(value: &'a InputValue, usages: &mut Vec<Usage<'a>>) {
    match value {
        InputValue::Variable(variable) => usages.push(Usage { variable, place: None }),
        InputValue::List(items) => items.iter().for_each(|item| untyped(item, usages)),
        InputValue::Object(fields) => fields.values().for_each(|field| untyped(field, usages)),
        _ => {}
    }
}

/// Checks a value without variables.
pub fn check_const(types: &TypeSystem, ty: &Type, value: &Value) -> Result<(), String> {
    let value = value.clone().into_value();
    check(types, ty, &value, false, &mut Vec::new())
}

/// A value as a message shows it, cut where it is long.
pub fn shown(value: &str) -> String {
    let mut characters = value.chars();
    let start: String = characters.by_ref().take(60).collect();
    if characters.next().is_some() { format!("`{start}…`") } else { format!("`{start}`") }
}
