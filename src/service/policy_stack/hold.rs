//! What must hold before a stack is put in force: the project space's own cases, and that whoever does it can take it back.

use super::does_not_load;
use crate::authz::{
    ActivatePolicy, Attributes, CaseReport, Denied, PolicyEngine, ReadPolicy, StackModule, StackRefusal,
    TriedStack, Visible,
};
use crate::domain::policy_stack::STANDARD;
use crate::domain::{FaultCode, Faults, Identity, PolicyCases, PolicyRevision, PolicyStack, Principal};
use crate::service::{Failure, Refused, Services};
use std::sync::Arc;

/// What is done when the caller could not take back what they put in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockOut {
    /// It is refused.
    Refused,
    /// It is put in force all the same: they know.
    Confirmed,
}

/// Whether a revision, or `standard`, may be put in force as far as its answers go.
pub(super) async fn check_holds(
    services: &Services,
    principal: &Principal,
    stack: &PolicyStack,
    target: Option<&PolicyRevision>,
    lock_out: LockOut,
    field: &str,
) -> Result<(), Refused> {
    let cases = services.store.policy_cases(stack).await?;
    // The operator is answered by `standard`, and is the one who undoes it for others.
    let can_be_locked_out = lock_out == LockOut::Refused && principal.identity != Identity::System;
    if cases.is_none() && !can_be_locked_out {
        return Ok(());
    }
    let tried = match try_out(services, stack, target, cases).await? {
        Ok(tried) => tried,
        Err(StackRefusal::Busy) => return Err(Failure::Busy.into()),
        Err(StackRefusal::Modules(refusals)) => {
            // `standard` is a part of the gateway: if it does not load, nobody's input is to blame.
            return Err(target.map_or(Failure::Busy.into(), |it| does_not_load(it, refusals, field).into()));
        }
    };
    check_cases(tried.cases, field)?;
    if can_be_locked_out {
        check_not_locked_out(services, principal, stack, target, tried.engine, field).await?;
    }
    Ok(())
}

/// What the stack in force says of the project space's cases; nothing where there are none, or nothing is to be had.
///
/// # Errors
/// [`Failure`].
pub async fn try_cases(
    services: &Services,
    stack: &Visible<PolicyStack>,
) -> Result<Option<CaseReport>, Failure> {
    let Some(cases) = services.store.policy_cases(stack).await? else { return Ok(None) };
    let target = match stack.active {
        Some(active) => services.store.policy_revision(stack, active.id).await?,
        None => None,
    };
    let tried = try_out(services, stack, target.as_ref(), Some(cases)).await?;
    Ok(tried.ok().and_then(|tried| tried.cases.ok()))
}

async fn try_out(
    services: &Services,
    stack: &PolicyStack,
    target: Option<&PolicyRevision>,
    cases: Option<PolicyCases>,
) -> Result<Result<TriedStack, StackRefusal>, Failure> {
    let modules = match target {
        Some(revision) => services.store.policy_modules_to_load(revision.id).await?,
        None => vec![StackModule::Standard],
    };
    Ok(services.workshop.try_out(stack.project_space, modules, cases).await)
}

fn check_cases(report: Result<CaseReport, String>, field: &str) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let mut failed = |message: String| faults.add(FaultCode::CasesFailed, &[field], message);
    match report {
        Err(unreadable) => {
            failed(format!(
                "the project space's cases cannot be read any more, so set them anew: {unreadable}"
            ));
        }
        Ok(report) => {
            for case in &report.failing {
                failed(format!("case `{}`: expected {}, and it {}", case.name, case.expected, case.said));
            }
            let more = report.failed.saturating_sub(report.failing.len());
            if more > 0 {
                failed(format!("{more} more of the {} cases do not hold", report.cases));
            }
            if report.asked < report.cases {
                failed(format!(
                    "time was up after {} of the {} cases: make the modules faster, or the cases fewer",
                    report.asked, report.cases
                ));
            }
        }
    }
    faults.check()
}

/// Asks the stack that is to be put in force whether the caller could see it, put back what is in force now, and roll back.
async fn check_not_locked_out(
    services: &Services,
    principal: &Principal,
    stack: &PolicyStack,
    target: Option<&PolicyRevision>,
    engine: Arc<dyn PolicyEngine>,
    field: &str,
) -> Result<(), Refused> {
    let then = PolicyStack { active: target.map(PolicyRevision::name), ..stack.clone() };
    let authorizer = services.authorizer.clone().answered_by(engine);
    let before = match stack.active {
        Some(active) => services.store.policy_revision(stack, active.id).await?,
        None => None,
    };
    let entries = before.into_iter().flat_map(|before| before.entries);
    let mut modules: Vec<_> = entries.map(|entry| entry.digest.unwrap_or(entry.name)).collect();
    if modules.is_empty() {
        modules.push(STANDARD.to_owned());
    }
    let back = Attributes::new().with("modules", modules);
    let mut lost = Vec::new();
    let answer = authorizer.foresee::<ReadPolicy>(principal, &then, Attributes::new()).await;
    lost.extend(told("see the policies (`policy.read`)", answer.err()));
    let answer = authorizer.foresee::<ActivatePolicy>(principal, &then, back).await;
    lost.extend(told("activate a revision (`policy.activate`)", answer.err()));
    let answer = authorizer.foresee::<ActivatePolicy>(principal, &then, Attributes::new()).await;
    lost.extend(told("roll back (`policy.activate`, without modules)", answer.err()));
    if lost.is_empty() {
        return Ok(());
    }
    let message = format!(
        "once it is in force, you could not {}, signed in as you are now; it may take the gateway's operator to undo that. \
         Confirm the lock-out to do it all the same",
        lost.join(", nor ")
    );
    Err(Faults::one(FaultCode::LocksYouOut, &[field], message).into())
}

/// What would be lost, and who says so.
fn told(what: &str, denied: Option<Denied>) -> Option<String> {
    let why = match denied? {
        Denied::Forbidden { policy, denial, .. } if denial.reason.is_empty() => {
            format!("denied by `{policy}`")
        }
        Denied::Forbidden { policy, denial, .. } => format!("denied by `{policy}` ({})", denial.reason),
        Denied::NotVisible | Denied::Anonymous => {
            "denied without a word, or answered by no module: is `standard` in the stack?".to_owned()
        }
        Denied::Undecided { undecided: None, .. } => "no answer".to_owned(),
        Denied::Undecided { undecided: Some(undecided), .. } => undecided.to_string(),
    };
    let why: String = why.chars().filter(|character| !character.is_control()).take(200).collect();
    Some(format!("{what}: {why}"))
}
