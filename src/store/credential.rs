//! What `authn` reads before there is a principal: the one exception to rows being sealed. Nothing here writes.

use super::api_key;
use super::connection::Store;
use super::error::StoreError;
use super::link::{Link, parse_ids};
use super::mobile_worker::{GROUPS, LOCATIONS};
use super::role::grants;
use super::role_use::owner_is_a_member;
use super::row_filter::is_storable;
use super::session::session;
use crate::domain::{
    ApiKey, GroupId, Identity, LinkStatus, LocationId, MobileWorkerId, MobileWorkerStatus, PersonalIdAccount,
    ProjectSpaceId, RoleId, Session, SessionId, Standing, WebUserId, permission::Grants,
};
use chrono::{DateTime, Utc};
use entity::{
    api_key as api_key_row, membership, mobile_worker, project_space, role, session as session_row, web_user,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait};
use serde_json::Value as Json;
use std::net::IpAddr;
use uuid::Uuid;

const MEMBERSHIP_LOCATIONS: Link =
    Link { table: "membership_location", owner: "membership_id", item: "location_id", order: "position" };

/// What a password is checked against.
#[derive(Debug, Clone)]
pub struct PasswordCredential {
    /// Whose it is.
    pub identity: Identity,
    /// The PHC string; none when no password was ever set.
    pub password_hash: Option<String>,
    /// Whether the account may sign in.
    pub may_sign_in: bool,
}

/// A worker as a PersonalID account finds them.
#[derive(Debug, Clone)]
pub struct PersonalIdCredential {
    /// Who it is.
    pub identity: Identity,
    /// What the link is.
    pub link: LinkStatus,
    /// Whether the worker may sign in at all.
    pub may_sign_in: bool,
}

/// A session as a token finds it.
#[derive(Debug, Clone)]
pub struct SessionCredential {
    /// The session.
    pub session: Session,
    /// SHA-256 of the refresh token that is current.
    pub refresh_hash: Vec<u8>,
    /// When the refresh token was last exchanged.
    pub refreshed_at: DateTime<Utc>,
    /// Whether it was ended.
    pub has_ended: bool,
}

/// An API key as its secret finds it.
#[derive(Debug, Clone)]
pub struct ApiKeyCredential {
    /// The key.
    pub key: ApiKey,
    /// The addresses it may be used from; empty for all.
    pub allowed_addresses: Vec<IpAddr>,
    /// What its role grants, if it has one.
    pub role_grants: Option<Grants>,
}

/// An account as it stands now, in every project space it belongs to.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The sign-in name: an e-mail address or a worker's username.
    pub name: String,
    /// Whether the account may act at all.
    pub is_active: bool,
    /// Whether it may act having signed in with PersonalID: a worker whose link is active, where there are links.
    pub is_active_by_personal_id: bool,
    /// What it is, and where.
    pub standings: Vec<Standing>,
}

#[derive(FromQueryResult)]
struct WorkerPassword {
    id: Uuid,
    status: String,
    password_hash: Option<String>,
}

#[derive(FromQueryResult)]
struct WorkerLink {
    id: Uuid,
    status: String,
    personal_id_status: String,
}

#[derive(FromQueryResult)]
struct StandingRow {
    name: String,
    is_active: bool,
    is_linked: bool,
    project_space_id: Option<Uuid>,
    project_space_name: Option<String>,
    is_admin: Option<bool>,
    role_id: Option<Uuid>,
    grants: Option<Json>,
    location_ids: Option<String>,
    group_ids: Option<String>,
    last_access_at: Option<DateTime<Utc>>,
}

