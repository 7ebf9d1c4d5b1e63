//! Measures the cost and depth of a document that was refused for them, to tell the client.

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextValidation};
use async_graphql::{Response, ServerError, ValidationResult};
use std::sync::{Arc, Mutex, PoisonError};

/// The result of a measurement, as data of the request.
#[derive(Clone, Default)]
pub struct Measured(Arc<Mutex<Option<ValidationResult>>>);

impl Measured {
    /// The result, once the request has been answered.
    pub fn get(&self) -> Option<ValidationResult> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Measures a document instead of executing it. An extension makes every field dearer, so it is one of a schema of its own.
pub struct Measure;

impl ExtensionFactory for Measure {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Measure {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await?;
        if let Ok(measured) = ctx.data::<Measured>() {
            *measured.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }
        Ok(result)
    }

    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::default()
    }
}
