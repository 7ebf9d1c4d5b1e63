use crate::authz::{ReadAuditEntry, Visible};
use crate::domain::{
    AuditEntry, AuditEntryId, AuditFilter, FILTER_IDS_MAX, FaultCode, Faults, Page, PageRequest, Principal,
    ProjectSpaceId,
};
use crate::service::{Failure, Refused, Services};

/// A page of the entries that the caller may see, the newest first.
///
/// # Errors
/// [`Refused`]: a filter that is too long; a failure.
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<Visible<AuditEntry>>, Refused> {
    check(filter)?;
    let scope = services.authorizer.scope::<ReadAuditEntry>(principal, space).await?;
    Ok(services.store.audit_entries(&scope, filter, page).await?)
}

/// How many entries the caller may see.
///
/// # Errors
/// [`Refused`]: a filter that is too long; a failure.
pub async fn count(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    filter: &AuditFilter,
) -> Result<u64, Refused> {
    check(filter)?;
    let scope = services.authorizer.scope::<ReadAuditEntry>(principal, space).await?;
    Ok(services.store.count_audit_entries(&scope, filter).await?)
}

/// The entry with this id; nothing when the caller may not see it.
///
/// # Errors
/// [`Failure`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    id: AuditEntryId,
) -> Result<Option<Visible<AuditEntry>>, Failure> {
    let scope = services.authorizer.scope::<ReadAuditEntry>(principal, space).await?;
    Ok(services.store.visible_audit_entry(&scope, id).await?)
}

fn check(filter: &AuditFilter) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let lists = [
        ("principal_ids", &filter.principals),
        ("resource_ids", &filter.resources),
        ("resource_kinds", &filter.kinds),
        ("actions", &filter.actions),
    ];
    for (field, given) in lists {
        let Some(given) = given else { continue };
        if given.len() > FILTER_IDS_MAX {
            faults.add(FaultCode::TooLong, &["filter", field], format!("at most {FILTER_IDS_MAX} of them"));
        }
        if given.iter().any(|text| text.contains('\0')) {
            faults.add(FaultCode::InvalidValue, &["filter", field], "must not contain the character NUL");
        }
    }
    faults.check()
}
