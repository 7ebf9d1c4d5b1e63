use super::DecisionExplanation;
use crate::domain::DecisionId;
use crate::graphql::context::ContextExt;
use crate::graphql::requires::requires;
use crate::service::decision;
use async_graphql::{Context, ID, Object, Result};

#[derive(Default)]
pub struct DecisionQuery;

#[Object]
impl DecisionQuery {
    /// Why a policy decided as it did, by the `decisionId` of an error or of an entry of the audit. Who may read the project
    /// space's decisions sees all of it; others, why they were denied something themselves, as far as they were told. Null
    /// for anything else, and for what was not kept: of permitted reads the log keeps a sample, and all of it for some
    /// weeks only.
    #[graphql(
        directive = requires::apply("decision.read".to_owned()),
        directive = requires::apply("decision.read_own".to_owned()),
        complexity = "child_complexity + 200"
    )]
    async fn explain_decision(&self, ctx: &Context<'_>, id: ID) -> Result<Option<DecisionExplanation>> {
        let Ok(id) = DecisionId::parse(&id) else { return Ok(None) };
        let explained = decision::explain(ctx.services(), ctx.principal(), id).await;
        let explained = explained.map_err(|failure| ctx.fail(&failure))?;
        Ok(explained.map(DecisionExplanation::from))
    }
}
