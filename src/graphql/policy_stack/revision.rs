use crate::domain::{
    ActivationKind as Kind, PolicyActivation, PolicyCases, PolicyEntry, PolicyModule, PolicyQuarantine,
    PolicyRevision, RevisionName,
};
use async_graphql::{Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

/// How a policy module is run.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyModuleClass {
    /// Small: a fresh instance for every question.
    Compact,
    /// Brings an interpreter along: an instance is kept for the next question.
    Interpreted,
}

/// A policy module was left alone for a while.
#[derive(SimpleObject)]
#[graphql(name = "PolicyQuarantine")]
pub struct PolicyQuarantineObject {
    /// The module: its name with the start of its digest.
    policy: String,
    /// The revision that the module is a part of; null where that was not kept.
    revision: Option<PolicyRevisionName>,
    /// Whether that revision was monitored, and not in force: then nobody was denied anything by it.
    is_monitored: bool,
    /// When it began.
    began_at: DateTime<Utc>,
    /// When the module is asked again.
    until: DateTime<Utc>,
    /// Whether it is over: its time has passed, or the stack has changed since.
    is_over: bool,
}

impl From<PolicyQuarantine> for PolicyQuarantineObject {
    fn from(quarantine: PolicyQuarantine) -> Self {
        let PolicyQuarantine { policy, revision, is_monitored, began_at, until, is_over } = quarantine;
        let revision = revision.map(PolicyRevisionName::from);
        Self { policy, revision, is_monitored, began_at, until, is_over }
    }
}

/// A policy module that was uploaded in the project space.
#[derive(SimpleObject)]
#[graphql(name = "PolicyModule")]
pub struct PolicyModuleObject {
    /// SHA-256 of the component, in hexadecimal digits: what it is named by.
    digest: String,
    /// Its name, as it says itself.
    name: String,
    /// Its version, as its author counts.
    version: String,
    /// What it is for.
    description: String,
    /// The actions it knows; a trailing `*` stands for the rest of a name.
    actions: Vec<String>,
    /// The JSON Schema of its settings; null when it has none.
    settings_schema: Option<Json>,
    /// How it is run.
    class: PolicyModuleClass,
    /// Bytes of the component.
    size: u64,
    /// The trusted key that signed it, by the name that the operator gave it.
    signed_by: Option<String>,
    /// When it was first uploaded here.
    uploaded_at: DateTime<Utc>,
    /// Who uploaded it: an account's id, or `system` for the operator.
    uploaded_by_id: Option<ID>,
    /// Their sign-in name at that time.
    uploaded_by_name: Option<String>,
}

impl From<&PolicyModule> for PolicyModuleObject {
    fn from(module: &PolicyModule) -> Self {
        Self {
            digest: module.digest.clone(),
            name: module.name.clone(),
            version: module.version.clone(),
            description: module.description.clone(),
            actions: module.actions.clone(),
            settings_schema: serde_json::from_str(&module.settings_schema).ok(),
            class: match module.class.as_str() {
                "interpreted" => PolicyModuleClass::Interpreted,
                _ => PolicyModuleClass::Compact,
            },
            size: module.size,
            signed_by: module.signed_by.clone(),
            uploaded_at: module.uploaded_at,
            uploaded_by_id: module.uploaded_by.clone().map(ID),
            uploaded_by_name: module.uploaded_by_name.clone(),
        }
    }
}

/// What the policies of a project space must answer, whichever of them are in force.
#[derive(SimpleObject)]
#[graphql(name = "PolicyCases")]
pub struct PolicyCasesObject {
    /// The file of cases, as it was set: YAML.
    text: String,
    /// How many cases it has.
    count: i32,
    /// When it was set.
    set_at: DateTime<Utc>,
    /// Who set it: an account's id, or `system` for the operator.
    set_by_id: Option<ID>,
    /// Their sign-in name at that time.
    set_by_name: Option<String>,
}

impl From<PolicyCases> for PolicyCasesObject {
    fn from(cases: PolicyCases) -> Self {
        Self {
            text: cases.text,
            count: cases.count,
            set_at: cases.set_at,
            set_by_id: cases.set_by.map(ID),
            set_by_name: cases.set_by_name,
        }
    }
}

/// One module of a revision.
#[derive(SimpleObject)]
#[graphql(name = "PolicyEntry")]
pub struct PolicyEntryObject {
    /// The module; null for the gateway's own `standard`, in whatever version it has.
    digest: Option<String>,
    /// Its name.
    name: String,
    /// Its version; empty for `standard`.
    version: String,
    /// Its settings; null where none were given.
    settings: Option<Json>,
}

impl From<PolicyEntry> for PolicyEntryObject {
    fn from(entry: PolicyEntry) -> Self {
        Self { digest: entry.digest, name: entry.name, version: entry.version, settings: entry.settings }
    }
}

/// A revision. Whoever may see the stack may see it: it is found with the stack in hand.
pub struct PolicyRevisionObject(PolicyRevision);

impl From<PolicyRevision> for PolicyRevisionObject {
    fn from(revision: PolicyRevision) -> Self {
        Self(revision)
    }
}

/// An ordered list of policy modules with their settings. A revision never changes.
#[Object(name = "PolicyRevision")]
impl PolicyRevisionObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// 1 for the project space's first, and so on.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// The modules, in order. Any deny denies; otherwise one permit permits.
    async fn modules(&self) -> Vec<PolicyEntryObject> {
        self.0.entries.iter().cloned().map(PolicyEntryObject::from).collect()
    }

    /// What its maker said of it.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Who made it: an account's id, or `system` for the operator.
    async fn created_by_id(&self) -> Option<ID> {
        self.0.created_by.clone().map(ID)
    }

    /// Their sign-in name at that time.
    async fn created_by_name(&self) -> Option<&str> {
        self.0.created_by_name.as_deref()
    }
}

/// How something took effect.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Kind")]
pub enum PolicyActivationKind {
    /// Somebody activated it.
    Activate,
    /// Somebody went back to it.
    RollBack,
    /// Somebody put `standard` in its place.
    Reset,
}

/// A revision, by its names.
#[derive(SimpleObject)]
pub struct PolicyRevisionName {
    /// Its global id.
    id: ID,
    /// Its number in the project space.
    number: i32,
}

impl From<RevisionName> for PolicyRevisionName {
    fn from(name: RevisionName) -> Self {
        Self { id: name.id.to_string().into(), number: name.number }
    }
}

/// That a revision, or `standard`, took effect.
#[derive(SimpleObject)]
#[graphql(name = "PolicyActivation")]
pub struct PolicyActivationObject {
    /// When.
    at: DateTime<Utc>,
    /// How.
    kind: PolicyActivationKind,
    /// What took effect; null for `standard`.
    revision: Option<PolicyRevisionName>,
    /// What was in force before; null for `standard`.
    #[graphql(name = "from")]
    before: Option<PolicyRevisionName>,
    /// What was said of it.
    comment: String,
    /// Who did it: an account's id, or `system` for the operator.
    by_id: Option<ID>,
    /// Their sign-in name at that time.
    by_name: Option<String>,
}

impl From<PolicyActivation> for PolicyActivationObject {
    fn from(activation: PolicyActivation) -> Self {
        Self {
            at: activation.at,
            kind: activation.kind.into(),
            revision: activation.revision.map(PolicyRevisionName::from),
            before: activation.from.map(PolicyRevisionName::from),
            comment: activation.comment,
            by_id: activation.by.map(ID),
            by_name: activation.by_name,
        }
    }
}
