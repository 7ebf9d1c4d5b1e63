//! The things of `acme` that operations are tried on: a fresh one for each try.

use crate::policy_stack::{digest, example, revise, stack, upload};
use crate::scene::{Tree, declare, group, location, location_type, role, worker_with};
use crate::support::{Actor, PASSWORD, TestApp, operator};
use fieldgate::domain::{MobileWorkerInput, Patch};
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::{Value as Json, json};
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    Space,
    /// Whoever asks.
    Oneself,
    WebUser,
    DeactivatedWebUser,
    RemovedWebUser,
    Invitation,
    AccessRequest,
    Worker,
    DeactivatedWorker,
    DeletedWorker,
    UnconfirmedWorker,
    /// With an inactive link.
    UnlinkedWorker,
    LinkedWorker,
    Role,
    ArchivedRole,
    Permission,
    LocationType,
    /// A place that another is put below.
    Parent,
    Location,
    ArchivedLocation,
    Group,
    DeletedGroup,
    ApiKey,
    PolicyModule,
    Revision,
    RevisionInForce,
}

impl Thing {
    pub fn has_a_place(self) -> bool {
        !matches!(
            self,
            Self::Oneself
                | Self::Role
                | Self::ArchivedRole
                | Self::Permission
                | Self::LocationType
                | Self::ApiKey
                | Self::AccessRequest
                | Self::PolicyModule
                | Self::Revision
                | Self::RevisionInForce
        )
    }
}

#[derive(Clone, Copy)]
pub enum Place {
    Near,
    Far,
}

/// A thing, and what an operation on it may name.
pub struct Made {
    /// Its global id; the project space's when nothing was made.
    pub id: String,
    /// Its id over REST: 32 hexadecimal digits.
    pub hex: String,
    /// A name that nothing has.
    pub name: String,
    /// Where it is.
    pub location: String,
    /// A role that a manager may give.
    pub role: String,
    pub role_name: &'static str,
    /// The level below districts.
    pub level: String,
    /// A worker who is there.
    pub worker: String,
}

impl Made {
    pub fn location_hex(&self) -> &str {
        self.location.split_once('_').unwrap().1
    }

    pub fn address(&self) -> String {
        format!("{}@example.org", self.name)
    }
}

/// `acme` with a tree of places, and a role that a manager may give.
pub struct Scene<'a> {
    pub app: &'a TestApp,
    pub tree: Tree,
    admin: Actor<'a>,
    space: String,
    role: String,
    level: String,
    near: String,
    far: String,
    count: AtomicU32,
}

const GIVEN: &str = "Given";

impl<'a> Scene<'a> {
    pub async fn set(app: &'a TestApp) -> Self {
        let admin = app.admin().await;
        crate::access_request::open(app).await;
        crate::personal_id::connect(app, true).await;
        let tree = Tree::plant(app).await;
        let space = admin.run("{ projectSpace(name: \"acme\") { id } }", json!({})).await;
        Self {
            app,
            role: crate::scene::role_of(app, "acme", GIVEN, &["view_locations"], true).await,
            level: location_type(app, "Village", Some(&tree.district)).await,
            near: worker_with(app, "near", Self::at(&tree.northern)).await,
            far: worker_with(app, "far", Self::at(&tree.southern)).await,
            space: space["data"]["projectSpace"]["id"].as_str().unwrap().to_owned(),
            count: AtomicU32::new(0),
            tree,
            admin,
        }
    }

    fn at(location: &str) -> MobileWorkerInput {
        MobileWorkerInput { locations: Patch::Set(vec![location.to_owned()]), ..MobileWorkerInput::default() }
    }

    async fn done(&self, mutation: &str, input: Json, select: &str) -> Json {
        let kind = super::operations::document(mutation);
        let kind = kind.split(['(', '!']).nth(1).unwrap().replace("$i: ", "");
        let document =
            format!("mutation($i: {kind}!) {{ {mutation}(input: $i) {{ {select} userErrors {{ code }} }} }}");
        let answer = self.admin.run(&document, json!({ "i": input })).await;
        assert_eq!(answer["data"][mutation]["userErrors"], json!([]), "{answer}");
        answer["data"][mutation].clone()
    }

