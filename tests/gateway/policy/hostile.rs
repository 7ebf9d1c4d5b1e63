//! Modules that mean harm. Each gives no answer, in time, and nobody else notices.

use super::{Asker, guest, host, permits, space};
use fieldgate::authz::{AskedResource, Attributes, NoAnswer, PolicyEngine, PolicyWorkshop, StackModule};
use fieldgate::domain::PolicyRevisionId;
use fieldgate::policy::{ModuleSource, PolicyConfig, PolicyError, PolicyHost};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The deadline is 250 ms here and the engine looks every millisecond; an endless loop would never end. The rest is for a
/// machine on which all other tests run at the same moment: `benches/decision.rs` says how long it takes on a quiet one.
const IN_TIME: Duration = Duration::from_secs(2);

fn module(component: Vec<u8>) -> Vec<ModuleSource> {
    vec![ModuleSource { component, settings: String::new() }]
}

fn in_time<T>(name: &str, ask: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = ask();
    assert!(start.elapsed() < IN_TIME, "`{name}` took {:?}", start.elapsed());
    answer
}

#[tokio::test]
async fn a_hostile_guest_gives_no_answer_in_time_and_nobody_else_notices() {
    let guests = guest::all_in(&guest::hostile());
    assert!(guests.len() > 20, "the guests are where they are expected");
    for (name, text) in guests {
        // One host each, as repeated faults lead to quarantine.
        let host = host();
        host.install(space(2), module(guest::component(&text))).await.unwrap();
        let victim = Asker::admin().in_space(space(2));
        let deviates = |export: &str| {
            text.contains(&format!("(export \"{export}\")")) || text.contains("(export \"cabi_realloc\")")
        };

        if deviates("decide") || deviates("cabi_post_decide") {
            let question = victim.asks_to_read_the_space();
            let start = Instant::now();
            assert!(host.decide(&question).await.is_err(), "`{name}` decided");
            assert!(start.elapsed() < IN_TIME, "`{name}` took {:?}", start.elapsed());
        }
        if deviates("decide-many") {
            let questions =
                victim.asks_about("project_space.read", "project_space", vec![AskedResource::default()]);
            let start = Instant::now();
            assert!(host.decide_many(&questions).await.is_err(), "`{name}` decided many");
            assert!(start.elapsed() < IN_TIME, "`{name}` took {:?}", start.elapsed());
        }
        if deviates("scope") {
            let question = victim.asks_for_rows("mobile_worker.read", "mobile_worker");
            let start = Instant::now();
            assert!(host.scope(&question).await.is_err(), "`{name}` gave a scope");
            assert!(start.elapsed() < IN_TIME, "`{name}` took {:?}", start.elapsed());
        }

        let other = Asker::admin();
        let answer = host.decide(&other.asks_to_read_the_space()).await.unwrap();
        assert!(permits(&answer.answer), "after `{name}`, standard permits as ever");
    }
}

#[tokio::test]
async fn a_guest_that_does_no_harm_in_the_same_frame_is_heard() {
    let host = host();
    host.install(space(2), module(guest::component(""))).await.unwrap();
    let asker = Asker::web_user(&[]).in_space(space(2));
    let question = asker.asks("role.create", "project_space", Attributes::new(), Attributes::new());
    let answer = host.decide(&question).await.unwrap();
    assert!(permits(&answer.answer) && answer.policy.starts_with("hostile@"), "{answer:?}");
    let many = asker.asks_about("role.create", "project_space", vec![AskedResource::default(); 3]);
    let answers = host.decide_many(&many).await.unwrap();
    assert!(answers.len() == 3 && answers.iter().all(|answer| permits(&answer.answer)), "{answers:?}");
}

#[tokio::test]
async fn a_component_that_is_not_acceptable_is_refused_and_changes_nothing() {
    let host = host();
    for (name, text) in guest::all_in(&guest::hostile().join("refused")) {
        let component = if name.ends_with(".component.wat") {
            wat::parse_str(&text).unwrap()
        } else {
            guest::component(&text)
        };
        let refusal = in_time(&name, || host.inspect(&component));
        assert!(refusal.is_err(), "`{name}` was accepted: {refusal:?}");
        assert!(host.install(space(2), module(component)).await.is_err(), "`{name}` was installed");
        assert_eq!(host.modules(space(2)), host.modules(space(1)), "`{name}` left something behind");
    }
}

