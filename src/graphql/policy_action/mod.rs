//! What a policy can be asked: for authors of policies and for the pages that they are written in. It says nothing of
//! anybody, so everybody may read it.

mod object;

use crate::authz::ACTION_CATALOGUE;
use async_graphql::Object;
use object::PolicyActionObject;

#[derive(Default)]
pub struct PolicyActionQuery;

#[Object]
impl PolicyActionQuery {
    /// Every action that is authorised: what it is taken on, and what policies are told. The names are those of the
    /// `@requires` directives.
    #[graphql(complexity = "child_complexity * 20 + 1")]
    async fn policy_actions(
        &self,
        #[graphql(desc = "Those that begin like this: `mobile_worker.`")] starts_with: Option<String>,
    ) -> Vec<PolicyActionObject> {
        let start = starts_with.unwrap_or_default();
        ACTION_CATALOGUE
            .iter()
            .filter(|action| action.name.starts_with(&start))
            .copied()
            .map(PolicyActionObject::from)
            .collect()
    }
}
