//! What becomes of somebody who asks when one policy takes another's place.

use super::condition::{Condition, Rows};
use super::question::{Answer, Outcome};
use crate::domain::SignIn;

/// For better or worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// May now what they might not.
    Gains,
    /// May no longer what they might.
    Loses,
    /// Sees rows that they did not, and no longer sees others.
    Both,
    /// May or may not as before, and is told something else.
    Told,
    /// Sees rows by other rules, which may or may not be other rows.
    Unclear,
    /// Hears no answer.
    Fault,
}

impl Effect {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Gains, Self::Loses, Self::Both, Self::Told, Self::Unclear, Self::Fault];

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gains => "gains",
            Self::Loses => "loses",
            Self::Both => "gains and loses",
            Self::Told => "is told otherwise",
            Self::Unclear => "may see other rows",
            Self::Fault => "hears no answer",
        }
    }

    /// The effect of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.name() == name)
    }

    /// What it means for somebody who signed in this way that they hear the second answer and not the first; nothing
    /// when it is the same to them.
    pub fn between(was: &Answer, is: &Answer, signed_in_by: SignIn) -> Option<Self> {
        use Outcome::{Deny, Permit, Undecided};
        match (was, is) {
            (Answer::Fault(_), Answer::Fault(_)) => None,
            (_, Answer::Fault(_)) => Some(Self::Fault),
            (Answer::Rows(was), Answer::Rows(is)) => between_rows(was, is),
            (Answer::ManyRows, Answer::ManyRows) => Some(Self::Unclear),
            (Answer::Decision(was), Answer::Decision(is)) if was == is => None,
            _ => Some(match (was.outcome(signed_in_by), is.outcome(signed_in_by)) {
                (Deny | Undecided, Permit) => Self::Gains,
                (Permit, Deny | Undecided) => Self::Loses,
                (Permit, Permit) if matches!(is, Answer::Rows(_) | Answer::ManyRows) => Self::Unclear,
                (_, _) => Self::Told,
            }),
        }
    }
}

fn between_rows(was: &Rows, is: &Rows) -> Option<Effect> {
    let (was, is) = (was.clone().normal(), is.clone().normal());
    match (&was, &is) {
        _ if was == is => None,
        (Rows::Nothing, _) | (_, Rows::Everything) => Some(Effect::Gains),
        (_, Rows::Nothing) | (Rows::Everything, _) => Some(Effect::Loses),
        (Rows::Only(_), Rows::Only(_)) => Some(Effect::Unclear),
    }
}

impl Rows {
    /// The same rows in a form that does not depend on how they were written down. Two that are equal in it are the same
    /// rows; two that are not may still be.
    #[must_use]
    pub fn normal(self) -> Self {
        match self {
            Self::Only(condition) => match condition.normal() {
                Condition::AllOf(parts) if parts.is_empty() => Self::Everything,
                Condition::AnyOf(parts) if parts.is_empty() => Self::Nothing,
                condition => Self::Only(condition),
            },
            other => other,
        }
    }
}

impl Condition {
    const ALWAYS: Self = Self::AllOf(Vec::new());
    const NEVER: Self = Self::AnyOf(Vec::new());

