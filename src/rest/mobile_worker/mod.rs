//! `/a/<project space>/api/user/v1/`: mobile workers.

mod create;
mod delete;
mod edit;
mod list;
mod object;
mod password_reset;
mod read;
mod switch;

pub use create::{CREATE, create};
pub use delete::{DELETE, delete};
pub use edit::{EDIT, edit};
pub use list::{LIST, list};
pub use object::{LIST_SCHEMA, SCHEMA, list_schema, schema};
pub use password_reset::{EMAIL_PASSWORD_RESET, email_password_reset};
pub use read::{READ, read};
pub use switch::{ACTIVATE, DEACTIVATE, activate, deactivate};

use super::call::{Field, Takes};
use super::fields::{Fields, moment};
use crate::authz::Visible;
use crate::domain::user_data::PROFILE_KEY;
use crate::domain::{
    FaultCode, MobileWorker, MobileWorkerId, MobileWorkerInput, MobileWorkerStatus, Patch, Principal,
    ProjectSpaceId,
};
use crate::service::{Failure, Services, mobile_worker, role};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::Value as Json;

/// Where all workers are.
const ALL: &str = "/a/{project_space}/api/user/v1/";
/// Where one is.
const ONE: &str = "/a/{project_space}/api/user/v1/{id}/";

/// What the seed names otherwise than the domain does.
const NAMES: &[(&str, &str)] = &[
    ("group_ids", "groups"),
    ("location_ids", "locations"),
    ("primary_location_id", "primary_location"),
    ("profile_id", "user_data"),
    ("role_id", "role"),
];

/// The fields that creating and editing share.
const COMMON: &[Field] = &[
    Field::new("first_name", Takes::Clearable, "First name of the worker, at most 150 characters."),
    Field::new("last_name", Takes::Clearable, "Last name of the worker, at most 150 characters."),
    Field::new("email", Takes::Clearable, "E-mail address of the worker, at most 254 characters."),
    Field::new(
        "phone_numbers",
        Takes::Texts,
        "All phone numbers of the worker, which replace those there are; the first becomes the default one. Digits, \
         with or without a leading `+`.",
    ),
    Field::new(
        "default_phone_number",
        Takes::Clearable,
        "Moves to the front of the phone numbers, or is added there.",
    ),
    Field::new("language", Takes::Clearable, "A language code of two or three letters: `en`."),
    Field::new("groups", Takes::Texts, "The ids of all groups of the worker, which replace those there are."),
    Field::new(
        "locations",
        Takes::Texts,
        "The ids of all locations of the worker, which replace those there are and you may see. An empty list takes them \
         away.",
    ),
    Field::new(
        "primary_location",
        Takes::Clearable,
        "The id of one of the locations. An empty text takes the primary location away.",
    ),
    Field::new(
        "user_data",
        Takes::Data,
        "The project's own data, which replaces what there is: texts, numbers, truth values and nulls. The id of a user \
         profile stands under `commcare_profile`, an empty text there takes the profile away, and without that key it \
         stays; what it fixes may be sent back as it was read. What the system writes there, `commcare_project` and where \
         the worker is, is passed over.",
    ),
    Field::new(
        "deactivate_after",
        Takes::Clearable,
        "A moment after which the worker is deactivated: `2027-03-31T22:00:00Z`, or a month, `04-2027`, which stands for its \
         beginning. An empty text takes the date away.",
    ),
    Field::new(
        "role",
        Takes::Clearable,
        "The name of a role that you may give. An empty text stands for the project space's mobile default.",
    ),
];

/// Reads the fields that creating and editing share.
async fn common(
    services: &Services,
    principal: &Principal,
    here: ProjectSpaceId,
    fields: &mut Fields,
) -> Result<MobileWorkerInput, Failure> {
    let (user_data, user_profile) = user_data(fields);
    Ok(MobileWorkerInput {
        first_name: fields.text("first_name"),
        last_name: fields.text("last_name"),
        email: fields.text("email"),
        phone_numbers: fields.texts("phone_numbers"),
        default_phone_number: empty_clears(fields.text("default_phone_number")),
        language: fields.text("language"),
        role: role_named(services, principal, here, fields).await?,
        groups: fields.texts("groups"),
        locations: fields.texts("locations"),
        primary_location: empty_clears(fields.text("primary_location")),
        user_data,
        user_profile,
        password: match fields.text("password") {
            Patch::Set(text) => Patch::Set(text.into()),
            Patch::Clear | Patch::Keep => Patch::Keep,
        },
        deactivate_after: date(fields),
        ..MobileWorkerInput::default()
    })
}