    /// A thing of this kind that nobody has touched.
    pub async fn make(&self, thing: Thing, place: Place) -> Made {
        let name = format!("thing{}", self.count.fetch_add(1, Ordering::Relaxed));
        let (location_id, worker_id) = match place {
            Place::Near => (&self.tree.northern, &self.near),
            Place::Far => (&self.tree.southern, &self.far),
        };
        let id = match thing {
            Thing::Space | Thing::Oneself | Thing::PolicyModule => self.space.clone(),
            Thing::Revision => revise(&self.admin, &["standard"]).await,
            Thing::RevisionInForce => {
                let id = revise(&self.admin, &["standard"]).await;
                self.app.pass(chrono::TimeDelta::seconds(1));
                self.done("activatePolicyRevision", json!({ "id": id }), "").await;
                id
            }
            Thing::WebUser | Thing::DeactivatedWebUser | Thing::RemovedWebUser => {
                self.web_user(thing, &name, location_id).await
            }
            Thing::Invitation => self.invitation(&name, location_id).await,
            Thing::AccessRequest => self.access_request(&name).await,
            Thing::Worker
            | Thing::DeactivatedWorker
            | Thing::DeletedWorker
            | Thing::UnconfirmedWorker
            | Thing::UnlinkedWorker
            | Thing::LinkedWorker => self.worker(thing, &name, location_id).await,
            Thing::Role => role(self.app, &name, &["view_locations"]).await,
            Thing::ArchivedRole => {
                let id = role(self.app, &name, &["view_locations"]).await;
                self.done("archiveRole", json!({ "id": id }), "").await;
                id
            }
            Thing::Permission => declare(self.app, &format!("custom:{name}")).await,
            Thing::LocationType => location_type(self.app, &name, None).await,
            Thing::Parent => location_id.clone(),
            Thing::Location => location(self.app, &name, &self.level, Some(location_id)).await,
            Thing::ArchivedLocation => {
                let id = location(self.app, &name, &self.level, Some(location_id)).await;
                self.done("archiveLocation", json!({ "id": id }), "").await;
                id
            }
            Thing::Group => group(self.app, &name).await,
            Thing::DeletedGroup => {
                let id = group(self.app, &name).await;
                self.done("deleteGroup", json!({ "id": id }), "").await;
                id
            }
            Thing::ApiKey => {
                let input = json!({ "projectSpace": "acme", "name": name });
                let made = self.done("createApiKey", input, "apiKey { id }").await;
                made["apiKey"]["id"].as_str().unwrap().to_owned()
            }
        };
        let hex = match thing {
            Thing::PolicyModule => self.policy_module().await,
            // Over REST it is the person, in GraphQL their membership.
            Thing::WebUser | Thing::DeactivatedWebUser => self.account(&id).await,
            _ => id.split_once('_').unwrap().1.to_owned(),
        };
        Made {
            id,
            hex,
            name,
            location: location_id.clone(),
            role: self.role.clone(),
            role_name: GIVEN,
            level: self.level.clone(),
            worker: worker_id.clone(),
        }
    }

    async fn worker(&self, thing: Thing, name: &str, at: &str) -> String {
        let input = MobileWorkerInput {
            email: Patch::Set(format!("{name}@example.org")),
            require_account_confirmation: thing == Thing::UnconfirmedWorker,
            ..Self::at(at)
        };
        if thing == Thing::UnconfirmedWorker {
            let given = fieldgate::service::mobile_worker::NewPassword::Given;
            let (services, operator) = (&self.app.services, operator());
            let made =
                fieldgate::service::mobile_worker::create(services, &operator, "acme", name, &input, given);
            return made.await.unwrap().id.to_string();
        }
        let id = worker_with(self.app, name, input).await;
        match thing {
            Thing::DeactivatedWorker => {
                self.done("deactivateMobileWorker", json!({ "id": id }), "").await;
            }
            Thing::DeletedWorker => {
                self.done("deleteMobileWorker", json!({ "id": id }), "").await;
            }
            Thing::UnlinkedWorker => crate::personal_id::plant(self.app, name, "inactive").await,
            Thing::LinkedWorker => crate::personal_id::plant(self.app, name, "active").await,
            _ => {}
        }
        id
    }

    async fn web_user(&self, thing: Thing, name: &str, at: &str) -> String {
        let email = format!("{name}@example.org");
        let input = NewWebUser {
            email: email.clone(),
            password: Some(PASSWORD.to_owned().into()),
            role: Some(self.app.role(GIVEN).await),
            locations: vec![fieldgate::domain::LocationId::parse(at).unwrap()],
            ..NewWebUser::default()
        };
        web_user::add(&self.app.services, &operator(), "acme", &input).await.unwrap();
        let id = crate::web_user::id_of(&self.admin, &email).await;
        match thing {
            Thing::DeactivatedWebUser => {
                self.done("deactivateWebUser", json!({ "id": id }), "").await;
            }
            Thing::RemovedWebUser => {
                self.done("removeWebUser", json!({ "id": id }), "").await;
            }
            _ => {}
        }
        id
    }

    async fn account(&self, id: &str) -> String {
        let query = "query($id: ID!) { node(id: $id) { ... on WebUser { accountId } } }";
        let answer = self.admin.run(query, json!({ "id": id })).await;
        let account = answer["data"]["node"]["accountId"].as_str().unwrap_or_else(|| panic!("{answer}"));
        account.split_once('_').unwrap().1.to_owned()
    }

    async fn invitation(&self, name: &str, at: &str) -> String {
        let input = json!({ "projectSpace": "acme", "email": format!("{name}@example.org"),
            "roleId": self.role, "locationIds": [at], "primaryLocationId": at });
        let made = self.done("inviteWebUser", input, "invitation { id }").await;
        made["invitation"]["id"].as_str().unwrap().to_owned()
    }

    /// The digest of a module that is uploaded.
    async fn policy_module(&self) -> String {
        let component = example("working-hours");
        let there = stack(&self.admin).await["modules"].to_string();
        if there.contains(&digest(&component)) {
            return digest(&component);
        }
        upload(&self.admin, &component).await
    }

    async fn access_request(&self, name: &str) -> String {
        let email = format!("{name}@example.org");
        let input = json!({ "projectSpace": "acme", "email": email, "fullName": "Ana Abreu" });
        let answer = self.app.stranger().run(crate::access_request::REQUEST, json!({ "i": input })).await;
        assert_eq!(answer["data"]["requestAccess"]["userErrors"], json!([]), "{answer}");
        let requests = crate::access_request::requests(&self.admin).await;
        let request = requests.iter().find(|request| request["email"] == email).unwrap();
        request["id"].as_str().unwrap().to_owned()
    }
}
