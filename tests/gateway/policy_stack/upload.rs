use super::{ACTIVATE, MONITOR, REVISE, UPLOAD, activate, digest, example, revise, sent, stack, upload};
use crate::policy::guest::{DENY, answering, component, core, permitting};
use crate::scene::{assert_denied, audited, faults, member, outsider, pairs};
use crate::support::TestApp;
use fieldgate::policy::{PolicyConfig, PolicyHost, TrustedKey};
use serde_json::{Value as Json, json};
use std::sync::Arc;

#[tokio::test]
async fn a_module_is_uploaded_looked_at_and_changes_nothing_by_itself() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let component = example("second-admin");
    let (payload, entry) = audited(&admin, &app, UPLOAD, json!({ "i": sent(&component) })).await;
    assert_eq!(
        payload["module"],
        json!({
            "digest": digest(&component), "name": "second-admin", "version": "1.0.0",
            "actions": payload["module"]["actions"], "class": "COMPACT", "size": component.len(),
            "signedBy": null, "uploadedByName": crate::support::ADMIN,
        })
    );
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("policy.upload", "policy_module"));
    assert_eq!(entry.resource, digest(&component));
    assert_eq!(entry.change("name"), Some((json!(null), json!("second-admin"))));
    let stack = stack(&admin).await;
    assert_eq!(stack["modules"], json!([{ "digest": digest(&component) }]));
    assert_eq!((&stack["version"], &stack["active"]), (&json!(0), &json!(null)));
}

