//! Asks the policy engine and makes proofs of its answers.

use super::action::{Action, Realm, Resource};
use super::attribute::Attributes;
use super::condition::Rows;
use super::decision::{Decided, Decision, Denial, Denied, Obligation, Undecided};
use super::proof::{Authorized, Scope, Sealed};
use super::request::{Request, ScopeRequest};
use crate::domain::{
    Clock, DecisionId, Identity, Principal, ProjectSpaceId, SignIn, Standing, permission::Grants,
};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

/// Who answers. Production has the WebAssembly host in `policy`; tests also have a table in Rust.
#[async_trait::async_trait]
pub trait PolicyEngine: Send + Sync + 'static {
    /// The answer of the project space's stack to one question.
    ///
    /// # Errors
    /// [`Undecided`] when there is none: the caller is denied.
    async fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Undecided>;

    /// The rows that the project space's stack lets this principal act on.
    ///
    /// # Errors
    /// [`Undecided`] when there is no answer: the caller is denied.
    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided>;
}

/// The only maker of [`Authorized`] and [`Scope`].
#[derive(Clone)]
pub struct Authorizer {
    policy: Arc<dyn PolicyEngine>,
    clock: Arc<dyn Clock>,
}

/// Named in the audit for the realms that no project space's policy has a say over.
const HOST: &str = "host";

impl Authorizer {
    /// An authorizer that asks this engine.
    pub fn new(policy: Arc<dyn PolicyEngine>, clock: Arc<dyn Clock>) -> Self {
        Self { policy, clock }
    }

    /// Asks whether the principal may take `A` on this resource, and opens it if so. `proposed` is what the action
    /// would change, as it would be afterwards.
    ///
    /// # Errors
    /// [`Denied`], in the words the caller may hear.
    pub async fn authorize<A: Action>(
        &self,
        principal: &Principal,
        Sealed(resource): Sealed<A::Resource>,
        proposed: Attributes,
    ) -> Result<Authorized<A>, Denied> {
        let now = self.clock.now();
        let decision = DecisionId::fresh(now);
        let space = match resource.realm() {
            Realm::ProjectSpace(space) => space,
            Realm::Own(identity) if identity == principal.identity && identity != Identity::Anonymous => {
                return Ok(Authorized::host(principal, resource, decision));
            }
            Realm::Gateway if principal.identity == Identity::System => {
                return Ok(Authorized::host(principal, resource, decision));
            }
            Realm::Operators if principal.identity == Identity::System || principal.is_operator => {
                return Ok(Authorized::host(principal, resource, decision));
            }
            Realm::Link(_) | Realm::Holder | Realm::Open(_) => {
                return Ok(Authorized::host(principal, resource, decision));
            }
            Realm::Own(_) | Realm::Operators | Realm::Gateway => return Err(stranger(principal)),
        };
        debug_assert!(
            !A::Resource::ATTRIBUTES.is_empty(),
            "a policy is asked about something it is told nothing of"
        );
        debug_assert!(
            proposed
                .iter()
                .all(|it| A::PROPOSES.iter().any(|info| info.name == it.name && info.takes(&it.value))),
            "`{}` proposes {proposed:?}: declare that in authz/action.rs",
            A::NAME
        );
        let standing = standing(principal, space)?;
        let request = Request {
            identity: principal.identity,
            signed_in_by: principal.signed_in_by,
            standing: &standing,
            action: A::NAME,
            resource_kind: A::Resource::KIND,
            resource_id: resource.id(),
            attributes: resource.attributes(),
            proposed,
            now,
            decision,
        };
        let Decided { answer, policy } =
            self.policy.decide(&request).await.map_err(|Undecided| Denied::Undecided)?;
        match answer {
            Decision::Permit(obligations) => {
                if obligations.contains(&Obligation::RequireOtp)
                    && principal.signed_in_by != SignIn::PasswordAndOtp
                {
                    return Err(Denied::Forbidden { decision, policy, denial: second_factor_missing() });
                }
                Ok(Authorized { principal: principal.clone(), resource, obligations, decision, policy })
            }
            Decision::Deny(denial) if denial.visible => Err(Denied::Forbidden { decision, policy, denial }),
            Decision::Deny(_) => Err(Denied::NotVisible),
        }
    }

    /// The same for a change whose outcome depends on the row as it is. `propose` is a plain function: it cannot carry
    /// the row out before the policy has spoken.
    ///
    /// # Errors
    /// [`Denied`], in the words the caller may hear.
    pub async fn authorize_change<A: Action, I>(
        &self,
        principal: &Principal,
        sealed: Sealed<A::Resource>,
        input: &I,
        propose: fn(&A::Resource, &I) -> Attributes,
    ) -> Result<Authorized<A>, Denied> {
        let proposed = propose(&sealed.0, input);
        self.authorize(principal, sealed, proposed).await
    }

    /// Asks which rows of `A`'s kind the principal may take `A` on, in a project space they belong to.
    ///
    /// # Errors
    /// [`Denied`] for strangers and when no policy answered. A principal who may see nothing gets an empty scope.
    pub async fn scope<A: Action>(
        &self,
        principal: &Principal,
        space: ProjectSpaceId,
    ) -> Result<Scope<A>, Denied> {
        let now = self.clock.now();
        let decision = DecisionId::fresh(now);
        let standing = standing(principal, space)?;
        let request = ScopeRequest {
            identity: principal.identity,
            signed_in_by: principal.signed_in_by,
            standing: &standing,
            action: A::NAME,
            resource_kind: A::Resource::KIND,
            now,
            decision,
        };
        let rows = self.policy.scope(&request).await.map_err(|Undecided| Denied::Undecided)?.answer;
        Ok(Scope { project_space: space, rows, decision, action: PhantomData })
    }
}

impl<A: Action> Authorized<A> {
    fn host(principal: &Principal, resource: A::Resource, decision: DecisionId) -> Self {
        Self {
            principal: principal.clone(),
            resource,
            obligations: Vec::new(),
            decision,
            policy: HOST.to_owned(),
        }
    }
}

/// What the principal is in a project space. Tenants never meet: no policy is asked about, or told of, somebody who
/// does not belong to the space.
fn standing(principal: &Principal, space: ProjectSpaceId) -> Result<Cow<'_, Standing>, Denied> {
    if principal.identity == Identity::System {
        return Ok(Cow::Owned(operator_standing(space)));
    }
    principal.standing_in(space).map(Cow::Borrowed).ok_or_else(|| stranger(principal))
}

/// What somebody hears of a thing they have no part in: that it is not there, or that they should sign in.
fn stranger(principal: &Principal) -> Denied {
    match principal.identity {
        Identity::Anonymous => Denied::Anonymous,
        Identity::WebUser(_) | Identity::MobileWorker(_) | Identity::System => Denied::NotVisible,
    }
}

/// The gateway's own standing: the engine answers for it with `standard`, whatever stack the space has, so that no
/// policy can lock out its operator.
fn operator_standing(space: ProjectSpaceId) -> Standing {
    Standing {
        project_space: space,
        project_space_name: String::new(),
        is_admin: true,
        role: None,
        grants: Grants::none(),
        locations: Vec::new(),
        groups: Vec::new(),
        last_access_at: None,
    }
}

fn second_factor_missing() -> Denial {
    Denial {
        reason: "second_factor_required".to_owned(),
        message: "this needs a sign-in with a second factor".to_owned(),
        missing: Vec::new(),
        visible: true,
    }
}
