//! Files that come along with a request, as the GraphQL multipart request specification has it.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use bytes::Bytes;

/// The files of a request, in the order of its `map`.
#[derive(Default)]
pub struct Uploads(Vec<Bytes>);

impl Uploads {
    /// These files.
    pub fn new(files: Vec<Bytes>) -> Self {
        Self(files)
    }

    /// What stands in a variable in the place of a file. Whoever writes it without sending one has sent no file.
    pub fn mark(index: usize) -> String {
        format!("{MARK}{index}")
    }

    /// A file.
    pub fn get(&self, upload: Upload) -> Option<Bytes> {
        self.0.get(upload.0).cloned()
    }
}

const MARK: &str = "#file:";

/// A file that comes along with the request: `multipart/form-data` with the parts `operations`, `map`, and the files. See
/// <https://github.com/jaydenseric/graphql-multipart-request-spec>.
#[derive(Debug, Clone, Copy)]
pub struct Upload(usize);

#[Scalar(specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec")]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        let index = match &value {
            Value::String(text) => text.strip_prefix(MARK).and_then(|index| index.parse().ok()),
            _ => None,
        };
        index.map(Self).ok_or_else(|| {
            InputValueError::custom(
                "a file is sent as a part of a `multipart/form-data` request, and is null in `operations`",
            )
        })
    }

    fn to_value(&self) -> Value {
        Value::Null
    }
}
