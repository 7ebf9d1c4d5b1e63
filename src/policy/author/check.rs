use super::agreement::agreement_within;
use super::desk::Desk;
use super::sampler::Sampler;
use crate::authz::ACTION_CATALOGUE;
use crate::policy::class::Class;
use crate::policy::config::PolicyConfig;
use crate::policy::error::PolicyError;
use crate::policy::inspect::ModuleInfo;
use crate::policy::loader::ModuleSource;
use crate::policy::settings;
use std::time::Duration;

/// What was looked at, in order, up to what is wrong.
#[derive(Debug, Clone)]
pub struct CheckReport {
    /// Each with what was found.
    pub steps: Vec<Step>,
    /// What the module says of itself, when it could be asked.
    pub module: Option<ModuleInfo>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What: `limits`, `imports`, `world`, `manifest`, `actions`, `settings`, `answers` where there is none to a question, `agreement`.
    pub name: &'static str,
    /// What was found, or what is wrong.
    pub found: Result<String, String>,
}

impl CheckReport {
    /// Whether the gateway would take it, and its answers agree.
    pub fn is_good(&self) -> bool {
        self.steps.iter().all(|step| step.found.is_ok())
    }

    fn good(&mut self, name: &'static str, found: impl Into<String>) {
        self.steps.push(Step { name, found: Ok(found.into()) });
    }

    fn bad(&mut self, name: &'static str, wrong: impl Into<String>) {
        self.steps.push(Step { name, found: Err(wrong.into()) });
    }
}

/// Looks at a module as the gateway would, and compares its answers with each other.
pub fn check(config: &PolicyConfig, source: &ModuleSource, questions: usize) -> CheckReport {
    let mut report = CheckReport { steps: Vec::new(), module: None };
    let desk = match Desk::open(config, std::slice::from_ref(source)) {
        Ok(desk) => desk,
        Err(refusal @ PolicyError::Settings { .. }) => {
            // The module itself is looked at all the same, as if none had been given.
            let bare = ModuleSource { settings: String::new(), ..source.clone() };
            match Desk::open(config, std::slice::from_ref(&bare)) {
                Ok(desk) => report.look_at(&desk, &bare, questions, Duration::MAX),
                Err(other) => report.refused(&other),
            }
            report.steps.retain(|step| step.name != "settings");
            report.bad("settings", refusal.to_string());
            return report;
        }
        Err(refusal) => {
            report.refused(&refusal);
            return report;
        }
    };
    report.look_at(&desk, source, questions, Duration::MAX);
    report
}

/// The same of a module that is loaded.
pub(in crate::policy) fn check_loaded(
    desk: &Desk,
    source: &ModuleSource,
    questions: usize,
    patience: Duration,
) -> CheckReport {
    let mut report = CheckReport { steps: Vec::new(), module: None };
    report.look_at(desk, source, questions, patience);
    report
}

impl CheckReport {
    fn look_at(&mut self, desk: &Desk, source: &ModuleSource, questions: usize, patience: Duration) {
        let report = self;
        let [info] = desk.modules() else { return };
        report.good("limits", format!("{} bytes, {}", info.size, info.class.name()));
        report.good("imports", "none");
        report.good("world", info.contract.to_string());
        let timeless = if info.timeless { ", timeless" } else { "" };
        report.good("manifest", format!("{} {}{timeless}", info.name, info.version));
        report.module = Some(info.clone());
        report.actions(info);
        report.settings(info, source);
        let sampler =
            Sampler::new(0x0f1e_1d6a_7e00_0001).with_permissions(&own_permissions(&source.component));
        let found = agreement_within(desk, sampler, questions, patience);
        if found.findings.is_empty() {
            report.good(
                "agreement",
                format!("`decide`, `decide-many` and `scope` say the same, {} times", found.answers),
            );
        }
        let name = if found.has_faults { "answers" } else { "agreement" };
        for finding in found.findings {
            report.bad(name, finding);
        }
    }
}

impl CheckReport {
    /// Under the step that it belongs to, after those that went well.
    fn refused(&mut self, refusal: &PolicyError) {
        use std::error::Error;
        let mut told = refusal.to_string();
        let mut next = refusal.source();
        while let Some(cause) = next {
            told += &format!(": {cause}");
            next = cause.source();
        }
        let name = match refusal {
            PolicyError::Import(_) => "imports",
            PolicyError::World { .. } | PolicyError::AnotherContract(_) => "world",
            PolicyError::Manifest(_) => "manifest",
            PolicyError::Settings { .. } | PolicyError::SettingsTooLarge(_) => "settings",
            _ => "limits",
        };
        for before in ["limits", "imports", "world", "manifest"] {
            if before == name {
                break;
            }
            self.good(before, "");
        }
        self.bad(name, told);
    }

    /// A name that no action has is a slip of the pen: the module would never be asked.
    fn actions(&mut self, info: &ModuleInfo) {
        let asked = |pattern: &String| {
            ACTION_CATALOGUE.iter().any(|action| {
                action.is_asked()
                    && match pattern.strip_suffix('*') {
                        Some(start) => action.name.starts_with(start),
                        None => action.name == pattern,
                    }
            })
        };
        let unknown: Vec<_> = info.actions.iter().filter(|pattern| !asked(pattern)).cloned().collect();
        if unknown.is_empty() {
            self.good("actions", info.actions.join(", "));
        } else {
            self.bad("actions", format!("no policy is asked about `{}`", unknown.join("`, `")));
        }
    }

    fn settings(&mut self, info: &ModuleInfo, source: &ModuleSource) {
        if info.settings_schema.is_empty() {
            return if source.settings.is_empty() {
                self.good("settings", "none");
            } else {
                self.bad("settings", "the module takes no settings");
            };
        }
        // The schema itself was looked at with the manifest.
        if source.settings.is_empty() {
            return self.good("settings", "a schema; none were given to try");
        }
        match settings::faults(&info.settings_schema, &source.settings) {
            Ok(faults) if faults.is_empty() => {
                self.good("settings", "a schema, and the module takes those that were given");
            }
            Ok(faults) => {
                let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
                self.bad("settings", told.join("; "));
            }
            Err(wrong) => self.bad("settings", wrong),
        }
    }
}

/// What looks like a permission among a module's texts: those are the ones to draw.
fn own_permissions(component: &[u8]) -> Vec<String> {
    // Of an interpreter's megabytes the rule is a small part, and looking through all of them takes too long.
    if Class::of(component.len()) == Class::Interpreted {
        return Vec::new();
    }
    let contains = |name: &str| component.windows(name.len()).any(|window| window == name.as_bytes());
    let catalogue = crate::domain::permission::CATALOGUE.iter().map(|permission| permission.name);
    let mut found: Vec<String> = catalogue.filter(|name| contains(name)).map(str::to_owned).collect();
    // And its own: `custom:` with what follows.
    let mut rest = component;
    while let Some(at) = rest.windows(7).position(|window| window == b"custom:") {
        let name: String = rest
            .iter()
            .skip(at)
            .take(64)
            .map(|&byte| char::from(byte))
            .take_while(|&letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_:".contains(letter)
            })
            .collect();
        if name.len() > 7 && !found.contains(&name) && found.len() < 100 {
            found.push(name);
        }
        rest = rest.get(at + 7..).unwrap_or_default();
    }
    found
}
