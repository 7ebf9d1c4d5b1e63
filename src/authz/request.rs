//! The question put to a policy.

use super::attribute::Attributes;
use crate::domain::{DecisionId, Identity, ProjectSpaceId, SignIn, Standing};
use chrono::{DateTime, Utc};

/// May this principal take this action on this resource?
#[derive(Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub identity: Identity,
    /// How they signed in.
    pub signed_in_by: SignIn,
    /// What they are in the project space.
    pub standing: &'a Standing,
    /// `mobile_worker.update`
    pub action: &'static str,
    /// `mobile_worker`
    pub resource_kind: &'static str,
    /// 32 hexadecimal digits.
    pub resource_id: Option<String>,
    /// The resource as it is now.
    pub attributes: Attributes,
    /// What the action would change, as it would be afterwards.
    pub proposed: Attributes,
    /// The moment of the decision.
    pub now: DateTime<Utc>,
    /// Its id.
    pub decision: DecisionId,
}

impl Request<'_> {
    /// The project space whose stack answers.
    pub fn project_space(&self) -> ProjectSpaceId {
        self.standing.project_space
    }
}

/// May this principal take this action on each of these resources?
#[derive(Debug)]
pub struct ManyRequest<'a> {
    /// Who asks.
    pub identity: Identity,
    /// How they signed in.
    pub signed_in_by: SignIn,
    /// What they are in the project space.
    pub standing: &'a Standing,
    /// `mobile_worker.update`
    pub action: &'static str,
    /// `mobile_worker`
    pub resource_kind: &'static str,
    /// The resources.
    pub resources: Vec<AskedResource>,
    /// The moment of the decisions.
    pub now: DateTime<Utc>,
    /// The id that they share.
    pub decision: DecisionId,
}

/// One of many resources that are asked about together.
#[derive(Debug, Clone, Default)]
pub struct AskedResource {
    /// 32 hexadecimal digits.
    pub id: Option<String>,
    /// The resource as it is now.
    pub attributes: Attributes,
    /// What the action would change, as it would be afterwards.
    pub proposed: Attributes,
}

impl ManyRequest<'_> {
    /// The project space whose stack answers.
    pub fn project_space(&self) -> ProjectSpaceId {
        self.standing.project_space
    }

    /// The question about each resource alone, in their order.
    pub fn singles(&self) -> impl Iterator<Item = Request<'_>> {
        self.resources.iter().map(|resource| Request {
            identity: self.identity,
            signed_in_by: self.signed_in_by,
            standing: self.standing,
            action: self.action,
            resource_kind: self.resource_kind,
            resource_id: resource.id.clone(),
            attributes: resource.attributes.clone(),
            proposed: resource.proposed.clone(),
            now: self.now,
            decision: self.decision,
        })
    }
}

/// Which rows of a kind may this principal take this action on?
#[derive(Debug)]
pub struct ScopeRequest<'a> {
    /// Who asks.
    pub identity: Identity,
    /// How they signed in.
    pub signed_in_by: SignIn,
    /// What they are in the project space.
    pub standing: &'a Standing,
    /// `mobile_worker.read`
    pub action: &'static str,
    /// `mobile_worker`
    pub resource_kind: &'static str,
    /// The moment of the decision.
    pub now: DateTime<Utc>,
    /// Its id.
    pub decision: DecisionId,
}

impl ScopeRequest<'_> {
    /// The project space whose stack answers.
    pub fn project_space(&self) -> ProjectSpaceId {
        self.standing.project_space
    }
}
