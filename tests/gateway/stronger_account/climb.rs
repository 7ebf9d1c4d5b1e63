//! No sequence of permitted calls lets a user who is no admin sign in with a permission or a reach that the admins did not
//! let them have. Roles, reaches, accounts and calls are drawn; every call that succeeds may be followed by calls of any
//! account that the user can sign in as by then.
//!
//! What the admins let a user have is what the user's role grants, what the workers' default role grants, and what the
//! roles grant that these roles may give: roles that grant no more, and roles whose "assignable by" names them.
//!
//! `FIELDGATE_TEST_CLIMBS=500 cargo test --test gateway stronger_account::climb` draws more.

use crate::scene::{Tree, worker_with};
use crate::support::{PASSWORD, TestApp, operator};
use fieldgate::domain::permission::Grants;
use fieldgate::domain::{
    AssignmentInput, Channel, Identity, InvitationInput, LocationId, MembershipId, MobileWorkerId,
    MobileWorkerInput, NewAccountInput, Origin, Patch, Principal, RoleId, RoleInput, SignIn,
};
use fieldgate::service::mobile_worker::NewPassword;
use fieldgate::service::web_user::NewWebUser;
use fieldgate::service::{invitation, mobile_worker, personal_id, project_space, role, web_user};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;

/// Permissions that roles are drawn from: those that let a user change accounts, and two to gain.
const PERMISSIONS: [&str; 7] = [
    "access_all_locations",
    "edit_commcare_users",
    "edit_web_users",
    "view_commcare_users",
    "view_web_users",
    "edit_billing",
    "view_roles",
];
const ROLES: usize = 4;
const ACCOUNTS: usize = 3;
const MINE: &str = "mine";

/// A drawn role: permissions by index, the earlier roles that may give it, and whether every editor may.
type DrawnRole = (Vec<usize>, Vec<usize>, bool);

/// What the drawn caller tries. Accounts, roles and locations are indexes, taken modulo what there is.
#[derive(Debug, Clone)]
enum Call {
    SetPassword(usize),
    TakeAddress(usize),
    SendReset(usize),
    SendConfirmation(usize),
    InvitePersonalId(usize),
    CreateWorker(Option<usize>, usize),
    GiveWorker(usize, Option<usize>),
    MoveWorker(usize, usize),
    Restore(usize),
    Activate(usize),
    Invite(Option<usize>, usize),
    Resend,
    RestoreMine,
    GiveMember(usize, usize),
    MoveMember(usize, usize),
}

fn calls() -> impl Strategy<Value = Call> {
    let account = || 0..ACCOUNTS;
    let role = || 0..ROLES;
    let place = || 0..4_usize;
    prop_oneof![
        account().prop_map(Call::SetPassword),
        account().prop_map(Call::TakeAddress),
        account().prop_map(Call::SendReset),
        account().prop_map(Call::SendConfirmation),
        account().prop_map(Call::InvitePersonalId),
        (prop::option::of(role()), place()).prop_map(|(role, place)| Call::CreateWorker(role, place)),
        (account(), prop::option::of(role())).prop_map(|(who, role)| Call::GiveWorker(who, role)),
        (account(), place()).prop_map(|(who, place)| Call::MoveWorker(who, place)),
        account().prop_map(Call::Restore),
        account().prop_map(Call::Activate),
        (prop::option::weighted(0.9, role()), place()).prop_map(|(role, place)| Call::Invite(role, place)),
        Just(Call::Resend),
        Just(Call::RestoreMine),
        (account(), role()).prop_map(|(who, role)| Call::GiveMember(who, role)),
        (account(), place()).prop_map(|(who, place)| Call::MoveMember(who, place)),
    ]
}

