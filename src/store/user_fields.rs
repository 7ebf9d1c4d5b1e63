//! What a project space records of its people: its fields in one row, whose version guards the profiles too.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::page::CountOf;
use super::row_filter::{self, Column};
use crate::authz::{Action, Authorized, Realm, Resource, Scope, Sealed, UpdateUserFields, Visible};
use crate::domain::{
    DraftedProfile, ProjectSpaceId, UserField, UserFieldDefinition, UserKind, UserProfile, UserProfileId,
};
use entity::{mobile_worker, project_space, user_field_definition, user_profile};
use sea_orm::sea_query::{Expr, Func, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait, Set};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// A field as its row has it.
#[derive(Serialize, Deserialize)]
struct StoredField {
    slug: String,
    label: String,
    required_for: Vec<String>,
    choices: Vec<String>,
    regex: Option<String>,
    regex_message: String,
}

fn kinds(names: &[String]) -> Result<Vec<UserKind>, StoreError> {
    let kind = |name: &String| UserKind::named(name).ok_or(StoreError::Inconsistent("kind of user"));
    names.iter().map(kind).collect()
}

/// Those who can be bound: an earlier version kept web users too, and bound none of them.
fn bound(mut kinds: Vec<UserKind>) -> Vec<UserKind> {
    kinds.retain(|kind| kind.has_user_data());
    kinds
}

fn names(kinds: &[UserKind]) -> Vec<String> {
    kinds.iter().map(|kind| kind.name().to_owned()).collect()
}

fn definition(row: user_field_definition::Model) -> Result<UserFieldDefinition, StoreError> {
    let wrong = |_| StoreError::Inconsistent("user fields");
    let stored: Vec<StoredField> = serde_json::from_value(row.fields).map_err(wrong)?;
    let required: Vec<String> = serde_json::from_value(row.profile_required_for).map_err(wrong)?;
    let field = |field: StoredField| {
        Ok(UserField {
            required_for: bound(kinds(&field.required_for)?),
            slug: field.slug,
            label: field.label,
            choices: field.choices,
            regex: field.regex,
            regex_message: field.regex_message,
        })
    };
    Ok(UserFieldDefinition {
        project_space: ProjectSpaceId(row.project_space_id),
        fields: stored.into_iter().map(field).collect::<Result<_, StoreError>>()?,
        profile_required_for: bound(kinds(&required)?),
        version: row.version,
    })
}

fn stored(fields: &[UserField]) -> Json {
    let field = |field: &UserField| StoredField {
        slug: field.slug.clone(),
        label: field.label.clone(),
        required_for: names(&field.required_for),
        choices: field.choices.clone(),
        regex: field.regex.clone(),
        regex_message: field.regex_message.clone(),
    };
    json!(fields.iter().map(field).collect::<Vec<_>>())
}

fn profile(row: user_profile::Model) -> Result<UserProfile, StoreError> {
    let Json::Object(fixed_data) = row.fixed_data else {
        return Err(StoreError::Inconsistent("fixed data of a user profile"));
    };
    Ok(UserProfile {
        id: UserProfileId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        name: row.name,
        fixed_data,
    })
}

/// The attributes that row filters may name, as `authz::resource` tells them.
fn profile_columns(name: &str) -> Option<Column> {
    let column = |column: user_profile::Column| Expr::col((user_profile::Entity, column));
    Some(match name {
        "id" => Column::Id(column(user_profile::Column::Id)),
        "name" => Column::Text(column(user_profile::Column::Name)),
        _ => return None,
    })
}

fn select_definition(space: ProjectSpaceId) -> SelectStatement {
    user_field_definition::Entity::find()
        .filter(user_field_definition::Column::ProjectSpaceId.eq(space.0))
        .into_query()
}

