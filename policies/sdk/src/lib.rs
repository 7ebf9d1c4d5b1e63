//! What a policy module for Fieldgate is written with.
//!
//! A module says who may do what in a project space. It is a plain type with a [`Policy`], testable with `cargo test`
//! and no WebAssembly at all; [`export!`] makes it the component that the gateway loads.
//!
//! ```
//! use fieldgate_policy::{Condition, Context, Decision, Manifest, Policy, Principal, Request, Scope};
//!
//! /// Only people who hold `view_groups` see groups.
//! #[derive(Default)]
//! struct Groups;
//!
//! impl Policy for Groups {
//!     fn manifest() -> Manifest {
//!         Manifest::new("groups", "1.0.0", "Who sees groups").action("group.read")
//!     }
//!
//!     fn decide(&self, request: &Request) -> Decision {
//!         if visible(&request.principal).holds(request.attributes()) {
//!             Decision::permit()
//!         } else {
//!             Decision::not_visible()
//!         }
//!     }
//!
//!     fn scope(&self, principal: &Principal, _action: &str, _kind: &str, _context: &Context) -> Scope {
//!         visible(principal).into()
//!     }
//! }
//!
//! // One rule for both, so that a list and a look at one row agree.
//! fn visible(principal: &Principal) -> Condition<'_> {
//!     Condition::when(principal.holds("view_groups"))
//! }
//!
//! fieldgate_policy::export!(Groups);
//! ```

mod attributes;
mod batch;
#[doc(hidden)]
pub mod bindings;
mod condition;
mod decision;
mod export;
mod manifest;
mod policy;
mod principal;
mod request;
mod text;

#[cfg(target_arch = "wasm32")]
mod memory;

pub use attributes::Attributes;
#[doc(hidden)]
pub use batch::Batch;
pub use bindings::fieldgate::policy::types::{
    Attribute, Context, Decision, Denial, LimitedGrant, Manifest, Obligation, Principal, PrincipalKind,
    Request, Resource, Scope, SettingFault, SignIn, Value,
};
pub use condition::Condition;
pub use policy::Policy;
