//! Why a module gave no answer, or was not taken. For operators and logs; an API caller only hears that there was none.

use super::class::Class;
use crate::authz::{NoAnswer, SettingFault};
use std::time::Duration;

/// Why a module gave no answer, or was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It thought too long.
    #[error("the module missed its deadline of {0:?}")]
    Deadline(Duration),
    /// It wanted too much.
    #[error("the module wanted more memory than it may have")]
    Memory,
    /// It stopped.
    #[error("the module trapped")]
    Trap(#[source] wasmtime::Error),
    /// It answered something that is no answer.
    #[error("the module's answer breaks the contract: {0}")]
    Contract(String),
    /// It answered a list with a condition that the database cannot filter by.
    #[error("the module's condition names the attribute `{attribute}`: {problem}")]
    Filter {
        /// The attribute, shortened and without control characters.
        attribute: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It gave no answer several times in a row.
    #[error("the module is in quarantine after repeated faults")]
    Quarantine,
    /// The project space has a stack, and it could not be loaded.
    #[error("the project space's own policy could not be loaded")]
    Withheld,
    /// The project space's own policies have taken more than their share of the machine.
    #[error("the project space's policies have used up their time")]
    OverBudget,
    /// The project space has too many questions under way; the module is slow at worst.
    #[error("too many questions of this project space at one moment")]
    Crowded,
    /// Too many questions at one moment; the module is not to blame.
    #[error("more questions at one moment than there are instances: raise `instances`")]
    Exhausted,

    /// The compiler has too much to do; the module is not to blame.
    #[error("the compiler has too much to do at the moment")]
    Busy,
    /// What was kept is not what was uploaded.
    #[error("the stored bytes of the module `{0}` are not those that were uploaded")]
    Damaged(String),

    /// It is another file than the one that was meant.
    #[error("the component has the digest `{0}`, which is not the one that was named")]
    AnotherDigest(String),
    /// A signature was asked for.
    #[error(
        "the module is not signed, and this gateway takes signed ones alone: sign it with `minisign -S`, and send the `.minisig` file along"
    )]
    Unsigned,
    /// The signature is not good.
    #[error("the signature does not count: {0}")]
    Signature(String),
    /// A question that every module is put has no answer.
    #[error("the module gives no answer where one is asked for: {0}")]
    Unanswering(String),
    /// Its answers contradict each other.
    #[error("the module's answers disagree with each other: {0}")]
    Disagreement(String),
    /// The file is too big.
    #[error("the component has {0} bytes, and {max} are allowed: strip it", max = Class::Interpreted.bounds().bytes)]
    TooLarge(usize),
    /// The code is too much, or of a shape that takes too long to compile.
    #[error("the component has more than {max} {what}: make it smaller, or split it in two modules")]
    TooComplex {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        max: usize,
    },
    /// A module of the core specification.
    #[error(
        "this is a core module, no component: build it with `fieldgate policy build`, or make it a component with `wasm-tools component new`"
    )]
    CoreModule,
    /// Not WebAssembly, or cut off.
    #[error(
        "this is not a whole WebAssembly component: build it again, and check that it was copied in full"
    )]
    Malformed(#[source] wasmparser::BinaryReaderError),
    /// It uses what the gateway switches off, or does not validate.
    #[error(
        "the component cannot be compiled: build it for `wasm32-unknown-unknown` without threads, SIMD or 64-bit memory"
    )]
    Compile(#[source] wasmtime::Error),
    /// It took too long.
    #[error("compiling the component took longer than {0:?}: make it smaller")]
    CompileDeadline(Duration),
    /// It wants something from its host.
    #[error(
        "the component imports `{0}`, and a policy may import nothing: build it without WASI, for `wasm32-unknown-unknown`"
    )]
    Import(String),
    /// It lacks an export of the world, or has one with another type.
    #[error(
        "the component does not export `{export}` as the contract that it was built for has it: build it against policies/wit/v2"
    )]
    World {
        /// The export.
        export: &'static str,
        /// How it differs.
        #[source]
        source: wasmtime::Error,
    },
    /// It was built for another gateway.
    #[error(
        "the component was built for version `{0}` of the contract, and this gateway knows 1 and 2: build it against policies/wit/v2"
    )]
    AnotherContract(String),
    /// What it says of itself is not acceptable.
    #[error("the module's manifest is not acceptable: {0}")]
    Manifest(String),
    /// It does not take these settings.
    #[error("the module `{module}` does not take these settings: {}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Settings {
        /// The module.
        module: String,
        /// What is wrong with them.
        faults: Vec<SettingFault>,
    },
    /// Settings that are too much.
    #[error("the settings have {0} bytes, and {max} are allowed", max = super::loader::SETTINGS_MAX)]
    SettingsTooLarge(usize),
    /// A stack of no modules, or of too many.
    #[error("a policy stack has 1 to {max} modules, not {0}: reset the project space to go back to `standard`", max = super::loader::STACK_MAX)]
    StackSize(usize),

    /// The engine did not start.
    #[error("the WebAssembly engine does not start")]
    Engine(#[source] wasmtime::Error),
    /// The thread that keeps deadlines did not start.
    #[error("the thread that keeps the deadlines does not start")]
    Ticker(#[source] std::io::Error),
    /// The cache folder is not usable.
    #[error("the policy cache `{path}` is not usable: {problem}")]
    Cache {
        /// The folder.
        path: std::path::PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A compiling thread went away.
    #[error("the compiler stopped")]
    Compiler(#[source] tokio::task::JoinError),
}

impl PolicyError {
    /// What the admins of the project space hear of it.
    pub(super) fn told(&self) -> NoAnswer {
        match self {
            Self::Deadline(_) => NoAnswer::Deadline,
            Self::Memory => NoAnswer::Memory,
            Self::Trap(_) => NoAnswer::Trap,
            Self::Contract(_) | Self::Filter { .. } => NoAnswer::Contract,
            Self::Quarantine => NoAnswer::Quarantine,
            Self::OverBudget => NoAnswer::OverBudget,
            Self::Exhausted | Self::Crowded => NoAnswer::Busy,
            // The rest are reasons for which a module is not taken.
            _ => NoAnswer::NotLoaded,
        }
    }
}
