//! The audit as it is read: who did what, for whom, through which door, and who permitted it. Source: DESIGN §1,
//! security U1 to U6.

use super::{
    AccessRequestId, ApiKeyId, AuditEntryId, Channel, CursorKey, CustomPermissionId, DecisionId, GroupId,
    InvitationId, LocationId, LocationTypeId, MobileWorkerId, PolicyRevisionId, ProjectSpaceId, RoleId,
    SignIn, WebUserId,
};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

/// Something that was done in a project space. Never changed, never deleted.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditEntryId,
    /// Where it was done.
    pub project_space: ProjectSpaceId,
    /// When.
    pub at: DateTime<Utc>,
    /// The public id of who did it: a web user's account, a mobile worker, or `system`; nothing for the holder of a link.
    pub principal_id: Option<String>,
    /// Their sign-in name at that time.
    pub principal_name: Option<String>,
    /// How they had signed in.
    pub signed_in_by: SignIn,
    /// The door it came through.
    pub channel: Channel,
    /// The request's id, as in the `x-request-id` header.
    pub request_id: String,
    /// The action's name: `mobile_worker.update`.
    pub action: String,
    /// What kind of thing it was done to: `mobile_worker`.
    pub resource_kind: String,
    /// The id of what it was done to: 32 hexadecimal digits, or a public id.
    pub resource_id: Option<String>,
    /// What people knew it by at that time.
    pub resource_name: Option<String>,
    /// What went from what to what.
    pub changes: Vec<AuditChange>,
    /// The decision that permitted it.
    pub decision_id: DecisionId,
    /// The module that settled the decision, with its digest: `standard@9f86d081…`; `host` where no policy has a say.
    pub policy: String,
}

/// A field that went from one value to another.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct AuditChange {
    /// The field's name, in snake case.
    pub field: String,
    /// Before; null for something new.
    pub from: Json,
    /// After.
    pub to: Json,
}

impl AuditEntry {
    /// The value that lists go by: the newest come first.
    pub fn cursor_key(&self) -> CursorKey {
        CursorKey::Time(self.at)
    }

    /// The id of what it was done to, as the GraphQL API gives it elsewhere.
    pub fn resource_global_id(&self) -> Option<String> {
        let id = self.resource_id.as_ref()?;
        let prefix = match self.resource_kind.as_str() {
            "project_space" | "front_door" | "policy_stack" => ProjectSpaceId::PREFIX,
            "web_user" | "account" => WebUserId::PREFIX,
            "mobile_worker" => MobileWorkerId::PREFIX,
            "invitation" | "invitation_link" => InvitationId::PREFIX,
            "access_request" => AccessRequestId::PREFIX,
            "role" => RoleId::PREFIX,
            "custom_permission" => CustomPermissionId::PREFIX,
            "location" => LocationId::PREFIX,
            "location_type" => LocationTypeId::PREFIX,
            "group" => GroupId::PREFIX,
            "api_key" => ApiKeyId::PREFIX,
            "policy_revision" => PolicyRevisionId::PREFIX,
            _ => return Some(id.clone()),
        };
        Some(if id.contains('_') { id.clone() } else { format!("{prefix}_{id}") })
    }
}

/// Which entries. All given conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Done by any of these: public ids of accounts and mobile workers, or `system`.
    pub principals: Option<Vec<String>>,
    /// Done to any of these: ids as entries have them.
    pub resources: Option<Vec<String>>,
    /// Done to this kind of thing.
    pub kinds: Option<Vec<String>>,
    /// Any of these actions.
    pub actions: Option<Vec<String>>,
    /// Through any of these doors.
    pub channels: Option<Vec<Channel>>,
    /// At this time or later.
    pub since: Option<DateTime<Utc>>,
    /// Before this time.
    pub until: Option<DateTime<Utc>>,
}
