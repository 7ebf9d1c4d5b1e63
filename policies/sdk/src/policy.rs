//! What an author writes.

use crate::{Context, Decision, Manifest, Principal, Request, Scope, SettingFault};

/// A policy: a pure function of what it is asked.
///
/// The gateway makes a new instance for every decision, so nothing is remembered from one to the next. `Default` is
/// the policy of a project space that has no settings for it.
pub trait Policy: Default + Send + Sync + 'static {
    /// What the module is and which actions it knows. It is not asked about others.
    fn manifest() -> Manifest;

    /// The policy with a project space's settings, as JSON.
    ///
    /// # Errors
    /// What is wrong with them, each with the JSON pointer of the place.
    fn configured(settings: &str) -> Result<Self, Vec<SettingFault>> {
        let _ = settings;
        Err(vec![SettingFault { path: String::new(), message: "this module takes no settings".to_owned() }])
    }

    /// May this principal take this action on this resource?
    fn decide(&self, request: &Request) -> Decision;

    /// Which rows of a kind may this principal take this action on? For every row the answer must be that of
    /// [`decide`](Self::decide), so write one rule as a [`Condition`](crate::Condition) and use it in both.
    fn scope(&self, principal: &Principal, action: &str, resource_kind: &str, context: &Context) -> Scope;
}
