use super::{CREATE, DEACTIVATE, EXPLAIN, explained, forbidden, spawn};
use crate::policy::guest::{DENY, answering};
use crate::scene::{EDITOR, SUPERVISOR, Tree, VIEWER, member, nowhere, outsider, worker, worker_at};
use crate::support::{ADMIN, PASSWORD};
use fieldgate::policy::ModuleSource;
use fieldgate::service::project_space;
use serde_json::json;

#[tokio::test]
async fn an_admin_sees_who_asked_what_and_what_each_module_says() {
    let app = spawn().await;
    let tree = Tree::plant(&app).await;
    let id = worker_at(&app, "amina", &[&tree.south]).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let sees = crate::scene::role(&app, "Seer", &["view_commcare_users", "access_all_locations"]).await;
    drop((supervisor, sees));
    let viewer = app.web_user("seer@acme.example", "Seer", std::slice::from_ref(&tree.north)).await;
    let denied = forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    app.keep_decisions().await;

    let told = explained(&app.admin().await, &denied["decisionId"]).await;
    assert_eq!(
        (&told["action"], &told["resourceKind"], &told["outcome"], &told["allowed"], &told["isList"]),
        (
            &json!("mobile_worker.deactivate"),
            &json!("mobile_worker"),
            &json!("DENY"),
            &json!(false),
            &json!(false)
        )
    );
    assert_eq!(
        (&told["reason"], &told["missing"], &told["policy"]),
        (&json!("missing_permission"), &json!(["edit_commcare_users"]), &denied["policy"])
    );
    assert_eq!(told["resourceId"], id.trim_start_matches("mw_"));
    let asked = &told["question"];
    assert_eq!((&asked["signInMethod"], &asked["isAdmin"]), (&json!("PASSWORD"), &json!(false)), "{told}");
    assert_eq!(asked["permissions"], json!(["access_all_locations", "view_commcare_users"]));
    assert_eq!(asked["locationIds"], json!([tree.north.trim_start_matches("lo_")]));
    let attributes = asked["attributes"].as_array().unwrap();
    let status = attributes.iter().find(|it| it["name"] == "status").unwrap();
    assert_eq!(status["value"], "active", "{told}");
    assert_eq!(told["masked"], json!(["username"]));
    let module = &told["modules"][0];
    assert_eq!((&module["module"], &module["said"]), (&denied["policy"], &json!("DENIES")), "{told}");
    assert!(module["told"].as_str().unwrap().contains("edit_commcare_users"), "{told}");
    assert_eq!((&told["stack"]["modules"], &told["note"]), (&json!([denied["policy"]]), &json!(null)));
}

#[tokio::test]
async fn a_list_is_explained_by_its_rows() {
    let app = spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    supervisor.run("{ projectSpace(name: \"acme\") { mobileWorkers { nodes { id } } } }", json!({})).await;
    app.keep_decisions().await;
    let on_postgres = std::env::var_os("FIELDGATE_TEST_POSTGRES_URL").is_some();
    let ids = if on_postgres { "id::text" } else { "hex(id)" };
    let rows = format!("SELECT {ids} FROM decision WHERE action = 'mobile_worker.read'");
    let id = format!("de_{}", app.rows(&rows).await.unwrap()[0][0].replace('-', "").to_lowercase());
    let told = explained(&app.admin().await, &json!(id)).await;
    assert_eq!((&told["isList"], &told["outcome"]), (&json!(true), &json!("PERMIT")), "{told}");
    let north = tree.north.trim_start_matches("lo_");
    let me = told["question"]["principalId"].as_str().unwrap().trim_start_matches("wu_").to_owned();
    let expected = format!("lets rows through where (location_lineage has one of [{north}] or id is {me})");
    assert_eq!(
        (&told["message"], &told["modules"][0]["told"]),
        (&json!(expected), &json!(expected)),
        "{told}"
    );
}

#[tokio::test]
async fn who_was_denied_sees_why_and_no_more() {
    let app = spawn().await;
    let id = worker(&app, "amina").await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let denied = forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    app.keep_decisions().await;
    let told = explained(&viewer, &denied["decisionId"]).await;
    for field in ["decisionId", "policy", "reason", "missing"] {
        assert_eq!(told[field], denied[field], "{told}");
    }
    assert_eq!(told["action"], "mobile_worker.deactivate");
    for hidden in ["question", "stack", "modules"] {
        assert!(told[hidden].is_null(), "{told}");
    }
    assert_eq!(told["masked"], json!([]));
}

#[tokio::test]
async fn nobody_else_is_told() {
    let app = spawn().await;
    let id = worker(&app, "amina").await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let denied = forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    // A permit is for admins to look into.
    editor.run(DEACTIVATE, json!({ "i": { "id": id } })).await;
    let outsider = outsider(&app).await;
    app.keep_decisions().await;
    let permit = crate::scene::entries(&app, "").await.len();
    assert!(permit > 0);
    let audit = "{ projectSpace(name: \"acme\") { auditLog(filter: { actions: [\"mobile_worker.deactivate\"] }) { nodes { decisionId } } } }";
    let admin = app.admin().await;
    let permitted = admin.run(audit, json!({})).await;
    let permitted = &permitted["data"]["projectSpace"]["auditLog"]["nodes"][0]["decisionId"];
    assert_eq!(explained(&admin, permitted).await["outcome"], "PERMIT");
    for actor in [&outsider, &app.stranger()] {
        for id in [&denied["decisionId"], permitted, &json!(nowhere("de")), &json!("x"), &json!("")] {
            assert!(explained(actor, id).await.is_null(), "{id}");
        }
    }
    assert!(explained(&editor, &denied["decisionId"]).await.is_null());
    assert!(explained(&editor, permitted).await.is_null());
}

