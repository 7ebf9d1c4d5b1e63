//! `fieldgate policy decision`: why something was decided as it was.

use super::{CommandError, Output, open_existing, operator};
use crate::authz::{Answer, LoggedDecision, Said, Voice, denial};
use crate::config::ConfigOptions;
use crate::domain::DecisionId;
use crate::service::Refused;
use crate::service::decision::{Explanation, explain};
use clap::Args;
use serde_json::json;

/// Which decision.
#[derive(Args)]
pub struct DecisionOptions {
    /// Its id: the `decisionId` of an error or of an entry of the audit
    id: String,
    #[command(flatten)]
    output: Output,
}

pub async fn run(options: &ConfigOptions, asked: &DecisionOptions) -> Result<(), CommandError> {
    let id = DecisionId::parse(&asked.id).map_err(|error| CommandError::Usage(error.to_string()))?;
    let (_, gateway) = open_existing(options).await?;
    let explained = explain(&gateway.services, &operator(), id).await.map_err(Refused::from)?;
    let Some(Explanation::Whole { decision, voices }) = explained else {
        return Err(CommandError::Usage(format!(
            "`{id}` is not in the decision log: of permitted reads it keeps a sample, and all of it for some weeks only"
        )));
    };
    if asked.output.json {
        println!("{}", printed(&decision, voices.as_deref()));
    } else {
        print(&decision, voices.as_deref());
    }
    Ok(())
}

/// What was answered, in words.
fn told(decision: &LoggedDecision) -> String {
    match &decision.answer {
        Answer::Decision(answer) => Said::Decision(answer.clone()).told(),
        Answer::Rows(rows) => Said::Rows(rows.clone()).told(),
        Answer::ManyRows => "lets rows through, in too many words to keep".to_owned(),
        Answer::Fault(class) => Said::Fault(class.clone()).told(),
    }
}

fn printed(decision: &LoggedDecision, voices: Option<&[Voice]>) -> serde_json::Value {
    let modules = voices.map(|voices| {
        voices.iter().map(|it| json!({ "module": it.module, "told": it.said.told() })).collect::<Vec<_>>()
    });
    let denied = match &decision.answer {
        Answer::Decision(answer) => denial(answer, decision.signed_in_by),
        Answer::Rows(_) | Answer::ManyRows | Answer::Fault(_) => None,
    };
    json!({
        "id": decision.id.to_string(),
        "projectSpace": decision.project_space.to_string(),
        "at": decision.at.to_rfc3339(),
        "principal": decision.identity.id(),
        "action": decision.action,
        "resourceKind": decision.resource_kind,
        "resourceId": decision.resource_id,
        "list": decision.is_scope,
        "outcome": decision.outcome().name(),
        "told": told(decision),
        "reason": denied.as_ref().map(|denial| &denial.reason),
        "missing": denied.as_ref().map(|denial| &denial.missing),
        "policy": decision.policy,
        "stack": decision.stack.modules,
        "masked": decision.masked,
        "modules": modules,
    })
}

fn print(decision: &LoggedDecision, voices: Option<&[Voice]>) {
    let who = decision.identity.id().unwrap_or_default();
    let what = decision.resource_id.as_deref().unwrap_or("a list");
    println!("{}  {}", decision.id, decision.at.to_rfc3339());
    println!("  {who} asked for {} on {} ({what})", decision.action, decision.resource_kind);
    println!("  {}: {} {}", decision.outcome().name(), decision.policy, told(decision));
    if !decision.masked.is_empty() {
        println!("  masked: {}", decision.masked.join(", "));
    }
    match voices {
        None if decision.question.is_none() => println!("  the question was too long to keep"),
        None => println!("  answered by {}, which do not answer here now", decision.stack.modules.join(", ")),
        Some(voices) => {
            println!("  asked again, the modules say:");
            for Voice { module, said } in voices {
                println!("    {module:32} {}", said.told());
            }
        }
    }
}
