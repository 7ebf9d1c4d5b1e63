//! What is asked.

use crate::{Attribute, Attributes, Context, Principal, Request, Resource};

impl Request {
    /// The resource as it is.
    pub fn attributes(&self) -> Attributes<'_> {
        Attributes::of(&self.resource.attributes)
    }

    /// All that the action proposes, as it would be afterwards, also what stays as it is: compare it with
    /// [`attributes`](Self::attributes) to know what changes.
    pub fn proposed(&self) -> Attributes<'_> {
        Attributes::of(&self.resource.proposed)
    }

    /// A text of the resource as it is.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attributes().text(name)
    }

    /// A list of texts of the resource as it is; empty when there is none.
    pub fn texts(&self, name: &str) -> &[String] {
        self.attributes().texts(name)
    }

    /// A request to take an action on a resource of this kind, as a start for tests.
    pub fn new(principal: Principal, action: &str, resource_kind: &str) -> Self {
        Self {
            principal,
            action: action.to_owned(),
            resource: Resource {
                kind: resource_kind.to_owned(),
                id: None,
                attributes: Vec::new(),
                proposed: Vec::new(),
            },
            context: Context::example(),
        }
    }

    /// The same request about a resource that has this attribute too.
    #[must_use]
    pub fn with(mut self, attribute: Attribute) -> Self {
        self.resource.attributes.push(attribute);
        self
    }

    /// The same request, proposing this too.
    #[must_use]
    pub fn proposing(mut self, attribute: Attribute) -> Self {
        self.resource.proposed.push(attribute);
        self
    }
}

impl Context {
    /// Some project space at some time, for tests.
    pub fn example() -> Self {
        Self { project_space: "example".to_owned(), now: 1_700_000_000, decision_id: "0".repeat(32) }
    }
}
