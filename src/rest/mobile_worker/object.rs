use crate::authz::Visible;
use crate::domain::user_data::{CASE_SHARING_KEY, LOCATION_KEY, LOCATIONS_KEY, PROFILE_KEY, PROJECT_KEY};
use crate::domain::{
    GroupId, LinkStatus, LocationId, MobileWorker, MobileWorkerStatus, PhoneNumber, Principal, ProjectSpace,
    RoleId,
};
use crate::service::{Failure, Services, group, location, role, user_fields};
use serde_json::{Map, Value as Json, json};
use std::collections::{HashMap, HashSet};

/// The name of a worker's schema.
pub const SCHEMA: &str = "MobileWorker";
/// The name of the schema of a page of workers.
pub const LIST_SCHEMA: &str = "MobileWorkerPage";

/// The parts of workers that the caller may see.
struct Seen<'a> {
    roles: &'a HashMap<RoleId, &'a str>,
    places: &'a [LocationId],
    groups: &'a HashSet<GroupId>,
    /// The slugs of the project space's own fields.
    fields: Vec<&'a str>,
}

/// A worker as the REST API shows it (reference §4.9), with the state that CommCare's leaves out.
pub async fn object(
    services: &Services,
    principal: &Principal,
    here: &ProjectSpace,
    worker: &Visible<MobileWorker>,
) -> Result<Json, Failure> {
    let mut objects = objects(services, principal, here, std::slice::from_ref(worker)).await?;
    Ok(objects.pop().unwrap_or_default())
}

/// The same of several workers of one project space.
pub async fn objects(
    services: &Services,
    principal: &Principal,
    here: &ProjectSpace,
    workers: &[Visible<MobileWorker>],
) -> Result<Vec<Json>, Failure> {
    let mut ids: Vec<RoleId> = workers.iter().filter_map(|worker| worker.profile.role).collect();
    ids.sort_unstable();
    ids.dedup();
    let roles = match ids.as_slice() {
        [] => Vec::new(),
        ids => role::load(services, principal, here.id, ids).await?,
    };
    // Somebody may be at places too that are out of the caller's reach.
    let mut places: Vec<LocationId> =
        workers.iter().flat_map(|worker| worker.profile.locations.iter().copied()).collect();
    places.sort_unstable();
    places.dedup();
    let places = location::seen(services, principal, here.id, &places).await?;
    // A worker may be in groups too that the policy hides from the caller.
    let mut groups: Vec<GroupId> =
        workers.iter().flat_map(|worker| worker.profile.groups.iter().copied()).collect();
    groups.sort_unstable();
    groups.dedup();
    let groups = group::seen(services, principal, here.id, &groups).await?;
    let names: HashMap<RoleId, &str> = roles.iter().map(|role| (role.id, role.name.as_str())).collect();
    let suffix = services.worker_suffix();
    let definition = user_fields::read(services, principal, here.id).await?;
    let fields = definition.iter().flat_map(|definition| &definition.fields).map(|field| field.slug.as_str());
    let seen = Seen { roles: &names, places: &places, groups: &groups, fields: fields.collect() };
    Ok(workers.iter().map(|worker| one(worker, here, suffix, &seen)).collect())
}

fn one(worker: &Visible<MobileWorker>, here: &ProjectSpace, suffix: &str, seen: &Seen<'_>) -> Json {
    let mut object = one_without_link(worker, here, suffix, seen);
    // Only where there are links at all (seed 000).
    if let (Some(link), Some(object)) = (&worker.link, object.as_object_mut()) {
        let link = json!({
            "status": link.status.name(),
            "personal_id_username": link.account.as_ref().map(|account| account.username.as_str()),
            "linked_at": link.linked_at,
            "status_changed_at": link.status_changed_at,
            "access_requested_at": link.access_requested_at,
        });
        object.insert("personal_id_link".to_owned(), link);
    }
    object
}

fn one_without_link(
    worker: &Visible<MobileWorker>,
    here: &ProjectSpace,
    suffix: &str,
    seen: &Seen<'_>,
) -> Json {
    let profile = &worker.profile;
    let locations: Vec<String> =
        profile.locations.iter().filter(|id| seen.places.contains(id)).map(|id| id.hex()).collect();
    let primary_location = profile.primary_location.filter(|id| seen.places.contains(id)).map(|id| id.hex());
    let plus = |number: &PhoneNumber| format!("+{number}");
    json!({
        "id": worker.id.hex(),
        "username": format!("{}@{}.{suffix}", worker.username, here.name),
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "email": profile.email.as_ref().map(|email| email.as_str()).unwrap_or_default(),
        "default_phone_number": profile.phone_numbers.first().map(plus).unwrap_or_default(),
        "phone_numbers": profile.phone_numbers.iter().map(plus).collect::<Vec<_>>(),
        "groups": profile.groups.iter().filter(|id| seen.groups.contains(id)).map(|id| id.hex()).collect::<Vec<_>>(),
        "user_data": shown_data(worker, here, (primary_location.as_deref(), &locations), &seen.fields),
        "locations": locations,
        "primary_location": primary_location,
        "language": profile.language.as_ref().map(|language| language.as_str()).unwrap_or_default(),
        "role": profile.role.and_then(|id| seen.roles.get(&id)),
        "is_active": worker.status == MobileWorkerStatus::Active,
        "is_account_confirmed": worker.status != MobileWorkerStatus::PendingConfirmation,
        "deactivate_after": profile.deactivate_after,
        "created_at": worker.created_at,
        "updated_at": worker.updated_at,
        "last_login_at": worker.last_login_at,
        "resource_uri": format!("/a/{}/api/user/v1/{}/", here.name, worker.id.hex()),
    })
}

