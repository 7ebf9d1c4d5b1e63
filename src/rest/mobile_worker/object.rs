use crate::authz::Visible;
use crate::domain::{MobileWorker, MobileWorkerStatus, PhoneNumber};
use serde_json::{Value as Json, json};

/// A worker as the REST API shows it (reference §4.9), with the state that CommCare's leaves out.
pub fn object(worker: &Visible<MobileWorker>, project_space: &str, suffix: &str) -> Json {
    let profile = &worker.profile;
    let plus = |number: &PhoneNumber| format!("+{number}");
    json!({
        "id": worker.id.hex(),
        "username": worker.username.as_str(),
        "login_name": format!("{}@{project_space}.{suffix}", worker.username),
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "email": profile.email.as_ref().map(|email| email.as_str()).unwrap_or_default(),
        "default_phone_number": profile.phone_numbers.first().map(plus),
        "phone_numbers": profile.phone_numbers.iter().map(plus).collect::<Vec<_>>(),
        "groups": profile.groups.iter().map(|id| id.hex()).collect::<Vec<_>>(),
        "locations": profile.locations.iter().map(|id| id.hex()).collect::<Vec<_>>(),
        "primary_location": profile.primary_location.map(|id| id.hex()),
        "user_data": profile.user_data,
        "language": profile.language.as_ref().map(|language| language.as_str()),
        "role": profile.role.map(|id| id.hex()),
        "is_active": worker.status == MobileWorkerStatus::Active,
        "is_account_confirmed": worker.status != MobileWorkerStatus::PendingConfirmation,
        "created_at": worker.created_at,
        "updated_at": worker.updated_at,
        "resource_uri": format!("/a/{project_space}/api/user/v1/{}/", worker.id.hex()),
    })
}
