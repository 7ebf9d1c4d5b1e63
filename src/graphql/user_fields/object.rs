use crate::authz::Visible;
use crate::domain::{UserField, UserFieldDefinition, UserKind as Kind, UserProfile};
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::user_fields;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use serde_json::Value as Json;

/// The two kinds of people of a project space. Web users have no user data and no profile: nothing is asked of them.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Kind")]
pub enum UserKind {
    WebUser,
    MobileWorker,
}

/// One field of people's data.
#[derive(SimpleObject)]
#[graphql(name = "UserField")]
pub struct UserFieldObject {
    /// The key in `userData`.
    slug: String,
    /// For people.
    label: String,
    /// Who must have a value.
    required_for: Vec<UserKind>,
    /// The only values allowed, compared as text; empty when all are.
    choices: Vec<String>,
    /// What a value must contain a match of.
    regex: Option<String>,
    /// What people read when it does not.
    regex_message: Option<String>,
}

impl From<&UserField> for UserFieldObject {
    fn from(field: &UserField) -> Self {
        Self {
            slug: field.slug.clone(),
            label: field.label.clone(),
            required_for: field.required_for.iter().map(|kind| (*kind).into()).collect(),
            choices: field.choices.clone(),
            regex: field.regex.clone(),
            regex_message: (!field.regex_message.is_empty()).then(|| field.regex_message.clone()),
        }
    }
}

/// Which data a project space records of its people.
pub struct UserFieldDefinitionObject(Visible<UserFieldDefinition>);

impl From<Visible<UserFieldDefinition>> for UserFieldDefinitionObject {
    fn from(definition: Visible<UserFieldDefinition>) -> Self {
        Self(definition)
    }
}

/// Which data a project space records of its people beside the gateway's own fields. Data under other keys may be kept
/// too: only what is defined is checked.
#[Object(name = "UserFieldDefinition")]
impl UserFieldDefinitionObject {
    /// In the order in which forms show them.
    #[graphql(complexity = "10 * child_complexity + 1")]
    async fn fields(&self) -> Vec<UserFieldObject> {
        self.0.fields.iter().map(UserFieldObject::from).collect()
    }

    /// The profiles that you may see: named sets of fixed values.
    #[graphql(
        directive = requires::apply("user_profile.read".to_owned()),
        complexity = "10 * child_complexity + 1"
    )]
    async fn profiles(&self, ctx: &Context<'_>) -> Result<Vec<UserProfileObject>> {
        let found = user_fields::profiles(ctx.services(), ctx.principal(), self.0.project_space).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.into_iter().map(UserProfileObject::from).collect())
    }

    /// Who must have a profile.
    async fn profile_required_for(&self) -> Vec<UserKind> {
        self.0.profile_required_for.iter().map(|kind| (*kind).into()).collect()
    }

    /// Give it back in an update to refuse a lost update. Profiles count too; 0 where nothing was ever defined.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A named set of fixed values.
pub struct UserProfileObject(Visible<UserProfile>);

impl From<Visible<UserProfile>> for UserProfileObject {
    fn from(profile: Visible<UserProfile>) -> Self {
        Self(profile)
    }
}

/// A named set of fixed values: whoever has the profile has them.
#[Object(name = "UserProfile")]
impl UserProfileObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Unique in the project space, whatever the case.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What everybody with the profile has, by the fields' slugs.
    async fn fixed_data(&self) -> Json {
        Json::Object(self.0.fixed_data.clone())
    }
}
