use super::{CommandError, Output, start_log};
use crate::app::make_data_dir;
use crate::config::{Config, ConfigOptions};
use crate::domain::SystemClock;
use crate::store::{ConnectOptions, Store, migrate_down, migrate_up, migration_status};
use clap::Subcommand;
use std::sync::Arc;

#[derive(Subcommand)]
pub enum MigrateCommand {
    /// Apply what is missing
    Up,
    /// Take back the last migrations. What they held is lost
    Down {
        /// How many
        #[arg(long, default_value_t = 1)]
        steps: u32,
    },
    /// List all migrations
    Status(Output),
}

pub async fn run(options: &ConfigOptions, command: MigrateCommand) -> Result<(), CommandError> {
    let config = Config::read(options)?;
    start_log(&config);
    make_data_dir(config.data_dir())?;
    let connect = ConnectOptions { url: config.database_url(), max_connections: 2, on_statement: None };
    let store = Store::connect(&connect, Arc::new(SystemClock)).await?;
    match command {
        MigrateCommand::Up => migrate_up(&store).await?,
        MigrateCommand::Down { steps } => migrate_down(&store, steps).await?,
        MigrateCommand::Status(output) => return status(&store, &output).await,
    }
    status(&store, &Output { json: false }).await
}

async fn status(store: &Store, output: &Output) -> Result<(), CommandError> {
    let states = migration_status(store).await?;
    if output.json {
        let states: Vec<_> = states
            .iter()
            .map(|state| serde_json::json!({ "name": state.name, "applied": state.applied }))
            .collect();
        println!("{}", serde_json::Value::Array(states));
    } else {
        for state in states {
            println!("{}  {}", if state.applied { "applied" } else { "missing" }, state.name);
        }
    }
    Ok(())
}
