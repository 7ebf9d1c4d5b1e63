//! Gateways follow the database: each takes over what any of them changed.

use super::{MONITOR, RESET, activate, activate_all_the_same, done, revise, space, upload};
use crate::policy::guest::{denying, permitting};
use crate::support::TestApp;
use fieldgate::app::PolicyWatch;
use fieldgate::policy::{PolicyConfig, PolicyHost};
use serde_json::json;
use std::sync::Arc;

/// Another gateway's policies, on the same database.
async fn another(app: &TestApp) -> (Arc<PolicyHost>, PolicyWatch) {
    let host = Arc::new(PolicyHost::new(PolicyConfig::default()).unwrap());
    let watch = PolicyWatch::new(app.another_store().await, Arc::clone(&host));
    (host, watch)
}

#[tokio::test]
async fn another_gateway_takes_over_at_its_next_look() {
    let app = TestApp::spawn().await;
    let (admin, space) = (app.admin().await, space(&app).await);
    let (host, mut watch) = another(&app).await;
    watch.look().await.unwrap();
    let (one, two) = (upload(&admin, &permitting(1)).await, upload(&admin, &permitting(2)).await);
    let (first, second) = (revise(&admin, &[&one]).await, revise(&admin, &["standard", &two]).await);
    activate(&app, &admin, &first).await;
    done(&admin, MONITOR, json!({ "id": second })).await;
    assert_eq!(host.revision(space), None);
    watch.look().await.unwrap();
    assert_eq!(host.revision(space).unwrap().to_string(), first);
    assert_eq!(host.modules(space), [format!("hostile@{}", &one[..16])]);
    assert_eq!(host.monitored_revision(space).unwrap().revision().unwrap().to_string(), second);
    activate(&app, &admin, &second).await;
    watch.look().await.unwrap();
    assert_eq!(host.revision(space).unwrap().to_string(), second);
    assert!(host.monitored_revision(space).is_none());
    done(&admin, RESET, json!({ "projectSpace": "acme" })).await;
    watch.look().await.unwrap();
    assert_eq!(host.revision(space), None);
    assert!(host.modules(space)[0].starts_with("standard@"));
}

#[tokio::test]
async fn a_look_where_nothing_changed_is_one_statement() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let module = upload(&admin, &permitting(1)).await;
    activate(&app, &admin, &revise(&admin, &["standard", &module]).await).await;
    let mut watch = PolicyWatch::new(app.services.store.clone(), Arc::clone(&app.policy));
    watch.look().await.unwrap();
    app.statements();
    watch.look().await.unwrap();
    assert_eq!(app.statements().len(), 1);
}

#[tokio::test]
async fn what_does_not_load_is_tried_again_and_nobody_laxer_answers_meanwhile() {
    let app = TestApp::spawn().await;
    let (admin, space) = (app.admin().await, space(&app).await);
    let deny = upload(&admin, &denying()).await;
    let revision = revise(&admin, &["standard", &deny]).await;
    activate_all_the_same(&app, &admin, &revision).await;
    let keep = "CREATE TABLE kept AS SELECT component FROM policy_module";
    app.rows(keep).await.unwrap();
    app.rows("UPDATE policy_module SET component = substr(component, 1, 100) RETURNING digest")
        .await
        .unwrap();
    let (host, mut watch) = another(&app).await;
    watch.look().await.unwrap();
    assert_eq!(host.modules(space), Vec::<String>::new(), "nobody answers");
    app.rows("UPDATE policy_module SET component = (SELECT component FROM kept) RETURNING digest")
        .await
        .unwrap();
    let mut looks = 0;
    while host.revision(space).is_none() {
        watch.look().await.unwrap();
        looks += 1;
        assert!(looks <= 3, "it is not tried again");
    }
}

#[tokio::test]
async fn a_gateway_that_starts_answers_nobody_by_a_laxer_policy() {
    let app = TestApp::spawn().await;
    let (admin, space) = (app.admin().await, space(&app).await);
    let deny = upload(&admin, &denying()).await;
    activate_all_the_same(&app, &admin, &revise(&admin, &["standard", &deny]).await).await;
    let (host, mut watch) = another(&app).await;
    watch.start().await.unwrap();
    assert_eq!(host.modules(space).len(), 2, "its own stack is in force");

    app.rows("UPDATE policy_module SET component = substr(component, 1, 100) RETURNING digest")
        .await
        .unwrap();
    let (host, mut watch) = another(&app).await;
    watch.start().await.unwrap();
    assert_eq!(host.modules(space), Vec::<String>::new(), "what does not load is withheld");
}
