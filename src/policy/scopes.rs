//! Scopes that were answered before.
//!
//! A module whose manifest says that it is timeless is told neither the time nor the decision's id when it is asked for a
//! scope. All that it hears is who asks, and for what; so to the same question there is the same answer, and it is kept
//! while there is room. It is never out of date: all that the question is made of is compared each time, and a module that
//! is replaced, or is given other settings, is another module.

use super::module::ModuleId;
use crate::authz::{Condition, Rows, ScopeRequest, Value};
use crate::domain::permission::Items;
use crate::domain::{Identity, ProjectSpaceId, SignIn, Standing};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// What is kept, up to so many bytes: what is asked for seldom goes first.
pub(super) struct Scopes(Cache<Key, Arc<Answer>, Bytes>);

/// What is compared by a hash. What takes longer to read stands with the answer.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    module: ModuleId,
    project_space: ProjectSpaceId,
    identity: Identity,
    signed_in_by: SignIn,
    action: &'static str,
    resource_kind: &'static str,
}

struct Answer {
    standing: Standing,
    rows: Option<Rows>,
    bytes: u64,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<Answer>> for Bytes {
    fn weight(&self, _: &Key, answer: &Arc<Answer>) -> u64 {
        answer.bytes
    }
}

/// What one takes that has nothing in it, about.
const LEAST: usize = 512;
/// What a piece of text takes beside its letters, about.
const TEXT: usize = 48;

impl Scopes {
    /// Room for so many bytes, about; 0 keeps nothing.
    pub(super) fn with_room(bytes: u64) -> Self {
        let items = usize::try_from(bytes).unwrap_or(usize::MAX) / (4 * LEAST);
        Self(Cache::with_weighter(items, bytes, Bytes))
    }

    /// What this module answered to the same question; nothing when that is not kept.
    pub(super) fn get(&self, module: ModuleId, request: &ScopeRequest<'_>) -> Option<Option<Rows>> {
        let answer = self.0.get(&Key::of(module, request))?;
        sounds_the_same(&answer.standing, request.standing).then(|| answer.rows.clone())
    }

    /// Keeps what a timeless module answered.
    pub(super) fn keep(&self, module: ModuleId, request: &ScopeRequest<'_>, rows: &Option<Rows>) {
        let (standing, rows) = (request.standing.clone(), rows.clone());
        let bytes = LEAST.saturating_add(size(&standing)).saturating_add(rows.as_ref().map_or(0, rows_size));
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.0.insert(Key::of(module, request), Arc::new(Answer { standing, rows, bytes }));
    }
}

impl Key {
    /// Each field is named, so that a new one is not forgotten here.
    fn of(module: ModuleId, request: &ScopeRequest<'_>) -> Self {
        let ScopeRequest {
            identity,
            signed_in_by,
            standing,
            action,
            resource_kind,
            // What is timeless hears of neither.
            now: _,
            decision: _,
        } = *request;
        Self { module, project_space: standing.project_space, identity, signed_in_by, action, resource_kind }
    }
}

/// Whether a module hears the same of both. Each field is named, so that a new one is not forgotten here.
fn sounds_the_same(one: &Standing, other: &Standing) -> bool {
    let Standing {
        project_space,
        project_space_name,
        is_admin,
        role,
        grants,
        locations,
        groups,
        // No module hears of it.
        last_access_at: _,
    } = one;
    *project_space == other.project_space
        && *project_space_name == other.project_space_name
        && *is_admin == other.is_admin
        && *role == other.role
        && *grants == other.grants
        && *locations == other.locations
        && *groups == other.groups
}

fn size(standing: &Standing) -> usize {
    let grants = standing.grants.iter().map(|(name, items)| {
        let items = match items {
            Items::All => 0,
            Items::Only(items) => items.iter().map(|item| TEXT + item.len()).sum(),
        };
        TEXT + name.len() + items
    });
    let ids = standing.locations.len() + standing.groups.len();
    grants.sum::<usize>() + standing.project_space_name.len() + ids * size_of::<ProjectSpaceId>()
}

fn rows_size(rows: &Rows) -> usize {
    match rows {
        Rows::Everything | Rows::Nothing => 0,
        Rows::Only(condition) => condition_size(condition),
    }
}

fn condition_size(condition: &Condition) -> usize {
    let texts = |texts: &[String]| texts.iter().map(|text| TEXT + text.len()).sum::<usize>();
    let value = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Texts(list) => texts(list),
        Value::Integer(_) | Value::Boolean(_) | Value::Nothing => 0,
    };
    size_of::<Condition>()
        + match condition {
            Condition::AllOf(parts) | Condition::AnyOf(parts) => parts.iter().map(condition_size).sum(),
            Condition::Not(part) => condition_size(part),
            Condition::Equals(name, with) => name.len() + value(with),
            Condition::OneOf(name, list) | Condition::AnyInCommon(name, list) => name.len() + texts(list),
            Condition::IsNothing(name) => name.len(),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::Grants;
    use crate::domain::{DecisionId, GroupId, LocationId, MobileWorkerId, RoleId, WebUserId};
    use chrono::DateTime;
    use uuid::Uuid;

    const ROOM: u64 = 1 << 20;

    fn standing() -> Standing {
        Standing {
            project_space: ProjectSpaceId(Uuid::from_u128(1)),
            project_space_name: "acme".to_owned(),
            is_admin: false,
            role: None,
            grants: Grants::of(&["view_groups"]),
            locations: vec![LocationId(Uuid::from_u128(2))],
            groups: Vec::new(),
            last_access_at: None,
        }
    }

    fn request(standing: &Standing) -> ScopeRequest<'_> {
        ScopeRequest {
            identity: Identity::WebUser(WebUserId(Uuid::from_u128(3))),
            signed_in_by: SignIn::Password,
            standing,
            action: "group.read",
            resource_kind: "group",
            now: DateTime::UNIX_EPOCH,
            decision: DecisionId(Uuid::from_u128(4)),
        }
    }

