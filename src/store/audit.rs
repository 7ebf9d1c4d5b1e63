//! The audit: who did what, for whom, through which door, and which policy permitted it. Written by the commit alone.

use super::error::StoreError;
use super::transaction::Transaction;
use crate::authz::{Action, Authorized, Resource, Value};
use crate::domain::{AuditEntryId, ProjectSpaceId, SignIn};
use chrono::{DateTime, Utc};
use entity::audit_entry;
use sea_orm::{EntityTrait, Set};
use serde_json::{Value as Json, json};

/// A field that went from one value to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The field's name in snake case.
    pub field: &'static str,
    /// Before; null for something new.
    pub from: Json,
    /// After.
    pub to: Json,
}

/// What an entry is about.
pub(super) struct Subject {
    pub(super) kind: &'static str,
    /// The project space whose people read of it.
    space: Option<ProjectSpaceId>,
    id: Option<String>,
    /// What people know it by, at this time.
    name: Option<String>,
}

impl Subject {
    pub(super) fn of<R: Resource>(resource: &R) -> Self {
        let attributes = resource.attributes();
        let name = ["username", "email", "name"].into_iter().find_map(|name| match attributes.get(name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        });
        Self { kind: R::KIND, space: resource.audited_in(), id: resource.id(), name }
    }
}

/// The name of a way to sign in, in audit entries and sessions.
pub(super) fn sign_in_name(signed_in_by: SignIn) -> &'static str {
    match signed_in_by {
        SignIn::Password => "password",
        SignIn::PasswordAndOtp => "password_and_otp",
        SignIn::PersonalId => "personal_id",
        SignIn::ApiKey => "api_key",
        SignIn::Internal => "internal",
    }
}

/// The way to sign in that an entry or a session names.
pub(super) fn sign_in_named(name: &str) -> Result<SignIn, StoreError> {
    [SignIn::Password, SignIn::PasswordAndOtp, SignIn::PersonalId, SignIn::ApiKey, SignIn::Internal]
        .into_iter()
        .find(|signed_in_by| sign_in_name(*signed_in_by) == name)
        .ok_or(StoreError::Inconsistent("way to sign in"))
}

pub(super) async fn insert<A: Action>(
    tx: &Transaction,
    now: DateTime<Utc>,
    proof: &Authorized<A>,
    (made, about): (Option<Subject>, Option<Subject>),
    changes: Vec<Change>,
) -> Result<(), StoreError> {
    let principal = proof.principal();
    let resource = proof.resource();
    let space = about.as_ref().map_or_else(|| resource.audited_in(), |about| about.space);
    let Subject { kind, id, name, .. } = about.or(made).unwrap_or_else(|| Subject::of(resource));
    let changes: Vec<Json> = changes
        .into_iter()
        .map(|change| json!({ "field": change.field, "from": change.from, "to": change.to }))
        .collect();
    let entry = audit_entry::ActiveModel {
        id: Set(AuditEntryId::fresh(now).0),
        project_space_id: Set(space.map(|space| space.0)),
        at: Set(now),
        principal_id: Set(principal.identity.id()),
        principal_name: Set(principal.name.clone()),
        signed_in_by: Set(sign_in_name(principal.signed_in_by).to_owned()),
        channel: Set(principal.origin.channel.name().to_owned()),
        request_id: Set(principal.origin.request_id.clone()),
        action: Set(A::NAME.to_owned()),
        resource_kind: Set(kind.to_owned()),
        resource_id: Set(id),
        resource_name: Set(name),
        changes: Set(Json::Array(changes)),
        decision_id: Set(proof.decision().0),
        policy: Set(proof.policy().to_owned()),
    };
    audit_entry::Entity::insert(entry).exec_without_returning(tx).await?;
    Ok(())
}
