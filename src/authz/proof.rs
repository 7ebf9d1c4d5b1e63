//! The proof that policy was asked. Its makers are in this file and in `authorizer`.

use super::action::{Action, Creates, Resource};
use super::attribute::Attributes;
use super::condition::Rows;
use super::decision::Obligation;
use crate::domain::{DecisionId, Principal, ProjectSpaceId};
use std::marker::PhantomData;
use std::sync::Arc;

/// A row as the store read it. Only policy opens it.
#[derive(Debug)]
pub struct Sealed<R>(pub(super) R);

impl<R: Resource> Sealed<R> {
    /// Seals a row. Only `store` calls this, which `tests/gateway/house.rs` checks.
    pub fn new(resource: R) -> Self {
        Self(resource)
    }
}

impl Sealed<crate::domain::Gateway> {
    /// The gateway itself and one's own account are no rows: there is nothing to read, and nothing to hide.
    pub fn gateway(gateway: crate::domain::Gateway) -> Self {
        Self(gateway)
    }
}

impl Sealed<crate::domain::Account> {
    /// The account that a credential was just checked against.
    pub fn account(account: crate::domain::Account) -> Self {
        Self(account)
    }
}

/// Proof that policy permitted `A` to this principal on this very resource.
///
/// [`Authorizer::authorize`](super::Authorizer::authorize) is its only maker, so a function that takes one cannot be
/// reached without a decision:
///
/// ```
/// use fieldgate::{authz::{Authorized, DeactivateMobileWorker, Sealed}, domain::MobileWorker};
/// type Row = Authorized<DeactivateMobileWorker>;
/// fn username(row: &Row) -> &str { row.resource().username.as_str() }
/// ```
///
/// A row that nobody judged cannot even be read. Alike but for one line, this does not compile:
///
/// ```compile_fail,E0599
/// use fieldgate::{authz::{Authorized, DeactivateMobileWorker, Sealed}, domain::MobileWorker};
/// type Row = Sealed<MobileWorker>;
/// fn username(row: &Row) -> &str { row.resource().username.as_str() }
/// ```
#[must_use]
#[derive(Debug)]
pub struct Authorized<A: Action> {
    pub(super) principal: Principal,
    pub(super) resource: A::Resource,
    pub(super) obligations: Vec<Obligation>,
    pub(super) decision: DecisionId,
    pub(super) policy: String,
}

/// A refreshed row was not the one that was judged.
#[derive(Debug, thiserror::Error)]
#[error("the row that was written is not the one that was judged")]
pub struct AnotherRow;

impl<A: Action> Authorized<A> {
    /// Who may.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What it may be done to.
    pub fn resource(&self) -> &A::Resource {
        &self.resource
    }

    /// What must be done along with it. The unit of work's commit sees to it.
    pub fn obligations(&self) -> &[Obligation] {
        &self.obligations
    }

    /// The decision's id.
    pub fn decision(&self) -> DecisionId {
        self.decision
    }

    /// The module that settled it, with its digest.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Puts the row as it is after the write in the place of the one that was judged.
    ///
    /// # Errors
    /// [`AnotherRow`] when it is not the same row.
    pub fn refresh(&mut self, after: A::Resource) -> Result<(), AnotherRow> {
        if after.id() != self.resource.id() || after.realm() != self.resource.realm() {
            return Err(AnotherRow);
        }
        self.resource = after;
        Ok(())
    }

    /// What this action made below its resource: its maker may see it.
    pub fn created<R: Resource>(&self, made: R) -> Visible<R>
    where
        A: Creates<R>,
    {
        Visible(Arc::new(made))
    }

    /// The resource, to be shown: who may act on a thing may see it, which the authorisation matrix asserts.
    pub fn into_visible(self) -> Visible<A::Resource> {
        Visible(Arc::new(self.resource))
    }
}

/// A row that this principal may see: found in a scope, acted on with a permit, or made by themselves. GraphQL objects
/// and REST answers are built from nothing else. Cheap to clone: a page shows one role fifty times.
#[derive(Debug)]
pub struct Visible<R>(Arc<R>);

impl<R> Visible<R> {
    /// A row that the principal was just permitted to read.
    pub(super) fn read(row: R) -> Self {
        Self(Arc::new(row))
    }
}

/// A row that policy has opened to the caller, to act on or to see. `store` asks for one where it answers a question
/// about such a row.
pub trait Opened: Sync {}

impl<A: Action> Opened for Authorized<A> {}

impl<R: Send + Sync> Opened for Visible<R> {}

impl<R> Clone for Visible<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> std::ops::Deref for Visible<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.0
    }
}

/// Proof that policy was asked which rows this principal may take `A` on, and what it said.
///
/// The store's list, count and get functions demand one, and join its condition to the query before they count,
/// sort or cut: what is out of scope is simply not found.
#[must_use]
#[derive(Debug)]
pub struct Scope<A: Action> {
    pub(super) project_space: ProjectSpaceId,
    pub(super) rows: Rows,
    pub(super) decision: DecisionId,
    pub(super) action: PhantomData<fn() -> A>,
}

impl<A: Action> Clone for Scope<A> {
    fn clone(&self) -> Self {
        Self {
            project_space: self.project_space,
            rows: self.rows.clone(),
            decision: self.decision,
            action: PhantomData,
        }
    }
}

impl<A: Action> Scope<A> {
    /// The project space that the rows belong to.
    pub fn project_space(&self) -> ProjectSpaceId {
        self.project_space
    }

    /// Which rows, in the policy's words.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Those of its rows that these let through as well: never more than it has.
    pub fn and(&self, rows: Rows) -> Self {
        Self { rows: self.rows.clone().and(rows), ..self.clone() }
    }

    /// The decision's id.
    pub fn decision(&self) -> DecisionId {
        self.decision
    }

    /// Whether a row with these attributes is in scope. The store asks the database instead.
    pub fn contains(&self, row: &Attributes) -> bool {
        self.rows.contain(row)
    }

    /// Opens a row that the store found under this scope. Only `store` calls this, as with [`Sealed::new`].
    pub fn open(&self, Sealed(row): Sealed<A::Resource>) -> Visible<A::Resource> {
        Visible(Arc::new(row))
    }
}
