//! What the host does for those who ship policies: it looks at a module before it is taken, tries a stack before it is
//! put in force, and hands out stacks that are not.

use super::author::{Desk, check_loaded};
use super::class::Class;
use super::error::PolicyError;
use super::host::PolicyHost;
use super::inspect::shortened;
use super::loader::{Caching, Loader, ModuleSource};
use super::module::Trust;
use super::revision::LoadedRevision;
use super::settings;
use super::signature::signer;
use super::try_out::read_cases;
use super::turns::Work;
use crate::authz::{
    CasesRefusal, EntryRefusal, InspectedModule, ModuleRefusal, PolicyEngine, PolicyWorkshop, StackModule,
    StackRefusal, TriedStack,
};
use crate::domain::{FaultCode, PolicyCases, PolicyRevisionId, ProjectSpaceId};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many questions an upload is put, and for how long at the most.
const QUESTIONS: (usize, Duration) = (600, Duration::from_secs(3));
/// The same for a module with the settings of a revision.
const QUESTIONS_WITH_SETTINGS: (usize, Duration) = (200, Duration::from_secs(1));
/// How many stacks are kept that were loaded aside.
const RECENT_MAX: usize = 8;
/// How long a request waits for a stack to be loaded. What takes longer goes on, and is in the cache when it is asked for
/// again.
const PATIENCE: Duration = Duration::from_secs(8);

impl PolicyHost {
    /// Puts a stored revision in force: loaded and checked aside, then swapped in at once.
    ///
    /// # Errors
    /// [`PolicyError`] when one of its modules is not acceptable; the stack stays as it was.
    pub async fn enforce(
        &self,
        space: ProjectSpaceId,
        revision: PolicyRevisionId,
        modules: Vec<StackModule>,
    ) -> Result<(), PolicyError> {
        let loaded = self.revision_aside(revision, modules).await?.map_err(|(_, error)| error)?;
        self.put(space, loaded);
        Ok(())
    }

    /// Has a stored revision answer beside the one in force.
    ///
    /// # Errors
    /// [`PolicyError`] when one of its modules is not acceptable; then none is monitored.
    pub async fn monitor(
        &self,
        space: ProjectSpaceId,
        revision: PolicyRevisionId,
        modules: Vec<StackModule>,
    ) -> Result<(), PolicyError> {
        self.stop_monitoring(space);
        let loaded = self.revision_aside(revision, modules).await?.map_err(|(_, error)| error)?;
        let loaded = Arc::new(loaded);
        self.monitored.rcu(|all| {
            let mut all = HashMap::clone(all);
            all.insert(space, Arc::clone(&loaded));
            all
        });
        Ok(())
    }

    /// Has no revision answer beside the one in force.
    pub fn stop_monitoring(&self, space: ProjectSpaceId) {
        if self.monitored.load().contains_key(&space) {
            self.monitored.rcu(|all| {
                let mut all = HashMap::clone(all);
                all.remove(&space);
                all
            });
        }
    }

    /// The revision that answers beside the one in force.
    pub fn monitored_revision(&self, space: ProjectSpaceId) -> Option<Arc<LoadedRevision>> {
        self.monitored.load().get(&space).map(Arc::clone)
    }

    async fn revision_aside(
        &self,
        revision: PolicyRevisionId,
        modules: Vec<StackModule>,
    ) -> Result<Result<LoadedRevision, (usize, PolicyError)>, PolicyError> {
        let config = self.config.clone();
        // Without a place: the gateway asks for it, once for each change, and an upload is not to hold it up.
        self.aside(compiling(&modules), None, move |loader| {
            let stack = loader.revision(&modules, Trust::Theirs)?;
            Ok(LoadedRevision::new(Some(revision), stack, &config))
        })
        .await
    }
}

