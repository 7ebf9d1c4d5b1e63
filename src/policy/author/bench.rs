use super::asker::Asker;
use super::desk::Desk;
use crate::authz::{ACTION_CATALOGUE, ActionInfo, Attributes, Said, Value};
use crate::domain::permission::{CATALOGUE, Grants};
use crate::domain::{Identity, LocationId, WebUserId};
use crate::policy::config::PolicyConfig;
use crate::policy::error::PolicyError;
use crate::policy::loader::ModuleSource;
use chrono::{DateTime, Utc};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// What a module costs beside `standard`, measured in the same run.
#[derive(Debug, Clone)]
pub struct Report {
    /// The action that was asked about.
    pub action: &'static str,
    /// One line of the table each.
    pub figures: Vec<Figure>,
}

/// One thing that was measured.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What: `load`, `decide`, `decide-many, each`, `scope`.
    pub what: &'static str,
    /// The module's.
    pub module: Stat,
    /// That of `standard`.
    pub standard: Stat,
}

/// A duration that was measured many times.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stat {
    /// Half of them took no longer.
    pub median: Duration,
    /// Of a hundred, one took longer.
    pub p99: Duration,
}

const BATCH: usize = 100;

/// Measures a module and `standard`, in turns so that both have the same machine, for so long each.
///
/// # Errors
/// [`PolicyError`] when the module is not acceptable.
pub fn bench(config: &PolicyConfig, source: &ModuleSource, time: Duration) -> Result<Report, PolicyError> {
    let standard_source = super::standard();
    let load = |source: &ModuleSource| {
        let start = Instant::now();
        let desk = Desk::open(config, std::slice::from_ref(source))?;
        Ok::<_, PolicyError>((desk, start.elapsed()))
    };
    let (module, module_load) = load(source)?;
    let (standard, standard_load) = load(&standard_source)?;
    let one = |time| Stat { median: time, p99: time };
    let mut figures = vec![Figure { what: "load", module: one(module_load), standard: one(standard_load) }];

    let Some(action) = action(&module) else {
        return Err(PolicyError::Manifest("it names no action that a policy is asked about".to_owned()));
    };
    let (asker, now) = (asker(), now());
    let rows: Vec<Attributes> = (0..BATCH).map(|at| row(action, at)).collect();
    let first = rows.first().cloned().unwrap_or_default();
    let decide = |desk: &Desk| {
        let request = asker.asks(action, first.clone(), Attributes::new(), now);
        timed(|| desk.decide(&request))
    };
    let many = |desk: &Desk| {
        let request = asker.asks_about(action, &rows, now);
        timed(|| desk.decide_many(&request, &request.resources))
    };
    let scope = |desk: &Desk| {
        let request = asker.asks_for_rows(action, now);
        timed(|| desk.scope(&request))
    };
    // What gives no answer takes time too, and it would mean nothing.
    if let Said::Fault(fault) = module.decide(&asker.asks(action, first.clone(), Attributes::new(), now)) {
        return Err(PolicyError::Unanswering(format!("`{}`: {fault}", action.name)));
    }
    figures.push(figure("decide", time, 1, &module, &standard, decide));
    figures.push(figure("decide-many, each", time, BATCH, &module, &standard, many));
    figures.push(figure("scope", time, 1, &module, &standard, scope));
    Ok(Report { action: action.name, figures })
}

fn timed<T>(ask: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(ask());
    start.elapsed()
}

fn figure(
    what: &'static str,
    time: Duration,
    divided_by: usize,
    module: &Desk,
    standard: &Desk,
    measure: impl Fn(&Desk) -> Duration,
) -> Figure {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let end = Instant::now() + time.saturating_mul(2);
    // The first few warm up.
    for _ in 0..5 {
        measure(module);
        measure(standard);
    }
    while Instant::now() < end && ours.len() < 100_000 {
        ours.push(measure(module));
        theirs.push(measure(standard));
    }
    let per = u32::try_from(divided_by).unwrap_or(1);
    Figure { what, module: stat(ours, per), standard: stat(theirs, per) }
}

fn stat(mut times: Vec<Duration>, per: u32) -> Stat {
    times.sort_unstable();
    let at = |index: usize| times.get(index).copied().unwrap_or_default() / per.max(1);
    Stat { median: at(times.len() / 2), p99: at(times.len() * 99 / 100) }
}

/// What the module knows and `standard` has most to say of; otherwise the first that it knows.
fn action(module: &Desk) -> Option<&'static ActionInfo> {
    const PREFERRED: [&str; 3] = ["mobile_worker.update", "mobile_worker.read", "web_user.update"];
    let known = |action: &&ActionInfo| action.is_asked() && module.knows(action.name);
    let preferred = ACTION_CATALOGUE.iter().find(|action| PREFERRED.contains(&action.name) && known(action));
    preferred.or_else(|| ACTION_CATALOGUE.iter().find(known))
}

/// Somebody with thirty permissions and five locations.
fn asker() -> Asker {
    let mut asker = Asker::new(Identity::WebUser(WebUserId(Uuid::from_u128(1))), "acme-health");
    let names = CATALOGUE.iter().map(|permission| permission.name);
    let names: Vec<_> = names.filter(|name| *name != "access_all_locations").take(30).collect();
    asker.standing.grants = Grants::of(&names);
    asker.standing.locations = (10..15).map(|id| LocationId(Uuid::from_u128(id))).collect();
    asker
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default()
}

/// A row with all its attributes, within reach of the one who asks.
fn row(action: &ActionInfo, number: usize) -> Attributes {
    use crate::authz::AttributeType;
    let hex = |id: u128| Uuid::from_u128(id).as_simple().to_string();
    action.attributes.iter().fold(Attributes::new(), |row, info| {
        let value = match info.value {
            AttributeType::Boolean => Value::Boolean(false),
            AttributeType::Integer => Value::Integer(1_700_000_000),
            AttributeType::Texts => Value::Texts(vec![hex(100), hex(101), hex(14)]),
            AttributeType::Text if info.name == "status" => Value::Text("active".to_owned()),
            AttributeType::Text => Value::Text(hex(u128::try_from(number).unwrap_or_default())),
        };
        row.with(info.name, value)
    })
}
