//! The gate's share of a whole GraphQL request: how much of the processor's time goes to policies.
//!
//! `cargo bench --bench request` prints a table. "request" is the processor time of the whole process, its database (SQLite)
//! among it; "policies" is what passes while the policy host is asked, by the same requests in the same run. "asked" is a
//! gateway that keeps no scopes: that is what somebody's first request costs after their rights or the policies have
//! changed. "kept" is the gateway as it is: what every other request costs.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that goes wrong should end there"
)]

use fieldgate::app::Gateway;
use fieldgate::authz::{
    Authorizer, Decided, Decision, PolicyEngine, Question, Request, Rows, ScopeRequest, StackName, Undecided,
    Voice,
};
use fieldgate::config::{Config, ConfigOptions};
use fieldgate::domain::{
    Channel, GroupInput, LocationInput, LocationTypeInput, MobileWorkerInput, Origin, Patch, Principal,
    ProjectSpaceId, ProjectSpaceInput, RoleInput, Settings, SystemClock,
};
use fieldgate::policy::{PolicyConfig, PolicyHost};
use fieldgate::service::decision::DecisionQueue;
use fieldgate::service::mobile_worker::NewPassword;
use fieldgate::service::web_user::NewWebUser;
use fieldgate::service::{Services, group, location, mobile_worker, project_space, role, web_user};
use poem::http::{Method, StatusCode};
use poem::{Body, Endpoint};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// As the gateway's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SPACE: &str = "acme";
const PASSWORD: &str = "a long enough password";
const REQUESTS: u32 = 2_000;

/// The policy host, with a look at the clock before and after.
struct Timed {
    host: Arc<PolicyHost>,
    nanoseconds: AtomicU64,
    questions: AtomicU64,
}

impl Timed {
    fn note(&self, began: Instant) {
        self.nanoseconds.fetch_add(began.elapsed().as_nanos().try_into().unwrap(), Ordering::Relaxed);
        self.questions.fetch_add(1, Ordering::Relaxed);
    }

    fn take(&self) -> (Duration, u64) {
        let nanoseconds = self.nanoseconds.swap(0, Ordering::Relaxed);
        (Duration::from_nanos(nanoseconds), self.questions.swap(0, Ordering::Relaxed))
    }
}

#[async_trait::async_trait]
impl PolicyEngine for Timed {
    async fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        let began = Instant::now();
        let answer = self.host.decide(request).await;
        self.note(began);
        answer
    }

    async fn scope(&self, request: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        let began = Instant::now();
        let answer = self.host.scope(request).await;
        self.note(began);
        answer
    }

    fn stack(&self, space: ProjectSpaceId) -> StackName {
        self.host.stack(space)
    }

    fn is_monitored(&self, space: ProjectSpaceId) -> bool {
        self.host.is_monitored(space)
    }

    async fn voices(&self, stack: &StackName, question: &Question) -> Option<Vec<Voice>> {
        self.host.voices(stack, question).await
    }
}

/// Whether policies are asked for each scope, or for those that are not kept.
#[derive(Clone, Copy)]
enum Policies {
    Asked,
    Kept,
}

/// A gateway as `fieldgate serve` opens it, with a database in this folder; its policies as it has them, or asked each time.
async fn gateway(folder: &Path, policies: Policies) -> (Gateway, Arc<Timed>) {
    let options = ConfigOptions { data_dir: Some(folder.to_owned()), ..ConfigOptions::default() };
    let mut gateway = Gateway::open(&Config::read(&options).unwrap()).await.unwrap();
    let host = match policies {
        Policies::Kept => Arc::clone(&gateway.policy),
        Policies::Asked => {
            Arc::new(PolicyHost::new(PolicyConfig { scopes_kept: 0, ..PolicyConfig::default() }).unwrap())
        }
    };
    let timed = Arc::new(Timed { host, nanoseconds: AtomicU64::default(), questions: AtomicU64::default() });
    let engine: Arc<Timed> = Arc::clone(&timed);
    let log: Arc<DecisionQueue> = Arc::clone(&gateway.services.decisions);
    gateway.services = Arc::new(Services {
        authorizer: Authorizer::new(engine, Arc::new(SystemClock)).told_to(log),
        ..Services::clone(&gateway.services)
    });
    (gateway, timed)
}

