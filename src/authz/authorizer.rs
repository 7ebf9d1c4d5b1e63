//! Asks the policy engine and makes proofs of its answers.

use super::action::{Action, Realm, Resource};
use super::attribute::Attributes;
use super::condition::Rows;
use super::decision::{Decided, Decision, Denied, Obligation, Undecided};
use super::log::{DecisionLog, Nobody};
use super::proof::{Authorized, Scope, Sealed};
use super::question::{Question, StackName, denial};
use super::request::{Request, ScopeRequest};
use super::voice::Voice;
use crate::domain::{Clock, DecisionId, Identity, Principal, ProjectSpaceId, Standing, permission::Grants};
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

    /// Who answers for a project space at this moment.
    fn stack(&self, _space: ProjectSpaceId) -> StackName {
        StackName::default()
    }

    /// Whether a revision is monitored in a project space: then all that is asked there is put to it as well.
    fn is_monitored(&self, _space: ProjectSpaceId) -> bool {
        false
    }

    /// What each module of this stack says of a question, also those whose answer does not count any more; nothing when
    /// the stack is not at hand.
    async fn voices(&self, _stack: &StackName, _question: &Question) -> Option<Vec<Voice>> {
        None
    }
}

/// The only maker of [`Authorized`] and [`Scope`].
#[derive(Clone)]
pub struct Authorizer {
    pub(super) policy: Arc<dyn PolicyEngine>,
    pub(super) clock: Arc<dyn Clock>,
    log: Arc<dyn DecisionLog>,
}

/// Named in the audit for the realms that no project space's policy has a say over.
const HOST: &str = "host";

impl Authorizer {
    /// An authorizer that asks this engine.
    pub fn new(policy: Arc<dyn PolicyEngine>, clock: Arc<dyn Clock>) -> Self {
        Self { policy, clock, log: Arc::new(Nobody) }
    }

    /// The same, and this log is told of every decision.
    #[must_use]
    pub fn told_to(self, log: Arc<dyn DecisionLog>) -> Self {
        Self { log, ..self }
    }

    /// The same, and this engine answers.
    #[must_use]
    pub fn answered_by(self, policy: Arc<dyn PolicyEngine>) -> Self {
        Self { policy, ..self }
    }

    /// Who answers.
    pub fn engine(&self) -> &dyn PolicyEngine {
        &*self.policy
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
        let answer = self.policy.decide(&request).await;
        self.log.decided(&request, &answer);
        let (obligations, policy) = permitted(answer, &request)?;
        Ok(Authorized { principal: principal.clone(), resource, obligations, decision, policy })
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
        let answer = self.policy.scope(&request).await;
        self.log.scoped(&request, &answer);
        let rows = answer.map_err(|undecided| unavailable(&standing, decision, undecided))?.answer;
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

/// What a permit asks for, and who gave it; what the caller hears of anything else.
pub(super) fn permitted(
    answer: Result<Decided<Decision>, Undecided>,
    request: &Request<'_>,
) -> Result<(Vec<Obligation>, String), Denied> {
    let Decided { answer, policy } =
        answer.map_err(|undecided| unavailable(request.standing, request.decision, undecided))?;
    match (denial(&answer, request.signed_in_by), answer) {
        (None, Decision::Permit(obligations)) => Ok((obligations, policy)),
        (Some(denial), _) if denial.visible => {
            Err(Denied::Forbidden { decision: request.decision, policy, denial })
        }
        (_, _) => Err(Denied::NotVisible),
    }
}

/// What the principal is in a project space. Tenants never meet: no policy is asked about, or told of, somebody who
/// does not belong to the space.
pub(super) fn standing(principal: &Principal, space: ProjectSpaceId) -> Result<Cow<'_, Standing>, Denied> {
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

/// What somebody hears when no policy answered: its admins can do something about it.
fn unavailable(standing: &Standing, decision: DecisionId, undecided: Undecided) -> Denied {
    Denied::Undecided { decision, undecided: standing.is_admin.then_some(undecided) }
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
