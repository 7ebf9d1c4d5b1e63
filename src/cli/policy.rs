use super::{
    CommandError, Output, open_existing, policy_author, policy_cases, policy_decision, policy_report,
    policy_stack,
};
use crate::authz::{ACTION_CATALOGUE, AttributeInfo};
use crate::config::ConfigOptions;
use crate::domain::ProjectSpaceId;
use crate::policy::{PolicyHost, build, reference};
use crate::store::Store;
use clap::Subcommand;
use serde_json::json;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum PolicyCommand {
    /// Build the module in a folder and put its component beside the sources
    Build {
        /// The folder of the module's Cargo.toml
        dir: PathBuf,
    },
    /// Start a new module
    New(policy_author::NewOptions),
    /// Say whether the gateway would take a component, what it is, and whether its answers agree with each other
    Check(policy_author::CheckOptions),
    /// Put a file of cases to a module, or to a stack
    Test(policy_author::TestOptions),
    /// Say what each module of a stack says of a case
    Explain(policy_author::ExplainOptions),
    /// Say who gains and who loses when one module takes another's place
    Diff(policy_author::DiffOptions),
    /// Measure a module beside `standard`
    Bench(policy_author::BenchOptions),
    /// Say what a policy can be asked: actions, resources and their attributes, permissions
    Actions(Output),
    #[command(flatten)]
    Trying(policy_report::TryingCommand),
    /// Say why something was decided as it was
    Decision(policy_decision::DecisionOptions),
    /// Show the cases that must hold before a revision is put in force, or set them
    Cases(policy_cases::CasesOptions),
    #[command(flatten)]
    Shipping(policy_stack::ShippingCommand),
    /// List the modules that answer for each project space that has a stack of its own
    List(Output),
}

pub async fn run(options: &ConfigOptions, command: PolicyCommand) -> Result<(), CommandError> {
    match command {
        PolicyCommand::Build { dir } => {
            let built = build::build(&dir)?;
            println!(
                "built {} ({} bytes): {}",
                built.component.display(),
                built.info.size,
                built.info.label()
            );
            Ok(())
        }
        PolicyCommand::New(options) => policy_author::new(&options),
        PolicyCommand::Check(options) => policy_author::run_check(&options),
        PolicyCommand::Test(options) => policy_author::test(&options),
        PolicyCommand::Explain(options) => policy_author::explain(&options),
        PolicyCommand::Diff(options) => policy_author::run_diff(&options),
        PolicyCommand::Bench(options) => policy_author::run_bench(&options),
        PolicyCommand::Actions(output) => {
            actions(&output);
            Ok(())
        }
        PolicyCommand::Trying(command) => policy_report::run(options, command).await,
        PolicyCommand::Decision(decision) => policy_decision::run(options, &decision).await,
        PolicyCommand::Cases(cases) => policy_cases::run(options, &cases).await,
        PolicyCommand::Shipping(command) => policy_stack::run(options, command).await,
        PolicyCommand::List(output) => {
            let (_, gateway) = open_existing(options).await?;
            list(&gateway.services.store, &gateway.policy, &output).await
        }
    }
}

fn actions(output: &Output) {
    if !output.json {
        return print!("{}", reference::text());
    }
    let attributes = |all: &[AttributeInfo]| -> Vec<_> {
        all.iter()
            .map(|it| {
                json!({
                    "name": it.name,
                    "type": it.value.name(),
                    "optional": it.optional,
                    "personal": it.personal,
                    "filterable": it.is_filterable(),
                    "description": it.description(),
                })
            })
            .collect()
    };
    let actions: Vec<_> = ACTION_CATALOGUE
        .iter()
        .map(|action| {
            json!({
                "name": action.name,
                "description": action.description(),
                "resourceKind": action.resource_kind,
                "creates": action.creates,
                "askedOfPolicy": action.is_asked(),
                "attributes": attributes(action.attributes),
                "proposes": attributes(action.proposes),
            })
        })
        .collect();
    println!("{}", json!(actions));
}

async fn list(store: &Store, policy: &PolicyHost, output: &Output) -> Result<(), CommandError> {
    let mut stacks = Vec::new();
    for stack in store.policy_stacks().await? {
        let Some(revision) = stack.active else { continue };
        let modules = store.policy_revision_labels(revision).await?;
        stacks.push((stack.project_space, stack.version, modules));
    }
    // No project space has the id nil: what answers there answers for every space without a stack of its own.
    let standard = policy.modules(ProjectSpaceId(uuid::Uuid::nil())).join(", ");
    if output.json {
        let stacks: Vec<_> = stacks
            .iter()
            .map(|(space, version, modules)| {
                json!({ "projectSpace": space.to_string(), "version": version, "modules": modules })
            })
            .collect();
        println!("{}", json!({ "default": standard, "stacks": stacks }));
    } else {
        println!("every project space: {standard}");
        for (space, version, modules) in stacks {
            println!("except {space}: {} (version {version})", modules.join(", "));
        }
    }
    Ok(())
}
