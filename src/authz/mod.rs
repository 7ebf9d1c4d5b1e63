//! Whether a principal may act: the words of the question, the proof that it was answered, and the only makers of
//! that proof. Keep this room small: code in here could make a proof without asking.
//!
//! What belongs next door: who answers (`policy`), what is asked about (`domain`), how a scope becomes SQL (`store`).

mod action;
mod attribute;
mod authorizer;
mod condition;
mod decision;
mod effect;
mod examine;
mod log;
mod proof;
mod question;
mod request;
mod resource;
mod tally;
mod voice;
mod workshop;

pub use action::*;
pub use attribute::{Attribute, AttributeInfo, AttributeType, Attributes, Value};
pub use authorizer::{Authorizer, PolicyEngine};
pub use condition::{Condition, Rows};
pub use decision::{Decided, Decision, Denial, Denied, NoAnswer, Obligation, Undecided};
pub use effect::Effect;
pub use examine::{Examined, Permitted};
pub use log::DecisionLog;
pub use proof::{AnotherRow, Authorized, Opened, Scope, Sealed, Visible};
pub use question::{About, Answer, LoggedDecision, Outcome, OwnDenial, Question, StackName, denial};
pub use request::{AskedResource, ManyRequest, Request, ScopeRequest};
pub use tally::{ActionTally, Comparison, Difference, Tally};
pub use voice::{Said, Voice};
pub use workshop::{
    CaseReport, CasesRefusal, EntryRefusal, FailedCase, InspectedModule, ModuleRefusal, PolicyWorkshop,
    SettingFault, StackModule, StackRefusal, TriedStack,
};
