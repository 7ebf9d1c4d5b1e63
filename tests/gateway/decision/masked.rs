use super::{EXPLAIN, spawn};
use crate::scene::{EDITOR, VIEWER, member, worker};
use crate::support::TestApp;
use serde_json::json;

const INVITE: &str = "mutation($i: InviteWebUserInput!) {
    inviteWebUser(input: $i) { invitation { id } userErrors { code } }
}";
const RESEND: &str = "mutation($i: NodeInput!) { resendInvitation(input: $i) { userErrors { code } } }";

/// Everything that the log has, as one text.
async fn everything(app: &TestApp) -> String {
    app.keep_decisions().await;
    let columns = "CAST(question AS TEXT), CAST(answer AS TEXT), CAST(stack AS TEXT), CAST(masked AS TEXT),
        resource_id, policy, action, resource_kind, principal_kind, signed_in_by";
    let rows = app.rows(&format!("SELECT {columns} FROM decision")).await.unwrap();
    assert!(!rows.is_empty());
    rows.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn nobody_s_address_or_name_stands_in_the_log() {
    let app = spawn().await;
    let admin = app.admin().await;
    let editor = member(&app, "Editor", EDITOR, &[]).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let id = worker(&app, "amina.secret").await;
    let input = json!({ "projectSpace": "acme", "email": "Zola@Clinic.example", "admin": true });
    let invited = admin.run(INVITE, json!({ "i": input })).await;
    let invitation = &invited["data"]["inviteWebUser"]["invitation"]["id"];
    admin.run(RESEND, json!({ "i": { "id": invitation } })).await;
    viewer.run(INVITE, json!({ "i": input })).await;
    for actor in [&editor, &viewer] {
        actor.run(super::DEACTIVATE, json!({ "i": { "id": id } })).await;
    }
    let members = "{ projectSpace(name: \"acme\") { webUsers { nodes { id } } } }";
    let members = admin.run(members, json!({})).await;
    let member = members["data"]["projectSpace"]["webUsers"]["nodes"][0]["id"].clone();
    let remove = "mutation($i: NodeInput!) { removeWebUser(input: $i) { userErrors { code } } }";
    viewer.run(remove, json!({ "i": { "id": member } })).await;
    let address = "{ emailAddressState(email: \"zola@clinic.example\") { email } }";
    admin.run(address, json!({})).await;
    let log = everything(&app).await.to_lowercase();
    for personal in ["zola", "clinic", "amina", "admin@", "editor@", "viewer@", "acme.example"] {
        assert!(!log.contains(personal), "`{personal}` stands in {log}");
    }
    assert!(log.contains("invitation.create") && log.contains("email_address.read"), "{log}");
    assert!(log.matches("masked:").count() > 5, "{log}");
}

#[tokio::test]
async fn the_same_is_masked_as_the_same_in_one_space_and_otherwise_in_another() {
    let app = spawn().await;
    app.space("globex", "admin@globex.example").await;
    let (admin, other) =
        (app.admin().await, app.sign_in("admin@globex.example", crate::support::PASSWORD).await);
    let mut masks = Vec::new();
    for (actor, space, email) in [
        (&admin, "acme", "zola@clinic.example"),
        (&admin, "acme", "zola@clinic.example"),
        (&admin, "acme", "bola@clinic.example"),
        (&other, "globex", "zola@clinic.example"),
    ] {
        actor.run(INVITE, json!({ "i": { "projectSpace": space, "email": email } })).await;
        app.pass(chrono::TimeDelta::seconds(1));
    }
    app.keep_decisions().await;
    let rows = "SELECT CAST(question AS TEXT) FROM decision WHERE action = 'invitation.create' ORDER BY id";
    for row in app.rows(rows).await.unwrap() {
        let (_, mask) = row[0].split_once("masked:").unwrap();
        masks.push(mask[..32].to_owned());
    }
    let [first, again, another, elsewhere] = masks.as_slice() else { panic!("{masks:?}") };
    assert_eq!(first, again);
    assert!(first != another && first != elsewhere && another != elsewhere, "{masks:?}");
}

#[tokio::test]
async fn an_explanation_says_what_is_masked() {
    let app = spawn().await;
    let admin = app.admin().await;
    let input = json!({ "projectSpace": "acme", "email": "zola@clinic.example" });
    admin.run(INVITE, json!({ "i": input })).await;
    app.keep_decisions().await;
    let audit = "{ projectSpace(name: \"acme\") { auditLog(filter: { actions: [\"invitation.create\"] }) { nodes { decisionId } } } }";
    let audit = admin.run(audit, json!({})).await;
    let id = &audit["data"]["projectSpace"]["auditLog"]["nodes"][0]["decisionId"];
    let answer = admin.run(EXPLAIN, json!({ "id": id })).await;
    let told = &answer["data"]["explainDecision"];
    assert_eq!((&told["masked"], &told["outcome"]), (&json!(["email"]), &json!("PERMIT")), "{answer}");
    let proposed = told["question"]["proposed"].as_array().unwrap();
    let email = proposed.iter().find(|it| it["name"] == "email").unwrap()["value"].as_str().unwrap();
    assert!(email.starts_with("masked:") && email.len() == 39, "{email}");
}
