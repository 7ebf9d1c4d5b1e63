//! `/a/<project space>/api/location_type/v1/`: the levels of the tree of locations, read only.

use super::answer::Answer;
use super::call::Call;
use super::openapi::{self, all_there};
use super::page::{EXTRAS, FORMAT, LIMIT, OFFSET, Parameters};
use crate::authz::Visible;
use crate::domain::{LocationType, LocationTypeId, Principal, ProjectSpace};
use crate::service::{Failure, Refused, Services, api, location};
use serde_json::{Value as Json, json};

/// The name of a location type's schema.
pub const SCHEMA: &str = "LocationType";
/// The name of the schema of a page of location types.
pub const LIST_SCHEMA: &str = "LocationTypePage";

/// `GET /a/<project space>/api/location_type/v1/`.
pub const LIST: Call = Call {
    name: "listLocationTypes",
    path: "/a/{project_space}/api/location_type/v1/",
    summary: "List location types",
    says: "Those that you may see, by name.",
    parameters: &[LIMIT, OFFSET, FORMAT, EXTRAS],
    answer: Some(LIST_SCHEMA),
    problems: &[400],
    ..Call::PLAIN
};

/// `GET /a/<project space>/api/location_type/v1/<id>/`.
pub const READ: Call = Call {
    name: "readLocationType",
    path: "/a/{project_space}/api/location_type/v1/{id}/",
    summary: "See a location type",
    says: "",
    answer: Some(SCHEMA),
    ..Call::PLAIN
};

/// Lists location types: 200 with `meta` and `objects`.
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
    // A project space has a few levels: they are read together, because each names the one above.
    let levels = location::types(services, principal, here.id).await?;
    let page = parameters.page();
    let objects: Vec<Json> = page.of(&levels).map(|level| one(level, here, &levels)).collect();
    let total = u64::try_from(levels.len()).unwrap_or_default();
    Ok(Answer::json(200, page.envelope(parameters, total, page.has_next(total), objects)))
}

/// Shows a location type: 200 with the location type.
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
    let id = LocationTypeId::parse(id).map_err(|_| Failure::NotFound)?;
    let levels = location::types(services, principal, here.id).await?;
    let level = levels.iter().find(|level| level.id == id).ok_or(Failure::NotFound)?;
    Ok(Answer::json(200, one(level, here, &levels)))
}

/// The address of a location type, by which clients join lists.
pub(super) fn uri(here: &ProjectSpace, id: LocationTypeId) -> String {
    format!("/a/{}/api/location_type/v1/{}/", here.name, id.hex())
}

fn one(level: &LocationType, here: &ProjectSpace, seen: &[Visible<LocationType>]) -> Json {
    let parent = level.parent.filter(|id| seen.iter().any(|level| level.id == *id));
    json!({
        "id": level.id.hex(),
        "domain": here.name.as_str(),
        "name": level.name,
        "code": level.code,
        "parent": parent.map(|id| uri(here, id)),
        "administrative": level.flags.administrative,
        "shares_cases": level.flags.shares_cases,
        "view_descendants": level.flags.view_descendants,
        "resource_uri": uri(here, level.id),
    })
}

/// The schema of a location type.
pub fn schema() -> Json {
    let text = |says: &str| json!({ "type": "string", "description": says });
    let truth = |says: &str| json!({ "type": "boolean", "description": says });
    all_there(json!({
        "id": text("32 hexadecimal digits."),
        "domain": text("The project space's name."),
        "name": text("For people."),
        "code": text("Unique in the project space."),
        "parent": json!({
            "type": ["string", "null"],
            "description": "The `resource_uri` of the level above; null at the top, and where you may not see it.",
        }),
        "administrative": truth("Locations of this type have no stock."),
        "shares_cases": truth("Workers who are assigned to the same location share its cases."),
        "view_descendants": truth("Workers who are assigned to a location see the data of those below."),
        "resource_uri": text("Where this location type is."),
    }))
}

/// The schema of a page of location types.
pub fn list_schema() -> Json {
    openapi::page(SCHEMA)
}
