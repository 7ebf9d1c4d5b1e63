//! The audit.

mod object;
mod query;

pub use object::AuditEntryObject;
pub use query::{AuditEntryConnection, AuditFilterInput, audit_log};
