//! Coerces the variables of a request to the types that the operation declares (specification 6.1.2).

use super::error::RequestError;
use super::types::{Definition, InputDef, TypeSystem};
use super::values::shown;
use crate::graphql::error::ErrorCode;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::{Name, Pos, Value, Variables};
use serde_json::{Map, Value as Json};

/// Most errors that are told of one request.
const ERRORS_MAX: usize = 50;

/// Coerces the variables of an operation. Those that were not sent and have no default value are absent from the result,
/// and so are fields of input objects that were not sent: the resolver's input type adds their default values.
pub fn variables(
    types: &TypeSystem,
    operation: &OperationDefinition,
    mut given: Map<String, Json>,
) -> Result<Variables, Vec<RequestError>> {
    let mut coercion = Coercion { types, errors: Vec::new(), variable: "", position: Pos::default() };
    let mut variables = Variables::default();
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let name = &variable.name.node;
        let ty = &variable.var_type.node;
        (coercion.variable, coercion.position) = (name, definition.pos);
        let value = match (given.remove(name.as_str()), &variable.default_value) {
            (Some(value), _) => coercion.value(ty, value, &mut Vec::new()),
            (None, Some(default)) => Some(default.node.clone()),
            (None, None) => {
                if !ty.nullable {
                    coercion.error(&[], format!("a value of type `{ty}` is required"));
                }
                None
            }
        };
        if let Some(value) = value {
            variables.insert(name.clone(), value);
        }
    }
    if coercion.errors.is_empty() { Ok(variables) } else { Err(coercion.errors) }
}

struct Coercion<'a> {
    types: &'a TypeSystem,
    errors: Vec<RequestError>,
    variable: &'a str,
    position: Pos,
}

impl Coercion<'_> {
    fn error(&mut self, path: &[String], message: impl AsRef<str>) {
        if self.errors.len() < ERRORS_MAX {
            let message = format!("`${}{}`: {}", self.variable, path.concat(), message.as_ref());
            self.errors.push(RequestError::at(ErrorCode::BadUserInput, message, self.position));
        }
    }

    /// The coerced value; `None` after an error.
    fn value(&mut self, ty: &Type, value: Json, path: &mut Vec<String>) -> Option<Value> {
        if value.is_null() {
            if !ty.nullable {
                self.error(path, format!("a value of type `{ty}` cannot be null"));
                return None;
            }
            return Some(Value::Null);
        }
        match (&ty.base, value) {
            (BaseType::List(item), Json::Array(items)) => {
                let mut coerced = Vec::with_capacity(items.len());
                for (index, value) in items.into_iter().enumerate() {
                    path.push(format!("[{index}]"));
                    coerced.push(self.value(item, value, path));
                    path.pop();
                }
                coerced.into_iter().collect::<Option<Vec<_>>>().map(Value::List)
            }
            (BaseType::List(item), single) => Some(Value::List(vec![self.value(item, single, path)?])),
            (BaseType::Named(name), value) => self.named(name, value, path),
        }
    }

    fn named(&mut self, name: &Name, value: Json, path: &mut Vec<String>) -> Option<Value> {
        let types = self.types;
        let coerced = match types.get(name) {
            Some(Definition::Input(input)) => return self.object(name, input, value, path),
            Some(Definition::Enum(values)) => {
                value.as_str().and_then(|text| values.get(text).cloned()).map(Value::Enum)
            }
            _ => self.scalar(name, &value),
        };
        if coerced.is_none() {
            self.error(path, format!("{} is not a value of type `{name}`", shown(&value.to_string())));
        }
        coerced
    }

    fn scalar(&self, name: &str, value: &Json) -> Option<Value> {
        match (name, value) {
            ("Int", Json::Number(number)) => integer(number)
                .and_then(|number| i32::try_from(number).ok())
                .map(|number| Value::Number(number.into())),
            ("Float", Json::Number(number)) => Some(Value::Number(number.clone())),
            ("String" | "ID", Json::String(text)) => Some(Value::String(text.clone())),
            ("ID", Json::Number(number)) => integer(number).map(|number| Value::String(number.to_string())),
            ("Boolean", Json::Bool(value)) => Some(Value::Boolean(*value)),
            ("Int" | "Float" | "String" | "ID" | "Boolean", _) => None,
            (scalar, value) => {
                let value = Value::from_json(value.clone()).ok()?;
                self.types.accepts(scalar, &value).then_some(value)
            }
        }
    }

    fn object(
        &mut self,
        name: &Name,
        input: &InputDef,
        value: Json,
        path: &mut Vec<String>,
    ) -> Option<Value> {
        let Json::Object(given) = value else {
            self.error(path, format!("{} is not an object of type `{name}`", shown(&value.to_string())));
            return None;
        };
        let before = self.errors.len();
        for (field, definition) in &input.fields {
            if definition.is_required() && !given.contains_key(field.as_str()) {
                self.error(path, format!("`{name}` needs the field `{field}`"));
            }
        }
        if input.one_of && (given.len() != 1 || given.values().any(Json::is_null)) {
            self.error(path, format!("`{name}` takes exactly one field, which is not null"));
        }
        let mut coerced = IndexMap::with_capacity(given.len());
        for (field, value) in given {
            let Some((field, definition)) = input.fields.get_key_value(field.as_str()) else {
                self.error(path, format!("`{name}` has no field {}", shown(&field)));
                continue;
            };
            path.push(format!(".{field}"));
            let value = self.value(&definition.ty, value, path);
            path.pop();
            coerced.extend(value.map(|value| (field.clone(), value)));
        }
        (self.errors.len() == before && self.errors.len() < ERRORS_MAX).then_some(Value::Object(coerced))
    }
}

/// A number without a fraction: JSON writes it as `1` or `1.0`.
fn integer(number: &serde_json::Number) -> Option<i64> {
    if let Some(integer) = number.as_i64() {
        return Some(integer);
    }
    let float =
        number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0)?;
    format!("{float:.0}").parse().ok()
}
