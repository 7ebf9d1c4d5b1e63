use crate::authz::Visible;
use crate::domain::AccessRequest;
use async_graphql::{ID, Object};
use chrono::{DateTime, Utc};

/// A request to be let in.
pub struct AccessRequestObject(Visible<AccessRequest>);

impl From<Visible<AccessRequest>> for AccessRequestObject {
    fn from(request: Visible<AccessRequest>) -> Self {
        Self(request)
    }
}

/// Somebody asks to be let into the project space. To say yes, invite the address.
#[Object(name = "AccessRequest")]
impl AccessRequestObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Where they can be invited.
    async fn email(&self) -> &str {
        self.0.email.as_str()
    }

    /// Whether they were signed in when they asked: then the address is known to be theirs, and inviting them makes them a
    /// member at once. What a stranger says of themselves is proved by the link in their invitation.
    async fn is_signed_in(&self) -> bool {
        self.0.account.is_some()
    }

    /// Who they say they are.
    async fn full_name(&self) -> &str {
        &self.0.full_name
    }

    /// What else they say; perhaps nothing.
    async fn message(&self) -> &str {
        &self.0.message
    }

    async fn requested_at(&self) -> DateTime<Utc> {
        self.0.requested_at
    }
}
