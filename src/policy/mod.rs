//! The answers: policy modules, WebAssembly components in a sandbox, asked through `PolicyHost`.
//!
//! A module is untrusted: what it costs is bounded before it is compiled, while it runs, and in what it may answer.
//! What belongs next door: the words of questions and answers, and what becomes of them (`authz`); where a project
//! space's modules are kept (`store`).

mod answer;
pub mod author;
mod bounds;
pub mod build;
mod cache;
mod class;
mod compiled;
mod config;
mod contract;
mod engine;
mod error;
mod filter;
mod health;
mod host;
mod inspect;
mod kept;
mod limits;
mod loader;
mod module;
mod question;
pub mod reference;
mod revision;
mod scopes;
mod settings;
mod share;
mod shipping;
mod signature;
mod stack;
mod try_out;
mod turns;
mod words;

pub use class::Class;
pub use config::PolicyConfig;
pub use contract::Contract;
pub use error::PolicyError;
pub use host::PolicyHost;
pub use inspect::ModuleInfo;
pub use loader::ModuleSource;
pub use revision::LoadedRevision;
pub use signature::TrustedKey;
