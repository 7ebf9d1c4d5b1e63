//! Shipping policies: modules are uploaded, revisions made of them, tried, put in force, and taken back.

mod activate;
mod delete;
mod hold;
mod lift;
mod monitor;
mod read;
mod report;
mod reset;
mod revise;
mod roll_back;
mod set_cases;
mod upload;

pub use activate::activate;
pub use delete::delete;
pub use hold::{LockOut, try_cases};
pub use lift::lift;
pub use monitor::{monitor, stop};
pub use read::{
    cases, count_history, count_revisions, history, modules, quarantines, read, revision, revision_numbered,
    revisions,
};
pub use report::{MonitorReport, differences, monitor_report};
pub use reset::reset;
pub use revise::revise;
pub use roll_back::roll_back;
pub use set_cases::set_cases;
pub use upload::{Upload, upload};

use super::{Failure, Refused, Services, project_space};
use crate::authz::{Action, Attributes, Authorized, EntryRefusal, Sealed, StackRefusal};
use crate::domain::policy_stack::STANDARD;
use crate::domain::{
    FaultCode, Faults, PolicyEntry, PolicyModule, PolicyRevision, PolicyRevisionId, PolicyStack, Principal,
};

/// Asks whether the caller may do this to the stack, and holds what no policy can switch off.
async fn judged<A: Action<Resource = PolicyStack>>(
    services: &Services,
    principal: &Principal,
    stack: Option<Sealed<PolicyStack>>,
    proposed: Attributes,
    field: &str,
) -> Result<Authorized<A>, Refused> {
    let Some(stack) = stack else { return Err(project_space::nowhere(principal).into()) };
    let proof = services.authorizer.authorize::<A>(principal, stack, proposed).await?;
    only_admins(principal, proof, field)
}

/// Asks as [`judged`] does, for what leads away from a broken stack: where it gives no answer, `standard` answers admins.
async fn judged_or_standard<A: Action<Resource = PolicyStack>>(
    services: &Services,
    principal: &Principal,
    stack: Option<Sealed<PolicyStack>>,
    proposed: Attributes,
    field: &str,
) -> Result<Authorized<A>, Refused> {
    let Some(stack) = stack else { return Err(project_space::nowhere(principal).into()) };
    let proof = services.authorizer.authorize_or_standard::<A>(principal, stack, proposed).await?;
    only_admins(principal, proof, field)
}

/// What no policy can switch off: who changes the policy could permit themselves everything.
fn only_admins<A: Action<Resource = PolicyStack>>(
    principal: &Principal,
    proof: Authorized<A>,
    field: &str,
) -> Result<Authorized<A>, Refused> {
    if principal.administers(proof.resource().project_space) {
        return Ok(proof);
    }
    let message = "only an admin of the project space manages its policies";
    Err(Faults::one(FaultCode::AdminOnly, &[field], message).into())
}

/// The version that the caller last saw, if they say, is the present one.
fn check_version<A: Action<Resource = PolicyStack>>(
    proof: &Authorized<A>,
    version: Option<i32>,
) -> Result<(), Failure> {
    match version {
        Some(version) if version != proof.resource().version => Err(Failure::Conflict),
        _ => Ok(()),
    }
}

/// The stack that a revision belongs to, and what policies are told of the revision.
async fn stack_of(
    services: &Services,
    revision: PolicyRevisionId,
) -> Result<(Option<Sealed<PolicyStack>>, Attributes), Failure> {
    Ok(match services.store.policy_stack_of_revision(revision).await? {
        Some((stack, modules)) => (Some(stack), Attributes::new().with("modules", modules)),
        None => (None, Attributes::new()),
    })
}

/// What policies are told of `standard` alone.
fn standard_alone() -> Attributes {
    Attributes::new().with("modules", vec![STANDARD.to_owned()])
}

/// Whether a revision can be run: its modules are there, signed as they must be, and load. It answers nobody by that.
async fn check_loads(
    services: &Services,
    stack: &PolicyStack,
    revision: &PolicyRevision,
    field: &str,
) -> Result<(), Refused> {
    let uploaded = services.store.policy_modules(stack).await?;
    let mut faults = Faults::new();
    for digest in revision.entries.iter().filter_map(|entry| entry.digest.as_deref()) {
        let module = uploaded.iter().find(|module| module.digest == digest);
        check_module(services, module, digest, &[field], &mut faults);
    }
    faults.check()?;
    let modules = services.store.policy_modules_to_load(revision.id).await?;
    match services.workshop.examine(stack.project_space, modules).await {
        Ok(()) => Ok(()),
        Err(StackRefusal::Busy) => Err(Failure::Busy.into()),
        Err(StackRefusal::Modules(refusals)) => Err(does_not_load(revision, refusals, field).into()),
    }
}

/// What is wrong with the modules of a revision, by their places.
fn does_not_load(revision: &PolicyRevision, refusals: Vec<(usize, EntryRefusal)>, field: &str) -> Faults {
    let mut faults = Faults::new();
    for (index, refusal) in refusals {
        let label = revision.entries.get(index).map(PolicyEntry::label).unwrap_or_default();
        match refusal {
            EntryRefusal::Module { code, message } => {
                faults.add(code, &[field], format!("`{label}` does not load: {message}"));
            }
            EntryRefusal::Settings(found) => {
                let found: Vec<_> = found.iter().map(ToString::to_string).collect();
                let message = format!("`{label}` does not take its settings: {}", found.join("; "));
                faults.add(FaultCode::SettingsInvalid, &[field], message);
            }
        }
    }
    faults
}

/// A module is there, and signed as it must be.
fn check_module(
    services: &Services,
    module: Option<&PolicyModule>,
    digest: &str,
    path: &[&str],
    faults: &mut Faults,
) {
    match module {
        None => faults.add(
            FaultCode::ModuleUnknown,
            path,
            format!("no module `{digest}` was uploaded in this project space"),
        ),
        Some(module) if !services.workshop.trusts(module.signed_by.as_deref()) => faults.add(
            FaultCode::ModuleUnsigned,
            path,
            format!("`{}` bears no signature of a trusted key: upload it again with one", module.name),
        ),
        Some(_) => {}
    }
}

fn wrong_state(field: &str, message: &str) -> Refused {
    Faults::one(FaultCode::InvalidState, &[field], message).into()
}
