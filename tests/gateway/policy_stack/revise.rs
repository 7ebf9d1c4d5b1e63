use super::{REVISE, digest, example, upload};
use crate::policy::guest::permitting;
use crate::scene::{assert_denied, audited, faults, member, pairs};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

fn of(modules: Json) -> Json {
    json!({ "projectSpace": "acme", "modules": modules })
}

#[tokio::test]
async fn a_revision_is_an_ordered_list_of_modules_with_their_settings() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (groups, honest) =
        (upload(&admin, &example("own-groups")).await, upload(&admin, &permitting(1)).await);
    let settings = json!({ "groups": {} });
    let mut input = of(json!([
        { "standard": true }, { "digest": groups, "settings": settings }, { "digest": honest },
    ]));
    input["comment"] = " groups of their own ".into();
    let (payload, entry) = audited(&admin, &app, REVISE, json!({ "i": input })).await;
    let revision = &payload["policyRevision"];
    assert_eq!((&revision["number"], &revision["comment"]), (&json!(1), &json!("groups of their own")));
    assert_eq!(
        revision["modules"],
        json!([
            { "digest": null, "name": "standard", "version": "", "settings": null },
            { "digest": groups, "name": "own-groups", "version": "1.0.0", "settings": settings },
            { "digest": honest, "name": "hostile", "version": "1.0.0", "settings": null },
        ])
    );
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("policy.revise", "policy_revision"));
    let labels =
        json!(["standard", format!("own-groups@{}", &groups[..16]), format!("hostile@{}", &honest[..16])]);
    assert_eq!(entry.change("modules"), Some((json!(null), labels)));
    let second = super::done(&admin, REVISE, of(json!([{ "standard": true }]))).await;
    assert_eq!(second["policyRevision"]["number"], 2);
}

#[tokio::test]
async fn settings_are_checked_against_the_modules_own_schema_and_by_the_module() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let hours = upload(&admin, &example("working-hours")).await;
    let groups = upload(&admin, &example("own-groups")).await;
    let honest = upload(&admin, &permitting(1)).await;
    for (modules, expected) in [
        (
            json!([{ "standard": true }, { "digest": groups, "settings": { "groups": { "a": [1] } } }]),
            pairs(&[("SETTINGS_INVALID", "modules.1.settings.groups.a.0")]),
        ),
        (json!([{ "digest": groups }]), pairs(&[("SETTINGS_INVALID", "modules.0.settings")])),
        (json!([{ "digest": groups, "settings": [] }]), pairs(&[("SETTINGS_INVALID", "modules.0.settings")])),
        (json!([{ "digest": honest, "settings": {} }]), pairs(&[("SETTINGS_INVALID", "modules.0.settings")])),
        (json!([{ "standard": true, "settings": {} }]), pairs(&[("SETTINGS_INVALID", "modules.0.settings")])),
        (
            json!([{ "digest": groups, "settings": { "groups": { "a": ["x".repeat(20_000)] } } }]),
            pairs(&[("TOO_LONG", "modules.0.settings")]),
        ),
    ] {
        assert_eq!(faults(&admin, REVISE, of(modules.clone())).await, expected, "{modules}");
    }
    // Of two modules, the faults of both.
    let wrong = json!({ "hours": "never" });
    let both = of(json!([{ "digest": groups, "settings": {} }, { "digest": hours, "settings": wrong }]));
    let found = faults(&admin, REVISE, both).await;
    assert!(found.iter().any(|(_, path)| path.starts_with("modules.0.settings")), "{found:?}");
    assert!(found.iter().any(|(_, path)| path.starts_with("modules.1.settings")), "{found:?}");
}

#[tokio::test]
async fn what_cannot_be_a_stack_is_refused() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let honest = upload(&admin, &permitting(1)).await;
    let unknown = digest(&permitting(2));
    let many: Vec<_> = (0..9).map(|from| json!({ "digest": honest, "settings": { "from": from } })).collect();
    for (modules, expected) in [
        (json!([]), pairs(&[("REQUIRED", "modules")])),
        (json!(many), pairs(&[("TOO_LONG", "modules")])),
        (
            json!([{ "standard": true }, { "digest": honest }, { "standard": true }]),
            pairs(&[("INVALID_VALUE", "modules.2")]),
        ),
        (json!([{}]), pairs(&[("INVALID_VALUE", "modules.0")])),
        (json!([{ "standard": true, "digest": honest }]), pairs(&[("INVALID_VALUE", "modules.0")])),
        (json!([{ "digest": "x" }]), pairs(&[("INVALID_VALUE", "modules.0.digest")])),
        (
            json!([{ "digest": honest }, { "digest": unknown }]),
            pairs(&[("MODULE_UNKNOWN", "modules.1.digest")]),
        ),
    ] {
        assert_eq!(faults(&admin, REVISE, of(modules.clone())).await, expected, "{modules}");
    }
    let mut input = of(json!([{ "standard": true }]));
    for (comment, code) in [("x".repeat(501), "TOO_LONG"), ("\0".to_owned(), "INVALID_VALUE")] {
        input["comment"] = comment.into();
        assert_eq!(faults(&admin, REVISE, input.clone()).await, pairs(&[(code, "comment")]));
    }
}

#[tokio::test]
async fn revisions_that_are_made_at_once_have_numbers_of_their_own() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let input = json!({ "i": of(json!([{ "standard": true }])) });
    let run = || admin.run(REVISE, input.clone());
    let (one, two, three) = tokio::join!(run(), run(), run());
    let number = |answer: &Json| answer["data"]["createPolicyRevision"]["policyRevision"]["number"].as_i64();
    let mut numbers = [one, two, three].map(|answer| number(&answer).unwrap_or_else(|| panic!("{answer}")));
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
}

#[tokio::test]
async fn revising_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let inputs =
        ["acme", "nowhere"].map(|space| json!({ "projectSpace": space, "modules": [{ "standard": true }] }));
    assert_denied(&app, &editor, REVISE, inputs, ("admin_only", &[])).await;
}