#[async_trait::async_trait]
impl PolicyWorkshop for PolicyHost {
    async fn inspect(
        &self,
        space: ProjectSpaceId,
        component: Vec<u8>,
        digest: String,
        signature: Option<String>,
    ) -> Result<InspectedModule, ModuleRefusal> {
        self.inspected(space, component, digest, signature).await.map_err(|error| match refusal(&error) {
            Some((code, message)) => ModuleRefusal::Refused { code, message },
            None => ModuleRefusal::Busy,
        })
    }

    async fn examine(&self, space: ProjectSpaceId, modules: Vec<StackModule>) -> Result<(), StackRefusal> {
        let found = tokio::time::timeout(PATIENCE, self.examined(space, modules)).await;
        let Ok(Ok(found)) = found else { return Err(StackRefusal::Busy) };
        let mut refusals = Vec::new();
        for (index, error) in found {
            refusals.push((index, entry_refusal(error).ok_or(StackRefusal::Busy)?));
        }
        if refusals.is_empty() { Ok(()) } else { Err(StackRefusal::Modules(refusals)) }
    }

    async fn read_cases(&self, project_space: String, text: String) -> Result<i32, CasesRefusal> {
        read_cases(project_space, text).await
    }

    async fn try_out(
        &self,
        space: ProjectSpaceId,
        modules: Vec<StackModule>,
        cases: Option<PolicyCases>,
    ) -> Result<TriedStack, StackRefusal> {
        let tried = tokio::time::timeout(PATIENCE, self.tried_out(space, modules, cases)).await;
        let Ok(Ok(tried)) = tried else { return Err(StackRefusal::Busy) };
        tried.map_err(|(index, error)| match entry_refusal(error) {
            Some(refusal) => StackRefusal::Modules(vec![(index, refusal)]),
            None => StackRefusal::Busy,
        })
    }

    async fn load(
        &self,
        space: ProjectSpaceId,
        revision: PolicyRevisionId,
        modules: Vec<StackModule>,
    ) -> Result<Arc<dyn PolicyEngine>, StackRefusal> {
        if let Some(loaded) = self.loaded(revision) {
            return Ok(loaded);
        }
        let (recent, config) = (Arc::clone(&self.recent), self.config.clone());
        let loading = async {
            let work = compiling(&modules);
            let place = self.place(space, work).await?;
            self.aside(work, Some(&place), move |loader| {
                let stack = loader.revision(&modules, Trust::Ours)?;
                let loaded = Arc::new(LoadedRevision::new(Some(revision), stack, &config));
                keep(&recent, &loaded);
                Ok(loaded)
            })
            .await
        };
        let loaded = tokio::time::timeout(PATIENCE, loading).await;
        let Ok(Ok(loaded)) = loaded else { return Err(StackRefusal::Busy) };
        match loaded {
            Ok(loaded) => Ok(loaded),
            Err((index, error)) => Err(match entry_refusal(error) {
                Some(refusal) => StackRefusal::Modules(vec![(index, refusal)]),
                None => StackRefusal::Busy,
            }),
        }
    }

    fn loaded(&self, revision: PolicyRevisionId) -> Option<Arc<dyn PolicyEngine>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let found = recent.iter().find(|loaded| loaded.revision == Some(revision))?;
        let found: Arc<LoadedRevision> = Arc::clone(found);
        Some(found)
    }

    fn monitored(&self, space: ProjectSpaceId) -> Option<(PolicyRevisionId, Arc<dyn PolicyEngine>)> {
        let loaded = self.monitored_revision(space)?;
        Some((loaded.revision?, loaded))
    }

    fn in_force(&self, space: ProjectSpaceId) -> Option<PolicyRevisionId> {
        self.revision(space)
    }

    fn trusts(&self, signed_by: Option<&str>) -> bool {
        self.trusted_keys.is_empty()
            || self.trusted_keys.iter().any(|key| Some(key.name.as_str()) == signed_by)
    }
}

