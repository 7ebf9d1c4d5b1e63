//! Which mails are sent next: a bounded number for each destination domain and each project space, and the project spaces in
//! turn. A mail server that hangs holds up the mail of its own domain, and no other.

use super::connection::UnitOfWork;
use super::error::StoreError;
use super::mail_list::is_due;
use crate::authz::ClaimMail;
use crate::domain::mail::{DOMAIN_AT_ONCE, SPACE_AT_ONCE};
use entity::mail;
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, Order, OverStatement, Query, SelectStatement, WindowStatement,
};
use sea_orm::{ColumnTrait, DbBackend, DeriveIden, FromQueryResult};
use std::collections::HashMap;
use uuid::Uuid;

/// What the subqueries call their columns.
#[derive(DeriveIden)]
enum Turn {
    Due,
    Ranked,
    Domain,
    /// The place among the mails of one project space to one domain.
    Place,
    /// The place among the mails to one domain.
    OfDomain,
}

#[derive(FromQueryResult)]
struct Candidate {
    id: Uuid,
    project_space_id: Option<Uuid>,
    domain: String,
}

#[derive(FromQueryResult)]
struct Busy {
    project_space_id: Option<Uuid>,
    domain: String,
    number: i64,
}

/// How many mails are being sent.
#[derive(Default)]
struct Load {
    spaces: HashMap<Option<Uuid>, usize>,
    domains: HashMap<String, usize>,
}

impl Load {
    fn of(busy: Vec<Busy>) -> Self {
        let mut load = Self::default();
        for Busy { project_space_id, domain, number } in busy {
            load.add(project_space_id, domain, usize::try_from(number).unwrap_or(usize::MAX));
        }
        load
    }

    fn add(&mut self, space: Option<Uuid>, domain: String, number: usize) {
        let count = self.spaces.entry(space).or_default();
        *count = count.saturating_add(number);
        let count = self.domains.entry(domain).or_default();
        *count = count.saturating_add(number);
    }

    fn space(&self, space: Option<Uuid>) -> usize {
        self.spaces.get(&space).copied().unwrap_or_default()
    }

    fn domain(&self, domain: &str) -> usize {
        self.domains.get(domain).copied().unwrap_or_default()
    }
}

/// Chooses up to `room` mails that are due. Each time it takes the oldest mail of the project space with the fewest mails under
/// way, unless the mail's domain or project space has its full number.
pub(super) async fn choose(work: &UnitOfWork<ClaimMail>, room: usize) -> Result<Vec<Uuid>, StoreError> {
    let mut load = Load::of(work.all(&busy(work)).await?);
    let mut waiting: HashMap<Option<Uuid>, Vec<Candidate>> = HashMap::new();
    // The newest first, so that the oldest is taken from the end.
    for candidate in work.all::<Candidate>(&candidates(work, &load)).await?.into_iter().rev() {
        waiting.entry(candidate.project_space_id).or_default().push(candidate);
    }
    let mut chosen = Vec::new();
    while chosen.len() < room {
        let next = waiting.iter().filter(|(_, mails)| !mails.is_empty());
        let next = next.filter(|(space, _)| load.space(**space) < SPACE_AT_ONCE);
        let Some(space) = next.map(|(space, _)| *space).min_by_key(|space| (load.space(*space), *space))
        else {
            break;
        };
        let Some(mail) = waiting.get_mut(&space).and_then(Vec::pop) else { break };
        if load.domain(&mail.domain) < DOMAIN_AT_ONCE {
            load.add(space, mail.domain, 1);
            chosen.push(mail.id);
        }
    }
    Ok(chosen)
}

/// The part of the recipient's address after the `@`.
fn domain(backend: DbBackend) -> Expr {
    Expr::cust(match backend {
        DbBackend::Sqlite => "substr(mail.recipient, instr(mail.recipient, '@') + 1)",
        _ => "split_part(mail.recipient, '@', 2)",
    })
}

/// How many mails are being sent, by any gateway.
fn busy(work: &UnitOfWork<ClaimMail>) -> SelectStatement {
    Query::select()
        .column(mail::Column::ProjectSpaceId)
        .expr_as(domain(work.backend()), "domain")
        .expr_as(Expr::cust("COUNT(*)"), "number")
        .from(mail::Entity)
        .and_where(mail::Column::ClaimedUntil.gt(work.now()))
        .group_by_col(mail::Column::ProjectSpaceId)
        .add_group_by([domain(work.backend())])
        .to_owned()
}

/// The mails that are due, the oldest first, and no more to one domain than may be sent at once. Project spaces that write to
/// the same domain get its places in turn.
fn candidates(work: &UnitOfWork<ClaimMail>, load: &Load) -> SelectStatement {
    let by_age = |window: &mut WindowStatement| {
        window
            .order_by(mail::Column::NextAttemptAt, Order::Asc)
            .order_by(mail::Column::Id, Order::Asc)
            .to_owned()
    };
    let full = load.domains.iter().filter(|(_, number)| **number >= DOMAIN_AT_ONCE);
    let full: Vec<_> = full.map(|(domain, _)| domain.clone()).collect();
    let mut of_space = WindowStatement::partition_by(mail::Column::ProjectSpaceId);
    of_space.add_partition_by(domain(work.backend()));
    let due = Query::select()
        .columns([mail::Column::Id, mail::Column::ProjectSpaceId, mail::Column::NextAttemptAt])
        .expr_as(domain(work.backend()), Turn::Domain)
        .expr_window_as(Expr::cust("ROW_NUMBER()"), by_age(&mut of_space), Turn::Place)
        .from(mail::Entity)
        .and_where(is_due(work.now()))
        .and_where(domain(work.backend()).is_not_in(full))
        .to_owned();
    let mut of_domain = WindowStatement::partition_by(Turn::Domain);
    of_domain.order_by(Turn::Place, Order::Asc);
    let ranked = Query::select()
        .columns([mail::Column::Id, mail::Column::ProjectSpaceId, mail::Column::NextAttemptAt])
        .column(Turn::Domain)
        .expr_window_as(Expr::cust("ROW_NUMBER()"), by_age(&mut of_domain), Turn::OfDomain)
        .from_subquery(due, Turn::Due)
        .and_where(Expr::col(Turn::Place).lte(DOMAIN_AT_ONCE as u64))
        .to_owned();
    Query::select()
        .columns([mail::Column::Id, mail::Column::ProjectSpaceId])
        .expr_as(Expr::col(Turn::Domain), Alias::new("domain"))
        .from_subquery(ranked, Turn::Ranked)
        .and_where(Expr::col(Turn::OfDomain).lte(DOMAIN_AT_ONCE as u64))
        .order_by(mail::Column::NextAttemptAt, Order::Asc)
        .order_by(mail::Column::Id, Order::Asc)
        .to_owned()
}
