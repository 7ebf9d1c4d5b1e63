//! Members: web users in a project space. One at a time, and every write. Lists are in `member_list`, removed members in
//! `member_removal`.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::link::{Link, parse_ids};
use super::page::Count;
use super::role::grants;
use super::transaction::Transaction;
use crate::authz::{Action, ActivateWebUser, DeactivateWebUser, Sealed, UpdateWebUser};
use crate::domain::{
    Assignment, Email, Identity, LocationId, Member, MemberStatus, MembershipId, ProjectSpaceId,
    QualifiedRole, RoleId, WebUser, WebUserId,
};
use chrono::{DateTime, Utc};
use entity::{member_listing, membership, membership_location, role, web_user};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, Set};
use serde_json::{Value as Json, json};
use uuid::Uuid;

pub(super) const LOCATIONS: Link =
    Link { table: "membership_location", owner: "membership_id", item: "location_id", order: "position" };
/// Their places and all those above them.
pub(super) const LINEAGE: Link =
    Link { table: "membership_lineage", owner: "membership_id", item: "ancestor_id", order: "distance" };

#[derive(FromQueryResult)]
pub(super) struct MemberRow {
    membership_id: Uuid,
    project_space_id: Uuid,
    web_user_id: Uuid,
    email: String,
    first_name: String,
    last_name: String,
    last_login_at: Option<DateTime<Utc>>,
    is_admin: bool,
    role_id: Option<Uuid>,
    grants: Option<Json>,
    primary_location_id: Option<Uuid>,
    is_active: bool,
    deactivated_by: Option<Uuid>,
    joined_at: DateTime<Utc>,
    last_access_at: Option<DateTime<Utc>>,
    version: i32,
    location_ids: Option<String>,
    lineage: Option<String>,
}

impl MemberRow {
    pub(super) fn read(self) -> Result<Member, StoreError> {
        let locations = |ids: Option<String>| -> Result<Vec<LocationId>, StoreError> {
            Ok(parse_ids(ids.as_deref())?.into_iter().map(LocationId).collect())
        };
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
                locations: locations(self.location_ids)?,
                primary_location: self.primary_location_id.map(LocationId),
            },
            grants: self.grants.map(grants).transpose()?.unwrap_or_default(),
            status: if self.is_active { MemberStatus::Active } else { MemberStatus::Deactivated },
            deactivated_by: self.deactivated_by.map(WebUserId),
            lineage: locations(self.lineage)?,
            joined_at: self.joined_at,
            last_access_at: self.last_access_at,
            version: self.version,
        })
    }
}

/// What a member is, as two columns have it.
pub(super) fn qualified(is_admin: bool, role: Option<Uuid>) -> QualifiedRole {
    match (is_admin, role) {
        (true, _) => QualifiedRole::Admin,
        (false, Some(id)) => QualifiedRole::Role(RoleId(id)),
        (false, None) => QualifiedRole::None,
    }
}

/// A member with all that hangs on it, in one statement.
pub(super) fn select(backend: DbBackend) -> SelectStatement {
    use member_listing::Column as Listed;
    use membership::Column as Own;
    let listed = [
        Listed::MembershipId,
        Listed::ProjectSpaceId,
        Listed::WebUserId,
        Listed::Email,
        Listed::FirstName,
        Listed::LastName,
        Listed::LastLoginAt,
        Listed::JoinedAt,
    ];
    let own = [
        Own::IsAdmin,
        Own::RoleId,
        Own::PrimaryLocationId,
        Own::IsActive,
        Own::DeactivatedBy,
        Own::LastAccessAt,
        Own::Version,
    ];
    Query::select()
        .columns(listed.map(|column| (member_listing::Entity, column)))
        .columns(own.map(|column| (membership::Entity, column)))
        .column((role::Entity, role::Column::Grants))
        .expr_as(LOCATIONS.ids_of(backend, "membership.id"), "location_ids")
        .expr_as(LINEAGE.distinct_ids_of(backend, "membership.id"), "lineage")
        .from(member_listing::Entity)
        .inner_join(membership::Entity, is_listed())
        .left_join(
            role::Entity,
            Expr::col((role::Entity, role::Column::Id))
                .equals((membership::Entity, membership::Column::RoleId)),
        )
        .to_owned()
}