    /// Whether the module has to be asked. From now on, its answer to this is kept.
    fn asked_again(scopes: &Scopes, module: ModuleId, request: &ScopeRequest<'_>) -> bool {
        let kept = scopes.get(module, request);
        scopes.keep(module, request, &Some(Rows::Everything));
        assert!(matches!(kept, None | Some(Some(Rows::Everything))));
        kept.is_none()
    }

    #[test]
    fn the_same_question_is_put_once() {
        let (scopes, module, standing) = (Scopes::with_room(ROOM), ModuleId::fresh(), standing());
        assert!(asked_again(&scopes, module, &request(&standing)));
        assert!(!asked_again(&scopes, module, &request(&standing)));
        let later = ScopeRequest {
            now: DateTime::from_timestamp(1_000_000, 0).unwrap(),
            decision: DecisionId(Uuid::from_u128(5)),
            ..request(&standing)
        };
        assert!(!asked_again(&scopes, module, &later), "neither the time nor the id is a part of it");
        let seen = Standing { last_access_at: Some(DateTime::UNIX_EPOCH), ..standing.clone() };
        assert!(!asked_again(&scopes, module, &request(&seen)));
    }

    #[test]
    fn another_question_is_put_anew_whatever_it_differs_in() {
        let (module, standing) = (ModuleId::fresh(), standing());
        let first = || request(&standing);
        let others = [
            Standing { project_space: ProjectSpaceId(Uuid::from_u128(9)), ..standing.clone() },
            Standing { project_space_name: "other".to_owned(), ..standing.clone() },
            Standing { is_admin: true, ..standing.clone() },
            Standing { role: Some(RoleId(Uuid::from_u128(9))), ..standing.clone() },
            Standing { grants: Grants::none(), ..standing.clone() },
            Standing { locations: Vec::new(), ..standing.clone() },
            Standing { groups: vec![GroupId(Uuid::from_u128(9))], ..standing.clone() },
        ];
        let worker = Identity::MobileWorker(MobileWorkerId(Uuid::from_u128(3)));
        let questions = others.iter().map(request).chain([
            ScopeRequest { identity: worker, ..first() },
            ScopeRequest { identity: Identity::WebUser(WebUserId(Uuid::from_u128(9))), ..first() },
            ScopeRequest { signed_in_by: SignIn::ApiKey, ..first() },
            ScopeRequest { action: "group.update", ..first() },
            ScopeRequest { resource_kind: "role", ..first() },
        ]);
        for other in questions {
            let scopes = Scopes::with_room(ROOM);
            assert!(asked_again(&scopes, module, &first()));
            assert!(asked_again(&scopes, module, &other), "{other:?}");
        }
        let scopes = Scopes::with_room(ROOM);
        assert!(asked_again(&scopes, module, &first()));
        assert!(asked_again(&scopes, ModuleId::fresh(), &first()));
    }

    #[test]
    fn what_somebody_was_before_is_no_answer_to_what_they_are() {
        let (scopes, module, standing) = (Scopes::with_room(ROOM), ModuleId::fresh(), standing());
        let admin = Standing { is_admin: true, ..standing.clone() };
        for _ in 0..2 {
            assert!(asked_again(&scopes, module, &request(&standing)));
            assert!(asked_again(&scopes, module, &request(&admin)));
        }
    }

    #[test]
    fn that_a_module_has_no_say_is_an_answer() {
        let (scopes, module, standing) = (Scopes::with_room(ROOM), ModuleId::fresh(), standing());
        scopes.keep(module, &request(&standing), &None);
        assert_eq!(scopes.get(module, &request(&standing)), Some(None));
    }

    #[test]
    fn there_is_only_so_much_room() {
        let (scopes, module) = (Scopes::with_room(ROOM), ModuleId::fresh());
        let places = (0..1_000).map(|id| LocationId(Uuid::from_u128(id))).collect();
        let standing = Standing { locations: places, ..standing() };
        for person in 0..1_000 {
            let identity = Identity::WebUser(WebUserId(Uuid::from_u128(person)));
            asked_again(&scopes, module, &ScopeRequest { identity, ..request(&standing) });
        }
        assert!(scopes.0.weight() <= ROOM, "{}", scopes.0.weight());
        assert!(scopes.0.len() < 100);
        let nothing = Scopes::with_room(0);
        assert!(asked_again(&nothing, module, &request(&standing)));
        assert!(asked_again(&nothing, module, &request(&standing)));
    }
}
