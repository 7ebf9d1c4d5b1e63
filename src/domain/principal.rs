//! Who asks. Made by `authn` from a credential, and by the command line and jobs for the gateway itself.

use super::{
    GroupId, Idempotency, LocationId, MobileWorkerId, Network, ProjectSpaceId, RoleId, SessionId, WebUserId,
    permission::Grants,
};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Somebody or something that acts, together with where the act came from.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Who it is.
    pub identity: Identity,
    /// The sign-in name, for the audit: an e-mail address or a worker's username.
    pub name: Option<String>,
    /// How they proved it.
    pub signed_in_by: SignIn,
    /// The session the access token belongs to; none for API keys, Basic and the gateway itself.
    pub session: Option<SessionId>,
    /// What they are in each project space they belong to. Read anew for every request, so that a
    /// change of rights acts on the next one.
    pub standings: Vec<Standing>,
    /// Whether the configuration names them an operator of the gateway, beside its command line.
    pub is_operator: bool,
    /// Where the act came from, for the audit.
    pub origin: Origin,
}

/// Who a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    /// Nobody has signed in.
    Anonymous,
    /// A web user's account.
    WebUser(WebUserId),
    /// A mobile worker.
    MobileWorker(MobileWorkerId),
    /// The gateway itself: its command line and its jobs.
    System,
}

impl Identity {
    /// The id as policies see it: 32 hexadecimal digits; nothing for strangers and the gateway itself.
    pub fn hex(&self) -> Option<String> {
        match self {
            Self::WebUser(id) => Some(id.hex()),
            Self::MobileWorker(id) => Some(id.hex()),
            Self::Anonymous | Self::System => None,
        }
    }

    /// The public id; nothing for a stranger.
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Anonymous => None,
            Self::WebUser(id) => Some(id.to_string()),
            Self::MobileWorker(id) => Some(id.to_string()),
            Self::System => Some("system".to_owned()),
        }
    }
}

/// How a principal signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignIn {
    /// With a password alone.
    Password,
    /// With a password and a second factor.
    PasswordAndOtp,
    /// With a PersonalID token.
    PersonalId,
    /// With an API key.
    ApiKey,
    /// Not at all: strangers, and the gateway itself.
    Internal,
}

/// What a principal is in one project space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The project space.
    pub project_space: ProjectSpaceId,
    /// Its name, as in URLs.
    pub project_space_name: String,
    /// Admins hold every permission there.
    pub is_admin: bool,
    /// The role, if any.
    pub role: Option<RoleId>,
    /// What the role grants. Empty for admins, who need none.
    pub grants: Grants,
    /// The assigned locations.
    pub locations: Vec<LocationId>,
    /// The groups a mobile worker is in.
    pub groups: Vec<GroupId>,
    /// When a web user was last noted here, to the hour.
    pub last_access_at: Option<DateTime<Utc>>,
}

impl Standing {
    /// Whether this permission is held, wholly.
    pub fn holds(&self, permission: &str) -> bool {
        self.is_admin || self.grants.holds(permission)
    }

    /// Whether the reach is not limited to the assigned locations and everything below them.
    pub fn reaches_everything(&self) -> bool {
        self.holds("access_all_locations")
    }
}

/// Where an act came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The door it came through.
    pub channel: Channel,
    /// The request's id, as in the `x-request-id` header and in the log.
    pub request_id: String,
    /// What is made is made once, however often the request is sent.
    pub idempotency: Option<Idempotency>,
    /// The network of the client; none for the gateway's own acts.
    pub network: Option<Network>,
    credential_check: CredentialCheck,
}

/// Whether a request has checked a credential. All copies of its origin share it.
#[derive(Debug, Clone, Default)]
struct CredentialCheck(Arc<AtomicBool>);

/// Two origins that differ in nothing else are equal.
impl PartialEq for CredentialCheck {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for CredentialCheck {}

impl Origin {
    /// A request through this door.
    pub fn new(channel: Channel, request_id: impl Into<String>) -> Self {
        Self {
            channel,
            request_id: request_id.into(),
            idempotency: None,
            network: None,
            credential_check: CredentialCheck::default(),
        }
    }

    /// Returns this origin with the network that the request came from.
    #[must_use]
    pub fn from_network(self, network: Option<Network>) -> Self {
        Self { network, ..self }
    }

    /// Takes the one credential check that a request has; false when it was taken before.
    pub fn take_credential_check(&self) -> bool {
        !self.credential_check.0.swap(true, Ordering::Relaxed)
    }
}

/// The doors of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// A background job.
    Job,
}

impl Channel {
    /// The channel of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Graphql, Self::Rest, Self::Page, Self::CommandLine, Self::Webhook, Self::Job]
            .into_iter()
            .find(|channel| channel.name() == name)
    }

    /// The name in audit entries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Graphql => "graphql",
            Self::Rest => "rest",
            Self::Page => "page",
            Self::CommandLine => "command_line",
            Self::Webhook => "webhook",
            Self::Job => "job",
        }
    }
}

impl Principal {
    /// Somebody who has not signed in.
    pub fn anonymous(origin: Origin) -> Self {
        Self {
            identity: Identity::Anonymous,
            name: None,
            signed_in_by: SignIn::Internal,
            session: None,
            standings: Vec::new(),
            is_operator: false,
            origin,
        }
    }

    /// The gateway itself.
    pub fn system(origin: Origin) -> Self {
        Self { identity: Identity::System, ..Self::anonymous(origin) }
    }

    /// Whether this principal is an admin of the project space. The gateway's operator counts as one: they could make
    /// themselves one anyway.
    pub fn administers(&self, space: ProjectSpaceId) -> bool {
        self.identity == Identity::System || self.standing_in(space).is_some_and(|standing| standing.is_admin)
    }

    /// What this principal is in a project space; nothing when it does not belong there.
    pub fn standing_in(&self, space: ProjectSpaceId) -> Option<&Standing> {
        self.standings.iter().find(|standing| standing.project_space == space)
    }
}
