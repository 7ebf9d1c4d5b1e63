//! What a user may do to an account that holds less than they do, as much, or more: every action that could let the caller
//! act as the account, that gives it rights again, or that takes rights away, over GraphQL and REST, as a table that people
//! read. Once under the standard policy, and once under a module that permits everything: what is refused there as well is a
//! rule that no policy can switch off.
//!
//! `UPDATE=1 cargo test --test gateway stronger_account` rewrites the tables; read the difference before you accept it.

mod attempts;
mod climb;

use crate::authz_matrix::operations::Operation;
use crate::authz_matrix::run;
use crate::authz_matrix::things::{Made, Thing};
use crate::policy::guest;
use crate::scene::{Tree, member, role, role_given_by, worker_with};
use crate::support::{Actor, PASSWORD, TestApp, operator};
use attempts::ATTEMPTS;
use chrono::TimeDelta;
use fieldgate::domain::{LocationId, MobileWorkerInput, Patch};
use fieldgate::policy::ModuleSource;
use fieldgate::service::mobile_worker::{self, NewPassword};
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::{Value as Json, json};
use std::fmt::Write;

const CLERK: &[&str] = &["access_all_locations", "access_api", "edit_commcare_users", "view_commcare_users"];
const MANAGER: &[&str] = &[
    "access_all_locations",
    "access_api",
    "edit_commcare_users",
    "edit_web_users",
    "view_commcare_users",
    "view_locations",
    "view_roles",
    "view_web_users",
];
const SUPERVISOR: &[&str] = &["access_api", "edit_commcare_users", "view_commcare_users"];

/// The callers, each with the role that is named after them.
const CALLERS: [&str; 4] = ["clerk", "manager", "supervisor", "admin"];

/// What the account holds, compared with the caller.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// A permission that every caller holds, at the supervisor's location.
    Weaker,
    /// The caller's own role; admin for an admin's.
    Equal,
    /// A permission that no caller but the admin holds.
    Stronger,
    /// Such a permission, by a role whose "assignable by" names the caller's role.
    Assignable,
    /// A weaker role, at the supervisor's location and at another one.
    Wider,
    /// An admin. No mobile worker is one.
    Admin,
}

const TARGETS: [(&str, Target); 6] = [
    ("weaker", Target::Weaker),
    ("equal", Target::Equal),
    ("stronger", Target::Stronger),
    ("assignable", Target::Assignable),
    ("wider", Target::Wider),
    ("admin", Target::Admin),
];

const LEGEND: &str = "\
P permitted   F forbidden, and told why   H hidden: there is no such thing for them
R refused by a rule of the gateway, whatever the policy says: the codes stand at the end of the line
- there is no such account: mobile workers are never admins

Each group of letters is one caller; each letter one account, in this order:
weaker      holds a permission that every caller holds
equal       holds the caller's own role
stronger    holds a permission that only the admin holds
assignable  holds such a permission by a role that the caller's role may assign
wider       holds the weaker role, at the supervisor's location and at another one
admin       an admin

clerk       may edit mobile workers, everywhere
manager     may edit mobile workers and web users, everywhere
supervisor  may edit mobile workers, at and below one location
admin       an admin of the project space

";

struct Stage<'a> {
    app: &'a TestApp,
    tree: Tree,
    admin: Actor<'a>,
    space: String,
    count: std::cell::Cell<u32>,
}

impl<'a> Stage<'a> {
    async fn set(app: &'a TestApp) -> (Self, Vec<Actor<'a>>) {
        let tree = Tree::plant(app).await;
        crate::personal_id::connect(app, true).await;
        let near = [tree.northern.clone()];
        let mut actors = vec![
            member(app, "clerk", CLERK, &[]).await,
            member(app, "manager", MANAGER, &[]).await,
            member(app, "supervisor", SUPERVISOR, &near).await,
        ];
        actors.push(app.admin().await);
        role(app, "weaker", &["access_api"]).await;
        role(app, "stronger", &["access_api", "edit_billing", "access_all_locations"]).await;
        for caller in &CALLERS[..3] {
            let giver = app.role(caller).await.to_string();
            let permissions = ["access_api", "edit_apps", "access_all_locations"];
            role_given_by(app, &format!("assignable by {caller}"), &permissions, &giver).await;
        }
        let admin = app.admin().await;
        let space = admin.run("{ projectSpace(name: \"acme\") { id } }", json!({})).await;
        let space = space["data"]["projectSpace"]["id"].as_str().unwrap().to_owned();
        (Self { app, tree, admin, space, count: std::cell::Cell::new(0) }, actors)
    }