#[derive(Debug, Clone)]
struct Drawn {
    roles: Vec<DrawnRole>,
    /// Role and place of the caller, of each worker, and of each web user.
    caller: (usize, usize),
    workers: Vec<(Option<usize>, usize, usize)>,
    members: Vec<(usize, usize)>,
    permits_everything: bool,
    calls: Vec<Call>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let role = (
        proptest::sample::subsequence((0..PERMISSIONS.len()).collect::<Vec<_>>(), 2..=PERMISSIONS.len()),
        prop::collection::vec(0..ROLES, 0..2),
        any::<bool>(),
    );
    (
        prop::collection::vec(role, ROLES),
        (0..ROLES, 0..4_usize),
        prop::collection::vec((prop::option::of(0..ROLES), 0..4_usize, 0..3_usize), ACCOUNTS),
        prop::collection::vec((0..ROLES, 0..4_usize), ACCOUNTS + 2),
        any::<bool>(),
        prop::collection::vec(calls(), 1..=4),
    )
        .prop_map(|(roles, caller, workers, members, permits_everything, calls)| Drawn {
            roles,
            caller,
            workers,
            members,
            permits_everything,
            calls,
        })
}

/// A drawn role as it was saved.
struct Saved {
    id: RoleId,
    grants: Grants,
    assignable_by: Vec<RoleId>,
}

struct World<'a> {
    app: &'a TestApp,
    roles: Vec<Saved>,
    places: Vec<LocationId>,
    workers: Vec<MobileWorkerId>,
    members: Vec<MembershipId>,
    mine: MembershipId,
    expired: fieldgate::domain::InvitationId,
    /// Workers whose mails the caller reads.
    read_by_caller: BTreeSet<usize>,
    /// The accounts that the caller can sign in as.
    held: Vec<Identity>,
    made: usize,
}

fn origin() -> Origin {
    Origin::new(Channel::Graphql, "climb")
}

impl<'a> World<'a> {
    async fn build(app: &'a TestApp, drawn: &Drawn) -> Self {
        let tree = Tree::plant(app).await;
        crate::personal_id::connect(app, true).await;
        let places: Vec<LocationId> = [&tree.north, &tree.northern, &tree.south, &tree.southern]
            .into_iter()
            .map(|id| LocationId::parse(id).unwrap())
            .collect();
        let mut roles: Vec<Saved> = Vec::new();
        for (number, (permissions, givers, open)) in drawn.roles.iter().enumerate() {
            let names: BTreeSet<&str> = permissions.iter().map(|index| PERMISSIONS[*index]).collect();
            // A role may be given by the holders of roles that were made before it.
            let givers: Vec<RoleId> =
                givers.iter().filter_map(|index| roles.get(*index)).map(|role| role.id).collect();
            let input = RoleInput {
                name: format!("role {number}"),
                permissions: names.into_iter().map(|name| (name.to_owned(), None)).collect(),
                assignable_by: givers.iter().map(ToString::to_string).collect(),
                editable_by_non_admins: *open,
            };
            let made = role::create(&app.services, &operator(), "acme", &input).await.unwrap();
            roles.push(Saved {
                id: made.id,
                grants: made.grants.clone(),
                assignable_by: made.assignable_by.clone(),
            });
        }
        let mut workers = Vec::new();
        for (number, (role, place, state)) in drawn.workers.iter().enumerate() {
            let input = MobileWorkerInput {
                role: role.map_or(Patch::Keep, |role| Patch::Set(roles[role].id.to_string())),
                locations: Patch::Set(vec![places[*place].to_string()]),
                email: Patch::Set(format!("worker{number}@example.org")),
                require_account_confirmation: *state == 1,
                ..MobileWorkerInput::default()
            };
            let name = format!("worker{number}");
            let id = if *state == 1 {
                let given = NewPassword::Given;
                let made =
                    mobile_worker::create(&app.services, &operator(), "acme", &name, &input, given).await;
                made.unwrap().id
            } else {
                MobileWorkerId::parse(&worker_with(app, &name, input).await).unwrap()
            };
            if *state == 2 {
                mobile_worker::delete(&app.services, &operator(), id, None).await.unwrap();
            }
            workers.push(id);
        }
        let mut world = Self {
            app,
            roles,
            places,
            workers,
            members: Vec::new(),
            mine: MembershipId(uuid::Uuid::nil()),
            expired: fieldgate::domain::InvitationId(uuid::Uuid::nil()),
            read_by_caller: BTreeSet::new(),
            held: Vec::new(),
            made: 0,
        };
        let admin = app.admin().await;
        let caller = world.add_web_user("caller@example.org", drawn.caller).await;
        world.held.push(Identity::WebUser(caller));
        for (number, has) in drawn.members.iter().take(ACCOUNTS).enumerate() {
            let email = format!("member{number}@example.org");
            world.add_web_user(&email, *has).await;
            let id = crate::web_user::id_of(&admin, &email).await;
            world.members.push(MembershipId::parse(&id).unwrap());
        }
        // An earlier membership of the caller's own second address, and an expired invitation of their third one.
        let email = format!("{MINE}1@example.org");
        let second = world.add_web_user(&email, drawn.members[ACCOUNTS]).await;
        let id = crate::web_user::id_of(&admin, &email).await;
        world.mine = MembershipId::parse(&id).unwrap();
        web_user::remove(&app.services, &operator(), world.mine, None).await.unwrap();
        world.held.push(Identity::WebUser(second));
        let (role, place) = drawn.members[ACCOUNTS + 1];
        let input = InvitationInput {
            email: format!("{MINE}2@example.org"),
            assignment: world.assignment(Some(role), Some(place)),
        };
        world.expired = invitation::create(&app.services, &operator(), "acme", &input).await.unwrap().id;
        app.pass(chrono::TimeDelta::days(31));
        world
    }

