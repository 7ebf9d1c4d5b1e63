//! Tenants never meet: nothing of one project space is seen, used or changed from another.

use crate::scene::{
    Tree, assert_not_found, entries, faults, group_of, ids, location_of, location_type_of, nowhere, outsider,
    role_of, worker, worker_of,
};
use crate::support::{Actor, PASSWORD, TestApp, WORKER_PASSWORD};
use fieldgate::domain::{MobileWorkerInput, Patch};
use serde_json::{Value as Json, json};

/// A worker of `globex` with everything that can hang on one; ids by name.
async fn globex(app: &TestApp) -> Json {
    let level = location_type_of(app, "globex", "Region", None).await;
    let place = location_of(app, "globex", "There", &level, None).await;
    let group = group_of(app, "globex", "theirs").await;
    let role = role_of(app, "globex", "Theirs", &["view_commcare_users"], true).await;
    let input = MobileWorkerInput {
        groups: ids(&[&group]),
        locations: ids(&[&place]),
        role: Patch::Set(role.clone()),
        email: Patch::Set("secret@globex.example".to_owned()),
        ..MobileWorkerInput::default()
    };
    let worker = worker_of(app, "globex", "gina", input).await;
    json!({ "level": level, "place": place, "group": group, "role": role, "worker": worker })
}

async fn total(actor: &Actor<'_>, filter: Json) -> Json {
    let query = "query($f: MobileWorkerFilter) {
        projectSpace(name: \"acme\") { mobileWorkers(filter: $f) { totalCount nodes { username } } }
    }";
    let answer = actor.run(query, json!({ "f": filter })).await;
    answer["data"]["projectSpace"]["mobileWorkers"]["totalCount"].clone()
}

#[tokio::test]
async fn no_filter_finds_anything_of_another_space() {
    let app = TestApp::spawn().await;
    let (admin, _) = (app.admin().await, outsider(&app).await);
    let theirs = globex(&app).await;
    worker(&app, "amina").await;
    assert_eq!(total(&admin, json!({})).await, 1);
    for filter in [
        json!({ "search": "gina" }),
        json!({ "search": "secret@globex" }),
        json!({ "groupIds": [theirs["group"]] }),
        json!({ "roleIds": [theirs["role"]] }),
        json!({ "locationIds": [theirs["place"]] }),
        json!({ "locationIds": [theirs["place"]], "includeSublocations": true }),
    ] {
        assert_eq!(total(&admin, filter.clone()).await, 0, "{filter}");
    }
    let query = "query($id: ID, $name: String) {
        projectSpace(name: \"acme\") { mobileWorker(id: $id, username: $name) { id } }
    }";
    for by in [json!({ "id": theirs["worker"] }), json!({ "name": "gina" })] {
        let answer = admin.run(query, by).await;
        assert_eq!(answer, json!({ "data": { "projectSpace": { "mobileWorker": null } } }));
    }
    let below =
        "query($f: LocationFilter) { projectSpace(name: \"acme\") { locations(filter: $f) { totalCount } } }";
    let answer = admin.run(below, json!({ "f": { "parentId": theirs["place"] } })).await;
    assert_eq!(answer["data"]["projectSpace"]["locations"]["totalCount"], 0, "{answer}");
}

