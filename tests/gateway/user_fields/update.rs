use super::{UPDATE, changed, define, made, usual};
use crate::scene::{
    EDITOR, VIEWER, assert_denied, assert_not_found, audited, entries, faults, member, pairs,
};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

const READ: &str = "{ projectSpace(name: \"acme\") { userFields {
    fields { slug label requiredFor choices regex regexMessage } profiles { id name fixedData } profileRequiredFor version
} } }";

#[tokio::test]
async fn an_admin_defines_fields_and_profiles_and_everybody_who_manages_people_reads_them() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let none = admin.run(READ, json!({})).await;
    let nothing = json!({ "fields": [], "profiles": [], "profileRequiredFor": [], "version": 0 });
    assert_eq!(none["data"]["projectSpace"]["userFields"], nothing, "{none}");

    let input = json!({
        "projectSpace": "acme", "version": 0,
        "fields": [
            { "slug": "chw_id", "label": "CHW id", "requiredFor": ["MOBILE_WORKER"] },
            { "slug": "level", "choices": ["1", "2"], "regex": null },
            { "slug": "house", "regex": "^[0-9]+$", "regexMessage": "digits alone" },
        ],
        "profiles": [{ "name": " Senior ", "fixedData": { "level": "2" } }],
        "profileRequiredFor": ["MOBILE_WORKER"],
    });
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": input })).await;
    let made = &payload["userFieldDefinition"];
    let blank = json!({ "label": "", "requiredFor": [], "choices": [], "regex": null, "regexMessage": null });
    let field = |given: Json| {
        let mut field = blank.clone();
        field.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        field
    };
    let expected = json!({
        "fields": [
            field(json!({ "slug": "chw_id", "label": "CHW id", "requiredFor": ["MOBILE_WORKER"] })),
            field(json!({ "slug": "level", "label": "level", "choices": ["1", "2"] })),
            field(json!({ "slug": "house", "label": "house", "regex": "^[0-9]+$", "regexMessage": "digits alone" })),
        ],
        "profiles": [{ "id": made["profiles"][0]["id"], "name": "Senior", "fixedData": { "level": "2" } }],
        "profileRequiredFor": ["MOBILE_WORKER"],
        "version": 1,
    });
    assert_eq!(*made, expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("user_fields.update", "user_fields"));
    let profiles = (json!([]), json!([{ "name": "Senior", "fixed": { "level": "2" } }]));
    assert_eq!(entry.change("profiles"), Some(profiles));

    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    assert_eq!(viewer.run(READ, json!({})).await["data"]["projectSpace"]["userFields"], expected);
    let reader = app.web_user("reader@acme.example", "Billing Admin", &[]).await;
    // The presets hold `edit_user_profile`, as CommCare's blank role does.
    assert_eq!(reader.run(READ, json!({})).await["data"]["projectSpace"]["userFields"], expected);
    let nobody = member(&app, "Nobody", &[], &[]).await;
    assert_eq!(nobody.run(READ, json!({})).await["data"]["projectSpace"]["userFields"], Json::Null);
    let node = "query($id: ID!) { node(id: $id) { ... on UserProfile { name } } }";
    let id = json!({ "id": made["profiles"][0]["id"] });
    assert_eq!(viewer.run(node, id.clone()).await["data"]["node"]["name"], "Senior");
    assert_eq!(nobody.run(node, id).await["data"]["node"], Json::Null);
}

#[tokio::test]
async fn changing_the_fields_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input = |space: &str| json!({ "projectSpace": space, "fields": [] });
    let said = ("missing_permission", ["edit_commcare_users", "edit_user_profile"].as_slice());
    assert_denied(&app, &viewer, UPDATE, [input("acme"), input("nowhere")], said).await;
    let nobody = member(&app, "Nobody", &[], &[]).await;
    let variables = |space: &str| json!({ "i": input(space) });
    assert_not_found(&nobody, UPDATE, &variables("acme"), &variables("nowhere")).await;
    // Who edits workers changes neither what is asked of them nor what profiles give them.
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let answer = editor.run(UPDATE, variables("acme")).await;
    assert_eq!(answer["errors"][0]["extensions"]["missing"], json!(["edit_user_profile"]), "{answer}");
}

