use crate::authz::{
    Attributes, Denied, LoggedDecision, OwnDenial, ReadDecision, ReadOwnDecision, Visible, Voice,
};
use crate::domain::{DecisionId, Principal};
use crate::service::{Failure, Services};

/// What is told of a decision.
#[derive(Debug)]
pub enum Explanation {
    /// All of it.
    Whole {
        /// What was asked and answered.
        decision: Visible<LoggedDecision>,
        /// What each module says when it is asked again; nothing where it cannot be: the question was too long to keep, or
        /// the stack is not at hand.
        voices: Option<Vec<Voice>>,
    },
    /// What was told to the caller when it was denied to them.
    Own(Visible<OwnDenial>),
}

/// Why it was decided as it was. Whoever may read the project space's decisions sees all of it; others see why they were
/// denied something themselves, as far as they were told. Nothing for the rest.
///
/// # Errors
/// [`Failure`].
pub async fn explain(
    services: &Services,
    principal: &Principal,
    id: DecisionId,
) -> Result<Option<Explanation>, Failure> {
    let Some(space) = services.store.space_of_decision(id).await? else { return Ok(None) };
    let scope = services.authorizer.scope::<ReadDecision>(principal, space).await;
    if let Ok(scope) = &scope
        && let Some(decision) = services.store.visible_decision(scope, id).await?
    {
        let voices = voices(services, &decision).await?;
        return Ok(Some(Explanation::Whole { decision, voices }));
    }
    let Some(own) = services.store.own_denial(id, principal.identity).await? else {
        return match scope {
            // Whether there is something to see cannot be said before the policy answers again.
            Err(denied @ Denied::Undecided { .. }) => Err(denied.into()),
            Ok(_) | Err(_) => Ok(None),
        };
    };
    let proof = services.authorizer.authorize::<ReadOwnDecision>(principal, own, Attributes::new()).await?;
    Ok(Some(Explanation::Own(proof.into_visible())))
}

/// What each module says now: of the stack in force if that is who answered, else of the revision that did.
async fn voices(services: &Services, decision: &LoggedDecision) -> Result<Option<Vec<Voice>>, Failure> {
    let Some(question) = &decision.question else { return Ok(None) };
    if let Some(voices) = services.authorizer.engine().voices(&decision.stack, question).await {
        return Ok(Some(voices));
    }
    let Some(revision) = decision.stack.revision else { return Ok(None) };
    let engine = match services.workshop.loaded(revision) {
        Some(engine) => engine,
        None => {
            let modules = services.store.policy_modules_to_load(revision).await?;
            match services.workshop.load(question.project_space(), revision, modules).await {
                Ok(engine) => engine,
                // Its modules were deleted, or there is too much going on: the recorded answer has to do.
                Err(_) => return Ok(None),
            }
        }
    };
    Ok(engine.voices(&decision.stack, question).await)
}
