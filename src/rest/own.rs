//! `/api/user_domains/v1/` and `/api/identity/v1/`: the caller, and the project spaces that they belong to. Programs ask for
//! these first, to learn where they may go.

use super::answer::Answer;
use super::call::Call;
use super::openapi::{self, all_there};
use super::page::{EXTRAS, FORMAT, LIMIT, OFFSET, Parameters};
use crate::domain::{Identity, Principal};
use crate::service::{Failure, Refused, Services, mobile_worker, viewer};
use serde_json::{Value as Json, json};

/// The name of the schema of one of the caller's project spaces.
pub const SCHEMA: &str = "UserDomain";
/// The name of the schema of a page of them.
pub const LIST_SCHEMA: &str = "UserDomainPage";
/// The name of the schema of the caller.
pub const IDENTITY_SCHEMA: &str = "Identity";

/// `GET /api/user_domains/v1/`.
pub const LIST: Call = Call {
    name: "listUserDomains",
    path: "/api/user_domains/v1/",
    summary: "List your project spaces",
    says: "Those that you belong to. An API key is for one.",
    parameters: &[LIMIT, OFFSET, FORMAT, EXTRAS],
    answer: Some(LIST_SCHEMA),
    problems: &[400],
    ..Call::PLAIN
};

/// `GET /api/identity/v1/`.
pub const READ: Call = Call {
    name: "readIdentity",
    path: "/api/identity/v1/",
    summary: "See who you are",
    says: "",
    answer: Some(IDENTITY_SCHEMA),
    ..Call::PLAIN
};

/// Lists the caller's project spaces: 200 with `meta` and `objects`. They are part of the principal: nothing is read.
///
/// # Errors
/// [`Refused`].
pub fn list(principal: &Principal, parameters: &Parameters) -> Result<Answer, Refused> {
    parameters.check(&LIST).check()?;
    let page = parameters.page();
    let spaces = page.of(&principal.standings).map(|standing| {
        json!({ "domain_name": standing.project_space_name, "project_name": standing.project_space_name })
    });
    let total = u64::try_from(principal.standings.len()).unwrap_or_default();
    let body = page.envelope(parameters, total, page.has_next(total), spaces.collect());
    Ok(Answer::json(200, body))
}

/// Shows the caller: 200 with the account.
///
/// # Errors
/// [`Refused`].
pub async fn read(services: &Services, principal: &Principal) -> Result<Answer, Refused> {
    let body = match (principal.identity, principal.standings.first()) {
        (Identity::WebUser(id), _) => {
            let account = viewer::account(services, principal, id).await?;
            let email = account.email.as_str();
            json!({
                "id": account.id.hex(), "username": email, "email": email,
                "first_name": account.first_name, "last_name": account.last_name,
            })
        }
        (Identity::MobileWorker(id), Some(standing)) => {
            let worker = mobile_worker::read(services, principal, standing.project_space, id).await?;
            let worker = worker.ok_or(Failure::NotFound)?;
            let (name, suffix) = (&standing.project_space_name, services.worker_suffix());
            let profile = &worker.profile;
            json!({
                "id": worker.id.hex(), "username": format!("{}@{name}.{suffix}", worker.username),
                "email": profile.email.as_ref().map(|email| email.as_str()).unwrap_or_default(),
                "first_name": profile.first_name, "last_name": profile.last_name,
            })
        }
        _ => return Err(Failure::NotFound.into()),
    };
    Ok(Answer::json(200, body))
}

/// The schema of one of the caller's project spaces.
pub fn schema() -> Json {
    let text = |says: &str| json!({ "type": "string", "description": says });
    all_there(json!({
        "domain_name": text("The project space's name, as in paths."),
        "project_name": text("The same."),
    }))
}

/// The schema of a page of the caller's project spaces.
pub fn list_schema() -> Json {
    openapi::page(SCHEMA)
}

/// The schema of the caller.
pub fn identity_schema() -> Json {
    let text = |says: &str| json!({ "type": "string", "description": says });
    all_there(json!({
        "id": text("32 hexadecimal digits."),
        "username": text("What you sign in with."),
        "email": text("May be empty."),
        "first_name": text("May be empty."),
        "last_name": text("May be empty."),
    }))
}