    /// The name of the role that such an account has; `None` for an admin.
    fn role_name(target: Target, caller: &str) -> Option<String> {
        match target {
            Target::Weaker | Target::Wider => Some("weaker".to_owned()),
            Target::Equal if caller == "admin" => None,
            Target::Equal => Some(caller.to_owned()),
            Target::Stronger => Some("stronger".to_owned()),
            Target::Assignable if caller == "admin" => Some("stronger".to_owned()),
            Target::Assignable => Some(format!("assignable by {caller}")),
            Target::Admin => None,
        }
    }

    fn locations(&self, target: Target) -> Vec<String> {
        match target {
            Target::Wider => vec![self.tree.northern.clone(), self.tree.southern.clone()],
            _ => vec![self.tree.northern.clone()],
        }
    }

    /// A fresh account or invitation; `None` where there is none of this kind.
    async fn make(&self, thing: Thing, target: Target, caller: &str) -> Option<Made> {
        self.count.set(self.count.get() + 1);
        let name = format!("account{}", self.count.get());
        let role = match Self::role_name(target, caller) {
            Some(role) => Some(self.app.role(&role).await.to_string()),
            None => None,
        };
        let (id, hex) = match thing {
            Thing::Worker | Thing::DeactivatedWorker | Thing::DeletedWorker | Thing::UnconfirmedWorker => {
                // A worker is never an admin; a worker who holds an admin's every right does not exist.
                let id = self.worker(thing, &name, role?, &self.locations(target)).await;
                let hex = id.split_once('_').unwrap().1.to_owned();
                (id, hex)
            }
            Thing::WebUser | Thing::DeactivatedWebUser | Thing::RemovedWebUser => {
                self.web_user(thing, &name, role, &self.locations(target)).await
            }
            Thing::Invitation => {
                let id = self.invitation(&name, role, &self.locations(target)).await;
                let hex = id.split_once('_').unwrap().1.to_owned();
                (id, hex)
            }
            _ => {
                let input_role = role?;
                return Some(self.made(self.space.clone(), String::new(), name, input_role, target, caller));
            }
        };
        let weaker = self.app.role("weaker").await.to_string();
        Some(self.made(id, hex, name, weaker, target, caller))
    }

    fn made(&self, id: String, hex: String, name: String, role: String, target: Target, _: &str) -> Made {
        Made {
            id,
            hex,
            name,
            location: self.locations(target).pop().unwrap_or_default(),
            role,
            role_name: "weaker",
            level: String::new(),
            worker: String::new(),
        }
    }

    async fn worker(&self, thing: Thing, name: &str, role: String, at: &[String]) -> String {
        let input = MobileWorkerInput {
            role: Patch::Set(role),
            locations: Patch::Set(at.to_vec()),
            email: Patch::Set(format!("{name}@example.org")),
            require_account_confirmation: thing == Thing::UnconfirmedWorker,
            ..MobileWorkerInput::default()
        };
        if thing == Thing::UnconfirmedWorker {
            let operator = operator();
            let made = mobile_worker::create(
                &self.app.services,
                &operator,
                "acme",
                name,
                &input,
                NewPassword::Given,
            );
            return made.await.unwrap().id.to_string();
        }
        let id = worker_with(self.app, name, input).await;
        match thing {
            Thing::DeactivatedWorker => self.done("deactivateMobileWorker", &id).await,
            Thing::DeletedWorker => self.done("deleteMobileWorker", &id).await,
            _ => {}
        }
        id
    }

    /// Both ids: the membership's over GraphQL, and the person's over REST.
    async fn web_user(
        &self,
        thing: Thing,
        name: &str,
        role: Option<String>,
        at: &[String],
    ) -> (String, String) {
        let email = format!("{name}@example.org");
        let input = NewWebUser {
            email: email.clone(),
            password: Some(PASSWORD.to_owned().into()),
            role: role.map(|id| fieldgate::domain::RoleId::parse(&id).unwrap()),
            locations: at.iter().map(|id| LocationId::parse(id).unwrap()).collect(),
            ..NewWebUser::default()
        };
        let person = web_user::add(&self.app.services, &operator(), "acme", &input).await.unwrap();
        let id = crate::web_user::id_of(&self.admin, &email).await;
        match thing {
            Thing::DeactivatedWebUser => self.done("deactivateWebUser", &id).await,
            Thing::RemovedWebUser => self.done("removeWebUser", &id).await,
            _ => {}
        }
        (id, person.hex())
    }

