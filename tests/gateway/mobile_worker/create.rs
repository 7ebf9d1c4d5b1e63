use crate::scene::{
    EDITOR, SUPERVISOR, Tree, VIEWER, assert_denied, audited, faults, group, group_of, member, nowhere,
    outsider, pairs, role, role_given_by, role_of, worker,
};
use crate::support::{TestApp, WORKER_PASSWORD};
use serde_json::json;

const CREATE: &str = "mutation($i: CreateMobileWorkerInput!) {
    createMobileWorker(input: $i) {
        mobileWorker {
            id username loginName firstName lastName email phoneNumbers defaultPhoneNumber language status version userData
            role { name } groups { name } locations { name } primaryLocation { name } lastLoginAt
        }
        userErrors { code path }
    }
}";

#[tokio::test]
async fn an_admin_creates_a_worker_who_can_sign_in() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let input = json!({ "projectSpace": "acme", "username": "Amina", "password": WORKER_PASSWORD });
    let answer = admin.run(CREATE, json!({ "i": input })).await;
    let worker = &answer["data"]["createMobileWorker"]["mobileWorker"];
    assert_eq!(worker["loginName"], "amina@acme.fieldgate.local", "{answer}");
    assert_eq!((&worker["status"], &worker["version"]), (&json!("ACTIVE"), &json!(1)));
    app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
}

#[tokio::test]
async fn everything_that_is_given_comes_back_and_is_audited_without_the_password() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (nurses, drivers) = (group(&app, "nurses").await, group(&app, "drivers").await);
    let nurse = role(&app, "Nurse", &["access_mobile_endpoints"]).await;
    let input = json!({
        "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD, "firstName": "Amina", "lastName": "Diallo",
        "email": "Amina@Example.org", "phoneNumbers": ["+50253311399", "50253314588"], "language": "FR",
        "roleId": nurse, "groupIds": [drivers, nurses], "locationIds": [tree.southern, tree.north],
        "primaryLocationId": tree.north, "userData": { "level": 3, "trained": true, "motto": "¡sí!", "none": null },
    });
    let (payload, entry) = audited(&admin, &app, CREATE, json!({ "i": input })).await;
    let worker = &payload["mobileWorker"];
    let id = worker["id"].as_str().unwrap();
    assert!(id.starts_with("mw_"), "{id}");
    assert_eq!(
        *worker,
        json!({
          "defaultPhoneNumber": "50253311399",
          "email": "amina@example.org",
          "firstName": "Amina",
          "groups": [
            {
              "name": "drivers"
            },
            {
              "name": "nurses"
            }
          ],
          "id": id,
          "language": "fr",
          "lastLoginAt": null,
          "lastName": "Diallo",
          "locations": [
            {
              "name": "Southern"
            },
            {
              "name": "North"
            }
          ],
          "loginName": "amina@acme.fieldgate.local",
          "phoneNumbers": [
            "50253311399",
            "50253314588"
          ],
          "primaryLocation": {
            "name": "North"
          },
          "role": {
            "name": "Nurse"
          },
          "status": "ACTIVE",
          "userData": {
            "level": 3,
            "motto": "¡sí!",
            "none": null,
            "trained": true
          },
          "username": "amina",
          "version": 1
        })
    );
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("mobile_worker.create", "mobile_worker"));
    assert!(id.ends_with(&entry.resource), "{entry:?}");
    assert!(entry.principal.starts_with("wu_"), "{entry:?}");
    assert!(entry.policy.starts_with("standard@"), "{entry:?}");
    assert_eq!(entry.change("username"), Some((json!(null), json!("amina"))));
    assert_eq!(entry.change("first_name"), Some((json!(""), json!("Amina"))));
    assert_eq!(entry.change("locations"), Some((json!([]), json!([tree.southern, tree.north]))));
    assert_eq!(entry.change("password"), None);
}

#[tokio::test]
async fn creating_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input =
        |space: &str| json!({ "projectSpace": space, "username": "amina", "password": WORKER_PASSWORD });
    let said = ("missing_permission", ["edit_commcare_users"].as_slice());
    assert_denied(&app, &viewer, CREATE, [input("acme"), input("nowhere")], said).await;
    // Nothing was reserved by the attempts.
    worker(&app, "amina").await;
}

