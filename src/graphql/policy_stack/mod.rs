//! Shipping policies: what a project space has uploaded, the revisions it made of that, and what is in force.

mod activate;
mod delete;
mod lift;
mod monitor;
mod object;
mod replay;
mod report;
mod reset;
mod revise;
mod revision;
mod roll_back;
mod set_cases;
mod stop;
mod upload;

pub use object::PolicyStackObject;
pub use replay::PolicyReplayQuery;
pub use revision::PolicyRevisionObject;

use super::error::{Settled, UserError};
use crate::authz::Visible;
use crate::domain::PolicyStack;
use crate::service::policy_stack::LockOut;
use async_graphql::{MergedObject, SimpleObject};

#[derive(MergedObject, Default)]
pub struct PolicyStackMutation(
    upload::UploadPolicyModuleMutation,
    delete::DeletePolicyModuleMutation,
    revise::CreatePolicyRevisionMutation,
    set_cases::SetPolicyCasesMutation,
    monitor::MonitorPolicyRevisionMutation,
    stop::StopMonitoringPolicyMutation,
    activate::ActivatePolicyRevisionMutation,
    roll_back::RollBackPolicyMutation,
    reset::ResetPolicyMutation,
    lift::LiftPolicyQuarantineMutation,
);

fn lock_out(is_confirmed: bool) -> LockOut {
    if is_confirmed { LockOut::Confirmed } else { LockOut::Refused }
}

/// What became of a policy stack.
#[derive(SimpleObject)]
pub struct PolicyStackPayload {
    /// The stack as it is now; null when it was refused.
    policy_stack: Option<PolicyStackObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

impl From<Settled<Visible<PolicyStack>>> for PolicyStackPayload {
    fn from(settled: Settled<Visible<PolicyStack>>) -> Self {
        match settled {
            Ok(stack) => Self { policy_stack: Some(stack.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { policy_stack: None, user_errors },
        }
    }
}
