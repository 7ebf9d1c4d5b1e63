//! What an operator may set.

use super::class::KEPT_MAX;
use super::signature::TrustedKey;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

/// How policy modules are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyConfig {
    /// Where compiled modules are kept between runs; without it, each start compiles them anew. The folder must belong
    /// to the gateway's own user alone: what lies in it is run.
    pub cache_dir: Option<PathBuf>,
    /// How long one module may think about one question.
    pub deadline: Duration,
    /// How many bytes of memory one instance may have.
    pub memory_limit: usize,
    /// The same for a module that brings an interpreter along: JavaScript, Python.
    pub interpreter_memory_limit: usize,
    /// How long compiling one module may take.
    pub compile_deadline: Duration,
    /// How many questions may be under way at one moment. Each reserves address space, and none is used up by waiting.
    pub instances: u32,
    /// How much processor time the own policies of one project space may take of each second, in the long run.
    pub time_per_second: Duration,
    /// How many bytes of scopes are kept that timeless modules answered before; 0 has them asked each time.
    pub scopes_kept: u64,
    /// Whose signatures count. Where there are any, an upload without one of them is refused.
    pub trusted_keys: Vec<TrustedKey>,
}

impl PolicyConfig {
    /// How many questions one project space's own policies may have under way at one moment: half of the machine, so that
    /// the other half is always there for everybody else, and no more than there are kept instances of a large module.
    pub(super) fn questions_at_a_time(&self) -> usize {
        // Asking takes as long as five decisions: it is a matter of reading control groups.
        static PROCESSORS: LazyLock<usize> =
            LazyLock::new(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
        let processors = *PROCESSORS;
        (processors / 2).clamp(1, KEPT_MAX)
    }
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            cache_dir: None,
            deadline: Duration::from_millis(20),
            memory_limit: 4 << 20,
            interpreter_memory_limit: 64 << 20,
            compile_deadline: Duration::from_secs(10),
            instances: 256,
            time_per_second: Duration::from_millis(250),
            scopes_kept: 32 << 20,
            trusted_keys: Vec::new(),
        }
    }
}
