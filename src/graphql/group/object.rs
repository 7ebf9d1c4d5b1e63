use crate::authz::Visible;
use crate::domain::Group;
use async_graphql::{ID, Object};

/// A group of mobile workers.
pub struct GroupObject(pub(super) Visible<Group>);

impl From<Visible<Group>> for GroupObject {
    fn from(group: Visible<Group>) -> Self {
        Self(group)
    }
}

/// A flat set of mobile workers.
#[Object(name = "Group")]
impl GroupObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Unique in the project space.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its members own each other's cases.
    async fn case_sharing(&self) -> bool {
        self.0.case_sharing
    }

    /// It shows in reports.
    async fn reporting(&self) -> bool {
        self.0.reporting
    }
}
