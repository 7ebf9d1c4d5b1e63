//! What is done, and to which thing.

use super::things::{Made, Thing};
use poem::http::Method;
use serde_json::{Value as Json, json};

pub struct Operation {
    pub action: &'static str,
    pub thing: Thing,
    pub call: Call,
}

pub enum Call {
    Mutation {
        name: &'static str,
        input: fn(&Made) -> Json,
    },
    /// Looking at it by its id.
    Node,
    Rest {
        method: Method,
        path: &'static str,
        body: fn(&Made) -> Json,
    },
}

impl Call {
    pub fn is_mutation(&self, mutation: &str) -> bool {
        matches!(self, Self::Mutation { name, .. } if *name == mutation)
    }

    pub fn is_rest(&self, verb: &str, address: &str) -> bool {
        matches!(self, Self::Rest { method, path, .. }
            if method.as_str().eq_ignore_ascii_case(verb) && *path == address)
    }
}

impl Operation {
    pub fn name(&self) -> String {
        match &self.call {
            Call::Mutation { name, .. } => (*name).to_owned(),
            Call::Node => "node".to_owned(),
            Call::Rest { method, path, .. } => format!("{method} {path}"),
        }
    }

    pub const fn mutation(
        action: &'static str,
        name: &'static str,
        thing: Thing,
        input: fn(&Made) -> Json,
    ) -> Self {
        Self { action, thing, call: Call::Mutation { name, input } }
    }

    const fn node(action: &'static str, thing: Thing) -> Self {
        Self { action, thing, call: Call::Node }
    }

    pub const fn rest(
        action: &'static str,
        method: Method,
        path: &'static str,
        thing: Thing,
        body: fn(&Made) -> Json,
    ) -> Self {
        Self { action, thing, call: Call::Rest { method, path, body } }
    }
}

/// A mutation that says what was refused, and nothing else.
pub fn document(name: &str) -> String {
    let mut input = name[..1].to_uppercase() + &name[1..] + "Input";
    if !INPUTS.contains(&input.as_str()) {
        input = match name {
            "addGroupMembers" | "removeGroupMembers" => "GroupMembersInput".to_owned(),
            "setMobileWorkerPassword" => "SetPasswordInput".to_owned(),
            _ => "NodeInput".to_owned(),
        };
    }
    format!("mutation($i: {input}!) {{ {name}(input: $i) {{ userErrors {{ code }} }} }}")
}

/// The inputs that are named after their mutation.
const INPUTS: &[&str] = &[
    "ActivatePolicyRevisionInput",
    "CreatePolicyRevisionInput",
    "DeletePolicyModuleInput",
    "LiftPolicyQuarantineInput",
    "MonitorPolicyRevisionInput",
    "ResetPolicyInput",
    "RollBackPolicyInput",
    "SetPolicyCasesInput",
    "StopMonitoringPolicyInput",
    "UploadPolicyModuleInput",
    "ClearEmailBlockInput",
    "CreateApiKeyInput",
    "CreateCustomPermissionInput",
    "CreateGroupInput",
    "CreateLocationInput",
    "CreateLocationTypeInput",
    "CreateMobileWorkerInput",
    "CreateRoleInput",
    "DeleteApiKeyInput",
    "DeleteCustomPermissionInput",
    "InviteWebUserInput",
    "LinkPersonalIdInput",
    "RejectAccessRequestInput",
    "UpdateGroupInput",
    "UpdateInvitationInput",
    "UpdateLocationInput",
    "UpdateLocationTypeInput",
    "UpdateMobileWorkerInput",
    "UpdateProjectSpaceInput",
    "UpdateRoleInput",
    "UpdateUserFieldsInput",
    "UpdateWebUserInput",
];

fn id(made: &Made) -> Json {
    json!({ "id": made.id })
}

fn space(_: &Made) -> Json {
    json!({ "projectSpace": "acme" })
}

fn nothing(_: &Made) -> Json {
    json!({})
}

fn new_worker(made: &Made) -> Json {
    json!({ "projectSpace": "acme", "username": made.name, "password": "qwer1234",
        "locationIds": [made.location] })
}

fn new_worker_in_rest(made: &Made) -> Json {
    json!({ "username": made.name, "password": "qwer1234", "locations": [made.location_hex()],
        "primary_location": made.location_hex() })
}

fn named(made: &Made) -> Json {
    json!({ "projectSpace": "acme", "name": made.name })
}

use Operation as O;