#[tokio::test]
async fn what_was_hidden_from_somebody_is_explained_to_admins_alone() {
    let app = spawn().await;
    let tree = Tree::plant(&app).await;
    let id = worker_at(&app, "amina", &[&tree.south]).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    assert_eq!(supervisor.code(DEACTIVATE, json!({ "i": { "id": id } })).await, "NOT_FOUND");
    app.keep_decisions().await;
    let on_postgres = std::env::var_os("FIELDGATE_TEST_POSTGRES_URL").is_some();
    let ids = if on_postgres { "id::text" } else { "hex(id)" };
    let rows = format!("SELECT {ids} FROM decision WHERE action = 'mobile_worker.read'");
    let id = json!(format!("de_{}", app.rows(&rows).await.unwrap()[0][0].replace('-', "").to_lowercase()));
    assert!(explained(&supervisor, &id).await.is_null());
    assert_eq!(explained(&app.admin().await, &id).await["outcome"], "DENY");
}

#[tokio::test]
async fn of_a_stack_that_has_changed_only_the_answer_is_known() {
    let app = spawn().await;
    let id = worker(&app, "amina").await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let denied = forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    app.keep_decisions().await;
    let space = project_space::read(&app.services, &crate::support::operator(), "acme").await.unwrap().id;
    let standard = fieldgate::policy::author::standard();
    let second = ModuleSource { component: answering(DENY), settings: String::new() };
    app.policy.install(space, vec![standard, second]).await.unwrap();
    let admin = app.admin().await;
    let told = explained(&admin, &denied["decisionId"]).await;
    assert_eq!((&told["reason"], &told["modules"]), (&json!("missing_permission"), &json!(null)), "{told}");
    assert!(told["note"].as_str().unwrap().contains("the policy has changed"), "{told}");
    assert_eq!(told["stack"]["modules"], json!([denied["policy"]]));
    let told = explained(&viewer, &denied["decisionId"]).await;
    assert_eq!(told["reason"], "missing_permission");
}

#[tokio::test]
async fn a_denial_says_why_and_what_would_be_enough_on_graphql_and_rest_alike() {
    let app = spawn().await;
    let id = worker(&app, "amina").await;
    let api = [VIEWER, &["access_api"]].concat();
    let viewer = member(&app, "Viewer", &api, &[]).await;
    let graphql = forbidden(&viewer, DEACTIVATE, json!({ "id": id })).await;
    let path = format!("/a/acme/api/user/v1/{}/deactivate/", id.trim_start_matches("mw_"));
    let rest = viewer.post(&path, &json!({})).await;
    assert_eq!(rest.status.as_u16(), 403, "{}", rest.text);
    let rest = rest.json();
    for field in ["policy", "reason", "missing"] {
        assert_eq!(rest[field], graphql[field], "{rest}");
    }
    assert_eq!((&rest["code"], &rest["missing"]), (&json!("FORBIDDEN"), &json!(["edit_commcare_users"])));
    app.keep_decisions().await;
    let told = explained(&viewer, &rest["decisionId"]).await;
    assert_eq!(told["missing"], rest["missing"]);

    // What is hidden tells nothing of what would be enough.
    let tree = Tree::plant(&app).await;
    let far = worker_at(&app, "bola", &[&tree.south]).await;
    let near = [SUPERVISOR, &["access_api"]].concat();
    let near = member(&app, "Near", &near, std::slice::from_ref(&tree.north)).await;
    let hidden = near.run(DEACTIVATE, json!({ "i": { "id": far } })).await;
    assert_eq!(hidden["errors"][0]["extensions"], json!({ "code": "NOT_FOUND" }), "{hidden}");
    let path = format!("/a/acme/api/user/v1/{}/deactivate/", far.trim_start_matches("mw_"));
    let hidden = near.post(&path, &json!({})).await;
    assert_eq!(hidden.status.as_u16(), 404);
    for field in ["decisionId", "policy", "reason", "missing"] {
        assert!(hidden.json()[field].is_null(), "{}", hidden.text);
    }
}

#[tokio::test]
async fn a_question_with_a_nul_in_it_is_kept_without_it() {
    let app = spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input =
        json!({ "projectSpace": "acme", "username": "amina", "password": "qwer1234", "language": "e\u{0}n" });
    viewer.run(CREATE, json!({ "i": input })).await;
    let role = "mutation($i: CreateRoleInput!) { createRole(input: $i) { userErrors { code } } }";
    let denied =
        forbidden(&viewer, role, json!({ "projectSpace": "acme", "name": "a\u{0}b", "permissions": [] }))
            .await;
    app.keep_decisions().await;
    assert_eq!(app.services.decisions.take_dropped(), 0);
    let admin = app.sign_in(ADMIN, PASSWORD).await;
    let answer = admin.run(EXPLAIN, json!({ "id": denied["decisionId"] })).await;
    let told = &answer["data"]["explainDecision"];
    assert!(
        told["question"].is_null() && told["note"].as_str().unwrap().contains("only the answer"),
        "{answer}"
    );
}
