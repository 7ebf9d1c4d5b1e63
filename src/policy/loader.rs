//! From a component's bytes to a module that can be asked: checked, compiled, linked, described, configured.

use super::bounds;
use super::cache::Cache;
use super::class::Class;
use super::compiled::Compiled;
use super::config::PolicyConfig;
use super::engine::{self, Ticks};
use super::error::PolicyError;
use super::host::STANDARD;
use super::inspect::{self, ModuleInfo};
use super::limits::Allowance;
use super::module::{Module, Trust};
use super::settings::FAULTS_MAX;
use super::stack::Stack;
use crate::authz::{SettingFault, StackModule};
use crate::domain::policy_stack;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use wasmtime::Engine;
use wasmtime::component::Component;

/// Most modules of one stack: each costs every decision.
pub(super) const STACK_MAX: usize = policy_stack::ENTRIES_MAX;
/// Longest settings, in bytes: they are read for every decision.
pub(super) const SETTINGS_MAX: usize = policy_stack::SETTINGS_MAX;

/// One module of a stack, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleSource {
    /// The component's bytes.
    pub component: Vec<u8>,
    /// JSON; empty when the project space has no settings for it.
    pub settings: String,
}

/// What is done with the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caching {
    /// Nothing.
    Leave,
    /// What is there is taken, and what was compiled is put there.
    Use,
    /// What was compiled is put there. Nobody learns from the time it takes whether others have the module as well.
    Renew,
}

/// Makes modules of bytes.
pub(super) struct Loader {
    config: PolicyConfig,
    compact: Arc<Workshop>,
    /// Started with the first module that needs it: most gateways never see one.
    interpreted: Mutex<Option<Arc<Workshop>>>,
}

/// An engine with what belongs to it.
struct Workshop {
    engine: Engine,
    ticks: Ticks,
    cache: Option<Cache>,
    /// The components that stacks are using, by digest: one is enough for all of them.
    in_use: Mutex<HashMap<String, Weak<Component>>>,
    allowance: Allowance,
    kept: Option<usize>,
}

impl Workshop {
    fn open(config: &PolicyConfig, class: Class) -> Result<Arc<Self>, PolicyError> {
        let (engine, ticks) = engine::start(config, class)?;
        let cache = config.cache_dir.as_deref().map(|dir| Cache::open(dir, &engine, class)).transpose()?;
        let in_use = Mutex::default();
        let (allowance, kept) = (class.allowance(config), class.kept());
        Ok(Arc::new(Self { engine, ticks, cache, in_use, allowance, kept }))
    }
}

impl Loader {
    pub(super) fn new(config: &PolicyConfig) -> Result<Self, PolicyError> {
        let compact = Workshop::open(config, Class::Compact)?;
        Ok(Self { config: config.clone(), compact, interpreted: Mutex::new(None) })
    }

