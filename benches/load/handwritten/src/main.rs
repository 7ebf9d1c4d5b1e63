//! One page of mobile workers with role, locations and groups, written by hand: one statement, no authentication, no
//! policy, no choice of fields. `benches/load/run` compares the gateway with it, on the same rows.
//!
//! `handwritten <database url> <project space> <address>`

use poem::listener::{Acceptor, Listener, TcpListener};
use poem::web::{Data, Query};
use poem::{EndpointExt, Response, Route, get, handler};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::postgres::{PgPool, PgPoolOptions, PgRow};
use uuid::Uuid;

const PAGE: usize = 50;
/// As many as the gateway has when nothing is configured.
const CONNECTIONS: u32 = 8;

/// One row more than the page: that there is one more shows that the list goes on.
const SQL: &str = r#"
WITH roles AS MATERIALIZED (
    SELECT id, name, ARRAY(SELECT key FROM jsonb_object_keys(grants) key ORDER BY key COLLATE "C") AS permissions
    FROM role WHERE project_space_id = $1
)
SELECT worker.id, worker.username, worker.first_name, worker.last_name, roles.name, roles.permissions,
    ARRAY(SELECT location.name FROM mobile_worker_location here JOIN location ON location.id = here.location_id
        WHERE here.worker_id = worker.id ORDER BY here.position),
    ARRAY(SELECT user_group.name FROM mobile_worker_group here JOIN user_group ON user_group.id = here.group_id
        WHERE here.worker_id = worker.id ORDER BY here.position)
FROM mobile_worker worker LEFT JOIN roles ON roles.id = worker.role_id
WHERE worker.project_space_id = $1 AND worker.status = 'active' AND (worker.username, worker.id) > ($2, $3)
ORDER BY worker.username, worker.id
LIMIT 51"#;

#[derive(Clone)]
struct App {
    pool: PgPool,
    space: Uuid,
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    username: String,
    #[serde(default)]
    id: Uuid,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Worker<'a> {
    id: String,
    username: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    status: &'static str,
    role: Option<Role<'a>>,
    locations: Vec<Named>,
    groups: Vec<Named>,
}

#[derive(Serialize)]
struct Role<'a> {
    name: &'a str,
    permissions: Vec<Permission>,
}

#[derive(Serialize)]
struct Permission {
    permission: String,
}

#[derive(Serialize)]
struct Named {
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Workers<'a> {
    nodes: Vec<Worker<'a>>,
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Space<'a> {
    mobile_workers: Workers<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    project_space: Space<'a>,
}

#[derive(Serialize)]
struct Answer<'a> {
    data: Found<'a>,
}

fn worker(row: &PgRow) -> Result<Worker<'_>, sqlx::Error> {
    let names = |column: usize| -> Result<Vec<Named>, sqlx::Error> {
        Ok(row.try_get::<Vec<String>, _>(column)?.into_iter().map(|name| Named { name }).collect())
    };
    let role = match row.try_get::<Option<&str>, _>(4)? {
        None => None,
        Some(name) => {
            let permissions = row.try_get::<Vec<String>, _>(5)?.into_iter();
            Some(Role {
                name,
                permissions: permissions.map(|permission| Permission { permission }).collect(),
            })
        }
    };
    Ok(Worker {
        id: format!("mw_{}", row.try_get::<Uuid, _>(0)?.as_simple()),
        username: row.try_get(1)?,
        first_name: row.try_get(2)?,
        last_name: row.try_get(3)?,
        status: "ACTIVE",
        role,
        locations: names(6)?,
        groups: names(7)?,
    })
}

#[handler]
async fn workers(app: Data<&App>, after: Query<After>) -> poem::Result<Response> {
    let query = sqlx::query(SQL).bind(app.space).bind(&after.username).bind(after.id);
    let rows = query.fetch_all(&app.pool).await.map_err(poem::error::InternalServerError)?;
    let nodes = rows.iter().take(PAGE).map(worker).collect::<Result<Vec<_>, _>>();
    let nodes = nodes.map_err(poem::error::InternalServerError)?;
    let end_cursor = nodes.last().map(|last| format!("{},{}", last.username, last.id));
    let page_info = PageInfo { has_next_page: rows.len() > PAGE, end_cursor };
    let answer =
        Answer { data: Found { project_space: Space { mobile_workers: Workers { nodes, page_info } } } };
    let body = serde_json::to_vec(&answer).map_err(poem::error::InternalServerError)?;
    Ok(Response::builder().content_type("application/json; charset=utf-8").body(body))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(space), Some(listen)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: handwritten <database url> <project space> <address>".into());
    };
    let pool =
        PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false).connect(&url).await?;
    let space = sqlx::query_scalar("SELECT id FROM project_space WHERE name = $1")
        .bind(space)
        .fetch_one(&pool)
        .await?;
    let acceptor = TcpListener::bind(listen).into_acceptor().await?;
    for address in acceptor.local_addr() {
        println!("http://{}/workers", address.as_socket_addr().ok_or("no address")?);
    }
    let routes = Route::new().at("/workers", get(workers)).data(App { pool, space });
    poem::Server::new_with_acceptor(acceptor).run(routes).await?;
    Ok(())
}
