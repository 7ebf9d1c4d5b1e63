//! From the gateway's words to the contract's.

use super::words;
use crate::authz::{AskedResource, Attribute, Attributes, ManyRequest, Request, ScopeRequest, Value};
use crate::domain::permission::Items;
use crate::domain::{DecisionId, Identity, SignIn, Standing};
use chrono::{DateTime, Utc};
use foldhash::fast::RandomState;
use indexmap::IndexSet;

/// The question as a module hears it; nothing for strangers, about whom no module is asked.
pub(super) fn request<'a>(request: &'a Request<'_>) -> Option<words::Request<'a>> {
    Some(words::Request {
        principal: principal(request.identity, request.signed_in_by, request.standing)?,
        action: request.action,
        resource: words::Resource {
            kind: request.resource_kind,
            id: request.resource_id.as_deref(),
            attributes: attributes(&request.attributes),
            proposed: attributes(&request.proposed),
        },
        context: context(request.standing, request.now, request.decision),
    })
}

/// Some of many resources, as a module hears of them. All must have the same names: see [`is_alike`].
pub(super) fn table<'a>(kind: &'a str, resources: &[&'a AskedResource]) -> words::Table<'a> {
    words::Table {
        kind,
        ids: resources.iter().map(|resource| resource.id.as_deref()).collect(),
        attributes: columns(resources.iter().map(|resource| &resource.attributes)),
        proposed: columns(resources.iter().map(|resource| &resource.proposed)),
    }
}

fn columns<'a>(rows: impl Iterator<Item = &'a Attributes> + Clone) -> Vec<words::Column<'a>> {
    let Some(first) = rows.clone().next() else { return Vec::new() };
    let column = |(at, attribute): (usize, &'a Attribute)| {
        let values = rows.clone().filter_map(move |row| row.iter().nth(at)).map(|attribute| &attribute.value);
        column(attribute.name, values)
    };
    first.iter().enumerate().map(column).collect()
}

fn column<'a>(name: &'a str, values: impl Iterator<Item = &'a Value>) -> words::Column<'a> {
    let mut dictionary: IndexSet<&Value, RandomState> = IndexSet::default();
    // A batch has a hundred.
    let entry = |value| u32::try_from(dictionary.insert_full(value).0).unwrap_or(u32::MAX);
    let entries = values.map(entry).collect();
    words::Column { name, dictionary: dictionary.into_iter().map(asked).collect(), entries }
}

/// Whether two resources have attributes of the same names and propose the same ones, so that they fit into one table. Those
/// of one kind do.
pub(super) fn is_alike(one: &AskedResource, other: &AskedResource) -> bool {
    let names = |attributes: &Attributes, others: &Attributes| {
        attributes.iter().map(|it| it.name).eq(others.iter().map(|it| it.name))
    };
    names(&one.attributes, &other.attributes) && names(&one.proposed, &other.proposed)
}

/// The same for a module that was built for version 1 of the contract.
pub(super) fn resources<'a>(kind: &'a str, resources: &[&'a AskedResource]) -> Vec<words::Resource<'a>> {
    resources
        .iter()
        .map(|resource| words::Resource {
            kind,
            id: resource.id.as_deref(),
            attributes: attributes(&resource.attributes),
            proposed: attributes(&resource.proposed),
        })
        .collect()
}

/// Who asks about many, and where.
pub(super) fn many<'a>(request: &'a ManyRequest<'_>) -> Option<(words::Principal<'a>, words::Context<'a>)> {
    Some((
        principal(request.identity, request.signed_in_by, request.standing)?,
        context(request.standing, request.now, request.decision),
    ))
}

/// What a module hears of when it is asked for a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hears {
    /// All that there is.
    Everything,
    /// All but the time and the decision's id.
    NoTime,
}

/// Who asks for a scope, and where.
pub(super) fn scope<'a>(
    request: &'a ScopeRequest<'_>,
    hears: Hears,
) -> Option<(words::Principal<'a>, words::Context<'a>)> {
    let principal = principal(request.identity, request.signed_in_by, request.standing)?;
    let context = match hears {
        Hears::Everything => context(request.standing, request.now, request.decision),
        Hears::NoTime => words::Context {
            project_space: &request.standing.project_space_name,
            now: 0,
            decision_id: String::new(),
        },
    };
    Some((principal, context))
}

fn principal(identity: Identity, signed_in_by: SignIn, standing: &Standing) -> Option<words::Principal<'_>> {
    let (kind, id) = match identity {
        Identity::Anonymous => return None,
        Identity::WebUser(id) => (words::PrincipalKind::WebUser, id.hex()),
        Identity::MobileWorker(id) => (words::PrincipalKind::MobileWorker, id.hex()),
        Identity::System => (words::PrincipalKind::System, "system".to_owned()),
    };
    let mut permissions = String::with_capacity(1024);
    let mut limited = Vec::new();
    for (permission, items) in standing.grants.iter() {
        match items {
            Items::All => {
                if !permissions.is_empty() {
                    permissions.push(' ');
                }
                permissions.push_str(permission);
            }
            Items::Only(items) => limited
                .push(words::LimitedGrant { permission, items: items.iter().map(String::as_str).collect() }),
        }
    }
    Some(words::Principal {
        id,
        kind,
        signed_in_by: match signed_in_by {
            SignIn::Password => words::SignIn::Password,
            SignIn::PasswordAndOtp => words::SignIn::PasswordAndOtp,
            SignIn::PersonalId => words::SignIn::PersonalId,
            SignIn::ApiKey => words::SignIn::ApiKey,
            SignIn::Internal => words::SignIn::Internal,
        },
        is_admin: standing.is_admin,
        role_id: standing.role.map(|role| role.hex()),
        permissions,
        limited,
        location_ids: standing.locations.iter().map(|location| location.hex()).collect(),
        group_ids: standing.groups.iter().map(|group| group.hex()).collect(),
    })
}

fn context(standing: &Standing, now: DateTime<Utc>, decision: DecisionId) -> words::Context<'_> {
    words::Context {
        project_space: &standing.project_space_name,
        now: u64::try_from(now.timestamp()).unwrap_or_default(),
        decision_id: decision.hex(),
    }
}

fn attributes(attributes: &Attributes) -> Vec<words::AttributeAsked<'_>> {
    attributes
        .iter()
        .map(|attribute| words::AttributeAsked { name: attribute.name, value: asked(&attribute.value) })
        .collect()
}

fn asked(value: &Value) -> words::ValueAsked<'_> {
    match value {
        Value::Text(text) => words::ValueAsked::Text(text),
        Value::Integer(integer) => words::ValueAsked::Integer(*integer),
        Value::Boolean(boolean) => words::ValueAsked::Boolean(*boolean),
        Value::Texts(texts) => words::ValueAsked::Texts(texts),
        Value::Nothing => words::ValueAsked::Nothing,
    }
}
