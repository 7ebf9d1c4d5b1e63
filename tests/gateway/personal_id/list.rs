use super::{connect, plant};
use crate::scene::worker;
use crate::support::{Actor, TestApp};
use serde_json::{Value as Json, json};

const LIST: &str = "query($filter: MobileWorkerFilter, $order: MobileWorkerOrder, $first: Int, $after: String) {
    projectSpace(name: \"acme\") { mobileWorkers(filter: $filter, orderBy: $order, first: $first, after: $after) {
        totalCount nodes { username personalIdLink { status } } pageInfo { endCursor hasNextPage }
    } }
}";

/// Six workers, two of each kind.
async fn six(app: &TestApp) {
    for (number, status) in
        ["not_linked", "active", "inactive", "active", "not_linked", "inactive"].into_iter().enumerate()
    {
        worker(app, &format!("w{number}")).await;
        if status != "not_linked" {
            plant(app, &format!("w{number}"), status).await;
        }
    }
}

async fn page(actor: &Actor<'_>, variables: Json) -> Json {
    let answer = actor.run(LIST, variables).await;
    let page = &answer["data"]["projectSpace"]["mobileWorkers"];
    assert!(page.is_object(), "{answer}");
    page.clone()
}

fn usernames(page: &Json) -> Vec<&str> {
    page["nodes"].as_array().unwrap().iter().map(|node| node["username"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn workers_are_chosen_by_the_status_of_their_link() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    six(&app).await;
    let admin = app.admin().await;
    for (statuses, expected) in [
        (json!(["ACTIVE"]), vec!["w1", "w3"]),
        (json!(["INACTIVE"]), vec!["w2", "w5"]),
        (json!(["NOT_LINKED"]), vec!["w0", "w4"]),
        (json!(["NOT_LINKED", "ACTIVE"]), vec!["w0", "w1", "w3", "w4"]),
        (json!([]), vec!["w0", "w1", "w2", "w3", "w4", "w5"]),
    ] {
        let page = page(&admin, json!({ "filter": { "linkStatuses": statuses } })).await;
        assert_eq!(usernames(&page), expected, "{statuses}");
        assert_eq!(page["totalCount"], expected.len());
    }
}

#[tokio::test]
async fn workers_are_sorted_by_the_status_of_their_link_over_any_number_of_pages() {
    let app = TestApp::spawn().await;
    connect(&app, true).await;
    six(&app).await;
    let admin = app.admin().await;
    for (direction, expected) in [
        ("ASC", ["ACTIVE", "ACTIVE", "INACTIVE", "INACTIVE", "NOT_LINKED", "NOT_LINKED"]),
        ("DESC", ["NOT_LINKED", "NOT_LINKED", "INACTIVE", "INACTIVE", "ACTIVE", "ACTIVE"]),
    ] {
        let (mut after, mut statuses, mut names) = (Json::Null, Vec::new(), Vec::new());
        loop {
            let order = json!({ "field": "LINK_STATUS", "direction": direction });
            let page = page(&admin, json!({ "order": order, "first": 2, "after": after })).await;
            for node in page["nodes"].as_array().unwrap() {
                statuses.push(node["personalIdLink"]["status"].as_str().unwrap().to_owned());
                names.push(node["username"].clone());
            }
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(statuses, expected);
        names.sort_by_key(ToString::to_string);
        names.dedup();
        assert_eq!(names.len(), 6);
    }
}

#[tokio::test]
async fn without_the_feature_nothing_is_chosen_or_sorted_by_what_is_hidden() {
    let app = TestApp::spawn().await;
    six(&app).await;
    let admin = app.admin().await;
    for variables in [
        json!({ "filter": { "linkStatuses": ["ACTIVE"] } }),
        json!({ "order": { "field": "LINK_STATUS", "direction": "ASC" } }),
    ] {
        assert_eq!(admin.code(LIST, variables).await, "BAD_REQUEST");
    }
    let page = page(&admin, json!({})).await;
    assert!(page["nodes"].as_array().unwrap().iter().all(|node| node["personalIdLink"].is_null()), "{page}");
}
