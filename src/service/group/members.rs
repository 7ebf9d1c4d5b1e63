//! Who is in a group: seen as workers are seen, changed by whoever may give the group and regroup the worker.

use super::{judged, wrong_state};
use crate::authz::{AssignGroup, Attributes, Authorized, ReadMobileWorker, RegroupMobileWorker, Visible};
use crate::domain::group::MEMBERS_AT_ONCE_MAX;
use crate::domain::{
    FaultCode, Faults, GroupId, MobileWorker, MobileWorkerId, MobileWorkerStatus, Page, PageRequest,
    Principal, ProjectSpaceId,
};
use crate::service::{Failure, Refused, Services};
use std::collections::HashMap;

/// The same part of each of these groups' members that the caller may see, by username: of those who may sign in, or of
/// all.
///
/// # Errors
/// [`Failure`].
pub async fn members(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    groups: &[GroupId],
    include_inactive: bool,
    page: &PageRequest,
) -> Result<HashMap<GroupId, Page<Visible<MobileWorker>>>, Failure> {
    let scope = services.authorizer.scope::<ReadMobileWorker>(principal, space).await?;
    Ok(services.store.members_of(&scope, groups, include_inactive, page).await?)
}

/// Returns the ids of those members of each of these groups that may sign in and that the caller may see, by username.
///
/// # Errors
/// [`Failure`].
pub async fn member_ids(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    groups: &[GroupId],
) -> Result<HashMap<GroupId, Vec<MobileWorkerId>>, Failure> {
    let scope = services.authorizer.scope::<ReadMobileWorker>(principal, space).await?;
    Ok(services.store.member_ids_of(&scope, groups).await?)
}

/// How many members each of these groups has that the caller may see; nothing for none.
///
/// # Errors
/// [`Failure`].
pub async fn count_members(
    services: &Services,
    principal: &Principal,
    space: ProjectSpaceId,
    groups: &[GroupId],
    include_inactive: bool,
) -> Result<HashMap<GroupId, u64>, Failure> {
    let scope = services.authorizer.scope::<ReadMobileWorker>(principal, space).await?;
    Ok(services.store.count_members_of(&scope, groups, include_inactive).await?)
}

/// Reads the group and asks whether the caller may give it.
pub(super) async fn regrouping(
    services: &Services,
    principal: &Principal,
    id: GroupId,
) -> Result<Authorized<AssignGroup>, Refused> {
    let proof = judged::<AssignGroup>(services, principal, id, None).await?;
    if proof.resource().is_deleted {
        return Err(wrong_state("group_id", "the group is deleted: restore it first"));
    }
    Ok(proof)
}

/// Whether workers are put into a group or taken out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Membership {
    /// They are put into it.
    Added,
    /// They are taken out of it.
    Removed,
}

/// The workers whose membership of the group would change and that the caller may regroup, each once and with its place
/// in the input. Workers whose membership is as it would be are left out; the others are faults.
pub(super) async fn may_be_regrouped(
    services: &Services,
    principal: &Principal,
    group: &Authorized<AssignGroup>,
    given: &[String],
    membership: Membership,
    faults: &mut Faults,
) -> Result<Vec<(usize, Visible<MobileWorker>)>, Refused> {
    if given.len() > MEMBERS_AT_ONCE_MAX {
        let message = format!("at most {MEMBERS_AT_ONCE_MAX} workers at once");
        return Err(Faults::one(FaultCode::TooLong, &["worker_ids"], message).into());
    }
    let mut ids: Vec<(usize, MobileWorkerId)> = Vec::new();
    for (index, id) in given.iter().enumerate() {
        let path = ["worker_ids", &index.to_string()];
        match faults.take(FaultCode::InvalidValue, &path, MobileWorkerId::parse(id)) {
            Some(id) if !ids.iter().any(|(_, other)| *other == id) => ids.push((index, id)),
            _ => {}
        }
    }
    let space = group.resource().project_space;
    let scope = services.authorizer.scope::<RegroupMobileWorker>(principal, space).await?;
    let wanted: Vec<_> = ids.iter().map(|(_, id)| *id).collect();
    let found = services.store.mobile_workers_with_ids(&scope, &wanted).await?;
    let mut found: HashMap<_, _> = found
        .into_iter()
        // No policy can have a deleted worker regrouped: they come back as they were.
        .filter(|worker| worker.status != MobileWorkerStatus::Deleted)
        .map(|worker| (worker.id, worker))
        .collect();
    let mut out_of_reach = |index: usize, id: MobileWorkerId| {
        let message = format!("there is no mobile worker `{id}` that you may regroup");
        faults.add(FaultCode::WorkerOutOfReach, &["worker_ids", &index.to_string()], message);
    };
    let mut workers = Vec::new();
    for (index, id) in ids {
        match found.remove(&id) {
            Some(worker) => workers.push((index, worker)),
            None => out_of_reach(index, id),
        }
    }
    let id = group.resource().id;
    let would_be_member = membership == Membership::Added;
    workers.retain(|(_, worker)| worker.profile.groups.contains(&id) != would_be_member);
    // A scope speaks of workers as they are. What would become of their groups is a question about each of them.
    let asked: Vec<_> =
        workers.iter().map(|(_, worker)| (worker, proposed(worker, id, membership))).collect();
    let answers = services.authorizer.permits_each::<RegroupMobileWorker>(principal, space, &asked).await?;
    let mut permitted = Vec::new();
    for ((index, worker), answer) in workers.into_iter().zip(answers) {
        match answer {
            Ok(()) => permitted.push((index, worker)),
            Err(_denied) => out_of_reach(index, worker.id),
        }
    }
    Ok(permitted)
}

/// The groups that a worker would be in, for the policy.
fn proposed(worker: &MobileWorker, group: GroupId, membership: Membership) -> Attributes {
    let others = worker.profile.groups.iter().filter(|id| **id != group);
    let mut groups: Vec<String> = others.map(|id| id.hex()).collect();
    if membership == Membership::Added {
        groups.push(group.hex());
    }
    Attributes::new().with("group_ids", groups)
}
