//! What a policy's row filter means for web users; and, as one that limits people to locations, what they reach.

use super::{id_of, one_more_admin};
use crate::scene::{Tree, assert_not_found, faults, member, nowhere, role};
use crate::support::permits::undecided;
use crate::support::{TestApp, operator};
use fieldgate::authz::{
    Attributes, Authorizer, Condition, Decided, Decision, PolicyEngine, ReadWebUser, Request, Resource, Rows,
    ScopeRequest, Undecided, Value,
};
use fieldgate::domain::{Direction, Member, MemberFilter, MemberOrder, PageRequest};
use fieldgate::service::project_space;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn somebody_limited_to_locations_sees_and_changes_the_web_users_there_alone() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    role(&app, "Plain", &[]).await;
    for (name, places) in [
        ("near", vec![tree.northern.clone()]),
        ("far", vec![tree.southern.clone()]),
        ("both", vec![tree.south.clone(), tree.north.clone()]),
        ("nowhere", vec![]),
    ] {
        app.web_user(&format!("{name}@acme.example"), "Plain", &places).await;
    }
    // No role that is saved is like this; its grants are written past the rules.
    let local = member(&app, "Local", &["edit_commcare_users"], std::slice::from_ref(&tree.north)).await;
    app.rows("UPDATE role SET grants = '{\"edit_web_users\": true}' WHERE name = 'Local'").await.unwrap();

    let list = "{ projectSpace(name: \"acme\") { webUsers { nodes { email } totalCount } } }";
    let answer = local.run(list, json!({})).await;
    let shown = &answer["data"]["projectSpace"]["webUsers"];
    let expected = json!({
        "nodes": [
            { "email": "both@acme.example" }, { "email": "local@acme.example" }, { "email": "near@acme.example" },
        ],
        "totalCount": 3,
    });
    assert_eq!(*shown, expected, "{answer}");
    let (near, far) = (id_of(&admin, "near@acme.example").await, id_of(&admin, "far@acme.example").await);
    let given = |id: &str| json!({ "i": { "id": id } });
    let update =
        "mutation($i: UpdateWebUserInput!) { updateWebUser(input: $i) { userErrors { code path } } }";
    let mut mutations = vec![update.to_owned()];
    for verb in ["deactivate", "activate", "remove"] {
        mutations.push(format!(
            "mutation($i: NodeInput!) {{ {verb}WebUser(input: $i) {{ userErrors {{ code path }} }} }}"
        ));
    }
    for mutation in &mutations {
        assert_not_found(&local, mutation, &given(&far), &given(&nowhere("ms"))).await;
    }
    let cleared = local.run(update, json!({ "i": { "id": near, "locationIds": [] } })).await;
    assert_eq!(cleared["errors"][0]["extensions"]["reason"], "location_required", "{cleared}");
    let beyond = json!({ "id": near, "locationIds": [tree.northern, tree.south] });
    let expected = crate::scene::pairs(&[("LOCATION_OUT_OF_REACH", "locationIds.1")]);
    assert_eq!(faults(&local, update, beyond).await, expected);
    for mutation in &mutations {
        assert_eq!(faults(&local, mutation, json!({ "id": near })).await, []);
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

/// Every web user that such a filter lets through; nothing where it cannot be a filter.
async fn let_through(app: &TestApp, rows: Rows) -> Option<Vec<Attributes>> {
    let space = project_space::read(&app.services, &operator(), "acme").await.unwrap().id;
    let authorizer = Authorizer::new(Arc::new(Only(rows)), Arc::clone(&app.services.clock));
    let scope = authorizer.scope::<ReadWebUser>(&operator(), space).await.unwrap();
    let (filter, order) = (MemberFilter::default(), (MemberOrder::Email, Direction::Ascending));
    let page = PageRequest::Offset { limit: 100, offset: 0 };
    let found = app.services.store.members(&scope, &filter, order, &page).await.ok()?;
    let count = app.services.store.count_members(&scope, &filter).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), found.items.len());
    Some(found.items.iter().map(|member| member.attributes()).collect())
}

#[tokio::test]
async fn a_filter_by_any_attribute_finds_what_the_attribute_says() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    role(&app, "Nurse", &[]).await;
    one_more_admin(&app, "second@acme.example").await;
    app.web_user("one@acme.example", "Nurse", &[]).await;
    app.web_user("two@acme.example", "Nurse", std::slice::from_ref(&tree.northern)).await;
    app.web_user("three@acme.example", "Read Only", &[tree.south.clone(), tree.north.clone()]).await;
    let off = id_of(&admin, "one@acme.example").await;
    let deactivate = "mutation($i: NodeInput!) { deactivateWebUser(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, deactivate, json!({ "id": off })).await, []);

    let all = let_through(&app, Rows::Everything).await.unwrap();
    assert_eq!(all.len(), 5);
    let mut filters = Vec::new();
    for attribute in all.iter().flat_map(Attributes::iter) {
        let name = || attribute.name.to_owned();
        let info = Member::ATTRIBUTES.iter().find(|info| info.name == attribute.name).unwrap();
        // Policies are told times and permissions, and lists are not filtered by them.
        if !info.is_filterable() {
            assert!(let_through(&app, Rows::Only(Condition::IsNothing(name()))).await.is_none());
            continue;
        }
        filters.push(Condition::IsNothing(name()));
        filters.push(Condition::Equals(name(), attribute.value.clone()));
        match &attribute.value {
            Value::Text(text) => filters.push(Condition::OneOf(name(), vec![text.clone()])),
            Value::Texts(texts) => filters.push(Condition::AnyInCommon(name(), texts.clone())),
            Value::Boolean(_) | Value::Integer(_) | Value::Nothing => {}
        }
    }
    let negated: Vec<_> = filters.iter().cloned().map(|filter| Condition::Not(Box::new(filter))).collect();
    let mut told_apart = 0;
    for filter in filters.into_iter().chain(negated) {
        let found = let_through(&app, Rows::Only(filter.clone())).await.unwrap();
        let expected = all.iter().filter(|row| filter.holds(row)).count();
        assert_eq!(found.len(), expected, "{filter:?}");
        assert!(found.iter().all(|row| filter.holds(row)), "{filter:?}");
        told_apart += usize::from(expected > 0 && expected < all.len());
    }
    assert!(told_apart > 40, "only {told_apart} filters tell rows apart");
}