    fn normal(self) -> Self {
        match self {
            Self::AllOf(parts) => {
                let flat = parts.into_iter().map(Self::normal).flat_map(|part| match part {
                    Self::AllOf(parts) => parts,
                    part => vec![part],
                });
                match sorted(flat) {
                    parts if parts.contains(&Self::NEVER) => Self::NEVER,
                    parts => single(parts, Self::AllOf),
                }
            }
            Self::AnyOf(parts) => {
                let flat = parts.into_iter().map(Self::normal).flat_map(|part| match part {
                    Self::AnyOf(parts) => parts,
                    part => vec![part],
                });
                match sorted(flat) {
                    parts if parts.contains(&Self::ALWAYS) => Self::ALWAYS,
                    parts => single(parts, Self::AnyOf),
                }
            }
            Self::Not(part) => match part.normal() {
                Self::Not(part) => *part,
                part if part == Self::ALWAYS => Self::NEVER,
                part if part == Self::NEVER => Self::ALWAYS,
                part => Self::Not(Box::new(part)),
            },
            Self::OneOf(_, texts) | Self::AnyInCommon(_, texts) if texts.is_empty() => Self::NEVER,
            Self::OneOf(name, texts) => Self::OneOf(name, sorted(texts)),
            Self::AnyInCommon(name, texts) => Self::AnyInCommon(name, sorted(texts)),
            other @ (Self::Equals(..) | Self::IsNothing(_)) => other,
        }
    }
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// One part stands for itself.
fn single(mut parts: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    match (parts.pop(), parts.is_empty()) {
        (Some(one), true) => one,
        (Some(last), false) => {
            parts.push(last);
            many(parts)
        }
        (None, _) => many(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::{Attributes, Decision, Denial, Obligation, Value};
    use proptest::prelude::*;

    fn conditions() -> impl Strategy<Value = Condition> {
        let name = || prop::sample::select(vec!["a", "b"]).prop_map(str::to_owned);
        let texts =
            || prop::collection::vec(prop::sample::select(vec!["x", "y"]).prop_map(str::to_owned), 0..3);
        let leaf = prop_oneof![
            (name(), texts()).prop_map(|(name, texts)| Condition::OneOf(name, texts)),
            (name(), texts()).prop_map(|(name, texts)| Condition::AnyInCommon(name, texts)),
            name().prop_map(|name| Condition::Equals(name, Value::Text("x".to_owned()))),
            name().prop_map(Condition::IsNothing),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::AllOf),
                prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::AnyOf),
                inner.prop_map(|part| Condition::Not(Box::new(part))),
            ]
        })
    }

    fn rows() -> Vec<Attributes> {
        let values = || {
            [
                Value::Nothing,
                Value::Text("x".to_owned()),
                Value::Text("y".to_owned()),
                Value::Texts(vec!["x".to_owned()]),
                Value::Texts(vec![]),
            ]
        };
        values()
            .into_iter()
            .flat_map(|a| values().map(move |b| Attributes::new().with("a", a.clone()).with("b", b)))
            .collect()
    }

    proptest! {
        #[test]
        fn a_normal_form_lets_the_same_rows_through(condition in conditions()) {
            let (given, normal) = (Rows::Only(condition.clone()), Rows::Only(condition).normal());
            for row in rows() {
                prop_assert_eq!(given.contain(&row), normal.contain(&row));
            }
            prop_assert_eq!(normal.clone().normal(), normal);
        }

        #[test]
        fn what_is_called_the_same_is_the_same_and_gains_and_losses_are_real(one in conditions(), two in conditions()) {
            let (one, two) = (Rows::Only(one), Rows::Only(two));
            let effect = Effect::between(
                &Answer::Rows(one.clone()), &Answer::Rows(two.clone()), SignIn::Password,
            );
            for row in rows() {
                match effect {
                    None => prop_assert_eq!(one.contain(&row), two.contain(&row)),
                    Some(Effect::Gains) => prop_assert!(!one.contain(&row) || two.contain(&row)),
                    Some(Effect::Loses) => prop_assert!(one.contain(&row) || !two.contain(&row)),
                    Some(_) => {}
                }
            }
        }
    }

    #[test]
    fn a_permit_without_its_second_factor_is_no_permit() {
        let permit = Answer::Decision(Decision::Permit(Vec::new()));
        let with_otp = Answer::Decision(Decision::Permit(vec![Obligation::RequireOtp]));
        let denial = |reason: &str| {
            Answer::Decision(Decision::Deny(Denial {
                reason: reason.to_owned(),
                message: String::new(),
                missing: Vec::new(),
                visible: true,
            }))
        };
        let fault = Answer::Fault("trap".to_owned());
        for (was, is, expected) in [
            (&permit, &with_otp, Some(Effect::Loses)),
            (&with_otp, &permit, Some(Effect::Gains)),
            (&permit, &permit, None),
            (&denial("a"), &denial("a"), None),
            (&denial("a"), &denial("b"), Some(Effect::Told)),
            (&denial("a"), &permit, Some(Effect::Gains)),
            (&permit, &denial("a"), Some(Effect::Loses)),
            (&permit, &fault, Some(Effect::Fault)),
            (&fault, &fault, None),
            (&fault, &permit, Some(Effect::Gains)),
            (&fault, &denial("a"), Some(Effect::Told)),
        ] {
            assert_eq!(Effect::between(was, is, SignIn::Password), expected, "{was:?} {is:?}");
        }
        let told = Effect::between(&permit, &with_otp, SignIn::PasswordAndOtp);
        assert_eq!(told, Some(Effect::Told));
    }

    #[test]
    fn an_effect_is_found_by_its_name() {
        for effect in Effect::ALL {
            assert_eq!(Effect::named(effect.name()), Some(effect));
        }
    }
}
