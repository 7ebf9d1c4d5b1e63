//! Many resources that are asked about together.

use crate::bindings::fieldgate::policy::types::{Column, Table};
use crate::{Attribute, Context, Decision, Principal, Request, Resource, Value};
use core::mem::{ManuallyDrop, swap};

/// A request that is about each resource of a table, one after the other.
#[doc(hidden)]
pub struct Batch {
    request: Request,
    ids: Vec<Option<String>>,
    attributes: Vec<Values>,
    proposed: Vec<Values>,
}

/// The values of a column, except for the one that the request has at this moment: in its place there is what the request
/// had before. So no value is ever copied.
struct Values {
    dictionary: Vec<Value>,
    entries: Vec<u32>,
    lent: Option<usize>,
}

impl Batch {
    /// It is about none of them yet.
    pub fn new(principal: Principal, action: String, context: Context, table: Table) -> Self {
        let (attributes, at) = split(table.attributes);
        let (proposed, after) = split(table.proposed);
        let resource = Resource { kind: table.kind, id: None, attributes, proposed };
        let request = Request { principal, action, resource, context };
        Self { request, ids: table.ids, attributes: at, proposed: after }
    }

    /// The answers about all of them, in their order. Nothing is given back to the allocator: see `memory`.
    pub fn decide(self, mut decide: impl FnMut(&Request) -> Decision) -> Vec<Decision> {
        let mut batch = ManuallyDrop::new(self);
        let rows = 0..batch.ids.len();
        rows.map(|row| {
            batch.turn_to(row);
            decide(&batch.request)
        })
        .collect()
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the gateway's tables are whole; an instance that is given another one ends there, and permits nothing"
    )]
    fn turn_to(&mut self, row: usize) {
        let resource = &mut self.request.resource;
        swap(&mut resource.id, &mut self.ids[row]);
        for (attribute, values) in resource.attributes.iter_mut().zip(&mut self.attributes) {
            values.lend(row, attribute);
        }
        for (attribute, values) in resource.proposed.iter_mut().zip(&mut self.proposed) {
            values.lend(row, attribute);
        }
    }
}

impl Values {
    #[expect(
        clippy::indexing_slicing,
        reason = "the gateway's tables are whole; an instance that is given another one ends there, and permits nothing"
    )]
    fn lend(&mut self, row: usize, to: &mut Attribute) {
        let entry = self.entries[row] as usize;
        if self.lent == Some(entry) {
            return;
        }
        if let Some(lent) = self.lent {
            swap(&mut self.dictionary[lent], &mut to.value);
        }
        swap(&mut self.dictionary[entry], &mut to.value);
        self.lent = Some(entry);
    }
}

fn split(columns: Vec<Column>) -> (Vec<Attribute>, Vec<Values>) {
    let split = |Column { name, dictionary, entries }| {
        (Attribute { name, value: Value::Nothing }, Values { dictionary, entries, lent: None })
    };
    columns.into_iter().map(split).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, dictionary: Vec<Value>, entries: &[u32]) -> Column {
        Column { name: name.to_owned(), dictionary, entries: entries.to_owned() }
    }

    #[test]
    fn rows_of_a_table_are_resources_one_after_the_other() {
        let table = Table {
            kind: "mobile_worker".to_owned(),
            ids: ["a", "b", "c", "d"].map(|id| Some(id.to_owned())).to_vec(),
            attributes: vec![
                column("status", vec!["active".into(), Value::Nothing], &[0, 1, 0, 0]),
                column("has_password", vec![true.into()], &[0; 4]),
            ],
            proposed: vec![column("language", vec!["en".into(), "sw".into()], &[0, 1, 1, 0])],
        };
        let asker = Principal::web_user("ann");
        let batch = Batch::new(asker, "mobile_worker.update".to_owned(), Context::example(), table);
        let mut heard = Vec::new();
        let answers = batch.decide(|request| {
            heard.push(request.clone());
            Decision::NotApplicable
        });
        assert_eq!(answers.len(), 4);
        let alone = |id: &str, status: Value, language: &str| {
            let request = Request::new(Principal::web_user("ann"), "mobile_worker.update", "mobile_worker");
            Request { resource: Resource { id: Some(id.to_owned()), ..request.resource.clone() }, ..request }
                .with(Attribute { name: "status".to_owned(), value: status })
                .with(Attribute::new("has_password", true))
                .proposing(Attribute::new("language", language))
        };
        assert_eq!(
            heard,
            [
                alone("a", "active".into(), "en"),
                alone("b", Value::Nothing, "sw"),
                alone("c", "active".into(), "sw"),
                alone("d", "active".into(), "en"),
            ]
        );
    }
}
