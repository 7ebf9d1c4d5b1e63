//! `/a/<project space>/api/location/v1/`: the locations of a project space, read only.

use super::answer::Answer;
use super::call::{Call, Field, Takes};
use super::openapi::{self, all_there};
use super::page::{EXTRAS, FORMAT, LIMIT, OFFSET, Parameters};
use crate::authz::Visible;
use crate::domain::{
    FaultCode, Location, LocationFilter, LocationId, LocationType, LocationTypeId, Principal, ProjectSpace,
    SiteCode,
};
use crate::service::{Failure, Refused, Services, api, location};
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};

/// The name of a location's schema.
pub const SCHEMA: &str = "Location";
/// The name of the schema of a page of locations.
pub const LIST_SCHEMA: &str = "LocationPage";

/// `GET /a/<project space>/api/location/v1/`.
pub const LIST: Call = Call {
    name: "listLocations",
    path: "/a/{project_space}/api/location/v1/",
    summary: "List locations",
    says: "Those that you may see and that are not archived, by name.",
    parameters: &[
        LIMIT,
        OFFSET,
        Field::new("site_code", Takes::Text, "Only the location with this site code."),
        FORMAT,
        EXTRAS,
    ],
    answer: Some(LIST_SCHEMA),
    problems: &[400],
    ..Call::PLAIN
};

/// `GET /a/<project space>/api/location/v1/<id>/`.
pub const READ: Call = Call {
    name: "readLocation",
    path: "/a/{project_space}/api/location/v1/{id}/",
    summary: "See a location",
    says: "An archived location is not there.",
    answer: Some(SCHEMA),
    ..Call::PLAIN
};

/// Lists locations: 200 with `meta` and `objects`.
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
    let mut faults = parameters.check(&LIST);
    let mut code = None;
    for (name, value) in parameters.own() {
        if name == "site_code" {
            code = faults.take(FaultCode::InvalidValue, &["site_code"], SiteCode::parse(value));
        }
    }
    faults.check()?;
    let page = parameters.page();
    let (items, total, has_next) = match code {
        // A site code is unique: the page is the location, or nothing.
        Some(code) => {
            let found = location::read_with_code(services, principal, here.id, code.as_str()).await?;
            let found: Vec<_> = found.into_iter().filter(|found| !found.is_archived).collect();
            let total = u64::try_from(found.len()).unwrap_or_default();
            let shown = if page.begins() { found } else { Vec::new() };
            (shown, total, false)
        }
        None => {
            let filter = LocationFilter::default();
            let found = location::list(services, principal, here.id, &filter, &page.request()).await?;
            let total = location::count(services, principal, here.id, &filter).await?;
            (found.items, total, found.has_next)
        }
    };
    let objects = objects(services, principal, here, &items).await?;
    Ok(Answer::json(200, page.envelope(parameters, total, has_next, objects)))
}

/// Shows a location: 200 with the location.
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
    let id = LocationId::parse(id).map_err(|_| Failure::NotFound)?;
    let found = location::load(services, principal, here.id, &[id]).await?;
    let found: Vec<_> = found.into_iter().filter(|found| !found.is_archived).collect();
    let object = objects(services, principal, here, &found).await?.pop().ok_or(Failure::NotFound)?;
    Ok(Answer::json(200, object))
}

/// The address of a location, by which clients join lists.
fn uri(here: &ProjectSpace, id: LocationId) -> String {
    format!("/a/{}/api/location/v1/{}/", here.name, id.hex())
}

async fn objects(
    services: &Services,
    principal: &Principal,
    here: &ProjectSpace,
    locations: &[Visible<Location>],
) -> Result<Vec<Json>, Failure> {
    if locations.is_empty() {
        return Ok(Vec::new());
    }
    let mut parents: Vec<LocationId> = locations.iter().filter_map(|location| location.parent).collect();
    parents.sort_unstable();
    parents.dedup();
    let parents: HashSet<LocationId> =
        location::seen(services, principal, here.id, &parents).await?.into_iter().collect();
    let levels = location::types(services, principal, here.id).await?;
    let levels: HashMap<LocationTypeId, &LocationType> =
        levels.iter().map(|level| (level.id, &**level)).collect();
    Ok(locations.iter().map(|location| one(location, here, &parents, &levels)).collect())
}

fn one(
    location: &Location,
    here: &ProjectSpace,
    parents: &HashSet<LocationId>,
    levels: &HashMap<LocationTypeId, &LocationType>,
) -> Json {
    let parent = location.parent.filter(|id| parents.contains(id));
    json!({
        "id": location.id.hex(),
        "location_id": location.id.hex(),
        "domain": here.name.as_str(),
        "name": location.name,
        "site_code": location.site_code.as_str(),
        "external_id": "",
        "location_type": levels.get(&location.location_type).map(|level| super::location_type::uri(here, level.id)),
        "parent": parent.map(|id| uri(here, id)),
        "latitude": location.coordinates.map(|at| at.latitude.to_string()),
        "longitude": location.coordinates.map(|at| at.longitude.to_string()),
        "location_data": location.metadata,
        "created_at": location.created_at,
        "last_modified": location.updated_at,
        "resource_uri": uri(here, location.id),
    })
}

/// The schema of a location.
pub fn schema() -> Json {
    let text = |says: &str| json!({ "type": "string", "description": says });
    let maybe = |says: &str| json!({ "type": ["string", "null"], "description": says });
    let moment = |says: &str| json!({ "type": "string", "format": "date-time", "description": says });
    all_there(json!({
        "id": text("32 hexadecimal digits."),
        "location_id": text("The same as `id`."),
        "domain": text("The project space's name."),
        "name": text("Unique among the locations with the same parent."),
        "site_code": text("Unique in the project space."),
        "external_id": text("Always empty."),
        "location_type": maybe("The `resource_uri` of its type; null where you may not see the type."),
        "parent": maybe("The `resource_uri` of the location above; null at the top, and where you may not see it."),
        "latitude": maybe("Degrees north, in decimals."),
        "longitude": maybe("Degrees east, in decimals."),
        "location_data": json!({ "type": "object", "description": "The project's own data." }),
        "created_at": moment("When the location was made."),
        "last_modified": moment("When the location was last changed."),
        "resource_uri": text("Where this location is."),
    }))
}

/// The schema of a page of locations.
pub fn list_schema() -> Json {
    openapi::page(SCHEMA)
}
