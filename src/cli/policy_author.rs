//! `fieldgate policy new | check | test | bench | explain | diff`: what authors of policies type.

use super::{CommandError, Output};
use crate::authz::{Attributes, Rows};
use crate::policy::author::{
    Case, Cases, Desk, Language, Question, Said, Voice, bench, check, diff, standard, trial, write_new,
};
use crate::policy::{ModuleSource, PolicyConfig};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A module on an author's machine.
#[derive(Args)]
pub struct CheckOptions {
    /// The component: a .wasm file
    component: PathBuf,
    /// Settings to try: a JSON file
    #[arg(long)]
    settings: Option<PathBuf>,
    /// How many questions to draw
    #[arg(long, default_value_t = 2_000)]
    questions: usize,
    #[command(flatten)]
    output: Output,
}

/// A file of cases, and who answers them.
#[derive(Args)]
pub struct TestOptions {
    /// The cases: a YAML file
    cases: PathBuf,
    /// The modules to ask, in order: .wasm files, with `=settings.json` behind them if they have settings of their own, or
    /// `standard`; the file's own when left out
    #[arg(long = "module", value_name = "MODULE")]
    modules: Vec<String>,
    #[command(flatten)]
    output: Output,
}

/// One of a file's cases.
#[derive(Args)]
pub struct ExplainOptions {
    #[command(flatten)]
    test: TestOptions,
    /// The case, or a part of its name; all of them when left out
    #[arg(long)]
    case: Option<String>,
}

/// Two modules over the same cases.
#[derive(Args)]
pub struct DiffOptions {
    /// What answers now: a .wasm file, or `standard`
    before: String,
    /// What would answer
    after: String,
    /// The cases: a YAML file
    #[arg(long)]
    cases: PathBuf,
    /// Put both behind `standard`, as in a stack
    #[arg(long)]
    with_standard: bool,
    #[command(flatten)]
    output: Output,
}

/// A module to measure.
#[derive(Args)]
pub struct BenchOptions {
    /// The component: a .wasm file
    component: PathBuf,
    /// Settings: a JSON file
    #[arg(long)]
    settings: Option<PathBuf>,
    /// How long to measure each figure, in milliseconds
    #[arg(long, default_value_t = 1_000)]
    milliseconds: u64,
    #[command(flatten)]
    output: Output,
}

/// Where a new module goes.
#[derive(Args)]
pub struct NewOptions {
    /// The folder: its name is the module's
    dir: PathBuf,
    /// What it is written in
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    language: Language,
}

/// A desk has no 20 ms to keep: the machine of an author may be busy, and `bench` says what a decision takes.
fn desk_config() -> PolicyConfig {
    PolicyConfig { deadline: Duration::from_secs(1), ..PolicyConfig::default() }
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path)
        .map_err(|error| CommandError::Usage(format!("could not read `{}`: {error}", path.display())))
}

fn text(path: &Path) -> Result<String, CommandError> {
    String::from_utf8(read(path)?)
        .map_err(|_| CommandError::Usage(format!("`{}` is not text", path.display())))
}

fn source(component: &Path, settings: Option<&Path>) -> Result<ModuleSource, CommandError> {
    let settings = match settings {
        None => String::new(),
        Some(path) => {
            let settings = text(path)?;
            serde_json::from_str::<serde_json::Value>(&settings)
                .map_err(|error| CommandError::Usage(format!("`{}` is no JSON: {error}", path.display())))?;
            settings.trim().to_owned()
        }
    };
    Ok(ModuleSource { component: read(component)?, settings })
}

/// A module by the name of its file, with `=settings.json` behind it where it has other settings than these; or `standard`.
fn named(name: &str, settings: &str) -> Result<ModuleSource, CommandError> {
    if name == "standard" {
        return Ok(standard());
    }
    match name.split_once('=') {
        Some((file, own)) if !Path::new(name).exists() => source(Path::new(file), Some(Path::new(own))),
        _ => Ok(ModuleSource { component: read(Path::new(name))?, settings: settings.to_owned() }),
    }
}

pub fn new(options: &NewOptions) -> Result<(), CommandError> {
    let written = write_new(&options.dir, options.language)?;
    println!("wrote {} files to {}", written.len(), options.dir.display());
    println!("read {} next", options.dir.join("README.md").display());
    Ok(())
}

