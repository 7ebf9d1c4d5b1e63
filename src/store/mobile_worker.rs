//! Mobile workers: one at a time, and every write. Lists are in `mobile_worker_list`.

use super::audit::sign_in_name;
use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::invitation::NewLink;
use super::link::{Link, parse_ids};
use super::personal_id::{self, LinkRow};
use super::role::grants;
use super::transaction::Transaction;
use crate::authz::{
    Action, ActivateMobileWorker, Authorized, CreateMobileWorker, DeactivateMobileWorker, DeleteMobileWorker,
    Resource, RestoreMobileWorker, Sealed, UpdateMobileWorker,
};
use crate::domain::{
    Email, GroupId, HeldRole, Language, LinkPurpose, LinkStatus, LocationId, MobileWorker, MobileWorkerId,
    MobileWorkerProfile, MobileWorkerStatus, PhoneNumber, ProjectSpaceId, RoleId, SignIn, UserProfileId,
    Username,
};
use chrono::{DateTime, Utc};
use entity::{mobile_worker, mobile_worker_group, mobile_worker_location, role, session, user_profile};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, Set};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

pub(super) const LOCATIONS: Link =
    Link { table: "mobile_worker_location", owner: "worker_id", item: "location_id", order: "position" };
/// Its places and all those above them.
pub(super) const LINEAGE: Link =
    Link { table: "mobile_worker_lineage", owner: "worker_id", item: "ancestor_id", order: "distance" };
/// A view: the groups that are deleted are left out.
pub(super) const GROUPS: Link = Link {
    table: "mobile_worker_in_group",
    owner: "worker_id",
    item: "group_id",
    order: "position, group_id",
};

#[derive(FromQueryResult)]
pub(super) struct MobileWorkerRow {
    id: Uuid,
    project_space_id: Uuid,
    username: String,
    first_name: String,
    last_name: String,
    email: Option<String>,
    phone_numbers: Json,
    language: Option<String>,
    status: String,
    role_id: Option<Uuid>,
    own_grants: Option<Json>,
    own_is_default: Option<bool>,
    default_grants: Option<Json>,
    primary_location_id: Option<Uuid>,
    user_data: Json,
    profile_id: Option<Uuid>,
    fixed_data: Option<Json>,
    deactivate_after: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    last_login_at: Option<DateTime<Utc>>,
    version: i32,
    location_ids: Option<String>,
    group_ids: Option<String>,
    lineage: Option<String>,
    #[sea_orm(nested)]
    link: LinkRow,
}

pub(super) fn worker(row: MobileWorkerRow) -> Result<MobileWorker, StoreError> {
    let numbers: Vec<String> = serde_json::from_value(row.phone_numbers)
        .map_err(|_| StoreError::Inconsistent("phone numbers of a mobile worker"))?;
    let Json::Object(user_data) = row.user_data else {
        return Err(StoreError::Inconsistent("user data of a mobile worker"));
    };
    let fixed_data = match row.fixed_data {
        None => Map::new(),
        Some(Json::Object(fixed_data)) => fixed_data,
        Some(_) => return Err(StoreError::Inconsistent("fixed data of a user profile")),
    };
    let role = HeldRole {
        is_default: row.role_id.is_none() || row.own_is_default == Some(true),
        grants: row.own_grants.or(row.default_grants).map(grants).transpose()?.unwrap_or_default(),
    };
    let locations = |ids: Option<String>| -> Result<Vec<LocationId>, StoreError> {
        Ok(parse_ids(ids.as_deref())?.into_iter().map(LocationId).collect())
    };
    Ok(MobileWorker {
        id: MobileWorkerId(row.id),
        project_space: ProjectSpaceId(row.project_space_id),
        username: Username::stored(row.username),
        profile: MobileWorkerProfile {
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email.map(Email::stored),
            phone_numbers: numbers.into_iter().map(PhoneNumber::stored).collect(),
            language: row.language.map(Language::stored),
            role: row.role_id.map(RoleId),
            groups: parse_ids(row.group_ids.as_deref())?.into_iter().map(GroupId).collect(),
            locations: locations(row.location_ids)?,
            primary_location: row.primary_location_id.map(LocationId),
            user_data,
            user_profile: row.profile_id.map(UserProfileId),
            deactivate_after: row.deactivate_after,
        },
        role,
        fixed_data,
        status: MobileWorkerStatus::named(&row.status)
            .ok_or(StoreError::Inconsistent("status of a mobile worker"))?,
        link: row.link.read()?,
        lineage: locations(row.lineage)?,
        created_at: row.created_at,
        updated_at: row.updated_at,
        last_login_at: row.last_login_at,
        version: row.version,
    })
}

