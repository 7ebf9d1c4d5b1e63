//! Guests by chance: wasm-smith writes their functions. Like those written by hand, none of them permits anything, takes
//! long, or is noticed by anybody else. `FIELDGATE_TEST_SMITH=5000 cargo test --test gateway policy::smith` tries more.

use super::{Asker, guest, permits, space};
use fieldgate::authz::{AskedResource, PolicyEngine, Rows};
use fieldgate::policy::{ModuleSource, PolicyConfig, PolicyHost};
use std::time::{Duration, Instant};
use wasm_encoder::{CodeSection, Module, RawSection};
use wasm_smith::Config;
use wasmparser::{ExternalKind, Parser, Payload};

/// As `hostile.rs` has it: the deadline, and patience with a busy machine.
const IN_TIME: Duration = Duration::from_secs(2);

/// What a guest exports. Two functions keep their bodies: without a name nobody is taken, and without room for the
/// question nobody is asked.
const FRAME: &str = r#"(module
  (memory (export "memory") 2)
  (func (export "cabi_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
    (local $start i32)
    (local.set $start (i32.load (i32.const 65528)))
    (if (i32.lt_u (local.get $start) (i32.const 65536)) (then (local.set $start (i32.const 65536))))
    (i32.store (i32.const 65528)
      (i32.and (i32.add (i32.add (local.get $start) (local.get $size)) (i32.const 7)) (i32.const -8)))
    (local.get $start))
  (func (export "describe") (result i32)
    (i64.store (i32.const 0) (i64.const 0x31656c6974736f68)) ;; "hostile1"
    (i64.store (i32.const 8) (i64.const 0x2a302e302e)) ;; ".0.0*"
    (i32.store (i32.const 16) (i32.const 12)) (i32.store (i32.const 20) (i32.const 1))
    (i32.store (i32.const 32) (i32.const 0)) (i32.store (i32.const 36) (i32.const 7))
    (i32.store (i32.const 40) (i32.const 7)) (i32.store (i32.const 44) (i32.const 5))
    (i64.store (i32.const 48) (i64.const 0)) (i64.store (i32.const 56) (i64.const 0))
    (i32.store (i32.const 64) (i32.const 16)) (i32.store (i32.const 68) (i32.const 1))
    (i32.const 32))
  (func (export "configure") (param i32 i32) (result i32) (unreachable))
  (func (export "decide") (param i32) (result i32) (unreachable))
  (func (export "decide-many") (param i32) (result i32) (unreachable))
  (func (export "scope") (param i32) (result i32) (unreachable)))"#;
const KEPT: [&str; 2] = ["cabi_realloc", "describe"];

fn slice(module: &[u8], range: std::ops::Range<u64>) -> &[u8] {
    &module[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
}

/// The functions' bodies, and which of them an export names.
struct Functions<'a> {
    bodies: Vec<&'a [u8]>,
    exports: Vec<(&'a str, usize)>,
}

impl<'a> Functions<'a> {
    fn of(module: &'a [u8]) -> Self {
        let (mut bodies, mut exports) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload.unwrap() {
                Payload::CodeSectionEntry(body) => bodies.push(slice(module, body.range())),
                Payload::ExportSection(section) => exports.extend(
                    section
                        .into_iter()
                        .map(Result::unwrap)
                        .filter(|export| export.kind == ExternalKind::Func)
                        .map(|export| (export.name, usize::try_from(export.index).unwrap())),
                ),
                _ => {}
            }
        }
        Self { bodies, exports }
    }

    fn named(&self, name: &str) -> usize {
        self.exports.iter().find(|(export, _)| *export == name).unwrap().1
    }
}

/// The module with the frame's own bodies where they are kept.
fn framed(module: &[u8], frame: &[u8]) -> Vec<u8> {
    let (theirs, ours) = (Functions::of(module), Functions::of(frame));
    let mut bodies = theirs.bodies.clone();
    for name in KEPT {
        bodies[theirs.named(name)] = ours.bodies[ours.named(name)];
    }
    let mut framed = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::CodeSectionStart { .. } => {
                let mut code = CodeSection::new();
                for body in &bodies {
                    code.raw(body);
                }
                framed.section(&code);
            }
            Payload::CodeSectionEntry(_) => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    framed.section(&RawSection { id, data: slice(module, range) });
                }
            }
        }
    }
    framed.finish()
}

/// A number that looks like chance, the same on every run.
fn mixed(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn smith(seed: u64, frame: &[u8]) -> Vec<u8> {
    let words = 64 + mixed(seed) % 1_000;
    let bytes: Vec<u8> = (0..words).flat_map(|word| mixed(seed << 20 | word).to_le_bytes()).collect();
    let config = Config {
        exports: Some(frame.to_vec()),
        max_imports: 0,
        allow_start_export: seed.is_multiple_of(4),
        max_data_segments: 6,
        max_instructions: 300,
        max_tables: 1,
        max_table_elements: 5_000,
        // What the engine switches off is refused before it is compiled: `hostile.rs` has that.
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        ..Config::default()
    };
    let module = wasm_smith::Module::new(config, &mut arbitrary::Unstructured::new(&bytes)).unwrap();
    framed(&module.to_bytes(), frame)
}

#[tokio::test]
async fn guests_by_chance_permit_nothing_and_hold_up_nobody() {
    let wanted = std::env::var("FIELDGATE_TEST_SMITH").map_or(150, |number| number.parse().unwrap());
    let frame = wat::parse_str(FRAME).unwrap();
    let config = PolicyConfig {
        deadline: Duration::from_millis(8),
        time_per_second: Duration::from_secs(1_000),
        ..PolicyConfig::default()
    };
    let host = PolicyHost::new(config).unwrap();
    let (victim, other) = (Asker::admin().in_space(space(2)), Asker::admin());
    let (mut taken, mut silent, mut denied, mut slowest) = (0, 0, 0, Duration::ZERO);
    for seed in 0..wanted {
        let component = guest::encoded(smith(seed, &frame));
        let installed =
            host.install(space(2), vec![ModuleSource { component, settings: String::new() }]).await;
        let start = Instant::now();
        if installed.is_ok() {
            taken += 1;
            let many = victim.asks_about("role.read", "role", vec![AskedResource::default(); 3]);
            let mut answers = vec![
                host.decide(&victim.asks_to_read_the_space()).await.map(|decided| decided.answer),
                host.scope(&victim.asks_for_rows("role.read", "role")).await.map(|decided| {
                    assert_eq!(decided.answer, Rows::Nothing, "guest {seed} shows rows");
                    super::denial()
                }),
            ];
            match host.decide_many(&many).await {
                Ok(decided) => answers.extend(decided.into_iter().map(|decided| Ok(decided.answer))),
                Err(undecided) => answers.push(Err(undecided)),
            }
            assert!(!answers.iter().flatten().any(permits), "guest {seed} permits");
            silent += answers.iter().filter(|answer| answer.is_err()).count();
            denied += answers.iter().filter(|answer| answer.is_ok()).count();
        }
        slowest = slowest.max(start.elapsed());
        assert!(start.elapsed() < IN_TIME, "guest {seed} took {:?}", start.elapsed());
        let answer = host.decide(&other.asks_to_read_the_space()).await.unwrap();
        assert!(permits(&answer.answer), "after guest {seed}, standard permits as ever");
    }
    println!(
        "{wanted} guests by chance: {taken} taken, {silent} questions without an answer, {denied} denied, \
         slowest three questions {slowest:?}"
    );
    assert!(
        taken > wanted / 3 && silent > 0 && denied > 0,
        "{taken} taken, {silent} silent, {denied} denied"
    );
}
