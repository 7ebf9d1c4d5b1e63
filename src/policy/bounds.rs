//! What a component may be, checked before it is compiled: a compiler's time is not linear in its input.

use super::class::Class;
use super::error::PolicyError;
use wasmparser::{Encoding, FunctionBody, Operator, Parser, Payload};

/// The most of everything. A part of the cache's key, so that a stricter gateway looks again.
#[derive(Debug, Hash)]
pub(super) struct Bounds {
    pub bytes: usize,
    pub modules: usize,
    pub functions: usize,
    pub body_bytes: usize,
    pub locals: usize,
    pub branch_targets: usize,
    pub items: usize,
}

/// Refuses what is no component, or too much of one for its class.
pub(super) fn check(component: &[u8]) -> Result<(), PolicyError> {
    let bounds = Class::of(component.len()).bounds();
    if component.len() > bounds.bytes {
        return Err(PolicyError::TooLarge(component.len()));
    }
    let mut tally = Tally::within(bounds);
    let mut is_component = false;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(PolicyError::Malformed)?;
        if let Payload::Version { encoding, .. } = &payload {
            // The first one is of the whole file; modules inside a component follow.
            is_component = is_component || *encoding == Encoding::Component;
            if !is_component {
                return Err(PolicyError::CoreModule);
            }
        }
        tally.payload(&payload)?;
    }
    Ok(())
}

/// What was seen so far, in all modules of the component together.
struct Tally {
    bounds: &'static Bounds,
    modules: usize,
    functions: usize,
    locals: usize,
    branch_targets: usize,
    items: usize,
}

impl Tally {
    fn within(bounds: &'static Bounds) -> Self {
        Self { bounds, modules: 0, functions: 0, locals: 0, branch_targets: 0, items: 0 }
    }

    fn payload(&mut self, payload: &Payload<'_>) -> Result<(), PolicyError> {
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                add(&mut self.modules, 1, self.bounds.modules, "modules")
            }
            // Both sections say how many there are: the first comes before anything is read.
            Payload::FunctionSection(section) => self.functions(section.count()),
            Payload::CodeSectionEntry(body) => self.body(body),
            Payload::TypeSection(section) => self.items(section.count()),
            Payload::ImportSection(section) => self.items(section.count()),
            Payload::TableSection(section) => self.items(section.count()),
            Payload::MemorySection(section) => self.items(section.count()),
            Payload::GlobalSection(section) => self.items(section.count()),
            Payload::ExportSection(section) => self.items(section.count()),
            Payload::ElementSection(section) => self.items(section.count()),
            Payload::DataSection(section) => self.items(section.count()),
            Payload::InstanceSection(section) => self.items(section.count()),
            Payload::CoreTypeSection(section) => self.items(section.count()),
            Payload::ComponentInstanceSection(section) => self.items(section.count()),
            Payload::ComponentAliasSection(section) => self.items(section.count()),
            Payload::ComponentTypeSection(section) => self.items(section.count()),
            Payload::ComponentCanonicalSection(section) => self.items(section.count()),
            Payload::ComponentImportSection(section) => self.items(section.count()),
            Payload::ComponentExportSection(section) => self.items(section.count()),
            _ => Ok(()),
        }
    }

    fn functions(&mut self, count: u32) -> Result<(), PolicyError> {
        add(&mut self.functions, count, self.bounds.functions, "functions")
    }

    fn items(&mut self, count: u32) -> Result<(), PolicyError> {
        add(&mut self.items, count, self.bounds.items, "types, imports, exports and data segments")
    }

    fn body(&mut self, body: &FunctionBody<'_>) -> Result<(), PolicyError> {
        if body.as_bytes().len() > self.bounds.body_bytes {
            return Err(PolicyError::TooComplex {
                what: "bytes in one function",
                max: self.bounds.body_bytes,
            });
        }
        let mut locals = body.get_locals_reader().map_err(PolicyError::Malformed)?;
        for _ in 0..locals.get_count() {
            let (count, _) = locals.read().map_err(PolicyError::Malformed)?;
            add(&mut self.locals, count, self.bounds.locals, "local variables")?;
        }
        let mut operators = body.get_operators_reader().map_err(PolicyError::Malformed)?;
        while !operators.eof() {
            if let Operator::BrTable { targets } = operators.read().map_err(PolicyError::Malformed)? {
                add(&mut self.branch_targets, targets.len(), self.bounds.branch_targets, "branch targets")?;
            }
        }
        Ok(())
    }
}

fn add(tally: &mut usize, count: u32, max: usize, what: &'static str) -> Result<(), PolicyError> {
    *tally = tally.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
    if *tally > max { Err(PolicyError::TooComplex { what, max }) } else { Ok(()) }
}
