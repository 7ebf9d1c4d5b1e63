//! `fieldgate policy cases`: what the policies of a project space must answer before they are put in force.

use super::policy_stack::{Space, print, read, stack_of};
use super::{CommandError, Output, open_existing, operator};
use crate::authz::CaseReport;
use crate::config::ConfigOptions;
use crate::domain::Patch;
use crate::service::policy_stack;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// A project space's cases, and what becomes of them.
#[derive(Args)]
pub struct CasesOptions {
    #[command(flatten)]
    space: Space,
    /// Set the cases of this file (YAML) in their place
    #[arg(long, value_name = "FILE")]
    set: Option<PathBuf>,
    /// Have none any more
    #[arg(long, conflicts_with = "set")]
    clear: bool,
    /// The version of the stack that you last saw: if it is not the present one, nothing is done
    #[arg(long, value_name = "NUMBER")]
    stack_version: Option<i32>,
    #[command(flatten)]
    output: Output,
}

pub async fn run(options: &ConfigOptions, cases: &CasesOptions) -> Result<(), CommandError> {
    let (_, gateway) = open_existing(options).await?;
    let services = &*gateway.services;
    let change = match &cases.set {
        Some(path) => {
            let text = String::from_utf8(read(path)?)
                .map_err(|_| CommandError::Usage(format!("`{}` is not text", path.display())))?;
            Patch::Set(text)
        }
        None if cases.clear => Patch::Clear,
        None => {
            let stack = stack_of(services, &cases.space).await?;
            let found = policy_stack::cases(services, &stack).await?;
            let printed = found.as_ref().map(|it| {
                json!({
                    "text": it.text,
                    "count": it.count,
                    "setAt": it.set_at,
                    "setBy": it.set_by,
                    "setByName": it.set_by_name,
                })
            });
            print(&cases.output, &json!(printed), || match &found {
                Some(found) => print!("{}", found.text),
                None => println!("# no cases"),
            });
            return Ok(());
        }
    };
    let (name, version) = (&cases.space.project_space, cases.stack_version);
    let stack = policy_stack::set_cases(services, &operator(), name, change, version).await?;
    let report = policy_stack::try_cases(services, &stack).await?;
    let printed = json!({
        "version": stack.version,
        "count": report.as_ref().map(|it| it.cases),
        "failing": report.as_ref().map(|it| it.failed),
    });
    print(&cases.output, &printed, || {
        println!("{} (version {} of the stack)", if cases.clear { "no cases" } else { "set" }, stack.version);
        if let Some(report) = &report {
            tell(report);
        }
    });
    Ok(())
}

/// What the stack in force says of them. It stays in force all the same.
fn tell(report: &CaseReport) {
    println!("{} cases; {} do not hold under what is in force", report.cases, report.failed);
    for case in &report.failing {
        println!("  {}: expected {}, and it {}", case.name, case.expected, case.said);
    }
    if report.asked < report.cases {
        println!("  time was up after {} of them", report.asked);
    }
}
