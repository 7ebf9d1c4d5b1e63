use crate::authz::Visible;
use crate::domain::{MobileWorker, MobileWorkerStatus as Status};
use crate::graphql::context::ContextExt;
use crate::graphql::group::GroupObject;
use crate::graphql::location::LocationObject;
use crate::graphql::personal_id::PersonalIdLinkObject;
use crate::graphql::requires::requires;
use crate::graphql::role::RoleObject;
use crate::graphql::user_fields::UserProfileObject;
use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

/// A mobile worker.
pub struct MobileWorkerObject(Visible<MobileWorker>);

impl From<Visible<MobileWorker>> for MobileWorkerObject {
    fn from(worker: Visible<MobileWorker>) -> Self {
        Self(worker)
    }
}

/// Whether a mobile worker may sign in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Status")]
pub enum MobileWorkerStatus {
    /// May sign in.
    Active,
    /// May not, until somebody activates them.
    Deactivated,
    /// May not, until they have confirmed their account.
    PendingConfirmation,
    /// Taken away; can be restored.
    Deleted,
}

/// A worker of one project space: a health worker, an enumerator, a driver.
#[Object(name = "MobileWorker")]
impl MobileWorkerObject {
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Unique in the project space for good.
    async fn username(&self) -> &str {
        self.0.username.as_str()
    }

    /// What the worker signs in with: `username@<project space>.<suffix>`.
    async fn login_name(&self, ctx: &Context<'_>) -> String {
        // The project space's name stands in the caller's own standing there: who sees a worker has one.
        let space = ctx.principal().standing_in(self.0.project_space);
        let space = space.map_or("", |standing| standing.project_space_name.as_str());
        format!("{}@{space}.{}", self.0.username, ctx.services().worker_suffix())
    }

    async fn first_name(&self) -> &str {
        &self.0.profile.first_name
    }

    async fn last_name(&self) -> &str {
        &self.0.profile.last_name
    }

    async fn email(&self) -> Option<&str> {
        self.0.profile.email.as_ref().map(|email| email.as_str())
    }

    /// Digits only; the first is the default one.
    async fn phone_numbers(&self) -> Vec<&str> {
        self.0.profile.phone_numbers.iter().map(|number| number.as_str()).collect()
    }

    async fn default_phone_number(&self) -> Option<&str> {
        self.0.profile.phone_numbers.first().map(|number| number.as_str())
    }

    /// Two or three letters: `en`.
    async fn language(&self) -> Option<&str> {
        self.0.profile.language.as_ref().map(|language| language.as_str())
    }

    async fn status(&self) -> MobileWorkerStatus {
        self.0.status.into()
    }

    /// Null when the worker has the project space's mobile default, and where you may not see the role.
    #[graphql(directive = requires::apply("role.read".to_owned()))]
    async fn role(&self, ctx: &Context<'_>) -> Result<Option<RoleObject>> {
        let Some(role) = self.0.profile.role else { return Ok(None) };
        let found = ctx.loaders().roles.one(self.0.project_space, role).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(RoleObject::from))
    }

    /// The groups that you may see, in the order they were given.
    #[graphql(directive = requires::apply("group.read".to_owned()), complexity = "5 * child_complexity + 1")]
    async fn groups(&self, ctx: &Context<'_>) -> Result<Vec<GroupObject>> {
        let found = ctx.loaders().groups.many(self.0.project_space, &self.0.profile.groups).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.into_iter().map(GroupObject::from).collect())
    }

    /// The locations that you may see, in the order they were given.
    #[graphql(directive = requires::apply("location.read".to_owned()), complexity = "5 * child_complexity + 1")]
    async fn locations(&self, ctx: &Context<'_>) -> Result<Vec<LocationObject>> {
        let found = ctx.loaders().locations.many(self.0.project_space, &self.0.profile.locations).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.into_iter().map(LocationObject::from).collect())
    }

    /// One of the locations.
    #[graphql(directive = requires::apply("location.read".to_owned()))]
    async fn primary_location(&self, ctx: &Context<'_>) -> Result<Option<LocationObject>> {
        let Some(location) = self.0.profile.primary_location else { return Ok(None) };
        let found = ctx.loaders().locations.one(self.0.project_space, location).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(LocationObject::from))
    }

    /// The project's own data, with what the user profile fixes showing through. What only repeats the profile may be
    /// sent back in an update.
    async fn user_data(&self) -> Json {
        Json::Object(self.0.effective_data())
    }

    /// The project's own data, without what the user profile fixes.
    async fn own_user_data(&self) -> Json {
        Json::Object(self.0.profile.user_data.clone())
    }

    /// The link to the worker's PersonalID account: NOT_LINKED when there is none. Null where the project space does not
    /// have the Connect feature.
    async fn personal_id_link(&self) -> Option<PersonalIdLinkObject<'_>> {
        self.0.link.as_ref().map(PersonalIdLinkObject::from)
    }

    /// After this moment, the worker is deactivated.
    async fn deactivate_after(&self) -> Option<DateTime<Utc>> {
        self.0.profile.deactivate_after
    }

    /// Whether the password can be set, reset or changed: not while the worker's PersonalID link is active.
    async fn password_editable(&self) -> bool {
        self.0.password_is_editable()
    }

    /// Fixes some of the project's own data. Null when the worker has none, and where you may not see it.
    #[graphql(directive = requires::apply("user_profile.read".to_owned()))]
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<UserProfileObject>> {
        let Some(profile) = self.0.profile.user_profile else { return Ok(None) };
        let found = ctx.loaders().user_profiles.one(self.0.project_space, profile).await;
        Ok(found.map_err(|failure| ctx.fail(&failure))?.map(UserProfileObject::from))
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    async fn last_login_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_login_at
    }

    /// Give it back in an update to refuse a lost update.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