pub(super) fn sealed(row: MobileWorkerRow) -> Result<Sealed<MobileWorker>, StoreError> {
    Ok(Sealed::new(worker(row)?))
}

/// The same, as what somebody finds who is not of the project space.
pub(super) fn sealed_as<R: Resource>(
    row: MobileWorkerRow,
    found: impl FnOnce(MobileWorker) -> R,
) -> Result<Sealed<R>, StoreError> {
    Ok(Sealed::new(found(worker(row)?)))
}

/// A worker with all that hangs on it, in one statement.
pub(super) fn select(backend: DbBackend) -> SelectStatement {
    use mobile_worker::Column;
    let columns = [
        Column::Id,
        Column::ProjectSpaceId,
        Column::Username,
        Column::FirstName,
        Column::LastName,
        Column::Email,
        Column::PhoneNumbers,
        Column::Language,
        Column::Status,
        Column::RoleId,
        Column::PrimaryLocationId,
        Column::UserData,
        Column::ProfileId,
        Column::DeactivateAfter,
        Column::CreatedAt,
        Column::UpdatedAt,
        Column::LastLoginAt,
        Column::Version,
    ];
    let mut query = Query::select()
        .columns(columns.map(|column| (mobile_worker::Entity, column)))
        .expr_as(LOCATIONS.ids_of(backend, "mobile_worker.id"), "location_ids")
        .expr_as(GROUPS.ids_of(backend, "mobile_worker.id"), "group_ids")
        // Workers at several places share some of those above, so each is named once.
        .expr_as(LINEAGE.distinct_ids_of(backend, "mobile_worker.id"), "lineage")
        .column((user_profile::Entity, user_profile::Column::FixedData))
        .from(mobile_worker::Entity)
        .left_join(
            user_profile::Entity,
            Expr::col((mobile_worker::Entity, Column::ProfileId))
                .equals((user_profile::Entity, user_profile::Column::Id)),
        )
        .to_owned();
    personal_id::beside(&mut query);
    with_role(&mut query);
    query
}

/// Reads what the worker's role grants: its own role, or the project space's default for workers without one (reference
/// §1.7). Two joins by index, because one join with an `OR` has none.
fn with_role(query: &mut SelectStatement) {
    let (own, default) = (Alias::new("own_role"), Alias::new("default_role"));
    let of = |table: &Alias, column: role::Column| Expr::col((table.clone(), column));
    let worker = |column: mobile_worker::Column| Expr::col((mobile_worker::Entity, column));
    query
        .expr_as(of(&own, role::Column::Grants), "own_grants")
        .expr_as(of(&own, role::Column::IsMobileDefault), "own_is_default")
        .expr_as(of(&default, role::Column::Grants), "default_grants")
        .join_as(
            JoinType::LeftJoin,
            role::Entity,
            own.clone(),
            of(&own, role::Column::Id).eq(worker(mobile_worker::Column::RoleId)),
        )
        .join_as(
            JoinType::LeftJoin,
            role::Entity,
            default.clone(),
            worker(mobile_worker::Column::RoleId)
                .is_null()
                .and(of(&default, role::Column::IsMobileDefault).eq(true))
                .and(
                    of(&default, role::Column::ProjectSpaceId)
                        .eq(worker(mobile_worker::Column::ProjectSpaceId)),
                ),
        );
}

