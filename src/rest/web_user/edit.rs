use super::object::object;
use super::{ONE, SCHEMA, present};
use crate::domain::Principal;
use crate::rest::answer::Answer;
use crate::rest::assignment::{LOCATIONS, NAMES, assignment};
use crate::rest::call::{Body, Call, Field, Takes};
use crate::rest::fields::Fields;
use crate::service::{Refused, Services, api, web_user};
use serde_json::{Map, Value as Json, json};

/// `PATCH /a/<project space>/api/web-user/v1/<id>/`.
pub const EDIT: Call = Call {
    name: "editWebUser",
    method: "patch",
    path: ONE,
    summary: "Change what a web user is in the project space",
    says: "What is left out stays. Names and e-mail address are the person's own and never changed here; nor is anything in \
           other project spaces. All that is wrong is told at once; then nothing is changed.",
    body: Some(Body {
        schema: "WebUserChanges",
        fields: &[
            &[Field::new(
                "role",
                Takes::Text,
                "The name of a role that you may give, or `Admin`, which only admins give.",
            )],
            LOCATIONS,
        ],
        example: || json!({ "role": "Read Only" }),
    }),
    status: 202,
    answer: Some(SCHEMA),
    problems: &[409],
    ..Call::PLAIN
};

/// Changes what a web user is here: 202 with the web user.
///
/// # Errors
/// [`Refused`].
pub async fn edit(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    id: &str,
    body: Map<String, Json>,
) -> Result<Answer, Refused> {
    let entered = api::enter(services, principal, project_space).await?;
    let here = entered.resource();
    let member = present(services, principal, here.id, id).await?;
    let mut fields = Fields::of(&EDIT, body);
    let mut input = assignment(services, principal, here.id, &mut fields).await?;
    input.unreadable = fields.finish();
    let member = web_user::update(services, principal, member.id, None, &input)
        .await
        .map_err(|refused| refused.with_names(NAMES))?;
    Ok(Answer::json(202, object(services, principal, here, &member).await?))
}