    fn assignment(&self, role: Option<usize>, place: Option<usize>) -> AssignmentInput {
        AssignmentInput {
            role: role.map_or(Patch::Keep, |role| Patch::Set(self.roles[role].id.to_string())),
            locations: place.map_or(Patch::Keep, |place| Patch::Set(vec![self.places[place].to_string()])),
            ..AssignmentInput::default()
        }
    }

    async fn add_web_user(&self, email: &str, (role, place): (usize, usize)) -> fieldgate::domain::WebUserId {
        let input = NewWebUser {
            email: email.to_owned(),
            password: Some(PASSWORD.to_owned().into()),
            role: Some(self.roles[role].id),
            locations: vec![self.places[place]],
            ..NewWebUser::default()
        };
        web_user::add(&self.app.services, &operator(), "acme", &input).await.unwrap()
    }

    /// An account as it would be signed in now; `None` while it may not sign in.
    async fn signed_in(&self, identity: Identity) -> Option<Principal> {
        self.app.services.authenticator.principal(identity, SignIn::Password, origin()).await.ok()
    }

    /// Tries a call as an account. Whether it succeeded.
    async fn call(&mut self, who: &Principal, call: &Call) -> bool {
        let services = &self.app.services;
        let worker = |index: &usize| self.workers[index % self.workers.len()];
        match call {
            Call::SetPassword(index) => {
                let password = "qwer1234".to_owned().into();
                let done = mobile_worker::set_password(services, who, worker(index), None, &password).await;
                self.gained(done.is_ok(), Identity::MobileWorker(worker(index)))
            }
            Call::TakeAddress(index) => {
                let input = MobileWorkerInput {
                    email: Patch::Set(format!("{MINE}3@example.org")),
                    ..MobileWorkerInput::default()
                };
                let done = mobile_worker::update(services, who, worker(index), None, &input).await.is_ok();
                if done {
                    self.read_by_caller.insert(index % self.workers.len());
                }
                done
            }
            Call::SendReset(index) => {
                let done =
                    mobile_worker::send_password_reset(services, who, worker(index), None).await.is_ok();
                self.mailed(done, *index)
            }
            Call::SendConfirmation(index) => {
                let id = worker(index);
                let done = mobile_worker::send_confirmation(services, who, id, None).await.is_ok();
                if self.mailed(done, *index) && self.read_by_caller.contains(&(index % self.workers.len())) {
                    // The caller follows the link: the account is active from then on.
                    let sql = format!(
                        "UPDATE mobile_worker SET status = 'active' WHERE username = '{}'",
                        name_of(*index)
                    );
                    self.app.rows(&sql).await.unwrap();
                }
                done
            }
            Call::InvitePersonalId(index) => {
                match personal_id::invite(services, who, worker(index), None).await {
                    Ok(invited) if invited.handover.is_some() => {
                        self.gained(true, Identity::MobileWorker(worker(index)))
                    }
                    Ok(_) => self.mailed(true, *index),
                    Err(_) => false,
                }
            }
            Call::CreateWorker(role, place) => {
                self.made += 1;
                let input = MobileWorkerInput {
                    role: role.map_or(Patch::Keep, |role| Patch::Set(self.roles[role].id.to_string())),
                    locations: Patch::Set(vec![self.places[*place].to_string()]),
                    ..MobileWorkerInput::default()
                };
                // A hash that was made before stands for a password that the caller knows.
                let hashed = NewPassword::Hashed("known to the caller".to_owned());
                let name = format!("puppet{}", self.made);
                match mobile_worker::create(services, who, "acme", &name, &input, hashed).await {
                    Ok(made) => self.gained(true, Identity::MobileWorker(made.id)),
                    Err(_) => false,
                }
            }
            Call::GiveWorker(index, role) => {
                let input = MobileWorkerInput {
                    role: role.map_or(Patch::Clear, |role| Patch::Set(self.roles[role].id.to_string())),
                    ..MobileWorkerInput::default()
                };
                mobile_worker::update(services, who, self.any_worker(*index), None, &input).await.is_ok()
            }
            Call::MoveWorker(index, place) => {
                let input = MobileWorkerInput {
                    locations: Patch::Set(vec![self.places[*place].to_string()]),
                    ..MobileWorkerInput::default()
                };
                mobile_worker::update(services, who, self.any_worker(*index), None, &input).await.is_ok()
            }
            Call::Restore(index) => mobile_worker::restore(services, who, worker(index), None).await.is_ok(),
            Call::Activate(index) => {
                mobile_worker::activate(services, who, worker(index), None).await.is_ok()
            }
            Call::Invite(role, place) => {
                self.made += 1;
                let input = InvitationInput {
                    email: format!("{MINE}{}@example.org", self.made + 10),
                    assignment: self.assignment(*role, Some(*place)),
                };
                let done = invitation::create(services, who, "acme", &input).await.is_ok();
                if done {
                    self.accept(&input.email).await;
                }
                done
            }
            Call::Resend => {
                let done = invitation::resend(services, who, self.expired, None).await.is_ok();
                if done {
                    self.accept(&format!("{MINE}2@example.org")).await;
                }
                done
            }
            Call::RestoreMine => web_user::restore(services, who, self.mine, None).await.is_ok(),
            Call::GiveMember(index, role) => {
                let input = self.assignment(Some(*role), None);
                web_user::update(services, who, self.any_member(*index), None, &input).await.is_ok()
            }
            Call::MoveMember(index, place) => {
                let input = self.assignment(None, Some(*place));
                web_user::update(services, who, self.any_member(*index), None, &input).await.is_ok()
            }
        }
    }

