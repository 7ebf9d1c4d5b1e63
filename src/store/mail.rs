//! The outbox: mails are queued in the transaction of the change that causes them.

use super::error::StoreError;
use crate::authz::{Action, Authorized, Resource};
use crate::domain::{MailId, ProjectSpaceId};
use chrono::{DateTime, Utc};
use entity::{mail, membership, web_user};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, Set};
use serde_json::json;

/// The template that tells admins of an action.
const ACTION_NOTICE: &str = "action_notice";

#[derive(FromQueryResult)]
struct Recipient {
    email: String,
}

fn admins_of(space: ProjectSpaceId) -> SelectStatement {
    Query::select()
        .column((web_user::Entity, web_user::Column::Email))
        .from(membership::Entity)
        .inner_join(
            web_user::Entity,
            Expr::col((web_user::Entity, web_user::Column::Id))
                .equals((membership::Entity, membership::Column::WebUserId)),
        )
        .and_where(membership::Column::ProjectSpaceId.eq(space.0))
        .and_where(membership::Column::IsAdmin.eq(true))
        .and_where(membership::Column::IsActive.eq(true))
        .and_where(web_user::Column::IsActive.eq(true))
        .to_owned()
}

/// Queues one mail to each admin of the project space.
pub(super) async fn notify_admins<A: Action>(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    space: ProjectSpaceId,
    proof: &Authorized<A>,
) -> Result<(), StoreError> {
    let rows = tx.query_all(&admins_of(space)).await?;
    let mut mails = Vec::new();
    for row in &rows {
        let Recipient { email } = Recipient::from_query_result(row, "")?;
        let id = MailId::fresh(now);
        mails.push(mail::ActiveModel {
            id: Set(id.0),
            project_space_id: Set(Some(space.0)),
            recipient: Set(email),
            template: Set(ACTION_NOTICE.to_owned()),
            data: Set(json!({
                "action": A::NAME,
                "principal": proof.principal().identity.id(),
                "resource": proof.resource().id(),
                "decision": proof.decision().to_string(),
            })),
            message_id: Set(format!("{}@fieldgate", id.hex())),
            status: Set("queued".to_owned()),
            attempts: Set(0),
            next_attempt_at: Set(now),
            created_at: Set(now),
        });
    }
    if !mails.is_empty() {
        mail::Entity::insert_many(mails).exec_without_returning(tx).await?;
    }
    Ok(())
}
