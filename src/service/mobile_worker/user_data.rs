//! A worker's own data and profile, against the fields of their project space. Every channel comes through here.

use crate::authz::{Action, AssignUserProfile, Authorized, Realm, Resource};
use crate::domain::user_data::DataRules;
use crate::domain::{
    FaultCode, Faults, MobileWorkerProfile, Principal, ProjectSpaceId, UserKind, UserProfileId,
};
use crate::service::{Failure, Services};
use serde_json::{Map, Value as Json};

/// Notes a fault for everything that is wrong with the data and the profile as they would be, and takes out of the data
/// what only repeats the profile. `fixed` is what the profile fixes that the worker has until now.
pub(super) async fn check<A: Action>(
    services: &Services,
    proof: &Authorized<A>,
    (before, fixed): (&MobileWorkerProfile, Option<&Map<String, Json>>),
    after: &mut MobileWorkerProfile,
    faults: &mut Faults,
) -> Result<(), Failure> {
    let Realm::ProjectSpace(space) = proof.resource().realm() else { return Err(Failure::NotFound) };
    let definition = services.store.user_fields_that_bind(proof).await?;
    let fixed = if faults.concern("profile_id") {
        None
    } else if after.user_profile == before.user_profile {
        Some(fixed.cloned().unwrap_or_default())
    } else {
        let change = (before.user_profile, after.user_profile);
        assigned(services, proof.principal(), space, change, faults).await?
    };
    if after.user_profile.is_none()
        && definition.profile_required_for.contains(&UserKind::MobileWorker)
        && !faults.concern("profile_id")
    {
        faults.add(FaultCode::Required, &["profile_id"], "a mobile worker must have a user profile here");
    }
    let rules = DataRules { definition: &definition, fixed: fixed.as_ref(), kind: UserKind::MobileWorker };
    rules.check(&before.user_data, &mut after.user_data, faults);
    Ok(())
}

/// What the new profile fixes, if both it and the one that it takes the place of are the caller's to assign
/// (reference §4.8, §3.3).
async fn assigned(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    (before, after): (Option<UserProfileId>, Option<UserProfileId>),
    faults: &mut Faults,
) -> Result<Option<Map<String, Json>>, Failure> {
    let ids: Vec<UserProfileId> = [before, after].into_iter().flatten().collect();
    let scope = services.authorizer.scope::<AssignUserProfile>(principal, space).await?;
    let found = services.store.user_profiles(&scope, Some(&ids)).await?;
    for id in &ids {
        if !found.iter().any(|profile| profile.id == *id) {
            let message = match before == Some(*id) {
                true => format!("the worker has the user profile `{id}`, which is not yours to take away"),
                false => format!("there is no user profile `{id}` that you may assign"),
            };
            faults.add(FaultCode::ProfileNotAssignable, &["profile_id"], message);
        }
    }
    Ok(match after {
        None => Some(Map::new()),
        Some(id) => {
            found.into_iter().find(|profile| profile.id == id).map(|profile| profile.fixed_data.clone())
        }
    })
}