    fn workshop(&self, class: Class) -> Result<Arc<Workshop>, PolicyError> {
        if class == Class::Compact {
            return Ok(Arc::clone(&self.compact));
        }
        let mut interpreted = self.interpreted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = &*interpreted {
            return Ok(Arc::clone(open));
        }
        let opened = Workshop::open(&self.config, class)?;
        *interpreted = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// All modules of a stack, or none.
    pub(super) fn stack(&self, sources: &[ModuleSource]) -> Result<Stack, PolicyError> {
        if sources.is_empty() || sources.len() > STACK_MAX {
            return Err(PolicyError::StackSize(sources.len()));
        }
        sources
            .iter()
            .map(|source| self.module(source, Trust::Theirs))
            .collect::<Result<_, _>>()
            .map(Stack::new)
    }

    /// The stack of project spaces that have none of their own.
    pub(super) fn standard(&self, component: &[u8]) -> Result<Stack, PolicyError> {
        let source = ModuleSource { component: component.to_vec(), settings: String::new() };
        Ok(Stack::new(vec![self.module(&source, Trust::Ours)?]))
    }

    /// What a component says of itself. Nothing is kept.
    pub(super) fn inspect(&self, component: &[u8]) -> Result<ModuleInfo, PolicyError> {
        self.described(component, digest_of(component), Caching::Leave).map(|(_, info, _)| info)
    }

    fn module(&self, source: &ModuleSource, trust: Trust) -> Result<Module, PolicyError> {
        self.module_and_info(source, trust, Caching::Use).map(|(module, _)| module)
    }

    /// A module of a stored revision: its bytes must still be those that were uploaded, also where the compiled code is kept.
    pub(super) fn stored(
        &self,
        module: &StackModule,
        trust: Trust,
    ) -> Result<(Module, ModuleInfo), PolicyError> {
        match module {
            StackModule::Standard => {
                static DIGEST: LazyLock<String> = LazyLock::new(|| digest_of(STANDARD));
                self.module_with_digest(STANDARD, "", DIGEST.clone(), Trust::Ours, Caching::Use)
            }
            StackModule::Uploaded { digest, component, settings } => {
                let found = digest_of(component);
                if found != *digest {
                    return Err(PolicyError::Damaged(digest.clone()));
                }
                self.module_with_digest(component, settings, found, trust, Caching::Use)
            }
        }
    }

    /// A stored revision.
    pub(super) fn revision(
        &self,
        modules: &[StackModule],
        trust: Trust,
    ) -> Result<Stack, (usize, PolicyError)> {
        if modules.is_empty() || modules.len() > STACK_MAX {
            return Err((0, PolicyError::StackSize(modules.len())));
        }
        let module = |(index, module)| match self.stored(module, trust) {
            Ok((module, _)) => Ok(module),
            Err(error) => Err((index, error)),
        };
        modules.iter().enumerate().map(module).collect::<Result<_, _>>().map(Stack::new)
    }

    /// A module that can be asked, and what it says of itself.
    pub(super) fn module_and_info(
        &self,
        source: &ModuleSource,
        trust: Trust,
        caching: Caching,
    ) -> Result<(Module, ModuleInfo), PolicyError> {
        let ModuleSource { component, settings } = source;
        self.module_with_digest(component, settings, digest_of(component), trust, caching)
    }

    /// The same, of bytes whose digest is known.
    fn module_with_digest(
        &self,
        component: &[u8],
        settings: &str,
        digest: String,
        trust: Trust,
        caching: Caching,
    ) -> Result<(Module, ModuleInfo), PolicyError> {
        let (compiled, info, ticks) = self.described(component, digest, caching)?;
        if !settings.is_empty() {
            if settings.len() > SETTINGS_MAX {
                return Err(PolicyError::SettingsTooLarge(settings.len()));
            }
            compiled.configure(settings)?.map_err(|faults| PolicyError::Settings {
                module: info.label(),
                faults: faults
                    .into_iter()
                    .take(FAULTS_MAX)
                    .map(|fault| SettingFault {
                        path: inspect::shortened(fault.path),
                        message: inspect::shortened(fault.message),
                    })
                    .collect(),
            })?;
        }
        Ok((Module::new(trust, compiled, &info, settings.to_owned(), ticks), info))
    }

    fn described(
        &self,
        component: &[u8],
        digest: String,
        caching: Caching,
    ) -> Result<(Compiled, ModuleInfo, Ticks), PolicyError> {
        let workshop = self.workshop(Class::of(component.len()))?;
        let (compiled, manifest) = Compiled::link(
            workshop.component(component, &digest, caching)?,
            workshop.allowance,
            workshop.kept,
        )?;
        let info = inspect::info(manifest, digest, component.len(), compiled.contract())?;
        Ok((compiled, info, workshop.ticks.clone()))
    }
}

fn digest_of(component: &[u8]) -> String {
    hex::encode(Sha256::digest(component))
}

impl Workshop {
    fn component(
        &self,
        component: &[u8],
        digest: &str,
        caching: Caching,
    ) -> Result<Arc<Component>, PolicyError> {
        if caching != Caching::Use {
            return self.compile(component, digest, caching).map(Arc::new);
        }
        if let Some(shared) = self.in_use().get(digest).and_then(Weak::upgrade) {
            return Ok(shared);
        }
        // What is in the cache was within bounds when it was compiled, and the bounds are a part of its name.
        let cached = self.cache.as_ref().and_then(|cache| cache.get(&self.engine, digest));
        let loaded = Arc::new(match cached {
            Some(component) => component,
            None => self.compile(component, digest, caching)?,
        });
        let mut in_use = self.in_use();
        in_use.retain(|_, component| component.strong_count() > 0);
        in_use.insert(digest.to_owned(), Arc::downgrade(&loaded));
        Ok(loaded)
    }

    fn in_use(&self) -> MutexGuard<'_, HashMap<String, Weak<Component>>> {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compile(&self, component: &[u8], digest: &str, caching: Caching) -> Result<Component, PolicyError> {
        bounds::check(component)?;
        // A compiler that gives up on what somebody sent must not take its caller along.
        let compiling = || Component::from_binary(&self.engine, component);
        let compiled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(compiling))
            .unwrap_or_else(|_| Err(wasmtime::Error::msg("the compiler gave up on it")))
            .map_err(PolicyError::Compile)?;
        if let Some(cache) = self.cache.as_ref().filter(|_| caching != Caching::Leave) {
            cache.put(digest, &compiled);
        }
        Ok(compiled)
    }
}
