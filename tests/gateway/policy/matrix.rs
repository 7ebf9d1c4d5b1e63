//! Who may what, as a table that people read: every action and every kind of principal, asked of the built standard policy.
//! `UPDATE=1 cargo test --test gateway policy::matrix` rewrites `matrix.txt`; read the difference before you accept it.

use super::{Asker, hex, hexes, host};
use crate::kinds::{KINDS, Who, legend};
use fieldgate::authz::{ACTIONS, Attributes, Decision, PolicyEngine};
use std::fmt::Write;

const FILE: &str = "tests/gateway/policy/matrix.txt";

const LEGEND: &str = "\
Who may what in a project space that has no policy of its own. Made by running: see matrix.rs.

P permitted   F forbidden, and told why   H hidden: there is no such thing for them   - no rule: the gateway itself decides, or nobody may
First of a thing within the principal's reach, then of one that is not.

";

/// Where the near thing is, and the supervisor.
const NEAR: u128 = 1;
const FAR: u128 = 2;

fn principals() -> Vec<(&'static str, Asker)> {
    let asker = |who: &Who| match who {
        Who::Admin => Asker::admin(),
        Who::WebUser(permissions) => Asker::web_user(permissions),
        Who::WebUserThere(permissions) => Asker::web_user(permissions).at(&[NEAR]),
        Who::Worker(permissions) => Asker::mobile_worker(permissions),
    };
    KINDS.iter().map(|kind| (kind.name, asker(&kind.who))).collect()
}

/// A thing of any kind: it has what some kind has, and no rule minds what else there is.
fn thing(place: u128) -> Attributes {
    Attributes::new()
        .with("id", hex(50))
        .with("owner_id", hex(51))
        .with("status", "active")
        .with("location_ids", hexes(&[place]))
        .with("location_lineage", hexes(&[place]))
        .with("parent_id", hex(place))
        .with("is_admin", false)
        .with("is_archived", false)
        .with("editable_by_non_admins", true)
}

fn proposal() -> Attributes {
    Attributes::new()
        .with("location_ids", hexes(&[NEAR]))
        .with("location_lineage", hexes(&[NEAR]))
        .with("parent_id", hex(NEAR))
        .with("is_admin", false)
}

async fn answer(asker: &Asker, action: &'static str, kind: &'static str, place: u128) -> char {
    let asked = asker.asks(action, kind, thing(place), proposal());
    match HOST.decide(&asked).await.unwrap().answer {
        Decision::Permit(_) => 'P',
        Decision::Deny(denial) if denial.reason == "not_applicable" => '-',
        Decision::Deny(denial) if denial.visible => 'F',
        Decision::Deny(_) => 'H',
    }
}

static HOST: std::sync::LazyLock<fieldgate::policy::PolicyHost> = std::sync::LazyLock::new(host);

#[tokio::test]
async fn every_action_has_its_line_in_the_table() {
    let mut table = format!("{LEGEND}{}\n{:34}{:18}", legend(), "action", "on");
    let principals = principals();
    for (name, _) in &principals {
        write!(table, "{name:11}").unwrap();
    }
    for (action, kind) in ACTIONS {
        write!(table, "\n{action:34}{kind:18}").unwrap();
        for (_, asker) in &principals {
            let (near, far) =
                (answer(asker, action, kind, NEAR).await, answer(asker, action, kind, FAR).await);
            write!(table, "{:11}", format!("{near} {far}")).unwrap();
        }
    }
    let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(FILE, &table).unwrap();
    }
    let accepted = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(table == accepted, "the table differs: run with UPDATE=1 and read the difference\n\n{table}");
}

#[tokio::test]
async fn who_may_change_a_thing_may_see_it() {
    for (name, asker) in &principals() {
        for (action, kind) in ACTIONS.iter().filter(|(_, kind)| *kind != "project_space") {
            let Some((read, _)) = ACTIONS.iter().find(|(read, of)| of == kind && read.ends_with(".read"))
            else {
                continue;
            };
            for place in [NEAR, FAR] {
                if answer(asker, action, kind, place).await == 'P' {
                    assert_eq!(
                        answer(asker, read, kind, place).await,
                        'P',
                        "{name}: {action}, but not {read}"
                    );
                }
            }
        }
    }
}
