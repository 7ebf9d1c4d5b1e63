//! A thing that the policy hides from reading is hidden from every other action as well: changes by its id answer as for an
//! id that nothing has, over GraphQL and REST, and lists of things that may be given leave it out.

use crate::authz_matrix::operations::{OPERATIONS, document};
use crate::authz_matrix::run;
use crate::authz_matrix::things::{Place, Scene, Thing};
use crate::scene::{group, nowhere, worker};
use crate::support::TestApp;
use fieldgate::authz::{
    ACTION_CATALOGUE, Decided, Decision, Denial, PolicyEngine, Request, Rows, ScopeRequest, Undecided,
};
use serde_json::json;
use std::sync::Arc;

/// Permits everything, but for reading things of one kind.
struct Hides(&'static str);

#[async_trait::async_trait]
impl PolicyEngine for Hides {
    async fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        let answer = if request.action == self.0 {
            Decision::Deny(Denial {
                reason: "secret".to_owned(),
                message: "this is secret".to_owned(),
                missing: Vec::new(),
                visible: false,
            })
        } else {
            Decision::Permit(Vec::new())
        };
        Ok(Decided { answer, policy: "hides@1".to_owned() })
    }

    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        let answer = if request.action == self.0 { Rows::Nothing } else { Rows::Everything };
        Ok(Decided { answer, policy: "hides@1".to_owned() })
    }
}

/// The read action of a kind of thing.
fn read_action(kind: &str) -> Option<&'static str> {
    let mut reads = ACTION_CATALOGUE.iter().filter(|info| info.resource_kind == kind);
    reads.find(|info| info.name.ends_with(".read")).map(|info| info.name)
}

#[tokio::test]
async fn a_hidden_thing_cannot_be_changed_by_any_operation() {
    let app = TestApp::spawn().await;
    let scene = Scene::set(&app).await;
    let mut tried = 0;
    for operation in OPERATIONS {
        let info = ACTION_CATALOGUE.iter().find(|info| info.name == operation.action).unwrap();
        let is_of_the_space =
            matches!(operation.thing, Thing::Space | Thing::Oneself) || info.resource_kind == "policy_stack";
        let Some(read) = read_action(info.resource_kind).filter(|_| !is_of_the_space) else { continue };
        let made = scene.make(operation.thing, Place::Near).await;
        let before = crate::scene::entries(&app, "").await.len();
        let hiding = app.answering(Arc::new(Hides(read)));
        let admin = hiding.admin().await;
        let signed_in = crate::scene::entries(&app, "").await.len() - before;
        let outcome = run(&admin, operation, &made).await;
        let what = format!("{} of a hidden {}", operation.name(), info.resource_kind);
        // Who puts workers into a group names them in the input, where a hidden one is a fault.
        let is_named_in_input = operation.action == "mobile_worker.regroup";
        let expected = if is_named_in_input { 'R' } else { 'H' };
        assert_eq!(outcome.letter, expected, "{what}: {outcome:?}");
        assert_eq!(crate::scene::entries(&app, "").await.len() - before, signed_in, "{what} wrote something");
        tried += 1;
    }
    assert!(tried > 50, "only {tried} operations were tried");
}

#[tokio::test]
async fn hidden_workers_groups_and_roles_are_not_given_to_anyone() {
    let app = TestApp::spawn().await;
    let (team, amina) = (group(&app, "team").await, worker(&app, "amina").await);
    let role = crate::scene::role(&app, "Nurse", &[]).await;
    let update = "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code path } } }";
    for (read, input, expected) in [
        ("group.read", json!({ "id": amina, "groupIds": [team] }), ("GROUP_OUT_OF_REACH", "groupIds.0")),
        ("role.read", json!({ "id": amina, "roleId": role }), ("ROLE_NOT_ASSIGNABLE", "roleId")),
    ] {
        let hiding = app.answering(Arc::new(Hides(read)));
        let found = crate::scene::faults(&hiding.admin().await, update, input).await;
        assert_eq!(found, crate::scene::pairs(&[expected]), "{read}");
    }
    let add = document("addGroupMembers");
    let hiding = app.answering(Arc::new(Hides("mobile_worker.read")));
    let admin = hiding.admin().await;
    let input = |id: &str| json!({ "i": { "groupId": team, "workerIds": [id] } });
    let (hidden, unknown) = (
        admin.refusals("addGroupMembers", &add, input(&amina)).await,
        admin.refusals("addGroupMembers", &add, input(&nowhere("mw"))).await,
    );
    assert_eq!(hidden, unknown);
    assert_eq!(hidden, ["WORKER_OUT_OF_REACH"]);
}

#[test]
fn every_kind_of_thing_that_can_be_read_is_asked_for_that() {
    use fieldgate::authz::Resource;
    use fieldgate::domain as d;
    fn check<R: Resource>() {
        assert_eq!(R::READ, read_action(R::KIND), "{}", R::KIND);
    }
    check::<d::ProjectSpace>();
    check::<d::Member>();
    check::<d::MobileWorker>();
    check::<d::Role>();
    check::<d::CustomPermission>();
    check::<d::LocationType>();
    check::<d::Location>();
    check::<d::Group>();
    check::<d::UserFieldDefinition>();
    check::<d::UserProfile>();
    check::<d::Invitation>();
    check::<d::AccessRequest>();
    check::<d::EmailAddress>();
    check::<d::AuditEntry>();
    check::<fieldgate::authz::LoggedDecision>();
    // Every project space has one, so its existence is no secret.
    assert_eq!(d::PolicyStack::READ, None);
    check::<d::ApiKey>();
}

/// A rule of a space's own: nobody is in more than one group. It holds from the group's side too.
struct OneGroup(Arc<fieldgate::policy::PolicyHost>);

#[async_trait::async_trait]
impl PolicyEngine for OneGroup {
    async fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        use fieldgate::authz::Value;
        match request.proposed.get("group_ids") {
            Some(Value::Texts(groups)) if groups.len() > 1 => Ok(Decided {
                answer: Decision::Deny(Denial {
                    reason: "one_group".to_owned(),
                    message: "a worker is in one group".to_owned(),
                    missing: Vec::new(),
                    visible: true,
                }),
                policy: "one-group@1".to_owned(),
            }),
            _ => self.0.decide(request).await,
        }
    }

    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        self.0.scope(request).await
    }
}

#[tokio::test]
async fn a_rule_about_a_workers_groups_holds_from_the_groups_side_too() {
    let app = TestApp::spawn().await;
    let (one, two) = (group(&app, "one").await, group(&app, "two").await);
    let amina = worker(&app, "amina").await;
    let ruled = app.answering(Arc::new(OneGroup(Arc::clone(&app.policy))));
    let admin = ruled.admin().await;
    let add = document("addGroupMembers");
    let input = |group: &str| json!({ "i": { "groupId": group, "workerIds": [amina] } });
    assert_eq!(admin.refusals("addGroupMembers", &add, input(&one)).await, Vec::<String>::new());
    assert_eq!(admin.refusals("addGroupMembers", &add, input(&two)).await, ["WORKER_OUT_OF_REACH"]);
    let remove = document("removeGroupMembers");
    assert_eq!(admin.refusals("removeGroupMembers", &remove, input(&one)).await, Vec::<String>::new());
    assert_eq!(admin.refusals("addGroupMembers", &add, input(&two)).await, Vec::<String>::new());
}