impl Store {
    /// A mobile worker of a project space, deleted or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mobile_worker(
        &self,
        id: MobileWorkerId,
    ) -> Result<Option<Sealed<MobileWorker>>, StoreError> {
        let query = select(self.backend()).and_where(mobile_worker::Column::Id.eq(id.0)).to_owned();
        self.one(&query).await?.map(sealed).transpose()
    }
}

impl Store {
    /// A worker's own row: for the store's own use, where the account is what was judged.
    pub(super) async fn own_worker(&self, id: MobileWorkerId) -> Result<Option<MobileWorker>, StoreError> {
        let query = select(self.backend()).and_where(mobile_worker::Column::Id.eq(id.0)).to_owned();
        self.one::<MobileWorkerRow>(&query).await?.map(worker).transpose()
    }

    /// Whether a worker of the project space, perhaps a deleted one, has the username. Asked by who may make workers
    /// there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_username_taken(
        &self,
        proof: &Authorized<CreateMobileWorker>,
        username: &Username,
    ) -> Result<bool, StoreError> {
        let query = Query::select()
            .column(mobile_worker::Column::Id)
            .from(mobile_worker::Entity)
            .and_where(mobile_worker::Column::ProjectSpaceId.eq(proof.resource().id.0))
            .and_where(mobile_worker::Column::Username.eq(username.as_str()))
            .to_owned();
        Ok(self.one::<Found>(&query).await?.is_some())
    }
}

#[derive(FromQueryResult)]
struct Found {
    #[sea_orm(from_alias = "id")]
    _id: Uuid,
}

/// How a new worker will sign in.
#[derive(Debug)]
pub enum NewWorkersSignIn {
    /// With the password of this PHC string.
    Password(String),
    /// With one that they set when they confirm their account, by this link if it is sent at once.
    Confirmation(Option<NewLink>),
}

impl UnitOfWork<CreateMobileWorker> {
    /// Makes the worker: active with a password, and otherwise waiting for its confirmation.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the username is taken, [`StoreError::TooOften`].
    pub async fn create(
        &mut self,
        username: Username,
        profile: MobileWorkerProfile,
        sign_in: NewWorkersSignIn,
        worker_suffix: &str,
    ) -> Result<MobileWorker, StoreError> {
        let (status, password_hash, link) = match sign_in {
            NewWorkersSignIn::Password(hash) => (MobileWorkerStatus::Active, Some(hash), None),
            NewWorkersSignIn::Confirmation(link) => (MobileWorkerStatus::PendingConfirmation, None, link),
        };
        let id = MobileWorkerId::fresh(self.now);
        let space = self.proof.resource().id;
        let row = mobile_worker::ActiveModel {
            id: Set(id.0),
            project_space_id: Set(space.0),
            username: Set(username.to_string()),
            first_name: Set(profile.first_name.clone()),
            last_name: Set(profile.last_name.clone()),
            email: Set(profile.email.as_ref().map(ToString::to_string)),
            phone_numbers: Set(phone_numbers(&profile)),
            language: Set(profile.language.as_ref().map(ToString::to_string)),
            status: Set(status.name().to_owned()),
            status_before_deletion: Set(None),
            role_id: Set(profile.role.map(|id| id.0)),
            primary_location_id: Set(profile.primary_location.map(|id| id.0)),
            user_data: Set(Json::Object(profile.user_data.clone())),
            password_hash: Set(password_hash),
            search_text: Set(search_text(&username, &profile)),
            created_at: Set(self.now),
            updated_at: Set(self.now),
            last_login_at: Set(None),
            version: Set(1),
            profile_id: Set(profile.user_profile.map(|id| id.0)),
            deactivate_after: Set(profile.deactivate_after),
            personal_id_status: Set(LinkStatus::NotLinked.name().to_owned()),
            personal_id_issuer: Set(None),
            personal_id_subject: Set(None),
            personal_id_username: Set(None),
            personal_id_linked_at: Set(None),
            personal_id_changed_at: Set(None),
            personal_id_requested_at: Set(None),
        };
        mobile_worker::Entity::insert(row).exec_without_returning(&self.tx).await?;
        insert_locations(&self.tx, space, id, &profile).await?;
        insert_groups(&self.tx, space, id, &profile).await?;
        let worker = self.read_back(id).await?;
        self.made(&worker);
        self.changed("username", json!(null), json!(username.as_str()));
        for (field, from, to) in differences(&MobileWorkerProfile::default(), &profile) {
            self.changed(field, from, to);
        }
        if let Some(link) = link {
            self.send_link_to_worker(LinkPurpose::Confirmation, &worker, &link, worker_suffix).await?;
        }
        Ok(worker)
    }
}

