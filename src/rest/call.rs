//! What is said of a call: a table that stands beside the code of the call. The OpenAPI document is made of the tables, and
//! bodies and parameters are read by them, so that a field which is read and not told, or told and not read, cannot be.

use serde_json::{Value as Json, json};

/// A call of the API.
#[derive(Debug)]
pub struct Call {
    /// Its name for programs: `createMobileWorker`.
    pub name: &'static str,
    /// In small letters, as OpenAPI writes it.
    pub method: &'static str,
    /// With the names of its parameters in braces.
    pub path: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// More for people.
    pub says: &'static str,
    /// What may stand after the `?`.
    pub parameters: &'static [Field],
    /// What the body has, if there is one.
    pub body: Option<Body>,
    /// Whether it makes something, and takes an `Idempotency-Key`.
    pub creates: bool,
    /// The status of success.
    pub status: u16,
    /// The schema of its answer; none for an empty one.
    pub answer: Option<&'static str>,
    /// What else can come of it, beside what can come of every call.
    pub problems: &'static [u16],
}

/// The body of a request: a JSON object.
#[derive(Debug)]
pub struct Body {
    /// The name of its schema.
    pub schema: &'static str,
    /// Its fields, in groups that calls may share.
    pub fields: &'static [&'static [Field]],
    /// A body that works.
    pub example: fn() -> Json,
}

/// A field of a body, or a parameter.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether it must be there.
    pub required: bool,
    /// For people.
    pub says: &'static str,
}

/// What a field takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// A text.
    Text,
    /// A text, or null to clear.
    Clearable,
    /// A list of texts, or null to clear.
    Texts,
    /// An object, or null to clear.
    Data,
    /// True or false, as JSON or as the texts that CommCare's clients send.
    Truth,
    /// A truth value as a parameter, in one of the spellings of CommCare's clients.
    Flag,
    /// A moment as RFC 3339 writes it, as a parameter.
    Moment,
    /// A whole number.
    Number {
        /// At least.
        min: u32,
        /// At most.
        max: u32,
    },
    /// A whole number that is lowered to this one where it is larger.
    Limit(u32),
    /// An id of this kind: 32 hexadecimal digits, with or without the prefix of the GraphQL API.
    Id(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
}

const TRUE_OR_FALSE: &str = "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$";
/// A truth value in a query, as clients of CommCare HQ spell it.
const FLAG: &str = "^([Tt]([Rr][Uu][Ee])?|[Ff]([Aa][Ll][Ss][Ee])?|[Yy]([Ee][Ss])?|[Nn][Oo]?|0|1)$";

impl Call {
    /// A call without parameters and body that answers with nothing: the rest of a table that says less.
    pub const PLAIN: Self = Self {
        name: "",
        method: "get",
        path: "",
        summary: "",
        says: "",
        parameters: &[],
        body: None,
        creates: false,
        status: 200,
        answer: None,
        problems: &[],
    };

    /// The fields of its body.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.body
            .iter()
            .flat_map(|body| body.fields.iter().copied().flatten())
            .collect::<Vec<_>>()
            .into_iter()
    }
}

impl Field {
    /// A field that may be left out.
    pub const fn new(name: &'static str, takes: Takes, says: &'static str) -> Self {
        Self { name, takes, required: false, says }
    }

    /// A field that must be there.
    pub const fn required(name: &'static str, takes: Takes, says: &'static str) -> Self {
        Self { name, takes, required: true, says }
    }
}

impl Takes {
    /// The same in the words of JSON Schema. Not narrower than what is taken: lengths and the like are rules, which are
    /// told with their codes when they are broken.
    pub fn schema(self) -> Json {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Clearable => json!({ "type": ["string", "null"] }),
            Self::Texts => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
            Self::Data => json!({
                "type": ["object", "null"],
                "additionalProperties": { "type": ["string", "number", "boolean", "null"] },
            }),
            Self::Truth => json!({
                "anyOf": [{ "type": ["boolean", "null"] }, { "type": "string", "pattern": TRUE_OR_FALSE }],
            }),
            Self::Flag => json!({ "type": "string", "pattern": FLAG }),
            Self::Moment => json!({ "type": "string", "format": "date-time" }),
            Self::Number { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
            Self::Limit(_) => json!({ "type": "integer", "minimum": 0 }),
            Self::Id(prefix) => {
                json!({ "type": "string", "pattern": format!("^({prefix}_)?[0-9a-fA-F]{{32}}$") })
            }
            Self::Word(words) => json!({ "type": "string", "enum": words }),
        }
    }
}
