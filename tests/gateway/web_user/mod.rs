mod activate;
mod at_once;
mod deactivate;
mod list;
mod read;
mod remove;
mod restore;
mod scope;
mod update;

use crate::support::{ADMIN, Actor, PASSWORD, TestApp, operator};
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::{Value as Json, json};

/// Edits web users everywhere, and what they may give.
pub const MANAGER: &[&str] = &["edit_web_users", "view_reports", "access_all_locations", "access_api"];

/// One more admin of `acme`, signed in.
pub async fn one_more_admin<'a>(app: &'a TestApp, email: &str) -> Actor<'a> {
    admin_of(app, "acme", email).await
}

pub async fn admin_of<'a>(app: &'a TestApp, space: &str, email: &str) -> Actor<'a> {
    let input = NewWebUser {
        email: email.to_owned(),
        password: Some(PASSWORD.to_owned().into()),
        ..NewWebUser::default()
    };
    web_user::add(&app.services, &operator(), space, &input).await.unwrap();
    app.sign_in(email, PASSWORD).await
}

/// The global id of somebody in `acme`, as an admin of it sees them.
pub async fn id_of(actor: &Actor<'_>, email: &str) -> String {
    let query = "query($email: String!) { projectSpace(name: \"acme\") { webUser(email: $email) { id } } }";
    let answer = actor.run(query, json!({ "email": email })).await;
    let id = answer["data"]["projectSpace"]["webUser"]["id"].as_str();
    id.unwrap_or_else(|| panic!("no `{email}` in {answer}")).to_owned()
}

/// The names of the project spaces that somebody may act in.
pub async fn spaces(actor: &Actor<'_>) -> Vec<String> {
    let query = "{ viewer { projectSpaces { projectSpace { name } } } }";
    let answer = actor.run(query, json!({})).await;
    let spaces = answer["data"]["viewer"]["projectSpaces"].as_array();
    let spaces = spaces.unwrap_or_else(|| panic!("{answer}"));
    let name = |space: &Json| space["projectSpace"]["name"].as_str().unwrap().to_owned();
    spaces.iter().map(name).collect()
}

/// What is told to who would do this to themselves, in a project space with two admins.
pub async fn refused_to_oneself(app: &TestApp, mutation: &str) -> Vec<(String, String)> {
    let admin = app.admin().await;
    one_more_admin(app, "second@acme.example").await;
    let own = id_of(&admin, ADMIN).await;
    crate::scene::faults(&admin, mutation, json!({ "id": own })).await
}
