//! The policy host, asked as `authz` asks it, and the standard policy in it.

mod agreement;
mod author;
mod cache;
mod contract;
pub mod guest;
mod hostile;
mod kept;
mod matrix;
mod reference;
mod smith;
mod stack;
mod stale;
mod standard;
mod timeless;

use chrono::DateTime;
use fieldgate::authz::{AskedResource, Attributes, Decision, Denial, ManyRequest, Request, ScopeRequest};
use fieldgate::domain::permission::{Grants, Items};
use fieldgate::domain::{
    DecisionId, GroupId, Identity, LocationId, MobileWorkerId, ProjectSpaceId, RoleId, SignIn, Standing,
    WebUserId,
};
use fieldgate::policy::{PolicyConfig, PolicyHost};
use uuid::Uuid;

/// A host like production's, without a cache. Its deadline is of the wall's clock, and on a machine that runs all tests
/// at once a thread may have to wait longer than production's 20 ms for its turn.
fn host() -> PolicyHost {
    let deadline = std::time::Duration::from_millis(250);
    // Many questions in a row, and none is to wait for the share of its project space.
    let time_per_second = std::time::Duration::from_secs(1_000);
    PolicyHost::new(PolicyConfig { deadline, time_per_second, ..PolicyConfig::default() }).unwrap()
}

fn space(number: u128) -> ProjectSpaceId {
    ProjectSpaceId(Uuid::from_u128(number))
}

/// The id of a thing in a policy's words.
fn hex(number: u128) -> String {
    Uuid::from_u128(number).as_simple().to_string()
}

fn hexes(numbers: &[u128]) -> Vec<String> {
    numbers.iter().map(|&number| hex(number)).collect()
}

/// Somebody, as `authz` would describe them.
#[derive(Debug, Clone)]
struct Asker {
    identity: Identity,
    standing: Standing,
}

impl Asker {
    fn web_user(permissions: &[&str]) -> Self {
        Self {
            identity: Identity::WebUser(WebUserId(Uuid::from_u128(1))),
            standing: Standing {
                project_space: space(1),
                project_space_name: "acme".to_owned(),
                is_admin: false,
                role: None,
                grants: Grants::of(permissions),
                locations: Vec::new(),
                groups: Vec::new(),
                last_access_at: None,
            },
        }
    }

    fn mobile_worker(permissions: &[&str]) -> Self {
        Self {
            identity: Identity::MobileWorker(MobileWorkerId(Uuid::from_u128(1))),
            ..Self::web_user(permissions)
        }
    }

    fn system() -> Self {
        Self { identity: Identity::System, ..Self::admin() }
    }

    fn admin() -> Self {
        let mut admin = Self::web_user(&[]);
        admin.standing.is_admin = true;
        admin
    }

    /// Gives these user profiles alone.
    fn giving(mut self, profiles: &[u128]) -> Self {
        let items = Items::Only(profiles.iter().map(|&id| format!("up_{}", hex(id))).collect());
        self.standing.grants = [("edit_user_profile".to_owned(), items)].into_iter().collect();
        self
    }

    fn at(mut self, locations: &[u128]) -> Self {
        self.standing.locations = locations.iter().map(|&id| LocationId(Uuid::from_u128(id))).collect();
        self
    }

    fn in_groups(mut self, groups: &[u128]) -> Self {
        self.standing.groups = groups.iter().map(|&id| GroupId(Uuid::from_u128(id))).collect();
        self
    }

    fn with_role(mut self, role: u128) -> Self {
        self.standing.role = Some(RoleId(Uuid::from_u128(role)));
        self
    }

    fn in_space(mut self, space: ProjectSpaceId) -> Self {
        self.standing.project_space = space;
        self
    }

    fn asks(
        &self,
        action: &'static str,
        kind: &'static str,
        attributes: Attributes,
        proposed: Attributes,
    ) -> Request<'_> {
        Request {
            identity: self.identity,
            signed_in_by: SignIn::Password,
            standing: &self.standing,
            action,
            resource_kind: kind,
            resource_id: None,
            attributes,
            proposed,
            now: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
            decision: DecisionId(Uuid::from_u128(9)),
        }
    }

    /// A question that standard permits to everybody, and whose answer says which stack gave it.
    fn asks_to_read_the_space(&self) -> Request<'_> {
        self.asks("project_space.read", "project_space", Attributes::new(), Attributes::new())
    }

    fn asks_about(
        &self,
        action: &'static str,
        kind: &'static str,
        resources: Vec<AskedResource>,
    ) -> ManyRequest<'_> {
        ManyRequest {
            identity: self.identity,
            signed_in_by: SignIn::Password,
            standing: &self.standing,
            action,
            resource_kind: kind,
            resources,
            now: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
            decision: DecisionId(Uuid::from_u128(9)),
        }
    }

    fn asks_for_rows(&self, action: &'static str, kind: &'static str) -> ScopeRequest<'_> {
        ScopeRequest {
            identity: self.identity,
            signed_in_by: SignIn::Password,
            standing: &self.standing,
            action,
            resource_kind: kind,
            now: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
            decision: DecisionId(Uuid::from_u128(9)),
        }
    }
}

/// A no.
fn denial() -> Decision {
    Decision::Deny(Denial {
        reason: "no".to_owned(),
        message: "no".to_owned(),
        missing: Vec::new(),
        visible: false,
    })
}

fn permits(decision: &Decision) -> bool {
    matches!(decision, Decision::Permit(_))
}
