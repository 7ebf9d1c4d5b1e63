//! Whether the database can filter by a condition. Where it cannot, a list would show nothing, or too much.

use super::error::PolicyError;
use super::inspect::shortened;
use crate::authz::{ACTION_CATALOGUE, ActionInfo, AttributeType, Condition, Value};

/// Checks that a condition names attributes of the action's resource alone, and compares each as its type allows.
pub(super) fn check(action: &str, condition: &Condition) -> Result<(), PolicyError> {
    // Of an action that is not in the catalogue, nothing is known.
    let Some(action) = ACTION_CATALOGUE.iter().find(|info| info.name == action) else { return Ok(()) };
    match unfilterable(action, condition) {
        None => Ok(()),
        Some((attribute, problem)) => {
            Err(PolicyError::Filter { attribute: shortened(attribute.to_owned()), problem })
        }
    }
}

/// The first attribute that cannot be filtered by as the condition does it, and why.
fn unfilterable<'a>(action: &ActionInfo, condition: &'a Condition) -> Option<(&'a str, String)> {
    let check = |name: &'a str, wanted: Option<AttributeType>| {
        let kind = action.resource_kind;
        let problem = match action.attributes.iter().find(|info| info.name == name) {
            None => format!("a `{kind}` does not have it"),
            Some(info) if !info.is_filterable() => "lists cannot be filtered by a number".to_owned(),
            Some(info) if wanted.is_some_and(|wanted| wanted != info.value) => {
                format!("it is {}, and compared as if it were something else", info.value.name())
            }
            Some(_) => return None,
        };
        Some((name, problem))
    };
    match condition {
        Condition::AllOf(parts) | Condition::AnyOf(parts) => {
            parts.iter().find_map(|part| unfilterable(action, part))
        }
        Condition::Not(part) => unfilterable(action, part),
        Condition::Equals(name, value) => check(
            name,
            match value {
                Value::Text(_) => Some(AttributeType::Text),
                Value::Integer(_) => Some(AttributeType::Integer),
                Value::Boolean(_) => Some(AttributeType::Boolean),
                Value::Texts(_) => Some(AttributeType::Texts),
                Value::Nothing => None,
            },
        ),
        Condition::OneOf(name, _) => check(name, Some(AttributeType::Text)),
        Condition::AnyInCommon(name, _) => check(name, Some(AttributeType::Texts)),
        Condition::IsNothing(name) => check(name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(condition: Condition) -> Option<String> {
        match check("mobile_worker.read", &Condition::Not(Box::new(Condition::AllOf(vec![condition])))) {
            Ok(()) => None,
            Err(PolicyError::Filter { attribute, .. }) => Some(attribute),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_attribute_must_be_there_and_be_compared_by_its_type() {
        let text = |text: &str| Value::Text(text.to_owned());
        let equals = |name: &str, value| Condition::Equals(name.to_owned(), value);
        assert_eq!(attribute(equals("status", text("active"))), None);
        assert_eq!(attribute(Condition::AnyInCommon("location_ids".to_owned(), Vec::new())), None);
        assert_eq!(attribute(Condition::IsNothing("location_ids".to_owned())), None);
        for wrong in [
            equals("status", Value::Boolean(true)),
            equals("status", Value::Integer(1)),
            equals("location_ids", text("x")),
            Condition::OneOf("location_ids".to_owned(), Vec::new()),
            Condition::AnyInCommon("status".to_owned(), Vec::new()),
            Condition::IsNothing("statuss".to_owned()),
            equals("", Value::Nothing),
        ] {
            assert!(attribute(wrong.clone()).is_some(), "{wrong:?}");
        }
        let long = attribute(Condition::IsNothing(format!("x\n{}", "y".repeat(500)))).unwrap();
        assert_eq!(long.len(), 200, "what a module wrote is shortened, and rules no terminal");
    }
}