#[tokio::test]
async fn the_same_module_twice_is_one() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let component = permitting(1);
    assert_eq!(upload(&admin, &component).await, upload(&admin, &component).await);
    let mut shouted = sent(&component);
    shouted["digest"] = digest(&component).to_uppercase().into();
    assert_eq!(faults(&admin, UPLOAD, shouted).await, []);
    assert_eq!(stack(&admin).await["modules"].as_array().unwrap().len(), 1);
    let rows = app.rows("SELECT digest FROM policy_module").await.unwrap();
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn what_is_not_acceptable_is_refused_with_a_code_of_its_own() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let importing = wat::parse_str(r#"(component (import "now" (func (result u64))))"#).unwrap();
    let empty = wat::parse_str("(component)").unwrap();
    // Permits what its scope leaves out, and the other way round.
    let disagreeing = answering(DENY);
    let nameless = component(
        r#"(data (i32.const 8000) "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
        (func (export "describe") (result i32) (i32.const 8000))"#,
    );
    let trapping = component(r#"(func (export "describe") (result i32) (unreachable))"#);
    let many = format!("(component (core module {}))", "(func)".repeat(6_000));
    for (component, code) in [
        (b"not WebAssembly".to_vec(), "MODULE_NOT_A_COMPONENT"),
        (core(""), "MODULE_NOT_A_COMPONENT"),
        (importing, "MODULE_IMPORTS"),
        (empty, "MODULE_WRONG_WORLD"),
        (nameless, "MODULE_MANIFEST_INVALID"),
        (trapping, "MODULE_FAULTY"),
        (disagreeing, "MODULE_DISAGREES"),
        (wat::parse_str(many).unwrap(), "MODULE_TOO_LARGE"),
    ] {
        let answer = admin.run(UPLOAD, json!({ "i": sent(&component) })).await;
        let errors = &answer["data"]["uploadPolicyModule"]["userErrors"];
        assert_eq!(errors[0]["code"], code, "{answer}");
        assert_eq!(errors[0]["path"], json!(["component"]), "{answer}");
        assert!(errors[0]["message"].as_str().unwrap().len() > 20, "{answer}");
    }
    assert_eq!(stack(&admin).await["modules"], json!([]));
    assert_eq!(app.rows("SELECT digest FROM policy_module").await.unwrap(), Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn a_disagreement_is_told_with_the_question_that_shows_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let answer = admin.run(UPLOAD, json!({ "i": sent(&answering(DENY)) })).await;
    let message = answer["data"]["uploadPolicyModule"]["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.contains("`decide` forbids"), "{message}");
    assert!(message.contains("`scope` lets it through"), "{message}");
}

#[tokio::test]
async fn the_digest_pins_what_is_meant() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let mut input = sent(&permitting(1));
    input["digest"] = digest(&permitting(2)).into();
    assert_eq!(faults(&admin, UPLOAD, input.clone()).await, pairs(&[("MODULE_DIGEST_MISMATCH", "digest")]));
    for wrong in ["", "abc", &"g".repeat(64), &"0".repeat(65), "\0"] {
        input["digest"] = wrong.into();
        assert_eq!(faults(&admin, UPLOAD, input.clone()).await, pairs(&[("INVALID_VALUE", "digest")]));
    }
    let mut input = sent(&permitting(1));
    input["componentBase64"] = "not base64!".into();
    assert_eq!(faults(&admin, UPLOAD, input.clone()).await, pairs(&[("INVALID_VALUE", "component")]));
    input.as_object_mut().unwrap().remove("componentBase64");
    assert_eq!(faults(&admin, UPLOAD, input.clone()).await, pairs(&[("INVALID_VALUE", "component")]));
    // A file that is named without being sent.
    input["component"] = "#file:0".into();
    assert_eq!(faults(&admin, UPLOAD, input).await, pairs(&[("INVALID_VALUE", "component")]));
}

/// A key pair of minisign, and the key as the configuration has it.
fn key(name: &str) -> (minisign::KeyPair, TrustedKey) {
    let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let trusted = TrustedKey::parse(&format!("{name}:{}", pair.pk.to_base64())).unwrap();
    (pair, trusted)
}

fn signed(pair: &minisign::KeyPair, component: &[u8]) -> Json {
    let signature = minisign::sign(Some(&pair.pk), &pair.sk, component, None, None).unwrap();
    let mut input = sent(component);
    input["signature"] = signature.into_string().into();
    input
}

#[tokio::test]
async fn where_keys_are_configured_only_what_they_signed_is_taken() {
    let (pair, trusted) = key("release");
    let (stranger, _) = key("stranger");
    let config = PolicyConfig { trusted_keys: vec![key("old").1, trusted], ..PolicyConfig::default() };
    let app = TestApp::spawn_with(config).await;
    let admin = app.admin().await;
    let (one, two) = (permitting(1), permitting(2));
    assert_eq!(faults(&admin, UPLOAD, sent(&one)).await, pairs(&[("MODULE_UNSIGNED", "signature")]));
    let mut of_another_file = signed(&pair, &two);
    of_another_file["componentBase64"] = sent(&one)["componentBase64"].clone();
    of_another_file["digest"] = sent(&one)["digest"].clone();
    for wrong in [signed(&stranger, &one), of_another_file] {
        let refused = pairs(&[("MODULE_SIGNATURE_INVALID", "signature")]);
        assert_eq!(faults(&admin, UPLOAD, wrong).await, refused);
    }
    let mut garbled = signed(&pair, &one);
    garbled["signature"] = "RWQ\0".into();
    assert_eq!(faults(&admin, UPLOAD, garbled).await, pairs(&[("MODULE_SIGNATURE_INVALID", "signature")]));
    let (payload, entry) = audited(&admin, &app, UPLOAD, json!({ "i": signed(&pair, &one) })).await;
    let signed_by = payload["module"]["signedBy"].clone();
    assert!(signed_by.as_str().unwrap().starts_with("release "), "{signed_by}");
    assert_eq!(entry.change("signed_by"), Some((json!(null), signed_by)));
}

#[tokio::test]
async fn once_keys_are_configured_what_was_taken_without_is_not_put_in_force_any_more() {
    let app = TestApp::spawn().await;
    let (one, two) = (permitting(1), permitting(2));
    let (first, second) = {
        let admin = app.admin().await;
        let (first, second) = (upload(&admin, &one).await, upload(&admin, &two).await);
        activate(&app, &admin, &revise(&admin, &["standard", &second]).await).await;
        (revise(&admin, &["standard", &first]).await, first)
    };
    let (pair, trusted) = key("release");
    let config = PolicyConfig { trusted_keys: vec![trusted], ..PolicyConfig::default() };
    let app = app.with_workshop(Arc::new(PolicyHost::new(config).unwrap()));
    let admin = app.admin().await;
    for (mutation, field) in [(ACTIVATE, "id"), (MONITOR, "id")] {
        assert_eq!(
            faults(&admin, mutation, json!({ "id": first })).await,
            pairs(&[("MODULE_UNSIGNED", field)])
        );
    }
    let input = json!({ "projectSpace": "acme", "modules": [{ "digest": second }] });
    assert_eq!(faults(&admin, REVISE, input).await, pairs(&[("MODULE_UNSIGNED", "modules.0.digest")]));
    assert_eq!(stack(&admin).await["active"], json!({ "number": 1 }), "what is in force stays");
    // Uploaded again with a signature, it can be.
    assert_eq!(faults(&admin, UPLOAD, signed(&pair, &one)).await, []);
    assert_eq!(faults(&admin, ACTIVATE, json!({ "id": first })).await, []);
}

#[tokio::test]
async fn a_signature_that_nobody_can_check_is_not_taken_for_one() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let input = signed(&key("release").0, &permitting(1));
    assert_eq!(faults(&admin, UPLOAD, input).await, pairs(&[("MODULE_SIGNATURE_INVALID", "signature")]));
}

#[tokio::test]
async fn uploading_is_denied_to_who_is_no_admin_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let editor = member(&app, "Editor", &["edit_web_users", "access_all_locations"], &[]).await;
    let inputs = [sent(&permitting(1)), {
        let mut elsewhere = sent(&permitting(1));
        elsewhere["projectSpace"] = "nowhere".into();
        elsewhere
    }];
    assert_denied(&app, &editor, UPLOAD, inputs, ("admin_only", &[])).await;
}

