use super::ALL;
use super::object::{LIST_SCHEMA, objects};
use crate::domain::{
    Direction, FaultCode, Faults, GroupId, LocationId, MobileWorkerFilter, MobileWorkerOrder,
    MobileWorkerStatus, Principal, ProjectSpaceId, trim,
};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Field, Takes};
use crate::rest::fields::moment;
use crate::rest::page::{EXTRAS, FORMAT, LIMIT, OFFSET, Parameters, truth};
use crate::service::mobile_worker::{self, List};
use crate::service::{Refused, Services, api, group, role};
use chrono::TimeDelta;

/// `GET /a/<project space>/api/user/v1/`.
pub const LIST: Call = Call {
    name: "listMobileWorkers",
    path: ALL,
    summary: "List mobile workers",
    says: "The active ones that you may see, by username. All given conditions hold together. For many pages, prefer the \
           GraphQL API's cursors: their cost does not grow with the offset.",
    parameters: &[
        LIMIT,
        OFFSET,
        Field::new("group", Takes::Id("gr"), "Only the workers in this group."),
        Field::new(
            "archived",
            Takes::Flag,
            "If true, the workers who may not sign in: deactivated ones, and those who have yet to confirm their account.",
        ),
        Field::new("username", Takes::Text, "Only the worker with this username or login name."),
        Field::new("email", Takes::Text, "Only the workers with this e-mail address."),
        Field::new("location", Takes::Id("lo"), "Only the workers assigned to this location itself."),
        Field::new("role", Takes::Text, "Only the workers who were given the role of this name."),
        Field::new(
            "modified_since",
            Takes::Moment,
            "Only the workers that were made or changed at this time or later: `2026-11-22T08:00:00Z`.",
        ),
        FORMAT,
        EXTRAS,
    ],
    answer: Some(LIST_SCHEMA),
    problems: &[400],
    ..Call::PLAIN
};

/// Lists workers: 200 with `meta` and `objects`.
///
/// # Errors
/// [`Refused`].
pub async fn list(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    parameters: &Parameters,
) -> Result<Answer, Refused> {
    let entered = api::enter(services, principal, project_space).await?;
    let here = entered.resource();
    let (mut filter, role) = parse(parameters)?;
    if let Some(name) = &filter.username {
        filter.username = Some(mobile_worker::username_of(services, principal, here.id, name));
    }
    if let Some(groups) = &filter.groups {
        check_groups(services, principal, here.id, groups).await?;
    }
    if let Some(name) = role {
        // A role that is not there, or not for the caller to see, is nobody's.
        let role = role::named(services, principal, here.id, &name).await?;
        filter.roles = Some(role.map(|role| role.id).into_iter().collect());
    }
    let page = parameters.page();
    let wanted = List {
        filter,
        order: MobileWorkerOrder::Username,
        direction: Direction::Ascending,
        page: page.request(),
    };
    let found = mobile_worker::list(services, principal, here.id, &wanted).await?;
    let total = mobile_worker::count(services, principal, here.id, &wanted.filter).await?;
    let objects = objects(services, principal, here, &found.items).await?;
    Ok(Answer::json(200, page.envelope(parameters, total, found.has_next, objects)))
}

/// Refuses groups that are not there or that the caller may not see, both with the same answer: a script that names a wrong
/// group must not take an empty list for a group without workers.
async fn check_groups(
    services: &Services,
    principal: &Principal,
    here: ProjectSpaceId,
    groups: &[GroupId],
) -> Result<(), Refused> {
    let found = group::load(services, principal, here, groups).await?;
    let is_there = |id: &GroupId| found.iter().any(|group| group.id == *id && !group.is_deleted);
    if groups.iter().all(is_there) {
        return Ok(());
    }
    let message = "there is no such group, or you may not see it";
    Err(Faults::one(FaultCode::InvalidValue, &["group"], message).into())
}

/// The conditions, and the name of a role that is yet to be looked up.
fn parse(given: &Parameters) -> Result<(MobileWorkerFilter, Option<String>), Faults> {
    let mut faults = given.check(&LIST);
    let mut filter =
        MobileWorkerFilter { statuses: vec![MobileWorkerStatus::Active], ..MobileWorkerFilter::default() };
    let mut role = None;
    for (name, value) in given.own() {
        let code = FaultCode::InvalidValue;
        match name {
            "group" => {
                let group = faults.take(code, &["group"], GroupId::parse(value));
                filter.groups = group.map(|id| vec![id]);
            }
            "location" => {
                let location = faults.take(code, &["location"], LocationId::parse(value));
                filter.locations = location.map(|id| vec![id]);
            }
            "archived" if truth(value) == Some(true) => {
                filter.statuses =
                    vec![MobileWorkerStatus::Deactivated, MobileWorkerStatus::PendingConfirmation];
            }
            "username" => filter.username = Some(value.to_owned()),
            "email" => filter.email = Some(trim(value).to_lowercase()),
            "role" => role = Some(value.to_owned()),
            "modified_since" => match moment(value) {
                // Times are kept to the microsecond: after the one before it, that is from this one on.
                Some(since) => filter.updated_after = Some(since - TimeDelta::microseconds(1)),
                None => {
                    let message = "`modified_since` must be a time like `2026-11-22T08:00:00Z`";
                    faults.add(code, &["modified_since"], message);
                }
            },
            // The others were checked with the table.
            _ => {}
        }
    }
    faults.check()?;
    Ok((filter, role))
}
