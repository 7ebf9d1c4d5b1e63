use crate::scene::{assert_denied, audited, entries, faults, member, pairs};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const UPDATE: &str = "mutation($i: UpdateProjectSpaceInput!) {
    updateProjectSpace(input: $i) {
        projectSpace {
            name displayName version
            settings { invitationLifetimeDays allowAccessRequests inviteEmailOnly mailLanguage connectEnabled }
        }
        userErrors { code path }
    }
}";

fn with(more: Json) -> Json {
    let mut input = json!({ "projectSpace": "acme" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn an_admin_changes_what_is_given_and_the_rest_stays() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let given = with(json!({
        "displayName": " Acme Health ", "invitationLifetimeDays": 7, "allowAccessRequests": true, "version": 1,
    }));
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": given })).await;
    let settings = json!({
        "invitationLifetimeDays": 7, "allowAccessRequests": true, "inviteEmailOnly": true, "mailLanguage": "ENGLISH",
        "connectEnabled": false,
    });
    assert_eq!(
        payload["projectSpace"],
        json!({ "name": "acme", "displayName": "Acme Health", "version": 2, "settings": settings })
    );
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("project_space.update", "project_space"));
    assert_eq!(entry.change("invitation_lifetime_days"), Some((json!(30), json!(7))));
    assert_eq!(entry.change("invite_email_only"), None);

    let given = with(json!({ "inviteEmailOnly": false, "mailLanguage": "FRENCH" }));
    let answer = admin.run(UPDATE, json!({ "i": given })).await;
    let now = &answer["data"]["updateProjectSpace"]["projectSpace"];
    assert_eq!((&now["displayName"], &now["version"]), (&json!("Acme Health"), &json!(3)), "{answer}");
    assert_eq!(
        (&now["settings"]["inviteEmailOnly"], &now["settings"]["mailLanguage"]),
        (&json!(false), &json!("FRENCH"))
    );
}

#[tokio::test]
async fn changing_nothing_writes_nothing_and_a_lost_update_is_a_conflict() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let before = entries(&app, "").await.len();
    for same in [json!({}), json!({ "displayName": "acme", "inviteEmailOnly": true, "version": 1 })] {
        let answer = admin.run(UPDATE, json!({ "i": with(same) })).await;
        assert_eq!(answer["data"]["updateProjectSpace"]["projectSpace"]["version"], 1, "{answer}");
    }
    assert_eq!(entries(&app, "").await.len(), before);
    let stale = with(json!({ "displayName": "Other", "version": 7 }));
    assert_eq!(admin.code(UPDATE, json!({ "i": stale })).await, "CONFLICT");
    let change = |days: i32| json!({ "i": with(json!({ "invitationLifetimeDays": days, "version": 1 })) });
    let both = tokio::join!(admin.run(UPDATE, change(3)), admin.run(UPDATE, change(4)));
    let done = [&both.0, &both.1].into_iter().filter(|answer| answer["errors"].is_null()).count();
    assert_eq!(done, 1, "{both:?}");
}

#[tokio::test]
async fn all_faults_are_told_at_once_and_nothing_is_changed() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (days, fits) in [(-1, false), (0, false), (1, true), (365, true), (366, false), (100_000, false)] {
        let given = with(json!({ "displayName": "", "invitationLifetimeDays": days }));
        let mut expected = vec![("REQUIRED", "displayName")];
        if !fits {
            expected.push(("INVALID_VALUE", "invitationLifetimeDays"));
        }
        assert_eq!(faults(&admin, UPDATE, given).await, pairs(&expected), "{days}");
    }
    let long = with(json!({ "displayName": "x".repeat(101) }));
    assert_eq!(faults(&admin, UPDATE, long).await, pairs(&[("TOO_LONG", "displayName")]));
    let kept = app.rows("SELECT display_name, CAST(version AS TEXT) FROM project_space").await.unwrap();
    assert_eq!(kept, [["acme", "1"]]);
}

#[tokio::test]
async fn updating_is_denied_to_all_but_admins_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let powerful =
        member(&app, "Powerful", &["edit_web_users", "edit_apps", "access_all_locations"], &[]).await;
    let given = |space: &str| json!({ "projectSpace": space, "allowAccessRequests": true });
    assert_denied(&app, &powerful, UPDATE, [given("acme"), given("nowhere")], ("admin_only", &[])).await;
}
