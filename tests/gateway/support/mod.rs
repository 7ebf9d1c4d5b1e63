//! The real router, in process, on a database of its own: SQLite, or PostgreSQL where `FIELDGATE_TEST_POSTGRES_URL` says
//! where one is. Actors send requests; the clock is the test's to move.

mod actor;
mod client;
mod database;
mod mailbox;
mod pages;
pub mod permits;
mod smtp_server;

pub use actor::{Actor, Answer};
pub use client::Client;
pub use mailbox::Mailbox;
pub use pages::Pages;
pub use smtp_server::{Mood, SmtpServer};

use chrono::{DateTime, TimeDelta, Utc};
use database::Database;
use fieldgate::app::{Gateway, Parts};
use fieldgate::authn::{AttemptQueue, TokenKey};
use fieldgate::authz::{PolicyEngine, PolicyWorkshop};
use fieldgate::domain::{
    Channel, Clock, Email, Origin, Principal, ProjectSpaceInput, RoleId, Settings, WebUserId,
};
use fieldgate::graphql::Engine;
use fieldgate::http::{ConnectionLimits, Server};
use fieldgate::outbound::personal_id::OpenIdTokens;
use fieldgate::policy::PolicyConfig;
use fieldgate::service::decision::{self, DecisionLogConfig, DecisionQueue};
use fieldgate::service::mail::Mailer;
use fieldgate::service::web_user::NewWebUser;
use fieldgate::service::{Https, Services, mail, project_space, role, web_user};
use fieldgate::store::{ConnectOptions, Store};
use fieldgate::webhook::MailReports;
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt, Response};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

pub const ADMIN: &str = "admin@acme.example";
pub const PASSWORD: &str = "a long enough password";
pub const WORKER_PASSWORD: &str = "qwer1234";
/// The address that mails come from.
pub const MAIL_SENDER: &str = "fieldgate@acme.example";
/// Where the gateway says that it is.
pub const PUBLIC_URL: &str = "https://gate.example";
/// The issuer whose PersonalID tokens are taken, and whom they must be for.
pub const PERSONAL_ID_ISSUER: &str = "https://id.example";
pub const PERSONAL_ID_AUDIENCE: &str = "https://gate.example";
/// What mail providers must know.
pub const WEBHOOK_SECRET: &str = "a secret for mail providers";
/// The SNS topic that is listened to.
pub const SNS_TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:bounces";

/// A clock that only the test moves.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A gateway in process.
pub struct TestApp {
    pub services: Arc<Services>,
    pub policy: Arc<fieldgate::policy::PolicyHost>,
    /// Where its mails go.
    pub mailbox: Arc<Mailbox>,
    /// The servers that it can read from.
    pub pages: Arc<Pages>,
    mail_reports: Arc<MailReports>,
    graphql: Arc<Engine>,
    routes: BoxEndpoint<'static, Response>,
    clock: Arc<TestClock>,
    statements: Arc<Mutex<Vec<String>>>,
    /// Dropped last: the database goes with it.
    database: Database,
}

/// Compiled policies are shared by all tests of a run: the same bytes need compiling once.
static POLICIES: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

impl TestApp {
    /// An empty gateway.
    pub async fn empty() -> Self {
        Self::empty_with(PolicyConfig::default()).await
    }

    /// The same, with these limits and keys for policies.
    async fn empty_with(policy: PolicyConfig) -> Self {
        let clock = Arc::new(TestClock(Mutex::new(DateTime::from_timestamp(1_790_000_000, 0).unwrap())));
        let database = Database::fresh().await;
        let url = database.url().to_owned();
        Self::assemble(policy, clock, database, url).await
    }

    /// A gateway on the same database, with the same clock, that reaches it at another address.
    pub async fn reached_at(self, url: impl FnOnce(&str) -> String) -> Self {
        let Self { clock, database, services, .. } = self;
        services.store.clone().close().await.unwrap();
        let url = url(database.url());
        Self::assemble(PolicyConfig::default(), clock, database, url).await
    }

