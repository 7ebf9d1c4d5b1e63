use super::judged;
use crate::authz::{Attributes, ModuleRefusal, UploadPolicyModule, Visible};
use crate::domain::policy_stack::{MODULE_BYTES_MAX, MODULES_MAX, parse_digest};
use crate::domain::{FaultCode, Faults, PolicyModule, Principal};
use crate::service::{Failure, Refused, Services};

/// A module as somebody sends it.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The component.
    pub component: Vec<u8>,
    /// The digest that it must have.
    pub digest: String,
    /// The whole text of minisign's signature file.
    pub signature: Option<String>,
}

/// Takes a policy module, after all that can be looked at was looked at. It changes nothing by itself. Uploading it once
/// more changes at most who signed it.
///
/// # Errors
/// [`Refused`]: why it is not taken; a failure, among them `Busy`.
pub async fn upload(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    upload: Upload,
) -> Result<Visible<PolicyModule>, Refused> {
    let stack = services.store.policy_stack_of(project_space).await?;
    let digest = parse_digest(&upload.digest);
    let proposed = Attributes::new().with("digest", digest.clone().unwrap_or_default());
    let proof = judged::<UploadPolicyModule>(services, principal, stack, proposed, "project_space").await?;
    let Some(digest) = digest else {
        let message = "a digest has 64 hexadecimal digits: `sha256sum module.wasm` prints it";
        return Err(Faults::one(FaultCode::InvalidValue, &["digest"], message).into());
    };
    let size = u64::try_from(upload.component.len()).unwrap_or(u64::MAX);
    let space = proof.resource().project_space;
    let module = services.workshop.inspect(space, upload.component, digest, upload.signature).await;
    let module = module.map_err(|refusal| match refusal {
        ModuleRefusal::Busy => Refused::Failure(Failure::Busy),
        ModuleRefusal::Refused { code, message } => Faults::one(code, &[field(code)], message).into(),
    })?;
    let mut work = services.store.begin(proof).await?;
    let kept = work.kept_beside(&module.digest).await?;
    let fits = usize::try_from(kept.modules).is_ok_and(|count| count < MODULES_MAX)
        && u64::try_from(kept.bytes).is_ok_and(|bytes| bytes.saturating_add(size) <= MODULE_BYTES_MAX);
    if !fits {
        let message = format!(
            "a project space keeps {MODULES_MAX} modules and {} MiB at most: delete one that is not in use",
            MODULE_BYTES_MAX >> 20
        );
        return Err(Faults::one(FaultCode::QuotaExceeded, &["component"], message).into());
    }
    let made = work.upload(module).await?;
    Ok(work.commit().await?.created(made))
}

fn field(code: FaultCode) -> &'static str {
    match code {
        FaultCode::ModuleDigestMismatch => "digest",
        FaultCode::ModuleUnsigned | FaultCode::ModuleSignatureInvalid => "signature",
        _ => "component",
    }
}
