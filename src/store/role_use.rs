//! Who and what has a role.

use super::connection::UnitOfWork;
use super::error::StoreError;
use crate::authz::DeleteRole;
use crate::domain::InvitationState;
use entity::{api_key, invitation, membership, mobile_worker, role};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LockType, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter};
use uuid::Uuid;

/// How many have a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct RoleUse {
    /// Deleted ones too: they can be restored, and then have it again.
    pub mobile_workers: i64,
    /// Members of the project space, deactivated ones too.
    pub web_users: i64,
    /// Invitations that are still to be accepted, expired ones too: they can be renewed.
    pub invitations: i64,
    /// Keys that act for somebody.
    pub api_keys: i64,
}

impl UnitOfWork<DeleteRole> {
    /// How many have the role. Nobody is given it from here to the end of the transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn role_use(&self) -> Result<RoleUse, StoreError> {
        let role = self.proof.resource().id.0;
        if self.backend() == DbBackend::Postgres {
            // Giving it away takes a share of this row, by its foreign key. SQLite has one writer anyway.
            let lock = Query::select()
                .column(role::Column::Id)
                .from(role::Entity)
                .and_where(role::Column::Id.eq(role))
                .lock(LockType::Update)
                .to_owned();
            self.one::<Locked>(&lock).await?;
        }
        // Keys of people who are no members any more act for nobody: they would be in the way for good.
        api_key::Entity::delete_many()
            .filter(api_key::Column::RoleId.eq(role))
            .filter(Expr::not_exists(owner_is_a_member()))
            .exec(&self.tx)
            .await?;
        let open = invitation::Column::State.eq(InvitationState::Pending.name());
        let query = Query::select()
            .expr_as(count(mobile_worker::Entity, mobile_worker::Column::RoleId.eq(role)), "mobile_workers")
            .expr_as(count(membership::Entity, membership::Column::RoleId.eq(role)), "web_users")
            .expr_as(count(invitation::Entity, invitation::Column::RoleId.eq(role).and(open)), "invitations")
            .expr_as(count(api_key::Entity, api_key::Column::RoleId.eq(role)), "api_keys")
            .to_owned();
        self.one(&query).await?.ok_or(StoreError::Stale)
    }
}

#[derive(FromQueryResult)]
struct Locked {
    #[sea_orm(from_alias = "id")]
    _id: Uuid,
}

/// How many rows there are like this, as a part of a select.
pub(super) fn count<E: EntityTrait>(entity: E, having: Expr) -> Expr {
    let query =
        Query::select().expr(Func::count(Expr::val(1))).from(entity.table_ref()).and_where(having).to_owned();
    Expr::SubQuery(None, Box::new(query.into()))
}

/// The membership that a key came of: one from before the key was made.
pub(super) fn owner_is_a_member() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(membership::Entity)
        .and_where(
            Expr::col((membership::Entity, membership::Column::WebUserId))
                .equals((api_key::Entity, api_key::Column::WebUserId)),
        )
        .and_where(
            Expr::col((membership::Entity, membership::Column::ProjectSpaceId))
                .equals((api_key::Entity, api_key::Column::ProjectSpaceId)),
        )
        .and_where(
            Expr::col((membership::Entity, membership::Column::JoinedAt))
                .lte(Expr::col((api_key::Entity, api_key::Column::CreatedAt))),
        )
        .to_owned()
}