/// A membership with its place in the lists.
pub(super) fn is_listed() -> Expr {
    Expr::col((membership::Entity, membership::Column::Id))
        .equals((member_listing::Entity, member_listing::Column::MembershipId))
}

impl Store {
    /// A member of a project space, active or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn member(&self, id: MembershipId) -> Result<Option<Sealed<Member>>, StoreError> {
        let row = self.one::<MemberRow>(&with_id(self.backend(), id)).await?;
        row.map(|row| Ok(Sealed::new(row.read()?))).transpose()
    }
}

fn with_id(backend: DbBackend, id: MembershipId) -> SelectStatement {
    select(backend).and_where(member_listing::Column::MembershipId.eq(id.0)).to_owned()
}

impl UnitOfWork<UpdateWebUser> {
    /// Writes what the member is to be.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`]; [`StoreError::Stale`] when the member has changed since they were judged.
    pub async fn update(&mut self, after: &Assignment) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        if !after.role.is_admin() {
            self.keep_an_admin(&before).await?;
        }
        let values = vec![
            (membership::Column::IsAdmin, Expr::val(after.role.is_admin())),
            (membership::Column::RoleId, Expr::val(after.role.role().map(|id| id.0))),
            (membership::Column::PrimaryLocationId, Expr::val(after.primary_location.map(|id| id.0))),
        ];
        self.write_member(&before, values).await?;
        if after.locations != before.assignment.locations {
            self.delete_locations(before.id).await?;
            insert_locations(&self.tx, before.project_space, before.id, &after.locations).await?;
        }
        for ((field, from), (_, to)) in told(&before.assignment).into_iter().zip(told(after)) {
            self.changed(field, from, to);
        }
        self.refresh_member(before.id).await
    }
}

impl UnitOfWork<ActivateWebUser> {
    /// Lets the member act in the project space again.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the member has changed since they were judged.
    pub async fn activate(&mut self) -> Result<(), StoreError> {
        self.set_active(true).await
    }
}

impl UnitOfWork<DeactivateWebUser> {
    /// Keeps the member out of the project space: from their next request on, by session and key alike.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`]; [`StoreError::Stale`] when the member has changed since they were judged.
    pub async fn deactivate(&mut self) -> Result<(), StoreError> {
        self.keep_an_admin(&self.proof.resource().clone()).await?;
        self.set_active(false).await
    }
}

/// What every write on a member shares. Which unit of work may do what is said above.
impl<A: Action<Resource = Member>> UnitOfWork<A> {
    /// Refuses to go on when this member is the only active admin. Of two that would each leave the other as the last
    /// one, the second waits here for the first: for the project space's row, or for SQLite's one writer.
    pub(super) async fn keep_an_admin(&self, member: &Member) -> Result<(), StoreError> {
        if !member.assignment.role.is_admin() || !member.is_active() {
            return Ok(());
        }
        let space = member.project_space.0;
        self.hold_the_space(member.project_space).await?;
        let others = Query::select()
            .expr_as(Func::count(Expr::val(1)), "number")
            .from(membership::Entity)
            .inner_join(
                web_user::Entity,
                Expr::col((web_user::Entity, web_user::Column::Id))
                    .equals((membership::Entity, membership::Column::WebUserId)),
            )
            .and_where(membership::Column::ProjectSpaceId.eq(space))
            .and_where(membership::Column::IsAdmin.eq(true))
            .and_where(membership::Column::IsActive.eq(true))
            .and_where(web_user::Column::IsActive.eq(true))
            .and_where(membership::Column::Id.ne(member.id.0))
            .to_owned();
        match self.one::<Count>(&others).await?.map_or(0, Count::of) {
            0 => Err(StoreError::LastAdmin),
            _ => Ok(()),
        }
    }

