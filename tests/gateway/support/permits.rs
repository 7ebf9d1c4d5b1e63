use fieldgate::authz::{Decided, Decision, NoAnswer, PolicyEngine, Request, Rows, ScopeRequest, Undecided};
use fieldgate::policy::PolicyHost;
use std::sync::Arc;

/// A policy that permits everything whose action begins so, and leaves all else to the policy host: what holds under it
/// all the same is a rule that no policy switches off.
pub struct Permits {
    pub host: Arc<PolicyHost>,
    pub prefix: &'static str,
}

#[async_trait::async_trait]
impl PolicyEngine for Permits {
    async fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        if !request.action.starts_with(self.prefix) {
            return self.host.decide(request).await;
        }
        Ok(Decided { answer: Decision::Permit(Vec::new()), policy: "permits@1".to_owned() })
    }

    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        if !request.action.starts_with(self.prefix) {
            return self.host.scope(request).await;
        }
        Ok(Decided { answer: Rows::Everything, policy: "permits@1".to_owned() })
    }
}

/// What an engine says that has no answer.
pub fn undecided() -> Undecided {
    Undecided { policy: "test@1".to_owned(), cause: NoAnswer::Trap, attribute: None }
}
