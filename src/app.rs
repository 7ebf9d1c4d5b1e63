//! The wiring: from a configuration to a gateway that serves. The only place that names every concrete type.

mod key;
mod mail;
mod policies;

use crate::authn::{Authenticator, Passwords, TokenKey};
use crate::authz::Authorizer;
use crate::config::Config;
use crate::domain::{Clock, Email, InvalidId, SystemClock, WebUserId};
use crate::http::{self, App, ConnectionLimits, Server};
use crate::outbound::personal_id::OpenIdTokens;
use crate::outbound::{HttpsClient, is_loopback};
use crate::policy::{PolicyConfig, PolicyError, PolicyHost, TrustedKey};
use crate::service::decision::{DecisionLogConfig, DecisionQueue};
use crate::service::mail::Mailer;
use crate::service::personal_id::PersonalIdTokens;
use crate::service::{Cursors, Https, Services};
use crate::store::{ConnectOptions, Store, StoreError, migrate_up};
use crate::webhook::MailReports;
use crate::{authn, graphql, jobs};
use secrecy::SecretString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

pub use key::KeyError;
pub use mail::MailError;
pub use policies::PolicyWatch;

/// How long requests under way are given to finish when the gateway is told to stop.
const STOPPING: Duration = Duration::from_secs(20);

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("could not make the data folder `{}`", .0.display())]
    DataDir(PathBuf, #[source] std::io::Error),
    /// The key cannot be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Mail cannot be had.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// TLS cannot be had.
    #[error("the cryptography of this build cannot do TLS")]
    Tls(#[from] rustls::Error),
    /// An issuer that anybody on the way could speak for.
    #[error(
        "`personal_id_issuer` must start with `https://`; `http://` is for an issuer on this very machine"
    )]
    PersonalIdIssuer,
    /// Not a web user's id.
    #[error("`operators` must list ids of web users, as `fieldgate user add --json` prints them")]
    Operator(#[source] InvalidId),
    /// A key that cannot be one.
    #[error("`policy_trusted_keys` is wrong: {0}")]
    TrustedKey(String),
    /// The database cannot be reached or brought up to date.
    #[error("the database cannot be used: is `database_url` right, and is it running?")]
    Store(#[from] StoreError),
    /// The policy host cannot start.
    #[error("the policy host cannot start")]
    Policy(#[from] PolicyError),
    /// The GraphQL schema cannot be read back from its definition language.
    #[error("the GraphQL schema cannot be read")]
    Schema(#[from] async_graphql::parser::Error),
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
    /// Takes what mail providers report.
    pub mail_reports: Arc<MailReports>,
    /// Answers GraphQL requests.
    pub graphql: Arc<graphql::Engine>,
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
    /// What is kept of decisions.
    pub decision_log: DecisionLogConfig,
    /// Hands mails to the world.
    pub mailer: Arc<dyn Mailer>,
    /// The address that mails come from.
    pub mail_sender: Option<Email>,
    /// How the gateway is reached from outside, without a `/` at the end.
    pub public_url: String,
    /// Reads pages of other servers.
    pub https: Arc<dyn Https>,
    /// What mail providers must know.
    pub mail_webhook_secret: Option<SecretString>,
    /// The SNS topics that are listened to.
    pub mail_sns_topics: Vec<String>,
    /// Says whose a PersonalID token is, if anybody does.
    pub personal_id: Option<Arc<dyn PersonalIdTokens>>,
    /// The operators among the web users.
    pub operators: Vec<WebUserId>,
}

impl Gateway {
    /// The gateway of a configuration, with its database brought up to date.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let operators = config.operators.iter().map(|id| WebUserId::parse(id));
        let operators = operators.collect::<Result<_, _>>().map_err(StartError::Operator)?;
        let trusted_keys = config.policy_trusted_keys.iter().map(|key| TrustedKey::parse(key));
        let trusted_keys = trusted_keys.collect::<Result<_, _>>().map_err(StartError::TrustedKey)?;
        let mailer = mail::mailer(config)?;
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
                trusted_keys,
                ..PolicyConfig::default()
            },
            decision_log: DecisionLogConfig {
                sample_reads: config.decision_log_sample_reads,
                keep_days: config.decision_log_keep_days,
                keep_rows: config.decision_log_keep_rows,
            },
            mailer,
            mail_sender: mail::sender_address(config),
            public_url: config.public_url(),
            https: Arc::new(HttpsClient::new()?),
            mail_webhook_secret: config.mail_webhook_secret.clone(),
            mail_sns_topics: config.mail_sns_topics.clone(),
            personal_id: personal_id(config)?,
            operators,
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
            passwords: Passwords::new(Arc::clone(&parts.clock))?,
            key: parts.key.clone(),
            clock: Arc::clone(&parts.clock),
            worker_suffix: parts.worker_suffix.into(),
            operators: parts.operators.into(),
        };
        let engine: Arc<PolicyHost> = Arc::clone(&policy);
        let workshop: Arc<PolicyHost> = Arc::clone(&policy);
        let decisions = Arc::new(DecisionQueue::new(parts.decision_log, Arc::clone(&engine) as _));
        let log: Arc<DecisionQueue> = Arc::clone(&decisions);
        let services = Services {
            workshop,
            authorizer: Authorizer::new(engine, Arc::clone(&parts.clock)).told_to(log),
            decisions,
            cursors: Cursors::new(parts.key),
            clock: parts.clock,
            store,
            authenticator,
            mailer: parts.mailer,
            mail_sender: parts.mail_sender,
            personal_id: parts.personal_id,
            public_url: parts.public_url.into(),
        };
        let mail_reports = MailReports::new(parts.mail_webhook_secret, parts.mail_sns_topics, parts.https);
        let graphql = graphql::engine()?;
        Ok(Self { services: Arc::new(services), policy, mail_reports: Arc::new(mail_reports), graphql })
    }

    /// What keeps this gateway's policies in line with the database's.
    pub fn policy_watch(&self) -> PolicyWatch {
        PolicyWatch::new(self.services.store.clone(), Arc::clone(&self.policy))
    }

    /// All routes of this gateway.
    pub fn routes(&self) -> impl poem::Endpoint<Output = poem::Response> + use<> {
        http::routes(App {
            services: Arc::clone(&self.services),
            graphql: Arc::clone(&self.graphql),
            mail_reports: Arc::clone(&self.mail_reports),
        })
    }

    /// Listens, calls `ready` with the address, and serves until the process is told to stop: then it takes no more
    /// connections, finishes what is under way, and returns.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn serve(
        mut self,
        listen: SocketAddr,
        limits: ConnectionLimits,
        ready: impl FnOnce(SocketAddr),
    ) -> Result<(), StartError> {
        let refused = |error| StartError::Listen(listen, error);
        let server = Server::bind(listen, limits).await.map_err(refused)?;
        let bound = server.local_addr().map_err(refused)?;
        if *self.services.public_url == format!("http://{listen}") {
            // Of port 0, only the system knew what it would be.
            let public_url = format!("http://{bound}").into();
            self.services = Arc::new(Services { public_url, ..Services::clone(&self.services) });
        }
        let mut policies = self.policy_watch();
        policies.start().await?;
        let routes = self.routes();
        let (stop, stopping) = watch::channel(false);
        let (end, ending) = watch::channel(false);
        let decisions = tokio::spawn(jobs::decisions::keep(Arc::clone(&self.services), ending));
        let mails = tokio::spawn(jobs::mail::send(Arc::clone(&self.services), stopping));
        let chores = tokio::spawn(jobs::chores::run(Arc::clone(&self.services)));
        let watch = tokio::spawn(policies.run());
        let told_to_stop = async move {
            told_to_stop().await;
            // The job finishes the mails in hand while the requests under way are finished.
            stop.send_replace(true);
        };
        ready(bound);
        server.run(routes, told_to_stop, STOPPING).await;
        watch.abort();
        // A step that is cut short has changed nothing.
        chores.abort();
        let hand = mails.abort_handle();
        if tokio::time::timeout(STOPPING, mails).await.is_err() {
            // The mail in hand goes again in a minute, under the same Message-ID, from whoever runs then.
            tracing::warn!("a mail server was too slow to wait for");
            hand.abort();
        }
        // The last requests are answered by now: what they left in the queue is written.
        end.send_replace(true);
        if tokio::time::timeout(STOPPING, decisions).await.is_err() {
            tracing::warn!("the database was too slow to keep the last decisions");
        }
        Ok(())
    }
}

