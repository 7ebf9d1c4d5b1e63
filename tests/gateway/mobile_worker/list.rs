use crate::scene::{
    SUPERVISOR, Tree, VIEWER, group, ids, location, member, nowhere, outsider, role, worker, worker_at,
    worker_of, worker_who_signs_in, worker_with,
};
use crate::support::{Actor, TestApp, WORKER_PASSWORD};
use chrono::TimeDelta;
use fieldgate::domain::{MobileWorkerInput, Patch};
use serde_json::{Map, Value as Json, json};

const LIST: &str = "query($filter: MobileWorkerFilter, $order: MobileWorkerOrder,
    $first: Int, $after: String, $last: Int, $before: String) {
    projectSpace(name: \"acme\") {
        mobileWorkers(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
            edges { cursor node { id username firstName lastName createdAt lastLoginAt } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    }
}";
const COUNT: &str = "query($filter: MobileWorkerFilter) {
    projectSpace(name: \"acme\") { mobileWorkers(filter: $filter, first: 0) { totalCount nodes { id } } }
}";

async fn page(actor: &Actor<'_>, arguments: Json) -> Json {
    let answer = actor.run(LIST, arguments).await;
    let page = &answer["data"]["projectSpace"]["mobileWorkers"];
    assert!(page.is_object(), "{answer}");
    page.clone()
}

fn usernames(page: &Json) -> Vec<String> {
    let edges = page["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["username"].as_str().unwrap().to_owned()).collect()
}

/// Names of whom a filter finds, and a count that must agree.
async fn found(actor: &Actor<'_>, filter: Json) -> Vec<String> {
    let names = usernames(&page(actor, json!({ "filter": filter, "first": 100 })).await);
    let counted = actor.run(COUNT, json!({ "filter": filter })).await;
    let counted = &counted["data"]["projectSpace"]["mobileWorkers"];
    assert_eq!(counted, &json!({ "totalCount": names.len(), "nodes": [] }), "{filter}");
    names
}

async fn named(app: &TestApp, username: &str, first: &str, last: &str) -> String {
    let text = |text: &str| Patch::Set(text.to_owned());
    let input =
        MobileWorkerInput { first_name: text(first), last_name: text(last), ..MobileWorkerInput::default() };
    worker_with(app, username, input).await
}

/// A crowd with ties in everything but the username, made at different times; some have signed in.
async fn crowd(app: &TestApp, size: usize) {
    for number in 0..size {
        let names = ["", "Amina", "Zoé", "amina", "Éa", "Bo"];
        named(app, &format!("w{number:02}"), names[number % 6], names[number % 5]).await;
        if number % 3 == 0 {
            app.pass(TimeDelta::microseconds(1_500_000));
        }
    }
}

#[tokio::test]
async fn every_order_covers_every_row_once_forwards_and_backwards() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    crowd(&app, 17).await;
    for name in ["kofi", "lena"] {
        app.pass(TimeDelta::seconds(7));
        worker_who_signs_in(&app, name).await;
        app.sign_in(&format!("{name}@acme.fieldgate.local"), WORKER_PASSWORD).await;
    }
    for (field, key) in [
        ("USERNAME", "username"),
        ("FIRST_NAME", "firstName"),
        ("LAST_NAME", "lastName"),
        ("CREATED_AT", "createdAt"),
        ("LAST_LOGIN_AT", "lastLoginAt"),
    ] {
        for direction in ["ASC", "DESC"] {
            let order = json!({ "field": field, "direction": direction });
            let all = page(&admin, json!({ "order": order, "first": 100 })).await;
            assert_eq!(all["pageInfo"]["hasNextPage"], false);
            let all: Vec<Json> =
                all["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect();
            assert_eq!(all.len(), 19);
            let mut sorted = all.clone();
            // Nobody's last sign-in is before everybody else's; ties go by id. Both go by bytes, whatever the database.
            let place = |row: &Json| {
                (row[key].as_str().unwrap_or("").to_owned(), row["id"].as_str().unwrap().to_owned())
            };
            sorted.sort_by_key(place);
            if direction == "DESC" {
                sorted.reverse();
            }
            assert_eq!(all, sorted, "{field} {direction}");
            for size in [1, 2, 5, 18, 19, 20] {
                assert_eq!(
                    walk(&admin, &order, size, true).await,
                    all,
                    "{field} {direction} by {size}, forwards"
                );
                assert_eq!(
                    walk(&admin, &order, size, false).await,
                    all,
                    "{field} {direction} by {size}, backwards"
                );
            }
        }
    }
}

/// All rows, page by page, with the page information checked on the way.
async fn walk(actor: &Actor<'_>, order: &Json, size: usize, forwards: bool) -> Vec<Json> {
    let mut rows: Vec<Json> = Vec::new();
    let mut cursor = Json::Null;
    for turn in 0..40 {
        let arguments = if forwards {
            json!({ "order": order, "first": size, "after": cursor })
        } else {
            json!({ "order": order, "last": size, "before": cursor })
        };
        let page = page(actor, arguments).await;
        let edges = page["edges"].as_array().unwrap();
        let nodes = edges.iter().map(|edge| edge["node"].clone());
        let info = &page["pageInfo"];
        assert_eq!(info["startCursor"], edges[0]["cursor"]);
        assert_eq!(info["endCursor"], edges[edges.len() - 1]["cursor"]);
        let (more, past) =
            if forwards { ("hasNextPage", "hasPreviousPage") } else { ("hasPreviousPage", "hasNextPage") };
        assert_eq!(info[past], turn > 0, "{info}");
        if forwards {
            rows.extend(nodes);
            cursor = info["endCursor"].clone();
        } else {
            rows = nodes.chain(std::mem::take(&mut rows)).collect();
            cursor = info["startCursor"].clone();
        }
        if info[more] == false {
            return rows;
        }
        assert_eq!(edges.len(), size);
    }
    panic!("the list does not end");
}

#[tokio::test]
async fn a_window_between_two_cursors_is_what_lies_between_them() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    crowd(&app, 6).await;
    let all = page(&admin, json!({})).await;
    let cursor = |index: usize| all["edges"][index]["cursor"].clone();
    let between = page(&admin, json!({ "after": cursor(0), "before": cursor(4) })).await;
    assert_eq!(usernames(&between), ["w01", "w02", "w03"]);
    let last = page(&admin, json!({ "last": 2, "after": cursor(0), "before": cursor(4) })).await;
    assert_eq!(usernames(&last), ["w02", "w03"]);
    let none = page(&admin, json!({ "after": cursor(4), "before": cursor(1) })).await;
    assert_eq!(usernames(&none), Vec::<String>::new());
}

#[tokio::test]
async fn a_row_that_comes_or_goes_between_two_pages_moves_no_other() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for name in ["b", "d", "f", "h"] {
        worker(&app, name).await;
    }
    let one = page(&admin, json!({ "first": 2 })).await;
    assert_eq!(usernames(&one), ["b", "d"]);
    worker(&app, "a").await;
    worker(&app, "g").await;
    let two = page(&admin, json!({ "first": 10, "after": one["pageInfo"]["endCursor"] })).await;
    assert_eq!(usernames(&two), ["f", "g", "h"]);
}

#[tokio::test]
async fn cursors_of_another_list_and_forged_ones_are_refused() {
    let app = TestApp::spawn().await;
    let (admin, outsider) = (app.admin().await, outsider(&app).await);
    worker(&app, "amina").await;
    group(&app, "nurses").await;
    worker_of(&app, "globex", "amina", MobileWorkerInput::default()).await;
    let cursor = async |actor: &Actor<'_>, list: &str| {
        let query = format!(
            "{{ viewer {{ projectSpaces {{ projectSpace {{ {list} {{ edges {{ cursor }} }} }} }} }} }}"
        );
        let answer = actor.run(&query, json!({})).await;
        let space = &answer["data"]["viewer"]["projectSpaces"][0]["projectSpace"];
        let list = space.as_object().unwrap().values().next().unwrap();
        list["edges"][0]["cursor"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    let own = cursor(&admin, "mobileWorkers").await;
    page(&admin, json!({ "after": own })).await;
    let mut wrong = vec![
        cursor(&outsider, "mobileWorkers").await,
        cursor(&admin, "mobileWorkers(orderBy: { field: USERNAME, direction: DESC })").await,
        cursor(&admin, "mobileWorkers(orderBy: { field: FIRST_NAME, direction: ASC })").await,
        cursor(&admin, "groups").await,
        String::new(),
        "x".to_owned(),
        "'; DROP TABLE mobile_worker; --".to_owned(),
        format!("{own}="),
        format!("{own}A"),
        "A".repeat(5_000),
    ];
    // One letter changed, anywhere. Of the last letter, some bits carry nothing, so it is left alone.
    for index in 0..own.len() - 1 {
        let mut letters: Vec<char> = own.chars().collect();
        letters[index] = if letters[index] == 'A' { 'B' } else { 'A' };
        wrong.push(letters.into_iter().collect());
    }
    for cursor in wrong {
        assert_eq!(admin.code(LIST, json!({ "after": cursor })).await, "BAD_REQUEST", "{cursor}");
        assert_eq!(admin.code(LIST, json!({ "last": 1, "before": cursor })).await, "BAD_REQUEST", "{cursor}");
    }
}

#[tokio::test]
async fn the_size_of_a_page_is_bounded() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    crowd(&app, 3).await;
    for size in [-1, 101, 1_000_000_000] {
        assert_eq!(admin.code(LIST, json!({ "first": size })).await, "BAD_REQUEST", "{size}");
        assert_eq!(admin.code(LIST, json!({ "last": size })).await, "BAD_REQUEST", "{size}");
    }
    assert_eq!(admin.code(LIST, json!({ "first": 1, "last": 1 })).await, "BAD_REQUEST");
    for arguments in [json!({ "first": 0 }), json!({ "last": 0 })] {
        let empty = page(&admin, arguments).await;
        assert_eq!(empty["edges"], json!([]));
        assert_eq!(
            (&empty["pageInfo"]["startCursor"], &empty["pageInfo"]["endCursor"]),
            (&Json::Null, &Json::Null)
        );
    }
    assert_eq!(usernames(&page(&admin, json!({ "first": 100 })).await).len(), 3);
}

#[tokio::test]
async fn twenty_workers_are_on_a_page_when_no_size_is_given() {
    let app = TestApp::spawn().await;
    crowd(&app, 21).await;
    let list = page(&app.admin().await, json!({})).await;
    assert_eq!((usernames(&list).len(), &list["pageInfo"]["hasNextPage"]), (20, &json!(true)));
}

#[tokio::test]
async fn the_total_is_counted_only_when_it_is_asked_for() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    crowd(&app, 3).await;
    let counts = |statements: Vec<String>| {
        statements.iter().filter(|sql| sql.to_lowercase().contains("count(")).count()
    };
    app.statements();
    page(&admin, json!({ "first": 2 })).await;
    assert_eq!(counts(app.statements()), 0);
    let answer = admin.run(COUNT, json!({})).await;
    assert_eq!(answer["data"]["projectSpace"]["mobileWorkers"]["totalCount"], 3, "{answer}");
    assert_eq!(counts(app.statements()), 1);
}