impl PolicyHost {
    /// All that is looked at before a module is taken.
    async fn inspected(
        &self,
        space: ProjectSpaceId,
        component: Vec<u8>,
        digest: String,
        signature: Option<String>,
    ) -> Result<InspectedModule, PolicyError> {
        let keys = Arc::clone(&self.trusted_keys);
        let work = Work::Compiling(Class::of(component.len()));
        let place = self.place(space, work).await?;
        let loading = move |loader: &Loader| {
            let found = hex::encode(Sha256::digest(&component));
            if found != digest {
                return Err(PolicyError::AnotherDigest(found));
            }
            let signed_by = signer(&keys, &component, signature.as_deref())?;
            let source = ModuleSource { component, settings: String::new() };
            // Whatever it does wrong is told, so it is in no quarantine here.
            let (module, info) = loader.module_and_info(&source, Trust::Ours, Caching::Renew)?;
            Ok((source, module, info, signed_by))
        };
        let (source, module, info, signed_by) = self.aside(work, Some(&place), loading).await??;
        let trying = move |_: &Loader| {
            checked(&Desk::with(module, info.clone()), &source, QUESTIONS)?;
            Ok((source.component, info))
        };
        let (component, info) = self.aside(Work::Trying, Some(&place), trying).await??;
        Ok(InspectedModule {
            digest: info.digest,
            component,
            class: info.class.name(),
            name: info.name,
            version: info.version,
            description: info.description,
            actions: info.actions,
            settings_schema: info.settings_schema,
            signed_by,
        })
    }

    /// Which modules of a stack do not load or do not take their settings, by their places.
    async fn examined(
        &self,
        space: ProjectSpaceId,
        modules: Vec<StackModule>,
    ) -> Result<Vec<(usize, PolicyError)>, PolicyError> {
        let work = compiling(&modules);
        let place = self.place(space, work).await?;
        let loading = move |loader: &Loader| {
            let (mut refused, mut loaded) = (Vec::new(), Vec::new());
            for (index, module) in modules.into_iter().enumerate() {
                match with_settings(loader, module) {
                    Ok(Some((desk, source))) => loaded.push((index, desk, source)),
                    Ok(None) => {}
                    Err(error) => refused.push((index, error)),
                }
            }
            (refused, loaded)
        };
        let (mut refused, loaded) = self.aside(work, Some(&place), loading).await?;
        if !loaded.is_empty() {
            let trying = move |_: &Loader| {
                let wrong = |(index, desk, source): (usize, Desk, ModuleSource)| {
                    Some((index, checked(&desk, &source, QUESTIONS_WITH_SETTINGS).err()?))
                };
                loaded.into_iter().filter_map(wrong).collect::<Vec<_>>()
            };
            refused.extend(self.aside(Work::Trying, Some(&place), trying).await?);
            refused.sort_by_key(|(index, _)| *index);
        }
        Ok(refused)
    }
}

/// The compiler that a stack needs.
pub(super) fn compiling(modules: &[StackModule]) -> Work {
    Work::Compiling(Class::of_all(modules.iter().map(|module| match module {
        StackModule::Standard => 0,
        StackModule::Uploaded { component, .. } => component.len(),
    })))
}

fn keep(recent: &Mutex<VecDeque<Arc<LoadedRevision>>>, loaded: &Arc<LoadedRevision>) {
    let mut recent = recent.lock().unwrap_or_else(PoisonError::into_inner);
    recent.retain(|other| other.revision != loaded.revision);
    recent.push_back(Arc::clone(loaded));
    if recent.len() > RECENT_MAX {
        recent.pop_front();
    }
}

/// What `policy check` finds wrong.
fn checked(
    desk: &Desk,
    source: &ModuleSource,
    (questions, patience): (usize, Duration),
) -> Result<(), PolicyError> {
    let report = check_loaded(desk, source, questions, patience);
    for step in report.steps {
        if let Err(wrong) = step.found {
            return Err(match step.name {
                "answers" => PolicyError::Unanswering(wrong),
                "agreement" => PolicyError::Disagreement(wrong),
                _ => PolicyError::Manifest(wrong),
            });
        }
    }
    Ok(())
}

