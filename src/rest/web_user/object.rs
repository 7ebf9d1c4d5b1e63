use crate::authz::Visible;
use crate::domain::permission::{CATALOGUE, Grants, Items};
use crate::domain::{Member, Principal, ProjectSpace};
use crate::rest::assignment::{role_name, role_names};
use crate::rest::openapi::{self, all_there};
use crate::service::{Failure, Services};
use serde_json::{Map, Value as Json, json};

/// The name of a web user's schema.
pub const SCHEMA: &str = "WebUser";
/// The name of the schema of a page of web users.
pub const LIST_SCHEMA: &str = "WebUserPage";

/// A web user as the REST API shows them.
pub async fn object(
    services: &Services,
    principal: &Principal,
    here: &ProjectSpace,
    member: &Visible<Member>,
) -> Result<Json, Failure> {
    let mut objects = objects(services, principal, here, std::slice::from_ref(member)).await?;
    Ok(objects.pop().unwrap_or_default())
}

/// The same of several web users of one project space.
pub async fn objects(
    services: &Services,
    principal: &Principal,
    here: &ProjectSpace,
    members: &[Visible<Member>],
) -> Result<Vec<Json>, Failure> {
    let given = members.iter().map(|member| &member.assignment);
    let names = role_names(services, principal, here.id, given).await?;
    Ok(members.iter().map(|member| one(member, here, role_name(&member.assignment, &names))).collect())
}

fn one(member: &Member, here: &ProjectSpace, role: Option<String>) -> Json {
    let (person, given) = (&member.person, &member.assignment);
    json!({
        "id": person.id.hex(),
        "username": person.email.as_str(),
        "email": person.email.as_str(),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "is_admin": given.role.is_admin(),
        "role": role.unwrap_or_default(),
        "permissions": permissions(given.role.is_admin(), &member.grants),
        "primary_location_id": given.primary_location.map(|id| id.hex()).unwrap_or_default(),
        "assigned_location_ids": given.locations.iter().map(|id| id.hex()).collect::<Vec<_>>(),
        "is_active_in_domain": member.is_active(),
        "last_access_date": member.last_access_at,
        "joined_at": member.joined_at,
        "resource_uri": format!("/a/{}/api/web-user/v1/{}/", here.name, person.id.hex()),
    })
}

/// True for what is held wholly, and the items of what is limited to some.
fn permissions(is_admin: bool, grants: &Grants) -> Json {
    let mut held: Map<String, Json> = Map::new();
    if is_admin {
        held.extend(CATALOGUE.iter().map(|permission| (permission.name.to_owned(), json!(true))));
    }
    held.extend(grants.iter().map(|(name, items)| {
        let reach = match items {
            Items::All => json!(true),
            Items::Only(items) => json!(items),
        };
        (name.to_owned(), reach)
    }));
    Json::Object(held)
}

/// The schema of a web user.
pub fn schema() -> Json {
    let text = |says: &str| json!({ "type": "string", "description": says });
    let truth = |says: &str| json!({ "type": "boolean", "description": says });
    all_there(json!({
        "id": text("The person's: 32 hexadecimal digits, the same in every project space."),
        "username": text("The e-mail address."),
        "email": text("What they sign in with."),
        "first_name": text("May be empty."),
        "last_name": text("May be empty."),
        "is_admin": truth("Admins hold every permission."),
        "role": text("The role's name, or `Admin`; empty where there is none that you may see."),
        "permissions": json!({
            "type": "object",
            "additionalProperties": {
                "anyOf": [{ "type": "boolean" }, { "type": "array", "items": { "type": "string" } }],
            },
            "description": "What they hold here: true for all of it, or the items that it is limited to.",
        }),
        "primary_location_id": text("The id of one of the assigned locations; empty when there is none."),
        "assigned_location_ids": json!({
            "type": "array", "items": { "type": "string" }, "description": "The ids of the locations.",
        }),
        "is_active_in_domain": truth("Whether they may act in this project space."),
        "last_access_date": json!({
            "type": ["string", "null"], "format": "date-time",
            "description": "When they last used this project space, to the hour.",
        }),
        "joined_at": json!({
            "type": "string", "format": "date-time", "description": "Since when they belong to it.",
        }),
        "resource_uri": text("Where this web user is."),
    }))
}

/// The schema of a page of web users.
pub fn list_schema() -> Json {
    openapi::page(SCHEMA)
}
