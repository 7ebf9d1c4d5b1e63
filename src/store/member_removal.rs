//! Members that were removed: kept as they were for as long as it can be undone.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::link::parse_ids;
use super::member::{insert_locations, qualified, told};
use super::role::grants;
use crate::authz::{RemoveWebUser, RestoreWebUser, Sealed};
use crate::domain::{
    Assignment, Email, LocationId, Member, MemberStatus, MembershipId, ProjectSpaceId, QualifiedRole,
    WebUser, WebUserId,
};
use chrono::{DateTime, Utc};
use entity::{location, membership, membership_removal, role, web_user};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, Set};
use serde_json::{Value as Json, json};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct RemovedRow {
    membership_id: Uuid,
    project_space_id: Uuid,
    web_user_id: Uuid,
    email: String,
    first_name: String,
    last_name: String,
    last_login_at: Option<DateTime<Utc>>,
    is_admin: bool,
    /// Nothing when the role is gone.
    role_id: Option<Uuid>,
    grants: Option<Json>,
    location_ids: Json,
    primary_location_id: Option<Uuid>,
    is_active: bool,
    joined_at: DateTime<Utc>,
    last_access_at: Option<DateTime<Utc>>,
    version: i32,
    removed_at: DateTime<Utc>,
    /// Where the places are that are still there.
    lineage: Option<String>,
}

impl RemovedRow {
    fn read(self) -> Result<Member, StoreError> {
        let locations: Vec<Uuid> = serde_json::from_value(self.location_ids)
            .map_err(|_| StoreError::Inconsistent("locations of a removed member"))?;
        Ok(Member {
            id: MembershipId(self.membership_id),
            project_space: ProjectSpaceId(self.project_space_id),
            person: WebUser {
                id: WebUserId(self.web_user_id),
                email: Email::stored(self.email),
                first_name: self.first_name,
                last_name: self.last_name,
                last_login_at: self.last_login_at,
            },
            assignment: Assignment {
                role: qualified(self.is_admin, self.role_id),
                locations: locations.into_iter().map(LocationId).collect(),
                primary_location: self.primary_location_id.map(LocationId),
            },
            grants: self.grants.map(grants).transpose()?.unwrap_or_default(),
            status: MemberStatus::Removed { at: self.removed_at, was_active: self.is_active },
            deactivated_by: None,
            lineage: parse_ids(self.lineage.as_deref())?.into_iter().map(LocationId).collect(),
            joined_at: self.joined_at,
            last_access_at: self.last_access_at,
            version: self.version,
        })
    }
}

#[derive(FromQueryResult)]
struct Place {
    id: Uuid,
}

impl Store {
    /// Somebody who was a member of a project space.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn removed_member(&self, id: MembershipId) -> Result<Option<Sealed<Member>>, StoreError> {
        use membership_removal::Column as Own;
        let own = [
            Own::MembershipId,
            Own::ProjectSpaceId,
            Own::WebUserId,
            Own::IsAdmin,
            Own::LocationIds,
            Own::PrimaryLocationId,
            Own::IsActive,
            Own::JoinedAt,
            Own::LastAccessAt,
            Own::Version,
            Own::RemovedAt,
        ];
        let person = [
            web_user::Column::Email,
            web_user::Column::FirstName,
            web_user::Column::LastName,
            web_user::Column::LastLoginAt,
        ];
        let query = Query::select()
            .columns(own.map(|column| (membership_removal::Entity, column)))
            .columns(person.map(|column| (web_user::Entity, column)))
            .expr_as(Expr::col((role::Entity, role::Column::Id)), "role_id")
            .column((role::Entity, role::Column::Grants))
            .expr_as(Expr::cust(self.removed_lineage()), "lineage")
            .from(membership_removal::Entity)
            .inner_join(
                web_user::Entity,
                Expr::col((web_user::Entity, web_user::Column::Id))
                    .equals((membership_removal::Entity, Own::WebUserId)),
            )
            .left_join(
                role::Entity,
                Expr::col((role::Entity, role::Column::Id)).equals((membership_removal::Entity, Own::RoleId)),
            )
            .and_where(Own::MembershipId.eq(id.0))
            .to_owned();
        self.one::<RemovedRow>(&query).await?.map(|row| Ok(Sealed::new(row.read()?))).transpose()
    }

    fn removed_lineage(&self) -> &'static str {
        match self.backend() {
            sea_orm::DbBackend::Sqlite => {
                "(SELECT group_concat(DISTINCT lower(hex(above.ancestor_id)))
                FROM json_each(membership_removal.location_ids) place
                JOIN location_ancestor above
                    ON lower(hex(above.location_id)) = replace(place.value, '-', ''))"
            }
            _ => {
                "(SELECT string_agg(DISTINCT replace(above.ancestor_id::text, '-', ''), ',')
                FROM jsonb_array_elements_text(membership_removal.location_ids) place (id)
                JOIN location_ancestor above ON above.location_id = place.id::uuid)"
            }
        }
    }
}

