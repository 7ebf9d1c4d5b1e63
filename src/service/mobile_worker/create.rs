use super::{new_password, proposed, user_data};
use crate::authz::{CreateMobileWorker, Visible};
use crate::domain::{
    FaultCode, Faults, MobileWorker, MobileWorkerInput, MobileWorkerProfile, PasswordRule, Principal,
    ProjectSpace, Username,
};
use crate::service::assignment::Assigner;
use crate::service::{Refused, Services, project_space};
use crate::store::StoreError;

/// The password of a new worker.
#[derive(Debug, Clone)]
pub enum NewPassword {
    /// The one in the input, which must be there.
    Given,
    /// The PHC string of one that was hashed before: many workers made at once with the same password.
    Hashed(String),
}

/// Makes a mobile worker.
///
/// # Errors
/// [`Refused`]: all faults of the input together; then nothing is created and the username stays free. A failure.
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    username: &str,
    input: &MobileWorkerInput,
    password: NewPassword,
) -> Result<Visible<MobileWorker>, Refused> {
    let space = services.store.project_space_named(project_space).await?;
    let Some(space) = space else { return Err(project_space::nowhere(principal).into()) };
    let blank = MobileWorkerProfile::default();
    let mut draft = input.draft(&blank);
    let proof = services
        .authorizer
        .authorize::<CreateMobileWorker>(principal, space, proposed(&draft.profile))
        .await?;
    let space = proof.resource();

    let mut faults = Faults::new();
    let username = Username::parse(username, &space.name, services.worker_suffix());
    let username = username.map_err(|error| faults.add(error.code(), &["username"], error)).ok();
    faults.extend(draft.faults);
    let new = draft.password.as_ref().and_then(|given| {
        new_password::measured(&rule(space, username.as_ref(), &draft.profile), given, &mut faults)
    });
    if matches!(
        (&password, &input.password),
        (NewPassword::Given, crate::domain::Patch::Keep | crate::domain::Patch::Clear)
    ) {
        faults.add(FaultCode::Required, &["password"], "`password` is required");
    }
    if let Some(username) = &username
        && services.store.is_username_taken(&proof, username).await?
    {
        faults.extend(taken(username));
    }
    let assigner = Assigner { services, principal, space: space.id };
    assigner.check_worker(&blank, &mut draft.profile, input, &mut faults).await?;
    user_data::check(services, &proof, (&blank, None), &mut draft.profile, &mut faults).await?;
    let (Some(username), true) = (username, faults.is_empty()) else { return Err(faults.into()) };

    let hash = match (password, new) {
        (NewPassword::Hashed(hash), _) => Some(hash),
        (NewPassword::Given, Some(password)) => Some(services.authenticator.passwords.hash(password).await?),
        (NewPassword::Given, None) => None,
    };
    let mut work = services.store.begin(proof).await?;
    let worker = work.create(username.clone(), draft.profile, hash).await.map_err(|error| match error {
        // Somebody else took it between the look and the write.
        StoreError::Conflict(_) => Refused::Input(taken(&username)),
        other => other.into(),
    })?;
    Ok(work.commit().await?.created(worker))
}

/// What the password of a new worker must be.
fn rule(space: &ProjectSpace, username: Option<&Username>, profile: &MobileWorkerProfile) -> PasswordRule {
    let words = vec![space.name.to_string(), space.display_name.clone()];
    PasswordRule::of_worker(space.settings.strong_mobile_passwords.into(), words)
        .and_known(profile.known_words())
        .and_known(username.map(ToString::to_string))
}

fn taken(username: &Username) -> Faults {
    Faults::one(FaultCode::UsernameTaken, &["username"], format!("the username `{username}` is taken"))
}
