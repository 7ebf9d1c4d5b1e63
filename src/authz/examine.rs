//! What the answer would be, without acting on it: for `viewer.canI`, and for what is to be put in force. Nothing in here
//! makes a proof of a permit; a resource is opened only for those who may read it.

use super::action::{Action, ActionInfo, Realm, Resource};
use super::attribute::{AttributeInfo, AttributeType, Attributes, Value};
use super::authorizer::{Authorizer, permitted, read_first, standing};
use super::decision::{Denied, Obligation};
use super::proof::{Sealed, Visible};
use super::request::Request;
use crate::domain::{DecisionId, Principal, ProjectSpaceId, Standing};
use chrono::{DateTime, Utc};

/// A permit that nobody can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permitted {
    /// The module that would settle it, with its digest.
    pub policy: String,
    /// What would be done along with it.
    pub obligations: Vec<Obligation>,
}

/// What the answer would be.
#[derive(Debug)]
pub struct Examined<R> {
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// The permit together with the resource, which the principal may then read; or the denial.
    pub answer: Result<(Permitted, Visible<R>), Denied>,
}

impl Authorizer {
    /// Asks whether the principal might take an action on this resource. What it would propose is not known: of something
    /// that is there, that it stays as it is; of something new, that it is placed where the principal is.
    ///
    /// The decision log is not told: nobody did anything.
    pub async fn examine<R: Resource>(
        &self,
        principal: &Principal,
        space: ProjectSpaceId,
        Sealed(resource): Sealed<R>,
        action: &'static ActionInfo,
    ) -> Examined<R> {
        let now = self.clock.now();
        let examined = |answer| Examined { at: now, answer };
        // Of another project space, or of nobody's: neither is there for this question.
        if resource.realm() != Realm::ProjectSpace(space) || action.resource_kind != R::KIND {
            return examined(Err(Denied::NotVisible));
        }
        let standing = match standing(principal, space) {
            Ok(standing) => standing,
            Err(denied) => return examined(Err(denied)),
        };
        let proposed = nothing_special(action.proposes, &resource.attributes(), &standing);
        let answer = self.ask(principal, &standing, &resource, action.name, proposed, now).await;
        examined(answer.map(|permitted| (permitted, Visible::read(resource))))
    }

    /// Asks whether the principal might take `A` with this proposal on a resource as it would be. The decision log is not
    /// told of this either.
    ///
    /// # Errors
    /// [`Denied`], in the words they would hear.
    pub async fn foresee<A: Action>(
        &self,
        principal: &Principal,
        resource: &A::Resource,
        proposed: Attributes,
    ) -> Result<Permitted, Denied> {
        let Realm::ProjectSpace(space) = resource.realm() else { return Err(Denied::NotVisible) };
        let standing = standing(principal, space)?;
        self.ask(principal, &standing, resource, A::NAME, proposed, self.clock.now()).await
    }

    async fn ask<R: Resource>(
        &self,
        principal: &Principal,
        standing: &Standing,
        resource: &R,
        action: &'static str,
        proposed: Attributes,
        now: DateTime<Utc>,
    ) -> Result<Permitted, Denied> {
        let request = Request {
            identity: principal.identity,
            signed_in_by: principal.signed_in_by,
            standing,
            action,
            resource_kind: R::KIND,
            resource_id: resource.id(),
            attributes: resource.attributes(),
            proposed,
            now,
            decision: DecisionId::fresh(now),
        };
        if let Some(read) = read_first::<R>(&request) {
            let _ = permitted(self.policy.decide(&read).await, &read)?;
        }
        let (obligations, policy) = permitted(self.policy.decide(&request).await, &request)?;
        Ok(Permitted { policy, obligations })
    }
}

/// A proposal that changes nothing; of something new, the least that can be proposed.
fn nothing_special(proposes: &[AttributeInfo], attributes: &Attributes, standing: &Standing) -> Attributes {
    let mut proposed = Attributes::new();
    let places: Vec<String> = standing.locations.iter().map(|id| id.hex()).collect();
    for info in proposes {
        let value = match (attributes.get(info.name), info.name) {
            (Some(value), _) if info.takes(value) => value.clone(),
            (_, "location_ids") => Value::Texts(places.clone()),
            (_, "primary_location_id" | "parent_id") => places.first().cloned().into(),
            _ if info.optional => Value::Nothing,
            _ => match info.value {
                AttributeType::Text => Value::Text(String::new()),
                AttributeType::Integer => Value::Integer(0),
                AttributeType::Boolean => Value::Boolean(false),
                AttributeType::Texts => Value::Texts(Vec::new()),
            },
        };
        proposed = proposed.with(info.name, value);
    }
    proposed
}
