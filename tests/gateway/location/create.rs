use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, audited, faults, location_of, location_type_of, member, nowhere,
    pairs,
};
use crate::support::TestApp;
use serde_json::json;

const CREATE: &str = "mutation($i: CreateLocationInput!) {
    createLocation(input: $i) {
        location { id name siteCode type { name } parent { name } isArchived } userErrors { code path }
    }
}";

#[tokio::test]
async fn a_place_stands_below_another_of_the_level_above() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let input =
        json!({ "projectSpace": "acme", "name": "Thiès 2", "typeId": tree.district, "parentId": tree.north });
    let (payload, entry) = audited(&admin, &app, CREATE, json!({ "i": input })).await;
    let made = &payload["location"];
    let expected = json!({
        "id": made["id"], "name": "Thiès 2", "siteCode": "thi_s_2", "type": { "name": "District" },
        "parent": { "name": "North" }, "isArchived": false,
    });
    assert_eq!(made, &expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("location.create", "location"));
    assert!(made["id"].as_str().unwrap().ends_with(&entry.resource), "{entry:?}");
    assert_eq!(entry.change("name"), Some((json!(null), json!("Thiès 2"))));
}

#[tokio::test]
async fn a_site_code_that_is_made_from_the_name_is_numbered_when_it_is_taken() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let mut codes = Vec::new();
    for parent in [&tree.north, &tree.south] {
        let input =
            json!({ "projectSpace": "acme", "name": "Central", "typeId": tree.district, "parentId": parent });
        let answer = admin.run(CREATE, json!({ "i": input })).await;
        codes.push(answer["data"]["createLocation"]["location"]["siteCode"].as_str().unwrap().to_owned());
    }
    assert_eq!(codes[0], "central");
    assert!(codes[1].starts_with("central") && codes[1] != "central", "{codes:?}");
}

#[tokio::test]
async fn making_a_place_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input = |space: &str| json!({ "projectSpace": space, "name": "Mine", "typeId": tree.region });
    let said = ("missing_permission", ["edit_locations"].as_slice());
    assert_denied(&app, &viewer, CREATE, [input("acme"), input("nowhere")], said).await;
}

#[tokio::test]
async fn a_supervisor_makes_places_below_their_own_and_nowhere_else() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let below = |parent: &str| {
        json!({
            "projectSpace": "acme", "name": "New", "typeId": tree.district, "parentId": parent,
        })
    };
    assert_eq!(faults(&supervisor, CREATE, below(&tree.north)).await, []);
    assert_eq!(
        faults(&supervisor, CREATE, below(&tree.south)).await,
        pairs(&[("LOCATION_OUT_OF_REACH", "parentId")])
    );
    let top = json!({ "i": { "projectSpace": "acme", "name": "New", "typeId": tree.region } });
    let answer = supervisor.run(CREATE, top).await;
    assert_eq!(answer["errors"][0]["extensions"]["reason"], "location_required", "{answer}");
}

#[tokio::test]
async fn all_faults_of_a_place_are_told_at_once() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let wrong =
        json!({ "projectSpace": "acme", "name": "", "typeId": "x", "parentId": "y", "siteCode": "a b" });
    let mut found = faults(&admin, CREATE, wrong).await;
    found.sort();
    let expected = [
        ("INVALID_VALUE", "parentId"),
        ("INVALID_VALUE", "siteCode"),
        ("INVALID_VALUE", "typeId"),
        ("REQUIRED", "name"),
    ];
    assert_eq!(found, pairs(&expected));
    let unknown =
        json!({ "projectSpace": "acme", "name": "A", "typeId": nowhere("lt"), "parentId": nowhere("lo") });
    let mut found = faults(&admin, CREATE, unknown).await;
    found.sort();
    assert_eq!(found, pairs(&[("INVALID_VALUE", "typeId"), ("LOCATION_OUT_OF_REACH", "parentId")]));

    let place = |level: &str, parent: Option<&str>| {
        json!({
            "projectSpace": "acme", "name": "A", "typeId": level, "parentId": parent,
        })
    };
    assert_eq!(faults(&admin, CREATE, place(&tree.district, None)).await, pairs(&[("REQUIRED", "parentId")]));
    for (level, parent) in [(&tree.region, &tree.north), (&tree.district, &tree.northern)] {
        let found = faults(&admin, CREATE, place(level, Some(parent))).await;
        assert_eq!(found, pairs(&[("INVALID_VALUE", "parentId")]));
    }
}

#[tokio::test]
async fn a_name_is_taken_among_its_siblings_and_a_site_code_in_its_space() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let below = |parent: &str, name: &str, code: Option<&str>| {
        json!({
            "projectSpace": "acme", "name": name, "typeId": tree.district, "parentId": parent, "siteCode": code,
        })
    };
    let taken = pairs(&[("NAME_TAKEN", "name")]);
    assert_eq!(faults(&admin, CREATE, below(&tree.north, "Northern", None)).await, taken);
    assert_eq!(faults(&admin, CREATE, below(&tree.south, "Northern", None)).await, []);
    assert_eq!(faults(&admin, CREATE, below(&tree.south, "Other", Some("NORTHERN"))).await.len(), 1);
    let top = json!({ "projectSpace": "acme", "name": "North", "typeId": tree.region });
    assert_eq!(faults(&admin, CREATE, top).await, taken);
}

#[tokio::test]
async fn places_and_levels_of_another_space_do_not_exist_here() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    app.space("globex", "admin@globex.example").await;
    let level = location_type_of(&app, "globex", "Region", None).await;
    let there = location_of(&app, "globex", "There", &level, None).await;
    let foreign_level = json!({ "projectSpace": "acme", "name": "A", "typeId": level });
    assert_eq!(faults(&admin, CREATE, foreign_level).await, pairs(&[("INVALID_VALUE", "typeId")]));
    let foreign_parent =
        json!({ "projectSpace": "acme", "name": "A", "typeId": tree.district, "parentId": there });
    assert_eq!(faults(&admin, CREATE, foreign_parent).await, pairs(&[("LOCATION_OUT_OF_REACH", "parentId")]));
}