#[tokio::test]
async fn all_faults_of_a_definition_are_told_at_once_and_nothing_is_written() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let before = entries(&app, "").await.len();
    let fields = json!([
        { "slug": "commcare_thing" }, { "slug": "owner_id" }, { "slug": "a b" }, { "slug": "ok", "regex": "(?=x)" },
        { "slug": "ok", "choices": [""] }, { "slug": "x".repeat(128), "label": "" },
    ]);
    let found = faults(&admin, UPDATE, json!({ "projectSpace": "acme", "fields": fields })).await;
    assert_eq!(
        found,
        pairs(&[
            ("INVALID_VALUE", "fields.0.slug"),
            ("INVALID_VALUE", "fields.1.slug"),
            ("INVALID_VALUE", "fields.2.slug"),
            ("INVALID_VALUE", "fields.3.regex"),
            ("REQUIRED", "fields.4.choices.0"),
            ("NAME_TAKEN", "fields.4.slug"),
            ("TOO_LONG", "fields.5.slug"),
            ("REQUIRED", "fields.5.label"),
        ])
    );
    let profiles = json!([
        { "name": "A", "fixedData": { "nothing": 1 } }, { "name": "a", "fixedData": [] },
        { "id": "up_00000000000000000000000000000000", "name": "", "fixedData": {} },
    ]);
    let found = faults(&admin, UPDATE, json!({ "projectSpace": "acme", "profiles": profiles })).await;
    assert_eq!(
        found,
        pairs(&[
            ("INVALID_VALUE", "profiles.0.fixedData.nothing"),
            ("NAME_TAKEN", "profiles.1.name"),
            ("INVALID_VALUE", "profiles.1.fixedData"),
            ("INVALID_VALUE", "profiles.2.id"),
            ("REQUIRED", "profiles.2.name"),
        ])
    );
    assert_eq!(entries(&app, "").await.len(), before);
}

#[tokio::test]
async fn what_is_left_out_stays_changing_nothing_writes_nothing_and_a_lost_update_is_a_conflict() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profile = usual(&admin).await;
    let before = entries(&app, "").await.len();
    let same = json!({ "profiles": [{ "id": profile, "name": "Senior", "fixedData": { "level": "2" } }] });
    for input in [json!({}), same] {
        assert_eq!(define(&admin, input).await["version"], 1);
    }
    assert_eq!(entries(&app, "").await.len(), before);

    let renamed = json!([{ "id": profile, "name": "Elder", "fixedData": { "level": "1" } }, { "name": "New", "fixedData": {} }]);
    let after = define(&admin, json!({ "version": 1, "profiles": renamed })).await;
    assert_eq!(
        (&after["version"], after["fields"].as_array().unwrap().len(), &after["profiles"][0]["id"]),
        (&json!(2), 3, &json!(profile))
    );
    let update = |slug: &str| {
        let fields = json!([{ "slug": slug }, { "slug": "level" }]);
        json!({ "i": { "projectSpace": "acme", "version": 2, "fields": fields } })
    };
    let (one, two) = tokio::join!(admin.run(UPDATE, update("one")), admin.run(UPDATE, update("two")));
    let lost = |answer: &Json| answer["errors"][0]["extensions"]["code"] == "CONFLICT";
    assert!(lost(&one) != lost(&two), "{one} {two}");
    assert_eq!(admin.code(UPDATE, update("three")).await, "CONFLICT");
}

#[tokio::test]
async fn the_first_definition_too_is_lost_by_one_of_two() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let update =
        |slug: &str| json!({ "i": { "projectSpace": "acme", "version": 0, "fields": [{ "slug": slug }] } });
    let (one, two) = tokio::join!(admin.run(UPDATE, update("one")), admin.run(UPDATE, update("two")));
    let lost = |answer: &Json| answer["errors"][0]["extensions"]["code"] == "CONFLICT";
    assert!(lost(&one) != lost(&two), "{one} {two}");
}

