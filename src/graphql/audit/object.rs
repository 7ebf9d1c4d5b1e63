use crate::authz::Visible;
use crate::domain::{AuditChange, AuditEntry, Channel as Door};
use crate::graphql::viewer::SignInMethod;
use async_graphql::{Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

/// An entry of the audit.
pub struct AuditEntryObject(Visible<AuditEntry>);

impl From<Visible<AuditEntry>> for AuditEntryObject {
    fn from(entry: Visible<AuditEntry>) -> Self {
        Self(entry)
    }
}

/// The doors of the gateway.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Door")]
pub enum Channel {
    /// The GraphQL API.
    Graphql,
    /// The CommCare-compatible REST API.
    Rest,
    /// A page that a link in a mail leads to.
    Page,
    /// The command line.
    CommandLine,
    /// A mail provider that reports what became of a mail.
    Webhook,
    /// A background job: something that the gateway did by itself.
    Job,
}

/// A field that went from one value to another.
#[derive(SimpleObject)]
#[graphql(name = "AuditChange")]
pub struct AuditChangeObject {
    /// The field's name, in snake case.
    field: String,
    /// Before; null for something new.
    #[graphql(name = "from")]
    before: Option<Json>,
    /// After; null for something taken away.
    #[graphql(name = "to")]
    after: Option<Json>,
}

impl From<&AuditChange> for AuditChangeObject {
    fn from(change: &AuditChange) -> Self {
        let told = |value: &Json| Some(value.clone()).filter(|value| !value.is_null());
        Self { field: change.field.clone(), before: told(&change.from), after: told(&change.to) }
    }
}

/// Something that was done in the project space. Entries are written with what they tell of, and never changed.
#[Object(name = "AuditEntry")]
impl AuditEntryObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who did it: a web user's `accountId`, a mobile worker's id, or `system` for the gateway itself; null for whoever
    /// held a link or came as a stranger.
    async fn principal_id(&self) -> Option<ID> {
        self.0.principal_id.clone().map(ID)
    }

    /// Their sign-in name at that time.
    async fn principal_name(&self) -> Option<&str> {
        self.0.principal_name.as_deref()
    }

    /// How they had signed in.
    async fn sign_in_method(&self) -> SignInMethod {
        self.0.signed_in_by.into()
    }

    /// The door it came through.
    async fn channel(&self) -> Channel {
        self.0.channel.into()
    }

    /// The request's id, as in the `x-request-id` header of its answer and in the gateway's log.
    async fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// What was done, as policies name it: `mobile_worker.update`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// What kind of thing it was done to: `mobile_worker`. Making something is done to what it is made in, and told of
    /// what was made.
    async fn resource_kind(&self) -> &str {
        &self.0.resource_kind
    }

    /// The id of what it was done to. For a web user, their `accountId`.
    async fn resource_id(&self) -> Option<ID> {
        self.0.resource_global_id().map(ID)
    }

    /// What people knew it by at that time.
    async fn resource_name(&self) -> Option<&str> {
        self.0.resource_name.as_deref()
    }

    /// What changed from what to what. Secrets never stand here, only that they were changed.
    async fn changes(&self) -> Vec<AuditChangeObject> {
        self.0.changes.iter().map(AuditChangeObject::from).collect()
    }

    /// The decision that permitted it.
    async fn decision_id(&self) -> ID {
        self.0.decision_id.to_string().into()
    }

    /// The module that settled the decision, with the digest of its bytes; `host` where no policy has a say.
    async fn policy(&self) -> &str {
        &self.0.policy
    }
}
