use super::{CREATE, DEACTIVATE, kept, spawn};
use crate::scene::{EDITOR, SUPERVISOR, Tree, VIEWER, group, member, nowhere, outsider, worker_at};
use crate::support::{Actor, TestApp};
use serde_json::{Value as Json, json};

const CAN_I: &str = "query($space: String!, $action: String!, $target: ID) { viewer {
    canI(projectSpace: $space, action: $action, target: $target) {
        decisionId allowed outcome reason message missing obligations policy resourceKind resourceId modules { said }
    }
} }";

async fn can_i(actor: &Actor<'_>, space: &str, action: &str, target: Option<&str>) -> Json {
    let variables = json!({ "space": space, "action": action, "target": target });
    let answer = actor.run(CAN_I, variables).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["viewer"]["canI"].clone()
}

#[tokio::test]
async fn it_says_why_not_and_what_would_be_enough() {
    let app = spawn().await;
    let id = worker_at(&app, "amina", &[]).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let told = can_i(&viewer, "acme", "mobile_worker.deactivate", Some(&id)).await;
    assert_eq!(
        (&told["allowed"], &told["outcome"], &told["reason"], &told["missing"]),
        (&json!(false), &json!("DENY"), &json!("missing_permission"), &json!(["edit_commcare_users"])),
        "{told}"
    );
    assert!(told["policy"].as_str().unwrap().starts_with("standard@"), "{told}");
    assert!(told["decisionId"].is_null() && told["modules"].is_null(), "{told}");
    let told = can_i(&viewer, "acme", "mobile_worker.read", Some(&id)).await;
    assert_eq!((&told["allowed"], &told["reason"]), (&json!(true), &json!(null)), "{told}");
}

#[tokio::test]
async fn what_is_not_there_and_what_may_not_be_seen_are_answered_alike() {
    let app = spawn().await;
    let tree = Tree::plant(&app).await;
    let far = worker_at(&app, "amina", &[&tree.south]).await;
    let near = member(&app, "Near", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let outsider = outsider(&app).await;
    let unknown = nowhere("mw");
    let alike = |mut told: Json| {
        assert_eq!((&told["allowed"], &told["reason"]), (&json!(false), &json!("not_found")), "{told}");
        told["resourceId"].take();
        told
    };
    let expected = alike(can_i(&near, "acme", "mobile_worker.update", Some(&unknown)).await);
    for (actor, space, target) in [
        (&near, "acme", far.as_str()),
        (&near, "acme", "mw_1"),
        (&near, "acme", "ro_00000000000000000000000000000000"),
        (&near, "globex", &far),
        (&near, "nowhere", &far),
        (&outsider, "acme", &far),
        // In their own space, somebody else's worker is not there either.
        (&outsider, "globex", &far),
    ] {
        let told = can_i(actor, space, "mobile_worker.update", Some(target)).await;
        assert_eq!(alike(told), expected, "{space} {target}");
    }
}

#[tokio::test]
async fn an_action_that_cannot_be_asked_about_is_told() {
    let app = spawn().await;
    let admin = app.admin().await;
    for (action, expected) in [
        ("mobile_worker.updates", "did you mean `mobile_worker.update`?"),
        ("account.read", "no policy is asked about `account.read`"),
        ("mobile_worker.update", "say to which"),
        ("", "there is no action ``"),
    ] {
        let answer = admin.run(CAN_I, json!({ "space": "acme", "action": action })).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_REQUEST", "{answer}");
        assert!(error["message"].as_str().unwrap().contains(expected), "{answer}");
    }
}

#[tokio::test]
async fn asking_leaves_no_trace_and_costs_its_share() {
    let app = spawn().await;
    let admin = app.admin().await;
    kept(&app).await;
    let before = crate::scene::entries(&app, "").await.len();
    assert_eq!(can_i(&admin, "acme", "mobile_worker.create", None).await["allowed"], true);
    assert_eq!(kept(&app).await, []);
    assert_eq!(crate::scene::entries(&app, "").await.len(), before);
    let many: String = (0..120)
        .map(|number| format!("a{number}: canI(projectSpace: \"acme\", action: \"api.use\") {{ allowed }} "))
        .collect();
    let answer = admin.run(&format!("{{ viewer {{ {many} }} }}"), json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "COST_LIMIT_EXCEEDED", "{answer}");
}

/// What the mutation says in truth: nothing when it was permitted, and the reason otherwise.
async fn in_truth(actor: &Actor<'_>, mutation: &str, input: Json) -> Option<String> {
    let answer = actor.run(mutation, json!({ "i": input })).await;
    let error = &answer["errors"][0]["extensions"];
    if error.is_null() {
        return None;
    }
    let reason = if error["code"] == "NOT_FOUND" { "not_found" } else { error["reason"].as_str().unwrap() };
    Some(reason.to_owned())
}

async fn said(actor: &Actor<'_>, action: &str, target: Option<&str>) -> Option<String> {
    let told = can_i(actor, "acme", action, target).await;
    assert_eq!(told["allowed"].as_bool().unwrap(), told["reason"].is_null(), "{told}");
    told["reason"].as_str().map(str::to_owned)
}

async fn actors<'a>(app: &'a TestApp, tree: &Tree) -> Vec<Actor<'a>> {
    vec![
        app.admin().await,
        member(app, "Editor", EDITOR, &[]).await,
        member(app, "Viewer", VIEWER, &[]).await,
        member(app, "Near", SUPERVISOR, std::slice::from_ref(&tree.north)).await,
        member(app, "Nobody", &[], &[]).await,
    ]
}