/// The data, and the user profile that CommCare's clients know as a part of it (reference §4.8).
fn user_data(fields: &mut Fields) -> (Patch<Json>, Patch<String>) {
    let mut data = match fields.json("user_data") {
        Patch::Set(Json::Object(data)) => data,
        other => return (other, Patch::Keep),
    };
    let profile = match data.remove(PROFILE_KEY) {
        None => Patch::Keep,
        Some(Json::Null) => Patch::Clear,
        Some(Json::String(id)) => empty_clears(Patch::Set(id)),
        Some(_) => {
            let message = format!("`{PROFILE_KEY}` must be the id of a user profile, or empty");
            fields.faults.add(FaultCode::InvalidValue, &["user_data", PROFILE_KEY], message);
            Patch::Keep
        }
    };
    (Patch::Set(Json::Object(data)), profile)
}

/// A date of deactivation: a moment, or a month as CommCare's files have it (reference §3.1, §4.5).
fn date(fields: &mut Fields) -> Patch<DateTime<Utc>> {
    let text = match empty_clears(fields.text("deactivate_after")) {
        Patch::Set(text) => text,
        Patch::Clear => return Patch::Clear,
        Patch::Keep => return Patch::Keep,
    };
    match moment(&text).or_else(|| beginning_of_month(&text)) {
        Some(at) => Patch::Set(at),
        None => {
            let message =
                "`deactivate_after` must be a moment like `2027-03-31T22:00:00Z` or a month like `04-2027`";
            fields.faults.add(FaultCode::InvalidValue, &["deactivate_after"], message);
            Patch::Keep
        }
    }
}

/// `MM-YYYY`.
fn beginning_of_month(text: &str) -> Option<DateTime<Utc>> {
    let (month, year) = text.split_once('-')?;
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(month, 2) || !digits(year, 4) {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

/// A role by its name, as these scripts know it. Whether it may be given is for the use case to say, as of any role.
async fn role_named(
    services: &Services,
    principal: &Principal,
    here: ProjectSpaceId,
    fields: &mut Fields,
) -> Result<Patch<String>, Failure> {
    let name = match empty_clears(fields.text("role")) {
        Patch::Set(name) => name,
        Patch::Clear => return Ok(Patch::Clear),
        Patch::Keep => return Ok(Patch::Keep),
    };
    if let Some(role) = role::assignable_named(services, principal, here, &name).await? {
        return Ok(Patch::Set(role.id.to_string()));
    }
    let shown: String = name.chars().take(64).collect();
    let message = format!("there is no role `{shown}` that you may assign");
    fields.faults.add(FaultCode::RoleNotAssignable, &["role"], message);
    Ok(Patch::Keep)
}

fn empty_clears(patch: Patch<String>) -> Patch<String> {
    match patch {
        Patch::Set(text) if text.is_empty() => Patch::Clear,
        other => other,
    }
}

/// Returns the worker with the id in a path, if the caller may see them here. The path names the project space: a worker of
/// another one of the caller's is not there. Nor is a deleted one, nor what is no id at all.
async fn present(
    services: &Services,
    principal: &Principal,
    here: ProjectSpaceId,
    id: &str,
) -> Result<Visible<MobileWorker>, Failure> {
    let id = MobileWorkerId::parse(id).map_err(|_| Failure::NotFound)?;
    let worker = mobile_worker::read(services, principal, here, id).await?;
    match worker {
        Some(worker) if worker.status != MobileWorkerStatus::Deleted => Ok(worker),
        _ => Err(Failure::NotFound),
    }
}
