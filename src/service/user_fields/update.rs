use crate::authz::{Attributes, UpdateUserFields, Visible};
use crate::domain::{
    DraftedProfile, FaultCode, Faults, Principal, UserFieldDefinition, UserFieldsInput, UserProfile,
};
use crate::service::{Failure, Refused, Services, project_space};
use crate::store::StoreError;

/// Changes the fields and profiles of a project space. What is left out stays. What people have under a field that goes
/// stays with them, as data that no field is about; a profile that somebody has does not go. Changing nothing writes
/// nothing.
///
/// # Errors
/// [`Refused`]: all faults of the input together; a failure, among them `Conflict` when `version` is not the present one.
pub async fn update(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    version: Option<i32>,
    input: &UserFieldsInput,
) -> Result<Visible<UserFieldDefinition>, Refused> {
    let fields = services.store.user_fields_of(project_space).await?;
    let Some(fields) = fields else { return Err(project_space::nowhere(principal).into()) };
    let proof =
        services.authorizer.authorize::<UpdateUserFields>(principal, fields, Attributes::new()).await?;
    let before = proof.resource().clone();
    if version.is_some_and(|version| version != before.version) {
        return Err(Failure::Conflict.into());
    }
    let profiles = services.store.user_profiles_to_change(&proof).await?;
    let (after, drafted) = input.draft(&before, &profiles)?;
    if after == before && is_same(&profiles, &drafted) {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    let gone: Vec<&UserProfile> = profiles.iter().filter(|old| !keeps(&drafted, old)).collect();
    let holders = work.holders(&gone.iter().map(|profile| profile.id).collect::<Vec<_>>()).await?;
    let mut faults = Faults::new();
    for profile in gone {
        if let Some(count) = holders.get(&profile.id) {
            let name = &profile.name;
            let message =
                format!("mobile workers with the profile `{name}`: {count}. take it from them first");
            faults.add(FaultCode::ProfileInUse, &["profiles"], message);
        }
    }
    faults.check()?;
    work.update(after, &profiles, &drafted).await.map_err(|error| match error {
        // Somebody was given it between the count and the write.
        StoreError::Gone(_) => {
            Refused::Input(Faults::one(FaultCode::ProfileInUse, &["profiles"], "somebody has the profile"))
        }
        other => other.into(),
    })?;
    Ok(work.commit().await?.into_visible())
}

fn keeps(drafted: &[DraftedProfile], profile: &UserProfile) -> bool {
    drafted.iter().any(|new| new.id == Some(profile.id))
}

fn is_same(before: &[UserProfile], after: &[DraftedProfile]) -> bool {
    let same = |(old, new): (&UserProfile, &DraftedProfile)| {
        (Some(old.id), &old.name, &old.fixed_data) == (new.id, &new.name, &new.fixed_data)
    };
    before.len() == after.len() && before.iter().zip(after).all(same)
}
