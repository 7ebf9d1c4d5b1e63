//! What authors of policies work with: `fieldgate policy new | check | test | bench | explain | diff`. The same host runs
//! their modules here as in the gateway; here every module of a stack is heard, and nobody is in quarantine.

mod agreement;
mod asker;
mod bench;
mod case;
mod case_file;
mod check;
mod desk;
mod diff;
mod sampler;
mod statement;
mod template;
mod trial;
mod yaml;

pub use crate::authz::{Effect, Said, Voice};
pub use agreement::{Agreement, agreement};
pub use asker::Asker;
pub use bench::{Figure, Report as BenchReport, Stat, bench};
pub use case::{Case, Cases, Expected, Question};
pub use case_file::CaseError;
pub(in crate::policy) use check::check_loaded;
pub use check::{CheckReport, Step, check};
pub use desk::{Desk, standard};
pub use diff::{Difference, diff};
pub use sampler::Sampler;
pub(in crate::policy) use statement::stand;
pub use template::{Language, TemplateError, write_new};
pub use trial::{Answering, Trial, trial};