/// A module that loads and takes its settings, to be tried with them; nothing where it has none.
fn with_settings(loader: &Loader, module: StackModule) -> Result<Option<(Desk, ModuleSource)>, PolicyError> {
    let StackModule::Uploaded { digest, component, settings } = module else { return Ok(None) };
    // Without its settings first: its own schema says more about them than it does itself.
    let bare = StackModule::Uploaded { digest, component, settings: String::new() };
    let (_, info) = loader.stored(&bare, Trust::Ours)?;
    let faults = settings::faults(&info.settings_schema, &settings).map_err(PolicyError::Manifest)?;
    if !faults.is_empty() {
        return Err(PolicyError::Settings { module: info.label(), faults });
    }
    let StackModule::Uploaded { component, .. } = bare else { return Ok(None) };
    if settings.is_empty() {
        return Ok(None);
    }
    let source = ModuleSource { component, settings };
    let (module, info) = loader.module_and_info(&source, Trust::Ours, Caching::Use)?;
    Ok(Some((Desk::with(module, info), source)))
}

fn entry_refusal(error: PolicyError) -> Option<EntryRefusal> {
    match error {
        PolicyError::Settings { faults, .. } => Some(EntryRefusal::Settings(faults)),
        other => refusal(&other).map(|(code, message)| EntryRefusal::Module { code, message }),
    }
}

/// What an author hears of an error; nothing where the module is not to blame.
fn refusal(error: &PolicyError) -> Option<(FaultCode, String)> {
    let code = match error {
        PolicyError::TooLarge(_) | PolicyError::TooComplex { .. } | PolicyError::CompileDeadline(_) => {
            FaultCode::ModuleTooLarge
        }
        PolicyError::CoreModule | PolicyError::Malformed(_) | PolicyError::Compile(_) => {
            FaultCode::ModuleNotAComponent
        }
        PolicyError::Import(_) => FaultCode::ModuleImports,
        PolicyError::World { .. } | PolicyError::AnotherContract(_) => FaultCode::ModuleWrongWorld,
        PolicyError::Manifest(_) => FaultCode::ModuleManifestInvalid,
        PolicyError::Deadline(_)
        | PolicyError::Memory
        | PolicyError::Trap(_)
        | PolicyError::Contract(_)
        | PolicyError::Filter { .. }
        | PolicyError::Unanswering(_) => FaultCode::ModuleFaulty,
        PolicyError::Unsigned => FaultCode::ModuleUnsigned,
        PolicyError::Signature(_) => FaultCode::ModuleSignatureInvalid,
        PolicyError::Disagreement(_) => FaultCode::ModuleDisagrees,
        PolicyError::Damaged(_) | PolicyError::AnotherDigest(_) => FaultCode::ModuleDigestMismatch,
        PolicyError::Settings { .. } | PolicyError::SettingsTooLarge(_) => FaultCode::SettingsInvalid,
        PolicyError::StackSize(_) => FaultCode::InvalidValue,
        PolicyError::Quarantine
        | PolicyError::Withheld
        | PolicyError::Exhausted
        | PolicyError::Busy
        | PolicyError::Crowded
        | PolicyError::OverBudget
        | PolicyError::Engine(_)
        | PolicyError::Ticker(_)
        | PolicyError::Cache { .. }
        | PolicyError::Compiler(_) => {
            tracing::warn!(error = error as &dyn std::error::Error, "could not look at a policy module");
            return None;
        }
    };
    Some((code, told(error)))
}

/// An error with its causes: authors need them. Without what could rule a terminal, and not endless.
fn told(error: &PolicyError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&shortened(cause.to_string()));
        next = cause.source();
    }
    plain(&text)
}

/// What people wrote, without what could rule a terminal, and not endless.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(1_000).collect()
}