impl Store {
    /// The web account with this address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn web_user_password(&self, email: &str) -> Result<Option<PasswordCredential>, StoreError> {
        let query = web_user::Entity::find().filter(web_user::Column::Email.eq(email)).into_query();
        Ok(self.one::<web_user::Model>(&query).await?.map(|row| PasswordCredential {
            identity: Identity::WebUser(WebUserId(row.id)),
            password_hash: row.password_hash,
            may_sign_in: row.is_active,
        }))
    }

    /// The mobile worker with this username in this project space.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn worker_password(
        &self,
        project_space: &str,
        username: &str,
    ) -> Result<Option<PasswordCredential>, StoreError> {
        if !is_storable(project_space) || !is_storable(username) {
            return Ok(None);
        }
        let query = Query::select()
            .column((mobile_worker::Entity, mobile_worker::Column::Id))
            .column((mobile_worker::Entity, mobile_worker::Column::Status))
            .column((mobile_worker::Entity, mobile_worker::Column::PasswordHash))
            .from(mobile_worker::Entity)
            .inner_join(
                project_space::Entity,
                Expr::col((project_space::Entity, project_space::Column::Id))
                    .equals((mobile_worker::Entity, mobile_worker::Column::ProjectSpaceId)),
            )
            .and_where(project_space::Column::Name.eq(project_space))
            .and_where(mobile_worker::Column::Username.eq(username))
            .to_owned();
        Ok(self.one::<WorkerPassword>(&query).await?.map(|row| PasswordCredential {
            identity: Identity::MobileWorker(MobileWorkerId(row.id)),
            password_hash: row.password_hash,
            may_sign_in: row.status == MobileWorkerStatus::Active.name(),
        }))
    }

    /// The worker of this project space whose link is to this account, where there are links.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn personal_id_credential(
        &self,
        project_space: &str,
        account: &PersonalIdAccount,
    ) -> Result<Option<PersonalIdCredential>, StoreError> {
        use mobile_worker::Column;
        if !is_storable(project_space) {
            return Ok(None);
        }
        let query = Query::select()
            .columns(
                [Column::Id, Column::Status, Column::PersonalIdStatus].map(|of| (mobile_worker::Entity, of)),
            )
            .from(mobile_worker::Entity)
            .inner_join(
                project_space::Entity,
                Expr::col((project_space::Entity, project_space::Column::Id))
                    .equals((mobile_worker::Entity, Column::ProjectSpaceId)),
            )
            .and_where(project_space::Column::Name.eq(project_space))
            .and_where(project_space::Column::ConnectEnabled.eq(true))
            .and_where(Column::PersonalIdIssuer.eq(account.issuer.as_str()))
            .and_where(Column::PersonalIdSubject.eq(account.subject.as_str()))
            .to_owned();
        let Some(row) = self.one::<WorkerLink>(&query).await? else { return Ok(None) };
        Ok(Some(PersonalIdCredential {
            identity: Identity::MobileWorker(MobileWorkerId(row.id)),
            link: LinkStatus::named(&row.personal_id_status)
                .ok_or(StoreError::Inconsistent("status of a PersonalID link"))?,
            may_sign_in: row.status == MobileWorkerStatus::Active.name(),
        }))
    }

    /// The session that an access token names.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_credential(&self, id: SessionId) -> Result<Option<SessionCredential>, StoreError> {
        let query = session_row::Entity::find().filter(session_row::Column::Id.eq(id.0)).into_query();
        self.one(&query).await?.map(session_credential).transpose()
    }

    /// The session whose current or last exchanged refresh token has this hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_by_refresh_token(
        &self,
        hash: &[u8],
    ) -> Result<Option<SessionCredential>, StoreError> {
        let query = session_row::Entity::find()
            .filter(
                session_row::Column::RefreshHash
                    .eq(hash.to_vec())
                    .or(session_row::Column::PreviousHash.eq(hash.to_vec())),
            )
            .into_query();
        self.one(&query).await?.map(session_credential).transpose()
    }

    /// The API key whose secret has this hash and whose owner signs in with this address. A key ends with the membership
    /// it was made in: who is removed and invited again makes new ones.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn api_key_credential(
        &self,
        email: &str,
        secret_hash: &[u8],
    ) -> Result<Option<ApiKeyCredential>, StoreError> {
        let query = api_key_row::Entity::find()
            .filter(api_key_row::Column::SecretHash.eq(secret_hash.to_vec()))
            .filter(Expr::exists(owner_is_a_member()))
            .filter(
                api_key_row::Column::WebUserId.in_subquery(
                    Query::select()
                        .column(web_user::Column::Id)
                        .from(web_user::Entity)
                        .and_where(web_user::Column::Email.eq(email))
                        .to_owned(),
                ),
            )
            .into_query();
        let Some(row) = self.one::<api_key_row::Model>(&query).await? else { return Ok(None) };
        let role_grants = match row.role_id {
            None => None,
            Some(id) => {
                let query = role::Entity::find().filter(role::Column::Id.eq(id)).into_query();
                let row: role::Model =
                    self.one(&query).await?.ok_or(StoreError::Inconsistent("role of an API key"))?;
                Some(grants(row.grants)?)
            }
        };
        let allowed_addresses = serde_json::from_value(row.allowed_addresses.clone())
            .map_err(|_| StoreError::Inconsistent("addresses of an API key"))?;
        Ok(Some(ApiKeyCredential { key: api_key::key(&row), allowed_addresses, role_grants }))
    }

    /// An account as it stands now: one statement. Nothing when it is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn signed_in(&self, identity: Identity) -> Result<Option<SignedIn>, StoreError> {
        let query = match identity {
            Identity::WebUser(id) => self.web_user_standings(id),
            Identity::MobileWorker(id) => self.worker_standing(id),
            Identity::Anonymous | Identity::System => return Ok(None),
        };
        let rows: Vec<StandingRow> = self.all(&query).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let (name, is_active) = (first.name.clone(), first.is_active);
        let is_active_by_personal_id = is_active && first.is_linked;
        let standings =
            rows.into_iter().filter_map(|row| standing(row).transpose()).collect::<Result<_, _>>()?;
        Ok(Some(SignedIn { name, is_active, is_active_by_personal_id, standings }))
    }

    /// A row for each active membership; one with nothing in it for an account without any.
    fn web_user_standings(&self, id: WebUserId) -> SelectStatement {
        Query::select()
            .expr_as(Expr::col((web_user::Entity, web_user::Column::Email)), "name")
            .column((web_user::Entity, web_user::Column::IsActive))
            .expr_as(Expr::val(false), "is_linked")
            .column((membership::Entity, membership::Column::ProjectSpaceId))
            .expr_as(Expr::col((project_space::Entity, project_space::Column::Name)), "project_space_name")
            .column((membership::Entity, membership::Column::IsAdmin))
            .column((membership::Entity, membership::Column::RoleId))
            .column((role::Entity, role::Column::Grants))
            .expr_as(MEMBERSHIP_LOCATIONS.ids_of(self.backend(), "membership.id"), "location_ids")
            .expr_as(Expr::val(None::<String>), "group_ids")
            .column((membership::Entity, membership::Column::LastAccessAt))
            .from(web_user::Entity)
            .left_join(
                membership::Entity,
                Expr::col((membership::Entity, membership::Column::WebUserId))
                    .equals((web_user::Entity, web_user::Column::Id))
                    .and(membership::Column::IsActive.eq(true)),
            )
            .left_join(
                project_space::Entity,
                Expr::col((project_space::Entity, project_space::Column::Id))
                    .equals((membership::Entity, membership::Column::ProjectSpaceId)),
            )
            .left_join(
                role::Entity,
                Expr::col((role::Entity, role::Column::Id))
                    .equals((membership::Entity, membership::Column::RoleId)),
            )
            .and_where(web_user::Column::Id.eq(id.0))
            .to_owned()
    }

    /// A worker without a role has the project space's mobile default (reference §1.7).
    fn worker_standing(&self, id: MobileWorkerId) -> SelectStatement {
        let role_id = Expr::col((role::Entity, role::Column::Id));
        let own = Expr::col((mobile_worker::Entity, mobile_worker::Column::RoleId));
        Query::select()
            .expr_as(Expr::col((mobile_worker::Entity, mobile_worker::Column::Username)), "name")
            .expr_as(mobile_worker::Column::Status.eq(MobileWorkerStatus::Active.name()), "is_active")
            .expr_as(
                mobile_worker::Column::PersonalIdStatus
                    .eq(LinkStatus::Active.name())
                    .and(project_space::Column::ConnectEnabled.eq(true)),
                "is_linked",
            )
            .column((mobile_worker::Entity, mobile_worker::Column::ProjectSpaceId))
            .expr_as(Expr::col((project_space::Entity, project_space::Column::Name)), "project_space_name")
            // A mobile worker is never an admin (reference §1.7).
            .expr_as(Expr::val(false), "is_admin")
            .expr_as(role_id.clone(), "role_id")
            .column((role::Entity, role::Column::Grants))
            .expr_as(LOCATIONS.ids_of(self.backend(), "mobile_worker.id"), "location_ids")
            .expr_as(GROUPS.ids_of(self.backend(), "mobile_worker.id"), "group_ids")
            .expr_as(Expr::cust("NULL"), "last_access_at")
            .from(mobile_worker::Entity)
            .inner_join(
                project_space::Entity,
                Expr::col((project_space::Entity, project_space::Column::Id))
                    .equals((mobile_worker::Entity, mobile_worker::Column::ProjectSpaceId)),
            )
            .join_as(
                sea_orm::sea_query::JoinType::LeftJoin,
                role::Entity,
                Alias::new("role"),
                role_id.eq(own.clone()).or(own.is_null().and(role::Column::IsMobileDefault.eq(true)).and(
                    Expr::col((role::Entity, role::Column::ProjectSpaceId))
                        .equals((mobile_worker::Entity, mobile_worker::Column::ProjectSpaceId)),
                )),
            )
            .and_where(mobile_worker::Column::Id.eq(id.0))
            .to_owned()
    }
}

fn session_credential(row: session_row::Model) -> Result<SessionCredential, StoreError> {
    Ok(SessionCredential {
        session: session(&row)?,
        has_ended: row.ended_at.is_some(),
        refreshed_at: row.refreshed_at,
        refresh_hash: row.refresh_hash,
    })
}

fn standing(row: StandingRow) -> Result<Option<Standing>, StoreError> {
    let (Some(space), Some(name), Some(is_admin)) =
        (row.project_space_id, row.project_space_name, row.is_admin)
    else {
        return Ok(None);
    };
    Ok(Some(Standing {
        project_space: ProjectSpaceId(space),
        project_space_name: name,
        is_admin,
        role: row.role_id.map(RoleId),
        grants: row.grants.map(grants).transpose()?.unwrap_or_default(),
        locations: parse_ids(row.location_ids.as_deref())?.into_iter().map(LocationId).collect(),
        groups: parse_ids(row.group_ids.as_deref())?.into_iter().map(GroupId).collect(),
        last_access_at: row.last_access_at,
    }))
}