    async fn invitation(&self, name: &str, role: Option<String>, at: &[String]) -> String {
        let mut input =
            json!({ "projectSpace": "acme", "email": format!("{name}@example.org"), "locationIds": at });
        match role {
            Some(role) => input["roleId"] = json!(role),
            None => input["admin"] = json!(true),
        }
        let document = "mutation($i: InviteWebUserInput!) { inviteWebUser(input: $i) { invitation { id } userErrors { code } } }";
        let answer = self.admin.run(document, json!({ "i": input })).await;
        let id = answer["data"]["inviteWebUser"]["invitation"]["id"].as_str();
        id.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    async fn done(&self, mutation: &str, id: &str) {
        let document = crate::authz_matrix::operations::document(mutation);
        let answer = self.admin.run(&document, json!({ "i": { "id": id } })).await;
        assert_eq!(answer["data"][mutation]["userErrors"], json!([]), "{answer}");
    }

    async fn line(&self, actors: &[Actor<'_>], changes: &str, operation: &Operation) -> String {
        let mut line = format!("{:44}", format!("{} {changes}", operation.name()));
        let mut codes = std::collections::BTreeSet::new();
        for (caller, actor) in CALLERS.iter().zip(actors) {
            let mut letters = String::new();
            for (_, target) in TARGETS {
                letters.push(match self.make(operation.thing, target, caller).await {
                    None => '-',
                    Some(made) => {
                        let outcome = run(actor, operation, &made).await;
                        codes.extend(outcome.codes);
                        outcome.letter
                    }
                });
            }
            write!(line, "{letters:12}").unwrap();
            // Mails to one address and of one caller are limited by the hour.
            self.app.pass(TimeDelta::seconds(1));
        }
        let codes: Vec<_> = codes.into_iter().collect();
        format!("{line}{}", codes.join(" ")).trim_end().to_owned()
    }
}

async fn compare(stage: &Stage<'_>, actors: &[Actor<'_>], title: &str, file: &str) {
    let mut table = format!("{title}\nMade by running: see stronger_account/mod.rs.\n\n{LEGEND}{:44}", "");
    for caller in CALLERS {
        write!(table, "{caller:12}").unwrap();
    }
    let mut table = table.trim_end().to_owned();
    for (changes, operation) in ATTEMPTS {
        write!(table, "\n{}", stage.line(actors, changes, operation).await).unwrap();
    }
    table.push('\n');
    let file = format!("tests/gateway/stronger_account/{file}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    let accepted = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(table == accepted, "the table differs: run with UPDATE=1 and read the difference\n\n{table}");
}

#[tokio::test]
async fn under_the_standard_policy() {
    let app = TestApp::spawn().await;
    let (stage, actors) = Stage::set(&app).await;
    let title = "What a user may do to accounts that hold less, as much, or more, under the standard policy.";
    compare(&stage, &actors, title, "standard.txt").await;
}

#[tokio::test]
async fn under_a_module_that_permits_everything() {
    let app = TestApp::spawn().await;
    let (stage, actors) = Stage::set(&app).await;
    let space = fieldgate::service::project_space::read(&app.services, &operator(), "acme").await.unwrap();
    let source = ModuleSource { component: guest::answering(guest::PERMIT_PLAINLY), settings: String::new() };
    app.policy.install(space.id, vec![source]).await.unwrap();
    let title =
        "What is left of it under a module that permits everything: the rules that no policy can switch off.";
    compare(&stage, &actors, title, "permit_everything.txt").await;
}

/// The answers of `canI` are those of the mutations.
#[tokio::test]
async fn can_i_says_what_the_mutations_say() {
    let app = TestApp::spawn().await;
    let (stage, actors) = Stage::set(&app).await;
    let query = "query($a: String!, $t: ID) { viewer { canI(projectSpace: \"acme\", action: $a, target: $t) { allowed reason } } }";
    for (_, operation) in ATTEMPTS.iter().filter(|(_, operation)| !operation.name().contains(' ')) {
        // What an update changes, and what an invitation gives, are no part of the question.
        if operation.name().starts_with("update") || operation.thing == Thing::Space {
            continue;
        }
        for (caller, actor) in CALLERS.iter().zip(&actors) {
            for (name, target) in TARGETS {
                let Some(made) = stage.make(operation.thing, target, caller).await else { continue };
                let asked = actor.run(query, json!({ "a": operation.action, "t": made.id })).await;
                let asked: &Json = &asked["data"]["viewer"]["canI"];
                let outcome = run(actor, operation, &made).await;
                let what = format!("{caller}: {} of {name}: {asked} {outcome:?}", operation.name());
                assert_eq!(asked["allowed"], json!(outcome.letter == 'P'), "{what}");
                if outcome.letter == 'R' {
                    assert_eq!(asked["reason"], json!(outcome.codes[0]), "{what}");
                }
            }
        }
    }
}
