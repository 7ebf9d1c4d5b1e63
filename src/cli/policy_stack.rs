//! `fieldgate policy upload | stack | history | revise | monitor | activate | roll-back | lift | reset`: what operators type. It
//! works on the database; gateways that run see it within seconds. The operator is always answered by `standard`.

use super::policy_stack_told::{
    activation_json, comment_told, module_json, name_told, quarantine_told, revision_json, stack_json, told,
};
use super::{CommandError, Output, open_existing, operator};
use crate::authz::Visible;
use crate::config::ConfigOptions;
use crate::domain::{
    PageRequest, PolicyEntryInput, PolicyModule, PolicyQuarantine, PolicyRevision, PolicyStack,
    policy_stack::STANDARD,
};
use crate::service::policy_stack::LockOut;
use crate::service::{Refused, Services, policy_stack, project_space};
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Most lines of a list; a `--json` list has as many.
const LINES: u32 = 100;
/// The operator is locked out by nothing.
const ALL_THE_SAME: LockOut = LockOut::Confirmed;
/// Fewest digits that name a module.
const PREFIX_MIN: usize = 8;

#[derive(Subcommand)]
pub enum ShippingCommand {
    /// Upload a module for a project space. It changes nothing by itself
    Upload {
        #[command(flatten)]
        space: Space,
        /// The component: a .wasm file
        file: PathBuf,
        /// Its signature, as `minisign -S` makes it [default: the file's name with .minisig, if there is one]
        #[arg(long, value_name = "FILE")]
        signature: Option<PathBuf>,
        /// The digest that the file must have (SHA-256) [default: the one that it has]
        #[arg(long)]
        digest: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Delete a module that is not in use
    Delete {
        #[command(flatten)]
        space: Space,
        /// The module's digest, or its first digits
        digest: String,
        #[command(flatten)]
        output: Output,
    },
    /// Show what is in force in a project space, what is monitored, its modules and its latest revisions
    Stack {
        #[command(flatten)]
        space: Space,
        #[command(flatten)]
        output: Output,
    },
    /// Show what took effect in a project space, the latest first
    History {
        #[command(flatten)]
        space: Space,
        #[command(flatten)]
        output: Output,
    },
    /// Make a revision: modules in order, with their settings. It changes nothing by itself
    Revise {
        #[command(flatten)]
        space: Space,
        /// `standard`, or a module's digest (or its first digits), with `=settings.json` behind it if it has settings
        #[arg(long = "module", value_name = "MODULE", required = true)]
        modules: Vec<String>,
        #[command(flatten)]
        why: Why,
        #[command(flatten)]
        output: Output,
    },
    /// Have a revision asked as well, and its answers compared with those in force
    Monitor {
        #[command(flatten)]
        space: Space,
        /// The revision's number
        #[arg(long, required_unless_present = "stop")]
        revision: Option<i32>,
        /// Monitor none any more
        #[arg(long, conflicts_with = "revision")]
        stop: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Put a revision in force
    Activate {
        #[command(flatten)]
        space: Space,
        /// The revision's number
        #[arg(long)]
        revision: i32,
        #[command(flatten)]
        change: Change,
    },
    /// Go back one step: to what was in force before
    RollBack {
        #[command(flatten)]
        space: Space,
        #[command(flatten)]
        change: Change,
    },
    /// Have modules that are in quarantine asked again, on every gateway
    Lift {
        #[command(flatten)]
        space: Space,
        #[command(flatten)]
        output: Output,
    },
    /// Put `standard` in force, whatever state the project space's own policies are in
    Reset {
        #[command(flatten)]
        space: Space,
        #[command(flatten)]
        change: Change,
    },
}

#[derive(Args)]
pub struct Space {
    /// The project space's name
    #[arg(long, value_name = "NAME")]
    pub(super) project_space: String,
}

#[derive(Args)]
pub struct Why {
    /// Why: 500 characters at most
    #[arg(long, default_value = "", hide_default_value = true)]
    comment: String,
}

#[derive(Args)]
pub struct Change {
    /// The version of the stack that you last saw: if it is not the present one, nothing is done
    #[arg(long, value_name = "NUMBER")]
    stack_version: Option<i32>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    output: Output,
}

pub async fn run(options: &ConfigOptions, command: ShippingCommand) -> Result<(), CommandError> {
    let (_, gateway) = open_existing(options).await?;
    let services = &*gateway.services;
    match command {
        ShippingCommand::Upload { space, file, signature, digest, output } => {
            stack_of(services, &space).await?;
            let upload = read_upload(&file, signature, digest)?;
            let made = policy_stack::upload(services, &operator(), &space.project_space, upload).await?;
            print(&output, &module_json(&made), || {
                println!("uploaded {} {} ({} bytes): {}", made.name, made.version, made.size, made.digest);
            });
        }
        ShippingCommand::Delete { space, digest, output } => {
            let stack = stack_of(services, &space).await?;
            let digest = named(&policy_stack::modules(services, &stack).await?, &digest)?;
            policy_stack::delete(services, &operator(), &space.project_space, &digest).await?;
            print(&output, &json!({ "deletedDigest": digest }), || println!("deleted {digest}"));
        }
        ShippingCommand::Stack { space, output } => show(services, &space, &output).await?,
        ShippingCommand::History { space, output } => history(services, &space, &output).await?,
        ShippingCommand::Revise { space, modules, why, output } => {
            let stack = stack_of(services, &space).await?;
            let uploaded = policy_stack::modules(services, &stack).await?;
            let entries: Result<Vec<_>, _> = modules.iter().map(|text| entry(&uploaded, text)).collect();
            let name = &space.project_space;
            let made = policy_stack::revise(services, &operator(), name, &entries?, &why.comment).await;
            let made = made.map_err(located)?;
            print(&output, &revision_json(&made), || println!("made revision {}", told(&made)));
        }
        ShippingCommand::Monitor { space, revision, stop: _, output } => {
            let stack = match revision {
                Some(number) => {
                    let revision = numbered(services, &space, number).await?;
                    policy_stack::monitor(services, &operator(), revision.id).await?
                }
                None => policy_stack::stop(services, &operator(), &space.project_space).await?,
            };
            changed(&output, &stack);
        }
        ShippingCommand::Activate { space, revision, change } => {
            let id = numbered(services, &space, revision).await?.id;
            let (version, comment) = (change.stack_version, &change.why.comment);
            let stack =
                policy_stack::activate(services, &operator(), id, version, comment, ALL_THE_SAME).await?;
            changed(&change.output, &stack);
        }
        ShippingCommand::RollBack { space, change } => {
            stack_of(services, &space).await?;
            let (name, version) = (&space.project_space, change.stack_version);
            let comment = &change.why.comment;
            let stack =
                policy_stack::roll_back(services, &operator(), name, version, comment, ALL_THE_SAME).await?;
            changed(&change.output, &stack);
        }
        ShippingCommand::Lift { space, output } => {
            stack_of(services, &space).await?;
            let stack = policy_stack::lift(services, &operator(), &space.project_space).await?;
            changed(&output, &stack);
        }
        ShippingCommand::Reset { space, change } => {
            let (name, version) = (&space.project_space, change.stack_version);
            let stack =
                policy_stack::reset(services, &operator(), name, version, &change.why.comment).await?;
            changed(&change.output, &stack);
        }
    }
    Ok(())
}

/// A refusal with the places of its faults: which module it is about, and where in its settings.
fn located(refused: Refused) -> CommandError {
    match refused {
        Refused::Input(faults) => {
            // Settings are the author's own, and their names may be anything: nothing that could rule a terminal.
            let plain = |text: String| text.chars().filter(|character| !character.is_control()).collect();
            let told: Vec<String> = faults.into_iter().map(|fault| plain(fault.to_string())).collect();
            CommandError::Usage(told.join("; "))
        }
        failure @ Refused::Failure(_) => failure.into(),
    }
}

pub(super) fn print(output: &Output, json: &Json, text: impl FnOnce()) {
    if output.json { println!("{json}") } else { text() }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path)
        .map_err(|error| CommandError::Usage(format!("could not read `{}`: {error}", path.display())))
}

fn read_upload(
    file: &Path,
    signature: Option<PathBuf>,
    digest: Option<String>,
) -> Result<policy_stack::Upload, CommandError> {
    let component = read(file)?;
    let beside = PathBuf::from(format!("{}.minisig", file.display()));
    let signature = signature.or_else(|| Some(beside).filter(|beside| beside.is_file()));
    let signature = signature.map(|path| read(&path)).transpose()?;
    let signature = signature.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let digest = digest.unwrap_or_else(|| hex::encode(Sha256::digest(&component)));
    Ok(policy_stack::Upload { component, digest, signature })
}

pub(super) async fn stack_of(
    services: &Services,
    space: &Space,
) -> Result<Visible<PolicyStack>, CommandError> {
    let nowhere = || CommandError::Usage(format!("there is no project space `{}`", space.project_space));
    let found = project_space::read(services, &operator(), &space.project_space).await;
    let found = found.map_err(|_| nowhere())?;
    let stack = policy_stack::read(services, &operator(), found.id).await?;
    stack.ok_or_else(nowhere)
}

pub(super) async fn numbered(
    services: &Services,
    space: &Space,
    number: i32,
) -> Result<PolicyRevision, CommandError> {
    let stack = stack_of(services, space).await?;
    let revision = policy_stack::revision_numbered(services, &stack, number).await;
    let revision = revision?;
    revision.ok_or_else(|| CommandError::Usage(format!("there is no revision {number}")))
}

/// The digest that some first digits mean.
fn named(uploaded: &[PolicyModule], start: &str) -> Result<String, CommandError> {
    let start = start.to_ascii_lowercase();
    if start.len() < PREFIX_MIN {
        return Err(CommandError::Usage(format!("give at least {PREFIX_MIN} digits of the digest")));
    }
    let mut found = uploaded.iter().filter(|module| module.digest.starts_with(&start));
    match (found.next(), found.next()) {
        (Some(module), None) => Ok(module.digest.clone()),
        (None, _) => {
            Err(CommandError::Usage(format!("no module `{start}` was uploaded in this project space")))
        }
        _ => Err(CommandError::Usage(format!("several modules begin with `{start}`: give more digits"))),
    }
}

fn entry(uploaded: &[PolicyModule], text: &str) -> Result<PolicyEntryInput, CommandError> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) => (name, Some(file)),
        None => (text, None),
    };
    let settings = match file {
        None => None,
        Some(file) => Some(
            serde_json::from_slice(&read(Path::new(file))?)
                .map_err(|error| CommandError::Usage(format!("`{file}` is no JSON: {error}")))?,
        ),
    };
    let digest = if name == STANDARD { None } else { Some(named(uploaded, name)?) };
    Ok(PolicyEntryInput { digest, settings })
}