pub fn run_check(options: &CheckOptions) -> Result<(), CommandError> {
    let source = source(&options.component, options.settings.as_deref())?;
    let report = check(&desk_config(), &source, options.questions);
    if options.output.json {
        let steps = report.steps.iter().map(|step| {
            let (is_good, told) = match &step.found {
                Ok(found) => (true, found),
                Err(wrong) => (false, wrong),
            };
            json!({ "name": step.name, "good": is_good, "told": told })
        });
        let mut printed = json!({ "accepted": report.is_good(), "steps": steps.collect::<Vec<_>>() });
        if let (Some(info), Some(fields)) = (&report.module, printed.as_object_mut()) {
            for (name, value) in [
                ("name", json!(info.name)),
                ("version", json!(info.version)),
                ("description", json!(info.description)),
                ("digest", json!(info.digest)),
                ("bytes", json!(info.size)),
                ("class", json!(info.class.name())),
                ("actions", json!(info.actions)),
            ] {
                fields.insert(name.to_owned(), value);
            }
        }
        println!("{printed}");
    } else {
        if let Some(info) = &report.module {
            println!("{} {}: {}", info.name, info.version, info.description);
            println!("digest {}", info.digest);
        }
        for step in &report.steps {
            match &step.found {
                Ok(found) => println!("ok    {:10} {found}", step.name),
                Err(wrong) => println!("WRONG {:10} {wrong}", step.name),
            }
        }
    }
    if report.is_good() {
        if !options.output.json {
            println!("the gateway takes this module");
        }
        return Ok(());
    }
    Err(CommandError::Usage("this module is not good".to_owned()))
}

/// The cases of a file, and the desk that answers them.
fn opened(options: &TestOptions) -> Result<(Cases, Desk), CommandError> {
    let cases = Cases::parse(&text(&options.cases)?)
        .map_err(|error| CommandError::Usage(format!("{}: {error}", options.cases.display())))?;
    let mut sources = Vec::new();
    for name in &options.modules {
        sources.push(named(name, &cases.settings)?);
    }
    if let (true, Some(module)) = (sources.is_empty(), &cases.module) {
        let path = options.cases.parent().unwrap_or(Path::new(".")).join(module);
        sources.push(named(&path.to_string_lossy(), &cases.settings)?);
    }
    if sources.is_empty() {
        return Err(CommandError::Usage(
            "no module: name one with `--module`, or in the file with `module:`".to_owned(),
        ));
    }
    let desk = Desk::open(&desk_config(), &sources)?;
    Ok((cases, desk))
}

pub fn test(options: &TestOptions) -> Result<(), CommandError> {
    let (cases, desk) = opened(options)?;
    let trials: Vec<_> = cases.cases.iter().map(|case| trial(&desk, case)).collect();
    let failed = trials.iter().filter(|trial| trial.instead_of.is_some()).count();
    if options.output.json {
        let printed: Vec<_> = trials
            .iter()
            .map(|trial| {
                json!({
                    "name": trial.name,
                    "passed": trial.instead_of.is_none(),
                    "said": trial.said,
                    "expected": trial.instead_of,
                })
            })
            .collect();
        println!("{}", json!({ "failed": failed, "cases": printed }));
    } else {
        for trial in &trials {
            match &trial.instead_of {
                None => println!("ok    {}: {}", trial.name, trial.said),
                Some(expected) => {
                    println!("WRONG {}\n        expected: {expected}\n        it {}", trial.name, trial.said);
                }
            }
        }
        println!("{} cases, {failed} wrong", trials.len());
    }
    if failed == 0 {
        Ok(())
    } else {
        Err(CommandError::Usage(format!("{failed} of {} cases are wrong", trials.len())))
    }
}

pub fn explain(options: &ExplainOptions) -> Result<(), CommandError> {
    let (cases, desk) = opened(&options.test)?;
    let chosen: Vec<&Case> = cases
        .cases
        .iter()
        .filter(|case| options.case.as_ref().is_none_or(|part| case.name.contains(part.as_str())))
        .collect();
    if chosen.is_empty() {
        return Err(CommandError::Usage("there is no such case".to_owned()));
    }
    let told: Vec<_> = chosen.into_iter().map(|case| explained(&desk, case)).collect();
    if options.test.output.json {
        let printed: Vec<_> = told
            .iter()
            .map(|it| {
                let modules =
                    it.modules.iter().map(|(module, said)| json!({ "module": module, "said": said }));
                json!({
                    "name": it.name,
                    "action": it.action,
                    "modules": modules.collect::<Vec<_>>(),
                    "together": it.together,
                })
            })
            .collect();
        println!("{}", json!(printed));
        return Ok(());
    }
    for it in told {
        println!("{}: {}", it.name, it.action);
        for (module, said) in &it.modules {
            println!("  {module:32} {said}");
        }
        println!("  {:32} {}\n", "together", it.together);
    }
    Ok(())
}

