use crate::authz::{AskedResource, Decided, Decision, ManyRequest, Request, Rows, Said, ScopeRequest, Voice};
use crate::policy::config::PolicyConfig;
use crate::policy::error::PolicyError;
use crate::policy::host::STANDARD;
use crate::policy::inspect::ModuleInfo;
use crate::policy::loader::{Caching, Loader, ModuleSource};
use crate::policy::module::{Module, Trust};
use crate::policy::stack::{Stack, Unanswered, heard};

/// A stack on an author's desk.
pub struct Desk {
    stack: Stack,
    infos: Vec<ModuleInfo>,
}

/// The module that a project space has until it installs another.
pub fn standard() -> ModuleSource {
    ModuleSource { component: STANDARD.to_vec(), settings: String::new() }
}

impl Desk {
    /// Loads a stack.
    ///
    /// # Errors
    /// [`PolicyError`] when one of its modules is not acceptable.
    pub fn open(config: &PolicyConfig, sources: &[ModuleSource]) -> Result<Self, PolicyError> {
        let loader = Loader::new(config)?;
        let mut modules = Vec::with_capacity(sources.len());
        let mut infos = Vec::with_capacity(sources.len());
        for source in sources {
            // An author wants to hear of every fault, not of a quarantine.
            let (module, info) = loader.module_and_info(source, Trust::Ours, Caching::Use)?;
            modules.push(module);
            infos.push(info);
        }
        Ok(Self { stack: Stack::new(modules), infos })
    }

    /// A desk with one module that was loaded elsewhere.
    pub(in crate::policy) fn with(module: Module, info: ModuleInfo) -> Self {
        Self { stack: Stack::new(vec![module]), infos: vec![info] }
    }

    /// What the modules say of themselves, in order.
    pub fn modules(&self) -> &[ModuleInfo] {
        &self.infos
    }

    /// Whether at least one of the modules names this action.
    pub fn knows(&self, action: &str) -> bool {
        self.stack.modules().iter().any(|module| module.knows(action))
    }

    /// What each module says, also those whose answer does not count any more.
    pub fn voices(&self, request: &Request<'_>) -> Vec<Voice> {
        self.stack
            .modules()
            .iter()
            .map(|module| Voice {
                module: module.label().to_owned(),
                said: if module.knows(request.action) {
                    heard(module.decide(request), Said::Decision)
                } else {
                    Said::Unasked
                },
            })
            .collect()
    }

    /// The answer: of the only module, or of all of them together.
    pub fn decide(&self, request: &Request<'_>) -> Said {
        match self.stack.modules() {
            [one] if one.knows(request.action) => heard(one.decide(request), Said::Decision),
            [_] => Said::NotApplicable,
            _ => settled(self.stack.decide(request)),
        }
    }

    /// The answers about many, in their order.
    pub fn decide_many(&self, request: &ManyRequest<'_>, resources: &[AskedResource]) -> Vec<Said> {
        let all = |said: &Said| vec![said.clone(); resources.len()];
        match self.stack.modules() {
            [one] if one.knows(request.action) => {
                let asked: Vec<_> = resources.iter().collect();
                match one.decide_many(request, &asked) {
                    Ok(answers) => {
                        answers.into_iter().map(|answer| heard(Ok(answer), Said::Decision)).collect()
                    }
                    Err(fault) => all(&Said::Fault(fault.to_string())),
                }
            }
            [_] => all(&Said::NotApplicable),
            _ => match self.stack.decide_many(request, resources) {
                Ok(answers) => answers.into_iter().map(|decided| Said::Decision(decided.answer)).collect(),
                Err(unanswered) => all(&Said::Fault(unanswered.cause.to_string())),
            },
        }
    }

    /// The rows of a list; nothing when the only module has no say.
    ///
    /// # Errors
    /// The fault, in words.
    pub fn scope(&self, request: &ScopeRequest<'_>) -> Result<Option<Rows>, String> {
        match self.stack.modules() {
            [one] if one.knows(request.action) => one.scope(request, None).map_err(|fault| fault.to_string()),
            [_] => Ok(None),
            _ => match self.stack.scope(request, None) {
                Ok(decided) => Ok(Some(decided.answer)),
                Err(unanswered) => Err(unanswered.cause.to_string()),
            },
        }
    }

    /// The same, asked with the time and the decision's id; nothing when that is no other question, as the only module does
    /// not say that it is timeless.
    pub fn scope_by_time(&self, request: &ScopeRequest<'_>) -> Option<Result<Option<Rows>, String>> {
        match (self.stack.modules(), &self.infos[..]) {
            ([one], [info]) if info.timeless && one.knows(request.action) => {
                Some(one.scope_by_time(request).map_err(|fault| fault.to_string()))
            }
            _ => None,
        }
    }

    /// The rows that each module lets through; nothing for one without a say.
    pub fn scopes(&self, request: &ScopeRequest<'_>) -> Vec<(String, Result<Option<Rows>, String>)> {
        let modules = self.stack.modules().iter();
        modules
            .map(|module| {
                let rows = if module.knows(request.action) {
                    module.scope(request, None).map_err(|fault| fault.to_string())
                } else {
                    Ok(None)
                };
                (module.label().to_owned(), rows)
            })
            .collect()
    }
}

fn settled(answer: Result<Decided<Decision>, Unanswered>) -> Said {
    match answer {
        Ok(decided) => Said::Decision(decided.answer),
        Err(unanswered) => Said::Fault(format!("{}: {}", unanswered.policy, unanswered.cause)),
    }
}