#[tokio::test]
async fn search_finds_all_words_anywhere_whatever_their_case() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let text = |text: &str| Patch::Set(text.to_owned());
    let amina = MobileWorkerInput {
        first_name: text("Amina"),
        last_name: text("O'Brien"),
        email: text("a.diallo@example.org"),
        phone_numbers: ids(&["50253311399"]),
        ..MobileWorkerInput::default()
    };
    worker_with(&app, "amina_1", amina).await;
    named(&app, "bo.b", "Zoé", "100% \"Quoted\" \\ x").await;
    named(&app, "kofi", "Ко́фи", "村上 春樹").await;
    worker(&app, "aminax1").await;
    for (search, expected) in [
        ("amina", vec!["amina_1", "aminax1"]),
        ("AMINA", vec!["amina_1", "aminax1"]),
        ("mina_", vec!["amina_1"]),
        ("a_1", vec!["amina_1"]),
        ("_1", vec!["amina_1"]),
        ("_", vec!["amina_1"]),
        ("%", vec!["bo.b"]),
        ("0%", vec!["bo.b"]),
        ("100%", vec!["bo.b"]),
        ("\\", vec!["bo.b"]),
        ("\"", vec!["bo.b"]),
        ("\"quoted\"", vec!["bo.b"]),
        ("\"\"\"", vec![]),
        ("o'brien", vec!["amina_1"]),
        ("'", vec!["amina_1"]),
        ("diallo@example", vec!["amina_1"]),
        ("3311", vec!["amina_1"]),
        ("amina 3311 o'b", vec!["amina_1"]),
        ("o'b  amina\t1", vec!["amina_1"]),
        ("amina zoé", vec![]),
        ("ZOÉ", vec!["bo.b"]),
        ("zoe\u{301}", vec!["bo.b"]),
        ("é", vec!["bo.b"]),
        ("村上", vec!["kofi"]),
        ("上 村", vec!["kofi"]),
        ("фи", vec!["kofi"]),
        ("", vec!["amina_1", "aminax1", "bo.b", "kofi"]),
        (" \t ", vec!["amina_1", "aminax1", "bo.b", "kofi"]),
        ("👩‍⚕️", vec![]),
        ("' OR '1'='1", vec![]),
        ("x'); DROP TABLE mobile_worker; --", vec![]),
        ("username:amina", vec![]),
        ("amina*", vec![]),
        ("^amina", vec![]),
        ("amina OR kofi", vec![]),
        ("NEAR(amina kofi)", vec![]),
        ("{username}", vec![]),
        ("-amina", vec![]),
    ] {
        assert_eq!(found(&admin, json!({ "search": search })).await, expected, "{search:?}");
    }
    assert_eq!(admin.code(LIST, json!({ "filter": { "search": "x".repeat(101) } })).await, "BAD_REQUEST");
    assert_eq!(admin.code(LIST, json!({ "filter": { "search": "a\0b" } })).await, "BAD_REQUEST");
    assert_eq!(found(&admin, json!({ "search": "é".repeat(100) })).await, Vec::<String>::new());
}

