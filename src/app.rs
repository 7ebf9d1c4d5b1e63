//! The wiring: from a configuration to a gateway that serves. The only place that names every concrete type.

mod key;

use crate::authn::{Authenticator, Passwords, TokenKey};
use crate::authz::Authorizer;
use crate::config::Config;
use crate::domain::{Clock, ProjectSpaceId, SystemClock};
use crate::http::{self, App};
use crate::policy::{ModuleSource, PolicyConfig, PolicyError, PolicyHost};
use crate::service::{Cursors, Services};
use crate::store::{ConnectOptions, Store, StoreError, migrate_up};
use crate::{authn, graphql};
use poem::listener::{Acceptor, Listener, TcpListener};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use key::KeyError;

/// How long requests under way are given to finish when the gateway is told to stop.
const STOPPING: Duration = Duration::from_secs(20);
/// How long a connection may be silent.
const IDLE: Duration = Duration::from_secs(75);
/// How often the database is asked whether a policy stack has changed.
const POLICY_POLL: Duration = Duration::from_secs(2);

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("could not make the data folder `{}`", .0.display())]
    DataDir(PathBuf, #[source] std::io::Error),
    /// The key cannot be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database cannot be reached or brought up to date.
    #[error("the database cannot be used: is `database_url` right, and is it running?")]
    Store(#[from] StoreError),
    /// The policy host cannot start.
    #[error("the policy host cannot start")]
    Policy(#[from] PolicyError),
    /// Passwords cannot be hashed.
    #[error(transparent)]
    Passwords(#[from] authn::Overloaded),
    /// The address is taken or not ours.
    #[error("could not listen on {0}: is it taken?")]
    Listen(SocketAddr, #[source] std::io::Error),
}

/// A gateway's parts.
pub struct Gateway {
    /// The use cases.
    pub services: Arc<Services>,
    /// The policies.
    pub policy: Arc<PolicyHost>,
}

/// What differs between production and tests.
pub struct Parts {
    /// The database.
    pub database: ConnectOptions,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The gateway's key.
    pub key: TokenKey,
    /// The last part of workers' login names.
    pub worker_suffix: String,
    /// How policies are run.
    pub policy: PolicyConfig,
}

impl Gateway {
    /// The gateway of a configuration, with its database brought up to date.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        make_data_dir(config.data_dir())
            .map_err(|error| StartError::DataDir(config.data_dir().to_owned(), error))?;
        let parts = Parts {
            database: ConnectOptions {
                url: config.database_url(),
                max_connections: config.database_connections,
                on_statement: None,
            },
            clock: Arc::new(SystemClock),
            key: key::read(config)?,
            worker_suffix: config.worker_suffix.clone(),
            policy: PolicyConfig {
                cache_dir: Some(config.data_dir().join("policies")),
                ..PolicyConfig::default()
            },
        };
        let gateway = Self::assemble(parts).await?;
        migrate_up(&gateway.services.store).await?;
        Ok(gateway)
    }

    /// A gateway of these parts. The database is taken as it is.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn assemble(parts: Parts) -> Result<Self, StartError> {
        let store = Store::connect(&parts.database, Arc::clone(&parts.clock)).await?;
        let policy = Arc::new(PolicyHost::new(parts.policy)?);
        let authenticator = Authenticator {
            store: store.clone(),
            passwords: Passwords::new()?,
            key: parts.key.clone(),
            clock: Arc::clone(&parts.clock),
            worker_suffix: parts.worker_suffix.into(),
        };
        let engine: Arc<PolicyHost> = Arc::clone(&policy);
        let services = Services {
            authorizer: Authorizer::new(engine, Arc::clone(&parts.clock)),
            cursors: Cursors::new(parts.key),
            clock: parts.clock,
            store,
            authenticator,
        };
        Ok(Self { services: Arc::new(services), policy })
    }

    /// All routes of this gateway.
    pub fn routes(&self) -> impl poem::Endpoint<Output = poem::Response> + use<> {
        http::routes(App { services: Arc::clone(&self.services), schema: graphql::schema() })
    }

    /// Listens, calls `ready` with the address, and serves until the process is told to stop: then it takes no more
    /// connections, finishes what is under way, and returns.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn serve(self, listen: SocketAddr, ready: impl FnOnce(SocketAddr)) -> Result<(), StartError> {
        let refused = |error| StartError::Listen(listen, error);
        let acceptor = TcpListener::bind(listen).into_acceptor().await.map_err(refused)?;
        let bound =
            acceptor.local_addr().first().and_then(|local| local.as_socket_addr().copied()).unwrap_or(listen);
        let mut known = HashMap::new();
        self.load_policies(&mut known).await?;
        let routes = self.routes();
        let watch = tokio::spawn(self.watch_policies(known));
        ready(bound);
        let served = poem::Server::new_with_acceptor(acceptor)
            .idle_timeout(IDLE)
            .run_with_graceful_shutdown(routes, told_to_stop(), Some(STOPPING))
            .await;
        watch.abort();
        served.map_err(refused)
    }

    /// Brings this gateway's stacks in line with the database's, which every gateway shares.
    async fn load_policies(&self, known: &mut HashMap<ProjectSpaceId, i64>) -> Result<(), StoreError> {
        let store = &self.services.store;
        let current: HashMap<_, _> = store.policy_stacks().await?.into_iter().collect();
        for (space, version) in &current {
            if known.get(space) == Some(version) {
                continue;
            }
            let modules = store.policy_stack(*space).await?;
            let modules = modules
                .into_iter()
                .map(|module| ModuleSource { component: module.component, settings: module.settings });
            match self.policy.install(*space, modules.collect()).await {
                Ok(()) => {
                    tracing::info!(project_space.id = %space, "loaded policy stack {version} of `{space}`")
                }
                // What the space had keeps answering; if that is nothing, nobody does.
                Err(error) => {
                    self.policy.withhold(*space);
                    tracing::error!(
                        project_space.id = %space,
                        error = &error as &dyn std::error::Error,
                        "could not load policy stack {version} of `{space}`"
                    );
                }
            }
            known.insert(*space, *version);
        }
        known.retain(|space, _| {
            let keep = current.contains_key(space);
            if !keep {
                self.policy.reset(*space);
                tracing::info!(project_space.id = %space, "policy stack of `{space}` is `standard` again");
            }
            keep
        });
        Ok(())
    }

    async fn watch_policies(self, mut known: HashMap<ProjectSpaceId, i64>) {
        loop {
            tokio::time::sleep(POLICY_POLL).await;
            if let Err(error) = self.load_policies(&mut known).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not look for changed policies"
                );
            }
        }
    }
}

/// Makes the data folder, for the gateway's own user alone: it holds the database and the key.
///
/// # Errors
/// When it cannot be made.
pub fn make_data_dir(path: &Path) -> std::io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

/// Returns on Ctrl-C and on SIGTERM.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            }
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
    tracing::info!("stopping: finishing the requests under way");
}
