//! What is tried on an account.

use crate::authz_matrix::operations::Operation;
use crate::authz_matrix::things::{Made, Thing};
use poem::http::Method;
use serde_json::{Value as Json, json};

const NEW_PASSWORD: &str = "qwer1234";

fn id(made: &Made) -> Json {
    json!({ "id": made.id })
}

fn nothing(_: &Made) -> Json {
    json!({})
}

/// The role's id without its prefix, as REST has it.
fn invited(made: &Made) -> Json {
    json!({ "projectSpace": "acme", "email": format!("{}@example.org", made.name), "roleId": made.role })
}

fn created(made: &Made) -> Json {
    json!({ "projectSpace": "acme", "username": made.name, "password": NEW_PASSWORD, "roleId": made.role,
        "locationIds": [made.location] })
}

/// What changes where the operation alone does not say it, and the operation.
pub const ATTEMPTS: &[(&str, Operation)] = &[
    // What could let the caller act as the account.
    (
        "password",
        Operation::mutation(
            "mobile_worker.set_password",
            "setMobileWorkerPassword",
            Thing::Worker,
            |made| json!({ "id": made.id, "password": NEW_PASSWORD }),
        ),
    ),
    (
        "password",
        Operation::rest(
            "mobile_worker.update",
            Method::PUT,
            "user/v1/{id}/",
            Thing::Worker,
            |_| json!({ "password": NEW_PASSWORD }),
        ),
    ),
    (
        "email",
        Operation::mutation(
            "mobile_worker.update",
            "updateMobileWorker",
            Thing::Worker,
            |made| json!({ "id": made.id, "email": "clerk@acme.example" }),
        ),
    ),
    (
        "email",
        Operation::rest(
            "mobile_worker.update",
            Method::PUT,
            "user/v1/{id}/",
            Thing::Worker,
            |_| json!({ "email": "clerk@acme.example" }),
        ),
    ),
    (
        "phone numbers",
        Operation::mutation(
            "mobile_worker.update",
            "updateMobileWorker",
            Thing::Worker,
            |made| json!({ "id": made.id, "phoneNumbers": ["50253311399"] }),
        ),
    ),
    (
        "phone numbers",
        Operation::rest(
            "mobile_worker.update",
            Method::PUT,
            "user/v1/{id}/",
            Thing::Worker,
            |_| json!({ "phone_numbers": ["50253311399"] }),
        ),
    ),
    (
        "email",
        Operation::mutation(
            "mobile_worker.update",
            "updateMobileWorker",
            Thing::UnconfirmedWorker,
            |made| json!({ "id": made.id, "email": "clerk@acme.example" }),
        ),
    ),
    (
        "",
        Operation::mutation(
            "mobile_worker.send_confirmation",
            "sendMobileWorkerConfirmation",
            Thing::UnconfirmedWorker,
            id,
        ),
    ),
    (
        "",
        Operation::mutation(
            "mobile_worker.send_password_reset",
            "sendMobileWorkerPasswordReset",
            Thing::Worker,
            id,
        ),
    ),
    (
        "",
        Operation::rest(
            "mobile_worker.send_password_reset",
            Method::POST,
            "user/v1/{id}/email_password_reset/",
            Thing::Worker,
            nothing,
        ),
    ),
    ("", Operation::mutation("personal_id_link.invite", "invitePersonalId", Thing::Worker, id)),
    // What gives rights, or gives them again.
    ("", Operation::mutation("mobile_worker.create", "createMobileWorker", Thing::Space, created)),
    ("", Operation::mutation("mobile_worker.activate", "activateMobileWorker", Thing::DeactivatedWorker, id)),
    (
        "",
        Operation::rest(
            "mobile_worker.activate",
            Method::POST,
            "user/v1/{id}/activate/",
            Thing::DeactivatedWorker,
            nothing,
        ),
    ),
    ("", Operation::mutation("mobile_worker.restore", "restoreMobileWorker", Thing::DeletedWorker, id)),
    ("", Operation::mutation("web_user.activate", "activateWebUser", Thing::DeactivatedWebUser, id)),
    (
        "",
        Operation::rest(
            "web_user.activate",
            Method::POST,
            "web-user/v1/{id}/activate/",
            Thing::DeactivatedWebUser,
            nothing,
        ),
    ),
    ("", Operation::mutation("web_user.restore", "restoreWebUser", Thing::RemovedWebUser, id)),
    ("", Operation::mutation("invitation.create", "inviteWebUser", Thing::Space, invited)),
    ("", Operation::mutation("invitation.resend", "resendInvitation", Thing::Invitation, id)),
    (
        "locations",
        Operation::mutation(
            "invitation.update",
            "updateInvitation",
            Thing::Invitation,
            |made| json!({ "id": made.id, "locationIds": [] }),
        ),
    ),
    // What takes rights away.
    (
        "first name",
        Operation::mutation(
            "mobile_worker.update",
            "updateMobileWorker",
            Thing::Worker,
            |made| json!({ "id": made.id, "firstName": "Amina" }),
        ),
    ),
    ("", Operation::mutation("mobile_worker.deactivate", "deactivateMobileWorker", Thing::Worker, id)),
    (
        "",
        Operation::rest(
            "mobile_worker.deactivate",
            Method::POST,
            "user/v1/{id}/deactivate/",
            Thing::Worker,
            nothing,
        ),
    ),
    ("", Operation::mutation("mobile_worker.delete", "deleteMobileWorker", Thing::Worker, id)),
    ("", Operation::rest("mobile_worker.delete", Method::DELETE, "user/v1/{id}/", Thing::Worker, nothing)),
    (
        "locations",
        Operation::mutation(
            "web_user.update",
            "updateWebUser",
            Thing::WebUser,
            |made| json!({ "id": made.id, "locationIds": [] }),
        ),
    ),
    (
        "role",
        Operation::mutation(
            "web_user.update",
            "updateWebUser",
            Thing::WebUser,
            |made| json!({ "id": made.id, "roleId": made.role }),
        ),
    ),
    (
        "role",
        Operation::mutation(
            "mobile_worker.update",
            "updateMobileWorker",
            Thing::Worker,
            |made| json!({ "id": made.id, "roleId": made.role }),
        ),
    ),
    ("", Operation::mutation("web_user.deactivate", "deactivateWebUser", Thing::WebUser, id)),
    (
        "",
        Operation::rest(
            "web_user.deactivate",
            Method::POST,
            "web-user/v1/{id}/deactivate/",
            Thing::WebUser,
            nothing,
        ),
    ),
    ("", Operation::mutation("web_user.remove", "removeWebUser", Thing::WebUser, id)),
    ("", Operation::mutation("invitation.delete", "deleteInvitation", Thing::Invitation, id)),
];