impl Store {
    /// The fields of a project space; none where nothing was ever defined.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_fields(
        &self,
        space: ProjectSpaceId,
    ) -> Result<Sealed<UserFieldDefinition>, StoreError> {
        Ok(Sealed::new(self.defined(space).await?))
    }

    /// The fields that somebody's data must fit who is about to be written. They bind everybody who may write, whether
    /// or not they may see the whole of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_fields_that_bind<A: Action>(
        &self,
        proof: &Authorized<A>,
    ) -> Result<UserFieldDefinition, StoreError> {
        match proof.resource().realm() {
            Realm::ProjectSpace(space) => self.defined(space).await,
            _ => Err(StoreError::Inconsistent("realm of somebody with user data")),
        }
    }

    async fn defined(&self, space: ProjectSpaceId) -> Result<UserFieldDefinition, StoreError> {
        let row = self.one::<user_field_definition::Model>(&select_definition(space)).await?;
        row.map_or_else(|| Ok(UserFieldDefinition::empty(space)), definition)
    }

    /// The fields of the project space of this name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_fields_of(
        &self,
        project_space: &str,
    ) -> Result<Option<Sealed<UserFieldDefinition>>, StoreError> {
        if !row_filter::is_storable(project_space) {
            return Ok(None);
        }
        let query =
            project_space::Entity::find().filter(project_space::Column::Name.eq(project_space)).into_query();
        let Some(space) = self.one::<project_space::Model>(&query).await? else { return Ok(None) };
        Ok(Some(Sealed::new(self.defined(ProjectSpaceId(space.id)).await?)))
    }

    /// A profile.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_profile(&self, id: UserProfileId) -> Result<Option<Sealed<UserProfile>>, StoreError> {
        let query = user_profile::Entity::find_by_id(id.0).into_query();
        self.one::<user_profile::Model>(&query).await?.map(|row| Ok(Sealed::new(profile(row)?))).transpose()
    }

    /// All profiles, in their order, for who may change them. The version of the fields guards them too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_profiles_to_change(
        &self,
        proof: &Authorized<UpdateUserFields>,
    ) -> Result<Vec<UserProfile>, StoreError> {
        let mut query = user_profile::Entity::find()
            .filter(user_profile::Column::ProjectSpaceId.eq(proof.resource().project_space.0))
            .into_query();
        query.order_by(user_profile::Column::Position, Order::Asc);
        self.all::<user_profile::Model>(&query).await?.into_iter().map(profile).collect()
    }

    /// The profiles with these ids that are in scope, or all of them, in the order that the project space gave them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_profiles<A: Action<Resource = UserProfile>>(
        &self,
        scope: &Scope<A>,
        ids: Option<&[UserProfileId]>,
    ) -> Result<Vec<Visible<UserProfile>>, StoreError> {
        let mut query = user_profile::Entity::find()
            .filter(user_profile::Column::ProjectSpaceId.eq(scope.project_space().0))
            .into_query();
        query.cond_where(row_filter::rows(scope.rows(), profile_columns)?);
        if let Some(ids) = ids {
            query.and_where(user_profile::Column::Id.is_in(ids.iter().map(|id| id.0)));
        }
        query.order_by(user_profile::Column::Position, Order::Asc);
        let rows: Vec<user_profile::Model> = self.all(&query).await?;
        rows.into_iter().map(|row| Ok(scope.open(Sealed::new(profile(row)?)))).collect()
    }
}

