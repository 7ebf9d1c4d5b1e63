//! Access requests: somebody asks to be let into a project space that allows it. Source: DESIGN §1, reference
//! commcare-users §2.9.

use super::person::{filled_line, line};
use super::project_space::text_of;
use super::{AccessRequestId, CursorKey, Email, Faults, ProjectSpaceId, WebUserId};
use chrono::{DateTime, Utc};

/// Longest name of who asks, in characters (reference §2.9).
pub const FULL_NAME_MAX: usize = 100;
/// Longest message, in characters.
pub const MESSAGE_MAX: usize = 500;
/// Most open requests of one project space: whoever comes may ask, so there is an end to it.
pub const OPEN_MAX: u64 = 200;

/// A request to be let in.
#[derive(Debug, Clone)]
pub struct AccessRequest {
    /// Its id.
    pub id: AccessRequestId,
    /// The project space that it asks for.
    pub project_space: ProjectSpaceId,
    /// Who asks, as they say.
    pub email: Email,
    /// Who asks, as they say.
    pub full_name: String,
    /// What else they say; may be empty.
    pub message: String,
    /// The account that asked, if it was signed in: then the address is known to be theirs.
    pub account: Option<WebUserId>,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Whether an admin has answered.
    pub state: AccessRequestState,
}

impl AccessRequest {
    /// The value that lists go by: the oldest come first.
    pub fn cursor_key(&self) -> CursorKey {
        CursorKey::Time(self.requested_at)
    }
}

/// What was done about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessRequestState {
    /// Nothing yet.
    Open,
    /// The address was invited, or its account let in.
    Approved,
    /// An admin said no.
    Rejected,
}

impl AccessRequestState {
    /// The name that policies and the database know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Open, Self::Approved, Self::Rejected].into_iter().find(|state| state.name() == name)
    }
}

/// A project space as strangers find it who may ask to be let in.
#[derive(Debug, Clone)]
pub struct FrontDoor {
    /// The project space.
    pub project_space: ProjectSpaceId,
}

/// A request as it was sent.
#[derive(Debug, Default)]
pub struct AccessRequestInput {
    /// Required of a stranger.
    pub email: Option<String>,
    /// Required of a stranger.
    pub full_name: Option<String>,
    /// May be left out.
    pub message: Option<String>,
}

/// The same, checked.
#[derive(Debug)]
pub struct NewAccessRequest {
    /// Who asks.
    pub email: Email,
    /// Who asks.
    pub full_name: String,
    /// What else they say.
    pub message: String,
    /// The account that asks, if it is signed in.
    pub account: Option<WebUserId>,
}

impl AccessRequestInput {
    /// Checks everything at once. `account` is who is signed in, whose own address and name count.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn parse(&self, account: Option<&super::WebUser>) -> Result<NewAccessRequest, Faults> {
        let mut faults = Faults::new();
        let own_name = account.map(|account| account.name());
        let full_name = self.full_name.as_deref().or(own_name.as_deref()).unwrap_or_default();
        let email = match (&self.email, account) {
            (None, Some(account)) => Some(account.email.clone()),
            (given, _) => text_of(&mut faults, "email", Email::parse(given.as_deref().unwrap_or_default())),
        };
        if let (Some(email), Some(account)) = (&email, account)
            && *email != account.email
        {
            let message = format!("you are signed in as `{}`: ask for yourself", account.email);
            faults.add(super::FaultCode::WrongAccount, &["email"], message);
        }
        let full_name = text_of(&mut faults, "full_name", filled_line(full_name, FULL_NAME_MAX));
        let message = self.message.as_deref().unwrap_or_default();
        let message = text_of(&mut faults, "message", line(message, MESSAGE_MAX));
        match (email, full_name, message) {
            (Some(email), Some(full_name), Some(message)) if faults.is_empty() => {
                Ok(NewAccessRequest { email, full_name, message, account: account.map(|account| account.id) })
            }
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FaultCode, WebUser};
    use uuid::Uuid;

    fn codes(result: Result<NewAccessRequest, Faults>) -> Vec<FaultCode> {
        result.map(|_| Vec::new()).unwrap_or_else(|faults| faults.into_iter().map(|it| it.code).collect())
    }

    fn ana() -> WebUser {
        WebUser {
            id: WebUserId(Uuid::from_u128(1)),
            email: Email::parse("ana@example.org").unwrap(),
            first_name: "Ana".to_owned(),
            last_name: String::new(),
            last_login_at: None,
        }
    }

    #[test]
    fn a_stranger_says_who_they_are() {
        assert_eq!(
            codes(AccessRequestInput::default().parse(None)),
            [FaultCode::Required, FaultCode::Required]
        );
        let wrong = AccessRequestInput {
            email: Some("nobody".to_owned()),
            full_name: Some("x".repeat(101)),
            message: Some("x".repeat(501)),
        };
        assert_eq!(
            codes(wrong.parse(None)),
            [FaultCode::EmailInvalid, FaultCode::TooLong, FaultCode::TooLong]
        );
    }

    #[test]
    fn who_is_signed_in_asks_for_themselves() {
        let request = AccessRequestInput::default().parse(Some(&ana())).unwrap();
        assert_eq!((request.email.as_str(), request.full_name.as_str()), ("ana@example.org", "Ana"));
        assert_eq!(request.account, Some(ana().id));
        let other = AccessRequestInput { email: Some("bo@example.org".to_owned()), ..Default::default() };
        assert_eq!(codes(other.parse(Some(&ana()))), [FaultCode::WrongAccount]);
    }
}