    async fn set_active(&mut self, is_active: bool) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let by = match self.proof.principal().identity {
            Identity::WebUser(id) if !is_active => Some(id.0),
            _ => None,
        };
        let values = vec![
            (membership::Column::IsActive, Expr::val(is_active)),
            (membership::Column::DeactivatedBy, Expr::val(by)),
        ];
        self.write_member(&before, values).await?;
        self.changed("is_active", json!(before.is_active()), json!(is_active));
        self.refresh_member(before.id).await
    }

    async fn write_member(
        &self,
        before: &Member,
        values: Vec<(membership::Column, Expr)>,
    ) -> Result<(), StoreError> {
        let mut update = membership::Entity::update_many()
            .col_expr(membership::Column::Version, Expr::val(before.version.saturating_add(1)))
            .filter(membership::Column::Id.eq(before.id.0))
            // The decision was about this version of the row, so the write is too.
            .filter(membership::Column::Version.eq(before.version));
        for (column, value) in values {
            update = update.col_expr(column, value);
        }
        if update.exec(&self.tx).await?.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    pub(super) async fn delete_locations(&self, id: MembershipId) -> Result<(), StoreError> {
        membership_location::Entity::delete_many()
            .filter(membership_location::Column::MembershipId.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Puts the member as they stand in this transaction in the place of the one that was judged.
    pub(super) async fn refresh_member(&mut self, id: MembershipId) -> Result<(), StoreError> {
        let row = self.one::<MemberRow>(&with_id(self.backend(), id)).await?.ok_or(StoreError::Stale)?;
        Ok(self.proof.refresh(row.read()?)?)
    }
}

/// Makes the membership.
///
/// # Errors
/// [`StoreError::Conflict`] when they are a member already.
pub(super) async fn insert(
    tx: &Transaction,
    now: DateTime<Utc>,
    space: ProjectSpaceId,
    person: WebUserId,
    given: &Assignment,
) -> Result<MembershipId, StoreError> {
    let id = MembershipId::fresh(now);
    let row = membership::ActiveModel {
        id: Set(id.0),
        project_space_id: Set(space.0),
        web_user_id: Set(person.0),
        is_admin: Set(given.role.is_admin()),
        role_id: Set(given.role.role().map(|id| id.0)),
        primary_location_id: Set(given.primary_location.map(|id| id.0)),
        is_active: Set(true),
        deactivated_by: Set(None),
        joined_at: Set(now),
        last_access_at: Set(None),
        version: Set(1),
    };
    membership::Entity::insert(row).exec_without_returning(tx).await?;
    insert_locations(tx, space, id, &given.locations).await?;
    Ok(id)
}

pub(super) async fn insert_locations(
    tx: &Transaction,
    space: ProjectSpaceId,
    id: MembershipId,
    locations: &[LocationId],
) -> Result<(), StoreError> {
    let rows = locations.iter().zip(0..).map(|(location, position)| membership_location::ActiveModel {
        membership_id: Set(id.0),
        project_space_id: Set(space.0),
        location_id: Set(location.0),
        position: Set(position),
    });
    if !locations.is_empty() {
        membership_location::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Ids as the audit has them.
pub(super) fn ids<T: ToString>(ids: &[T]) -> Json {
    json!(ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// What the audit tells of what somebody is given.
pub(super) fn told(given: &Assignment) -> [(&'static str, Json); 3] {
    let role = match given.role {
        QualifiedRole::Admin => json!("admin"),
        QualifiedRole::Role(id) => json!(id.to_string()),
        QualifiedRole::None => json!(null),
    };
    [
        ("role", role),
        ("locations", ids(&given.locations)),
        ("primary_location", json!(given.primary_location.map(|id| id.to_string()))),
    ]
}
