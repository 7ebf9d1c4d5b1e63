use super::case::{Case, Question};
use super::desk::Desk;
use super::trial::shows;
use crate::authz::Effect;

/// What becomes of somebody who asks when one stack takes another's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The case's name.
    pub name: String,
    /// For better or worse.
    pub effect: Effect,
    /// What the first said.
    pub before: String,
    /// What the second says.
    pub after: String,
}

/// How the second stack's answer to a case differs from the first's; nothing when it does not.
pub fn diff(before: &Desk, after: &Desk, case: &Case) -> Option<Difference> {
    let (effect, was, is) = match &case.question {
        Question::One { attributes, proposed, .. } => {
            let request = case.asker.asks(&case.action, attributes.clone(), proposed.clone(), case.now);
            let (was, is) = (before.decide(&request), after.decide(&request));
            if was == is {
                return None;
            }
            let effect = match (was.permits(), is.permits()) {
                (false, true) => Effect::Gains,
                (true, false) => Effect::Loses,
                (true, true) | (false, false) => Effect::Told,
            };
            (effect, was.told(), is.told())
        }
        Question::Rows { rows, .. } => {
            let list = |desk| shows(desk, case, rows).unwrap_or_default();
            let (was, is): (Vec<String>, Vec<String>) = (list(before), list(after));
            let gains = is.iter().any(|name| !was.contains(name));
            let loses = was.iter().any(|name| !is.contains(name));
            let effect = match (gains, loses) {
                (false, false) => return None,
                (true, false) => Effect::Gains,
                (false, true) => Effect::Loses,
                (true, true) => Effect::Both,
            };
            let list = |names: &[String]| {
                if names.is_empty() {
                    "sees nothing".to_owned()
                } else {
                    format!("sees {}", names.join(", "))
                }
            };
            (effect, list(&was), list(&is))
        }
    };
    Some(Difference { name: case.name.clone(), effect, before: was, after: is })
}