impl UnitOfWork<RemoveWebUser> {
    /// Takes the membership away, keeping it as it was. The account and other project spaces are not touched.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`]; [`StoreError::Stale`] when the member has changed since they were judged.
    pub async fn remove(&mut self) -> Result<(), StoreError> {
        self.keep_an_admin(&self.proof.resource().clone()).await?;
        self.remove_whoever_it_is().await
    }

    /// The same of the last admin, too: who must not leave a project space without one says so themselves.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the member has changed since they were judged.
    pub async fn remove_whoever_it_is(&mut self) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        // An earlier removal of the same person can no longer be undone: they were a member again.
        membership_removal::Entity::delete_many()
            .filter(membership_removal::Column::ProjectSpaceId.eq(before.project_space.0))
            .filter(membership_removal::Column::WebUserId.eq(before.person.id.0))
            .exec(&self.tx)
            .await?;
        let given = &before.assignment;
        let kept = membership_removal::ActiveModel {
            membership_id: Set(before.id.0),
            project_space_id: Set(before.project_space.0),
            web_user_id: Set(before.person.id.0),
            is_admin: Set(given.role.is_admin()),
            role_id: Set(given.role.role().map(|id| id.0)),
            location_ids: Set(json!(given.locations.iter().map(|id| id.0).collect::<Vec<_>>())),
            primary_location_id: Set(given.primary_location.map(|id| id.0)),
            is_active: Set(before.is_active()),
            joined_at: Set(before.joined_at),
            last_access_at: Set(before.last_access_at),
            version: Set(before.version.saturating_add(1)),
            removed_at: Set(self.now),
        };
        membership_removal::Entity::insert(kept).exec_without_returning(&self.tx).await?;
        self.delete_locations(before.id).await?;
        let deleted = membership::Entity::delete_many()
            .filter(membership::Column::Id.eq(before.id.0))
            // The decision was about this version of the row, so the write is too.
            .filter(membership::Column::Version.eq(before.version))
            .exec(&self.tx)
            .await?;
        if deleted.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        for (field, from) in told(given) {
            self.changed(field, from, json!(null));
        }
        self.changed("is_active", json!(before.is_active()), json!(null));
        let status = MemberStatus::Removed { at: self.now, was_active: before.is_active() };
        Ok(self.proof.refresh(Member { status, version: before.version.saturating_add(1), ..before })?)
    }
}

impl UnitOfWork<RestoreWebUser> {
    /// Brings the membership back as it was, at those of its places that are still in use.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when they are a member again; [`StoreError::Gone`] when their role has gone meanwhile;
    /// [`StoreError::Stale`] when the removal is not there any more.
    pub async fn restore(&mut self) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let MemberStatus::Removed { was_active, .. } = before.status else { return Err(StoreError::Stale) };
        let forgotten = membership_removal::Entity::delete_many()
            .filter(membership_removal::Column::MembershipId.eq(before.id.0))
            .exec(&self.tx)
            .await?;
        if forgotten.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        let given = self.still_in_use(&before.assignment, before.project_space).await?;
        let row = membership::ActiveModel {
            id: Set(before.id.0),
            project_space_id: Set(before.project_space.0),
            web_user_id: Set(before.person.id.0),
            is_admin: Set(given.role.is_admin()),
            role_id: Set(given.role.role().map(|id| id.0)),
            primary_location_id: Set(given.primary_location.map(|id| id.0)),
            is_active: Set(was_active),
            deactivated_by: Set(None),
            joined_at: Set(before.joined_at),
            last_access_at: Set(before.last_access_at),
            version: Set(before.version.saturating_add(1)),
        };
        membership::Entity::insert(row).exec_without_returning(&self.tx).await?;
        insert_locations(&self.tx, before.project_space, before.id, &given.locations).await?;
        for (field, to) in told(&given) {
            self.changed(field, json!(null), to);
        }
        self.changed("is_active", json!(null), json!(was_active));
        self.refresh_member(before.id).await
    }

    async fn still_in_use(
        &self,
        given: &Assignment,
        space: ProjectSpaceId,
    ) -> Result<Assignment, StoreError> {
        let query = Query::select()
            .column(location::Column::Id)
            .from(location::Entity)
            .and_where(location::Column::ProjectSpaceId.eq(space.0))
            .and_where(location::Column::IsArchived.eq(false))
            .and_where(location::Column::Id.is_in(given.locations.iter().map(|id| id.0)))
            .to_owned();
        let found: Vec<Place> = self.all(&query).await?;
        let is_there = |id: &LocationId| found.iter().any(|place| place.id == id.0);
        let locations: Vec<LocationId> = given.locations.iter().copied().filter(is_there).collect();
        let primary_location = match given.primary_location {
            Some(primary) if !locations.contains(&primary) => locations.first().copied(),
            kept => kept,
        };
        let role = match given.role {
            QualifiedRole::None => return Err(StoreError::Stale),
            role => role,
        };
        Ok(Assignment { role, locations, primary_location })
    }
}
