use crate::authz::{
    ACTION_CATALOGUE, Action, ActionInfo, Denied, Examined, Permitted, RestoreWebUser, Sealed,
};
use crate::domain::{
    AccessRequestId, ApiKeyId, AuditEntryId, CustomPermissionId, DecisionId, Email, Fault, FaultCode, Faults,
    GroupId, InvalidId, InvitationId, LocationId, LocationTypeId, MembershipId, MobileWorkerId, Principal,
    ProjectSpaceId, RoleId, UserProfileId,
};
use crate::service::host_rule::HostRuled;
use crate::service::{Failure, Refused, Services};
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
    /// The policy's answer. What is not there and what may not be seen are not told apart.
    pub answer: Result<Permitted, Denied>,
    /// What a rule that no policy can switch off says against it, after the policy's permit.
    pub refusal: Option<Fault>,
}

/// Returns whether the caller might do something: what the policy says, and then what the rules say that no policy can
/// switch off. Nothing is done, and the decision log is not told. Rules about an input are not asked, as there is none.
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
    let nowhere = || CanI { action, at: now, answer: Err(Denied::NotVisible), refusal: None };
    let standing = principal.standings.iter().find(|it| it.project_space_name == project_space);
    let Some(standing) = standing else { return Ok(nowhere()) };
    let asker = Asker { services, principal, space: standing.project_space, action, target };
    let store = &services.store;
    let examined = match action.resource_kind {
        "project_space" => {
            let is_this = target.is_empty() || ProjectSpaceId::parse(target) == Ok(asker.space);
            let space = if is_this { store.project_space_named(project_space).await? } else { None };
            asker.examine(space).await?
        }
        "user_fields" => {
            let is_this = target.is_empty() || ProjectSpaceId::parse(target) == Ok(asker.space);
            let fields = if is_this { Some(store.user_fields(asker.space).await?) } else { None };
            asker.examine(fields).await?
        }
        "policy_stack" => {
            let is_this = target.is_empty() || ProjectSpaceId::parse(target) == Ok(asker.space);
            let stack = if is_this { Some(store.policy_stack(asker.space).await?) } else { None };
            asker.examine(stack).await?
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
            Ok(address) => asker.examine(store.email_address_in(asker.space, &address, now).await?).await?,
            Err(_) => None,
        },
        _ => None,
    };
    Ok(examined.unwrap_or_else(nowhere))
}

struct Asker<'a> {
    services: &'a Services,
    principal: &'a Principal,
    space: ProjectSpaceId,
    action: &'static ActionInfo,
    target: &'a str,
}

impl Asker<'_> {
    async fn examine<R: HostRuled>(&self, sealed: Option<Sealed<R>>) -> Result<Option<CanI>, Failure> {
        let Some(sealed) = sealed else { return Ok(None) };
        let Self { services, principal, action, .. } = *self;
        let Examined { at, answer } =
            services.authorizer.examine(principal, self.space, sealed, action).await;
        let (answer, refusal) = match answer {
            Ok((permitted, row)) => {
                let faults = R::check(services, principal, action.name, &row).await?;
                (Ok(permitted), faults.into_iter().next())
            }
            Err(denied) => (Err(denied), None),
        };
        Ok(Some(CanI { action, at, answer, refusal }))
    }

    /// Examines a row that has an id. A text that is no id of this kind names nothing.
    async fn of<Id, R: HostRuled, F: Future<Output = Result<Option<Sealed<R>>, StoreError>>>(
        &self,
        parse: fn(&str) -> Result<Id, InvalidId>,
        read: impl FnOnce(Id) -> F,
    ) -> Result<Option<CanI>, Failure> {
        let Ok(id) = parse(self.target) else { return Ok(None) };
        self.examine(read(id).await?).await
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