/// Whose tokens are taken, if the operator has said so.
fn personal_id(config: &Config) -> Result<Option<Arc<dyn PersonalIdTokens>>, StartError> {
    let (Some(issuer), Some(audience)) = (&config.personal_id_issuer, &config.personal_id_audience) else {
        return Ok(None);
    };
    let https = match issuer {
        local if is_loopback(local) => HttpsClient::with_loopback()?,
        public if public.starts_with("https://") => HttpsClient::new()?,
        _ => return Err(StartError::PersonalIdIssuer),
    };
    let tokens = OpenIdTokens::of(issuer.clone(), audience.clone(), Arc::new(https), Arc::new(SystemClock));
    Ok(Some(Arc::new(tokens)))
}

/// The bounds of connections that a configuration sets; for those that it does not set, what the process's descriptors allow.
pub fn connection_limits(config: &Config) -> ConnectionLimits {
    let descriptors = http::descriptors();
    let allowed = ConnectionLimits::for_descriptors(descriptors, config.database_connections);
    let total = config.connections.unwrap_or(allowed.total);
    if total > allowed.total {
        tracing::warn!(
            "`connections` is {total}, and {descriptors} file descriptors are enough for {}: raise `ulimit -n`",
            allowed.total
        );
    }
    ConnectionLimits {
        total,
        per_network: config.connections_per_address.unwrap_or(ConnectionLimits::share(total)),
        head_timeout: Duration::from_secs(config.head_timeout_seconds),
        idle_timeout: Duration::from_secs(config.idle_timeout_seconds),
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
