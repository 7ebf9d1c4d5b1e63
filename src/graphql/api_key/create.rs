use crate::authz::Visible;
use crate::domain::ApiKey;
use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::requires::requires;
use crate::service::api_key;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// A new API key.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// For people; unique among your keys.
    name: String,
    /// The name of the project space that it works in.
    project_space: String,
    /// A role that narrows the key's rights. It never has more than you have at the time.
    role_id: Option<ID>,
    /// When it stops working.
    expires_at: Option<DateTime<Utc>>,
    /// The IP addresses that it may be used from; all when left out.
    allowed_addresses: Option<Vec<String>>,
}

/// An API key.
pub struct ApiKeyObject(Visible<ApiKey>);

/// A key that acts for you in one project space.
#[Object(name = "ApiKey")]
impl ApiKeyObject {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// What became of an API key.
#[derive(SimpleObject, Default)]
pub struct ApiKeyPayload {
    /// The key; null when it was refused.
    api_key: Option<ApiKeyObject>,
    /// For the header `Authorization: ApiKey <your e-mail>:<secret>`. Shown this once.
    secret: Option<String>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct CreateApiKeyMutation;

#[Object]
impl CreateApiKeyMutation {
    /// Make an API key for yourself.
    #[graphql(directive = requires::apply("api_key.create".to_owned()))]
    async fn create_api_key(&self, ctx: &Context<'_>, input: CreateApiKeyInput) -> Result<ApiKeyPayload> {
        let given = api_key::ApiKeyInput {
            name: input.name,
            role: input.role_id.map(|id| id.0),
            expires_at: input.expires_at,
            allowed_addresses: input.allowed_addresses.unwrap_or_default(),
        };
        let result = api_key::create(ctx.services(), ctx.principal(), &input.project_space, &given).await;
        Ok(match ctx.settle(result)? {
            Ok(new) => ApiKeyPayload {
                api_key: Some(ApiKeyObject(new.key)),
                secret: Some(new.secret.reveal().to_owned()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => ApiKeyPayload { user_errors, ..ApiKeyPayload::default() },
        })
    }
}
