//! Two sizes of modules. What a compiler made of a rule is small and starts in microseconds; what brings an interpreter
//! along (JavaScript, Python) is large and takes milliseconds. Each class has an engine of its own, so that the large
//! ones take nothing from the small ones: no slot, no turn of the compiler, no limit.

use super::bounds::Bounds;
use super::config::PolicyConfig;
use super::limits::Allowance;
use std::time::Duration;

/// Most instances that one module of a project space has at a time, when they are kept.
pub(super) const KEPT_MAX: usize = 4;

/// How big a module is, and so how it is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Up to 1 MiB: a fresh instance for every question.
    Compact,
    /// Up to 32 MiB: an instance is kept for the project space's next question.
    Interpreted,
}

impl Class {
    /// The class of a component of so many bytes. By size alone: it is the same on every machine and on every day.
    pub(super) fn of(bytes: usize) -> Self {
        if bytes <= COMPACT.bytes { Self::Compact } else { Self::Interpreted }
    }

    /// The class of several together: one interpreter makes it a large matter.
    pub(super) fn of_all(bytes: impl IntoIterator<Item = usize>) -> Self {
        let is_compact = |bytes| Self::of(bytes) == Self::Compact;
        if bytes.into_iter().all(is_compact) { Self::Compact } else { Self::Interpreted }
    }

    /// Its name, for people and programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Interpreted => "interpreted",
        }
    }

    pub(super) fn bounds(self) -> &'static Bounds {
        match self {
            Self::Compact => &COMPACT,
            Self::Interpreted => &INTERPRETED,
        }
    }

    pub(super) fn allowance(self, config: &PolicyConfig) -> Allowance {
        match self {
            Self::Compact => Allowance {
                deadline: config.deadline,
                memory: config.memory_limit,
                core_instances: 4,
                tables: 4,
                table_elements: 10_000,
                memories: 1,
            },
            // An interpreter thinks ten times as long about the same rule, and its start counts as well.
            Self::Interpreted => Allowance {
                deadline: config.deadline.saturating_mul(5),
                memory: config.interpreter_memory_limit,
                core_instances: 64,
                tables: 16,
                table_elements: 100_000,
                memories: 4,
            },
        }
    }

    /// How long compiling may take.
    pub(super) fn compile_deadline(self, config: &PolicyConfig) -> Duration {
        match self {
            Self::Compact => config.compile_deadline,
            Self::Interpreted => config.compile_deadline.saturating_mul(12),
        }
    }

    /// How many instances one module may have at a time, when they are kept.
    pub(super) fn kept(self) -> Option<usize> {
        match self {
            Self::Compact => None,
            Self::Interpreted => Some(KEPT_MAX),
        }
    }
}

/// A module written with the SDK has 30 to 100 KB and a few hundred functions.
const COMPACT: Bounds = Bounds {
    bytes: 1 << 20,
    modules: 8,
    functions: 5_000,
    body_bytes: 128 << 10,
    locals: 50_000,
    branch_targets: 20_000,
    items: 20_000,
};

/// QuickJS has 1.1 MB, StarlingMonkey 12, Python 18.
const INTERPRETED: Bounds = Bounds {
    bytes: 32 << 20,
    modules: 64,
    functions: 80_000,
    body_bytes: 2 << 20,
    locals: 2_000_000,
    branch_targets: 400_000,
    items: 400_000,
};
