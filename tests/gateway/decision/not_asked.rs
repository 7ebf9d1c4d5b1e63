//! A revision that could not be asked for want of time is not held to have failed.

use super::monitor::{action, monitored, report};
use super::{DEACTIVATE, forbidden, spawn};
use crate::policy_stack::revise;
use crate::scene::{VIEWER, member, worker};
use fieldgate::authz::{
    CasesRefusal, Decided, Decision, InspectedModule, ModuleRefusal, NoAnswer, PolicyEngine, PolicyWorkshop,
    Request, Rows, ScopeRequest, StackModule, StackRefusal, TriedStack, Undecided,
};
use fieldgate::domain::{PolicyCases, PolicyRevisionId, ProjectSpaceId};
use fieldgate::policy::PolicyHost;
use serde_json::json;
use std::sync::Arc;

/// Has no time for anybody.
struct Overrun;

fn no_time() -> Undecided {
    Undecided { policy: "slow@1".to_owned(), cause: NoAnswer::OverBudget, attribute: None }
}

#[async_trait::async_trait]
impl PolicyEngine for Overrun {
    async fn decide(&self, _: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        Err(no_time())
    }

    async fn scope(&self, _: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        Err(no_time())
    }
}

/// Hands out nothing but that.
struct Workshop(Arc<PolicyHost>);

#[async_trait::async_trait]
impl PolicyWorkshop for Workshop {
    async fn inspect(
        &self,
        space: ProjectSpaceId,
        component: Vec<u8>,
        digest: String,
        signature: Option<String>,
    ) -> Result<InspectedModule, ModuleRefusal> {
        PolicyWorkshop::inspect(&*self.0, space, component, digest, signature).await
    }

    async fn examine(&self, space: ProjectSpaceId, modules: Vec<StackModule>) -> Result<(), StackRefusal> {
        self.0.examine(space, modules).await
    }

    async fn read_cases(&self, project_space: String, text: String) -> Result<i32, CasesRefusal> {
        self.0.read_cases(project_space, text).await
    }

    async fn try_out(
        &self,
        space: ProjectSpaceId,
        modules: Vec<StackModule>,
        cases: Option<PolicyCases>,
    ) -> Result<TriedStack, StackRefusal> {
        self.0.try_out(space, modules, cases).await
    }

    async fn load(
        &self,
        _: ProjectSpaceId,
        _: PolicyRevisionId,
        _: Vec<StackModule>,
    ) -> Result<Arc<dyn PolicyEngine>, StackRefusal> {
        Ok(Arc::new(Overrun))
    }

    fn loaded(&self, _: PolicyRevisionId) -> Option<Arc<dyn PolicyEngine>> {
        None
    }

    fn monitored(&self, space: ProjectSpaceId) -> Option<(PolicyRevisionId, Arc<dyn PolicyEngine>)> {
        let (revision, _) = PolicyWorkshop::monitored(&*self.0, space)?;
        Some((revision, Arc::new(Overrun)))
    }

    fn in_force(&self, space: ProjectSpaceId) -> Option<PolicyRevisionId> {
        self.0.in_force(space)
    }

    fn trusts(&self, signed_by: Option<&str>) -> bool {
        self.0.trusts(signed_by)
    }
}

#[tokio::test]
async fn a_monitored_revision_without_time_is_counted_apart_and_is_no_difference() {
    let app = spawn().await;
    let workshop = Arc::new(Workshop(Arc::clone(&app.policy)));
    let app = app.with_workshop(workshop);
    let id = worker(&app, "amina").await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let admin = app.admin().await;
    monitored(&app, &admin).await;
    forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    app.keep_decisions().await;
    let told = report(&admin, None).await;
    let of = action(&told, "mobile_worker.deactivate");
    assert_eq!(
        json!([of["decisions"], of["notAsked"], of["faulted"], of["lost"], of["agreed"]]),
        json!([2, 2, 0, 0, 0]),
        "{told}"
    );
    assert_eq!(told["differences"]["nodes"], json!([]));
}

#[tokio::test]
async fn a_replay_without_time_says_how_much_it_could_not_ask() {
    let app = spawn().await;
    let workshop = Arc::new(Workshop(Arc::clone(&app.policy)));
    let app = app.with_workshop(workshop);
    let id = worker(&app, "amina").await;
    let admin = app.admin().await;
    admin.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    app.keep_decisions().await;
    let revision = revise(&admin, &["standard"]).await;
    let told = super::replay::replayed(&admin, &revision, None).await;
    let total = &told["total"];
    assert!(total["notAsked"].as_u64().unwrap() > 0 && total["notAsked"] == total["decisions"], "{told}");
    assert_eq!(json!([total["faulted"], told["masked"], told["people"]]), json!([0, 0, []]), "{told}");
}
