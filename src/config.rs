//! The configuration: read once, typed. Built-in values, then `fieldgate.toml`, then `FIELDGATE_…`, then the command line,
//! each over the one before. An unknown key is an error.

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file that is read when none is named, if it is there.
const FILE: &str = "fieldgate.toml";
const ENV_PREFIX: &str = "FIELDGATE_";
/// Shortest secret that mail providers must know, in bytes: it is all that keeps a forger out.
const WEBHOOK_SECRET_MIN: usize = 16;

/// What an operator may set. Every key is also `FIELDGATE_<KEY>`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen: `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// How the gateway is reached from outside; links are made of it. `http://<listen>` when not set.
    pub public_url: Option<String>,
    /// `sqlite://…` or `postgres://…`; a file in the data folder when not set.
    pub database_url: Option<String>,
    /// The folder of the embedded database, the key and compiled policies.
    pub data_dir: PathBuf,
    /// 64 hexadecimal digits, the same on every gateway: signs access tokens. Kept in the data folder when not set.
    pub token_key: Option<SecretString>,
    /// The last part of every worker's login name: `username@space.suffix`.
    pub worker_suffix: String,
    /// Most connections to the database.
    pub database_connections: u32,
    /// The mail server: `smtps://host`, `smtp://host` (STARTTLS, always), or `smtp://host?tls=none`. When not set, mails
    /// become files in the data folder, and the log shows their links.
    pub smtp_url: Option<String>,
    /// The user at the mail server.
    pub smtp_user: Option<String>,
    /// And the password.
    pub smtp_password: Option<SecretString>,
    /// A file with the certificates, in PEM form, of an authority that signed the mail server's, beside the usual ones.
    pub smtp_ca_file: Option<PathBuf>,
    /// Who mails come from: `Acme Health <fieldgate@acme.example>`. Must be set along with `smtp_url`.
    pub mail_from: Option<String>,
    /// What must come along with delivery reports: in the header `X-Webhook-Secret` of `/webhooks/mail/dsn` and
    /// `/webhooks/mail/json`, which take nothing while this is not set.
    pub mail_webhook_secret: Option<SecretString>,
    /// The Amazon SNS topics, by ARN, whose messages `/webhooks/mail/ses` takes.
    #[serde(default)]
    pub mail_sns_topics: Vec<String>,
    /// PersonalID: the address of its OpenID issuer, to the letter. When not set, nobody links or signs in with PersonalID.
    pub personal_id_issuer: Option<String>,
    /// The audience that PersonalID's tokens for this gateway name. Must be set along with `personal_id_issuer`.
    pub personal_id_audience: Option<String>,
    /// The web users, by id (`wu_…`), who may do over GraphQL what the gateway's operator may: clear blocked addresses.
    #[serde(default)]
    pub operators: Vec<String>,
    /// The share of permitted reads and lists that the decision log keeps, from 0 to 1: 0.01 when not set. Denials, changes and
    /// what no policy answered are kept in any case.
    pub decision_log_sample_reads: f64,
    /// For how many days decisions are kept: 30 when not set.
    pub decision_log_keep_days: u32,
    /// How many decisions of a project space are kept: 100,000 when not set. 0 keeps none at all.
    pub decision_log_keep_rows: u64,
    /// Whose signatures on policy modules count: `name:RWQ…`, a name and a public key of minisign. Where there are any, a
    /// module without a signature of one of them is refused, on every channel.
    #[serde(default)]
    pub policy_trusted_keys: Vec<String>,
    /// Most connections of clients at a time: what the descriptors of the process (`ulimit -n`) allow when not set.
    pub connections: Option<usize>,
    /// Most connections at a time from one IPv4 address, or from one /64 block of IPv6 addresses: a quarter of `connections`
    /// when not set. Behind a proxy, all connections come from the proxy's address.
    pub connections_per_address: Option<usize>,
    /// In how many seconds the head of a request must be complete: 10 when not set.
    pub head_timeout_seconds: u64,
    /// For how many seconds a connection may be idle between requests: 75 when not set.
    pub idle_timeout_seconds: u64,
    /// What is logged: `info`, `fieldgate=debug`, …
    pub log: String,
    /// How: `text` or `json`.
    pub log_format: LogFormat,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

/// The same as options of every command.
#[derive(Debug, Default, Serialize, clap::Args)]
pub struct ConfigOptions {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// How the gateway is reached from outside; `http://<listen>` when left out
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// sqlite://… or postgres://… [default: a file in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// The folder of the embedded database, the key and compiled policies [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// PersonalID's OpenID issuer [default: none, and nobody signs in with PersonalID]
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_id_issuer: Option<String>,
    /// The audience of PersonalID's tokens for this gateway; needed with --personal-id-issuer
    #[arg(long, global = true, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_id_audience: Option<String>,
    /// The configuration file [default: fieldgate.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

/// The configuration could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there.
    #[error("there is no configuration file `{}`", .0.display())]
    NoFile(PathBuf),
    /// An unknown key, or a value of the wrong kind. The message names the key and where it came from.
    #[error("the configuration is wrong: {0}")]
    Wrong(Box<figment::Error>),
    /// A value that cannot be.
    #[error("`{key}` {fault}")]
    Value {
        /// Which.
        key: &'static str,
        /// Why.
        fault: &'static str,
    },
}