/// A case, and what was said of it.
struct Explained<'a> {
    name: &'a str,
    action: &'static str,
    modules: Vec<(String, String)>,
    together: String,
}

fn explained<'a>(desk: &Desk, case: &'a Case) -> Explained<'a> {
    let (modules, together) = match &case.question {
        Question::One { attributes, proposed, .. } => {
            let request = case.asker.asks(&case.action, attributes.clone(), proposed.clone(), case.now);
            let voices = desk.voices(&request).into_iter();
            let said = voices.map(|Voice { module, said }| (module, said.told()));
            (said.collect(), desk.decide(&request).told())
        }
        Question::Rows { rows, .. } => {
            let request = case.asker.asks_for_rows(&case.action, case.now);
            let scopes = desk.scopes(&request).into_iter();
            let said = scopes.map(|(module, scope)| (module, rows_told(&scope, rows)));
            (said.collect(), rows_told(&desk.scope(&request), rows))
        }
    };
    Explained { name: &case.name, action: case.action.name, modules, together }
}

fn rows_told(scope: &Result<Option<Rows>, String>, rows: &[(String, Attributes)]) -> String {
    match scope {
        Err(fault) => Said::Fault(fault.clone()).told(),
        Ok(None) => Said::NotApplicable.told(),
        Ok(Some(scope)) => {
            let shown: Vec<_> =
                rows.iter().filter(|(_, row)| scope.contain(row)).map(|(name, _)| name.as_str()).collect();
            format!("lets through {} of {}: {}", shown.len(), rows.len(), shown.join(", "))
        }
    }
}

pub fn run_diff(options: &DiffOptions) -> Result<(), CommandError> {
    let cases = Cases::parse(&text(&options.cases)?)
        .map_err(|error| CommandError::Usage(format!("{}: {error}", options.cases.display())))?;
    let desk = |name: &str| {
        let mut sources = Vec::new();
        if options.with_standard && name != "standard" {
            sources.push(standard());
        }
        sources.push(named(name, &cases.settings)?);
        Ok::<_, CommandError>(Desk::open(&desk_config(), &sources)?)
    };
    let (before, after) = (desk(&options.before)?, desk(&options.after)?);
    let differences: Vec<_> = cases.cases.iter().filter_map(|case| diff(&before, &after, case)).collect();
    if options.output.json {
        let printed: Vec<_> = differences
            .iter()
            .map(|it| json!({ "name": it.name, "effect": it.effect.name(), "before": it.before, "after": it.after }))
            .collect();
        println!("{}", json!({ "cases": cases.cases.len(), "differences": printed }));
        return Ok(());
    }
    for it in &differences {
        println!(
            "{}: {}\n        before: {}\n        after:  {}",
            it.effect.name(),
            it.name,
            it.before,
            it.after
        );
    }
    println!("{} cases, {} differ", cases.cases.len(), differences.len());
    Ok(())
}

pub fn run_bench(options: &BenchOptions) -> Result<(), CommandError> {
    let source = source(&options.component, options.settings.as_deref())?;
    let report = bench(&desk_config(), &source, Duration::from_millis(options.milliseconds))?;
    if options.output.json {
        let figures = report.figures.iter().map(|figure| {
            let stat = |stat: crate::policy::author::Stat| {
                json!({ "medianNanoseconds": stat.median.as_nanos(), "p99Nanoseconds": stat.p99.as_nanos() })
            };
            json!({ "what": figure.what, "module": stat(figure.module), "standard": stat(figure.standard) })
        });
        println!("{}", json!({ "action": report.action, "figures": figures.collect::<Vec<_>>() }));
        return Ok(());
    }
    if cfg!(debug_assertions) {
        println!("this is a debug build: compare the columns, and measure with a release build");
    }
    println!("asked about `{}`, {} bytes", report.action, source.component.len());
    println!("{:20}{:>12}{:>12}{:>14}{:>12}{:>8}", "", "median", "p99", "standard", "p99", "ratio");
    for figure in &report.figures {
        let ratio = figure.module.median.as_secs_f64() / figure.standard.median.as_secs_f64().max(1e-9);
        println!(
            "{:20}{:>12}{:>12}{:>14}{:>12}{ratio:>8.1}",
            figure.what,
            micros(figure.module.median),
            micros(figure.module.p99),
            micros(figure.standard.median),
            micros(figure.standard.p99),
        );
    }
    Ok(())
}

fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}
