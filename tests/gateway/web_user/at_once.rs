//! The last active admin of a project space stays, also when two of them go for each other at the same moment.

use super::remove::REMOVE;
use super::update::UPDATE;
use super::{id_of, one_more_admin};
use crate::support::{ADMIN, Actor, PASSWORD, TestApp, operator};
use fieldgate::service::web_user::{self, NewWebUser};
use serde_json::{Value as Json, json};

const DEACTIVATE: &str = "mutation($i: NodeInput!) { deactivateWebUser(input: $i) { userErrors { code } } }";
const ROUNDS: usize = 12;

async fn active_admins(app: &TestApp) -> usize {
    let rows =
        app.rows("SELECT CAST(COUNT(*) AS TEXT) FROM membership WHERE is_admin AND is_active").await.unwrap();
    rows[0][0].parse().unwrap()
}

/// What came of a mutation: done, or why not.
fn outcome(answer: &Json) -> String {
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return code.to_owned();
    }
    let payload = answer["data"].as_object().unwrap().values().next().unwrap();
    payload["userErrors"][0]["code"].as_str().unwrap_or("done").to_owned()
}

/// Makes the two admins again, whoever of them was left.
async fn two_admins<'a>(app: &'a TestApp) -> [(Actor<'a>, String); 2] {
    app.rows("UPDATE membership SET is_admin = TRUE, role_id = NULL, is_active = TRUE").await.unwrap();
    for email in [ADMIN, "second@acme.example"] {
        let again = NewWebUser { email: email.to_owned(), ..NewWebUser::default() };
        // Who is still there is refused.
        drop(web_user::add(&app.services, &operator(), "acme", &again).await);
    }
    let first = app.sign_in(ADMIN, PASSWORD).await;
    let second = app.sign_in("second@acme.example", PASSWORD).await;
    let ids = [id_of(&first, ADMIN).await, id_of(&first, "second@acme.example").await];
    let [one, two] = ids;
    [(first, one), (second, two)]
}

async fn race(app: &TestApp, [of_first, of_second]: [&str; 2], with_role: &str) {
    for round in 0..ROUNDS {
        let [(first, first_id), (second, second_id)] = two_admins(app).await;
        assert_eq!(active_admins(app).await, 2);
        let input = |mutation: &str, id: &str| {
            let mut input = json!({ "id": id });
            if mutation == UPDATE {
                input["roleId"] = json!(with_role);
            }
            json!({ "i": input })
        };
        let (one, two) = tokio::join!(
            first.run(of_first, input(of_first, &second_id)),
            second.run(of_second, input(of_second, &first_id)),
        );
        let outcomes = [outcome(&one), outcome(&two)];
        let done = outcomes.iter().filter(|outcome| *outcome == "done").count();
        assert_eq!(done, 1, "round {round}: {one}\n{two}");
        // The other one was too late in one way or another, and is told so.
        let told = ["LAST_ADMIN", "NOT_FOUND", "FORBIDDEN", "CONFLICT", "UNAUTHENTICATED"];
        let refused = outcomes.iter().find(|outcome| *outcome != "done").unwrap();
        assert!(told.contains(&refused.as_str()), "round {round}: {one}\n{two}");
        assert_eq!(active_admins(app).await, 1, "round {round}");
    }
}

#[tokio::test]
async fn two_admins_who_remove_demote_or_deactivate_each_other_leave_one() {
    let app = TestApp::spawn().await;
    one_more_admin(&app, "second@acme.example").await;
    let read_only = app.role("Read Only").await.to_string();
    for (first, second) in
        [(REMOVE, REMOVE), (UPDATE, UPDATE), (DEACTIVATE, DEACTIVATE), (REMOVE, UPDATE), (DEACTIVATE, REMOVE)]
    {
        race(&app, [first, second], &read_only).await;
    }
}

/// Nobody is in the way but the rule: both may, and both are judged before either has written.
#[tokio::test]
async fn the_rule_holds_where_nobody_is_shut_out_by_the_other() {
    let app = TestApp::spawn().await;
    one_more_admin(&app, "second@acme.example").await;
    for round in 0..ROUNDS {
        let [(_, first), (_, second)] = two_admins(&app).await;
        let [first, second] = [first, second].map(|id| fieldgate::domain::MembershipId::parse(&id).unwrap());
        let (operator, services) = (operator(), &app.services);
        let (one, two) = tokio::join!(
            web_user::remove(services, &operator, first, None),
            web_user::remove(services, &operator, second, None),
        );
        let refused = [one, two].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert_eq!(refused.len(), 1, "round {round}");
        assert!(refused[0].to_string().contains("only active admin"), "round {round}: {}", refused[0]);
        assert_eq!(active_admins(&app).await, 1, "round {round}");
    }
}
