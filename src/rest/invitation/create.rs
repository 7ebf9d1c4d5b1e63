use crate::domain::{FaultCode, Invitation, InvitationInput, Principal};
use crate::rest::answer::Answer;
use crate::rest::assignment::{LOCATIONS, NAMES, assignment, role_name, role_names};
use crate::rest::call::{Body, Call, Field, Takes};
use crate::rest::fields::Fields;
use crate::rest::openapi::all_there;
use crate::service::{Refused, Services, api, invitation};
use serde_json::{Map, Value as Json, json};

/// The schema of an invitation.
pub const SCHEMA: &str = "Invitation";

/// `POST /a/<project space>/api/invitation/v1/`.
pub const CREATE: Call = Call {
    name: "inviteWebUser",
    method: "post",
    path: "/a/{project_space}/api/invitation/v1/",
    summary: "Invite a web user",
    says: "Needs the permissions Edit Web Users and Edit Access APIs. All that is wrong is told at once; then nothing is sent. \
           The mail with the link is on its way when the answer comes.",
    body: Some(Body {
        schema: "NewInvitation",
        fields: &[
            &[
                Field::required("email", Takes::Text, "Where the link is sent, at most 254 characters."),
                Field::required(
                    "role",
                    Takes::Text,
                    "The name of a role that you may give, or `Admin`, which only admins give.",
                ),
            ],
            LOCATIONS,
        ],
        example: || json!({ "email": "ana@example.org", "role": "Admin" }),
    }),
    creates: true,
    status: 201,
    answer: Some(SCHEMA),
    ..Call::PLAIN
};

/// Invites somebody: 201 with the invitation.
///
/// # Errors
/// [`Refused`].
pub async fn create(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    body: Map<String, Json>,
) -> Result<Answer, Refused> {
    let here = api::enter(services, principal, project_space).await?.resource().id;
    let mut fields = Fields::of(&CREATE, body);
    if !fields.has("role") {
        fields.faults.add(FaultCode::Required, &["role_id"], "`role` is required: a role's name, or `Admin`");
    }
    let email = fields.text("email").into_set().unwrap_or_default();
    let mut assignment = assignment(services, principal, here, &mut fields).await?;
    // A role that could not be read does not stand for Admin, as none at all does elsewhere.
    assignment.admin.get_or_insert(false);
    let mut input = InvitationInput { email, assignment };
    input.assignment.unreadable = fields.finish();
    let made = invitation::create(services, principal, project_space, &input).await;
    let made = made.map_err(|refused| refused.with_names(NAMES))?;
    let names = role_names(services, principal, here, std::iter::once(&made.assignment)).await?;
    Ok(Answer::json(201, object(&made, role_name(&made.assignment, &names))))
}

fn object(made: &Invitation, role: Option<String>) -> Json {
    let assignment = &made.assignment;
    json!({
        "id": made.id.hex(),
        "email": made.email.as_str(),
        "role": role,
        "primary_location_id": assignment.primary_location.map(|id| id.hex()),
        "assigned_location_ids": assignment.locations.iter().map(|id| id.hex()).collect::<Vec<_>>(),
        "status": made.state.name(),
        "delivery": made.delivery.name(),
        "invited_at": made.invited_at,
        "expires_at": made.expires_at(),
    })
}

/// The schema of an invitation.
pub fn schema() -> Json {
    let text = |says: &str| json!({ "type": "string", "description": says });
    let maybe = |says: &str| json!({ "type": ["string", "null"], "description": says });
    let word = |words: &[&str], says: &str| json!({ "type": "string", "enum": words, "description": says });
    let moment = |says: &str| json!({ "type": "string", "format": "date-time", "description": says });
    all_there(json!({
        "id": text("32 hexadecimal digits."),
        "email": text("Where the link was sent."),
        "role": maybe("The role's name, or `Admin`; null where you may not see the role."),
        "primary_location_id": maybe("The id of one of the assigned locations."),
        "assigned_location_ids": json!({
            "type": "array", "items": { "type": "string" }, "description": "The ids of the locations.",
        }),
        "status": word(
            &["pending", "accepted"],
            "`accepted` at once for who had asked to be let in while signed in.",
        ),
        "delivery": word(
            &["queued", "undeliverable"],
            "`undeliverable` at once when nothing is sent to the address any more.",
        ),
        "invited_at": moment("When they were invited."),
        "expires_at": moment("The moment from which the link no longer works."),
    }))
}
