use super::{open, proposed, unchanged};
use crate::authz::{UpdateInvitation, Visible};
use crate::domain::{AssignmentInput, Invitation, InvitationId, Principal, Rights};
use crate::service::assignment::Assigner;
use crate::service::{Refused, Services, project_space};

/// Changes what an invitation gives: everything but its address. Its link and its end stay. What is left out stays, and
/// changing nothing writes nothing.
///
/// # Errors
/// [`Refused`]: all faults of the input together; an invitation that was accepted or deleted; a failure, among them
/// `Conflict` when `version` is not the present one.
pub async fn update(
    services: &Services,
    principal: &Principal,
    id: InvitationId,
    version: Option<i32>,
    input: &AssignmentInput,
) -> Result<Visible<Invitation>, Refused> {
    let invitation = services.store.invitation(id).await?;
    let Some(invitation) = invitation else { return Err(project_space::nowhere(principal).into()) };
    let proof = services
        .authorizer
        .authorize_change::<UpdateInvitation, _>(principal, invitation, input, |invitation, input| {
            proposed(&input.draft(&invitation.assignment).0)
        })
        .await?;
    unchanged(&proof, version)?;
    open(proof.resource())?;
    let before = proof.resource().assignment.clone();
    let (mut after, mut faults) = input.draft(&before);
    let assigner = Assigner { services, principal, space: proof.resource().project_space };
    assigner.check_web_user(&proof, Some(&before), &mut after, input, &mut faults).await?;
    faults.check()?;
    if after == before {
        return Ok(proof.into_visible());
    }
    // The invitation is given anew with this change, so all that it carries must be the caller's to give.
    let carried = Rights { is_admin: after.role.is_admin(), grants: None, locations: &after.locations };
    assigner.check_given_again(&proof, carried, after.role.role()).await?.check()?;
    let mut work = services.store.begin(proof).await?;
    work.update(&after).await?;
    Ok(work.commit().await?.into_visible())
}
