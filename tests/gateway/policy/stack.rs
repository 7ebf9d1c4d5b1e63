//! Several modules, one answer; and how a project space gets from one stack to the next.

use super::guest::{ABSTAIN, DENY, PERMIT, PERMIT_WITH_OTP, answering, component};
use super::{Asker, host, permits, space};
use fieldgate::authz::{
    AskedResource, Attributes, Condition, Decision, Obligation, PolicyEngine, Rows, Value,
};
use fieldgate::policy::{ModuleSource, PolicyError, PolicyHost};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn stack(components: &[Vec<u8>]) -> Vec<ModuleSource> {
    components
        .iter()
        .map(|component| ModuleSource { component: component.clone(), settings: String::new() })
        .collect()
}

async fn decided(host: &PolicyHost, components: &[Vec<u8>]) -> (Decision, String) {
    host.install(space(2), stack(components)).await.unwrap();
    let asker = Asker::admin().in_space(space(2));
    let one = host.decide(&asker.asks_to_read_the_space()).await.unwrap();
    let twice = vec![AskedResource::default(); 2];
    let many =
        host.decide_many(&asker.asks_about("project_space.read", "project_space", twice)).await.unwrap();
    assert_eq!(many, [one.clone(), one.clone()], "many are decided as one is");
    (one.answer, one.policy)
}

#[tokio::test]
async fn any_deny_denies_otherwise_one_permit_permits() {
    let host = host();
    let [permit, deny, abstain] = [PERMIT, DENY, ABSTAIN].map(answering);
    let digest = host.inspect(&deny).unwrap().digest;

    let (answer, policy) = decided(&host, &[permit.clone(), abstain.clone(), deny.clone()]).await;
    assert!(matches!(answer, Decision::Deny(denial) if denial.visible));
    assert_eq!(policy, format!("hostile@{}", &digest[..16]), "the audit names the one who denied");

    assert!(matches!(decided(&host, &[deny, permit.clone()]).await.0, Decision::Deny(_)));
    assert!(permits(&decided(&host, &[abstain, permit]).await.0));
}

#[tokio::test]
async fn nobody_answering_denies_and_hides() {
    let host = host();
    let (answer, policy) = decided(&host, &[answering(ABSTAIN)]).await;
    let Decision::Deny(denial) = answer else { panic!("a denial") };
    assert_eq!((denial.reason.as_str(), denial.visible), ("not_applicable", false));
    assert_eq!(policy, "host");
}

#[tokio::test]
async fn obligations_of_all_who_permit_are_united() {
    let (answer, _) = decided(&host(), &[answering(PERMIT), answering(PERMIT_WITH_OTP)]).await;
    assert_eq!(answer, Decision::Permit(vec![Obligation::NotifyAdmins, Obligation::RequireOtp]));
}

#[tokio::test]
async fn a_module_is_not_asked_about_actions_that_it_does_not_name() {
    let host = host();
    // As the honest frame describes itself, but for the action: `*` becomes `role.*`, and every decision traps.
    let roles_only = component(
        r#"
        (data (i32.const 0) "hostile1.0.0role.*")
        (data (i32.const 20) "\0c\00\00\00\06\00\00\00")
        (data (i32.const 32) "\00\00\00\00\07\00\00\00" "\07\00\00\00\05\00\00\00" "\00\00\00\00\00\00\00\00"
          "\00\00\00\00\00\00\00\00" "\14\00\00\00\01\00\00\00")
        (func (export "describe") (result i32) (i32.const 32))
        (func (export "decide") (param i32) (result i32) (unreachable))
        (func (export "decide-many") (param i32) (result i32) (unreachable))
        "#,
    );
    assert_eq!(host.inspect(&roles_only).unwrap().actions, ["role.*"]);
    assert!(permits(&decided(&host, &[roles_only, answering(PERMIT)]).await.0));
    let asker = Asker::admin().in_space(space(2));
    let role = asker.asks("role.create", "project_space", Attributes::new(), Attributes::new());
    assert!(host.decide(&role).await.is_err());
}

#[tokio::test]
async fn scopes_are_joined_by_and() {
    let host = host();
    // all-of [], equals "x" true, root 1
    let only = component(
        r#"
        (data (i32.const 512) "\02\00\00\00" "\10\02\00\00\01\00\00\00" "\00\00\00\00")
        (data (i32.const 528) "\03\00\00\00\00\00\00\00" "\70\02\00\00\0b\00\00\00" "\02\00\00\00\00\00\00\00" "\01")
        (data (i32.const 624) "is_archived")
        (func (export "scope") (param i32) (result i32) (i32.const 512))
        "#,
    );
    let nothing = component(
        r#"(data (i32.const 512) "\01") (func (export "scope") (param i32) (result i32) (i32.const 512))"#,
    );
    let abstain = component(
        r#"(data (i32.const 512) "\00") (func (export "scope") (param i32) (result i32) (i32.const 512))"#,
    );
    let everything = component("");
    let x = || Condition::Equals("is_archived".to_owned(), Value::Boolean(true));

    for (modules, rows) in [
        (vec![&everything], Rows::Everything),
        (vec![&everything, &only, &abstain], Rows::Only(x())),
        (vec![&only, &only], Rows::Only(Condition::AllOf(vec![x(), x()]))),
        (vec![&only, &nothing], Rows::Nothing),
        (vec![&abstain], Rows::Nothing),
    ] {
        let modules: Vec<_> = modules.into_iter().cloned().collect();
        host.install(space(2), stack(&modules)).await.unwrap();
        let asker = Asker::admin().in_space(space(2));
        let answer = host.scope(&asker.asks_for_rows("role.read", "role")).await.unwrap();
        assert_eq!(answer.answer, rows);
    }
}

