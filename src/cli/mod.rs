//! The command line: what operators and authors of policies type.

mod account;
mod demo;
mod demo_personal_id;
mod dev;
mod mail;
mod migrate;
mod policy;
mod policy_author;
mod policy_cases;
mod policy_decision;
mod policy_report;
mod policy_stack;
mod policy_stack_told;
mod serve;

use crate::app::{Gateway, StartError};
use crate::config::{Config, ConfigError, ConfigOptions, LogFormat};
use crate::domain::{Channel, Origin, Principal};
use crate::service::{Failure, Refused};
use clap::{Args, Parser, Subcommand};
use std::io::IsTerminal;
use std::process::ExitCode;

/// Fieldgate: the user-management gateway for field programmes.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = false)]
struct CommandLine {
    #[command(flatten)]
    options: ConfigOptions,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gateway (the default)
    Serve(serve::ServeOptions),
    /// Bring the database up to date, take it back, look at it
    #[command(subcommand)]
    Migrate(migrate::MigrateCommand),
    /// Print the GraphQL schema
    Schema,
    /// Print the OpenAPI document of the REST API
    Openapi,
    /// Project spaces
    #[command(subcommand)]
    Space(account::SpaceCommand),
    /// Web users
    #[command(subcommand)]
    User(account::UserCommand),
    /// API keys
    #[command(subcommand)]
    ApiKey(account::ApiKeyCommand),
    /// Policy modules
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Servers of others, to develop against: PersonalID
    #[command(subcommand)]
    Dev(dev::DevCommand),
    /// The outbox, what mails say, and what comes back
    #[command(subcommand)]
    Mail(mail::MailCommand),
}

/// How a command writes what it found.
#[derive(Args)]
struct Output {
    /// Write JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Failure(#[from] Failure),
    #[error("the database failed")]
    Store(#[from] crate::store::StoreError),
    #[error(transparent)]
    Policy(#[from] crate::policy::PolicyError),
    #[error(transparent)]
    Build(#[from] crate::policy::build::BuildError),
    #[error(transparent)]
    Template(#[from] crate::policy::author::TemplateError),
    #[error("{0}")]
    Usage(String),
    #[error("could not read or write")]
    Io(#[from] std::io::Error),
}

/// Runs the command that was typed.
pub async fn run() -> ExitCode {
    let line = CommandLine::parse();
    let command = line.command.unwrap_or_else(|| Command::Serve(serve::ServeOptions::default()));
    match execute(&line.options, command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fieldgate: {}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

async fn execute(options: &ConfigOptions, command: Command) -> Result<(), CommandError> {
    match command {
        Command::Schema => {
            print!("{}", crate::graphql::sdl());
            Ok(())
        }
        Command::Openapi => {
            print!("{}", crate::rest::openapi::text());
            Ok(())
        }
        Command::Policy(command) => policy::run(options, command).await,
        Command::Dev(command) => dev::run(options, command).await,
        Command::Serve(serve) => serve::run(options, serve).await,
        Command::Mail(command) => mail::run(options, command).await,
        Command::Migrate(command) => migrate::run(options, command).await,
        Command::Space(command) => account::space(options, command).await,
        Command::User(command) => account::user(options, command).await,
        Command::ApiKey(command) => account::api_key(options, command).await,
    }
}

/// A gateway for one command, with the log on standard error.
async fn open(options: &ConfigOptions) -> Result<(Config, Gateway), CommandError> {
    let config = Config::read(options)?;
    start_log(&config);
    let gateway = Gateway::open(&config).await?;
    Ok((config, gateway))
}

/// The same where there must be one already: a command about what is in a database makes none. Typed in another folder it
/// would leave an empty one there, with a key, and find nothing in it.
async fn open_existing(options: &ConfigOptions) -> Result<(Config, Gateway), CommandError> {
    let config = Config::read(options)?;
    match config.embedded_database() {
        Some(file) if !file.exists() => Err(CommandError::Usage(format!(
            "there is no gateway's database at `{}`: name its folder with `--data-dir`, or its address with \
             `--database-url`",
            file.display()
        ))),
        _ => open(options).await,
    }
}

fn start_log(config: &Config) {
    // What migrations there were is told where they are run by hand.
    let filter = format!("sea_orm_migration=warn,{}", config.log);
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| "info".into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match config.log_format {
        LogFormat::Text => log.with_target(false).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    // A second start in one process keeps the first one's log.
    drop(started);
}

/// The gateway itself, at the command line.
fn operator() -> Principal {
    Principal::system(Origin::new(Channel::CommandLine, "command line"))
}

/// A secret on standard input: its first line.
fn secret_from_stdin() -> Result<secrecy::SecretString, CommandError> {
    if std::io::stdin().is_terminal() {
        eprintln!("password (it shows as you type; pipe it in to avoid that):");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let secret = line.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(CommandError::Usage("there is no password on standard input".to_owned()));
    }
    Ok(secret.into())
}

/// An error with its causes, once each.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
