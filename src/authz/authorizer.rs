//! Asks the policy engine and makes proofs of its answers.

use super::action::{Action, Realm, Resource};
use super::attribute::Attributes;
use super::condition::Rows;
use super::decision::{Decided, Decision, Denied, NoAnswer, Obligation, Undecided};
use super::log::{DecisionLog, Nobody};
use super::proof::{Authorized, Scope, Sealed, Visible};
use super::question::{Question, StackName, denial};
use super::request::{AskedResource, ManyRequest, Request, ScopeRequest};
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

    /// Returns one answer per resource, in their order. The default asks for each resource alone.
    ///
    /// # Errors
    /// [`Undecided`] when one of the answers is missing: the caller is denied all of them.
    async fn decide_many(&self, request: &ManyRequest<'_>) -> Result<Vec<Decided<Decision>>, Undecided> {
        let mut answers = Vec::with_capacity(request.resources.len());
        for single in request.singles() {
            answers.push(self.decide(&single).await?);
        }
        Ok(answers)
    }

    /// The rows that the project space's stack lets this principal act on.
    ///
    /// # Errors
    /// [`Undecided`] when there is no answer: the caller is denied.
    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided>;

    /// The answer of the standard policy, whatever stack the project space has; `None` where the engine has no standard policy.
    async fn decide_by_standard(&self, _request: &Request<'_>) -> Option<Decided<Decision>> {
        None
    }

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