#[tokio::test]
async fn search_follows_what_is_changed() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let id = named(&app, "amina", "Before", "").await;
    let update =
        "mutation($i: UpdateMobileWorkerInput!) { updateMobileWorker(input: $i) { mobileWorker { id } } }";
    admin.run(update, json!({ "i": { "id": id, "firstName": "Afterwards" } })).await;
    assert_eq!(found(&admin, json!({ "search": "before" })).await, Vec::<String>::new());
    assert_eq!(found(&admin, json!({ "search": "afterw" })).await, ["amina"]);
}

#[tokio::test]
async fn filters_hold_together() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let (nurses, drivers) = (group(&app, "nurses").await, group(&app, "drivers").await);
    let (nurse, lead) =
        (role(&app, "Nurse", &["access_api"]).await, role(&app, "Lead", &["access_api"]).await);
    let make = async |name: &str, role: Option<&String>, groups: &[&str], at: &[&str]| {
        app.pass(TimeDelta::seconds(10));
        let role = role.map_or(Patch::Keep, |role| Patch::Set(role.clone()));
        let input = MobileWorkerInput {
            role,
            groups: ids(groups),
            locations: ids(at),
            ..MobileWorkerInput::default()
        };
        worker_with(&app, name, input).await
    };
    make("a", Some(&nurse), &[&nurses], &[&tree.north]).await;
    make("b", Some(&lead), &[&nurses, &drivers], &[&tree.northern, &tree.southern]).await;
    let c = make("c", None, &[&drivers], &[&tree.southern]).await;
    let d = make("d", Some(&nurse), &[], &[]).await;
    let deactivate = "mutation($i: NodeInput!) { deactivateMobileWorker(input: $i) { mobileWorker { id } } }";
    let delete = "mutation($i: NodeInput!) { deleteMobileWorker(input: $i) { deletedId } }";
    app.pass(TimeDelta::seconds(10));
    admin.run(deactivate, json!({ "i": { "id": c } })).await;
    admin.run(delete, json!({ "i": { "id": d } })).await;

    // The first worker was made 10 seconds after the beginning, the second 20, and so on.
    let at = |seconds: i64| {
        let moment = chrono::DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap();
        moment.to_rfc3339()
    };
    for (filter, expected) in [
        (json!({}), "abc"),
        (json!(null), "abc"),
        (json!({ "statuses": null, "roleIds": null, "search": null }), "abc"),
        (json!({ "statuses": [] }), "abc"),
        (json!({ "statuses": ["ACTIVE"] }), "ab"),
        (json!({ "statuses": ["DEACTIVATED"] }), "c"),
        (json!({ "statuses": ["DELETED", "ACTIVE"] }), "abd"),
        (json!({ "statuses": ["PENDING_CONFIRMATION"] }), ""),
        (json!({ "roleIds": [nurse] }), "a"),
        (json!({ "roleIds": [nurse, lead] }), "ab"),
        (json!({ "roleIds": [] }), ""),
        (json!({ "roleIds": [nowhere("ro")] }), ""),
        (json!({ "roleIds": [nurse], "statuses": ["DELETED"] }), "d"),
        (json!({ "groupIds": [drivers] }), "bc"),
        (json!({ "groupIds": [drivers, nurses] }), "abc"),
        (json!({ "groupIds": [] }), ""),
        (json!({ "groupIds": [nowhere("gr")] }), ""),
        (json!({ "locationIds": [tree.north] }), "a"),
        (json!({ "locationIds": [tree.north], "includeSublocations": true }), "ab"),
        (json!({ "locationIds": [tree.south, tree.north], "includeSublocations": true }), "abc"),
        (json!({ "locationIds": [tree.northern, tree.southern], "includeSublocations": true }), "bc"),
        (json!({ "locationIds": [tree.northern, tree.southern] }), "bc"),
        (json!({ "locationIds": [tree.south] }), ""),
        (json!({ "locationIds": [] }), ""),
        (json!({ "locationIds": [tree.southern], "groupIds": [nurses] }), "b"),
        (json!({ "createdAfter": at(10) }), "bc"),
        (json!({ "createdAfter": at(9) }), "abc"),
        (json!({ "createdBefore": at(20) }), "a"),
        (json!({ "createdAfter": at(10), "createdBefore": at(30) }), "b"),
        (json!({ "createdAfter": "2026-09-21T16:13:30+02:00" }), "bc"),
        (json!({ "updatedAfter": at(40) }), "c"),
        (json!({ "updatedAfter": at(50) }), ""),
        (
            json!({ "search": "b", "roleIds": [lead], "groupIds": [nurses], "locationIds": [tree.northern] }),
            "b",
        ),
    ] {
        assert_eq!(found(&admin, filter.clone()).await.concat(), expected, "{filter}");
    }
    for wrong in [
        json!({ "roleIds": ["x"] }),
        json!({ "groupIds": [nurse] }),
        json!({ "locationIds": [""] }),
        json!({ "groupIds": vec![nowhere("gr"); 101] }),
    ] {
        assert_eq!(admin.code(LIST, json!({ "filter": wrong })).await, "BAD_REQUEST", "{wrong}");
    }
}

