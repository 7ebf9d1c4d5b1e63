//! Modules whose scopes may be kept, as they look at neither the time nor the decision's id.

use super::guest::{component, denying};
use super::{Asker, host, space};
use fieldgate::authz::{PolicyEngine, Rows};
use fieldgate::policy::author::check;
use fieldgate::policy::{ModuleSource, PolicyConfig, PolicyHost};

const NOTHING: u8 = 1;
const EVERYTHING: u8 = 3;

/// A guest that lets everybody see everything, except who tells it the time or the decision's id.
fn minding_the_time(timeless: bool) -> ModuleSource {
    answering(timeless, EVERYTHING, NOTHING)
}

/// A guest with one answer for who tells it neither, and another one for the others.
fn answering(timeless: bool, untold: u8, told: u8) -> ModuleSource {
    let timeless = if timeless { r#"(data (i32.const 72) "\01")"# } else { "" };
    let component = component(&format!(
        r#"
        {timeless}
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

/// The answer to the same question, put twice.
async fn rows(host: &PolicyHost) -> Rows {
    let asker = Asker::web_user(&[]).in_space(space(2));
    let question = asker.asks_for_rows("group.read", "group");
    let first = host.scope(&question).await.unwrap().answer;
    assert_eq!(host.scope(&question).await.unwrap().answer, first);
    first
}

#[tokio::test]
async fn what_says_that_it_is_timeless_is_told_no_time() {
    let host = host();
    for (timeless, expected) in [(true, Rows::Everything), (false, Rows::Nothing)] {
        let source = minding_the_time(timeless);
        assert_eq!(host.inspect(&source.component).unwrap().timeless, timeless);
        host.install(space(2), vec![source]).await.unwrap();
        assert_eq!(rows(&host).await, expected);
    }
}

#[tokio::test]
async fn another_stack_is_asked_anew_also_where_it_has_a_module_of_the_one_before() {
    let host = host();
    let denying = || ModuleSource { component: denying(), settings: String::new() };
    host.install(space(2), vec![minding_the_time(true)]).await.unwrap();
    assert_eq!(rows(&host).await, Rows::Everything);
    host.install(space(2), vec![minding_the_time(true), denying()]).await.unwrap();
    assert_eq!(rows(&host).await, Rows::Nothing);
    host.install(space(2), vec![minding_the_time(true)]).await.unwrap();
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
    for (timeless, expected) in [(false, true), (true, false)] {
        let (good, told) = says(&answering(timeless, NOTHING, EVERYTHING));
        assert_eq!(good, expected, "{told}");
        assert_eq!(told.contains("hostile 1.0.0, timeless"), timeless, "{told}");
        assert_eq!(told.contains("`decide` permits, and `scope` leaves it out"), timeless, "{told}");
    }
}
