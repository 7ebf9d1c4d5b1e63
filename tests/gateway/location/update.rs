use super::{ARCHIVE, UPDATE, above, villages, workers};
use crate::scene::{
    SUPERVISOR, Tree, VIEWER, assert_denied, assert_not_found, audited, entries, faults, location, member,
    nowhere, pairs, worker_at,
};
use crate::support::TestApp;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_place_is_renamed_found_on_earth_and_given_data() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let input = json!({
        "id": tree.northern, "version": 1, "name": " Thiès ", "siteCode": "TH-1", "latitude": 14.79, "longitude": -16.93,
        "metadata": { "beds": 12, "open": true },
    });
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": input })).await;
    let expected = json!({
        "id": tree.northern, "name": "Thiès", "siteCode": "th-1", "type": { "name": "District" },
        "parent": { "name": "North" }, "latitude": 14.79, "longitude": -16.93, "metadata": { "beds": 12, "open": true },
        "isArchived": false, "version": 2, "ancestors": [{ "name": "North" }],
    });
    assert_eq!(payload["location"], expected);
    assert_eq!((entry.action.as_str(), entry.kind.as_str()), ("location.update", "location"));
    assert_eq!(entry.change("name"), Some((json!("Northern"), json!("Thiès"))));
    assert_eq!(entry.change("parent"), None);
    let cleared = json!({ "id": tree.northern, "latitude": null, "longitude": null, "metadata": null });
    let (payload, _) = audited(&admin, &app, UPDATE, json!({ "i": cleared })).await;
    let place = &payload["location"];
    assert_eq!((&place["latitude"], &place["metadata"]), (&Json::Null, &json!({})));
}

#[tokio::test]
async fn what_is_left_out_stays_changing_nothing_writes_nothing_and_a_lost_update_is_a_conflict() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let before = entries(&app, "").await.len();
    for input in [
        json!({ "id": tree.northern }),
        json!({ "id": tree.northern, "name": "Northern", "parentId": tree.north, "typeId": tree.district }),
    ] {
        let answer = admin.run(UPDATE, json!({ "i": input })).await;
        assert_eq!(answer["data"]["updateLocation"]["location"]["version"], 1, "{answer}");
    }
    assert_eq!(entries(&app, "").await.len(), before);
    let update = |name: &str| json!({ "i": { "id": tree.northern, "version": 1, "name": name } });
    let (one, two) = tokio::join!(admin.run(UPDATE, update("one")), admin.run(UPDATE, update("two")));
    let lost = |answer: &Json| answer["errors"][0]["extensions"]["code"] == "CONFLICT";
    assert!(lost(&one) != lost(&two), "{one} {two}");
}

#[tokio::test]
async fn changing_a_place_is_denied_to_who_may_only_look_to_strangers_and_to_other_spaces() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    let input = |id: &str| json!({ "id": id, "name": "Mine" });
    let said = ("missing_permission", ["edit_locations"].as_slice());
    assert_denied(&app, &viewer, UPDATE, [input(&tree.north), input(&nowhere("lo"))], said).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let variables = |id: &str| json!({ "i": input(id) });
    assert_not_found(&supervisor, UPDATE, &variables(&tree.south), &variables(&nowhere("lo"))).await;
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let wrong = json!({
        "id": tree.northern, "name": "", "siteCode": "a b", "typeId": "x", "parentId": "y", "latitude": 91,
        "longitude": 1.5, "metadata": { "a": [] },
    });
    let mut found = faults(&admin, UPDATE, wrong).await;
    found.sort();
    let expected = [
        ("INVALID_VALUE", "latitude"),
        ("INVALID_VALUE", "metadata.a"),
        ("INVALID_VALUE", "parentId"),
        ("INVALID_VALUE", "siteCode"),
        ("INVALID_VALUE", "typeId"),
        ("REQUIRED", "name"),
    ];
    assert_eq!(found, pairs(&expected));
    let half = json!({ "id": tree.northern, "latitude": 1.0, "metadata": "none", "siteCode": null });
    let mut found = faults(&admin, UPDATE, half).await;
    found.sort();
    let expected = [("INVALID_VALUE", "metadata"), ("REQUIRED", "longitude"), ("REQUIRED", "siteCode")];
    assert_eq!(found, pairs(&expected));
    for taken in
        [json!({ "id": tree.north, "name": "South" }), json!({ "id": tree.north, "siteCode": "south" })]
    {
        assert_eq!(faults(&admin, UPDATE, taken).await, pairs(&[("NAME_TAKEN", "name")]));
    }
}

#[tokio::test]
async fn a_place_moves_with_everything_below_and_everybody_there() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (_, upper, _) = villages(&app, &tree).await;
    worker_at(&app, "amina", &[&upper]).await;
    let north = member(&app, "North", SUPERVISOR, std::slice::from_ref(&tree.north)).await;
    let south = member(&app, "South", SUPERVISOR, std::slice::from_ref(&tree.south)).await;
    assert_eq!((workers(&north).await, workers(&south).await), (json!(["amina"]), json!([])));

    let input = json!({ "id": tree.northern, "parentId": tree.south });
    let (payload, entry) = audited(&admin, &app, UPDATE, json!({ "i": input })).await;
    assert_eq!(payload["location"]["ancestors"], json!([{ "name": "South" }]));
    assert_eq!(entry.change("parent"), Some((json!(tree.north), json!(tree.south))));
    assert_eq!(above(&admin, &upper).await, json!(["South", "Northern"]));
    assert_eq!((workers(&north).await, workers(&south).await), (json!([]), json!(["amina"])));
    // And back.
    assert_eq!(faults(&admin, UPDATE, json!({ "id": tree.northern, "parentId": tree.north })).await, []);
    assert_eq!(above(&admin, &upper).await, json!(["North", "Northern"]));
    let rows = app.rows("SELECT 'x' FROM location_ancestor").await.unwrap();
    assert_eq!(rows.len(), 2 + 4 + 6);
}