/// A project space with sixty workers at one of three levels of places, and a supervisor who reaches them. One worker's id.
async fn fill(services: &Services) -> String {
    let operator = Principal::system(Origin::new(Channel::CommandLine, "benchmark"));
    let space = ProjectSpaceInput {
        name: SPACE.to_owned(),
        display_name: None,
        admin_email: "admin@acme.example".to_owned(),
        admin_password: Some(PASSWORD.to_owned().into()),
        settings: Settings::default(),
    };
    project_space::create(services, &operator, space).await.unwrap();
    let (mut level, mut places): (Option<String>, Vec<_>) = (None, Vec::new());
    for name in ["State", "District", "Clinic"] {
        let kind = LocationTypeInput { name: name.to_owned(), parent: level, ..LocationTypeInput::default() };
        let kind = location::create_type(services, &operator, SPACE, &kind).await.unwrap().id.to_string();
        let place = LocationInput {
            name: name.to_owned(),
            location_type: kind.clone(),
            parent: places.last().map(ToString::to_string),
            ..LocationInput::default()
        };
        places.push(location::create(services, &operator, SPACE, &place).await.unwrap().id);
        level = Some(kind);
    }
    let group = GroupInput { name: "Drivers".to_owned(), ..GroupInput::default() };
    let group = group::create(services, &operator, SPACE, &group).await.unwrap().id;
    let names = ["edit_commcare_users", "view_locations", "view_groups", "view_roles", "access_api"];
    let supervisor = RoleInput {
        name: "Supervisor".to_owned(),
        permissions: names.map(|name| (name.to_owned(), None)).into(),
        ..RoleInput::default()
    };
    let supervisor = role::create(services, &operator, SPACE, &supervisor).await.unwrap().id;
    let user = NewWebUser {
        email: "supervisor@acme.example".to_owned(),
        first_name: "Test".to_owned(),
        last_name: "User".to_owned(),
        password: Some(PASSWORD.to_owned().into()),
        role: Some(supervisor),
        locations: vec![places[0]],
    };
    web_user::add(services, &operator, SPACE, &user).await.unwrap();
    let rule =
        fieldgate::domain::PasswordRule::of_worker(fieldgate::domain::Strength::OfItsLength, Vec::new());
    let hash = services.authenticator.passwords.hash(rule.check("qwer1234").unwrap()).await.unwrap();
    let mut worker = String::new();
    for number in 0..60 {
        let input = MobileWorkerInput {
            first_name: Patch::Set("Amina".to_owned()),
            locations: Patch::Set(vec![places[2].to_string()]),
            groups: Patch::Set(vec![group.to_string()]),
            ..MobileWorkerInput::default()
        };
        let password = NewPassword::Hashed(hash.clone());
        let username = format!("amina.{number}");
        let made = mobile_worker::create(services, &operator, SPACE, &username, &input, password).await;
        worker = made.unwrap().id.to_string();
    }
    worker
}

async fn post(routes: &impl Endpoint<Output = poem::Response>, token: Option<&str>, body: &Json) -> Json {
    let mut request = poem::Request::builder()
        .method(Method::POST)
        .uri("/graphql".parse().unwrap())
        .header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let mut response = routes.get_response(request.body(Body::from_string(body.to_string()))).await;
    assert_eq!(response.status(), StatusCode::OK);
    let answer: Json = response.take_body().into_json().await.unwrap();
    assert!(answer["errors"].is_null(), "{answer}");
    answer
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

async fn measured(kind: &str, policies: Policies) {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, timed) = gateway(folder.path(), policies).await;
    let worker = fill(&gateway.services).await;
    let routes = gateway.routes();
    let login = json!({
        "query": "mutation($i: LoginInput!) { login(input: $i) { accessToken } }",
        "variables": { "i": { "username": "supervisor@acme.example", "password": PASSWORD } },
    });
    let token =
        post(&routes, None, &login).await["data"]["login"]["accessToken"].as_str().unwrap().to_owned();
    let nested = "id username firstName status role { name } locations { name } groups { name }";
    for (name, query) in [
        (
            "one worker with all that is nested",
            format!("query($id: ID!) {{ node(id: $id) {{ ... on MobileWorker {{ {nested} }} }} }}"),
        ),
        (
            "one worker, three fields",
            "query($id: ID!) { node(id: $id) { ... on MobileWorker { id username status } } }".to_owned(),
        ),
        (
            "a page of fifty with the same",
            format!(
                "{{ projectSpace(name: \"{SPACE}\") {{ mobileWorkers(first: 50) {{ nodes {{ {nested} }} }} }} }}"
            ),
        ),
    ] {
        let body = json!({ "query": query, "variables": { "id": worker } });
        for _ in 0..REQUESTS / 4 {
            post(&routes, Some(&token), &body).await;
        }
        timed.take();
        let began = processor_time();
        for _ in 0..REQUESTS {
            post(&routes, Some(&token), &body).await;
        }
        let whole = (processor_time() - began).as_secs_f64() * 1e6 / f64::from(REQUESTS);
        let (policies, questions) = timed.take();
        let policies = policies.as_secs_f64() * 1e6 / f64::from(REQUESTS);
        let questions = questions as f64 / f64::from(REQUESTS);
        println!(
            "{name:<36}{kind:<6}{whole:>12.1}{questions:>11.1}{policies:>13.1}{:>8.1}%",
            policies / whole * 100.0
        );
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(
            async {
                println!(
                    "{:<42}{:>12}{:>11}{:>13}{:>9}",
                    "processor time, µs", "request", "questions", "policies", "share"
                );
                tokio::spawn(measured("asked", Policies::Asked)).await.unwrap();
                tokio::spawn(measured("kept", Policies::Kept)).await.unwrap();
            },
        );
    }
}