#[tokio::test]
async fn a_stack_is_of_one_space_alone_and_the_gateway_itself_always_hears_standard() {
    let host = host();
    host.install(space(2), stack(&[answering(DENY)])).await.unwrap();
    let here = Asker::admin().in_space(space(2));
    let there = Asker::admin().in_space(space(3));
    let gateway = Asker::system().in_space(space(2));
    assert!(!permits(&host.decide(&here.asks_to_read_the_space()).await.unwrap().answer));
    assert!(permits(&host.decide(&there.asks_to_read_the_space()).await.unwrap().answer));
    let answer = host.decide(&gateway.asks_to_read_the_space()).await.unwrap();
    assert!(permits(&answer.answer) && answer.policy.starts_with("standard@"));

    host.reset(space(2));
    let answer = host.decide(&here.asks_to_read_the_space()).await.unwrap();
    assert!(permits(&answer.answer) && answer.policy.starts_with("standard@"));
}

#[tokio::test]
async fn a_stack_that_is_not_acceptable_leaves_the_old_one_in_place() {
    let host = host();
    host.install(space(2), stack(&[answering(PERMIT)])).await.unwrap();
    let before = host.modules(space(2));
    assert!(host.install(space(2), stack(&[answering(PERMIT), vec![0; 9]])).await.is_err());
    assert!(matches!(host.install(space(2), Vec::new()).await, Err(PolicyError::StackSize(0))));
    let many = stack(&vec![answering(PERMIT); 9]);
    assert!(matches!(host.install(space(2), many).await, Err(PolicyError::StackSize(9))));
    assert_eq!(host.modules(space(2)), before);
}

#[tokio::test]
async fn settings_are_given_before_every_decision_and_checked_when_installed() {
    let host = host();
    // Refuses settings that do not start with `{`, and permits only once it has heard some.
    let configured = component(
        r#"
        (global $configured (mut i32) (i32.const 0))
        (data (i32.const 512) "\01\00\00\00" "\10\02\00\00\01\00\00\00")
        (data (i32.const 528) "\40\02\00\00\02\00\00\00" "\42\02\00\00\0b\00\00\00")
        (data (i32.const 576) "/anot JSON :(")
        (func (export "configure") (param $at i32) (param i32) (result i32)
          (global.set $configured (i32.const 1))
          (select (i32.const 96) (i32.const 512) (i32.eq (i32.load8_u (local.get $at)) (i32.const 123))))
        (func (export "decide") (param i32) (result i32)
          (select (i32.const 100) (i32.const 700) (global.get $configured)))
        "#,
    );
    let with =
        |settings: &str| vec![ModuleSource { component: configured.clone(), settings: settings.to_owned() }];
    let asker = Asker::admin().in_space(space(2));

    host.install(space(2), with("{}")).await.unwrap();
    for _ in 0..3 {
        assert!(permits(&host.decide(&asker.asks_to_read_the_space()).await.unwrap().answer));
    }
    host.install(space(2), with("")).await.unwrap();
    assert!(!permits(&host.decide(&asker.asks_to_read_the_space()).await.unwrap().answer));
    let refusal = host.install(space(2), with("[]")).await.unwrap_err().to_string();
    assert!(refusal.ends_with("does not take these settings: `/a`: not JSON :("), "{refusal}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_swap_under_load_fails_nobody() {
    let host = Arc::new(host());
    let stop = Arc::new(AtomicBool::new(false));
    let askers: Vec<_> = (0..3)
        .map(|_| {
            let (host, stop) = (Arc::clone(&host), Arc::clone(&stop));
            tokio::spawn(async move {
                let asker = Asker::admin().in_space(space(2));
                let mut asked = 0;
                while !stop.load(Ordering::Relaxed) {
                    let answer = host.decide(&asker.asks_to_read_the_space()).await.unwrap();
                    assert!(permits(&answer.answer));
                    asked += 1;
                    if asked % 64 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
                asked
            })
        })
        .collect();
    let [one, two] = [stack(&[answering(PERMIT)]), stack(&[answering(PERMIT_WITH_OTP)])];
    for _ in 0..20 {
        host.install(space(2), one.clone()).await.unwrap();
        host.install(space(2), two.clone()).await.unwrap();
        host.reset(space(2));
    }
    stop.store(true, Ordering::Relaxed);
    for asker in askers {
        assert!(asker.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn no_other_policy_answers_for_a_stack_that_could_not_be_loaded() {
    let host = host();
    let asker = Asker::admin().in_space(space(2));
    host.withhold(space(2));
    assert!(host.decide(&asker.asks_to_read_the_space()).await.is_err());
    assert!(
        permits(&host.decide(&Asker::admin().asks_to_read_the_space()).await.unwrap().answer),
        "elsewhere"
    );

    host.install(space(2), stack(&[answering(PERMIT)])).await.unwrap();
    host.withhold(space(2));
    assert!(
        permits(&host.decide(&asker.asks_to_read_the_space()).await.unwrap().answer),
        "an older one of its own"
    );
}
