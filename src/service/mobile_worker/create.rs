use super::{new_password, proposed, user_data};
use crate::authz::{CreateMobileWorker, Visible};
use crate::domain::{
    FaultCode, Faults, MobileWorker, MobileWorkerInput, MobileWorkerProfile, PasswordRule, Principal,
    ProjectSpace, Username,
};
use crate::service::assignment::Assigner;
use crate::service::invitation::new_link;
use crate::service::{Refused, Services, project_space};
use crate::store::{NewWorkersSignIn, StoreError};

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
    let has_password = matches!(password, NewPassword::Hashed(_)) || input.password.as_set().is_some();
    check_confirmation(input, has_password, &draft.profile, &mut faults);
    draft.profile.check_deactivation(&blank, services.clock.now(), &mut faults);
    if let Some(username) = &username
        && services.store.is_username_taken(&proof, username).await?
    {
        faults.extend(taken(username));
    }
    let assigner = Assigner { services, principal, space: space.id };
    assigner.check_worker(&proof, &blank, &mut draft.profile, input, &mut faults).await?;
    user_data::check(services, &proof, (&blank, None), &mut draft.profile, &mut faults).await?;
    let (Some(username), true) = (username, faults.is_empty()) else { return Err(faults.into()) };

    let sign_in = match (password, new) {
        (NewPassword::Hashed(hash), _) => NewWorkersSignIn::Password(hash),
        (NewPassword::Given, Some(password)) => {
            NewWorkersSignIn::Password(services.authenticator.passwords.hash(password).await?)
        }
        (NewPassword::Given, None) if input.send_confirmation_email_now => {
            NewWorkersSignIn::Confirmation(Some(new_link(services)?))
        }
        (NewPassword::Given, None) => NewWorkersSignIn::Confirmation(None),
    };
    let mut work = services.store.begin(proof).await?;
    let made = work.create(username.clone(), draft.profile, sign_in, services.worker_suffix()).await;
    let worker = made.map_err(|error| match error {
        // Somebody else took it between the look and the write.
        StoreError::Conflict(_) => Refused::Input(taken(&username)),
        other => other.into(),
    })?;
    Ok(work.commit().await?.created(worker))
}

/// Which of password, address and confirmation go together (seed 002): "‘password’ should be excluded from the input", "‘email’
/// should be included in the input", "‘require_account_confirmation’ must be True".
fn check_confirmation(
    input: &MobileWorkerInput,
    has_password: bool,
    profile: &MobileWorkerProfile,
    faults: &mut Faults,
) {
    if input.require_account_confirmation {
        if has_password {
            let message = "leave out `password`: the worker sets it by confirming the account";
            faults.add(FaultCode::PasswordNotAllowed, &["password"], message);
        }
        if profile.email.is_none() && !faults.concern("email") {
            let message = "an account that is to be confirmed needs an e-mail address";
            faults.add(FaultCode::EmailRequired, &["email"], message);
        }
        return;
    }
    if input.send_confirmation_email_now {
        let message = "there is nothing to be confirmed: ask for a confirmation of the account as well";
        faults.add(FaultCode::ConfirmationNotRequired, &["send_confirmation_email_now"], message);
    }
    if !has_password {
        faults.add(FaultCode::Required, &["password"], "`password` is required");
    }
}

/// What the password of a new worker must be.
fn rule(space: &ProjectSpace, username: Option<&Username>, profile: &MobileWorkerProfile) -> PasswordRule {
    let words = vec![space.name.to_string(), space.display_name.clone()];
    PasswordRule::of_worker(space.settings.strong_mobile_passwords.into(), words)
        .and_known(profile.known_words())
        .and_known(username.map(ToString::to_string))
}

fn taken(username: &Username) -> Faults {
    Faults::one(
        FaultCode::UsernameTaken,
        &["username"],
        format!("the username `{username}` is already taken"),
    )
}