impl Config {
    /// Reads everything.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(options: &ConfigOptions) -> Result<Self, ConfigError> {
        let file = options.config.clone().or_else(|| std::env::var_os("FIELDGATE_CONFIG").map(PathBuf::from));
        let file = match file {
            Some(file) if !file.is_file() => return Err(ConfigError::NoFile(file)),
            Some(file) => Some(file),
            None => Some(PathBuf::from(FILE)).filter(|file| file.is_file()),
        };
        // Tests have settings of their own under the same prefix.
        let environment =
            Env::prefixed(ENV_PREFIX).filter(|key| key != "config" && !key.starts_with("test_"));
        let built_in = Figment::new()
            .merge(Serialized::default("listen", "127.0.0.1:8080"))
            .merge(Serialized::default("data_dir", "data"))
            .merge(Serialized::default("worker_suffix", "fieldgate.local"))
            .merge(Serialized::default("database_connections", 8))
            .merge(Serialized::default("decision_log_sample_reads", 0.01))
            .merge(Serialized::default("decision_log_keep_days", 30))
            .merge(Serialized::default("decision_log_keep_rows", 100_000))
            .merge(Serialized::default("head_timeout_seconds", 10))
            .merge(Serialized::default("idle_timeout_seconds", 75))
            .merge(Serialized::default("log", "info"))
            .merge(Serialized::default("log_format", "text"));
        let config: Self = match file {
            Some(file) => built_in.merge(Toml::file_exact(file)),
            None => built_in,
        }
        .merge(environment)
        .merge(Serialized::defaults(options))
        .extract()
        .map_err(|error| ConfigError::Wrong(Box::new(error)))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, fault| Err(ConfigError::Value { key, fault });
        let suffix_fits = !self.worker_suffix.is_empty()
            && self.worker_suffix.len() <= 60
            && self
                .worker_suffix
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
        if !suffix_fits {
            return wrong("worker_suffix", "must be a host name in lower case of at most 60 characters");
        }
        if self
            .public_url
            .as_ref()
            .is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://"))
        {
            return wrong("public_url", "must start with `https://` or `http://`");
        }
        let known = |url: &String| {
            ["sqlite:", "postgres://", "postgresql://"].iter().any(|kind| url.starts_with(kind))
        };
        if self.database_url.as_ref().is_some_and(|url| !known(url)) {
            return wrong("database_url", "must start with `sqlite:` or `postgres://`");
        }
        if self.smtp_url.is_some() && self.mail_from.is_none() {
            return wrong("mail_from", "must be set along with `smtp_url`");
        }
        let secret = self.mail_webhook_secret.as_ref().map(ExposeSecret::expose_secret);
        if secret.is_some_and(|secret| secret.len() < WEBHOOK_SECRET_MIN) {
            return wrong(
                "mail_webhook_secret",
                "must be at least 16 characters long: make one with `openssl rand -hex 32`",
            );
        }
        if self.personal_id_issuer.is_some() != self.personal_id_audience.is_some() {
            return wrong("personal_id_audience", "and `personal_id_issuer` must be set together");
        }
        if !(0.0..=1.0).contains(&self.decision_log_sample_reads) {
            return wrong("decision_log_sample_reads", "must be a share between 0 and 1");
        }
        if !(1..=3650).contains(&self.decision_log_keep_days) {
            return wrong("decision_log_keep_days", "must be between 1 and 3650");
        }
        if self.connections == Some(0) {
            return wrong("connections", "must be at least 1");
        }
        if self.connections_per_address == Some(0) {
            return wrong("connections_per_address", "must be at least 1");
        }
        if !(1..=3600).contains(&self.head_timeout_seconds) {
            return wrong("head_timeout_seconds", "must be between 1 and 3600");
        }
        if !(1..=3600).contains(&self.idle_timeout_seconds) {
            return wrong("idle_timeout_seconds", "must be between 1 and 3600");
        }
        if self.database_connections == 0 {
            return wrong("database_connections", "must be at least 1");
        }
        Ok(())
    }

    /// The database: the one that is set, or a file in the data folder.
    pub fn database_url(&self) -> String {
        let embedded = self.embedded_database().map(|file| format!("sqlite://{}", file.display()));
        self.database_url.clone().or(embedded).unwrap_or_default()
    }

    /// The file of the database in the data folder; none where another one is set.
    pub fn embedded_database(&self) -> Option<PathBuf> {
        self.database_url.is_none().then(|| self.data_dir.join("fieldgate.db"))
    }

    /// How the gateway is reached from outside, without a `/` at the end.
    pub fn public_url(&self) -> String {
        let local = || format!("http://{}", self.listen);
        self.public_url.as_ref().map_or_else(local, |url| url.trim_end_matches('/').to_owned())
    }

    /// Whether something is to be kept in the data folder.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }
}
