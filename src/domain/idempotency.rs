//! Requests that are carried out once, however often they are sent (draft-ietf-httpapi-idempotency-key-header).

use chrono::TimeDelta;
use uuid::Uuid;

/// How long an answer is kept to be given again.
pub const ANSWER_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Longest `Idempotency-Key`, in characters.
pub const KEY_MAX: usize = 255;
/// Longest answer that is kept, in bytes. One that is longer is not given again; the request is still not carried out
/// again.
pub const ANSWER_MAX: usize = 256 * 1024;

/// A request that came with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// SHA-256 of the key, which is its owner's alone.
    pub key: Vec<u8>,
    /// SHA-256 of method, address and body.
    pub fingerprint: Vec<u8>,
    /// Which sending of it this is: what is made under the key is made by one of them.
    pub attempt: Uuid,
}

/// An answer as it went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub content_type: String,
    /// The `Location` header.
    pub location: Option<String>,
    /// The body.
    pub body: String,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Of the request that came with it.
    pub fingerprint: Vec<u8>,
    /// Its answer; none while it is under way, or when the gateway stopped before it went out.
    pub answer: Option<KeptAnswer>,
}
