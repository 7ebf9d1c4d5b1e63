use crate::authz::{
    ACTION_CATALOGUE, Action, ActionInfo, Denied, Examined, Permitted, Resource, RestoreWebUser, Sealed,
};
use crate::domain::{
    AccessRequestId, ApiKeyId, AuditEntryId, CustomPermissionId, DecisionId, Email, FaultCode, Faults,
    GroupId, InvalidId, InvitationId, LocationId, LocationTypeId, MembershipId, MobileWorkerId, Principal,
    ProjectSpaceId, RoleId, UserProfileId,
};
use crate::service::{Refused, Services};
use crate::store::StoreError;
use chrono::{DateTime, Utc};
use std::future::Future;

/// What the answer to a question would be.
#[derive(Debug)]
pub struct CanI {
    /// The action.
    pub action: &'static ActionInfo,
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// The answer. What is not there and what may not be seen are not told apart.
    pub answer: Result<Permitted, Denied>,
}

/// Whether the caller might do something, as far as policy has a say. Nothing is done, and no log is told. Rules that no
/// policy switches off are not asked: they look at what is given along with the action.
///
/// # Errors
/// [`Refused`]: there is no such action, no policy is asked about it, or it needs a target; a failure.
pub async fn can_i(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    action: &str,
    target: Option<&str>,
) -> Result<CanI, Refused> {
    let action = named(action)?;
    if target.is_none() && !matches!(action.resource_kind, "project_space" | "user_fields" | "policy_stack") {
        let message = format!("`{}` is done to a {}: say to which", action.name, action.resource_kind);
        return Err(Faults::one(FaultCode::Required, &["target"], message).into());
    }
    let target = target.unwrap_or_default();
    let now = services.clock.now();
    let nowhere = || CanI { action, at: now, answer: Err(Denied::NotVisible) };
    let standing = principal.standings.iter().find(|it| it.project_space_name == project_space);
    let Some(standing) = standing else { return Ok(nowhere()) };
    let asker = Asker { services, principal, space: standing.project_space, action, target };
    let store = &services.store;
    let examined = match action.resource_kind {
        "project_space" => {
            let is_this = target.is_empty() || ProjectSpaceId::parse(target) == Ok(asker.space);
            let space = if is_this { store.project_space_named(project_space).await? } else { None };
            asker.examine(space).await
        }
        "user_fields" => {
            let is_this = target.is_empty() || ProjectSpaceId::parse(target) == Ok(asker.space);
            let fields = if is_this { Some(store.user_fields(asker.space).await?) } else { None };
            asker.examine(fields).await
        }
        "policy_stack" => {
            let is_this = target.is_empty() || ProjectSpaceId::parse(target) == Ok(asker.space);
            let stack = if is_this { Some(store.policy_stack(asker.space).await?) } else { None };
            asker.examine(stack).await
        }
        "web_user" if action.name == RestoreWebUser::NAME => {
            asker.of(MembershipId::parse, |id| store.removed_member(id)).await?
        }
        "web_user" => asker.of(MembershipId::parse, |id| store.member(id)).await?,
        "mobile_worker" => asker.of(MobileWorkerId::parse, |id| store.mobile_worker(id)).await?,
        "invitation" => asker.of(InvitationId::parse, |id| store.invitation(id)).await?,
        "access_request" => asker.of(AccessRequestId::parse, |id| store.access_request(id)).await?,
        "role" => asker.of(RoleId::parse, |id| store.role(id)).await?,
        "custom_permission" => asker.of(CustomPermissionId::parse, |id| store.custom_permission(id)).await?,
        "user_profile" => asker.of(UserProfileId::parse, |id| store.user_profile(id)).await?,
        "location_type" => asker.of(LocationTypeId::parse, |id| store.location_type(id)).await?,
        "location" => asker.of(LocationId::parse, |id| store.location(id)).await?,
        "group" => asker.of(GroupId::parse, |id| store.group(id)).await?,
        "api_key" => asker.of(ApiKeyId::parse, |id| store.api_key(id)).await?,
        "audit_entry" => asker.of(AuditEntryId::parse, |id| store.audit_entry(asker.space, id)).await?,
        "decision" => asker.of(DecisionId::parse, |id| store.decision(id)).await?,
        "email_address" => match Email::parse(target) {
            Ok(address) => asker.examine(store.email_address_in(asker.space, &address, now).await?).await,
            Err(_) => None,
        },
        _ => None,
    };
    Ok(examined.map_or_else(nowhere, |Examined { at, answer, .. }| CanI { action, at, answer }))
}

struct Asker<'a> {
    services: &'a Services,
    principal: &'a Principal,
    space: ProjectSpaceId,
    action: &'static ActionInfo,
    target: &'a str,
}

impl Asker<'_> {
    async fn examine<R: Resource>(&self, sealed: Option<Sealed<R>>) -> Option<Examined> {
        let authorizer = &self.services.authorizer;
        Some(authorizer.examine(self.principal, self.space, &sealed?, self.action).await)
    }

    /// The same for a row that has an id. What is no id of this kind names nothing.
    async fn of<Id, R: Resource, F: Future<Output = Result<Option<Sealed<R>>, StoreError>>>(
        &self,
        parse: fn(&str) -> Result<Id, InvalidId>,
        read: impl FnOnce(Id) -> F,
    ) -> Result<Option<Examined>, StoreError> {
        let Ok(id) = parse(self.target) else { return Ok(None) };
        Ok(self.examine(read(id).await?).await)
    }
}

/// The action of this name, if a policy is asked about it.
fn named(name: &str) -> Result<&'static ActionInfo, Faults> {
    let wrong = |message| Faults::one(FaultCode::InvalidValue, &["action"], message);
    let shown: String = name.chars().take(64).collect();
    match ACTION_CATALOGUE.iter().find(|action| action.name == name) {
        Some(action) if action.is_asked() => Ok(action),
        Some(_) => Err(wrong(format!("no policy is asked about `{shown}`: the gateway itself decides"))),
        None => {
            let asked = ACTION_CATALOGUE.iter().filter(|action| action.is_asked());
            let nearest = asked.min_by_key(|action| steps(&shown, action.name));
            let nearest = nearest.map(|action| action.name).unwrap_or_default();
            Err(wrong(format!("there is no action `{shown}`: did you mean `{nearest}`?")))
        }
    }
}

/// How many letters must be put in, taken out or changed to make one text of the other.
fn steps(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut next = vec![line + 1];
        for ((above, left_above), wanted) in row.iter().skip(1).zip(&row).zip(&to) {
            let left = next.last().copied().unwrap_or_default();
            let changed = left_above + usize::from(letter != *wanted);
            next.push(changed.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_told() {
        assert_eq!(steps("kitten", "sitting"), 3);
        assert_eq!((steps("", "abc"), steps("abc", ""), steps("abc", "abc")), (3, 3, 0));
        let told = named("mobile_worker.updates").unwrap_err().to_string();
        assert!(told.contains("did you mean `mobile_worker.update`"), "{told}");
        assert!(named("account.read").is_err() && named("mobile_worker.update").is_ok());
        assert!(named(&"x".repeat(10_000)).unwrap_err().to_string().len() < 200);
    }
}
