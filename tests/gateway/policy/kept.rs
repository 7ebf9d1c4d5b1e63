//! Modules that bring an interpreter along: large, slow to start, and so kept from one question to the next.

use super::{Asker, guest, host, permits, space};
use fieldgate::authz::PolicyEngine;
use fieldgate::policy::author::{Desk, Sampler, agreement};
use fieldgate::policy::{Class, ModuleSource, PolicyConfig};
use std::time::{Duration, Instant};

/// The same component, as large as an interpreter would make it: with a custom section that means nothing.
pub fn grown(mut component: Vec<u8>) -> Vec<u8> {
    let payload = [&[1, b'x'][..], &vec![0; 1 << 20]].concat();
    component.push(0);
    let mut left = payload.len();
    while left >= 0x80 {
        component.push(u8::try_from(left & 0x7f).unwrap() | 0x80);
        left >>= 7;
    }
    component.push(u8::try_from(left).unwrap());
    component.extend(payload);
    component
}

fn source(component: Vec<u8>) -> ModuleSource {
    ModuleSource { component, settings: String::new() }
}

/// Permits the first question of an instance and says nothing of later ones.
const ONCE: &str = r#"
    (global $asked (mut i32) (i32.const 0))
    (func (export "decide") (param i32) (result i32)
      (global.set $asked (i32.add (global.get $asked) (i32.const 1)))
      (select (i32.const 100) (i32.const 700) (i32.eq (global.get $asked) (i32.const 1))))"#;

#[tokio::test]
async fn a_large_module_keeps_its_instance_and_a_small_one_does_not() {
    let host = host();
    let small = guest::component(ONCE);
    assert_eq!(host.inspect(&small).unwrap().class, Class::Compact);
    let large = grown(small.clone());
    assert_eq!(host.inspect(&large).unwrap().class, Class::Interpreted);
    let asker = Asker::admin().in_space(space(2));

    host.install(space(2), vec![source(small)]).await.unwrap();
    for _ in 0..3 {
        assert!(permits(&host.decide(&asker.asks_to_read_the_space()).await.unwrap().answer));
    }
    host.install(space(2), vec![source(large.clone())]).await.unwrap();
    assert!(permits(&host.decide(&asker.asks_to_read_the_space()).await.unwrap().answer));
    assert!(!permits(&host.decide(&asker.asks_to_read_the_space()).await.unwrap().answer));

    // Another project space has another instance of the same module.
    host.install(space(3), vec![source(large)]).await.unwrap();
    let there = Asker::admin().in_space(space(3));
    assert!(permits(&host.decide(&there.asks_to_read_the_space()).await.unwrap().answer));
}

#[tokio::test]
async fn an_instance_that_faulted_is_gone() {
    let host = host();
    // Faults on its second question.
    let component = guest::component(
        r#"
        (global $asked (mut i32) (i32.const 0))
        (func (export "decide") (param i32) (result i32)
          (global.set $asked (i32.add (global.get $asked) (i32.const 1)))
          (if (i32.eq (global.get $asked) (i32.const 2)) (then (unreachable)))
          (i32.const 100))"#,
    );
    host.install(space(2), vec![source(grown(component))]).await.unwrap();
    let asker = Asker::admin().in_space(space(2));
    for _ in 0..3 {
        assert!(permits(&host.decide(&asker.asks_to_read_the_space()).await.unwrap().answer));
        assert!(host.decide(&asker.asks_to_read_the_space()).await.is_err());
    }
}

#[tokio::test]
async fn a_large_module_that_never_ends_is_cut_off_as_well() {
    let host = host();
    let endless = std::fs::read_to_string(guest::hostile().join("endless.wat")).unwrap();
    host.install(space(2), vec![source(grown(guest::component(&endless)))]).await.unwrap();
    let asker = Asker::admin().in_space(space(2));
    let start = Instant::now();
    assert!(host.decide(&asker.asks_to_read_the_space()).await.is_err());
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let standard = Asker::admin();
    assert!(permits(&host.decide(&standard.asks_to_read_the_space()).await.unwrap().answer));
}

#[test]
fn a_module_that_remembers_is_found_out() {
    let desk = Desk::open(&PolicyConfig::default(), &[source(grown(guest::component(ONCE)))]).unwrap();
    let found = agreement(&desk, Sampler::new(1), 50);
    assert!(!found.findings.is_empty());
}
