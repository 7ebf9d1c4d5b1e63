//! What the use cases of shipping ask of whoever runs the policies: to look at a module, to try a stack, and to hand out
//! one that is not in force. Production has the policy host, as with [`PolicyEngine`].

use super::authorizer::PolicyEngine;
use crate::domain::{FaultCode, PolicyCases, PolicyRevisionId, ProjectSpaceId};
use std::sync::Arc;

/// Looks at policy modules, and loads stacks aside. Of each project space one thing at a time, and of all of them in the
/// order of asking: whoever asks for much waits for themself.
#[async_trait::async_trait]
pub trait PolicyWorkshop: Send + Sync + 'static {
    /// All that is looked at before a module is taken: its digest and signature, its bounds, what it imports and exports, what it
    /// says of itself, and whether its answers agree with each other.
    ///
    /// # Errors
    /// [`ModuleRefusal`].
    async fn inspect(
        &self,
        space: ProjectSpaceId,
        component: Vec<u8>,
        digest: String,
        signature: Option<String>,
    ) -> Result<InspectedModule, ModuleRefusal>;

    /// Whether the modules load in this order and take their settings.
    ///
    /// # Errors
    /// [`StackRefusal`]: all that is wrong.
    async fn examine(&self, space: ProjectSpaceId, modules: Vec<StackModule>) -> Result<(), StackRefusal>;

    /// Reads the file of cases of the project space with this name: how many it has.
    ///
    /// # Errors
    /// [`CasesRefusal`].
    async fn read_cases(&self, project_space: String, text: String) -> Result<i32, CasesRefusal>;

    /// Loads a stack afresh, and puts the project space's cases to it. It answers nobody by that.
    ///
    /// # Errors
    /// [`StackRefusal`]: it does not load.
    async fn try_out(
        &self,
        space: ProjectSpaceId,
        modules: Vec<StackModule>,
        cases: Option<PolicyCases>,
    ) -> Result<TriedStack, StackRefusal>;

    /// Loads a revision, which answers nobody by that. What was loaded of late is kept.
    ///
    /// # Errors
    /// [`StackRefusal`].
    async fn load(
        &self,
        space: ProjectSpaceId,
        revision: PolicyRevisionId,
        modules: Vec<StackModule>,
    ) -> Result<Arc<dyn PolicyEngine>, StackRefusal>;

    /// A revision that was loaded of late.
    fn loaded(&self, revision: PolicyRevisionId) -> Option<Arc<dyn PolicyEngine>>;

    /// The revision that is monitored in a project space.
    fn monitored(&self, space: ProjectSpaceId) -> Option<(PolicyRevisionId, Arc<dyn PolicyEngine>)>;

    /// The revision that answers in a project space, here and now; nothing for `standard`.
    fn in_force(&self, space: ProjectSpaceId) -> Option<PolicyRevisionId>;

    /// Whether a module may be put in force that was signed with this key, or with none.
    fn trusts(&self, signed_by: Option<&str>) -> bool;
}

/// A module, looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedModule {
    /// SHA-256 of the component, in hexadecimal digits.
    pub digest: String,
    /// The component.
    pub component: Vec<u8>,
    /// `compact` or `interpreted`.
    pub class: &'static str,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is for.
    pub description: String,
    /// The actions it knows.
    pub actions: Vec<String>,
    /// A JSON Schema for its settings; empty when it has none.
    pub settings_schema: String,
    /// The trusted key that signed it.
    pub signed_by: Option<String>,
}

/// Why a module was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleRefusal {
    /// It is not good.
    Refused {
        /// The rule that it breaks.
        code: FaultCode,
        /// For people.
        message: String,
    },
    /// Too much is going on here; the module is not to blame.
    Busy,
}

/// Why a file of cases was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CasesRefusal {
    /// It is not good.
    Refused {
        /// The rule that it breaks.
        code: FaultCode,
        /// For people.
        message: String,
    },
    /// Too much is going on here; the file is not to blame.
    Busy,
}

/// A stack that was tried out.
pub struct TriedStack {
    /// The stack, to be asked more.
    pub engine: Arc<dyn PolicyEngine>,
    /// What it said of the cases; why they cannot be read any more, if they cannot.
    pub cases: Result<CaseReport, String>,
}

/// What a stack said of a file of cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseReport {
    /// How many cases there are.
    pub cases: usize,
    /// How many of them were put before time was up.
    pub asked: usize,
    /// How many of those do not hold.
    pub failed: usize,
    /// The first few of them.
    pub failing: Vec<FailedCase>,
}

/// A case that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCase {
    /// What it is about, as its author named it.
    pub name: String,
    /// What should have been said.
    pub expected: String,
    /// What was said.
    pub said: String,
}

/// One module of a stack that is to be loaded.
#[derive(Debug, Clone)]
pub enum StackModule {
    /// The gateway's own, in whatever version it has.
    Standard,
    /// An uploaded one.
    Uploaded {
        /// What its bytes must be.
        digest: String,
        /// The bytes, as they were kept.
        component: Vec<u8>,
        /// JSON; empty when the project space has no settings for it.
        settings: String,
    },
}

/// Why a stack was not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StackRefusal {
    /// These of its modules are not good, by their places.
    Modules(Vec<(usize, EntryRefusal)>),
    /// Too much is going on here; the stack is not to blame.
    Busy,
}

/// What is wrong with one module of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryRefusal {
    /// It is not good.
    Module {
        /// The rule that it breaks.
        code: FaultCode,
        /// For people.
        message: String,
    },
    /// It does not take its settings.
    Settings(Vec<SettingFault>),
}

/// One thing that is wrong with a module's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFault {
    /// The place, as a JSON pointer.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for SettingFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {}", self.path, self.message)
    }
}