    /// Drawn workers, and now and then one that the caller made.
    fn any_worker(&self, index: usize) -> MobileWorkerId {
        let puppets = self.held.iter().filter_map(|identity| match identity {
            Identity::MobileWorker(id) => Some(*id),
            _ => None,
        });
        let all: Vec<MobileWorkerId> = puppets.chain(self.workers.iter().copied()).collect();
        all[index % all.len()]
    }

    fn any_member(&self, index: usize) -> MembershipId {
        let all: Vec<MembershipId> = std::iter::once(self.mine).chain(self.members.iter().copied()).collect();
        all[index % all.len()]
    }

    fn gained(&mut self, done: bool, identity: Identity) -> bool {
        if done && !self.held.contains(&identity) {
            self.held.push(identity);
        }
        done
    }

    /// A link was mailed to the worker: the caller signs in with it if the mail comes to them.
    fn mailed(&mut self, done: bool, index: usize) -> bool {
        let index = index % self.workers.len();
        if done && self.read_by_caller.contains(&index) {
            let identity = Identity::MobileWorker(self.workers[index]);
            return self.gained(true, identity);
        }
        done
    }

    /// The caller accepts an invitation that came to an address of theirs.
    async fn accept(&mut self, email: &str) {
        let token = crate::invitation::token(self.app, email).await;
        let input = NewAccountInput {
            first_name: Some("Mine".to_owned()),
            last_name: Some("Mine".to_owned()),
            password: Some(PASSWORD.to_owned().into()),
            agree_to_terms: Some(true),
            email: None,
        };
        let stranger = Principal::anonymous(origin());
        let joined = invitation::accept(&self.app.services, &stranger, token, &input).await;
        let identity = joined.unwrap_or_else(|refused| panic!("{email}: {refused}")).identity;
        self.gained(true, identity);
    }

