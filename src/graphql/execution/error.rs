//! Request errors: why a request is not executed (specification 7.1.2).

use crate::graphql::error::ErrorCode;
use async_graphql::{Pos, ServerError};

/// Why a request is not executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestError {
    /// The value of `extensions.code`.
    pub code: ErrorCode,
    /// For the developer of the client.
    pub message: String,
    /// The places in the document.
    pub locations: Vec<Pos>,
    /// For a document that costs too much: its cost and the limit.
    pub cost: Option<(usize, usize)>,
}

impl RequestError {
    /// An error at one place of the document.
    pub fn at(code: ErrorCode, message: impl Into<String>, position: Pos) -> Self {
        Self { locations: vec![position], ..Self::new(code, message) }
    }

    /// An error about the whole request.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), locations: Vec::new(), cost: None }
    }
}

impl From<RequestError> for ServerError {
    fn from(error: RequestError) -> Self {
        let mut server_error = Self::new(error.message, None);
        server_error.locations = error.locations;
        let extensions = server_error.extensions.get_or_insert_default();
        extensions.set("code", error.code.name());
        if let Some((cost, limit)) = error.cost {
            extensions.set("cost", cost);
            extensions.set("limit", limit);
        }
        server_error
    }
}
