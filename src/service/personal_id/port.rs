//! PersonalID as a port: an OpenID provider outside of us that says whose a token is.

use crate::domain::{FaultCode, Faults, PersonalIdAccount};
use crate::service::{Failure, FetchError, Refused, Services};

/// No account came of a token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Forged, of another issuer, for somebody else, too old, or not a token at all. Why is for the log alone.
    #[error("{0}")]
    Invalid(&'static str),
    /// The issuer's keys cannot be had.
    #[error("the keys of PersonalID cannot be had")]
    Unavailable(#[source] FetchError),
}

/// Says whose a PersonalID token is.
#[async_trait::async_trait]
pub trait PersonalIdTokens: Send + Sync + 'static {
    /// The account that the token's bearer has, if the issuer made it, for us, and it is valid now.
    ///
    /// # Errors
    /// [`TokenError`].
    async fn verify(&self, token: &str) -> Result<PersonalIdAccount, TokenError>;
}

/// What came of a token that somebody sent: the account; or the faults, to be told along with others.
pub(super) async fn account(
    services: &Services,
    token: &str,
) -> Result<Result<PersonalIdAccount, Faults>, Refused> {
    let Some(tokens) = &services.personal_id else { return Ok(Err(not_configured())) };
    match tokens.verify(token).await {
        Ok(account) => Ok(Ok(account)),
        Err(TokenError::Invalid(reason)) => {
            tracing::info!(reason, "a PersonalID token was refused: {reason}");
            let message = "the PersonalID token is not valid, or no longer: get a new one";
            Ok(Err(Faults::one(FaultCode::InvalidToken, &["personal_id_token"], message)))
        }
        Err(error @ TokenError::Unavailable(_)) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "PersonalID cannot be asked for its keys: its tokens cannot be checked"
            );
            Err(Failure::Busy.into())
        }
    }
}

/// The refusal of what needs PersonalID where the operator has not said which issuer that is.
pub(super) fn not_configured() -> Faults {
    let message = "this gateway does not know PersonalID: its operator has to set `personal_id_issuer`";
    Faults::one(FaultCode::NotConfigured, &[], message)
}
