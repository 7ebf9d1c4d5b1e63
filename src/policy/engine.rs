//! The WebAssembly engine, tuned for instances that live for one decision, and the thread that keeps its deadlines.

use super::class::Class;
use super::config::PolicyConfig;
use super::error::PolicyError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How often deadlines are looked at.
pub(super) const TICK: Duration = Duration::from_millis(1);

/// Ticks since the engine started: a clock for what need not be exact.
#[derive(Debug, Clone, Default)]
pub(super) struct Ticks(Arc<AtomicU64>);

impl Ticks {
    pub(super) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Lets time pass.
    #[cfg(test)]
    pub(super) fn pass(&self, time: Duration) {
        self.0.fetch_add(in_ticks(time), Ordering::Relaxed);
    }
}

/// Ticks that take at least this long.
pub(super) fn in_ticks(duration: Duration) -> u64 {
    // The first tick may come at once.
    let ticks = duration.as_nanos().div_ceil(TICK.as_nanos()).saturating_add(1);
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

/// An engine, and the count of its ticks. Its ticking thread ends with the last handle to the engine.
pub(super) fn start(config: &PolicyConfig, class: Class) -> Result<(Engine, Ticks), PolicyError> {
    let engine = Engine::new(&settings(config, class)).map_err(PolicyError::Engine)?;
    let ticks = Ticks::default();
    let (weak, counter) = (engine.weak(), ticks.clone());
    std::thread::Builder::new()
        .name("policy-deadlines".to_owned())
        .spawn(move || {
            loop {
                std::thread::sleep(TICK);
                let Some(engine) = weak.upgrade() else { return };
                engine.increment_epoch();
                counter.0.fetch_add(1, Ordering::Relaxed);
            }
        })
        .map_err(PolicyError::Ticker)?;
    Ok((engine, ticks))
}

fn settings(config: &PolicyConfig, class: Class) -> Config {
    let mut settings = Config::new();
    settings
        .epoch_interruption(true)
        // A backtrace doubles the cost of a trap, and nobody has the module's symbols.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        // Unwinding goes by frame pointers; these tables are for debuggers, and each module's would be registered.
        .native_unwind_info(false)
        // Calls are pure and short, so they are made synchronously.
        .concurrency_support(false)
        // What no policy needs, no policy gets: each proposal is compiler code that an upload could aim at.
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_memory64(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_exceptions(false);
    match class {
        Class::Compact => settings
            .wasm_multi_memory(false)
            .max_wasm_stack(256 << 10)
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config))),
        // Few, large and kept: a pool would reserve for all of them what one needs now and then. An interpreter calls
        // itself for every call of its language.
        // Text that passes from one component inside to another is copied from memory to memory.
        Class::Interpreted => settings
            .wasm_multi_memory(true)
            .max_wasm_stack(768 << 10)
            .allocation_strategy(InstanceAllocationStrategy::OnDemand),
    };
    settings
}

/// A fresh instance per decision is affordable because its slot stays mapped: what it touched is written over instead
/// of being given back to the kernel, which would stop every other thread for a moment (measured: 7 µs against 25).
fn pool(config: &PolicyConfig) -> PoolingAllocationConfig {
    let allowance = Class::Compact.allowance(config);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(config.instances)
        .total_core_instances(config.instances.saturating_mul(allowance.core_instances))
        .total_memories(config.instances)
        .total_tables(config.instances.saturating_mul(allowance.tables))
        // A component is its module and at most a shim or two that `wit-component` puts beside it.
        .max_core_instances_per_component(allowance.core_instances)
        .max_memories_per_component(allowance.memories)
        .max_tables_per_component(allowance.tables)
        .table_elements(allowance.table_elements)
        .max_memory_size(config.memory_limit)
        .linear_memory_keep_resident(512 << 10)
        .table_keep_resident(64 << 10)
        // Linux 6.7 and later say which pages were touched; elsewhere the whole kept part is written over.
        .pagemap_scan(Enabled::Auto);
    pool
}
