//! Modules whose scopes may be kept, as they look at neither the time nor the decision's id.

use super::guest::{component, denying};
use super::kept::grown;
use super::{Asker, host, space};
use fieldgate::authz::{Attributes, PolicyEngine, Rows};
use fieldgate::policy::author::check;
use fieldgate::policy::{ModuleSource, PolicyConfig, PolicyHost};

const NOTHING: u8 = 1;
const EVERYTHING: u8 = 3;

/// What a manifest says: nothing, or that the module is timeless.
const SILENT: &str = "";
const TIMELESS: &str = r#"(data (i32.const 72) "\01")"#;

/// A guest that lets everybody see everything, except who tells it the time or the decision's id.
fn minding_the_time(manifest: &str) -> ModuleSource {
    answering(manifest, EVERYTHING, NOTHING)
}

/// A guest with one answer for who tells it neither, and another one for the others.
fn answering(manifest: &str, untold: u8, told: u8) -> ModuleSource {
    let component = component(&format!(
        r#"
        {manifest}
        (data (i32.const 4000) "\{told:02}")
        (data (i32.const 4100) "\{untold:02}")
        (func (export "scope") (param $question i32) (result i32)
          (i32.and (i64.eqz (i64.load offset=80 (local.get $question)))
                   (i32.eqz (i32.load offset=92 (local.get $question))))
          (if (result i32) (then (i32.const 4100)) (else (i32.const 4000))))
        "#
    ));
    ModuleSource { component, settings: String::new() }
}

async fn rows(host: &PolicyHost) -> Rows {
    let asker = Asker::web_user(&[]).in_space(space(2));
    host.scope(&asker.asks_for_rows("group.read", "group")).await.unwrap().answer
}

#[tokio::test]
async fn only_what_is_timeless_is_kept() {
    let host = host();
    for (manifest, second) in [(SILENT, Rows::Nothing), (TIMELESS, Rows::Everything)] {
        // Only its instance's first scope is everything; and so large that an instance answers more than once.
        let counting = grown(component(&format!(
            r#"
            {manifest}
            (data (i32.const 4000) "\01")
            (data (i32.const 4100) "\03")
            (global $asked (mut i32) (i32.const 0))
            (func (export "scope") (param i32) (result i32)
              (global.set $asked (i32.add (global.get $asked) (i32.const 1)))
              (select (i32.const 4100) (i32.const 4000) (i32.eq (global.get $asked) (i32.const 1))))
            "#
        )));
        host.install(space(2), vec![ModuleSource { component: counting, settings: String::new() }])
            .await
            .unwrap();
        assert_eq!(rows(&host).await, Rows::Everything);
        assert_eq!(rows(&host).await, second);
        // Somebody else is somebody else's question.
        let other = Asker::mobile_worker(&[]).in_space(space(2));
        let other = host.scope(&other.asks_for_rows("group.read", "group")).await.unwrap().answer;
        assert_eq!(other, Rows::Nothing);
    }
}

#[tokio::test]
async fn what_is_kept_is_no_sign_of_health() {
    let host = host();
    let component =
        component(&format!(r#"{TIMELESS} (func (export "decide") (param i32) (result i32) (unreachable))"#));
    host.install(space(2), vec![ModuleSource { component, settings: String::new() }]).await.unwrap();
    let asker = Asker::web_user(&[]).in_space(space(2));
    assert_eq!(rows(&host).await, Rows::Everything);
    for _ in 0..5 {
        assert!(host.quarantined().is_empty());
        assert_eq!(rows(&host).await, Rows::Everything);
        let question = asker.asks("group.read", "group", Attributes::new(), Attributes::new());
        assert!(host.decide(&question).await.is_err());
    }
    assert_eq!(host.quarantined().len(), 1);
    // From then on it has no answer, not even one that is kept.
    assert!(host.scope(&asker.asks_for_rows("group.read", "group")).await.is_err());
}

#[tokio::test]
async fn what_says_that_it_is_timeless_is_told_no_time() {
    let host = host();
    for (manifest, expected) in [(TIMELESS, Rows::Everything), (SILENT, Rows::Nothing)] {
        let source = minding_the_time(manifest);
        assert_eq!(host.inspect(&source.component).unwrap().timeless, manifest == TIMELESS);
        host.install(space(2), vec![source]).await.unwrap();
        assert_eq!(rows(&host).await, expected);
    }
}

#[tokio::test]
async fn another_stack_is_asked_anew_also_where_it_has_a_module_of_the_one_before() {
    let host = host();
    let denying = || ModuleSource { component: denying(), settings: String::new() };
    host.install(space(2), vec![minding_the_time(TIMELESS)]).await.unwrap();
    assert_eq!(rows(&host).await, Rows::Everything);
    host.install(space(2), vec![minding_the_time(TIMELESS), denying()]).await.unwrap();
    assert_eq!(rows(&host).await, Rows::Nothing);
    host.install(space(2), vec![minding_the_time(TIMELESS)]).await.unwrap();
    assert_eq!(rows(&host).await, Rows::Everything);
}

#[tokio::test]
async fn somebody_who_is_given_or_loses_a_permission_sees_other_rows_at_once() {
    let host = host();
    for permissions in [&["view_groups"][..], &[], &["view_groups"]] {
        let asker = Asker::web_user(permissions);
        let rows = host.scope(&asker.asks_for_rows("group.read", "group")).await.unwrap().answer;
        assert_eq!(rows == Rows::Everything, !permissions.is_empty(), "{permissions:?}: {rows:?}");
    }
}

/// Its decisions permit always, as the honest guest's do.
#[test]
fn the_check_finds_who_says_so_and_minds_the_time_after_all() {
    let config = PolicyConfig { deadline: std::time::Duration::from_secs(2), ..PolicyConfig::default() };
    let says = |source: &ModuleSource| {
        let report = check(&config, source, 20);
        let found = report.steps.iter().map(|step| format!("{}: {:?}", step.name, step.found));
        (report.is_good(), found.collect::<Vec<_>>().join("\n"))
    };
    // It sees a time in every decision and permits it, so it must see it in a scope, too.
    for (manifest, expected) in [(SILENT, true), (TIMELESS, false)] {
        let (good, told) = says(&answering(manifest, NOTHING, EVERYTHING));
        assert_eq!(good, expected, "{told}");
        assert_eq!(told.contains("hostile 1.0.0, timeless"), !expected, "{told}");
        assert_eq!(told.contains("`decide` permits, and `scope` leaves it out"), !expected, "{told}");
    }
    // What it answers untold agrees with its decisions, as those of a rule do that has an end and says nothing of it.
    let (good, told) = says(&answering(TIMELESS, EVERYTHING, NOTHING));
    assert!(!good, "{told}");
    assert!(told.contains("depends on the time or the decision's id"), "{told}");
    // One that has no answer at all once it hears the time is told as what it is.
    let trapping = component(&format!(
        r#"
        {TIMELESS}
        (data (i32.const 4100) "\03")
        (func (export "scope") (param $question i32) (result i32)
          (if (i32.eqz (i64.eqz (i64.load offset=80 (local.get $question)))) (then (unreachable)))
          (i32.const 4100))
        "#
    ));
    let (good, told) = says(&ModuleSource { component: trapping, settings: String::new() });
    assert!(!good, "{told}");
    assert!(told.contains("the module trapped") && !told.contains("depends on"), "{told}");
}
