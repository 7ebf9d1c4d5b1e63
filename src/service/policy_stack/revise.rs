use super::{check_module, judged};
use crate::authz::{Attributes, EntryRefusal, RevisePolicy, StackModule, StackRefusal, Visible};
use crate::domain::policy_stack::{
    REVISIONS_MAX, STACK_BYTES_MAX, STANDARD, check_comment, check_entries, parse_digest,
};
use crate::domain::{
    FaultCode, Faults, PolicyEntry, PolicyEntryInput, PolicyRevision, PolicyStack, Principal,
};
use crate::service::{Failure, Refused, Services};

/// Makes a revision: modules in order, with their settings. It changes nothing by itself.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure, among them `Busy`.
pub async fn revise(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    modules: &[PolicyEntryInput],
    comment: &str,
) -> Result<Visible<PolicyRevision>, Refused> {
    let stack = services.store.policy_stack_of(project_space).await?;
    let named = modules.iter().map(|entry| entry.digest.clone().unwrap_or_else(|| STANDARD.to_owned()));
    let proposed = Attributes::new().with("modules", named.take(100).collect::<Vec<_>>());
    let proof = judged::<RevisePolicy>(services, principal, stack, proposed, "project_space").await?;
    let mut faults = Faults::new();
    check_entries(modules, &mut faults);
    check_comment(comment, &mut faults);
    faults.check()?;
    let entries = entries(services, proof.resource(), modules).await?;
    examine(services, proof.resource(), &entries).await?;
    let mut work = services.store.begin(proof).await?;
    let number = work.next_number().await?;
    if number > REVISIONS_MAX {
        let message = format!("a project space has {REVISIONS_MAX} revisions at most");
        return Err(Faults::one(FaultCode::QuotaExceeded, &[], message).into());
    }
    let made = work.revise(number, entries, comment.trim().to_owned()).await?;
    Ok(work.commit().await?.created(made))
}

/// The entries, with the names of their modules.
async fn entries(
    services: &Services,
    stack: &PolicyStack,
    modules: &[PolicyEntryInput],
) -> Result<Vec<PolicyEntry>, Refused> {
    let uploaded = services.store.policy_modules(stack).await?;
    let (mut entries, mut faults, mut bytes) = (Vec::new(), Faults::new(), 0_u64);
    for (index, entry) in modules.iter().enumerate() {
        let Some(digest) = entry.digest.as_deref().and_then(parse_digest) else {
            entries.push(PolicyEntry {
                digest: None,
                name: STANDARD.to_owned(),
                version: String::new(),
                settings: None,
            });
            continue;
        };
        let module = uploaded.iter().find(|module| module.digest == digest);
        check_module(services, module, &digest, &["modules", &index.to_string(), "digest"], &mut faults);
        let Some(module) = module else { continue };
        bytes = bytes.saturating_add(module.size);
        entries.push(PolicyEntry {
            name: module.name.clone(),
            version: module.version.clone(),
            settings: entry.settings.clone(),
            digest: Some(digest),
        });
    }
    if bytes > STACK_BYTES_MAX {
        let message = format!("the modules of a stack have {} MiB at most together", STACK_BYTES_MAX >> 20);
        faults.add(FaultCode::TooLong, &["modules"], message);
    }
    faults.check()?;
    Ok(entries)
}

/// Whether the modules load and take their settings.
async fn examine(services: &Services, stack: &PolicyStack, entries: &[PolicyEntry]) -> Result<(), Refused> {
    let mut modules = Vec::with_capacity(entries.len());
    for entry in entries {
        modules.push(match &entry.digest {
            None => StackModule::Standard,
            Some(digest) => StackModule::Uploaded {
                digest: digest.clone(),
                component: services.store.policy_component(stack, digest).await?.unwrap_or_default(),
                settings: entry.settings.as_ref().map(ToString::to_string).unwrap_or_default(),
            },
        });
    }
    let refusals = match services.workshop.examine(stack.project_space, modules).await {
        Ok(()) => return Ok(()),
        Err(StackRefusal::Busy) => return Err(Failure::Busy.into()),
        Err(StackRefusal::Modules(refusals)) => refusals,
    };
    let mut faults = Faults::new();
    for (index, refusal) in refusals {
        let index = index.to_string();
        match refusal {
            EntryRefusal::Module { code, message } => {
                faults.add(code, &["modules", &index, "digest"], message);
            }
            EntryRefusal::Settings(found) => {
                for fault in found {
                    let steps = steps(&fault.path);
                    let mut path = vec!["modules", &index, "settings"];
                    path.extend(steps.iter().map(String::as_str));
                    faults.add(FaultCode::SettingsInvalid, &path, fault.message);
                }
            }
        }
    }
    Err(faults.into())
}

/// The steps of a JSON pointer.
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_pointer_has_steps() {
        assert_eq!(steps(""), Vec::<String>::new());
        assert_eq!(steps("/hours/0/from"), ["hours", "0", "from"]);
        assert_eq!(steps("/a~1b/~0/~01"), ["a/b", "~", "~1"]);
    }
}
