use super::{judged, new_password, proposed, unchanged, user_data, wrong_state};
use crate::authz::{Authorized, SendMobileWorkerConfirmation, UpdateMobileWorker, Visible};
use crate::domain::{
    Drafted, FaultCode, Faults, MobileWorker, MobileWorkerId, MobileWorkerInput, MobileWorkerProfile,
    MobileWorkerStatus, Patch, Principal,
};
use crate::service::assignment::Assigner;
use crate::service::invitation::new_link;
use crate::service::{Refused, Services, host_rule, project_space};

/// Changes a worker. What is left out stays. Changing nothing writes nothing.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure, among them `Conflict` when `version` is not the present
/// one.
pub async fn update(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: Option<i32>,
    input: &MobileWorkerInput,
) -> Result<Visible<MobileWorker>, Refused> {
    let worker = services.store.mobile_worker(id).await?;
    let Some(worker) = worker else { return Err(project_space::nowhere(principal).into()) };
    let proof = services
        .authorizer
        .authorize_change::<UpdateMobileWorker, _>(principal, worker, input, |worker, input| {
            proposed(&input.draft(&worker.profile).profile)
        })
        .await?;
    unchanged(&proof, version)?;
    if proof.resource().status == MobileWorkerStatus::Deleted {
        return Err(wrong_state("the worker is deleted: restore them first"));
    }
    let before = proof.resource().profile.clone();
    let Drafted { mut profile, password, mut faults } = input.draft(&before);
    let password = match &password {
        Some(given) => {
            new_password::permitted(services, principal, id, proof.resource().version).await?;
            new_password::check(services, &proof, given, &mut faults).await?
        }
        None => None,
    };
    let assigner = Assigner { services, principal, space: proof.resource().project_space };
    assigner.check_worker(&proof, &before, &mut profile, input, &mut faults).await?;
    check_contacts(services, principal, &proof, &profile, &mut faults).await?;
    // What is wrong already may stay, as long as nobody touches it: fields change without those who have them.
    if !matches!((&input.user_data, &input.user_profile), (Patch::Keep, Patch::Keep)) {
        let fixed = Some(&proof.resource().fixed_data);
        user_data::check(services, &proof, (&before, fixed), &mut profile, &mut faults).await?;
    }
    profile.check_deactivation(&before, services.clock.now(), &mut faults);
    let is_unconfirmed = proof.resource().status == MobileWorkerStatus::PendingConfirmation;
    if is_unconfirmed && profile.email.is_none() && !faults.concern("email") {
        let message = "an account that is to be confirmed needs an e-mail address";
        faults.add(FaultCode::EmailRequired, &["email"], message);
    }
    // "If True and the user is an unconfirmed account" (seed 002): it is no fault of another one.
    let confirmation = if input.send_confirmation_email_now && is_unconfirmed {
        judged::<SendMobileWorkerConfirmation>(services, principal, id, Some(proof.resource().version))
            .await
            .map(drop)?;
        Some(new_link(services)?)
    } else {
        None
    };
    faults.check()?;
    if password.is_none() && confirmation.is_none() && profile == before {
        return Ok(proof.into_visible());
    }
    let hash = match password {
        Some(password) => Some(services.authenticator.passwords.hash(password).await?),
        None => None,
    };
    let mut work = services.store.begin(proof).await?;
    work.update(&profile, hash).await.map_err(new_password::locked)?;
    if let Some(link) = confirmation {
        work.and_send_confirmation(&link, services.worker_suffix()).await?;
    }
    Ok(work.commit().await?.into_visible())
}

/// Notes a fault where the address or the phone numbers of a stronger account would change: links to a new password, to
/// confirm the account and to link a PersonalID account go there.
async fn check_contacts(
    services: &Services,
    principal: &Principal,
    proof: &Authorized<UpdateMobileWorker>,
    after: &MobileWorkerProfile,
    faults: &mut Faults,
) -> Result<(), Refused> {
    let worker = proof.resource();
    let changed = [
        ("email", worker.profile.email != after.email),
        ("phone_numbers", worker.profile.phone_numbers != after.phone_numbers),
    ];
    for (field, _) in changed.into_iter().filter(|(_, is_changed)| *is_changed) {
        let (space, rights) = (worker.project_space, worker.rights());
        faults.extend(host_rule::check_becoming(services, principal, space, proof, rights, &[field]).await?);
    }
    Ok(())
}