pub const OPERATIONS: &[Operation] = &[
    O::node("project_space.read", Thing::Space),
    O::mutation(
        "project_space.update",
        "updateProjectSpace",
        Thing::Space,
        |made| json!({ "projectSpace": "acme", "displayName": made.name }),
    ),
    O::node("web_user.read", Thing::WebUser),
    O::rest("web_user.read", Method::GET, "web-user/v1/{id}/", Thing::WebUser, nothing),
    O::mutation(
        "web_user.update",
        "updateWebUser",
        Thing::WebUser,
        |made| json!({ "id": made.id, "locationIds": [made.location] }),
    ),
    O::rest(
        "web_user.update",
        Method::PATCH,
        "web-user/v1/{id}/",
        Thing::WebUser,
        |made| json!({ "assigned_location_ids": [made.location_hex()], "primary_location_id": made.location_hex() }),
    ),
    O::mutation("web_user.deactivate", "deactivateWebUser", Thing::WebUser, id),
    O::rest("web_user.deactivate", Method::POST, "web-user/v1/{id}/deactivate/", Thing::WebUser, nothing),
    O::mutation("web_user.activate", "activateWebUser", Thing::DeactivatedWebUser, id),
    O::rest(
        "web_user.activate",
        Method::POST,
        "web-user/v1/{id}/activate/",
        Thing::DeactivatedWebUser,
        nothing,
    ),
    O::mutation("web_user.remove", "removeWebUser", Thing::WebUser, id),
    O::mutation("web_user.restore", "restoreWebUser", Thing::RemovedWebUser, id),
    O::mutation("invitation.create", "inviteWebUser", Thing::Space, |made| {
        json!({ "projectSpace": "acme", "email": made.address(), "roleId": made.role,
            "locationIds": [made.location], "primaryLocationId": made.location })
    }),
    O::rest("invitation.create", Method::POST, "invitation/v1/", Thing::Space, |made| {
        json!({ "email": made.address(), "role": made.role_name, "assigned_location_ids": [made.location_hex()],
            "primary_location_id": made.location_hex() })
    }),
    O::node("invitation.read", Thing::Invitation),
    O::mutation(
        "invitation.update",
        "updateInvitation",
        Thing::Invitation,
        |made| json!({ "id": made.id, "roleId": made.role }),
    ),
    O::mutation("invitation.resend", "resendInvitation", Thing::Invitation, id),
    O::mutation("invitation.delete", "deleteInvitation", Thing::Invitation, id),
    O::mutation("access_request.reject", "rejectAccessRequest", Thing::AccessRequest, id),
    O::mutation("mobile_worker.create", "createMobileWorker", Thing::Space, new_worker),
    O::rest("mobile_worker.create", Method::POST, "user/v1/", Thing::Space, new_worker_in_rest),
    O::node("mobile_worker.read", Thing::Worker),
    O::rest("mobile_worker.read", Method::GET, "user/v1/{id}/", Thing::Worker, nothing),
    O::mutation(
        "mobile_worker.update",
        "updateMobileWorker",
        Thing::Worker,
        |made| json!({ "id": made.id, "firstName": "Amina" }),
    ),
    O::rest(
        "mobile_worker.update",
        Method::PUT,
        "user/v1/{id}/",
        Thing::Worker,
        |_| json!({ "first_name": "Amina" }),
    ),
    O::mutation("mobile_worker.deactivate", "deactivateMobileWorker", Thing::Worker, id),
    O::rest("mobile_worker.deactivate", Method::POST, "user/v1/{id}/deactivate/", Thing::Worker, nothing),
    O::mutation("mobile_worker.activate", "activateMobileWorker", Thing::DeactivatedWorker, id),
    O::rest(
        "mobile_worker.activate",
        Method::POST,
        "user/v1/{id}/activate/",
        Thing::DeactivatedWorker,
        nothing,
    ),
    O::mutation("mobile_worker.delete", "deleteMobileWorker", Thing::Worker, id),
    O::rest("mobile_worker.delete", Method::DELETE, "user/v1/{id}/", Thing::Worker, nothing),
    O::mutation("mobile_worker.restore", "restoreMobileWorker", Thing::DeletedWorker, id),
    O::mutation(
        "mobile_worker.set_password",
        "setMobileWorkerPassword",
        Thing::Worker,
        |made| json!({ "id": made.id, "password": "asdf5678" }),
    ),
    O::mutation(
        "mobile_worker.send_confirmation",
        "sendMobileWorkerConfirmation",
        Thing::UnconfirmedWorker,
        id,
    ),
    O::mutation("mobile_worker.send_password_reset", "sendMobileWorkerPasswordReset", Thing::Worker, id),
    O::rest(
        "mobile_worker.send_password_reset",
        Method::POST,
        "user/v1/{id}/email_password_reset/",
        Thing::Worker,
        nothing,
    ),
    O::mutation("personal_id_link.invite", "invitePersonalId", Thing::Worker, id),
    O::mutation("personal_id_link.activate", "activatePersonalIdLink", Thing::UnlinkedWorker, id),
    O::mutation("personal_id_link.deactivate", "deactivatePersonalIdLink", Thing::LinkedWorker, id),
    O::mutation(
        "personal_id_link.link",
        "linkPersonalId",
        Thing::Oneself,
        |_| json!({ "personalIdToken": "no token" }),
    ),
    O::mutation(
        "role.create",
        "createRole",
        Thing::Space,
        |made| json!({ "projectSpace": "acme", "name": made.name, "permissions": [{ "permission": "view_locations" }] }),
    ),
    O::node("role.read", Thing::Role),
    O::mutation(
        "role.update",
        "updateRole",
        Thing::Role,
        |made| json!({ "id": made.id, "permissions": [{ "permission": "edit_web_users" }] }),
    ),
    O::mutation("role.archive", "archiveRole", Thing::Role, id),
    O::mutation("role.unarchive", "unarchiveRole", Thing::ArchivedRole, id),
    O::mutation("role.delete", "deleteRole", Thing::Role, id),
    O::mutation(
        "custom_permission.create",
        "createCustomPermission",
        Thing::Space,
        |made| json!({ "projectSpace": "acme", "name": format!("custom:{}", made.name), "description": "Do it." }),
    ),
    O::mutation("custom_permission.delete", "deleteCustomPermission", Thing::Permission, id),
    O::mutation(
        "user_fields.update",
        "updateUserFields",
        Thing::Space,
        |made| json!({ "projectSpace": "acme", "fields": [{ "slug": made.name }] }),
    ),
    O::mutation("location_type.create", "createLocationType", Thing::Space, named),
    O::node("location_type.read", Thing::LocationType),
    O::rest("location_type.read", Method::GET, "location_type/v1/{id}/", Thing::LocationType, nothing),
    O::mutation(
        "location_type.update",
        "updateLocationType",
        Thing::LocationType,
        |made| json!({ "id": made.id, "name": format!("{} again", made.name) }),
    ),
    O::mutation("location_type.delete", "deleteLocationType", Thing::LocationType, id),
    O::mutation(
        "location.create",
        "createLocation",
        Thing::Parent,
        |made| json!({ "projectSpace": "acme", "name": made.name, "typeId": made.level, "parentId": made.id }),
    ),
    O::node("location.read", Thing::Location),
    O::rest("location.read", Method::GET, "location/v1/{id}/", Thing::Location, nothing),
    O::mutation(
        "location.update",
        "updateLocation",
        Thing::Location,
        |made| json!({ "id": made.id, "name": format!("{} again", made.name) }),
    ),
    O::mutation("location.archive", "archiveLocation", Thing::Location, id),
    O::mutation("location.unarchive", "unarchiveLocation", Thing::ArchivedLocation, id),
    O::mutation("location.delete", "deleteLocation", Thing::Location, id),
    O::mutation("group.create", "createGroup", Thing::Space, named),
    O::node("group.read", Thing::Group),
    O::rest("group.read", Method::GET, "group/v1/{id}/", Thing::Group, nothing),
    O::mutation(
        "group.update",
        "updateGroup",
        Thing::Group,
        |made| json!({ "id": made.id, "name": format!("{} again", made.name) }),
    ),
    O::mutation("group.delete", "deleteGroup", Thing::Group, id),
    O::mutation("group.restore", "restoreGroup", Thing::DeletedGroup, id),
    O::mutation(
        "group.assign",
        "addGroupMembers",
        Thing::Group,
        |made| json!({ "groupId": made.id, "workerIds": [made.worker] }),
    ),
    O::mutation(
        "group.assign",
        "removeGroupMembers",
        Thing::Group,
        |made| json!({ "groupId": made.id, "workerIds": [made.worker] }),
    ),
    O::mutation("api_key.create", "createApiKey", Thing::Space, named),
    O::mutation("api_key.delete", "deleteApiKey", Thing::ApiKey, id),
    O::mutation(
        "email_address.clear_block",
        "clearEmailBlock",
        Thing::Space,
        |made| json!({ "email": made.address() }),
    ),
    O::node("policy.read", Thing::Revision),
    O::mutation("policy.upload", "uploadPolicyModule", Thing::Space, |_| {
        crate::policy_stack::sent(&crate::policy_stack::example("second-admin"))
    }),
    O::mutation(
        "policy.delete",
        "deletePolicyModule",
        Thing::PolicyModule,
        |made| json!({ "projectSpace": "acme", "digest": made.hex }),
    ),
    O::mutation(
        "policy.revise",
        "createPolicyRevision",
        Thing::Space,
        |_| json!({ "projectSpace": "acme", "modules": [{ "standard": true }] }),
    ),
    O::mutation(
        "policy.set_cases",
        "setPolicyCases",
        Thing::Space,
        |_| json!({ "projectSpace": "acme", "cases": null }),
    ),
    O::mutation("policy.monitor", "monitorPolicyRevision", Thing::Revision, id),
    O::mutation("policy.monitor", "stopMonitoringPolicy", Thing::Space, space),
    O::mutation("policy.activate", "activatePolicyRevision", Thing::Revision, id),
    O::mutation("policy.activate", "rollBackPolicy", Thing::RevisionInForce, space),
    O::mutation("policy.activate", "liftPolicyQuarantine", Thing::RevisionInForce, space),
    O::mutation("policy.activate", "resetPolicy", Thing::RevisionInForce, space),
];
