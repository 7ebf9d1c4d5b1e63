//! Guesses from many connections do not close the door for others.

use crate::scene::worker_who_signs_in;
use crate::support::{ADMIN, Client, PASSWORD, TestApp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fieldgate::authn::{Attempt, AttemptQueue, Checked, Turn};
use fieldgate::domain::SystemClock;
use fieldgate::http::ConnectionLimits;
use serde_json::{Value as Json, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;

const ATTACKER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);
const VICTIM: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 7);
const CONNECTIONS: usize = 128;

/// An attack that goes on until this is dropped.
struct Attack {
    guesses: Arc<AtomicUsize>,
    _attackers: JoinSet<()>,
}

impl Attack {
    /// Starts it, and waits until as many guesses were answered as there are connections.
    async fn start(on: SocketAddr, name: impl Fn(usize) -> String + Clone + Send + 'static) -> Self {
        let (guesses, begun) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut attackers = JoinSet::new();
        let (told, mut answered) = tokio::sync::mpsc::unbounded_channel();
        for _ in 0..CONNECTIONS {
            let (guesses, begun) = (Arc::clone(&guesses), Arc::clone(&begun));
            let (name, told) = (name.clone(), told.clone());
            attackers.spawn(async move {
                let mut client = Client::connect(on, ATTACKER).await.unwrap();
                loop {
                    let number = begun.fetch_add(1, Ordering::Relaxed);
                    let answer = client.sign_in(&name(number), "not the password").await.unwrap();
                    assert_eq!(answer["data"]["login"]["accessToken"], Json::Null, "{answer}");
                    guesses.fetch_add(1, Ordering::Relaxed);
                    told.send(()).unwrap();
                }
            });
        }
        for _ in 0..CONNECTIONS {
            answered.recv().await.unwrap();
        }
        Self { guesses, _attackers: attackers }
    }

    /// Signs in meanwhile; how many guesses were answered until then.
    async fn sign_in_meanwhile(&self, gateway: SocketAddr, from: Ipv4Addr) -> usize {
        let mut client = Client::connect(gateway, from).await.unwrap();
        let before = self.guesses.load(Ordering::Relaxed);
        let answer = client.sign_in(ADMIN, PASSWORD).await.unwrap();
        assert!(answer["data"]["login"]["accessToken"].is_string(), "{answer}");
        assert_eq!(client.get("/health").await.unwrap(), (200, "ok\n".to_owned()));
        self.guesses.load(Ordering::Relaxed) - before
    }
}

/// Guesses that may be answered during somebody else's sign-in: those that are being checked, one more turn of the attacker's,
/// and those of the time that the sign-in takes once it has its turn. First come, first served would be 126 at least.
const FEW: usize = 48;

