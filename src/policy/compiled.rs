//! A component, compiled and linked once, from which each question gets an instance of its own; or, where a start is
//! expensive, one that has answered before.

use super::contract::Contract;
use super::error::PolicyError;
use super::kept::{Kept, Turn, Worn};
use super::limits::{Allowance, Limits};
use super::question;
use super::words;
use crate::authz::AskedResource;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Linker, Lower,
    types::{self, ComponentItem},
};
use wasmtime::{Engine, Store, Trap};

/// Most bytes that an answer may have. Without this bound a module could answer with a list whose every item is the
/// same four megabytes, and have the host copy each.
const ANSWER_MAX: usize = 1 << 20;

/// A component ready to be asked.
pub(super) struct Compiled {
    /// Others who use it find it for as long as this is there.
    _component: Arc<Component>,
    pre: InstancePre<Limits>,
    exports: Exports,
    contract: Contract,
    allowance: Allowance,
    /// The instances that are kept; nothing where each question has a fresh one.
    kept: Option<Kept<Asked>>,
}

/// Where the world's exports are in this component.
struct Exports {
    describe: ComponentExportIndex,
    configure: ComponentExportIndex,
    decide: ComponentExportIndex,
    decide_many: ComponentExportIndex,
    scope: ComponentExportIndex,
}

type Configured = Result<(), Vec<words::SettingFault>>;