    /// The roles that the admins let the holder of this role have, or give; every user who adds workers gives the default.
    fn obtainable<'b>(&'b self, own: usize, default: &'b Saved) -> Vec<&'b Saved> {
        let mut obtained = vec![&self.roles[own], default];
        loop {
            let next = self.roles.iter().find(|role| {
                !obtained.iter().any(|had| had.id == role.id)
                    && obtained.iter().any(|by| {
                        role.assignable_by.contains(&by.id)
                            || by.grants.lacking(&role.grants).next().is_none()
                    })
            });
            match next {
                Some(role) => obtained.push(role),
                None => return obtained,
            }
        }
    }

    /// Says what an account that the caller holds has beyond what the admins let them have.
    async fn beyond(&self, drawn: &Drawn, default: &Saved) -> Option<String> {
        let (own, place) = drawn.caller;
        let obtainable = self.obtainable(own, default);
        let held = |permission: &str| obtainable.iter().any(|role| role.grants.holds(permission));
        let near: &[LocationId] = match place {
            0 => &self.places[..2],
            1 => &self.places[1..2],
            2 => &self.places[2..],
            _ => &self.places[3..],
        };
        for identity in &self.held {
            let Some(principal) = self.signed_in(*identity).await else { continue };
            for standing in &principal.standings {
                if standing.is_admin {
                    return Some(format!("{identity:?} is an admin"));
                }
                if let Some((name, _)) = standing.grants.iter().find(|(name, _)| !held(name)) {
                    return Some(format!("{identity:?} holds {name}"));
                }
                let outside = standing.locations.iter().find(|id| !near.contains(id));
                if outside.is_some() && !held("access_all_locations") {
                    return Some(format!("{identity:?} is at a place outside of the caller's"));
                }
            }
        }
        None
    }
}

fn name_of(index: usize) -> String {
    format!("worker{}", index % ACCOUNTS)
}

async fn climb(drawn: &Drawn, narrow_default: bool) -> (usize, Option<String>) {
    let app = TestApp::spawn().await;
    let app = if drawn.permits_everything { app.permitting("") } else { app };
    if narrow_default {
        // Otherwise the default role's reach is everybody's, and nothing is outside of anybody's.
        app.rows(
            "UPDATE role SET grants = '{\"access_mobile_endpoints\": true}' WHERE is_mobile_default = TRUE",
        )
        .await
        .unwrap();
    }
    let mut world = World::build(&app, drawn).await;
    let space = project_space::read(&app.services, &operator(), "acme").await.unwrap().id;
    let roles = role::list(&app.services, &operator(), space, true).await.unwrap();
    let default = roles.iter().find(|role| role.is_mobile_default).unwrap();
    let default = Saved {
        id: default.id,
        grants: default.grants.clone(),
        assignable_by: default.assignable_by.clone(),
    };
    let mut done = 0;
    for (number, call) in drawn.calls.iter().enumerate() {
        let who = world.held[number % world.held.len()];
        let Some(principal) = world.signed_in(who).await else { continue };
        done += usize::from(world.call(&principal, call).await);
        if let Some(beyond) = world.beyond(drawn, &default).await {
            return (done, Some(format!("after call {number}, {call:?} as {who:?}: {beyond}")));
        }
    }
    (done, None)
}

#[tokio::test]
async fn no_sequence_of_permitted_calls_climbs() {
    let cases = std::env::var("FIELDGATE_TEST_CLIMBS").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let mut runner = TestRunner::deterministic();
    let strategy = drawn();
    let mut done = 0;
    for case in 0..cases {
        let drawn = strategy.new_tree(&mut runner).unwrap().current();
        let (succeeded, climbed) = climb(&drawn, case % 3 != 0).await;
        done += succeeded;
        if let Some(how) = climbed {
            panic!("case {case}: {how}\n{drawn:#?}");
        }
    }
    assert!(done >= cases / 4, "only {done} calls succeeded in {cases} cases: they say too little");
}
