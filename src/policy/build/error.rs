//! Why a module was not built. For authors, so each says what to do.

use crate::policy::PolicyError;
use std::path::PathBuf;

/// Why a module was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The folder holds no crate.
    #[error("there is no crate in `{0}`: name the folder with the module's Cargo.toml")]
    NotACrate(PathBuf),
    /// Cargo or rustc is not there.
    #[error("`{program}` does not run: install Rust from https://rustup.rs")]
    Program {
        /// Which of them.
        program: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Cargo could not make sense of the crate.
    #[error("cargo does not understand `{dir}`: {message}")]
    Metadata {
        /// The crate.
        dir: PathBuf,
        /// Cargo's words.
        message: String,
    },
    /// The standard library for WebAssembly is not there.
    #[error("rustc has no standard library for WebAssembly: run `rustup target add wasm32-unknown-unknown`")]
    TargetMissing,
    /// It does not compile.
    #[error("the crate does not compile: see cargo's messages above")]
    Compile,
    /// It compiles to something that is no policy.
    #[error("this is no policy module: export one with `fieldgate_policy::export!`: {0}")]
    Componentize(String),
    /// The gateway would not load it.
    #[error("the gateway would not accept this module")]
    Refused(#[source] PolicyError),
    /// A file cannot be read or written.
    #[error("`{path}` cannot be read or written")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
