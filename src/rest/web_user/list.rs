use super::ALL;
use super::object::{LIST_SCHEMA, objects};
use crate::domain::{Direction, FaultCode, Faults, LocationId, MemberFilter, MemberOrder, Principal, trim};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Field, Takes};
use crate::rest::page::{EXTRAS, FORMAT, LIMIT, OFFSET, Parameters, truth};
use crate::service::web_user::{self, List};
use crate::service::{Refused, Services, api, role};

/// `GET /a/<project space>/api/web-user/v1/`.
pub const LIST: Call = Call {
    name: "listWebUsers",
    path: ALL,
    summary: "List web users",
    says: "Those that you may see, by e-mail address, deactivated ones too. All given conditions hold together.",
    parameters: &[
        LIMIT,
        OFFSET,
        Field::new("web_username", Takes::Text, "Only the web user with this e-mail address."),
        Field::new("username", Takes::Text, "The same as `web_username`."),
        Field::new("role", Takes::Text, "Only the web users with the role of this name, or with `Admin`."),
        Field::new("location", Takes::Id("lo"), "Only the web users assigned to this location itself."),
        Field::new("active", Takes::Flag, "If true, only those who may act here; if false, only the others."),
        FORMAT,
        EXTRAS,
    ],
    answer: Some(LIST_SCHEMA),
    problems: &[400],
    ..Call::PLAIN
};

/// Lists web users: 200 with `meta` and `objects`.
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
    if let Some(name) = role {
        // A role that is not there, or not for the caller to see, is nobody's.
        let role = role::named(services, principal, here.id, &name).await?;
        filter.roles = Some(role.map(|role| role.id).into_iter().collect());
    }
    let page = parameters.page();
    let wanted =
        List { filter, order: MemberOrder::Email, direction: Direction::Ascending, page: page.request() };
    let found = web_user::list(services, principal, here.id, &wanted).await?;
    let total = web_user::count(services, principal, here.id, &wanted.filter).await?;
    let objects = objects(services, principal, here, &found.items).await?;
    Ok(Answer::json(200, page.envelope(parameters, total, found.has_next, objects)))
}

/// The conditions, and the name of a role that is yet to be looked up.
fn parse(given: &Parameters) -> Result<(MemberFilter, Option<String>), Faults> {
    let mut faults = given.check(&LIST);
    let (mut filter, mut role) = (MemberFilter::default(), None);
    for (name, value) in given.own() {
        let code = FaultCode::InvalidValue;
        match name {
            "web_username" | "username" => filter.email = Some(trim(value).to_lowercase()),
            "role" if value.trim().eq_ignore_ascii_case(crate::rest::assignment::ADMIN) => {
                filter.is_admin = Some(true);
            }
            "role" => role = Some(value.to_owned()),
            "location" => {
                let location = faults.take(code, &["location"], LocationId::parse(value));
                filter.locations = location.map(|id| vec![id]);
            }
            "active" => filter.is_active = truth(value),
            // The others were checked with the table.
            _ => {}
        }
    }
    faults.check()?;
    Ok((filter, role))
}
