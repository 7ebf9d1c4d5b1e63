//! `fieldgate policy report | replay`: what a revision would change.

use super::policy_stack::{Space, numbered, stack_of};
use super::{CommandError, Output, open_existing, operator};
use crate::authz::{Difference, Tally};
use crate::config::ConfigOptions;
use crate::domain::PageRequest;
use crate::service::decision::{Example, ListChange, REPLAY_MAX, Replayed, replay};
use crate::service::policy_stack::{self, MonitorReport};
use crate::service::{Refused, Services};
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// How long a replay may take.
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Subcommand)]
pub enum TryingCommand {
    /// Say what the revision that is monitored would have changed so far
    Report(ReportOptions),
    /// Put past decisions to a revision, and say who would gain and who would lose
    Replay(ReplayOptions),
}

#[derive(Args)]
pub struct ReportOptions {
    #[command(flatten)]
    space: Space,
    /// The revision's number [default: the one that is monitored]
    #[arg(long)]
    revision: Option<i32>,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub struct ReplayOptions {
    #[command(flatten)]
    space: Space,
    /// The revision's number
    #[arg(long)]
    revision: i32,
    /// So many decisions, the newest first
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=REPLAY_MAX))]
    last: u64,
    #[command(flatten)]
    output: Output,
}

pub async fn run(options: &ConfigOptions, command: TryingCommand) -> Result<(), CommandError> {
    let (_, gateway) = open_existing(options).await?;
    match command {
        TryingCommand::Report(options) => report(&gateway.services, &options).await,
        TryingCommand::Replay(options) => run_replay(&gateway.services, &options).await,
    }
}

async fn report(services: &Services, options: &ReportOptions) -> Result<(), CommandError> {
    let stack = stack_of(services, &options.space).await?;
    let revision = match options.revision {
        Some(number) => Some(numbered(services, &options.space, number).await?.id),
        None => None,
    };
    let found = policy_stack::monitor_report(services, &stack, revision).await.map_err(Refused::from)?;
    let Some(found) = found else {
        return Err(CommandError::Usage(
            "no revision is monitored here: name one with `--revision`".to_owned(),
        ));
    };
    let page = PageRequest::Offset { limit: 100, offset: 0 };
    let differences = policy_stack::differences(services, &stack, found.revision.id, &page).await;
    let differences = differences.map_err(Refused::from)?.items;
    if options.output.json {
        println!("{}", report_json(&found, &differences));
        return Ok(());
    }
    println!("revision {}: {}", found.revision.number, told(&found.tally));
    if let Some(since) = found.since {
        println!("since {}", since.to_rfc3339());
    }
    for counted in &found.by_action {
        println!("  {:34} {}", counted.action, told(&counted.tally));
    }
    for it in &differences {
        print_difference(it.effect.name(), &it.action, &it.decision.to_string(), &it.was, &it.would_be);
    }
    Ok(())
}

fn print_difference(effect: &str, action: &str, decision: &str, was: &str, would_be: &str) {
    println!("{effect}: {action} ({decision})\n        before: {was}\n        after:  {would_be}");
}

fn told(tally: &Tally) -> String {
    let parts = [
        (tally.gained, "gained"),
        (tally.lost, "lost"),
        (tally.told, "told otherwise"),
        (tally.unclear, "lists that may differ"),
        (tally.faulted, "without an answer"),
        (tally.not_asked, "not asked, as there was too much to do"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    format!("{} decisions, {} the same{}", tally.all(), tally.agreed, parts.collect::<String>())
}

fn tally_json(tally: &Tally) -> Json {
    json!({
        "decisions": tally.all(), "agreed": tally.agreed, "gained": tally.gained, "lost": tally.lost,
        "told": tally.told, "unclear": tally.unclear, "faulted": tally.faulted, "notAsked": tally.not_asked,
    })
}

fn report_json(found: &MonitorReport, differences: &[Difference]) -> Json {
    let by_action = found.by_action.iter().map(|it| (it.action.clone(), tally_json(&it.tally)));
    let differences = differences.iter().map(|it| {
        json!({
            "decision": it.decision.to_string(), "at": it.at.to_rfc3339(), "action": it.action,
            "effect": it.effect.name(), "before": it.was, "after": it.would_be,
        })
    });
    json!({
        "revision": found.revision.number,
        "since": found.since.map(|since| since.to_rfc3339()),
        "total": tally_json(&found.tally),
        "byAction": by_action.collect::<serde_json::Map<_, _>>(),
        "differences": differences.collect::<Vec<_>>(),
    })
}

async fn run_replay(services: &Services, options: &ReplayOptions) -> Result<(), CommandError> {
    let revision = numbered(services, &options.space, options.revision).await?;
    let shows_progress = std::io::stderr().is_terminal();
    let progress = |done: u64| {
        if shows_progress {
            eprint!("\r{done} of {}", options.last);
            drop(std::io::stderr().flush());
        }
    };
    let replayed = replay(services, &operator(), revision.id, options.last, PATIENCE, progress).await;
    if shows_progress {
        eprintln!();
    }
    let (_, replayed) = replayed.map_err(Refused::from)?;
    if options.output.json {
        println!("{}", replay_json(options.revision, &replayed));
        return Ok(());
    }
    println!("revision {}: {}", options.revision, told(&replayed.tally));
    for (action, tally) in &replayed.by_action {
        println!("  {action:34} {}", told(tally));
    }
    for (who, (gains, losses)) in &replayed.people {
        println!("  {who} gains {gains} and loses {losses}");
    }
    for Example { decision, action, effect, was, would_be, .. } in &replayed.examples {
        print_difference(effect.name(), action, &decision.to_string(), was, would_be);
    }
    for ListChange { action, decisions, gained, lost } in &replayed.lists {
        println!("{decisions} lists of {action} would have {gained} rows of today more, and {lost} fewer");
    }
    if replayed.masked > 0 {
        println!("{} not known: the revision looks at what the log has masked", replayed.masked);
    }
    if replayed.incomplete > 0 {
        println!("{} could not be asked again", replayed.incomplete);
    }
    if replayed.is_cut_short {
        println!("time ran out: older decisions were not looked at");
    }
    Ok(())
}

fn replay_json(revision: i32, replayed: &Replayed) -> Json {
    let by_action = replayed.by_action.iter().map(|(action, tally)| (action.clone(), tally_json(tally)));
    let people = replayed
        .people
        .iter()
        .map(|(who, (gains, losses))| json!({ "principal": who, "gained": gains, "lost": losses }));
    let examples = replayed.examples.iter().map(|it| {
        json!({
            "decision": it.decision.to_string(), "at": it.at.to_rfc3339(), "principal": it.identity.id(),
            "action": it.action, "effect": it.effect.name(), "before": it.was, "after": it.would_be,
        })
    });
    let lists = replayed.lists.iter().map(
        |it| json!({ "action": it.action, "decisions": it.decisions, "gained": it.gained, "lost": it.lost }),
    );
    json!({
        "revision": revision,
        "total": tally_json(&replayed.tally),
        "byAction": by_action.collect::<serde_json::Map<_, _>>(),
        "people": people.collect::<Vec<_>>(),
        "examples": examples.collect::<Vec<_>>(),
        "lists": lists.collect::<Vec<_>>(),
        "incomplete": replayed.incomplete,
        "masked": replayed.masked,
        "since": replayed.since.map(|since| since.to_rfc3339()),
        "cutShort": replayed.is_cut_short,
    })
}