impl UnitOfWork<UpdateUserFields> {
    /// How many have each of these profiles, deleted workers among them, who would come back with it. One that nobody
    /// has is not among them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn holders(&self, ids: &[UserProfileId]) -> Result<HashMap<UserProfileId, u64>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = Query::select()
            .expr_as(Expr::col(mobile_worker::Column::ProfileId), "id")
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(mobile_worker::Entity)
            .and_where(mobile_worker::Column::ProfileId.is_in(ids.iter().map(|id| id.0)))
            .group_by_col(mobile_worker::Column::ProfileId)
            .to_owned();
        let counts: Vec<CountOf> = self.all(&query).await?;
        Ok(counts.into_iter().map(CountOf::pair).map(|(id, count)| (UserProfileId(id), count)).collect())
    }

    /// Writes fields and profiles; a profile that is not among them any more goes.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when they have changed since they were judged; [`StoreError::Gone`] when somebody has a
    /// profile that was to go.
    pub async fn update(
        &mut self,
        after: UserFieldDefinition,
        before: &[UserProfile],
        profiles: &[DraftedProfile],
    ) -> Result<(), StoreError> {
        let judged = self.proof.resource().clone();
        let after = UserFieldDefinition { version: judged.version.saturating_add(1), ..after };
        self.write_definition(&judged, &after).await?;
        let gone = before.iter().filter(|old| !profiles.iter().any(|new| new.id == Some(old.id)));
        let gone: Vec<_> = gone.map(|profile| profile.id.0).collect();
        if !gone.is_empty() {
            user_profile::Entity::delete_many()
                .filter(user_profile::Column::Id.is_in(gone))
                .exec(&self.tx)
                .await?;
        }
        let mut fresh = Vec::new();
        for (new, position) in profiles.iter().zip(0..) {
            match new.id.and_then(|id| before.iter().zip(0..).find(|(old, _)| old.id == id)) {
                Some((old, at)) => {
                    let same = (&old.name, &old.fixed_data) == (&new.name, &new.fixed_data);
                    if !same || at != position {
                        self.write_profile(old.id, new, position, same).await?;
                    }
                    if old.fixed_data != new.fixed_data {
                        self.touch_holders(old.id).await?;
                    }
                }
                None => fresh.push(user_profile::ActiveModel {
                    id: Set(UserProfileId::fresh(self.now).0),
                    project_space_id: Set(after.project_space.0),
                    name: Set(new.name.clone()),
                    fixed_data: Set(Json::Object(new.fixed_data.clone())),
                    position: Set(position),
                    created_at: Set(self.now),
                    updated_at: Set(self.now),
                }),
            }
        }
        if !fresh.is_empty() {
            user_profile::Entity::insert_many(fresh).exec_without_returning(&self.tx).await?;
        }
        self.changed("fields", stored(&judged.fields), stored(&after.fields));
        let required = |definition: &UserFieldDefinition| json!(names(&definition.profile_required_for));
        self.changed("profile_required_for", required(&judged), required(&after));
        let old = before.iter().map(|profile| json!({ "name": profile.name, "fixed": profile.fixed_data }));
        let new = profiles.iter().map(|profile| json!({ "name": profile.name, "fixed": profile.fixed_data }));
        self.changed("profiles", old.collect(), new.collect());
        Ok(self.proof.refresh(after)?)
    }

    async fn write_definition(
        &self,
        before: &UserFieldDefinition,
        after: &UserFieldDefinition,
    ) -> Result<(), StoreError> {
        use user_field_definition::{ActiveModel, Column, Entity};
        let (fields, required) = (stored(&after.fields), json!(names(&after.profile_required_for)));
        if before.version == 0 {
            let row = ActiveModel {
                project_space_id: Set(after.project_space.0),
                fields: Set(fields),
                profile_required_for: Set(required),
                created_at: Set(self.now),
                updated_at: Set(self.now),
                version: Set(after.version),
            };
            let inserted = Entity::insert(row).exec_without_returning(&self.tx).await;
            return match inserted.map_err(StoreError::from) {
                Ok(_) => Ok(()),
                // Somebody else was the first to define something.
                Err(StoreError::Conflict(_)) => Err(StoreError::Stale),
                Err(other) => Err(other),
            };
        }
        let written = Entity::update_many()
            .col_expr(Column::Fields, Expr::val(fields))
            .col_expr(Column::ProfileRequiredFor, Expr::val(required))
            .col_expr(Column::UpdatedAt, Expr::val(self.now))
            .col_expr(Column::Version, Expr::val(after.version))
            .filter(Column::ProjectSpaceId.eq(after.project_space.0))
            // The decision was about this version of the row, so the write is too.
            .filter(Column::Version.eq(before.version))
            .exec(&self.tx)
            .await?;
        if written.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// What shows through in the data of everybody with the profile is another one now: whoever asks for what was changed
    /// since then must find them. The worker is as it was, so its version stays.
    async fn touch_holders(&self, id: UserProfileId) -> Result<(), StoreError> {
        mobile_worker::Entity::update_many()
            .col_expr(mobile_worker::Column::UpdatedAt, Expr::val(self.now))
            .filter(mobile_worker::Column::ProfileId.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    async fn write_profile(
        &self,
        id: UserProfileId,
        new: &DraftedProfile,
        position: i32,
        same: bool,
    ) -> Result<(), StoreError> {
        use user_profile::{Column, Entity};
        let mut update =
            Entity::update_many().col_expr(Column::Position, Expr::val(position)).filter(Column::Id.eq(id.0));
        if !same {
            update = update
                .col_expr(Column::Name, Expr::val(new.name.as_str()))
                .col_expr(Column::FixedData, Expr::val(Json::Object(new.fixed_data.clone())))
                .col_expr(Column::UpdatedAt, Expr::val(self.now));
        }
        update.exec(&self.tx).await?;
        Ok(())
    }
}
