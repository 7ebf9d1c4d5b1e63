//! Executes requests as the GraphQL specification says. async-graphql resolves fields; what a document means is decided
//! here, from its text to the document that async-graphql gets:
//!
//! 1. [`parse`]: text to document.
//! 2. [`Engine::validate`]: the document against the type system.
//! 3. [`Engine::prepare`]: coerces the variables, merges the fields.
//! 4. [`Engine::execute`]: runs the merged document.
//!
//! Steps 1 and 2 depend on the text alone. The merged document depends on the text, the operation, which variables are
//! present and the values of those in `@skip` and `@include`.

mod coerce;
mod cost;
mod error;
mod lexer;
mod merge;
mod on_error;
mod overlap;
mod parser;
mod types;
mod validate;
mod values;
mod variable_rules;

pub use error::RequestError;
pub use parser::parse;
pub use types::ScalarCheck;

use super::error::ErrorCode;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use async_graphql::{
    ObjectType, Positioned, Request, Response, Schema, SchemaBuilder, SubscriptionType, ValidationMode,
    Variables,
};
use cost::{Measure, Measured};
use merge::{Merged, Origins};
use on_error::{ErrorInPlace, ErrorToParent};
use serde_json::{Map, Value as Json};
use std::sync::{Arc, OnceLock};
use types::TypeSystem;

/// What a document may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Highest cost.
    pub cost: usize,
    /// Deepest selection.
    pub depth: usize,
}

/// A schema that answers requests as the specification says.
pub struct Engine<Query, Mutation, Subscription> {
    schema: Schema<Query, Mutation, Subscription>,
    builder: fn() -> SchemaBuilder<Query, Mutation, Subscription>,
    /// Made when a document is refused for its cost for the first time.
    measuring: OnceLock<Schema<Query, Mutation, Subscription>>,
    types: TypeSystem,
    limits: Limits,
}

/// An operation that is ready to be executed.
pub struct Prepared {
    document: ExecutableDocument,
    origins: Origins,
    variables: Variables,
}

/// The answer to a request.
pub enum Outcome {
    /// The request was not executed: the answer has errors and no `data`.
    Refused(Vec<RequestError>),
    /// The request was executed: the answer has `data`, which may be null.
    Executed(Response),
}

impl<Query, Mutation, Subscription> Engine<Query, Mutation, Subscription>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    /// An engine for the schema that `builder` makes, with checks of its custom scalars. Its definition language must be
    /// readable.
    pub fn new(
        builder: fn() -> SchemaBuilder<Query, Mutation, Subscription>,
        scalars: &[(&'static str, ScalarCheck)],
        limits: Limits,
    ) -> Result<Self, async_graphql::parser::Error> {
        let schema = builder()
            .directive(ErrorInPlace)
            .directive(ErrorToParent)
            .validation_mode(ValidationMode::Fast)
            // Bounds async-graphql's own recursion; the depth is limited below it.
            .limit_recursive_depth(RECURSION_MAX)
            .limit_complexity(limits.cost)
            .limit_depth(limits.depth)
            .finish();
        let types = TypeSystem::parse(&schema.sdl(), scalars)?;
        Ok(Self { schema, builder, measuring: OnceLock::new(), types, limits })
    }

    /// The schema.
    pub fn schema(&self) -> &Schema<Query, Mutation, Subscription> {
        &self.schema
    }

    /// Validates a document.
    pub fn validate(&self, document: &ExecutableDocument) -> Result<(), Vec<RequestError>> {
        validate::validate(&self.types, document)
    }

    /// Coerces the variables and merges the fields of an operation of a valid document.
    pub fn prepare(
        &self,
        document: &ExecutableDocument,
        operation_name: Option<&str>,
        variables: Map<String, Json>,
    ) -> Result<Prepared, Vec<RequestError>> {
        let operation = operation(document, operation_name).map_err(|error| vec![error])?;
        let variables = coerce::variables(&self.types, &operation.node, variables)?;
        let Merged { document, origins } =
            merge::merge(&self.types, &document.fragments, operation, &variables)
                .map_err(|error| vec![error])?;
        Ok(Prepared { document, origins, variables })
    }

    /// Executes an operation. `data` adds to the request what the resolvers work with.
    pub async fn execute(&self, prepared: Prepared, data: impl FnOnce(Request) -> Request) -> Outcome {
        let Prepared { document, origins, variables } = prepared;
        let request = |document| {
            let mut request = Request::new(String::new()).variables(variables.clone());
            request.set_parsed_query(document);
            request
        };
        let origins = Arc::new(origins);
        let executed = request(document.clone()).data(Arc::clone(&origins));
        let mut response = self.schema.execute(data(executed)).await;
        // Before execution, only the limits make errors, and these have no path.
        let is_refused = response.data == async_graphql::Value::Null
            && !response.errors.is_empty()
            && response.errors.iter().all(|error| error.path.is_empty());
        if is_refused {
            return Outcome::Refused(self.refusal(request(document)).await);
        }
        for error in &mut response.errors {
            on_error::restore(&origins, error);
        }
        Outcome::Executed(response)
    }

    /// Says which limit a request exceeds.
    async fn refusal(&self, request: Request) -> Vec<RequestError> {
        let measuring = self.measuring.get_or_init(|| {
            (self.builder)()
                .validation_mode(ValidationMode::Fast)
                .limit_recursive_depth(RECURSION_MAX)
                .extension(Measure)
                .finish()
        });
        let measured = Measured::default();
        let response = measuring.execute(request.data(measured.clone())).await;
        let error = match measured.get() {
            Some(result) if result.complexity > self.limits.cost => RequestError {
                cost: Some((result.complexity, self.limits.cost)),
                ..RequestError::new(
                    ErrorCode::CostLimitExceeded,
                    format!("the operation costs {}, and may cost {}", result.complexity, self.limits.cost),
                )
            },
            Some(result) if result.depth > self.limits.depth => RequestError::new(
                ErrorCode::BadRequest,
                format!("the operation is {} fields deep, and may be {}", result.depth, self.limits.depth),
            ),
            _ => {
                let message =
                    response.errors.first().map_or("the operation is refused", |it| it.message.as_str());
                RequestError::new(ErrorCode::BadRequest, message)
            }
        };
        vec![error]
    }
}

/// Deepest recursion of async-graphql: a field, and a fragment for the objects of an interface.
const RECURSION_MAX: usize = 128;

/// The operation that a request names.
pub fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, RequestError> {
    let refused = |message: String| Err(RequestError::new(ErrorCode::OperationResolutionFailure, message));
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => match operations.get(name) {
            Some(operation) => Ok(operation),
            None => refused(format!("there is no operation {}", values::shown(name))),
        },
        (DocumentOperations::Single(_), Some(name)) => {
            refused(format!("there is no operation {}", values::shown(name)))
        }
        (DocumentOperations::Multiple(operations), None) => match operations.values().next() {
            Some(operation) if operations.len() == 1 => Ok(operation),
            Some(_) => {
                refused("there are several operations: name one of them in `operationName`".to_owned())
            }
            None => refused("there is no operation, only fragments".to_owned()),
        },
    }
}
