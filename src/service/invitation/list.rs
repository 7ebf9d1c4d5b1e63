use crate::authz::Visible;
use crate::domain::person::EMAIL_MAX;
use crate::domain::{
    FILTER_IDS_MAX, FaultCode, Faults, Invitation, InvitationFilter, Page, PageRequest, Principal,
    ProjectSpace,
};
use crate::service::{Refused, Services};
use chrono::{DateTime, TimeDelta, Utc};

/// A page of the invitations that the caller may see, the newest first.
///
/// # Errors
/// [`Refused`]: a filter that is too long; a failure.
pub async fn list(
    services: &Services,
    principal: &Principal,
    space: &ProjectSpace,
    filter: &InvitationFilter,
    page: &PageRequest,
) -> Result<Page<Visible<Invitation>>, Refused> {
    check(filter)?;
    let scope = services.authorizer.scope(principal, space.id).await?;
    Ok(services.store.invitations(&scope, filter, expired(services, space), page).await?)
}

/// How many invitations there are that the caller may see. Costs more than a page: only when asked.
///
/// # Errors
/// [`Refused`]: a filter that is too long; a failure.
pub async fn count(
    services: &Services,
    principal: &Principal,
    space: &ProjectSpace,
    filter: &InvitationFilter,
) -> Result<u64, Refused> {
    check(filter)?;
    let scope = services.authorizer.scope(principal, space.id).await?;
    Ok(services.store.count_invitations(&scope, filter, expired(services, space)).await?)
}

/// What was sent until this moment has expired by now.
fn expired(services: &Services, space: &ProjectSpace) -> DateTime<Utc> {
    services.clock.now() - TimeDelta::days(space.settings.invitation_lifetime_days.into())
}

fn check(filter: &InvitationFilter) -> Result<(), Faults> {
    let mut faults = Faults::new();
    if filter.email.as_ref().is_some_and(|text| text.chars().count() > EMAIL_MAX) {
        faults.add(FaultCode::TooLong, &["filter", "email"], format!("at most {EMAIL_MAX} characters"));
    }
    if filter.email.as_ref().is_some_and(|text| text.contains('\0')) {
        faults.add(FaultCode::InvalidValue, &["filter", "email"], "must not contain the character NUL");
    }
    let lengths = [
        ("role_ids", filter.roles.as_ref().map(Vec::len)),
        ("inviter_ids", filter.inviters.as_ref().map(Vec::len)),
    ];
    for (field, length) in lengths {
        if length.is_some_and(|length| length > FILTER_IDS_MAX) {
            faults.add(FaultCode::TooLong, &["filter", field], format!("at most {FILTER_IDS_MAX} ids"));
        }
    }
    faults.check()
}
