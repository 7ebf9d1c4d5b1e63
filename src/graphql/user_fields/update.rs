use super::object::{UserFieldDefinitionObject, UserKind};
use crate::domain;
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::user_fields;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use serde_json::Value as Json;

/// Which data a project space is to record: each list replaces the one there is, what is left out stays.
#[derive(InputObject)]
pub struct UpdateUserFieldsInput {
    /// The project space's name.
    project_space: String,
    /// The version that you last saw: if it is not the present one, nothing is done.
    version: Option<i32>,
    /// All fields, in order: at most 100. What people have under a slug that goes stays with them.
    fields: Option<Vec<UserFieldInput>>,
    /// Who must have a profile. NO_USER_DATA: only mobile workers have one.
    profile_required_for: Option<Vec<UserKind>>,
    /// All profiles, in order: at most 200. One that is left out goes, if nobody has it.
    profiles: Option<Vec<UserProfileInput>>,
}

/// A field.
#[derive(InputObject)]
pub struct UserFieldInput {
    /// The key in `userData`: letters, digits, `_` and `-`. Some are reserved.
    slug: String,
    /// For people; the slug when left out.
    label: Option<String>,
    /// Who must have a value. NO_USER_DATA: only mobile workers have any.
    #[graphql(default)]
    required_for: Vec<UserKind>,
    /// The only values allowed, compared as text; all are when it is empty.
    #[graphql(default)]
    choices: Vec<String>,
    /// What a value must contain a match of. No look-around and no references back: values are checked in linear time.
    regex: Option<String>,
    /// What people read when it does not.
    regex_message: Option<String>,
}

/// A profile.
#[derive(InputObject)]
pub struct UserProfileInput {
    /// The profile that this is; a new one when left out.
    id: Option<ID>,
    /// 1 to 126 characters, unique in the project space, whatever the case.
    name: String,
    /// What everybody with the profile has, by the fields' slugs.
    fixed_data: Json,
}

/// What became of the fields.
#[derive(SimpleObject)]
pub struct UserFieldDefinitionPayload {
    /// Fields and profiles as they are now; null when the change was refused.
    user_field_definition: Option<UserFieldDefinitionObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct UpdateUserFieldsMutation;

#[Object]
impl UpdateUserFieldsMutation {
    /// Change which data the project space records of its people, and the profiles that fix some of it.
    #[graphql(directive = requires::apply("user_fields.update".to_owned()))]
    async fn update_user_fields(
        &self,
        ctx: &Context<'_>,
        input: UpdateUserFieldsInput,
    ) -> Result<UserFieldDefinitionPayload> {
        let kinds = |kinds: Vec<UserKind>| kinds.into_iter().map(Into::into).collect::<Vec<_>>();
        let field = |field: UserFieldInput| domain::UserFieldInput {
            slug: field.slug,
            label: field.label,
            required_for: kinds(field.required_for),
            choices: field.choices,
            regex: field.regex,
            regex_message: field.regex_message,
        };
        let profile = |profile: UserProfileInput| domain::UserProfileInput {
            id: profile.id.map(|id| id.0),
            name: profile.name,
            fixed_data: profile.fixed_data,
        };
        let changes = domain::UserFieldsInput {
            fields: input.fields.map(|fields| fields.into_iter().map(field).collect()),
            profile_required_for: input.profile_required_for.map(kinds),
            profiles: input.profiles.map(|profiles| profiles.into_iter().map(profile).collect()),
        };
        let (space, version) = (&input.project_space, input.version);
        let result = user_fields::update(ctx.services(), ctx.principal(), space, version, &changes).await;
        Ok(match ctx.settle(result)? {
            Ok(fields) => UserFieldDefinitionPayload {
                user_field_definition: Some(fields.into()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => UserFieldDefinitionPayload { user_field_definition: None, user_errors },
        })
    }
}