    async fn assemble(policy: PolicyConfig, clock: Arc<TestClock>, database: Database, url: String) -> Self {
        let statements = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&statements);
        let (mailbox, pages) = (Arc::new(Mailbox::default()), Arc::new(Pages::default()));
        let gateway = Gateway::assemble(Parts {
            database: ConnectOptions {
                url,
                max_connections: 4,
                on_statement: Some(Arc::new(move |sql| seen.lock().unwrap().push(sql.to_owned()))),
            },
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            key: TokenKey::new([7; 32]),
            worker_suffix: "fieldgate.local".to_owned(),
            // The deadline is of the wall's clock: a busy machine must not make a test's policy late.
            policy: PolicyConfig {
                deadline: std::time::Duration::from_secs(2),
                cache_dir: Some(POLICIES.path().join("cache")),
                ..policy
            },
            decision_log: DecisionLogConfig::default(),
            mailer: Arc::clone(&mailbox) as Arc<dyn Mailer>,
            mail_sender: Some(Email::parse(MAIL_SENDER).unwrap()),
            public_url: PUBLIC_URL.to_owned(),
            https: Arc::clone(&pages) as Arc<dyn Https>,
            mail_webhook_secret: Some(WEBHOOK_SECRET.to_owned().into()),
            mail_sns_topics: vec![SNS_TOPIC.to_owned()],
            personal_id: Some(Arc::new(OpenIdTokens::of(
                PERSONAL_ID_ISSUER.to_owned(),
                PERSONAL_ID_AUDIENCE.to_owned(),
                Arc::clone(&pages) as Arc<dyn Https>,
                Arc::clone(&clock) as Arc<dyn Clock>,
            ))),
            operators: Vec::new(),
        })
        .await
        .unwrap();
        Self {
            routes: gateway.routes().boxed(),
            services: gateway.services,
            policy: gateway.policy,
            mailbox,
            pages,
            mail_reports: gateway.mail_reports,
            graphql: gateway.graphql,
            clock,
            statements,
            database,
        }
    }

    /// A gateway with the project space `acme` and its admin.
    pub async fn spawn() -> Self {
        Self::spawn_with(PolicyConfig::default()).await
    }

    /// The same, with these limits and keys for policies.
    pub async fn spawn_with(policy: PolicyConfig) -> Self {
        let app = Self::empty_with(policy).await;
        app.space("acme", ADMIN).await;
        app
    }

    /// One more project space with its admin.
    pub async fn space(&self, name: &str, admin: &str) {
        let input = ProjectSpaceInput {
            name: name.to_owned(),
            display_name: None,
            admin_email: admin.to_owned(),
            admin_password: Some(PASSWORD.to_owned().into()),
            settings: Settings::default(),
        };
        project_space::create(&self.services, &operator(), input).await.unwrap();
    }

    /// A web user of `acme` with the role of this name, at these locations (global ids), signed in.
    pub async fn web_user(&self, email: &str, role_name: &str, locations: &[String]) -> Actor<'_> {
        let input = NewWebUser {
            email: email.to_owned(),
            first_name: "Test".to_owned(),
            last_name: "User".to_owned(),
            password: Some(PASSWORD.to_owned().into()),
            role: Some(self.role(role_name).await),
            locations: locations.iter().map(|id| fieldgate::domain::LocationId::parse(id).unwrap()).collect(),
        };
        web_user::add(&self.services, &operator(), "acme", &input).await.unwrap();
        self.sign_in(email, PASSWORD).await
    }

    /// The id of a role of `acme`.
    pub async fn role(&self, name: &str) -> RoleId {
        let space = project_space::read(&self.services, &operator(), "acme").await.unwrap();
        let roles = role::list(&self.services, &operator(), space.id, true).await.unwrap();
        roles.iter().find(|role| role.name == name).unwrap_or_else(|| panic!("no role `{name}`")).id
    }

    /// The admin of `acme`, signed in.
    pub async fn admin(&self) -> Actor<'_> {
        self.sign_in(ADMIN, PASSWORD).await
    }

    /// Signs in over GraphQL.
    pub async fn sign_in(&self, username: &str, password: &str) -> Actor<'_> {
        let query = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code } } }";
        let input = serde_json::json!({ "username": username, "password": password });
        let answer = self.stranger().run(query, serde_json::json!({ "i": input })).await;
        let token = answer["data"]["login"]["accessToken"].as_str();
        let token = token.unwrap_or_else(|| panic!("`{username}` could not sign in: {answer}"));
        self.stranger().with_authorization(&format!("Bearer {token}"))
    }

    /// Somebody who has not signed in.
    pub fn stranger(&self) -> Actor<'_> {
        Actor::new(&self.routes)
    }

    /// Lets time pass.
    pub fn pass(&self, time: TimeDelta) {
        *self.clock.0.lock().unwrap() += time;
    }

    /// Runs a statement past the gateway. Each column must be a text.
    pub async fn rows(&self, sql: &str) -> Result<Vec<Vec<String>>, sea_orm::DbErr> {
        self.database.rows(sql).await
    }

    /// The same gateway, with another policy engine.
    pub fn with_policy(self, policy: Arc<dyn PolicyEngine>) -> Self {
        let authorizer = self.services.authorizer.clone().answered_by(policy);
        let services = Services { authorizer, ..Services::clone(&self.services) };
        self.with_services(services)
    }

    /// The same gateway, where somebody else looks at uploaded modules.
    pub fn with_workshop(self, workshop: Arc<dyn PolicyWorkshop>) -> Self {
        let services = Services { workshop, ..Services::clone(&self.services) };
        self.with_services(services)
    }

    /// The same gateway, whose mails go elsewhere.
    pub fn with_mailer(self, mailer: impl Mailer) -> Self {
        let services = Services { mailer: Arc::new(mailer), ..Services::clone(&self.services) };
        self.with_services(services)
    }

    /// The same gateway, whose operator has not said which issuer PersonalID is.
    pub fn without_personal_id(self) -> Self {
        let services = Services { personal_id: None, ..Services::clone(&self.services) };
        self.with_services(services)
    }

    /// The same gateway, which keeps of decisions what this says.
    pub fn with_decision_log(self, config: DecisionLogConfig) -> Self {
        let engine = Arc::clone(&self.policy);
        let decisions = Arc::new(DecisionQueue::new(config, engine));
        let authorizer = self.services.authorizer.clone().told_to(Arc::clone(&decisions) as _);
        let services = Services { authorizer, decisions, ..Services::clone(&self.services) };
        self.with_services(services)
    }

    /// Writes down all decisions that wait for it; how many those were.
    pub async fn keep_decisions(&self) -> usize {
        let mut kept = 0;
        loop {
            match decision::write_some(&self.services).await.unwrap() {
                0 => return kept,
                written => kept += written,
            }
        }
    }

    /// The same gateway, with these operators.
    pub fn with_operators(self, operators: &[WebUserId]) -> Self {
        let mut services = Services::clone(&self.services);
        services.authenticator.operators = operators.into();
        self.with_services(services)
    }

    /// The same gateway, where attempts to sign in wait in this queue.
    pub fn with_queue(self, queue: AttemptQueue) -> Self {
        let mut services = Services::clone(&self.services);
        services.authenticator.passwords = services.authenticator.passwords.with_queue(queue);
        self.with_services(services)
    }

    /// Serves on a port of this machine within these bounds, until the test ends.
    pub async fn listen(&self, limits: ConnectionLimits) -> SocketAddr {
        let gateway = Gateway {
            services: Arc::clone(&self.services),
            policy: Arc::clone(&self.policy),
            mail_reports: Arc::clone(&self.mail_reports),
            graphql: Arc::clone(&self.graphql),
        };
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap();
        let address = server.local_addr().unwrap();
        tokio::spawn(server.run(gateway.routes(), std::future::pending(), Duration::ZERO));
        address
    }

    fn with_services(self, services: Services) -> Self {
        let services = Arc::new(services);
        let gateway = Gateway {
            services: Arc::clone(&services),
            policy: Arc::clone(&self.policy),
            mail_reports: Arc::clone(&self.mail_reports),
            graphql: Arc::clone(&self.graphql),
        };
        Self { services, routes: gateway.routes().boxed(), ..self }
    }

    /// A second gateway beside this one, over the same database, with another policy engine.
    pub fn answering(&self, policy: Arc<dyn PolicyEngine>) -> Beside<'_> {
        let authorizer = self.services.authorizer.clone().answered_by(policy);
        let gateway = Gateway {
            services: Arc::new(Services { authorizer, ..Services::clone(&self.services) }),
            policy: Arc::clone(&self.policy),
            mail_reports: Arc::clone(&self.mail_reports),
            graphql: Arc::clone(&self.graphql),
        };
        Beside { app: self, routes: gateway.routes().boxed() }
    }

    /// The same gateway, under a policy that permits everything whose action begins so.
    pub fn permitting(self, prefix: &'static str) -> Self {
        let host = Arc::clone(&self.policy);
        self.with_policy(Arc::new(permits::Permits { host, prefix }))
    }

    /// Another gateway's connection to the same database, with the same clock.
    pub async fn another_store(&self) -> Store {
        let options =
            ConnectOptions { url: self.database.url().to_owned(), max_connections: 4, on_statement: None };
        Store::connect(&options, Arc::clone(&self.clock) as Arc<dyn Clock>).await.unwrap()
    }

    /// Sends all mails that are due, one after the other; how many tries that took.
    pub async fn deliver(&self) -> usize {
        let mut tries = 0;
        while mail::send_next(&self.services).await.unwrap().is_some() {
            tries += 1;
        }
        tries
    }

    /// The statements run since the last call.
    pub fn statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.statements.lock().unwrap())
    }
}

/// A gateway beside a [`TestApp`], over its database.
pub struct Beside<'a> {
    app: &'a TestApp,
    routes: BoxEndpoint<'static, Response>,
}

impl Beside<'_> {
    /// The admin of `acme`, who signed in at the first gateway.
    pub async fn admin(&self) -> Actor<'_> {
        let signed_in = self.app.admin().await;
        Actor::new(&self.routes).with_authorization(&format!("Bearer {}", signed_in.token()))
    }
}

/// The gateway's operator.
pub fn operator() -> Principal {
    Principal::system(Origin::new(Channel::CommandLine, "test"))
}