async fn show(services: &Services, space: &Space, output: &Output) -> Result<(), CommandError> {
    let stack = stack_of(services, space).await?;
    let modules = policy_stack::modules(services, &stack).await?;
    let page = first_page();
    let revisions = policy_stack::revisions(services, &stack, &page).await?.items;
    let quarantines = policy_stack::quarantines(services, &stack).await?;
    let in_quarantine: Vec<_> = quarantines.iter().filter(|quarantine| !quarantine.is_over).collect();
    let mut printed = stack_json(&stack);
    if let Some(fields) = printed.as_object_mut() {
        fields.insert("modules".to_owned(), modules.iter().map(module_json).collect());
        let quarantine = |it: &&PolicyQuarantine| {
            let revision = it.revision.map(|it| it.number);
            json!({ "policy": it.policy, "revision": revision, "monitored": it.is_monitored, "until": it.until })
        };
        fields.insert("inQuarantine".to_owned(), in_quarantine.iter().map(quarantine).collect());
        fields.insert("revisions".to_owned(), revisions.iter().map(revision_json).collect());
    }
    print(output, &printed, || {
        println!("in force:  {} (version {} of the stack)", name_told(stack.active), stack.version);
        println!("monitored: {}", stack.monitored.map_or("nothing".to_owned(), |it| name_told(Some(it))));
        for quarantine in &in_quarantine {
            println!("{}", quarantine_told(quarantine));
        }
        println!("modules:");
        for module in &modules {
            let signed =
                module.signed_by.as_deref().map(|key| format!(", signed by {key}")).unwrap_or_default();
            println!(
                "  {} {} {} ({} bytes{signed})",
                module.digest, module.name, module.version, module.size
            );
        }
        println!("revisions:");
        for revision in &revisions {
            println!("  {}", told(revision));
        }
    });
    Ok(())
}

async fn history(services: &Services, space: &Space, output: &Output) -> Result<(), CommandError> {
    let stack = stack_of(services, space).await?;
    let page = first_page();
    let found = policy_stack::history(services, &stack, &page).await?;
    let printed: Vec<_> = found.items.iter().map(activation_json).collect();
    print(output, &json!(printed), || {
        for activation in &found.items {
            println!(
                "{}  {:9} {} after {} by {}{}",
                activation.at.format("%Y-%m-%d %H:%M:%S"),
                activation.kind.name(),
                name_told(activation.revision),
                name_told(activation.from),
                activation.by_name.as_deref().or(activation.by.as_deref()).unwrap_or("nobody"),
                comment_told(&activation.comment),
            );
        }
    });
    Ok(())
}

fn first_page() -> PageRequest {
    PageRequest::Keyset { limit: LINES, from_end: false, after: None, before: None }
}

fn changed(output: &Output, stack: &PolicyStack) {
    print(output, &stack_json(stack), || {
        println!("in force: {} (version {} of the stack)", name_told(stack.active), stack.version);
        if let Some(monitored) = stack.monitored {
            println!("monitored: {}", name_told(Some(monitored)));
        }
        println!("gateways take it over within seconds");
    });
}