#[tokio::test]
async fn all_faults_of_an_input_are_told_at_once_and_nothing_is_kept() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let input = json!({
        "projectSpace": "acme", "username": "am/ina", "password": "short", "firstName": "x".repeat(151),
        "lastName": "a\u{202E}b", "email": "nobody", "phoneNumbers": ["50253311399", "12"], "language": "english",
        "roleId": "gr_1", "groupIds": [nowhere("gr")], "locationIds": ["x", nowhere("lo")],
        "primaryLocationId": nowhere("lo").replace("00", "01"), "userData": { "favourite_colour": { "deep": 1 } },
    });
    let expected = pairs(&[
        ("EMAIL_INVALID", "email"),
        ("GROUP_OUT_OF_REACH", "groupIds.0"),
        ("INVALID_VALUE", "language"),
        ("INVALID_VALUE", "lastName"),
        ("INVALID_VALUE", "locationIds.0"),
        ("INVALID_VALUE", "phoneNumbers.1"),
        ("INVALID_VALUE", "roleId"),
        ("INVALID_VALUE", "userData.favourite_colour"),
        ("LOCATION_OUT_OF_REACH", "locationIds.0"),
        ("PASSWORD_WEAK", "password"),
        ("PRIMARY_LOCATION_NOT_ASSIGNED", "primaryLocationId"),
        ("TOO_LONG", "firstName"),
        ("USERNAME_INVALID", "username"),
    ]);
    let mut found = faults(&admin, CREATE, input).await;
    found.sort();
    // The one unknown location stands second in the input, and first among those that could be read.
    let found: Vec<_> = found
        .into_iter()
        .map(|(code, path)| (code, path.replace("locationIds.1", "locationIds.0")))
        .collect();
    assert_eq!(found, expected);

    let bare = json!({ "projectSpace": "acme", "username": " " });
    assert_eq!(
        faults(&admin, CREATE, bare).await,
        pairs(&[("REQUIRED", "username"), ("REQUIRED", "password")])
    );
    assert_eq!(app.rows("SELECT username FROM mobile_worker").await.unwrap(), Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn an_unknown_location_is_named_by_its_place_in_the_input() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let input = json!({
        "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD,
        "locationIds": [tree.north, tree.north, nowhere("lo")],
    });
    assert_eq!(faults(&admin, CREATE, input).await, pairs(&[("LOCATION_OUT_OF_REACH", "locationIds.2")]));
}

#[tokio::test]
async fn a_username_is_taken_whatever_its_case_and_in_its_own_space_only() {
    let app = TestApp::spawn().await;
    let (admin, outsider) = (app.admin().await, outsider(&app).await);
    worker(&app, "amina").await;
    let input = |space: &str, name: &str| json!({ "projectSpace": space, "username": name, "password": WORKER_PASSWORD });
    for name in ["amina", "AMINA", " amina ", "amina@acme.fieldgate.local"] {
        assert_eq!(
            faults(&admin, CREATE, input("acme", name)).await,
            pairs(&[("USERNAME_TAKEN", "username")])
        );
    }
    assert_eq!(faults(&outsider, CREATE, input("globex", "amina")).await, []);
    for name in ["admin", "demo_user", "amina@globex.fieldgate.local", ".a", "a..b", "é", "a'--"] {
        assert_eq!(
            faults(&admin, CREATE, input("acme", name)).await,
            pairs(&[("USERNAME_INVALID", "username")]),
            "{name}"
        );
    }
    assert_eq!(
        faults(&admin, CREATE, input("acme", &"x".repeat(81))).await,
        pairs(&[("TOO_LONG", "username")])
    );
}