#[tokio::test]
async fn a_field_that_a_profile_fixes_stays_and_what_people_have_under_one_that_goes_is_not_lost() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    usual(&admin).await;
    let worker = made(&admin, "amina", json!({ "userData": { "chw_id": "7", "house": "12" } })).await;
    let only = |fields: Json| json!({ "projectSpace": "acme", "fields": fields });
    let gone = faults(&admin, UPDATE, only(json!([{ "slug": "chw_id" }]))).await;
    assert_eq!(gone, pairs(&[("INVALID_VALUE", "fields.level")]));
    let narrower = only(json!([{ "slug": "level", "choices": ["1"] }]));
    assert_eq!(faults(&admin, UPDATE, narrower).await, pairs(&[("INVALID_VALUE", "fields.level")]));

    define(&admin, json!({ "fields": [{ "slug": "level" }] })).await;
    let after = changed(&admin, &worker["id"], json!({ "firstName": "Amina" })).await;
    assert_eq!(after["userData"], json!({ "chw_id": "7", "house": "12" }));
}

#[tokio::test]
async fn a_profile_that_somebody_has_does_not_go_not_even_when_they_are_deleted() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let profile = usual(&admin).await;
    let worker = made(&admin, "amina", json!({ "userData": { "chw_id": "7" }, "profileId": profile })).await;
    let without = || json!({ "projectSpace": "acme", "profiles": [] });
    let answer = admin.run(UPDATE, json!({ "i": without() })).await;
    let error = &answer["data"]["updateUserFields"]["userErrors"][0];
    assert_eq!(error["code"], "PROFILE_IN_USE", "{answer}");
    assert!(error["message"].as_str().unwrap().contains("`Senior`: 1"), "{error}");

    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { userErrors { code path } } }";
    assert_eq!(faults(&admin, delete, json!({ "id": worker["id"] })).await, []);
    assert_eq!(faults(&admin, UPDATE, without()).await, pairs(&[("PROFILE_IN_USE", "profiles")]));
    let restore = "mutation($i: NodeInput!) {
        restoreMobileWorker(input: $i) { mobileWorker { userData } userErrors { code path } }
    }";
    let back = admin.run(restore, json!({ "i": { "id": worker["id"] } })).await;
    let data = &back["data"]["restoreMobileWorker"]["mobileWorker"]["userData"];
    assert_eq!(*data, json!({ "chw_id": "7", "level": "2" }), "{back}");
    changed(&admin, &worker["id"], json!({ "profileId": null })).await;
    assert_eq!(faults(&admin, UPDATE, without()).await, []);
}

#[tokio::test]
async fn nothing_is_asked_of_web_users_who_have_no_user_data() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    usual(&admin).await;
    let before = entries(&app, "").await.len();
    for kinds in [json!(["WEB_USER"]), json!(["MOBILE_WORKER", "WEB_USER"])] {
        let fields = json!([{ "slug": "level" }, { "slug": "badge", "requiredFor": kinds }]);
        let refused = faults(&admin, UPDATE, json!({ "projectSpace": "acme", "fields": fields })).await;
        assert_eq!(refused, pairs(&[("NO_USER_DATA", "fields.1.requiredFor")]));
        let profiles = json!({ "projectSpace": "acme", "profileRequiredFor": kinds });
        assert_eq!(faults(&admin, UPDATE, profiles).await, pairs(&[("NO_USER_DATA", "profileRequiredFor")]));
    }
    assert_eq!(entries(&app, "").await.len(), before);

    // An earlier version kept such a setting, and bound nobody by it: nor is it shown.
    let both = "UPDATE user_field_definition SET profile_required_for = '[\"web_user\", \"mobile_worker\"]'";
    app.rows(both).await.unwrap();
    let shown = admin.run(READ, json!({})).await["data"]["projectSpace"]["userFields"].clone();
    assert_eq!(shown["profileRequiredFor"], json!(["MOBILE_WORKER"]), "{shown}");
}