impl UnitOfWork<UpdateMobileWorker> {
    /// Writes the profile, and a new password if there is one, which ends the worker's sessions.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker has changed since it was judged.
    pub async fn update(
        &mut self,
        profile: &MobileWorkerProfile,
        password_hash: Option<String>,
    ) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let mut values = vec![
            (mobile_worker::Column::FirstName, Expr::val(profile.first_name.as_str())),
            (mobile_worker::Column::LastName, Expr::val(profile.last_name.as_str())),
            (mobile_worker::Column::Email, Expr::val(profile.email.as_ref().map(Email::as_str))),
            (mobile_worker::Column::PhoneNumbers, Expr::val(phone_numbers(profile))),
            (mobile_worker::Column::Language, Expr::val(profile.language.as_ref().map(Language::as_str))),
            (mobile_worker::Column::RoleId, Expr::val(profile.role.map(|id| id.0))),
            (mobile_worker::Column::PrimaryLocationId, Expr::val(profile.primary_location.map(|id| id.0))),
            (mobile_worker::Column::UserData, Expr::val(Json::Object(profile.user_data.clone()))),
            (mobile_worker::Column::ProfileId, Expr::val(profile.user_profile.map(|id| id.0))),
            (mobile_worker::Column::DeactivateAfter, Expr::val(profile.deactivate_after)),
            (mobile_worker::Column::SearchText, Expr::val(search_text(&before.username, profile))),
        ];
        if let Some(hash) = password_hash {
            self.new_password(&before).await?;
            values.push((mobile_worker::Column::PasswordHash, Expr::val(hash)));
        }
        self.write(&before, values).await?;
        for (field, from, to) in differences(&before.profile, profile) {
            self.changed(field, from, to);
        }
        if profile.email != before.profile.email {
            self.forget_mailed_invites(&before).await?;
        }
        if profile.locations != before.profile.locations {
            mobile_worker_location::Entity::delete_many()
                .filter(mobile_worker_location::Column::WorkerId.eq(before.id.0))
                .exec(&self.tx)
                .await?;
            insert_locations(&self.tx, before.project_space, before.id, profile).await?;
        }
        if profile.groups != before.profile.groups {
            // Not from those that are deleted: when they are brought back, so are their members.
            let left = before.profile.groups.iter().map(|id| id.0);
            mobile_worker_group::Entity::delete_many()
                .filter(mobile_worker_group::Column::WorkerId.eq(before.id.0))
                .filter(mobile_worker_group::Column::GroupId.is_in(left))
                .exec(&self.tx)
                .await?;
            insert_groups(&self.tx, before.project_space, before.id, profile).await?;
        }
        self.refresh(before.id).await
    }
}

impl UnitOfWork<ActivateMobileWorker> {
    /// Lets the worker sign in again.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker has changed since it was judged.
    pub async fn activate(&mut self) -> Result<(), StoreError> {
        // A date that is past has done its work: it must not deactivate them again at once.
        let is_past = self.proof.resource().profile.deactivate_after.is_some_and(|at| at <= self.now);
        let values = if is_past {
            self.changed(
                "deactivate_after",
                json!(self.proof.resource().profile.deactivate_after),
                json!(null),
            );
            vec![(mobile_worker::Column::DeactivateAfter, Expr::val(None::<DateTime<Utc>>))]
        } else {
            Vec::new()
        };
        self.set_status_and(MobileWorkerStatus::Active, values).await
    }
}

