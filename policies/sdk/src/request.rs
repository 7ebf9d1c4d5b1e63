//! What is asked.

use crate::bindings::fieldgate::policy::types::{Row, Table};
use crate::{Attribute, Attributes, Context, Principal, Request, Resource, Value};
use core::mem::{forget, replace};

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

    /// A request about the resources of a table, one after the other, and its rows. It is about none of them yet.
    #[doc(hidden)]
    pub fn many(principal: Principal, action: String, context: Context, table: Table) -> (Self, Vec<Row>) {
        let unnamed = |name| Attribute { name, value: Value::Nothing };
        let attributes = table.names.into_iter().map(unnamed).collect();
        let resource = Resource { kind: table.kind, id: None, attributes, proposed: Vec::new() };
        (Self { principal, action, resource, context }, table.rows)
    }

    /// The same request about the next row. What it was about before is not given back to the allocator: see `memory`.
    #[doc(hidden)]
    pub fn turn_to(&mut self, row: Row) {
        forget(replace(&mut self.resource.id, row.id));
        forget(replace(&mut self.resource.proposed, row.proposed));
        for (attribute, value) in self.resource.attributes.iter_mut().zip(row.values) {
            forget(replace(&mut attribute.value, value));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_table_are_resources_one_after_the_other() {
        let row = |id: &str, status: Value, proposed| Row {
            id: Some(id.to_owned()),
            values: vec![status, Value::Boolean(true)],
            proposed,
        };
        let table = Table {
            kind: "mobile_worker".to_owned(),
            names: vec!["status".to_owned(), "has_password".to_owned()],
            rows: vec![
                row("a", "active".into(), vec![Attribute::new("language", "en")]),
                row("b", Value::Nothing, Vec::new()),
            ],
        };
        let asker = Principal::web_user("ann");
        let (mut request, rows) =
            Request::many(asker, "mobile_worker.update".to_owned(), Context::example(), table);
        let mut heard = Vec::new();
        for row in rows {
            request.turn_to(row);
            heard.push(request.clone());
        }
        let alone = |id: &str| {
            let request = Request::new(Principal::web_user("ann"), "mobile_worker.update", "mobile_worker");
            Request { resource: Resource { id: Some(id.to_owned()), ..request.resource.clone() }, ..request }
        };
        let held = Attribute::new("has_password", true);
        let nothing = Attribute { name: "status".to_owned(), value: Value::Nothing };
        assert_eq!(
            heard,
            [
                alone("a")
                    .with(Attribute::new("status", "active"))
                    .with(held.clone())
                    .proposing(Attribute::new("language", "en")),
                alone("b").with(nothing).with(held),
            ]
        );
    }
}
