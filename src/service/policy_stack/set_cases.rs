use super::{check_version, judged};
use crate::authz::{Attributes, CasesRefusal, SetPolicyCases, Visible};
use crate::domain::policy_stack::check_cases;
use crate::domain::{FaultCode, Faults, Patch, PolicyStack, Principal};
use crate::service::{Failure, Refused, Services};

/// Sets the cases that every revision of a project space is put to before it is put in force, or that there are none. What
/// is in force stays, whatever it says of them.
///
/// # Errors
/// [`Refused`]: what is wrong with the file; a failure, among them `Conflict` when `version` is not the present one.
pub async fn set_cases(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    cases: Patch<String>,
    version: Option<i32>,
) -> Result<Visible<PolicyStack>, Refused> {
    let stack = services.store.policy_stack_of(project_space).await?;
    let proof =
        judged::<SetPolicyCases>(services, principal, stack, Attributes::new(), "project_space").await?;
    check_version(&proof, version)?;
    let cases = match cases {
        Patch::Set(text) => {
            let count = count(services, project_space, &text).await?;
            Some((text, count))
        }
        // A file that was forgotten is no wish to have none.
        Patch::Keep => {
            let message = "give a file of cases, or null to have none";
            return Err(Faults::one(FaultCode::Required, &["cases"], message).into());
        }
        Patch::Clear if services.store.policy_cases(proof.resource()).await?.is_none() => {
            return Ok(proof.into_visible());
        }
        Patch::Clear => None,
    };
    let mut work = services.store.begin(proof).await?;
    work.set_cases(cases).await?;
    Ok(work.commit().await?.into_visible())
}

async fn count(services: &Services, project_space: &str, text: &str) -> Result<i32, Refused> {
    let mut faults = Faults::new();
    check_cases(text, &mut faults);
    faults.check()?;
    match services.workshop.read_cases(project_space.to_owned(), text.to_owned()).await {
        Ok(count) => Ok(count),
        Err(CasesRefusal::Refused { code, message }) => Err(Faults::one(code, &["cases"], message).into()),
        Err(CasesRefusal::Busy) => Err(Failure::Busy.into()),
    }
}