#[test]
fn what_is_no_component_is_refused_with_a_word_on_what_to_do() {
    let host = host();
    let whole = guest::component("");
    let refusal = |component: &[u8]| host.inspect(component).unwrap_err();

    assert!(matches!(refusal(&guest::core("")), PolicyError::CoreModule));
    assert!(matches!(refusal(&whole[..whole.len() - 7]), PolicyError::Malformed(_)));
    assert!(matches!(refusal(b""), PolicyError::Malformed(_)));
    assert!(matches!(refusal(b"#!/bin/sh"), PolicyError::Malformed(_)));
    let importing =
        std::fs::read_to_string(guest::hostile().join("refused/importing.component.wat")).unwrap();
    assert!(
        matches!(refusal(&wat::parse_str(importing).unwrap()), PolicyError::Import(name) if name == "now")
    );
    let big = [whole, vec![0; 32 << 20]].concat();
    assert!(matches!(refusal(&big), PolicyError::TooLarge(_)));
}

#[test]
fn what_would_take_long_to_compile_is_refused_before_it_is_compiled() {
    let host = host();
    let refused = |what: &str, deviations: String| {
        let component = guest::component(&deviations);
        let refusal = in_time(what, || host.inspect(&component)).unwrap_err();
        assert!(matches!(refusal, PolicyError::TooComplex { .. }), "{what}: {refusal:?}");
    };
    refused("functions", "(func)".repeat(50_000));
    refused("locals", format!("(func {})", "(local i32 i64 f32 f64)".repeat(5_000)).repeat(3));
    refused("one function", format!("(func {})", "(drop (i32.const 77777777))".repeat(30_000)));
    let table = format!("(br_table {}(i32.const 0))", "0 ".repeat(1_000));
    refused("branch targets", format!("(func {table})").repeat(30));
}

#[tokio::test]
async fn a_compilation_that_takes_too_long_is_given_up() {
    let config = PolicyConfig { compile_deadline: Duration::ZERO, ..PolicyConfig::default() };
    let host = PolicyHost::new(config).unwrap();
    // Enough to compile that no machine is done before it is looked at for the first time.
    let function = |n: u32| format!("(func (param i32) (result i32) local.get 0 i32.const {n} i32.mul)\n");
    let slow: String = (0..4_000).map(function).collect();
    let refusal = host.install(space(2), module(guest::component(&slow))).await.unwrap_err();
    assert!(matches!(refusal, PolicyError::CompileDeadline(_)), "{refusal:?}");
}

#[tokio::test]
async fn a_module_that_faults_again_and_again_is_no_longer_asked() {
    let host = host();
    let endless = std::fs::read_to_string(guest::hostile().join("endless.wat")).unwrap();
    host.install(space(2), module(guest::component(&endless))).await.unwrap();
    let asker = Asker::admin().in_space(space(2));
    for _ in 0..5 {
        assert!(host.decide(&asker.asks_to_read_the_space()).await.is_err());
    }
    let start = Instant::now();
    for _ in 0..100 {
        let undecided = host.decide(&asker.asks_to_read_the_space()).await.unwrap_err();
        assert_eq!(undecided.cause, NoAnswer::Quarantine);
    }
    assert!(start.elapsed() < IN_TIME, "a hundred questions took {:?}", start.elapsed());
    let [quarantined] = &host.quarantined()[..] else { panic!("one quarantine has begun") };
    assert!(
        quarantined.project_space == space(2) && quarantined.policy.starts_with("hostile@"),
        "{quarantined:?}"
    );
    assert!(host.quarantined().is_empty(), "it is news once");

    // To load the stack again lifts it.
    host.install(space(2), module(guest::component(&endless))).await.unwrap();
    let undecided = host.decide(&asker.asks_to_read_the_space()).await.unwrap_err();
    assert_eq!(undecided.cause, NoAnswer::Deadline);
}

#[tokio::test]
async fn a_revision_that_is_only_tried_is_asked_every_question_whatever_it_does() {
    let host = host();
    let trap = std::fs::read_to_string(guest::hostile().join("trap.wat")).unwrap();
    let component = guest::component(&trap);
    let digest = Sha256::digest(&component).iter().map(|byte| format!("{byte:02x}")).collect();
    let uploaded = StackModule::Uploaded { digest, component, settings: String::new() };
    let revision = PolicyRevisionId(Uuid::from_u128(1));
    let tried = host.load(space(2), revision, vec![uploaded]).await.unwrap_or_else(|_| panic!("it loads"));
    let asker = Asker::admin().in_space(space(2));
    // A replay would else count what the module was never asked.
    for _ in 0..10 {
        let undecided = tried.decide(&asker.asks_to_read_the_space()).await.unwrap_err();
        assert_eq!(undecided.cause, NoAnswer::Trap);
    }
}

#[tokio::test]
async fn memory_is_bounded_as_configured() {
    let config = PolicyConfig { memory_limit: 2 * 65_536, ..PolicyConfig::default() };
    let Err(PolicyError::Memory | PolicyError::Compile(_)) = PolicyHost::new(config).map(drop) else {
        panic!("standard needs more than that, so the bound holds")
    };
}