#[tokio::test]
async fn that_another_space_has_a_module_shows_nowhere() {
    let app = TestApp::spawn().await;
    let (admin, other) = (app.admin().await, outsider(&app).await);
    let known = upload(&admin, &permitting(1)).await;
    let theirs = |component: &[u8]| {
        let mut input = sent(component);
        input["projectSpace"] = "globex".into();
        input
    };
    let query = "{ projectSpace(name: \"globex\") { policyStack { modules { digest uploadedByName } } } }";
    let before = other.run(query, json!({})).await;
    assert_eq!(before["data"]["projectSpace"]["policyStack"]["modules"], json!([]));
    // Neither using nor deleting it tells that it is known elsewhere.
    let unknown = digest(&permitting(2));
    for (mutation, input) in [
        (super::DELETE, json!({ "projectSpace": "globex", "digest": known })),
        (super::REVISE, json!({ "projectSpace": "globex", "modules": [{ "digest": known }] })),
    ] {
        let text = input.to_string().replace(&known, &unknown);
        let hidden = other.run(mutation, json!({ "i": input })).await.to_string();
        let nothing: Json = serde_json::from_str(&text).unwrap();
        let nothing = other.run(mutation, json!({ "i": nothing })).await.to_string();
        assert_eq!(hidden.replace(&known, &unknown), nothing);
        assert!(hidden.contains("MODULE_UNKNOWN"), "{hidden}");
    }
    // And uploading it there is as with any other.
    let (first, entry) = audited(&other, &app, UPLOAD, json!({ "i": theirs(&permitting(1)) })).await;
    assert_eq!(first["module"]["uploadedByName"], "admin@globex.example");
    assert_eq!(entry.change("name"), Some((json!(null), json!("hostile"))));
    assert_eq!(app.rows("SELECT digest FROM policy_module").await.unwrap().len(), 1, "kept once");
    let mine = stack(&admin).await;
    assert_eq!(mine["modules"], json!([{ "digest": known }]));
}

#[tokio::test]
async fn a_project_space_keeps_so_many_modules() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for number in 0..50 {
        upload(&admin, &permitting(number)).await;
    }
    assert_eq!(
        faults(&admin, UPLOAD, sent(&permitting(50))).await,
        pairs(&[("QUOTA_EXCEEDED", "component")])
    );
    // One that is there is not one more.
    assert_eq!(faults(&admin, UPLOAD, sent(&permitting(7))).await, []);
    let input = json!({ "projectSpace": "acme", "digest": digest(&permitting(0)) });
    assert_eq!(faults(&admin, super::DELETE, input).await, []);
    upload(&admin, &permitting(50)).await;
}
