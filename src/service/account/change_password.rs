use crate::authn::Checked;
use crate::authz::{Attributes, ChangePassword, Denied, Sealed};
use crate::domain::{Account, FaultCode, Faults, Identity, Principal, SignIn, password_is_locked};
use crate::service::mobile_worker::new_password;
use crate::service::{Failure, Refused, Services};
use secrecy::{ExposeSecret, SecretString};

/// Changes the password of the caller's own account, ends their other sessions, and tells them by mail if they have an
/// address (security A8).
///
/// # Errors
/// [`Refused`]: the current password is wrong, the new one too weak, the caller a script with an API key, or the password
/// locked by PersonalID; a failure.
pub async fn change_password(
    services: &Services,
    principal: &Principal,
    current: &SecretString,
    new: &SecretString,
) -> Result<(), Refused> {
    match (principal.identity, principal.signed_in_by) {
        (Identity::Anonymous | Identity::System, _) => return Err(Denied::Anonymous.into()),
        // A key is for one project space. It is nobody's key to the account.
        (_, SignIn::ApiKey) => {
            let message = "an API key does not change passwords: sign in";
            return Err(Faults::one(FaultCode::SignInRequired, &[], message).into());
        }
        _ => {}
    }
    let account = Sealed::account(Account(principal.identity));
    let proof =
        services.authorizer.authorize::<ChangePassword>(principal, account, Attributes::new()).await?;
    let own = services.store.own_password(&proof).await?.ok_or(Failure::NotFound)?;
    if !own.editable {
        return Err(password_is_locked(&["new_password"]).into());
    }
    let passwords = &services.authenticator.passwords;
    let mut faults = Faults::new();
    let checked = Checked::CurrentPassword(principal.identity);
    let turn = services.authenticator.turn(&principal.origin, checked).await?;
    if !passwords.verify(turn, own.hash.as_deref(), current).await? {
        let message = "this is not the password that you have";
        faults.add(FaultCode::WrongCredentials, &["current_password"], message);
    }
    let checked = own.rule.check(new.expose_secret()).map_err(|error| format!("`new_password` {error}"));
    let new = faults.take(FaultCode::PasswordWeak, &["new_password"], checked);
    let (Some(new), Some(before), true) = (new, own.hash, faults.is_empty()) else {
        return Err(faults.into());
    };

    let hash = passwords.hash(new).await?;
    let mut work = services.store.begin(proof).await?;
    work.change_password(&before, hash).await.map_err(new_password::locked)?;
    let _done = work.commit().await?;
    Ok(())
}
