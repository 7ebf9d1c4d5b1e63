//! What policies are told about each noun. The names here are those of `store`'s row filters: a property test compares
//! the two.

use super::action::{Realm, Resource};
use super::attribute::{Attributes, Value};
use crate::domain::{
    Account, ApiKey, Gateway, Group, Identity, Location, LocationId, LocationType, MobileWorker,
    ProjectSpace, Role, Session, WebUser,
};

fn hexes(ids: &[LocationId]) -> Vec<String> {
    ids.iter().map(|id| id.hex()).collect()
}

impl Resource for Gateway {
    const KIND: &'static str = "gateway";

    fn realm(&self) -> Realm {
        Realm::Gateway
    }

    fn id(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
    }
}

impl Resource for Account {
    const KIND: &'static str = "account";

    fn realm(&self) -> Realm {
        Realm::Own(self.0)
    }

    fn id(&self) -> Option<String> {
        self.0.id()
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
    }
}

impl Resource for WebUser {
    const KIND: &'static str = "web_user";

    fn realm(&self) -> Realm {
        Realm::Own(Identity::WebUser(self.id))
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
    }
}

impl Resource for Session {
    const KIND: &'static str = "session";

    fn realm(&self) -> Realm {
        Realm::Own(self.owner)
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
    }
}

impl Resource for ProjectSpace {
    const KIND: &'static str = "project_space";

    fn realm(&self) -> Realm {
        Realm::ProjectSpace(self.id)
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("name", self.name.as_str())
    }
}

impl Resource for MobileWorker {
    const KIND: &'static str = "mobile_worker";

    fn realm(&self) -> Realm {
        Realm::ProjectSpace(self.project_space)
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn attributes(&self) -> Attributes {
        let profile = &self.profile;
        Attributes::new()
            .with("id", self.id.hex())
            .with("username", self.username.as_str())
            .with("status", self.status.name())
            .with("role_id", profile.role.map(|id| id.hex()))
            .with("location_ids", hexes(&profile.locations))
            .with("location_lineage", hexes(&self.lineage))
            .with("primary_location_id", profile.primary_location.map(|id| id.hex()))
            .with("group_ids", profile.groups.iter().map(|id| id.hex()).collect::<Vec<_>>())
            .with("language", profile.language.as_ref().map(ToString::to_string))
            .with("created_at", self.created_at.timestamp())
            .with(
                "last_login_at",
                self.last_login_at.map_or(Value::Nothing, |at| Value::Integer(at.timestamp())),
            )
    }
}

impl Resource for Role {
    const KIND: &'static str = "role";

    fn realm(&self) -> Realm {
        Realm::ProjectSpace(self.project_space)
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("id", self.id.hex())
            .with("name", self.name.as_str())
            .with("assignable_by", self.assignable_by.iter().map(|id| id.hex()).collect::<Vec<_>>())
            .with("editable_by_non_admins", self.editable_by_non_admins)
            .with("is_archived", self.is_archived)
            .with("is_mobile_default", self.is_mobile_default)
    }
}

impl Resource for LocationType {
    const KIND: &'static str = "location_type";

    fn realm(&self) -> Realm {
        Realm::ProjectSpace(self.project_space)
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("id", self.id.hex())
            .with("name", self.name.as_str())
            .with("code", self.code.as_str())
    }
}

impl Resource for Location {
    const KIND: &'static str = "location";

    fn realm(&self) -> Realm {
        Realm::ProjectSpace(self.project_space)
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("id", self.id.hex())
            .with("name", self.name.as_str())
            .with("site_code", self.site_code.as_str())
            .with("type_id", self.location_type.hex())
            .with("parent_id", self.parent.map(|id| id.hex()))
            .with("location_lineage", hexes(&self.lineage))
            .with("is_archived", self.is_archived)
    }
}

impl Resource for Group {
    const KIND: &'static str = "group";

    fn realm(&self) -> Realm {
        Realm::ProjectSpace(self.project_space)
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("id", self.id.hex())
            .with("name", self.name.as_str())
            .with("case_sharing", self.case_sharing)
            .with("reporting", self.reporting)
    }
}

impl Resource for ApiKey {
    const KIND: &'static str = "api_key";

    fn realm(&self) -> Realm {
        Realm::ProjectSpace(self.project_space)
    }

    fn id(&self) -> Option<String> {
        Some(self.id.hex())
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("id", self.id.hex()).with("owner_id", self.owner.hex())
    }
}