/// The data with what the profile fixes, an empty text for every other field that the project space defines, and what
/// CommCare's system writes beside it: the profile, the project space and the locations, all of which are there in any case
/// (reference §4.8).
fn shown_data(
    worker: &MobileWorker,
    here: &ProjectSpace,
    (primary_location, locations): (Option<&str>, &[String]),
    fields: &[&str],
) -> Map<String, Json> {
    let mut data = worker.effective_data();
    for field in fields {
        data.entry(*field).or_insert_with(|| json!(""));
    }
    let mut put = |key: &str, value: String| data.insert(key.to_owned(), Json::String(value));
    put(PROFILE_KEY, worker.profile.user_profile.map(|id| id.hex()).unwrap_or_default());
    put(PROJECT_KEY, here.name.to_string());
    let primary = primary_location.unwrap_or_default();
    put(LOCATION_KEY, primary.to_owned());
    put(CASE_SHARING_KEY, primary.to_owned());
    put(LOCATIONS_KEY, locations.join(" "));
    data
}

/// The schema of a worker.
pub fn schema() -> Json {
    let text = |says: &str| json!({ "type": "string", "description": says });
    let maybe = |says: &str| json!({ "type": ["string", "null"], "description": says });
    let texts = |says: &str| json!({ "type": "array", "items": { "type": "string" }, "description": says });
    let truth = |says: &str| json!({ "type": "boolean", "description": says });
    let moment = |says: &str| json!({ "type": "string", "format": "date-time", "description": says });
    let mut schema = super::super::openapi::all_there(json!({
        "id": text("32 hexadecimal digits."),
        "username": text("What the worker signs in with: `name@<project space>.<suffix>`. The name is unique in the project space for good."),
        "first_name": text("May be empty."),
        "last_name": text("May be empty."),
        "email": text("May be empty."),
        "default_phone_number": text("The first of the phone numbers; empty when there is none."),
        "phone_numbers": texts("With a leading `+`; the first is the default one."),
        "groups": texts("The ids of those of the worker's groups that you may see."),
        "locations": texts("The ids of those of the worker's locations that you may see."),
        "primary_location": maybe("The id of one of the locations; null when there is none that you may see."),
        "user_data": json!({ "type": "object", "description": "The project's own data, with what the user profile fixes showing through and an empty text for every other field that the project space defines; `commcare_profile`, the id of the user profile; `commcare_project`; `commcare_location_id` and `commcare_primary_case_sharing_id`, the primary location; and `commcare_location_ids`, all locations with spaces between them. What there is none of is an empty text." }),
        "language": text("A language code of two or three letters; may be empty."),
        "role": maybe("The role's name; null for the project space's mobile default, and where you may not see the role."),
        "is_active": truth("Whether the worker may sign in."),
        "is_account_confirmed": truth("False until the worker has confirmed an account that was made unconfirmed."),
        "deactivate_after": json!({
            "type": ["string", "null"], "format": "date-time", "description": "When the worker will be deactivated.",
        }),
        "created_at": moment("When the worker was made."),
        "updated_at": moment("When the worker was last changed."),
        "last_login_at": json!({
            "type": ["string", "null"], "format": "date-time", "description": "When the worker last signed in.",
        }),
        "resource_uri": text("Where this worker is."),
    }));
    let maybe_moment =
        |says: &str| json!({ "type": ["string", "null"], "format": "date-time", "description": says });
    let mut link = super::super::openapi::all_there(json!({
        "status": json!({
            "type": "string",
            "enum": LinkStatus::ALL.map(LinkStatus::name),
            "description": "While it is active, the worker signs in with PersonalID and nobody sets their password.",
        }),
        "personal_id_username": maybe("What the PersonalID account is called."),
        "linked_at": maybe_moment("When the link was made."),
        "status_changed_at": maybe_moment("When the link was made, activated or deactivated last."),
        "access_requested_at": maybe_moment("When the worker asked for an inactive link, until an admin answers."),
    }));
    if let Some(link) = link.as_object_mut() {
        let says = "The link to the worker's PersonalID account. Only where the project space has the Connect feature.";
        link.insert("description".to_owned(), json!(says));
    }
    if let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) {
        properties.insert("personal_id_link".to_owned(), link);
    }
    schema
}

/// The schema of a page of workers.
pub fn list_schema() -> Json {
    super::super::openapi::page(SCHEMA)
}
