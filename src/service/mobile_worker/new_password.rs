//! A new password for a worker, whoever gives it and through whatever door.

use super::judged;
use crate::authz::{Action, Authorized, SetMobileWorkerPassword};
use crate::domain::{
    AcceptedPassword, FaultCode, Faults, MobileWorker, MobileWorkerId, MobileWorkerStatus, PasswordRule,
    Principal, password_is_locked,
};
use crate::service::{Refused, Services};
use crate::store::StoreError;
use secrecy::{ExposeSecret, SecretString};

/// Whether the caller may set this worker's password, beside what else they do to the worker: asked of the version that
/// the rest is about.
pub(super) async fn permitted(
    services: &Services,
    principal: &Principal,
    id: MobileWorkerId,
    version: i32,
) -> Result<(), Refused> {
    judged::<SetMobileWorkerPassword>(services, principal, id, Some(version)).await.map(drop)
}

/// The password, if it may be set: all that is wrong is noted.
pub(super) async fn check<A: Action<Resource = MobileWorker>>(
    services: &Services,
    proof: &Authorized<A>,
    given: &SecretString,
    faults: &mut Faults,
) -> Result<Option<AcceptedPassword>, StoreError> {
    if let Err(locked) = proof.resource().check_password_is_editable(&["password"]) {
        faults.extend(locked);
        return Ok(None);
    }
    if proof.resource().status == MobileWorkerStatus::PendingConfirmation {
        let message = "the worker has yet to confirm their account, and sets the password by that";
        faults.add(FaultCode::ConfirmationPending, &["password"], message);
        return Ok(None);
    }
    let rule = services.store.password_rule(proof).await?;
    Ok(measured(&rule, given, faults))
}

/// The password, if the rule lets it be.
pub(in crate::service) fn measured(
    rule: &PasswordRule,
    given: &SecretString,
    faults: &mut Faults,
) -> Option<AcceptedPassword> {
    let checked = rule.check(given.expose_secret()).map_err(|error| format!("`password` {error}"));
    faults.take(FaultCode::PasswordWeak, &["password"], checked)
}

/// The worker's link became active between the look and the write.
pub(in crate::service) fn locked(error: StoreError) -> Refused {
    match error {
        StoreError::PasswordLocked => password_is_locked(&["password"]).into(),
        other => other.into(),
    }
}
