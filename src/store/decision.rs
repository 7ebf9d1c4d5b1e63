//! The decision log: what policies were asked, and what they answered.

use super::audit::{sign_in_name, sign_in_named};
use super::connection::{Store, UnitOfWork};
use super::decision_json::{Columns, answer, answer_json, question, question_json, stack, stack_json, texts};
use super::error::StoreError;
use super::housekeeping::STEP;
use super::row_filter::{self, Column};
use crate::authz::{
    Answer, Decision, KeepHouse, LoggedDecision, Outcome, OwnDenial, ReadDecision, Scope, Sealed, Visible,
};
use crate::domain::{DecisionId, Identity, MobileWorkerId, ProjectSpaceId, WebUserId};
use chrono::TimeDelta;
use entity::decision;
use sea_orm::sea_query::{Expr, OnConflict, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait, Set};
use serde_json::json;
use uuid::Uuid;

/// The attributes that row filters may name, as `authz::resource` tells them.
fn columns(name: &str) -> Option<Column> {
    use decision::Column as Own;
    let column = |column: Own| Expr::col((decision::Entity, column));
    Some(match name {
        "id" => Column::Id(column(Own::Id)),
        "action" => Column::Text(column(Own::Action)),
        "principal_id" => Column::MaybeId(column(Own::PrincipalId)),
        "resource_kind" => Column::Text(column(Own::ResourceKind)),
        "resource_id" => Column::MaybeText(column(Own::ResourceId)),
        "outcome" => Column::Text(column(Own::Outcome)),
        _ => return None,
    })
}

fn identity_columns(identity: Identity) -> (&'static str, Option<Uuid>) {
    match identity {
        Identity::WebUser(id) => ("web_user", Some(id.0)),
        Identity::MobileWorker(id) => ("mobile_worker", Some(id.0)),
        // No policy is asked about strangers.
        Identity::System | Identity::Anonymous => ("system", None),
    }
}

fn read(row: decision::Model) -> Result<LoggedDecision, StoreError> {
    let broken = |what| StoreError::Inconsistent(what);
    let identity = match (row.principal_kind.as_str(), row.principal_id) {
        ("web_user", Some(id)) => Identity::WebUser(WebUserId(id)),
        ("mobile_worker", Some(id)) => Identity::MobileWorker(MobileWorkerId(id)),
        ("system", None) => Identity::System,
        _ => return Err(broken("principal of a decision")),
    };
    let (id, project_space) = (DecisionId(row.id), ProjectSpaceId(row.project_space_id));
    let signed_in_by = sign_in_named(&row.signed_in_by)?;
    let columns = Columns {
        id,
        project_space,
        at: row.at,
        identity,
        signed_in_by,
        action: &row.action,
        is_scope: row.is_scope,
    };
    let question = row.question.as_ref().and_then(|json| question(json, &columns));
    Ok(LoggedDecision {
        id,
        project_space,
        at: row.at,
        identity,
        signed_in_by,
        is_scope: row.is_scope,
        resource_kind: row.resource_kind,
        resource_id: row.resource_id,
        answer: answer(&row.answer).ok_or(broken("answer of a decision"))?,
        policy: row.policy,
        stack: stack(&row.stack).ok_or(broken("stack of a decision"))?,
        masked: texts(&row.masked).ok_or(broken("masked attributes of a decision"))?,
        question,
        action: row.action,
    })
}

/// The order in time: ids are made of times.
fn of_space(space: ProjectSpaceId) -> SelectStatement {
    decision::Entity::find().filter(decision::Column::ProjectSpaceId.eq(space.0)).into_query()
}

/// An id and nothing else.
#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