#[tokio::test]
async fn it_says_what_the_mutation_then_says() {
    let app = spawn().await;
    let tree = Tree::plant(&app).await;
    let group = group(&app, "nurses").await;
    let workers = [
        worker_at(&app, "amina", &[&tree.northern]).await,
        worker_at(&app, "bola", &[&tree.south]).await,
        worker_at(&app, "chidi", &[]).await,
        nowhere("mw"),
    ];
    let mut compared = 0;
    for (number, actor) in actors(&app, &tree).await.iter().enumerate() {
        for id in &workers {
            let target = Some(id.as_str());
            let activate =
                "mutation($i: NodeInput!) { activateMobileWorker(input: $i) { userErrors { code } } }";
            let update = "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { userErrors { code } } }";
            let password = "mutation($i: SetPasswordInput!) { setMobileWorkerPassword(input: $i) { userErrors { code } } }";
            for (action, mutation, input) in [
                ("mobile_worker.deactivate", DEACTIVATE, json!({ "id": id })),
                ("mobile_worker.activate", activate, json!({ "id": id })),
                ("mobile_worker.update", update, json!({ "id": id, "firstName": format!("n{number}") })),
                ("mobile_worker.set_password", password, json!({ "id": id, "password": "qwer12345" })),
            ] {
                let said = said(actor, action, target).await;
                assert_eq!(said, in_truth(actor, mutation, input).await, "{number} {action} {id}");
                compared += 1;
            }
        }
        let update = "mutation($i: UpdateGroupInput!) { updateGroup(input: $i) { userErrors { code } } }";
        let said_of_group = said(actor, "group.update", Some(&group)).await;
        let input = json!({ "id": group, "name": format!("nurses {number}") });
        assert_eq!(said_of_group, in_truth(actor, update, input).await, "{number}");
        // Those who are limited to locations add workers there.
        let place = if number == 3 { json!([tree.north]) } else { json!([]) };
        let input = json!({ "projectSpace": "acme", "username": format!("new{number}"), "password": "qwer1234", "locationIds": place });
        let said_of_new = said(actor, "mobile_worker.create", None).await;
        assert_eq!(said_of_new, in_truth(actor, CREATE, input).await, "{number}");
        let settings = "mutation($i: UpdateProjectSpaceInput!) { updateProjectSpace(input: $i) { userErrors { code } } }";
        let said_of_space = said(actor, "project_space.update", None).await;
        let input = json!({ "projectSpace": "acme", "displayName": format!("Acme {number}") });
        assert_eq!(said_of_space, in_truth(actor, settings, input).await, "{number}");
        compared += 3;
    }
    assert_eq!(compared, 5 * 19);
}
