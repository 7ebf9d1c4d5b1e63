//! What a policy's row filter means for invitations; and, as one that limits people to locations, what they reach.

use super::{invite, token};
use crate::scene::{Tree, assert_not_found, member, nowhere, role, role_of};
use crate::support::permits::undecided;
use crate::support::{Actor, TestApp, operator};
use fieldgate::authz::{
    Attributes, Authorizer, Condition, Decided, Decision, PolicyEngine, ReadInvitation, Request, Resource,
    Rows, ScopeRequest, Undecided, Value,
};
use fieldgate::domain::{InvitationFilter, InvitationStatus, PageRequest};
use fieldgate::service::project_space;
use serde_json::json;
use std::sync::Arc;

/// Edits web users below this place alone. No role that is saved is like this; its grants are written past the rules.
pub async fn local<'a>(app: &'a TestApp, place: &String) -> Actor<'a> {
    let local = member(app, "Local", &["edit_commcare_users"], std::slice::from_ref(place)).await;
    app.rows("UPDATE role SET grants = '{\"edit_web_users\": true}' WHERE name = 'Local'").await.unwrap();
    local
}

#[tokio::test]
async fn somebody_limited_to_locations_sees_and_changes_the_invitations_there_alone() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let open = role_of(&app, "acme", "Open", &[], true).await;
    let at = |places: &[&String]| json!({ "roleId": open, "locationIds": places });
    let near = invite(&admin, "near@example.org", at(&[&tree.northern])).await;
    let far = invite(&admin, "far@example.org", at(&[&tree.southern])).await;
    invite(&admin, "both@example.org", at(&[&tree.south, &tree.north])).await;
    invite(&admin, "nowhere@example.org", at(&[])).await;
    let local = local(&app, &tree.north).await;

    let list = "{ projectSpace(name: \"acme\") { invitations { nodes { email } totalCount } } }";
    let answer = local.run(list, json!({})).await;
    let shown = answer["data"]["projectSpace"]["invitations"].to_string();
    for (email, seen) in [("near", true), ("both", true), ("far", false), ("nowhere", false)] {
        assert_eq!(shown.contains(&format!("{email}@example.org")), seen, "{email}: {shown}");
    }
    assert!(shown.contains("\"totalCount\":2"), "{shown}");

    let given = |id: &serde_json::Value| json!({ "i": { "id": id } });
    let mutations = [
        "mutation($i: UpdateInvitationInput!) { updateInvitation(input: $i) { userErrors { code } } }",
        "mutation($i: NodeInput!) { resendInvitation(input: $i) { userErrors { code } } }",
        "mutation($i: NodeInput!) { deleteInvitation(input: $i) { userErrors { code } } }",
    ];
    let sent = token(&app, "far@example.org").await;
    for mutation in mutations {
        assert_not_found(&local, mutation, &given(&far["id"]), &given(&json!(nowhere("in")))).await;
    }
    assert_eq!(token(&app, "far@example.org").await, sent);
    let cleared = json!({ "i": { "id": near["id"], "locationIds": [] } });
    let answer = local.run(mutations[0], cleared).await;
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "location_required", "{answer}");
    for mutation in mutations {
        let answer = local.run(mutation, given(&near["id"])).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
}

/// Lets these rows through, whoever asks.
struct Only(Rows);

#[async_trait::async_trait]
impl PolicyEngine for Only {
    async fn decide(&self, _: &Request<'_>) -> Result<Decided<Decision>, Undecided> {
        Err(undecided())
    }

    async fn scope(&self, _: &ScopeRequest<'_>) -> Result<Decided<Rows>, Undecided> {
        Ok(Decided { answer: self.0.clone(), policy: "test".to_owned() })
    }
}

/// Every invitation that such a filter lets through; nothing where it cannot be a filter.
async fn let_through(app: &TestApp, rows: Rows) -> Option<Vec<Attributes>> {
    let space = project_space::read(&app.services, &operator(), "acme").await.unwrap().id;
    let authorizer = Authorizer::new(Arc::new(Only(rows)), Arc::clone(&app.services.clock));
    let scope = authorizer.scope::<ReadInvitation>(&operator(), space).await.unwrap();
    let every = [
        InvitationStatus::Pending,
        InvitationStatus::Accepted,
        InvitationStatus::Expired,
        InvitationStatus::Revoked,
    ];
    let filter = InvitationFilter { statuses: every.into(), ..InvitationFilter::default() };
    let page = PageRequest::Offset { limit: 100, offset: 0 };
    let now = app.services.clock.now();
    let found = app.services.store.invitations(&scope, &filter, now, &page).await.ok()?;
    Some(found.items.iter().map(|invitation| invitation.attributes()).collect())
}

#[tokio::test]
async fn a_filter_by_any_attribute_finds_what_the_attribute_says() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let nurse = role(&app, "Nurse", &[]).await;
    invite(&admin, "one@example.org", json!({})).await;
    invite(&admin, "two@example.org", json!({ "roleId": nurse, "locationIds": [tree.northern] })).await;
    let given = json!({ "roleId": nurse, "locationIds": [tree.south, tree.north] });
    invite(&admin, "three@example.org", given).await;
    let made = invite(&admin, "four@example.org", json!({ "locationIds": [tree.southern] })).await;
    let delete = "mutation($i: NodeInput!) { deleteInvitation(input: $i) { deletedId } }";
    admin.run(delete, json!({ "i": { "id": made["id"] } })).await;

    let all = let_through(&app, Rows::Everything).await.unwrap();
    assert_eq!(all.len(), 4);
    let mut filters = Vec::new();
    for attribute in all.iter().flat_map(Attributes::iter) {
        // Times are told, and not filtered by.
        if attribute.name == "expires_at" {
            assert!(let_through(&app, Rows::Only(Condition::IsNothing("expires_at".into()))).await.is_none());
            continue;
        }
        let name = || attribute.name.to_owned();
        filters.push(Condition::IsNothing(name()));
        filters.push(Condition::Equals(name(), attribute.value.clone()));
        match &attribute.value {
            Value::Text(text) => filters.push(Condition::OneOf(name(), vec![text.clone()])),
            Value::Texts(texts) => filters.push(Condition::AnyInCommon(name(), texts.clone())),
            Value::Boolean(_) | Value::Integer(_) | Value::Nothing => {}
        }
    }
    let mut told_apart = 0;
    for filter in filters {
        let found = let_through(&app, Rows::Only(filter.clone())).await.unwrap();
        let expected = all.iter().filter(|row| filter.holds(row)).count();
        assert_eq!(found.len(), expected, "{filter:?}");
        assert!(found.iter().all(|row| filter.holds(row)), "{filter:?}");
        told_apart += usize::from(expected > 0 && expected < all.len());
    }
    assert!(told_apart > 15, "only {told_apart} filters tell rows apart");
}