/// What `decide-many` is given; the resources in the words of the contract's version.
type Many<'a, 'b, R> = (&'a words::Principal<'b>, &'a str, R, &'a words::Context<'b>);
type Decisions = (Vec<words::Decision>,);

impl Compiled {
    /// Links a component, which must import nothing and export the world, and asks what it says of itself.
    pub(super) fn link(
        component: Arc<Component>,
        allowance: Allowance,
        kept: Option<usize>,
    ) -> Result<(Self, words::Manifest), PolicyError> {
        let engine = component.engine();
        let component_type = component.component_type();
        refuse_imports(&component_type, engine)?;
        let contract = Contract::of(component_type.imports(engine).map(|(name, _)| name))?;
        let find = |export| {
            component.get_export_index(None, export).ok_or_else(|| PolicyError::World {
                export,
                source: wasmtime::Error::msg("there is no such export"),
            })
        };
        let exports = Exports {
            describe: find("describe")?,
            configure: find("configure")?,
            decide: find("decide")?,
            decide_many: find("decide-many")?,
            scope: find("scope")?,
        };
        // The linker is empty: there is nothing in the gateway that a module could call.
        let pre = Linker::new(engine).instantiate_pre(&component).map_err(PolicyError::Compile)?;
        let kept = kept.map(Kept::new);
        let compiled = Self { _component: component, pre, exports, contract, allowance, kept };
        let mut asked = compiled.instance()?;
        compiled.typecheck(&mut asked)?;
        let (name, index) = ("describe", &compiled.exports.describe);
        let manifest = match contract {
            Contract::V1 => asked.call::<(), (words::ManifestV1,)>(name, index, ())?.0.into(),
            Contract::V2 => asked.call::<(), (words::Manifest,)>(name, index, ())?.0,
        };
        Ok((compiled, manifest))
    }

    /// Looks once, when the module is loaded, at all the types that later calls rely on.
    fn typecheck(&self, asked: &mut Asked) -> Result<(), PolicyError> {
        asked.typed::<(&str,), (Configured,)>("configure", &self.exports.configure)?;
        asked.typed::<(words::Request<'_>,), (words::Decision,)>("decide", &self.exports.decide)?;
        let (name, index) = ("decide-many", &self.exports.decide_many);
        let typed = match self.contract {
            Contract::V1 => {
                asked.typed::<Many<'_, '_, &[words::Resource<'_>]>, Decisions>(name, index).map(|_| ())
            }
            Contract::V2 => asked.typed::<Many<'_, '_, words::Table<'_>>, Decisions>(name, index).map(|_| ()),
        };
        typed?;
        asked.typed::<(words::Principal<'_>, &str, &str, words::Context<'_>), (words::Scope,)>(
            "scope",
            &self.exports.scope,
        )?;
        Ok(())
    }

    /// The version of the contract that it was built for.
    pub(super) fn contract(&self) -> Contract {
        self.contract
    }

    /// What the module finds wrong with these settings.
    pub(super) fn configure(&self, settings: &str) -> Result<Configured, PolicyError> {
        let mut asked = self.instance()?;
        asked.call("configure", &self.exports.configure, (settings,)).map(|(outcome,)| outcome)
    }

    pub(super) fn decide(
        &self,
        settings: &str,
        request: words::Request<'_>,
    ) -> Result<words::Decision, PolicyError> {
        self.ask(settings, |asked| {
            asked.call("decide", &self.exports.decide, (request,)).map(|(decision,)| decision)
        })
    }

    /// In as many calls as there are sorts of resources: one, for those of one kind.
    pub(super) fn decide_many(
        &self,
        settings: &str,
        principal: &words::Principal<'_>,
        action: &str,
        kind: &str,
        resources: &[&AskedResource],
        context: &words::Context<'_>,
    ) -> Result<Vec<words::Decision>, PolicyError> {
        let mut decisions = Vec::with_capacity(resources.len());
        for alike in resources.chunk_by(|one, other| question::is_alike(one, other)) {
            let answers = self.ask(settings, |asked| match self.contract {
                Contract::V1 => {
                    asked.many((principal, action, &question::resources(kind, alike), context), self)
                }
                Contract::V2 => asked.many((principal, action, question::table(kind, alike), context), self),
            })?;
            if answers.len() != alike.len() {
                return Err(PolicyError::Contract(format!(
                    "{} answers to {} questions",
                    answers.len(),
                    alike.len()
                )));
            }
            decisions.extend(answers);
        }
        Ok(decisions)
    }

    pub(super) fn scope(
        &self,
        settings: &str,
        principal: words::Principal<'_>,
        action: &str,
        resource_kind: &str,
        context: words::Context<'_>,
    ) -> Result<words::Scope, PolicyError> {
        self.ask(settings, |asked| {
            asked
                .call("scope", &self.exports.scope, (principal, action, resource_kind, context))
                .map(|(scope,)| scope)
        })
    }

    /// Puts a question to an instance that knows the settings.
    fn ask<T>(
        &self,
        settings: &str,
        question: impl FnOnce(&mut Asked) -> Result<T, PolicyError>,
    ) -> Result<T, PolicyError> {
        let Some(kept) = &self.kept else { return question(&mut self.configured(settings)?) };
        let mut turn: Turn<'_, Asked> = kept.turn(self.allowance.deadline).ok_or(PolicyError::Exhausted)?;
        let mut asked = match turn.idle.take() {
            Some(idle) => idle,
            None => self.configured(settings)?,
        };
        asked.begin(self.allowance);
        // An instance that faulted is dropped here, with all that it may have broken inside.
        let answer = question(&mut asked)?;
        turn.give_back(asked);
        Ok(answer)
    }

    fn configured(&self, settings: &str) -> Result<Asked, PolicyError> {
        let mut asked = self.instance()?;
        if !settings.is_empty() {
            let (outcome,): (Configured,) = asked.call("configure", &self.exports.configure, (settings,))?;
            // They were accepted when the module was installed, and a module is a pure function.
            outcome.map_err(|_| {
                PolicyError::Contract("settings refused that were accepted before".to_owned())
            })?;
        }
        Ok(asked)
    }

    /// A fresh instance: nothing can leak from one principal's question to another's, and a faulted one is simply gone.
    fn instance(&self) -> Result<Asked, PolicyError> {
        let mut store = Store::new(self.pre.engine(), Limits::new(self.allowance));
        store.limiter(|limits| limits);
        // One deadline for the whole question, set when it begins: an instance may run code while it starts.
        store.set_epoch_deadline(self.allowance.first_part());
        store.set_hostcall_fuel(ANSWER_MAX);
        store.epoch_deadline_callback(|mut store| Ok(store.data_mut().at_deadline()));
        match self.pre.instantiate(&mut store) {
            Ok(instance) => Ok(Asked { store, instance, deadline: self.allowance.deadline, questions: 0 }),
            Err(error) => Err(fault(error, &store, self.allowance.deadline)),
        }
    }
}

/// An instance, for one question or for several.
struct Asked {
    store: Store<Limits>,
    instance: Instance,
    deadline: Duration,
    questions: u32,
}

impl Worn for Asked {
    fn wear(&self) -> (u32, bool) {
        (self.questions, self.store.data().has_grown())
    }
}

impl Asked {
    /// One more question, with a deadline of its own: how long the instance lay idle does not count.
    fn begin(&mut self, allowance: Allowance) {
        self.questions = self.questions.saturating_add(1);
        self.store.data_mut().begin();
        self.store.set_epoch_deadline(allowance.first_part());
        self.store.set_hostcall_fuel(ANSWER_MAX);
    }

    fn typed<P, R>(
        &mut self,
        export: &'static str,
        index: &ComponentExportIndex,
    ) -> Result<wasmtime::component::TypedFunc<P, R>, PolicyError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        self.instance
            .get_typed_func::<P, R>(&mut self.store, index)
            .map_err(|source| PolicyError::World { export, source })
    }

    fn many<R: Lower>(
        &mut self,
        questions: Many<'_, '_, R>,
        compiled: &Compiled,
    ) -> Result<Vec<words::Decision>, PolicyError> {
        self.call("decide-many", &compiled.exports.decide_many, questions).map(|(decisions,)| decisions)
    }

    fn call<P, R>(
        &mut self,
        export: &'static str,
        index: &ComponentExportIndex,
        parameters: P,
    ) -> Result<R, PolicyError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let function = self.typed::<P, R>(export, index)?;
        function.call(&mut self.store, parameters).map_err(|error| fault(error, &self.store, self.deadline))
    }
}

fn refuse_imports(component: &types::Component, engine: &Engine) -> Result<(), PolicyError> {
    for (name, import) in component.imports(engine) {
        // The contract's own types come as an instance that holds types and nothing that could be called.
        let is_types = match &import.ty {
            ComponentItem::ComponentInstance(instance) => {
                instance.exports(engine).all(|(_, export)| matches!(export.ty, ComponentItem::Type(_)))
            }
            ComponentItem::Type(_) => true,
            _ => false,
        };
        if !is_types {
            return Err(PolicyError::Import(name.to_owned()));
        }
    }
    Ok(())
}

/// Names what went wrong.
fn fault(error: wasmtime::Error, store: &Store<Limits>, deadline: Duration) -> PolicyError {
    if store.data().exceeded() {
        PolicyError::Memory
    } else if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        PolicyError::Exhausted
    } else {
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => PolicyError::Deadline(deadline),
            Some(_) => PolicyError::Trap(error),
            // The guest ran to its end, and what it returned could not be read.
            None => PolicyError::Contract(format!("{error:#}")),
        }
    }
}
