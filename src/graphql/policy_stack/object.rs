use super::report::PolicyMonitorReport;
use super::revision::{
    PolicyActivationObject, PolicyCasesObject, PolicyModuleObject, PolicyQuarantineObject,
    PolicyRevisionObject,
};
use crate::authz::Visible;
use crate::domain::{Cursor, PolicyRevisionId, PolicyStack, RevisionName};
use crate::graphql::context::ContextExt;
use crate::graphql::page::{PageArguments, connection, counted, page_cost};
use crate::graphql::requires::requires;
use crate::service::policy_stack;
use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object, Result};

/// What is in force in a project space.
pub struct PolicyStackObject(Visible<PolicyStack>);

impl From<Visible<PolicyStack>> for PolicyStackObject {
    fn from(stack: Visible<PolicyStack>) -> Self {
        Self(stack)
    }
}

/// A page of revisions.
type PolicyRevisionConnection = Connection<String, PolicyRevisionObject, PolicyRevisionCount>;
/// A page of what took effect.
type PolicyActivationConnection = Connection<String, PolicyActivationObject, PolicyActivationCount>;

pub struct PolicyRevisionCount(Visible<PolicyStack>);

counted!(PolicyRevisionCount, |this, ctx| {
    let count = policy_stack::count_revisions(ctx.services(), &this.0).await;
    count.map_err(|failure| ctx.fail(&failure))
});

pub struct PolicyActivationCount(Visible<PolicyStack>);

counted!(PolicyActivationCount, |this, ctx| {
    let count = policy_stack::count_history(ctx.services(), &this.0).await;
    count.map_err(|failure| ctx.fail(&failure))
});

/// How a project space decides: what is in force, what is tried beside it, and what there is to choose from.
#[Object(name = "PolicyStack")]
impl PolicyStackObject {
    /// Give it back when you activate something, to refuse a lost update.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The revision in force; null for `standard` alone.
    #[graphql(directive = requires::apply("policy.read".to_owned()))]
    async fn active(&self, ctx: &Context<'_>) -> Result<Option<PolicyRevisionObject>> {
        self.named(ctx, self.0.active).await
    }

    /// The revision that is asked as well, and whose answers are only compared.
    #[graphql(directive = requires::apply("policy.read".to_owned()))]
    async fn monitored(&self, ctx: &Context<'_>) -> Result<Option<PolicyRevisionObject>> {
        self.named(ctx, self.0.monitored).await
    }

    /// What the revision that is monitored would have answered so far; null when none is. Give a revision to see what was
    /// compared while it was monitored.
    #[graphql(directive = requires::apply("policy.read".to_owned()), complexity = "child_complexity + 20")]
    async fn monitor_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The revision's id; that of the one that is monitored when left out")]
        revision: Option<ID>,
    ) -> Result<Option<PolicyMonitorReport>> {
        let revision = match revision {
            None => None,
            Some(id) => match PolicyRevisionId::parse(&id) {
                Ok(id) => Some(id),
                Err(_) => return Ok(None),
            },
        };
        let report = policy_stack::monitor_report(ctx.services(), &self.0, revision).await;
        let report = report.map_err(|failure| ctx.fail(&failure))?;
        Ok(report.map(|report| PolicyMonitorReport(self.0.clone(), report)))
    }

    /// The modules that were uploaded here, by name: 50 at most.
    #[graphql(
        directive = requires::apply("policy.read".to_owned()),
        complexity = "20 * child_complexity + 1"
    )]
    async fn modules(&self, ctx: &Context<'_>) -> Result<Vec<PolicyModuleObject>> {
        let modules = policy_stack::modules(ctx.services(), &self.0).await;
        let modules = modules.map_err(|failure| ctx.fail(&failure))?;
        Ok(modules.iter().map(PolicyModuleObject::from).collect())
    }

    /// When a module gave no answer several times in a row and was left alone for a while, the latest first: 20 at most.
    /// What a module in force is not asked in that time is denied as UNAVAILABLE; of a revision that is only monitored,
    /// nobody notices it but for `monitorReport`. Each gateway has its own.
    #[graphql(
        directive = requires::apply("policy.read".to_owned()),
        complexity = "20 * child_complexity + 1"
    )]
    async fn quarantines(&self, ctx: &Context<'_>) -> Result<Vec<PolicyQuarantineObject>> {
        let quarantines = policy_stack::quarantines(ctx.services(), &self.0).await;
        let quarantines = quarantines.map_err(|failure| ctx.fail(&failure))?;
        Ok(quarantines.into_iter().map(PolicyQuarantineObject::from).collect())
    }

    /// What the policies must answer before they are put in force; null where nobody set that.
    #[graphql(directive = requires::apply("policy.read".to_owned()))]
    async fn cases(&self, ctx: &Context<'_>) -> Result<Option<PolicyCasesObject>> {
        let cases = policy_stack::cases(ctx.services(), &self.0).await;
        Ok(cases.map_err(|failure| ctx.fail(&failure))?.map(PolicyCasesObject::from))
    }

    /// All revisions, the newest first.
    #[graphql(
        directive = requires::apply("policy.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    async fn revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<PolicyRevisionConnection> {
        let list = format!("policy revisions of {} by number", self.0.project_space);
        let request = PageArguments { first, after, last, before }.request(ctx, &list)?;
        let found = policy_stack::revisions(ctx.services(), &self.0, &request).await;
        Ok(connection(
            ctx,
            &list,
            found.map_err(|failure| ctx.fail(&failure))?,
            PolicyRevisionCount(self.0.clone()),
            |revision| Cursor { key: revision.cursor_key(), id: revision.id.0 },
            PolicyRevisionObject::from,
        ))
    }

    /// What took effect, the latest first.
    #[graphql(
        directive = requires::apply("policy.read".to_owned()),
        complexity = "page_cost(first, last, child_complexity)"
    )]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start: 20 when left out, at most 100.")] first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<PolicyActivationConnection> {
        let list = format!("policy history of {} by version", self.0.project_space);
        let request = PageArguments { first, after, last, before }.request(ctx, &list)?;
        let found = policy_stack::history(ctx.services(), &self.0, &request).await;
        Ok(connection(
            ctx,
            &list,
            found.map_err(|failure| ctx.fail(&failure))?,
            PolicyActivationCount(self.0.clone()),
            |activation| Cursor { key: activation.cursor_key(), id: activation.id.0 },
            PolicyActivationObject::from,
        ))
    }
}

impl PolicyStackObject {
    async fn named(
        &self,
        ctx: &Context<'_>,
        name: Option<RevisionName>,
    ) -> Result<Option<PolicyRevisionObject>> {
        let Some(name) = name else { return Ok(None) };
        let revision = policy_stack::revision(ctx.services(), &self.0, name.id).await;
        Ok(revision.map_err(|failure| ctx.fail(&failure))?.map(PolicyRevisionObject::from))
    }
}
