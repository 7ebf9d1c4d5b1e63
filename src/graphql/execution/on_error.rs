//! Marks of fields in a merged document that say where an error of the field goes (specification 6.4.4). async-graphql
//! lets an error of a nullable field make the parent null, gives errors of arguments no path, and cuts the path of an error
//! that passes through a list.
//!
//! The marks are directives that clients can neither see nor send: they are not registered in the schema, and a document
//! with them does not pass validation.

use super::merge::Origins;
use async_graphql::extensions::ResolveFut;
use async_graphql::parser::types::Directive;
use async_graphql::registry::Registry;
use async_graphql::{
    Context, ContextDirective, CustomDirective, CustomDirectiveFactory, PathSegment, ServerError,
    ServerResult, Value,
};
use std::borrow::Cow;
use std::sync::Arc;

/// The mark of a nullable field: an error makes the field null.
pub const ERROR_IN_PLACE: &str = "__errorInPlace";
/// The mark of a non-null field with arguments or a list: an error makes the nearest nullable parent null.
pub const ERROR_TO_PARENT: &str = "__errorToParent";

/// Handles [`ERROR_IN_PLACE`].
pub struct ErrorInPlace;
/// Handles [`ERROR_TO_PARENT`].
pub struct ErrorToParent;

impl CustomDirectiveFactory for ErrorInPlace {
    fn name(&self) -> Cow<'static, str> {
        ERROR_IN_PLACE.into()
    }

    fn register(&self, _: &mut Registry) {}

    fn create(&self, _: &ContextDirective<'_>, _: &Directive) -> ServerResult<Box<dyn CustomDirective>> {
        Ok(Box::new(Self))
    }
}

impl CustomDirectiveFactory for ErrorToParent {
    fn name(&self) -> Cow<'static, str> {
        ERROR_TO_PARENT.into()
    }

    fn register(&self, _: &mut Registry) {}

    fn create(&self, _: &ContextDirective<'_>, _: &Directive) -> ServerResult<Box<dyn CustomDirective>> {
        Ok(Box::new(Self))
    }
}

#[async_trait::async_trait]
impl CustomDirective for ErrorInPlace {
    async fn resolve_field(&self, ctx: &Context<'_>, resolve: ResolveFut<'_>) -> ServerResult<Option<Value>> {
        match resolve.await {
            Err(error) => {
                ctx.add_error(with_path(ctx, error));
                Ok(Some(Value::Null))
            }
            resolved => resolved,
        }
    }
}

#[async_trait::async_trait]
impl CustomDirective for ErrorToParent {
    async fn resolve_field(&self, ctx: &Context<'_>, resolve: ResolveFut<'_>) -> ServerResult<Option<Value>> {
        resolve.await.map_err(|error| with_path(ctx, error))
    }
}

/// The whole path of an error, where lists above cannot cut it.
struct WholePath(Vec<PathSegment>);

/// Keeps the path that an error has at a field.
fn with_path(ctx: &Context<'_>, mut error: ServerError) -> ServerError {
    if error.source::<WholePath>().is_some() {
        return error;
    }
    if error.path.is_empty() {
        error = ctx.set_error_path(error);
    }
    let path = match ctx.data_opt::<Arc<Origins>>() {
        Some(origins) => origins.path(&error),
        None => error.path.clone(),
    };
    error.source = Some(Arc::new(WholePath(path)));
    error
}

/// Gives an error of the merged document the path and the places that it has in the original one.
pub fn restore(origins: &Origins, error: &mut ServerError) {
    error.path = match error.source::<WholePath>() {
        Some(WholePath(path)) => path.clone(),
        None => origins.path(error),
    };
    error.locations = error.locations.drain(..).flat_map(|place| origins.places(place)).collect();
}