#[tokio::test]
async fn a_supervisor_lists_counts_and_finds_only_whom_they_reach() {
    let app = TestApp::spawn().await;
    let tree = Tree::plant(&app).await;
    let village = location(&app, "Elsewhere", &tree.district, Some(&tree.south)).await;
    let supervisor = member(&app, "Supervisor", SUPERVISOR, &[tree.north.clone(), village.clone()]).await;
    for (name, at) in [
        ("a-here", vec![tree.north.as_str()]),
        ("b-below", vec![&tree.northern]),
        ("c-both", vec![&tree.southern, &tree.northern]),
        ("d-village", vec![&village]),
        ("e-above", vec![&tree.south]),
        ("f-beside", vec![&tree.southern]),
        ("g-nowhere", vec![]),
    ] {
        worker_at(&app, name, &at).await;
    }
    let reached = ["a-here", "b-below", "c-both", "d-village"];
    assert_eq!(found(&supervisor, json!({})).await, reached);
    // Pages are full: what is out of reach is left out before the page is cut.
    let one = page(&supervisor, json!({ "first": 2 })).await;
    let two = page(&supervisor, json!({ "first": 2, "after": one["pageInfo"]["endCursor"] })).await;
    assert_eq!([usernames(&one), usernames(&two)].concat(), reached);
    assert_eq!(two["pageInfo"]["hasNextPage"], false);
    // A filter is no way to learn of the others.
    for filter in [
        json!({ "search": "beside" }),
        json!({ "locationIds": [tree.south] }),
        json!({ "createdAfter": "2000-01-01T00:00:00Z", "search": "g-nowhere" }),
    ] {
        assert_eq!(found(&supervisor, filter.clone()).await, Vec::<String>::new(), "{filter}");
    }
    // Nor of what they are part of out of reach.
    let below_south = json!({ "locationIds": [tree.south], "includeSublocations": true });
    assert_eq!(found(&supervisor, below_south).await, Vec::<String>::new());
    let below = json!({ "locationIds": [tree.north, village], "includeSublocations": true });
    assert_eq!(found(&supervisor, below).await, reached);
}

