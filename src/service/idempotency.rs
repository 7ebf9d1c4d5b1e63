//! Carries out a request once, however often it is sent.

use super::{Failure, Services};
use crate::domain::{ANSWER_MAX, KeptAnswer, Principal};

/// A request with a key is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum NotRepeated {
    /// The key came with another request before.
    #[error("this idempotency key came with another request before: make a new key for each request")]
    AnotherRequest,
    /// The same request is under way, or its answer was lost.
    #[error(
        "the request with this idempotency key has been carried out and its answer is not to be had: look for what it made"
    )]
    NoAnswer,
    /// It is not known.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// The answer that the principal's request had before.
///
/// # Errors
/// [`NotRepeated`].
pub async fn answered(services: &Services, principal: &Principal) -> Result<Option<KeptAnswer>, NotRepeated> {
    let (Some(owner), Some(once)) = (principal.identity.id(), &principal.origin.idempotency) else {
        return Ok(None);
    };
    let earlier = services.store.earlier(&owner, once, services.clock.now()).await.map_err(Failure::from)?;
    match earlier {
        None => Ok(None),
        Some(earlier) if earlier.fingerprint != once.fingerprint => Err(NotRepeated::AnotherRequest),
        Some(earlier) => earlier.answer.map(Some).ok_or(NotRepeated::NoAnswer),
    }
}

/// Keeps the answer if the principal's request has made something. Where the same request was sent twice at once and the
/// other one was carried out, it gives that one's.
///
/// # Errors
/// [`NotRepeated`].
pub async fn keep(
    services: &Services,
    principal: &Principal,
    answer: KeptAnswer,
) -> Result<Option<KeptAnswer>, NotRepeated> {
    let (Some(owner), Some(once)) = (principal.identity.id(), &principal.origin.idempotency) else {
        return Ok(None);
    };
    if answer.body.len() > ANSWER_MAX {
        return Ok(None);
    }
    match services.store.keep_answer(&owner, once, answer).await {
        Ok(true) => Ok(None),
        Ok(false) => answered(services, principal).await,
        // What was made is made, and this answer says so.
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "could not keep the answer of a request"
            );
            Ok(None)
        }
    }
}
