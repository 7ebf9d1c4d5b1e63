use super::*;
use crate::domain::{MobileWorkerId, WebUserId};
use proptest::prelude::*;

fn texts_of() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any::<String>(), 0..4)
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::Text),
        any::<i64>().prop_map(Value::Integer),
        any::<bool>().prop_map(Value::Boolean),
        texts_of().prop_map(Value::Texts),
        Just(Value::Nothing),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        (any::<String>(), values()).prop_map(|(name, value)| Condition::Equals(name, value)),
        (any::<String>(), texts_of()).prop_map(|(name, texts)| Condition::OneOf(name, texts)),
        (any::<String>(), texts_of()).prop_map(|(name, texts)| Condition::AnyInCommon(name, texts)),
        any::<String>().prop_map(Condition::IsNothing),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::AllOf),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::AnyOf),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

fn answers() -> impl Strategy<Value = Answer> {
    prop_oneof![
        prop::sample::subsequence(vec![Obligation::NotifyAdmins, Obligation::RequireOtp], 0..=2)
            .prop_map(|obligations| Answer::Decision(Decision::Permit(obligations))),
        (any::<String>(), any::<String>(), texts_of(), any::<bool>()).prop_map(
            |(reason, message, missing, visible)| Answer::Decision(Decision::Deny(Denial {
                reason,
                message,
                missing,
                visible
            }))
        ),
        Just(Answer::Rows(Rows::Everything)),
        Just(Answer::Rows(Rows::Nothing)),
        conditions().prop_map(|condition| Answer::Rows(Rows::Only(condition))),
        Just(Answer::ManyRows),
        any::<String>().prop_map(Answer::Fault),
    ]
}

prop_compose! {
    fn standings()(
        space: u128, name: String, is_admin: bool, role in prop::option::of(any::<u128>()),
        whole in texts_of(), limited in prop::collection::btree_map(any::<String>(), prop::collection::btree_set(any::<String>(), 0..3), 0..3),
        locations in prop::collection::vec(any::<u128>(), 0..4), groups in prop::collection::vec(any::<u128>(), 0..4),
    ) -> Standing {
        let whole = whole.into_iter().map(|name| (name, Items::All));
        let limited = limited.into_iter().map(|(name, items)| (name, Items::Only(items)));
        Standing {
            project_space: ProjectSpaceId(Uuid::from_u128(space)),
            project_space_name: name,
            is_admin,
            role: role.map(|id| RoleId(Uuid::from_u128(id))),
            grants: whole.chain(limited).collect(),
            locations: locations.into_iter().map(|id| LocationId(Uuid::from_u128(id))).collect(),
            groups: groups.into_iter().map(|id| GroupId(Uuid::from_u128(id))).collect(),
            last_access_at: None,
        }
    }
}

prop_compose! {
    fn questions()(
        standing in standings(), action in prop::sample::select(ACTION_CATALOGUE), person: u128, is_worker: bool,
        is_scope: bool, id in prop::option::of(any::<String>()), some in prop::collection::vec(values(), 12), more in prop::collection::vec(values(), 12),
        seconds in 0_i64..4_000_000_000, decision: u128,
    ) -> Question {
        let filled = |infos: &'static [AttributeInfo], values: Vec<Value>| {
            infos.iter().zip(values).fold(Attributes::new(), |all, (info, value)| all.with(info.name, value))
        };
        let person = Uuid::from_u128(person);
        Question {
            identity: if is_worker { Identity::MobileWorker(MobileWorkerId(person)) } else { Identity::WebUser(WebUserId(person)) },
            signed_in_by: SignIn::ApiKey,
            standing,
            action: action.name,
            resource_kind: action.resource_kind,
            about: if is_scope { About::Rows } else {
                About::One { id, attributes: filled(action.attributes, some), proposed: filled(action.proposes, more) }
            },
            now: DateTime::from_timestamp(seconds, 0).unwrap(),
            decision: DecisionId(Uuid::from_u128(decision)),
        }
    }
}

proptest! {
    #[test]
    fn a_question_is_the_same_when_it_is_read_back(asked in questions()) {
        let columns = Columns {
            id: asked.decision,
            project_space: asked.project_space(),
            at: asked.now,
            identity: asked.identity,
            signed_in_by: asked.signed_in_by,
            action: asked.action,
            is_scope: asked.about == About::Rows,
        };
        prop_assert_eq!(question(&question_json(&asked), &columns), Some(asked));
    }

    #[test]
    fn an_answer_is_the_same_when_it_is_read_back(given in answers()) {
        prop_assert_eq!(answer(&answer_json(&given)), Some(given));
    }
}

#[test]
fn what_is_asked_otherwise_by_now_is_not_asked_again() {
    let columns = |action| Columns {
        id: DecisionId(Uuid::nil()),
        project_space: ProjectSpaceId(Uuid::nil()),
        at: DateTime::from_timestamp(0, 0).unwrap(),
        identity: Identity::WebUser(WebUserId(Uuid::nil())),
        signed_in_by: SignIn::Password,
        action,
        is_scope: false,
    };
    let kept = json!({
        "space": "acme", "admin": true, "role": null, "permissions": [], "limited": {}, "locations": [], "groups": [],
        "id": null, "attributes": [["name", "acme"]], "proposed": [],
    });
    assert!(question(&kept, &columns("project_space.read")).is_some(), "the control");
    assert!(question(&kept, &columns("project_space.paint")).is_none());
    let mut colour = kept.clone();
    colour["attributes"] = json!([["colour", "green"]]);
    assert!(question(&colour, &columns("project_space.read")).is_none());
    assert!(question(&json!({}), &columns("project_space.read")).is_none());
}