/// Who answers where the stack of the project space does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fallback {
    /// No policy: the caller is denied.
    Nothing,
    /// The standard policy, for admins.
    Standard,
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
    /// Every action other than the resource's read action asks for that one first: a resource that the policy hides
    /// from reading cannot be changed either, and is answered like one that does not exist.
    ///
    /// # Errors
    /// [`Denied`], in the words the caller may hear.
    pub async fn authorize<A: Action>(
        &self,
        principal: &Principal,
        sealed: Sealed<A::Resource>,
        proposed: Attributes,
    ) -> Result<Authorized<A>, Denied> {
        self.authorize_by(principal, sealed, proposed, Fallback::Nothing).await
    }

    /// Asks as [`Self::authorize`] does. Where the stack gives no answer, the standard policy answers admins of the project
    /// space in its place: reading the policies and going back from them must not be up to a module that is broken.
    ///
    /// # Errors
    /// [`Denied`], in the words the caller may hear.
    pub async fn authorize_or_standard<A: Action>(
        &self,
        principal: &Principal,
        sealed: Sealed<A::Resource>,
        proposed: Attributes,
    ) -> Result<Authorized<A>, Denied> {
        self.authorize_by(principal, sealed, proposed, Fallback::Standard).await
    }

    async fn authorize_by<A: Action>(
        &self,
        principal: &Principal,
        Sealed(resource): Sealed<A::Resource>,
        proposed: Attributes,
        fallback: Fallback,
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
        if let Some(mut read) = read_first::<A::Resource>(&request) {
            read.decision = DecisionId::fresh(now);
            let answer = self.policy.decide(&read).await;
            self.log.decided(&read, &answer);
            // A denial tells the caller only what the policy says may be told: usually that there is no such resource.
            let _ = permitted(answer, &read)?;
        }
        let mut answer = self.policy.decide(&request).await;
        if let Err(undecided) = &answer
            && fallback == Fallback::Standard
            && standing.is_admin
            && let Some(standard) = self.policy.decide_by_standard(&request).await
        {
            // The audit and the decision log say in whose place it answered, and why.
            let policy =
                format!("{} in place of {} ({})", standard.policy, undecided.policy, undecided.cause.name());
            answer = Ok(Decided { policy, ..standard });
        }
        self.log.decided(&request, &answer);
        let (obligations, policy) = permitted(answer, &request)?;
        Ok(Authorized { principal: principal.clone(), resource, obligations, decision, policy })
    }

    /// Asks whether the principal may take `A` on each of these rows, which they may see already; each row comes with
    /// what the action would change of it. Returns one answer per row, in their order. The policy is asked once for all.
    ///
    /// # Errors
    /// [`Denied`] when the principal does not belong to the project space or no policy answered.
    pub async fn permits_each<A: Action>(
        &self,
        principal: &Principal,
        space: ProjectSpaceId,
        rows: &[(&Visible<A::Resource>, Attributes)],
    ) -> Result<Vec<Result<(), Denied>>, Denied> {
        let (now, standing) = (self.clock.now(), standing(principal, space)?);
        let asked = |(row, proposed): &(&Visible<A::Resource>, Attributes)| AskedResource {
            id: row.id(),
            attributes: row.attributes(),
            proposed: proposed.clone(),
        };
        let request = ManyRequest {
            identity: principal.identity,
            signed_in_by: principal.signed_in_by,
            standing: &standing,
            action: A::NAME,
            resource_kind: A::Resource::KIND,
            resources: rows.iter().map(asked).collect(),
            now,
            decision: DecisionId::fresh(now),
        };
        let mut answers = match self.policy.decide_many(&request).await {
            Ok(answers) => answers.into_iter().map(Ok).collect::<Vec<_>>(),
            Err(undecided) => vec![Err(undecided); rows.len()],
        }
        .into_iter();
        let mut permits = Vec::with_capacity(rows.len());
        for single in request.singles() {
            // A stack that answers fewer questions than it was asked has not answered.
            let missing =
                || Err(Undecided { policy: String::new(), cause: NoAnswer::Contract, attribute: None });
            let answer = answers.next().unwrap_or_else(missing);
            self.log.decided(&single, &answer);
            permits.push(match permitted(answer, &single) {
                Err(undecided @ Denied::Undecided { .. }) => return Err(undecided),
                other => other.map(drop),
            });
        }
        Ok(permits)
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

    /// Asks which rows of `A`'s kind the principal may take `A` on, in a project space they belong to. Rows that the
    /// principal may not read are never among them.
    ///
    /// # Errors
    /// [`Denied`] for strangers and when no policy answered. A principal who may see nothing gets an empty scope.
    pub async fn scope<A: Action>(
        &self,
        principal: &Principal,
        space: ProjectSpaceId,
    ) -> Result<Scope<A>, Denied> {
        let standing = standing(principal, space)?;
        let (decision, rows) = self.rows::<A::Resource>(principal, &standing, A::NAME).await?;
        let rows = match A::Resource::READ {
            Some(read) if read != A::NAME && rows != Rows::Nothing => {
                rows.and(self.rows::<A::Resource>(principal, &standing, read).await?.1)
            }
            _ => rows,
        };
        Ok(Scope { project_space: space, rows, decision, action: PhantomData })
    }

    async fn rows<R: Resource>(
        &self,
        principal: &Principal,
        standing: &Standing,
        action: &'static str,
    ) -> Result<(DecisionId, Rows), Denied> {
        let now = self.clock.now();
        let decision = DecisionId::fresh(now);
        let request = ScopeRequest {
            identity: principal.identity,
            signed_in_by: principal.signed_in_by,
            standing,
            action,
            resource_kind: R::KIND,
            now,
            decision,
        };
        let answer = self.policy.scope(&request).await;
        self.log.scoped(&request, &answer);
        let rows = answer.map_err(|undecided| unavailable(standing, decision, undecided))?.answer;
        Ok((decision, rows))
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

/// The question whether the resource may be read at all, if the request is about another action on it. It takes the
/// attributes of the request's resource along as a copy.
pub(super) fn read_first<'a, R: Resource>(request: &Request<'a>) -> Option<Request<'a>> {
    let read = R::READ.filter(|read| *read != request.action)?;
    Some(Request {
        identity: request.identity,
        signed_in_by: request.signed_in_by,
        standing: request.standing,
        action: read,
        resource_kind: request.resource_kind,
        resource_id: request.resource_id.clone(),
        attributes: request.attributes.clone(),
        proposed: Attributes::new(),
        now: request.now,
        decision: request.decision,
    })
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
