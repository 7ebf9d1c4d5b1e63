use super::{CommandError, Output, open};
use crate::authz::{ACTION_CATALOGUE, AttributeInfo};
use crate::config::ConfigOptions;
use crate::domain::ProjectSpaceId;
use crate::policy::{PolicyConfig, PolicyHost, build, reference};
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
    /// Say whether the gateway would take a component, and what it is
    Check {
        /// The component: a .wasm file
        component: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Say what a policy can be asked: actions, resources and their attributes, permissions
    Actions(Output),
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
        PolicyCommand::Check { component, output } => check(&component, &output),
        PolicyCommand::Actions(output) => {
            actions(&output);
            Ok(())
        }
        PolicyCommand::List(output) => {
            let (_, gateway) = open(options).await?;
            list(&gateway.services.store, &gateway.policy, &output).await
        }
    }
}

fn check(component: &PathBuf, output: &Output) -> Result<(), CommandError> {
    let bytes = std::fs::read(component)
        .map_err(|error| CommandError::Usage(format!("could not read `{}`: {error}", component.display())))?;
    let info = PolicyHost::new(PolicyConfig::default())?.inspect(&bytes)?;
    if output.json {
        println!(
            "{}",
            json!({
                "name": info.name,
                "version": info.version,
                "description": info.description,
                "digest": info.digest,
                "bytes": info.size,
                "actions": info.actions,
            })
        );
    } else {
        println!("{} {}: {}", info.name, info.version, info.description);
        println!("digest   {}", info.digest);
        println!("size     {} bytes", info.size);
        println!("actions  {}", info.actions.join(", "));
        println!("the gateway takes this module");
    }
    Ok(())
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
    for (space, version) in store.policy_stacks().await? {
        let mut modules = Vec::new();
        for module in store.policy_stack(space).await? {
            modules.push(policy.inspect(&module.component).map_or(module.digest, |info| info.label()));
        }
        stacks.push((space, version, modules));
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
