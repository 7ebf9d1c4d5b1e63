//! The contract's types as they cross the border. They mirror `policies/wit`, whose versions differ in what `decide-many`
//! is given, a list of [`Resource`]s or a [`Table`], and in the [`Manifest`]. A component whose types differ is refused when
//! it is loaded.
//!
//! Written out rather than generated, so that questions borrow their text: copying text is what a decision costs.

use wasmtime::component::{ComponentType, Lift, Lower};

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
pub(super) enum PrincipalKind {
    #[component(name = "web-user")]
    WebUser,
    #[component(name = "mobile-worker")]
    MobileWorker,
    #[component(name = "system")]
    System,
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
pub(super) enum SignIn {
    #[component(name = "password")]
    Password,
    #[component(name = "password-and-otp")]
    PasswordAndOtp,
    #[component(name = "personal-id")]
    PersonalId,
    #[component(name = "api-key")]
    ApiKey,
    #[component(name = "internal")]
    Internal,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct LimitedGrant<'a> {
    pub permission: &'a str,
    pub items: Vec<&'a str>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Principal<'a> {
    pub id: String,
    pub kind: PrincipalKind,
    #[component(name = "signed-in-by")]
    pub signed_in_by: SignIn,
    #[component(name = "is-admin")]
    pub is_admin: bool,
    #[component(name = "role-id")]
    pub role_id: Option<String>,
    pub permissions: String,
    pub limited: Vec<LimitedGrant<'a>>,
    #[component(name = "location-ids")]
    pub location_ids: Vec<String>,
    #[component(name = "group-ids")]
    pub group_ids: Vec<String>,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
pub(super) enum ValueAsked<'a> {
    #[component(name = "text")]
    Text(&'a str),
    #[component(name = "integer")]
    Integer(i64),
    #[component(name = "boolean")]
    Boolean(bool),
    #[component(name = "texts")]
    Texts(&'a [String]),
    #[component(name = "nothing")]
    Nothing,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct AttributeAsked<'a> {
    pub name: &'a str,
    pub value: ValueAsked<'a>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Resource<'a> {
    pub kind: &'a str,
    pub id: Option<&'a str>,
    pub attributes: Vec<AttributeAsked<'a>>,
    pub proposed: Vec<AttributeAsked<'a>>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Column<'a> {
    pub name: &'a str,
    pub dictionary: Vec<ValueAsked<'a>>,
    pub entries: Vec<u32>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Table<'a> {
    pub kind: &'a str,
    pub ids: Vec<Option<&'a str>>,
    pub attributes: Vec<Column<'a>>,
    pub proposed: Vec<Column<'a>>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Context<'a> {
    #[component(name = "project-space")]
    pub project_space: &'a str,
    pub now: u64,
    #[component(name = "decision-id")]
    pub decision_id: String,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Request<'a> {
    pub principal: Principal<'a>,
    pub action: &'a str,
    pub resource: Resource<'a>,
    pub context: Context<'a>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Denial {
    pub reason: String,
    pub message: String,
    pub missing: Vec<String>,
    pub visible: bool,
}

#[derive(Clone, Copy, ComponentType, Lift)]
#[component(variant)]
pub(super) enum Obligation {
    #[component(name = "notify-admins")]
    NotifyAdmins,
    #[component(name = "require-otp")]
    RequireOtp,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(super) enum Decision {
    #[component(name = "not-applicable")]
    NotApplicable,
    #[component(name = "deny")]
    Deny(Denial),
    #[component(name = "permit")]
    Permit(Vec<Obligation>),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(super) enum Value {
    #[component(name = "text")]
    Text(String),
    #[component(name = "integer")]
    Integer(i64),
    #[component(name = "boolean")]
    Boolean(bool),
    #[component(name = "texts")]
    Texts(Vec<String>),
    #[component(name = "nothing")]
    Nothing,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Attribute {
    pub name: String,
    pub value: Value,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(super) enum Node {
    #[component(name = "all-of")]
    AllOf(Vec<u32>),
    #[component(name = "any-of")]
    AnyOf(Vec<u32>),
    #[component(name = "negate")]
    Negate(u32),
    #[component(name = "equals")]
    Equals(Attribute),
    #[component(name = "one-of")]
    OneOf(Attribute),
    #[component(name = "any-in-common")]
    AnyInCommon(Attribute),
    #[component(name = "is-nothing")]
    IsNothing(String),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Condition {
    pub nodes: Vec<Node>,
    pub root: u32,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(super) enum Scope {
    #[component(name = "not-applicable")]
    NotApplicable,
    #[component(name = "nothing")]
    Nothing,
    #[component(name = "only")]
    Only(Condition),
    #[component(name = "everything")]
    Everything,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct SettingFault {
    pub path: String,
    pub message: String,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Manifest {
    pub name: String,
    pub version: String,
    pub description: String,
    #[component(name = "settings-schema")]
    pub settings_schema: String,
    pub actions: Vec<String>,
    pub timeless: bool,
}

/// As version 1 has it.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct ManifestV1 {
    pub name: String,
    pub version: String,
    pub description: String,
    #[component(name = "settings-schema")]
    pub settings_schema: String,
    pub actions: Vec<String>,
}

impl From<ManifestV1> for Manifest {
    fn from(it: ManifestV1) -> Self {
        let ManifestV1 { name, version, description, settings_schema, actions } = it;
        // It never said so, and it may look at the time.
        Self { name, version, description, settings_schema, actions, timeless: false }
    }
}