#[tokio::test]
async fn a_big_subtree_moves_in_as_many_statements_as_a_small_one() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (village, _, _) = villages(&app, &tree).await;
    // The first request of an hour notes that somebody was here.
    above(&admin, &tree.northern).await;
    let mut costs = Vec::new();
    for (number, parent) in [(0, &tree.south), (25, &tree.north)] {
        for place in 0..number {
            location(&app, &format!("Village {place}"), &village, Some(&tree.northern)).await;
        }
        app.statements();
        assert_eq!(faults(&admin, UPDATE, json!({ "id": tree.northern, "parentId": parent })).await, []);
        costs.push(app.statements().len());
    }
    assert_eq!(costs[0], costs[1]);
}

#[tokio::test]
async fn a_move_keeps_the_rules_of_the_tree() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (village, upper, lower) = villages(&app, &tree).await;
    let mv = |id: &str, parent: Json| json!({ "id": id, "parentId": parent });
    let invalid = pairs(&[("INVALID_VALUE", "parentId")]);
    assert_eq!(
        faults(&admin, UPDATE, mv(&tree.northern, Json::Null)).await,
        pairs(&[("REQUIRED", "parentId")])
    );
    assert_eq!(faults(&admin, UPDATE, mv(&tree.northern, json!(tree.southern))).await, invalid);
    assert_eq!(faults(&admin, UPDATE, mv(&upper, json!(tree.south))).await, invalid);
    assert_eq!(faults(&admin, UPDATE, mv(&tree.north, json!(tree.south))).await, invalid);
    let below_itself = faults(&admin, UPDATE, mv(&tree.north, json!(upper))).await;
    assert!(below_itself.contains(&invalid[0]), "{below_itself:?}");
    assert_eq!(
        faults(&admin, UPDATE, mv(&upper, json!(nowhere("lo")))).await,
        pairs(&[("LOCATION_OUT_OF_REACH", "parentId")])
    );
    // A level that has places below it stays; another one becomes what its new parent allows.
    let level =
        |id: &str, level: &str, parent: &str| json!({ "id": id, "typeId": level, "parentId": parent });
    let found = faults(&admin, UPDATE, level(&tree.northern, &village, &tree.southern)).await;
    assert_eq!(found, pairs(&[("INVALID_VALUE", "typeId")]));
    assert_eq!(faults(&admin, UPDATE, level(&upper, &tree.district, &tree.south)).await, []);
    assert_eq!(above(&admin, &upper).await, json!(["South"]));
    let alone = json!({ "id": lower, "typeId": tree.district });
    assert_eq!(faults(&admin, UPDATE, alone).await, invalid);
    let nothing = json!({ "id": lower, "typeId": nowhere("lt") });
    assert_eq!(faults(&admin, UPDATE, nothing).await, pairs(&[("INVALID_VALUE", "typeId")]));
}

#[tokio::test]
async fn what_is_archived_is_neither_changed_nor_moved_to() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    assert_eq!(faults(&admin, ARCHIVE, json!({ "id": tree.south })).await, []);
    let rename = json!({ "id": tree.southern, "name": "New" });
    assert_eq!(faults(&admin, UPDATE, rename).await, pairs(&[("INVALID_STATE", "id")]));
    let into = json!({ "id": tree.northern, "parentId": tree.south });
    assert_eq!(faults(&admin, UPDATE, into).await, pairs(&[("LOCATION_TAKES_NOBODY", "parentId")]));
}

#[tokio::test]
async fn of_two_moves_at_the_same_moment_none_is_half_done() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (village, upper, _) = villages(&app, &tree).await;
    let there = json!({ "i": { "id": tree.northern, "parentId": tree.south } });
    let create = "mutation($i: CreateLocationInput!) { createLocation(input: $i) { location { id } userErrors { code path } } }";
    let new = json!({ "i": {
        "projectSpace": "acme", "name": "Meanwhile", "typeId": village, "parentId": tree.northern,
    } });
    let (moved, made) = tokio::join!(admin.run(UPDATE, there), admin.run(create, new));
    assert_eq!(moved["data"]["updateLocation"]["userErrors"], json!([]), "{moved}");
    assert_eq!(above(&admin, &upper).await, json!(["South", "Northern"]));
    // Made before the move, it moved along; made after it, it stands there; in between, its maker is told to look again.
    match made["data"]["createLocation"]["location"]["id"].as_str() {
        Some(id) => assert_eq!(above(&admin, id).await, json!(["South", "Northern"])),
        None => assert_eq!(made["errors"][0]["extensions"]["code"], "CONFLICT", "{made}"),
    }
}
