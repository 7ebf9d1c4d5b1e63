use super::asker::Asker;
use crate::authz::{ActionInfo, AttributeInfo, AttributeType, Attributes, Condition, Rows, Value};
use crate::domain::permission::{CATALOGUE, Grants};
use crate::domain::{GroupId, Identity, LocationId, MobileWorkerId, RoleId, SignIn, WebUserId};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Few enough ids that those of principals and rows often meet.
const IDS: [u128; 4] = [1, 2, 3, 4];
/// Texts that mean something in some attribute, and some that mean nothing.
const TEXTS: [&str; 12] = [
    "active",
    "deactivated",
    "pending_confirmation",
    "deleted",
    "pending",
    "accepted",
    "revoked",
    "open",
    "en",
    "fr",
    "x",
    "",
];

/// Draws principals, rows and moments: the same from the same seed, so that what was found is found again.
#[derive(Debug, Clone)]
pub struct Sampler {
    state: u64,
    words: BTreeMap<String, Vec<Value>>,
    permissions: Vec<String>,
    has_gaps: bool,
}

impl Sampler {
    /// A sampler whose rows have all their attributes, as the gateway's have.
    pub fn new(seed: u64) -> Self {
        Self { state: seed, words: BTreeMap::new(), permissions: Vec::new(), has_gaps: false }
    }

    /// The same with rows that lack some of their attributes.
    #[must_use]
    pub fn with_gaps(mut self) -> Self {
        self.has_gaps = true;
        self
    }

    /// The same, with these permissions drawn as often as all others together: what the module asks for.
    #[must_use]
    pub fn with_permissions(mut self, permissions: &[String]) -> Self {
        self.permissions = permissions.to_vec();
        self
    }

    /// Learns the values that a scope compares with: rows that have them are those that matter.
    pub fn learn(&mut self, rows: &Rows) {
        if let Rows::Only(condition) = rows {
            self.learn_condition(condition);
        }
    }

    fn learn_condition(&mut self, condition: &Condition) {
        match condition {
            Condition::AllOf(parts) | Condition::AnyOf(parts) => {
                parts.iter().for_each(|part| self.learn_condition(part));
            }
            Condition::Not(part) => self.learn_condition(part),
            Condition::Equals(name, value) => self.word(name, value.clone()),
            Condition::OneOf(name, texts) | Condition::AnyInCommon(name, texts) => {
                for text in texts.iter().take(8) {
                    self.word(name, Value::Text(text.clone()));
                }
            }
            Condition::IsNothing(_) => {}
        }
    }

    fn word(&mut self, name: &str, value: Value) {
        let words = self.words.entry(name.to_owned()).or_default();
        if words.len() < 64 && !words.contains(&value) {
            words.push(value);
        }
    }

    /// SplitMix64: small, and good enough to draw examples with.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap_or(u64::MAX)).unwrap_or_default()
    }

    /// True so many times in a hundred.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these; nothing when there are none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let at = self.below(of.len());
        of.get(at)
    }

    fn id(&mut self) -> Uuid {
        Uuid::from_u128(*self.pick(&IDS).unwrap_or(&1))
    }

    fn ids(&mut self) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for _ in 0..self.below(3) {
            let id = self.id();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Somebody: a web user or a mobile worker, rarely an admin, with a few permissions, locations and groups.
    pub fn asker(&mut self) -> Asker {
        let identity = if self.chance(50) {
            Identity::WebUser(WebUserId(self.id()))
        } else {
            Identity::MobileWorker(MobileWorkerId(self.id()))
        };
        let mut asker = Asker::new(identity, "acme");
        asker.signed_in_by = match self.below(4) {
            0 => SignIn::PasswordAndOtp,
            1 => SignIn::ApiKey,
            _ => SignIn::Password,
        };
        let standing = &mut asker.standing;
        standing.is_admin = self.chance(8);
        standing.role = if self.chance(50) { Some(RoleId(self.id())) } else { None };
        standing.locations = self.ids().into_iter().map(LocationId).collect();
        standing.groups = self.ids().into_iter().map(GroupId).collect();
        let mut held: Vec<String> = Vec::new();
        for _ in 0..self.below(4) {
            let own = self.permissions.clone();
            let drawn = if self.chance(50) { self.pick(&own).cloned() } else { None };
            held.extend(drawn.or_else(|| self.pick(CATALOGUE).map(|permission| permission.name.to_owned())));
        }
        standing.grants = Grants::of(&held.iter().map(String::as_str).collect::<Vec<_>>());
        asker
    }

    /// A moment: every other one of one week, as rules often go by the hour, and the others of a hundred years.
    pub fn moment(&mut self) -> DateTime<Utc> {
        let (from, seconds) =
            if self.chance(50) { (1_790_000_000, 7 * 86_400) } else { (0, 100 * 365 * 86_400) };
        let second = i64::try_from(self.below(seconds)).unwrap_or_default();
        DateTime::from_timestamp(from + second, 0).unwrap_or_default()
    }

    /// A row of the kind that an action is taken on.
    pub fn row(&mut self, action: &ActionInfo) -> Attributes {
        self.attributes(action.attributes)
    }

    /// What an action would change.
    pub fn proposal(&mut self, action: &ActionInfo) -> Attributes {
        self.attributes(action.proposes)
    }

    fn attributes(&mut self, infos: &[AttributeInfo]) -> Attributes {
        let mut attributes = Attributes::new();
        for info in infos {
            if self.has_gaps && self.chance(8) {
                continue;
            }
            let value = self.value(info);
            attributes = attributes.with(info.name, value);
        }
        attributes
    }

    fn value(&mut self, info: &AttributeInfo) -> Value {
        if info.optional && self.chance(25) {
            return Value::Nothing;
        }
        let known = self.words.get(info.name).cloned().unwrap_or_default();
        match info.value {
            AttributeType::Boolean => Value::Boolean(self.chance(50)),
            AttributeType::Integer => {
                Value::Integer(1_790_000_000 + i64::try_from(self.below(1_000_000)).unwrap_or_default())
            }
            AttributeType::Text => {
                let drawn = if self.chance(50) { self.pick(&known).cloned() } else { None };
                match drawn {
                    Some(text @ Value::Text(_)) => text,
                    _ if is_id(info.name) => Value::Text(self.id().as_simple().to_string()),
                    _ => Value::Text((*self.pick(&TEXTS).unwrap_or(&"")).to_owned()),
                }
            }
            AttributeType::Texts => {
                let mut texts: Vec<String> =
                    self.ids().into_iter().map(|id| id.as_simple().to_string()).collect();
                if let Some(Value::Text(text)) = self.pick(&known).cloned()
                    && self.chance(40)
                {
                    texts.push(text);
                }
                Value::Texts(texts)
            }
        }
    }
}

/// Whether an attribute holds ids, by its name.
pub(super) fn is_id(name: &str) -> bool {
    name == "id"
        || name.ends_with("_id")
        || name.ends_with("_ids")
        || name.ends_with("_by")
        || name == "location_lineage"
}
