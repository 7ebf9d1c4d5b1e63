use super::{already_member, new_link, proposed};
use crate::authz::{CreateInvitation, Visible};
use crate::domain::{Email, FaultCode, Faults, Invitation, InvitationInput, Principal};
use crate::service::assignment::Assigner;
use crate::service::{Refused, Services, project_space};
use crate::store::StoreError;

/// Invites somebody: a mail with a link goes out. An address whose invitation has expired has it renewed, and one that
/// has asked to be let in has its request approved.
///
/// # Errors
/// [`Refused`]: all faults of the input together; then nothing is sent. A failure.
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    input: &InvitationInput,
) -> Result<Visible<Invitation>, Refused> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let (mut assignment, faults) = input.assignment.draft_new();
    let email = Email::parse(&input.email);
    let proposed = proposed(&assignment).with("email", email.as_ref().ok().map(ToString::to_string));
    let proof = services.authorizer.authorize::<CreateInvitation>(principal, space, proposed).await?;

    let mut all = Faults::new();
    let email = email.map_err(|error| all.add(error.code(), &["email"], format!("`email` {error}"))).ok();
    all.extend(faults);
    if let Some(email) = &email {
        if services.store.is_member(&proof, email).await? {
            all.extend(already_member(&["email"], email));
        } else if services
            .store
            .invited_until(&proof, email)
            .await?
            .is_some_and(|end| end > services.clock.now())
        {
            all.extend(already_invited(email));
        }
    }
    let assigner = Assigner { services, principal, space: proof.resource().id };
    assigner.check_web_user(&proof, None, &mut assignment, &input.assignment, &mut all).await?;
    let (Some(email), true) = (email, all.is_empty()) else { return Err(all.into()) };

    let link = new_link(services)?;
    let mut work = services.store.begin(proof).await?;
    let made = work.invite(email.clone(), &assignment, &link).await.map_err(|error| match error {
        // Somebody else invited them between the look and the write.
        StoreError::Stale | StoreError::Conflict(_) => Refused::Input(already_invited(&email)),
        other => other.into(),
    })?;
    Ok(work.commit().await?.created(made))
}

fn already_invited(email: &Email) -> Faults {
    let message = format!("`{email}` has an invitation that can still be accepted: resend it instead");
    Faults::one(FaultCode::AlreadyInvited, &["email"], message)
}