#[tokio::test]
async fn listing_is_denied_to_strangers_and_other_spaces_and_empty_for_who_may_not_look() {
    let app = TestApp::spawn().await;
    let id = worker_who_signs_in(&app, "amina").await;
    worker(&app, "bo").await;
    let outsider = outsider(&app).await;
    assert_eq!(app.stranger().code(LIST, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(outsider.run(LIST, json!({})).await, json!({ "data": { "projectSpace": null } }));
    let reader = app.web_user("reader@acme.example", "Read Only", &[]).await;
    assert_eq!(found(&reader, json!({})).await, Vec::<String>::new());
    // A worker sees themselves.
    let amina = app.sign_in("amina@acme.fieldgate.local", WORKER_PASSWORD).await;
    let own = page(&amina, json!({})).await;
    assert_eq!((usernames(&own), &own["edges"][0]["node"]["id"]), (vec!["amina".to_owned()], &json!(id)));
    let viewer = member(&app, "Viewer", VIEWER, &[]).await;
    assert_eq!(found(&viewer, json!({})).await, ["amina", "bo"]);
}

#[tokio::test]
async fn groups_and_locations_are_paged_like_workers() {
    let app = TestApp::spawn().await;
    let (admin, tree) = (app.admin().await, Tree::plant(&app).await);
    let names = ["alpha", "Beta", "gamma", "Éa", "delta"];
    for name in names {
        group(&app, name).await;
        location(&app, name, &tree.district, Some(&tree.north)).await;
    }
    let query =
        "query($first: Int, $after: String, $last: Int, $before: String, $in: ID!, $up: LocationFilter) {
        node(id: $in) { ... on ProjectSpace {
            groups(first: $first, after: $after, last: $last, before: $before) {
                totalCount nodes { name } pageInfo { endCursor startCursor }
            }
        } }
        projectSpace(name: \"acme\") { locations(filter: $up, first: 100) { totalCount nodes { name } } }
    }";
    let space = admin.run("{ projectSpace(name: \"acme\") { id } }", json!({})).await;
    let space = space["data"]["projectSpace"]["id"].clone();
    let run = async |arguments: Json| {
        let mut variables: Map<String, Json> = arguments.as_object().unwrap().clone();
        variables.insert("in".to_owned(), space.clone());
        variables.insert("up".to_owned(), json!({ "parentId": tree.north }));
        admin.run(query, Json::Object(variables)).await["data"].clone()
    };
    let mut sorted = names;
    sorted.sort_unstable();
    let (mut forwards, mut backwards): (Vec<Json>, Vec<Json>) = (Vec::new(), Vec::new());
    let (mut after, mut before) = (Json::Null, Json::Null);
    for _ in 0..3 {
        let ahead = run(json!({ "first": 2, "after": after })).await["node"]["groups"].clone();
        forwards.extend(ahead["nodes"].as_array().unwrap().iter().map(|group| group["name"].clone()));
        after = ahead["pageInfo"]["endCursor"].clone();
        let behind = run(json!({ "last": 2, "before": before })).await["node"]["groups"].clone();
        let names: Vec<Json> =
            behind["nodes"].as_array().unwrap().iter().map(|group| group["name"].clone()).collect();
        backwards = [names, backwards].concat();
        before = behind["pageInfo"]["startCursor"].clone();
        assert_eq!(behind["totalCount"], 5);
    }
    assert_eq!((json!(forwards), json!(backwards)), (json!(sorted), json!(sorted)));
    let below = run(json!({})).await["projectSpace"]["locations"].clone();
    assert_eq!(below["totalCount"], 6, "{below}");
    assert_eq!(below["nodes"].as_array().unwrap().len(), 6, "{below}");
}