impl UnitOfWork<DeactivateMobileWorker> {
    /// Stops the worker from signing in, and ends the sessions there are.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker has changed since it was judged.
    pub async fn deactivate(&mut self) -> Result<(), StoreError> {
        self.end_sessions(self.proof.resource().id).await?;
        self.set_status(MobileWorkerStatus::Deactivated).await
    }
}

impl UnitOfWork<DeleteMobileWorker> {
    /// Takes the worker away, keeping everything for a restoration, and ends the sessions there are.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker has changed since it was judged.
    pub async fn delete(&mut self) -> Result<(), StoreError> {
        self.end_sessions(self.proof.resource().id).await?;
        self.set_status(MobileWorkerStatus::Deleted).await
    }
}

#[derive(FromQueryResult)]
struct BeforeDeletion {
    status_before_deletion: Option<String>,
}

impl UnitOfWork<RestoreMobileWorker> {
    /// Brings the worker back as it was before it was deleted.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the worker has changed since it was judged.
    pub async fn restore(&mut self) -> Result<(), StoreError> {
        let query = Query::select()
            .column(mobile_worker::Column::StatusBeforeDeletion)
            .from(mobile_worker::Entity)
            .and_where(mobile_worker::Column::Id.eq(self.proof.resource().id.0))
            .to_owned();
        let status = self
            .one::<BeforeDeletion>(&query)
            .await?
            .and_then(|row| row.status_before_deletion)
            .and_then(|name| MobileWorkerStatus::named(&name))
            .ok_or(StoreError::Stale)?;
        self.set_status(status).await
    }
}

/// What every write on a worker shares. Which unit of work may do what is said above.
impl<A: Action<Resource = MobileWorker>> UnitOfWork<A> {
    async fn set_status(&mut self, status: MobileWorkerStatus) -> Result<(), StoreError> {
        self.set_status_and(status, Vec::new()).await
    }

    async fn set_status_and(
        &mut self,
        status: MobileWorkerStatus,
        mut values: Vec<(mobile_worker::Column, Expr)>,
    ) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let kept = (status == MobileWorkerStatus::Deleted).then(|| before.status.name());
        values.extend([
            (mobile_worker::Column::Status, Expr::val(status.name())),
            (mobile_worker::Column::StatusBeforeDeletion, Expr::val(kept)),
        ]);
        self.write(&before, values).await?;
        self.changed("status", json!(before.status.name()), json!(status.name()));
        self.refresh(before.id).await
    }

    pub(super) async fn end_sessions(&self, worker: MobileWorkerId) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::val(self.now))
            .filter(session::Column::MobileWorkerId.eq(worker.0))
            .filter(session::Column::EndedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Ends the sessions that a PersonalID token opened, and no others.
    pub(super) async fn end_personal_id_sessions(&self, worker: MobileWorkerId) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::val(self.now))
            .filter(session::Column::MobileWorkerId.eq(worker.0))
            .filter(session::Column::SignedInBy.eq(sign_in_name(SignIn::PersonalId)))
            .filter(session::Column::EndedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    pub(super) async fn refresh(&mut self, id: MobileWorkerId) -> Result<(), StoreError> {
        let after = self.read_back(id).await?;
        Ok(self.proof.refresh(after)?)
    }
}