impl Store {
    /// Keeps decisions, all of them or none; those that are kept already stay as they are, as whoever was not told that
    /// it went well tries again. Nothing in them may name a person: see `service::decision`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_decisions(&self, decisions: &[LoggedDecision]) -> Result<(), StoreError> {
        let rows = decisions.iter().map(|it| {
            let (principal_kind, principal_id) = identity_columns(it.identity);
            decision::ActiveModel {
                id: Set(it.id.0),
                project_space_id: Set(it.project_space.0),
                at: Set(it.at),
                principal_kind: Set(principal_kind.to_owned()),
                principal_id: Set(principal_id),
                signed_in_by: Set(sign_in_name(it.signed_in_by).to_owned()),
                is_scope: Set(it.is_scope),
                action: Set(it.action.clone()),
                resource_kind: Set(it.resource_kind.clone()),
                resource_id: Set(it.resource_id.clone()),
                outcome: Set(it.outcome().name().to_owned()),
                policy: Set(it.policy.clone()),
                stack: Set(stack_json(&it.stack)),
                question: Set(it.question.as_ref().map(question_json)),
                masked: Set(json!(it.masked)),
                answer: Set(answer_json(&it.answer)),
            }
        });
        if decisions.is_empty() {
            return Ok(());
        }
        let again = OnConflict::column(decision::Column::Id).do_nothing().to_owned();
        self.note_new(&decision::Entity::insert_many(rows).on_conflict(again).into_query()).await
    }

    /// The project space whose policy decided.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn space_of_decision(&self, id: DecisionId) -> Result<Option<ProjectSpaceId>, StoreError> {
        let query = Query::select()
            .expr_as(Expr::col(decision::Column::ProjectSpaceId), "id")
            .from(decision::Entity)
            .and_where(decision::Column::Id.eq(id.0))
            .to_owned();
        let found: Option<Id> = self.one(&query).await?;
        Ok(found.map(|found| ProjectSpaceId(found.id)))
    }

    /// A decision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn decision(&self, id: DecisionId) -> Result<Option<Sealed<LoggedDecision>>, StoreError> {
        let query = decision::Entity::find_by_id(id.0).into_query();
        self.one(&query).await?.map(|row| Ok(Sealed::new(read(row)?))).transpose()
    }

    /// The decision with this id, if it is in scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visible_decision(
        &self,
        scope: &Scope<ReadDecision>,
        id: DecisionId,
    ) -> Result<Option<Visible<LoggedDecision>>, StoreError> {
        let query = of_space(scope.project_space())
            .cond_where(row_filter::rows(scope.rows(), columns)?)
            .and_where(decision::Column::Id.eq(id.0))
            .to_owned();
        self.one(&query).await?.map(|row| Ok(scope.open(Sealed::new(read(row)?)))).transpose()
    }

    /// Decisions in scope, the newest first, from before this one on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn decisions_before(
        &self,
        scope: &Scope<ReadDecision>,
        before: Option<DecisionId>,
        limit: u64,
    ) -> Result<Vec<Visible<LoggedDecision>>, StoreError> {
        let mut query = of_space(scope.project_space())
            .cond_where(row_filter::rows(scope.rows(), columns)?)
            .order_by(decision::Column::Id, Order::Desc)
            .limit(limit)
            .to_owned();
        if let Some(before) = before {
            query.and_where(decision::Column::Id.lt(before.0));
        }
        self.all(&query).await?.into_iter().map(|row| Ok(scope.open(Sealed::new(read(row)?)))).collect()
    }

    /// The decision with this id that denied something to this very person, and that they were told of.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn own_denial(
        &self,
        id: DecisionId,
        identity: Identity,
    ) -> Result<Option<Sealed<OwnDenial>>, StoreError> {
        let (kind, Some(person)) = identity_columns(identity) else { return Ok(None) };
        let query = decision::Entity::find_by_id(id.0)
            .filter(decision::Column::PrincipalKind.eq(kind))
            .filter(decision::Column::PrincipalId.eq(person))
            .filter(decision::Column::Outcome.eq(Outcome::Deny.name()))
            .filter(decision::Column::IsScope.eq(false))
            .into_query();
        let Some(row) = self.one(&query).await? else { return Ok(None) };
        let found = read(row)?;
        let is_hidden = matches!(&found.answer, Answer::Decision(Decision::Deny(denial)) if !denial.visible);
        Ok((!is_hidden).then(|| Sealed::new(OwnDenial(found))))
    }
}

/// The newest decision of a project space beyond those that are kept.
fn newest_to_go(space: ProjectSpaceId, keep: u64) -> SelectStatement {
    Query::select()
        .column(decision::Column::Id)
        .from(decision::Entity)
        .and_where(decision::Column::ProjectSpaceId.eq(space.0))
        .order_by(decision::Column::Id, Order::Desc)
        .limit(1)
        .offset(keep)
        .to_owned()
}

impl UnitOfWork<KeepHouse> {
    /// Decisions that are too old to keep.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_decisions(&mut self, keep: TimeDelta) -> Result<u64, StoreError> {
        let over = Query::select()
            .column(decision::Column::Id)
            .from(decision::Entity)
            .and_where(decision::Column::At.lt(self.now - keep))
            .limit(STEP)
            .to_owned();
        self.take_away(over).await
    }

    /// The oldest decisions of a project space beyond so many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_decisions_of(&mut self, space: ProjectSpaceId, keep: u64) -> Result<u64, StoreError> {
        let Some(newest) = self.one::<Id>(&newest_to_go(space, keep)).await? else { return Ok(0) };
        let over = Query::select()
            .column(decision::Column::Id)
            .from(decision::Entity)
            .and_where(decision::Column::ProjectSpaceId.eq(space.0))
            .and_where(decision::Column::Id.lte(newest.id))
            .order_by(decision::Column::Id, Order::Asc)
            .limit(STEP)
            .to_owned();
        self.take_away(over).await
    }

    async fn take_away(&mut self, ids: SelectStatement) -> Result<u64, StoreError> {
        let swept = decision::Entity::delete_many()
            .filter(decision::Column::Id.in_subquery(ids))
            .exec(&self.tx)
            .await?;
        Ok(swept.rows_affected)
    }
}
