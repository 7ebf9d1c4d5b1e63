//! Members: web users in a project space. One at a time, and every write. Lists are in `member_list`.

use super::error::StoreError;
use crate::domain::{Assignment, LocationId, MembershipId, ProjectSpaceId, WebUserId};
use chrono::{DateTime, Utc};
use entity::{membership, membership_location};
use sea_orm::{DatabaseTransaction, EntityTrait, Set};
use serde_json::{Value as Json, json};

/// Makes the membership.
///
/// # Errors
/// [`StoreError::Conflict`] when they are a member already.
pub(super) async fn insert(
    tx: &DatabaseTransaction,
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
        joined_at: Set(now),
        last_access_at: Set(None),
        version: Set(1),
    };
    membership::Entity::insert(row).exec_without_returning(tx).await?;
    insert_locations(tx, space, id, &given.locations).await?;
    Ok(id)
}

/// Ids as the audit has them.
pub(super) fn ids<T: ToString>(ids: &[T]) -> Json {
    json!(ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

async fn insert_locations(
    tx: &DatabaseTransaction,
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