impl<A: Action> UnitOfWork<A> {
    /// Writes columns of the worker that was judged, or of the one that hangs on what was judged.
    pub(super) async fn write(
        &mut self,
        before: &MobileWorker,
        values: Vec<(mobile_worker::Column, Expr)>,
    ) -> Result<(), StoreError> {
        let mut update = mobile_worker::Entity::update_many()
            .col_expr(mobile_worker::Column::UpdatedAt, Expr::val(self.now))
            .col_expr(mobile_worker::Column::Version, Expr::val(before.version.saturating_add(1)))
            .filter(mobile_worker::Column::Id.eq(before.id.0))
            // The decision was about this version of the row, so the write is too.
            .filter(mobile_worker::Column::Version.eq(before.version));
        for (column, value) in values {
            update = update.col_expr(column, value);
        }
        if update.exec(&self.tx).await?.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// The worker as it stands in this transaction.
    pub(super) async fn read_back(&self, id: MobileWorkerId) -> Result<MobileWorker, StoreError> {
        let query = select(self.backend()).and_where(mobile_worker::Column::Id.eq(id.0)).to_owned();
        let row = self.one::<MobileWorkerRow>(&query).await?.ok_or(StoreError::Stale)?;
        worker(row)
    }
}

async fn insert_locations(
    tx: &Transaction,
    space: ProjectSpaceId,
    worker: MobileWorkerId,
    profile: &MobileWorkerProfile,
) -> Result<(), StoreError> {
    let rows =
        profile.locations.iter().zip(0..).map(|(location, position)| mobile_worker_location::ActiveModel {
            worker_id: Set(worker.0),
            project_space_id: Set(space.0),
            location_id: Set(location.0),
            position: Set(position),
        });
    if !profile.locations.is_empty() {
        mobile_worker_location::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn insert_groups(
    tx: &Transaction,
    space: ProjectSpaceId,
    worker: MobileWorkerId,
    profile: &MobileWorkerProfile,
) -> Result<(), StoreError> {
    let rows = profile.groups.iter().zip(0..).map(|(group, position)| mobile_worker_group::ActiveModel {
        worker_id: Set(worker.0),
        project_space_id: Set(space.0),
        group_id: Set(group.0),
        position: Set(position),
    });
    if !profile.groups.is_empty() {
        mobile_worker_group::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

fn phone_numbers(profile: &MobileWorkerProfile) -> Json {
    json!(profile.phone_numbers.iter().map(PhoneNumber::as_str).collect::<Vec<_>>())
}

/// What substring search looks through: everything by which people look for a worker, in lower case, a line each.
pub(super) fn search_text(username: &Username, profile: &MobileWorkerProfile) -> String {
    let mut lines = vec![username.as_str(), &profile.first_name, &profile.last_name];
    lines.extend(profile.email.as_ref().map(Email::as_str));
    lines.extend(profile.phone_numbers.iter().map(PhoneNumber::as_str));
    lines.join("\n").to_lowercase()
}

/// What an update changed, for the audit.
fn differences(before: &MobileWorkerProfile, after: &MobileWorkerProfile) -> Vec<(&'static str, Json, Json)> {
    fn ids<T: ToString>(ids: &[T]) -> Json {
        json!(ids.iter().map(ToString::to_string).collect::<Vec<_>>())
    }
    let text = |profile: &MobileWorkerProfile| -> [(&'static str, Json); 12] {
        [
            ("first_name", json!(profile.first_name)),
            ("last_name", json!(profile.last_name)),
            ("email", json!(profile.email.as_ref().map(Email::as_str))),
            ("phone_numbers", phone_numbers(profile)),
            ("language", json!(profile.language.as_ref().map(Language::as_str))),
            ("role", json!(profile.role.map(|id| id.to_string()))),
            ("groups", ids(&profile.groups)),
            ("locations", ids(&profile.locations)),
            ("primary_location", json!(profile.primary_location.map(|id| id.to_string()))),
            ("user_data", Json::Object(Map::clone(&profile.user_data))),
            ("profile", json!(profile.user_profile.map(|id| id.to_string()))),
            ("deactivate_after", json!(profile.deactivate_after)),
        ]
    };
    text(before).into_iter().zip(text(after)).map(|((field, from), (_, to))| (field, from, to)).collect()
}
