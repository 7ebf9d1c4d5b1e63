use super::unchanged;
use crate::authz::{Action, RestoreWebUser, Visible};
use crate::domain::{FaultCode, Faults, Member, MembershipId, Principal, QualifiedRole};
use crate::service::assignment::proposed;
use crate::service::{Failure, Refused, Services, host_rule, project_space};
use crate::store::StoreError;

/// Undoes a removal, as long as its time is not over: the membership is as it was, at those of its locations that are still
/// in use, and the person's API keys work again.
///
/// # Errors
/// [`Refused`]: too late; their role is gone; they are a member again; they hold more than the caller; a failure.
pub async fn restore(
    services: &Services,
    principal: &Principal,
    id: MembershipId,
    version: Option<i32>,
) -> Result<Visible<Member>, Refused> {
    let member = services.store.removed_member(id).await?;
    let Some(member) = member else { return Err(not_removed(services, principal, id).await) };
    let proof = services
        .authorizer
        .authorize_change::<RestoreWebUser, _>(principal, member, &(), |member, ()| {
            proposed(&member.assignment)
        })
        .await?;
    unchanged(&proof, version)?;
    let member = proof.resource();
    host_rule::check_member(services, principal, RestoreWebUser::NAME, &proof, member).await?.check()?;
    if member.undo_until().is_none_or(|until| services.clock.now() >= until) {
        let message = "the time to undo the removal is over: invite them again";
        return Err(Faults::one(FaultCode::InvalidState, &["id"], message).into());
    }
    if member.assignment.role == QualifiedRole::None {
        return Err(role_gone());
    }
    let mut work = services.store.begin(proof).await?;
    work.restore().await.map_err(|error| match error {
        StoreError::Conflict(_) => {
            let message = "they belong to the project space again";
            Refused::Input(Faults::one(FaultCode::AlreadyMember, &["id"], message))
        }
        StoreError::Gone(_) => role_gone(),
        other => other.into(),
    })?;
    Ok(work.commit().await?.into_visible())
}

fn role_gone() -> Refused {
    let message = "the role they had is gone: invite them again, with another one";
    Faults::one(FaultCode::RoleNotAssignable, &["id"], message).into()
}

/// Why there is no removal: they are a member, as far as the caller may know, or there never was one.
async fn not_removed(services: &Services, principal: &Principal, id: MembershipId) -> Refused {
    for standing in &principal.standings {
        match super::read(services, principal, standing.project_space, id).await {
            Ok(Some(_)) => {
                let message = "they are not removed";
                return Faults::one(FaultCode::InvalidState, &["id"], message).into();
            }
            Ok(None) | Err(Failure::Denied(_)) => {}
            Err(failure) => return failure.into(),
        }
    }
    project_space::nowhere(principal).into()
}
