//! The binary on SQLite, whose files may not grow for a while: every write to the end of one fails, as on a full disk.

use super::CREATE;
use crate::cli::{Serving, fieldgate, space_and_key};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

/// Starts a gateway that gets an error when a file would grow too large, and not a signal that ends it.
fn start(folder: &Path) -> Serving {
    let gateway = fieldgate(folder, &[]);
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; exec \"$0\" serve --listen 127.0.0.1:0"])
        .arg(gateway.get_program())
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    for (name, value) in gateway.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Serving::start_command(folder, command)
}

/// Sets the size that files of the process may have.
fn limit_files(gateway: &Serving, bytes: &str) {
    let limited = Command::new("prlimit")
        .arg(format!("--pid={}", gateway.id()))
        .arg(format!("--fsize={bytes}:"))
        .status();
    assert!(limited.unwrap().success());
}

fn create(gateway: &Serving, key: &str, name: &str) -> Result<(), String> {
    let variables = json!({ "i": { "projectSpace": "acme", "name": name } });
    let body = json!({ "query": CREATE, "variables": variables }).to_string();
    let (_, body) = gateway.send("POST", "/graphql", key, &body);
    let answer: Json = serde_json::from_str(&body).unwrap();
    let payload = &answer["data"]["createGroup"];
    if payload["group"]["id"].is_string() {
        return Ok(());
    }
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    Err(code.or(payload["userErrors"][0]["code"].as_str()).unwrap().to_owned())
}

fn create_some(gateway: &Serving, key: &str, prefix: &str, acknowledged: &mut BTreeSet<String>) {
    for number in 0..5 {
        let name = format!("{prefix}-{number}");
        assert_eq!(create(gateway, key, &name), Ok(()), "{name}");
        assert_eq!(create(gateway, key, &name), Err("NAME_TAKEN".to_owned()), "{name}");
        acknowledged.insert(name);
    }
}

/// The names of all groups, as this process reads them from the file.
async fn stored(folder: &Path) -> BTreeSet<String> {
    let url = format!("sqlite://{}", folder.join("data/fieldgate.db").display());
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let names = Statement::from_string(connection.get_database_backend(), "SELECT name FROM user_group");
    let rows = connection.query_all_raw(names).await.unwrap();
    let names = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    connection.close().await.unwrap();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_disk_was_full_and_writes_resume_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let key = space_and_key(folder.path());
    let gateway = start(folder.path());
    let mut acknowledged = BTreeSet::new();
    for round in 0..3 {
        create_some(&gateway, &key, &format!("before-{round}"), &mut acknowledged);
        assert_eq!(gateway.get("/ready", "").0, 200);

        let log = std::fs::metadata(folder.path().join("data/fieldgate.db-wal")).unwrap().len();
        limit_files(&gateway, &log.to_string());
        for number in 0..3 {
            let code = create(&gateway, &key, &format!("full-{round}-{number}")).unwrap_err();
            assert_eq!(code, "DATABASE_NOT_WRITABLE");
        }
        let (status, said) = gateway.get("/ready", "");
        assert_eq!((status, said.contains("cannot be written")), (503, true), "{said}");
        assert_eq!(gateway.get("/health", "").0, 200);
        assert_eq!(gateway.get("/a/acme/api/user/v1/", &key).0, 200, "reading goes on");

        limit_files(&gateway, "unlimited");
        assert_eq!(gateway.get("/ready", "").0, 200);
        create_some(&gateway, &key, &format!("after-{round}"), &mut acknowledged);
        assert_eq!(stored(folder.path()).await, acknowledged, "round {round}");
    }
    assert_eq!(gateway.signal("KILL"), None);
    assert_eq!(stored(folder.path()).await, acknowledged, "after the kill");
    let gateway = start(folder.path());
    assert_eq!(stored(folder.path()).await, acknowledged, "after the next start");
    assert_eq!(gateway.signal("TERM"), Some(0));
}
