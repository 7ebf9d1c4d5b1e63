use super::object::object;
use crate::domain::{
    Direction, FaultCode, Faults, GroupId, MobileWorkerFilter, MobileWorkerOrder, MobileWorkerStatus,
    PageRequest, Principal,
};
use crate::rest::answer::Answer;
use crate::service::mobile_worker::{self, List};
use crate::service::{Refused, Services, api};
use serde_json::json;

/// Items of a page that does not say how many (reference §4.9).
const LIMIT_DEFAULT: u32 = 20;
/// Most items of a page (reference §4.9); also what 0 means.
const LIMIT_MAX: u32 = 1000;
/// Farthest page: what lies beyond is for the GraphQL API's cursors, whose cost does not grow.
const OFFSET_MAX: u32 = 1_000_000;

/// The parameters of a list, as they were sent.
#[derive(Debug, Clone, Default)]
pub struct ListParameters {
    parameters: Vec<(String, String)>,
}

impl From<Vec<(String, String)>> for ListParameters {
    fn from(parameters: Vec<(String, String)>) -> Self {
        Self { parameters }
    }
}

/// `GET /a/<project space>/api/user/v1/`: 200 with `meta` and `objects`, by username.
///
/// # Errors
/// [`Refused`].
pub async fn list(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    parameters: &ListParameters,
) -> Result<Answer, Refused> {
    let here = api::enter(services, principal, project_space).await?.resource().id;
    let (filter, limit, offset) = parse(parameters)?;
    let page = PageRequest::Offset { limit, offset };
    let wanted = List { filter, order: MobileWorkerOrder::Username, direction: Direction::Ascending, page };
    let found = mobile_worker::list(services, principal, here, &wanted).await?;
    let total = mobile_worker::count(services, principal, here, &wanted.filter).await?;
    let link = |offset: u32| {
        let kept = parameters.parameters.iter().filter(|(name, _)| name != "limit" && name != "offset");
        let kept: String = kept.map(|(name, value)| format!("&{name}={value}")).collect();
        format!("?limit={limit}&offset={offset}{kept}")
    };
    let objects: Vec<_> =
        found.items.iter().map(|worker| object(worker, project_space, services.worker_suffix())).collect();
    Ok(Answer::json(
        200,
        json!({
            "meta": {
                "limit": limit,
                "offset": offset,
                "total_count": total,
                "next": found.has_next.then(|| link(offset.saturating_add(limit))),
                "previous": found.has_previous.then(|| link(offset.saturating_sub(limit))),
            },
            "objects": objects,
        }),
    ))
}

fn parse(given: &ListParameters) -> Result<(MobileWorkerFilter, u32, u32), Faults> {
    let mut faults = Faults::new();
    let mut filter =
        MobileWorkerFilter { statuses: vec![MobileWorkerStatus::Active], ..MobileWorkerFilter::default() };
    let (mut limit, mut offset) = (LIMIT_DEFAULT, 0);
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in &given.parameters {
        if seen.contains(&name.as_str()) {
            faults.add(FaultCode::InvalidValue, &[name], format!("`{name}` is given twice"));
            continue;
        }
        seen.push(name);
        let number = |max: u32| {
            let number = value.parse::<u32>().ok().filter(|number| *number <= max);
            number.ok_or_else(|| format!("`{name}` must be a whole number from 0 to {max}"))
        };
        match name.as_str() {
            "limit" => match faults.take(FaultCode::InvalidValue, &["limit"], number(LIMIT_MAX)) {
                Some(0) => limit = LIMIT_MAX,
                Some(number) => limit = number,
                None => {}
            },
            "offset" => {
                offset = faults.take(FaultCode::InvalidValue, &["offset"], number(OFFSET_MAX)).unwrap_or(0);
            }
            "group" => {
                let group = faults.take(FaultCode::InvalidValue, &["group"], GroupId::parse(value));
                filter.groups = group.map(|id| vec![id]);
            }
            "archived" => match value.to_ascii_lowercase().as_str() {
                "true" => filter.statuses = vec![MobileWorkerStatus::Deactivated],
                "false" => {}
                _ => faults.add(FaultCode::InvalidValue, &["archived"], "`archived` must be true or false"),
            },
            "format" if value == "json" => {}
            "format" => faults.add(FaultCode::InvalidValue, &["format"], "`format` must be json"),
            _ => {
                let shown: String = name.chars().take(64).collect();
                faults.add(
                    FaultCode::UnknownField,
                    &[&shown],
                    format!("`{shown}` is not a parameter of this call"),
                );
            }
        }
    }
    faults.check()?;
    Ok((filter, limit, offset))
}