#[tokio::test]
async fn of_two_who_create_the_same_worker_at_once_one_hears_that_the_name_is_taken() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let input = json!({ "i": { "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD } });
    let both = tokio::join!(
        admin.refusals("createMobileWorker", CREATE, input.clone()),
        admin.refusals("createMobileWorker", CREATE, input.clone())
    );
    let mut both = [both.0, both.1];
    both.sort();
    assert_eq!(both, [vec![], vec!["USERNAME_TAKEN".to_owned()]]);
}

#[tokio::test]
async fn a_role_is_given_by_users_who_hold_what_it_grants_or_whom_it_names() {
    let app = TestApp::spawn().await;
    let lead = role(&app, "Lead", EDITOR).await;
    let lead_user = app.web_user("lead@acme.example", "Lead", &[]).await;
    let closed = role(&app, "Closed", &["view_commcare_users"]).await;
    let open = role_of(&app, "acme", "Open", &["view_commcare_users"], true).await;
    let named = role_given_by(&app, "Named", &["edit_commcare_users"], &lead).await;
    let beyond =
        role_given_by(&app, "Beyond", &["view_commcare_users", "edit_apps", "access_api"], &lead).await;
    app.space("globex", "admin@globex.example").await;
    let foreign = role_of(&app, "globex", "Foreign", &["view_commcare_users"], true).await;
    let default = app.role("Mobile Worker Default").await.to_string();
    let input = |name: &str, role: &str| {
        json!({
            "projectSpace": "acme", "username": name, "password": WORKER_PASSWORD, "roleId": role,
        })
    };
    let refused = pairs(&[("ROLE_NOT_ASSIGNABLE", "roleId")]);
    for role in [&closed, &foreign, &nowhere("ro"), &default] {
        assert_eq!(faults(&lead_user, CREATE, input("no", role)).await, refused, "{role}");
    }
    let strong = role_of(&app, "acme", "Strong", &["edit_apps", "access_api"], true).await;
    assert_eq!(
        faults(&lead_user, CREATE, input("no", &strong)).await,
        pairs(&[("GRANT_NOT_HELD", "roleId")])
    );
    // "Assignable by" lets the holders of the named role give more than they hold.
    assert_eq!(faults(&lead_user, CREATE, input("three", &beyond)).await, []);
    assert_eq!(faults(&lead_user, CREATE, input("one", &open)).await, []);
    assert_eq!(faults(&lead_user, CREATE, input("two", &named)).await, []);
    let admin = app.admin().await;
    for (index, role) in [&closed, &beyond, &default].into_iter().enumerate() {
        assert_eq!(faults(&admin, CREATE, input(&format!("by.admin.{index}"), role)).await, []);
    }
    assert_eq!(faults(&admin, CREATE, input("no", &foreign)).await, refused);
}

#[tokio::test]
async fn a_supervisor_adds_workers_at_places_within_reach_and_nowhere_else() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let input = |name: &str, at: &[&String]| {
        json!({
            "projectSpace": "acme", "username": name, "password": WORKER_PASSWORD, "locationIds": at,
        })
    };
    assert_eq!(faults(&supervisor, CREATE, input("here", &[&tree.north])).await, []);
    assert_eq!(faults(&supervisor, CREATE, input("below", &[&tree.northern])).await, []);
    let out = pairs(&[("LOCATION_OUT_OF_REACH", "locationIds.0")]);
    assert_eq!(faults(&supervisor, CREATE, input("there", &[&tree.southern])).await, out);
    let out = pairs(&[("LOCATION_OUT_OF_REACH", "locationIds.1")]);
    assert_eq!(faults(&supervisor, CREATE, input("both", &[&tree.north, &tree.south])).await, out);
    let answer = supervisor.run(CREATE, json!({ "i": input("nowhere", &[]) })).await;
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "location_required", "{answer}");
}

#[tokio::test]
async fn groups_and_locations_of_another_space_do_not_exist_here() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.space("globex", "admin@globex.example").await;
    let theirs = group_of(&app, "globex", "nurses").await;
    let level = crate::scene::location_type_of(&app, "globex", "Region", None).await;
    let there = crate::scene::location_of(&app, "globex", "There", &level, None).await;
    let input = json!({
        "projectSpace": "acme", "username": "amina", "password": WORKER_PASSWORD,
        "groupIds": [theirs], "locationIds": [there],
    });
    let expected = pairs(&[("GROUP_OUT_OF_REACH", "groupIds.0"), ("LOCATION_OUT_OF_REACH", "locationIds.0")]);
    assert_eq!(faults(&admin, CREATE, input).await, expected);
}
