//! `/a/<project space>/api/group/v1/`: the groups of a project space, read only.

use super::answer::Answer;
use super::call::Call;
use super::openapi::{self, all_there};
use super::page::{EXTRAS, FORMAT, LIMIT, OFFSET, Parameters};
use crate::authz::Visible;
use crate::domain::{Group, GroupFilter, GroupId, Principal, ProjectSpace};
use crate::service::{Failure, Refused, Services, api, group};
use serde_json::{Value as Json, json};

/// The name of a group's schema.
pub const SCHEMA: &str = "Group";
/// The name of the schema of a page of groups.
pub const LIST_SCHEMA: &str = "GroupPage";

/// `GET /a/<project space>/api/group/v1/`.
pub const LIST: Call = Call {
    name: "listGroups",
    path: "/a/{project_space}/api/group/v1/",
    summary: "List groups",
    says: "Those that you may see, by name, with the ids of their members.",
    parameters: &[LIMIT, OFFSET, FORMAT, EXTRAS],
    answer: Some(LIST_SCHEMA),
    problems: &[400],
    ..Call::PLAIN
};

/// `GET /a/<project space>/api/group/v1/<id>/`.
pub const READ: Call = Call {
    name: "readGroup",
    path: "/a/{project_space}/api/group/v1/{id}/",
    summary: "See a group",
    says: "With the ids of its members. A deleted group is not there.",
    answer: Some(SCHEMA),
    ..Call::PLAIN
};

/// Lists groups: 200 with `meta` and `objects`.
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
    parameters.check(&LIST).check()?;
    let (filter, page) = (GroupFilter::default(), parameters.page());
    let found = group::list(services, principal, here.id, &filter, &page.request()).await?;
    let total = group::count(services, principal, here.id, &filter).await?;
    let objects = objects(services, principal, here, &found.items).await?;
    Ok(Answer::json(200, page.envelope(parameters, total, found.has_next, objects)))
}

/// Shows a group: 200 with the group.
///
/// # Errors
/// [`Refused`].
pub async fn read(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    id: &str,
) -> Result<Answer, Refused> {
    let entered = api::enter(services, principal, project_space).await?;
    let here = entered.resource();
    let id = GroupId::parse(id).map_err(|_| Failure::NotFound)?;
    let found = group::load(services, principal, here.id, &[id]).await?;
    let found: Vec<_> = found.into_iter().filter(|group| !group.is_deleted).collect();
    let object = objects(services, principal, here, &found).await?.pop().ok_or(Failure::NotFound)?;
    Ok(Answer::json(200, object))
}

async fn objects(
    services: &Services,
    principal: &Principal,
    here: &ProjectSpace,
    groups: &[Visible<Group>],
) -> Result<Vec<Json>, Failure> {
    let ids: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
    let mut members = group::member_ids(services, principal, here.id, &ids).await?;
    let one = |group: &Visible<Group>| {
        let members = members.remove(&group.id).unwrap_or_default();
        json!({
            "id": group.id.hex(),
            "domain": here.name.as_str(),
            "name": group.name,
            "case_sharing": group.case_sharing,
            "reporting": group.reporting,
            "metadata": group.metadata,
            "users": members.iter().map(|id| id.hex()).collect::<Vec<_>>(),
            "path": [],
            "resource_uri": format!("/a/{}/api/group/v1/{}/", here.name, group.id.hex()),
        })
    };
    Ok(groups.iter().map(one).collect())
}

/// The schema of a group.
pub fn schema() -> Json {
    let text = |says: &str| json!({ "type": "string", "description": says });
    let truth = |says: &str| json!({ "type": "boolean", "description": says });
    let texts = |says: &str| json!({ "type": "array", "items": { "type": "string" }, "description": says });
    all_there(json!({
        "id": text("32 hexadecimal digits."),
        "domain": text("The project space's name."),
        "name": text("Unique in the project space."),
        "case_sharing": truth("The members own each other's cases."),
        "reporting": truth("The group shows in reports."),
        "metadata": json!({ "type": "object", "description": "The project's own data." }),
        "users": texts("The ids of those active members that you may see."),
        "path": texts("Always empty: groups are flat."),
        "resource_uri": text("Where this group is."),
    }))
}

/// The schema of a page of groups.
pub fn list_schema() -> Json {
    openapi::page(SCHEMA)
}
