//! Pages by offset, as CommCare's scripts know them: the parameters, and the envelope `meta` and `objects`.

use super::call::{Call, Field, Takes};
use crate::domain::{FaultCode, Faults, PageRequest};
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// Items of a page that does not say how many (reference §4.9).
const LIMIT_DEFAULT: u32 = 20;
/// Most items of a page (reference §4.9); also what 0 means.
const LIMIT_MAX: u32 = 1000;
/// Farthest page: what lies beyond is for the GraphQL API's cursors, whose cost does not grow.
const OFFSET_MAX: u32 = 1_000_000;

/// How many items.
pub const LIMIT: Field = Field::new(
    "limit",
    Takes::Limit(LIMIT_MAX),
    "How many items: 20 when left out, and 1000 for 0 and for anything above 1000.",
);
/// Where the page begins.
pub const OFFSET: Field =
    Field::new("offset", Takes::Number { min: 0, max: OFFSET_MAX }, "How many items to pass over.");

/// The one form of answers that there is.
pub const FORMAT: Field = Field::new("format", Takes::Word(&["json"]), "Answers are JSON alone.");
/// A parameter of CommCare HQ that has no effect here.
pub const EXTRAS: Field =
    Field::new("extras", Takes::Flag, "Has no effect: answers have all fields in any case.");

/// The parameters of a list, as they were sent, and the path that they were sent to.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    path: String,
    given: Vec<(String, String)>,
}

/// Which page.
#[derive(Debug, Clone, Copy)]
pub struct OffsetPage {
    limit: u32,
    offset: u32,
}

impl Parameters {
    /// The parameters of a request to this path.
    pub fn new(path: String, given: Vec<(String, String)>) -> Self {
        Self { path, given }
    }

    /// What is wrong with them: those that the call does not have, those that come twice, and the page.
    pub fn check(&self, call: &Call) -> Faults {
        let mut faults = Faults::new();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in &self.given {
            let field = call.parameters.iter().find(|field| field.name == name);
            let Some(field) = field else {
                let shown: String = name.chars().take(64).collect();
                let message = format!("`{shown}` is not a parameter of this call");
                faults.add(FaultCode::UnknownField, &[&shown], message);
                continue;
            };
            if seen.contains(&field.name) {
                faults.add(FaultCode::InvalidValue, &[name], format!("`{name}` is given twice"));
            } else if let Takes::Number { max, .. } = field.takes
                && number(value, max).is_none()
            {
                let message = format!("`{name}` must be a whole number from 0 to {max}");
                faults.add(FaultCode::InvalidValue, &[name], message);
            } else if let Takes::Limit(max) = field.takes
                && limit(value, max).is_none()
            {
                let message = format!("`{name}` must be a whole number from 0 on");
                faults.add(FaultCode::InvalidValue, &[name], message);
            } else if let Takes::Flag = field.takes
                && truth(value).is_none()
            {
                faults.add(FaultCode::InvalidValue, &[name], format!("`{name}` must be true or false"));
            } else if let Takes::Word(words) = field.takes
                && !words.contains(&value.as_str())
            {
                let message = format!("`{name}` must be {}", words.join(" or "));
                faults.add(FaultCode::InvalidValue, &[name], message);
            }
            seen.push(field.name);
        }
        faults
    }

    /// The parameters that are the call's own, which the page has nothing to do with.
    pub fn own(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.given.iter().filter(|(name, _)| name != LIMIT.name && name != OFFSET.name);
        own.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The page, once [`Self::check`] has found nothing wrong.
    pub fn page(&self) -> OffsetPage {
        let given = |field: &Field| {
            self.given.iter().find(|(name, _)| name == field.name).map(|(_, value)| value.as_str())
        };
        let limit = given(&LIMIT).and_then(|value| limit(value, LIMIT_MAX)).unwrap_or(LIMIT_DEFAULT);
        OffsetPage {
            limit: if limit == 0 { LIMIT_MAX } else { limit },
            offset: given(&OFFSET).and_then(|value| number(value, OFFSET_MAX)).unwrap_or(0),
        }
    }
}

impl OffsetPage {
    /// The same for the use cases.
    pub fn request(self) -> PageRequest {
        PageRequest::Offset { limit: self.limit, offset: self.offset }
    }

    /// Whether the page begins with the first item.
    pub fn begins(self) -> bool {
        self.offset == 0
    }

    /// The items of the page, of all there are.
    pub fn of<T>(self, all: &[T]) -> impl Iterator<Item = &T> {
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        all.iter().skip(number(self.offset)).take(number(self.limit))
    }

    /// Whether something follows the page, of so many in all.
    pub fn has_next(self, total: u64) -> bool {
        u64::from(self.offset) + u64::from(self.limit) < total
    }

    /// The page as it is answered. `next` and `previous` are paths from the root that keep the list's conditions, so that
    /// clients which prepend the server and clients which read the query alone both follow them.
    pub fn envelope(self, given: &Parameters, total: u64, has_next: bool, objects: Vec<Json>) -> Json {
        let Self { limit, offset } = self;
        let link = |offset: u32| {
            let mut link = format!("{}?limit={limit}&offset={offset}", given.path);
            for (name, value) in given.own() {
                link.push('&');
                encode(name, &mut link);
                link.push('=');
                encode(value, &mut link);
            }
            link
        };
        json!({
            "meta": {
                "limit": limit,
                "offset": offset,
                "total_count": total,
                "next": has_next.then(|| link(offset.saturating_add(limit))),
                "previous": (offset > 0).then(|| link(offset.saturating_sub(limit))),
            },
            "objects": objects,
        })
    }
}

/// A limit, lowered to the largest that there is, as CommCare HQ does. Nothing when the text is no whole number.
fn limit(text: &str, max: u32) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Digits that no number holds are more than the largest.
    is_number.then(|| text.parse().unwrap_or(max).min(max))
}

/// A truth value as clients of CommCare HQ spell it. Nothing when the text is unclear.
pub fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

fn number(text: &str, max: u32) -> Option<u32> {
    text.parse().ok().filter(|number| *number <= max)
}

/// Writes a text as a part of a query (RFC 3986 §2.1).
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}