#[tokio::test]
async fn no_change_reaches_into_another_space() {
    let app = TestApp::spawn().await;
    let (admin, _) = (app.admin().await, outsider(&app).await);
    let theirs = globex(&app).await;
    let before = entries(&app, "").await.len();
    for mutation in
        ["activateMobileWorker", "deactivateMobileWorker", "deleteMobileWorker", "restoreMobileWorker"]
    {
        let query =
            format!("mutation($i: NodeInput!) {{ {mutation}(input: $i) {{ userErrors {{ code }} }} }}");
        let input = |id: &Json| json!({ "i": { "id": id } });
        assert_not_found(&admin, &query, &input(&theirs["worker"]), &input(&json!(nowhere("mw")))).await;
    }
    let update =
        "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code } } }";
    let input = |id: &Json| json!({ "i": { "id": id, "firstName": "Mallory" } });
    assert_not_found(&admin, update, &input(&theirs["worker"]), &input(&json!(nowhere("mw")))).await;
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn what_belongs_to_another_space_is_refused_like_what_does_not_exist() {
    let app = TestApp::spawn().await;
    let (admin, _) = (app.admin().await, outsider(&app).await);
    let theirs = globex(&app).await;
    Tree::plant(&app).await;
    let create = "mutation($i: CreateMobileWorkerInput!) {
        createMobileWorker(input: $i) { mobileWorker { id } userErrors { code path } }
    }";
    let input = |role: &Json, group: &Json, place: &Json| {
        json!({
            "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD, "roleId": role, "groupIds": [group],
            "locationIds": [place],
        })
    };
    let foreign = faults(&admin, create, input(&theirs["role"], &theirs["group"], &theirs["place"])).await;
    let unknown =
        faults(&admin, create, input(&json!(nowhere("ro")), &json!(nowhere("gr")), &json!(nowhere("lo"))))
            .await;
    assert_eq!((foreign.len(), &foreign), (3, &unknown));
}

#[tokio::test]
async fn somebody_in_two_spaces_has_in_each_the_rights_of_that_one() {
    let app = TestApp::spawn().await;
    app.web_user("ana@both.example", "Read Only", &[]).await;
    app.space("globex", "ana@both.example").await;
    let ana = app.sign_in("ana@both.example", PASSWORD).await;
    let (here, there) =
        (worker(&app, "amina").await, worker_of(&app, "globex", "amina", MobileWorkerInput::default()).await);
    let query = "{ acme: projectSpace(name: \"acme\") { mobileWorkers { nodes { id } } }
        globex: projectSpace(name: \"globex\") { mobileWorkers { nodes { id loginName } } } }";
    let answer = ana.run(query, json!({})).await;
    let expected = json!({
        "acme": { "mobileWorkers": { "nodes": [] } },
        "globex": { "mobileWorkers": { "nodes": [{ "id": there, "loginName": "amina@globex.fieldgate.local" }] } },
    });
    assert_eq!(answer["data"], expected, "{answer}");
    let delete =
        "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId userErrors { code } } }";
    assert_eq!(ana.code(delete, json!({ "i": { "id": here } })).await, "NOT_FOUND");
    let group = |space: &str| json!({ "i": { "projectSpace": space, "name": "mine" } });
    let create =
        "mutation($i: CreateGroupInput!) { createGroup(input: $i) { group { id } userErrors { code } } }";
    assert_eq!(ana.code(create, group("acme")).await, "FORBIDDEN");
    assert_eq!(ana.refusals("createGroup", create, group("globex")).await, Vec::<String>::new());
    assert_eq!(
        ana.refusals("deleteMobileWorker", delete, json!({ "i": { "id": there } })).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn roles_and_places_of_one_space_give_nothing_in_another() {
    let app = TestApp::spawn().await;
    app.space("globex", "admin@globex.example").await;
    let admin = app.sign_in("admin@globex.example", PASSWORD).await;
    // An admin of one space is made a mere reader of the other.
    let tree = Tree::plant(&app).await;
    let user = fieldgate::service::web_user::NewWebUser {
        email: "admin@globex.example".to_owned(),
        role: Some(app.role("Read Only").await),
        locations: vec![fieldgate::domain::LocationId::parse(&tree.north).unwrap()],
        ..fieldgate::service::web_user::NewWebUser::default()
    };
    fieldgate::service::web_user::add(&app.services, &crate::support::operator(), "acme", &user)
        .await
        .unwrap();
    worker(&app, "amina").await;
    assert_eq!(total(&admin, json!({})).await, 0);
    let create = "mutation { createGroup(input: { projectSpace: \"acme\", name: \"g\" }) { group { id } } }";
    assert_eq!(admin.code(create, json!({})).await, "FORBIDDEN");
}