fn limits() -> ConnectionLimits {
    ConnectionLimits { per_network: 500, ..ConnectionLimits::for_descriptors(2_000, 4) }
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_ones_own_account_from_another_network_do_not_keep_one_out() {
    let app = TestApp::spawn().await;
    let gateway = app.listen(limits()).await;
    let attack = Attack::start(gateway, |_| ADMIN.to_owned()).await;
    for _ in 0..5 {
        let guesses = attack.sign_in_meanwhile(gateway, VICTIM).await;
        assert!(guesses <= FEW, "{guesses} guesses came first");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_many_unknown_names_do_not_keep_people_out() {
    let app = TestApp::spawn().await;
    let gateway = app.listen(limits()).await;
    let attack = Attack::start(gateway, |number| format!("guess-{number}@acme.example")).await;
    for _ in 0..5 {
        let guesses = attack.sign_in_meanwhile(gateway, VICTIM).await;
        assert!(guesses <= FEW, "{guesses} guesses came first");
    }
    // Somebody on the attacker's own network waits for one round of the others at the most; the next time for hardly any.
    let guesses = attack.sign_in_meanwhile(gateway, ATTACKER).await;
    assert!(guesses <= CONNECTIONS + FEW, "{guesses} guesses came first");
    let guesses = attack.sign_in_meanwhile(gateway, ATTACKER).await;
    assert!(guesses <= FEW, "{guesses} guesses came first");
}

/// A gateway whose only turn the test holds, with room for so many who wait.
async fn crowded(room: usize) -> (TestApp, Turn) {
    let queue = AttemptQueue::with_capacity(1, room, Arc::new(SystemClock));
    let app = TestApp::spawn().await;
    worker_who_signs_in(&app, "amina").await;
    let turn = queue.turn(Attempt::new(Checked::NewPassword, None)).await.unwrap();
    (app.with_queue(queue), turn)
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[tokio::test]
async fn where_the_queue_is_full_the_guesser_is_told_when_to_come_again() {
    let (app, turn) = crowded(2).await;
    let guess = app.stranger().with_authorization(&basic(ADMIN, "not the password"));
    let (login, workers) =
        ("mutation($i: LoginInput!) { login(input: $i) { accessToken } }", "/a/acme/api/user/v1/");
    let right = app.stranger().with_authorization(&basic("amina@acme.fieldgate.local", "qwer1234"));
    let input = json!({ "username": ADMIN, "password": "not the password" });
    let body = json!({ "query": login, "variables": { "i": input } });
    let others = async {
        // By now, two guesses wait; the owner of another account makes one of them go, and a third guess is refused at once.
        let refused = guess.get(workers).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (429, &json!("RATE_LIMITED")));
        assert_eq!(refused.headers["retry-after"], "1", "{refused:?}");
        let refused = app.stranger().post("/graphql", &body).await;
        let extensions = &refused.json()["errors"][0]["extensions"];
        assert_eq!(*extensions, json!({ "code": "RATE_LIMITED", "retryAfterSeconds": 1 }), "{refused:?}");
        assert_eq!(refused.headers["retry-after"], "1", "{refused:?}");
        drop(turn);
    };
    let (first, second, owner, ()) =
        tokio::join!(biased; guess.get(workers), guess.get(workers), right.get(workers), others);
    assert_eq!(first.status.as_u16(), 401, "{first:?}");
    assert_eq!(second.status.as_u16(), 429, "{second:?}");
    // The password is right: only the permission to use the API is missing.
    assert_eq!(owner.json()["missing"], json!(["access_api"]), "{owner:?}");
}

#[tokio::test]
async fn a_request_checks_at_most_one_credential() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let change =
        |current: &str| json!({ "currentPassword": current, "newPassword": "quite another password" });
    let document = "mutation($c: ChangePasswordInput!, $d: ChangePasswordInput!) {
        a: changePassword(input: $c) { userErrors { code } }
        ...Second
    }
    fragment Second on Mutation { b: changePassword(input: $d) { userErrors { code } } }";
    let answer = admin.run(document, json!({ "c": change("not it"), "d": change(PASSWORD) })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "SEVERAL_CREDENTIALS", "{answer}");
    let document = "mutation($c: ChangePasswordInput!, $l: LoginInput!) {
        a: changePassword(input: $c) { userErrors { code } } b: login(input: $l) { accessToken }
    }";
    let login = json!({ "username": ADMIN, "password": PASSWORD });
    let answer = admin.run(document, json!({ "c": change("not it"), "l": login })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "SEVERAL_CREDENTIALS", "{answer}");
    app.sign_in(ADMIN, PASSWORD).await;
}

#[tokio::test]
async fn keys_wait_with_the_others_after_repeated_failures_alone() {
    let (app, turn) = crowded(8).await;
    let wrong = app.stranger().with_authorization(&format!("ApiKey {ADMIN}:not-a-key"));
    for _ in 0..3 {
        assert_eq!(wrong.get("/a/acme/api/user/v1/").await.status.as_u16(), 401);
    }
    let waits = async {
        // Another account is answered while the guesses wait, and it gives the turn back.
        let other = app.stranger().with_authorization("ApiKey other@acme.example:not-a-key");
        assert_eq!(other.get("/a/acme/api/user/v1/").await.status.as_u16(), 401);
        drop(turn);
        true
    };
    let first = tokio::select! {
        biased;
        _ = wrong.get("/a/acme/api/user/v1/") => false,
        waited = waits => waited,
    };
    assert!(first, "the fourth guess at a key did not wait");
}
