use crate::authz::{ActionInfo, AskedResource, Attributes, ManyRequest, Request, ScopeRequest};
use crate::domain::permission::Grants;
use crate::domain::{DecisionId, Identity, ProjectSpaceId, SignIn, Standing};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Somebody who asks, as the gate would describe them.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Who they are.
    pub identity: Identity,
    /// How they signed in.
    pub signed_in_by: SignIn,
    /// What they are in the project space.
    pub standing: Standing,
}

impl Asker {
    /// Somebody without rights.
    pub fn new(identity: Identity, project_space_name: &str) -> Self {
        Self {
            identity,
            signed_in_by: SignIn::Password,
            standing: Standing {
                project_space: ProjectSpaceId(Uuid::from_u128(1)),
                project_space_name: project_space_name.to_owned(),
                is_admin: false,
                role: None,
                grants: Grants::none(),
                locations: Vec::new(),
                groups: Vec::new(),
                last_access_at: None,
            },
        }
    }

    /// Their id, as policies see it.
    pub fn id(&self) -> Option<Uuid> {
        match self.identity {
            Identity::WebUser(id) => Some(id.0),
            Identity::MobileWorker(id) => Some(id.0),
            Identity::Anonymous | Identity::System => None,
        }
    }

    /// A question about one resource.
    pub fn asks(
        &self,
        action: &ActionInfo,
        attributes: Attributes,
        proposed: Attributes,
        now: DateTime<Utc>,
    ) -> Request<'_> {
        Request {
            identity: self.identity,
            signed_in_by: self.signed_in_by,
            standing: &self.standing,
            action: action.name,
            resource_kind: action.resource_kind,
            resource_id: id_in(&attributes),
            attributes,
            proposed,
            now,
            decision: DecisionId(Uuid::nil()),
        }
    }

    /// A question about many.
    pub fn asks_about(
        &self,
        action: &ActionInfo,
        rows: &[Attributes],
        now: DateTime<Utc>,
    ) -> ManyRequest<'_> {
        self.asks_to_change(action, rows, &[], now)
    }

    /// The same about what the action proposes for each of them; nothing for those without a proposal.
    pub fn asks_to_change(
        &self,
        action: &ActionInfo,
        rows: &[Attributes],
        proposals: &[Attributes],
        now: DateTime<Utc>,
    ) -> ManyRequest<'_> {
        let proposals = proposals.iter().cloned().chain(std::iter::repeat(Attributes::new()));
        let resource = |(row, proposed): (&Attributes, _)| AskedResource {
            id: id_in(row),
            attributes: row.clone(),
            proposed,
        };
        let resources = rows.iter().zip(proposals).map(resource).collect();
        ManyRequest {
            identity: self.identity,
            signed_in_by: self.signed_in_by,
            standing: &self.standing,
            action: action.name,
            resource_kind: action.resource_kind,
            resources,
            now,
            decision: DecisionId(Uuid::nil()),
        }
    }

    /// A question for a list.
    pub fn asks_for_rows(&self, action: &ActionInfo, now: DateTime<Utc>) -> ScopeRequest<'_> {
        ScopeRequest {
            identity: self.identity,
            signed_in_by: self.signed_in_by,
            standing: &self.standing,
            action: action.name,
            resource_kind: action.resource_kind,
            now,
            decision: DecisionId(Uuid::nil()),
        }
    }
}

/// What has an id is asked about by it.
fn id_in(attributes: &Attributes) -> Option<String> {
    match attributes.get("id") {
        Some(crate::authz::Value::Text(id)) => Some(id.clone()),
        _ => None,
    }
}
