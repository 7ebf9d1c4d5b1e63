//! From a component's bytes to a module that can be asked: checked, compiled, linked, described, configured.

use super::bounds;
use super::cache::Cache;
use super::compiled::Compiled;
use super::config::PolicyConfig;
use super::engine::{self, Ticks};
use super::error::{PolicyError, SettingFault};
use super::inspect::{self, ModuleInfo};
use super::limits::Allowance;
use super::module::{Module, Trust};
use super::stack::Stack;
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

/// Most modules of one stack: each costs every decision.
pub(super) const STACK_MAX: usize = 8;
/// Longest settings, in bytes: they are read for every decision.
pub(super) const SETTINGS_MAX: usize = 16 << 10;

/// One module of a stack, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleSource {
    /// The component's bytes.
    pub component: Vec<u8>,
    /// JSON; empty when the project space has no settings for it.
    pub settings: String,
}

/// Makes modules of bytes.
pub(super) struct Loader {
    engine: Engine,
    ticks: Ticks,
    cache: Option<Cache>,
    allowance: Allowance,
}

impl Loader {
    pub(super) fn new(config: &PolicyConfig) -> Result<Self, PolicyError> {
        let (engine, ticks) = engine::start(config)?;
        let cache = config.cache_dir.as_deref().map(|dir| Cache::open(dir, &engine)).transpose()?;
        let allowance = Allowance { deadline: config.deadline, memory: config.memory_limit };
        Ok(Self { engine, ticks, cache, allowance })
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
        self.described(component, None).map(|(_, info)| info)
    }

    fn module(&self, source: &ModuleSource, trust: Trust) -> Result<Module, PolicyError> {
        let (compiled, info) = self.described(&source.component, self.cache.as_ref())?;
        if !source.settings.is_empty() {
            if source.settings.len() > SETTINGS_MAX {
                return Err(PolicyError::SettingsTooLarge(source.settings.len()));
            }
            compiled.configure(&source.settings)?.map_err(|faults| PolicyError::Settings {
                module: info.label(),
                faults: faults
                    .into_iter()
                    .take(SETTING_FAULTS_MAX)
                    .map(|fault| SettingFault {
                        path: inspect::shortened(fault.path),
                        message: inspect::shortened(fault.message),
                    })
                    .collect(),
            })?;
        }
        Ok(Module::new(trust, compiled, &info, source.settings.clone(), self.ticks.clone()))
    }

    fn described(
        &self,
        component: &[u8],
        cache: Option<&Cache>,
    ) -> Result<(Compiled, ModuleInfo), PolicyError> {
        let digest = hex::encode(Sha256::digest(component));
        let compiled = Compiled::link(&self.component(component, &digest, cache)?, self.allowance)?;
        let info = inspect::info(compiled.describe()?, digest, component.len())?;
        Ok((compiled, info))
    }

    fn component(
        &self,
        component: &[u8],
        digest: &str,
        cache: Option<&Cache>,
    ) -> Result<Component, PolicyError> {
        // What is in the cache was within bounds when it was compiled, and the bounds are a part of its name.
        if let Some(component) = cache.and_then(|cache| cache.get(&self.engine, digest)) {
            return Ok(component);
        }
        bounds::check(component)?;
        let compiled = Component::from_binary(&self.engine, component).map_err(PolicyError::Compile)?;
        if let Some(cache) = cache {
            cache.put(digest, &compiled);
        }
        Ok(compiled)
    }
}

/// Most faults of settings that are passed on.
const SETTING_FAULTS_MAX: usize = 50;
