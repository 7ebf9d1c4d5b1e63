use crate::authz::{ActionInfo, AttributeInfo, AttributeType};
use async_graphql::{Enum, Object, SimpleObject};

/// Something that a principal may do.
pub struct PolicyActionObject(ActionInfo);

impl From<ActionInfo> for PolicyActionObject {
    fn from(action: ActionInfo) -> Self {
        Self(action)
    }
}

#[Object(name = "PolicyAction")]
impl PolicyActionObject {
    /// Its name: `mobile_worker.update`.
    async fn name(&self) -> &str {
        self.0.name
    }

    /// What it does.
    async fn description(&self) -> &str {
        self.0.description()
    }

    /// The kind of what it is done to: `mobile_worker`. Making something is done to its parent, the project space.
    async fn resource_kind(&self) -> &str {
        self.0.resource_kind
    }

    /// The kind of what it makes; null when it makes nothing.
    async fn creates(&self) -> Option<&str> {
        self.0.creates
    }

    /// Whether the project space's policy is asked. If not, the gateway itself decides.
    async fn is_asked_of_policy(&self) -> bool {
        self.0.is_asked()
    }

    /// What the policy is told about the resource.
    async fn attributes(&self) -> Vec<PolicyAttribute> {
        self.0.attributes.iter().map(PolicyAttribute::from).collect()
    }

    /// What the policy is told of what the action would change.
    async fn proposes(&self) -> Vec<PolicyAttribute> {
        self.0.proposes.iter().map(PolicyAttribute::from).collect()
    }
}

/// A named value that policies are told.
#[derive(SimpleObject)]
pub struct PolicyAttribute {
    /// `location_lineage`
    name: String,
    /// What it means.
    description: String,
    /// What it holds.
    value_type: PolicyValueType,
    /// Whether it may have no value.
    is_optional: bool,
    /// Whether it tells of a person. The decision log keeps a mask in its place.
    is_personal: bool,
    /// Whether a scope may compare it.
    is_filterable: bool,
}

impl From<&AttributeInfo> for PolicyAttribute {
    fn from(attribute: &AttributeInfo) -> Self {
        Self {
            name: attribute.name.to_owned(),
            description: attribute.description().to_owned(),
            value_type: attribute.value.into(),
            is_optional: attribute.optional,
            is_personal: attribute.personal,
            is_filterable: attribute.is_filterable(),
        }
    }
}

/// What an attribute holds.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "AttributeType")]
pub enum PolicyValueType {
    /// One text; ids are 32 hexadecimal digits.
    Text,
    /// A whole number; times are seconds since 1970.
    Integer,
    /// True or false.
    Boolean,
    /// A list of texts.
    Texts,
}
