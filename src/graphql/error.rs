//! The one place where failures become codes, and faults become user errors.

use crate::authz::Denied;
use crate::domain::{Fault, FaultCode};
use crate::service::Failure;
use async_graphql::{Enum, Error, ErrorExtensions, SimpleObject};

/// What a failure's `extensions.code` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// Sign in, or sign in again.
    Unauthenticated,
    /// The access token has expired: refresh the session.
    TokenExpired,
    /// You may know of it, and may not do this.
    Forbidden,
    /// It is not there, or you may not know that it is.
    NotFound,
    /// It has changed in the meantime.
    Conflict,
    /// Too often: `retryAfterSeconds` says how long to wait.
    RateLimited,
    /// Not now.
    Unavailable,
    /// The database cannot be written at the moment.
    NotWritable,
    /// Our own fault.
    Internal,
    /// The request checks a second credential: it may check one.
    SeveralCredentials,
    /// The request is malformed, or exceeds a limit on documents.
    BadRequest,
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// `operationName` names no operation of the document, or is missing where there are several.
    OperationResolutionFailure,
    /// A variable is missing or is not of its type.
    BadUserInput,
    /// The document costs more than a document may: `cost` and `limit` say how much.
    CostLimitExceeded,
    /// Automatic persisted queries are not supported: send the text of the document.
    PersistedQueryNotSupported,
}

impl ErrorCode {
    /// The name that clients see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::TokenExpired => "TOKEN_EXPIRED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::NotWritable => "DATABASE_NOT_WRITABLE",
            Self::Internal => "INTERNAL",
            Self::SeveralCredentials => "SEVERAL_CREDENTIALS",
            Self::BadRequest => "BAD_REQUEST",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::CostLimitExceeded => "COST_LIMIT_EXCEEDED",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
        }
    }

    /// An error with this code.
    pub fn with(self, message: impl Into<String>) -> Error {
        Error::new(message).extend_with(|_, extensions| extensions.set("code", self.name()))
    }

    /// The error of a failure; a denial with all that may be said of it.
    pub(super) fn extend(self, failure: &Failure) -> Error {
        let error = self.with(failure.to_string());
        match failure {
            Failure::Denied(Denied::Forbidden { decision, policy, denial }) => {
                error.extend_with(|_, extensions| {
                    extensions.set("decisionId", decision.to_string());
                    extensions.set("policy", policy.as_str());
                    extensions.set("reason", denial.reason.as_str());
                    extensions.set("missing", denial.missing.clone());
                })
            }
            Failure::Denied(Denied::Undecided { decision, undecided }) => {
                error.extend_with(|_, extensions| {
                    extensions.set("decisionId", decision.to_string());
                    if let Some(undecided) = undecided {
                        extensions.set("policy", undecided.policy.as_str());
                        extensions.set("fault", undecided.cause.name());
                        if let Some(attribute) = &undecided.attribute {
                            extensions.set("attribute", attribute.as_str());
                        }
                    }
                })
            }
            Failure::TooOften { retry_after } => error.extend_with(|_, extensions| {
                extensions.set("retryAfterSeconds", retry_after.num_seconds().saturating_add(1));
            }),
            _ => error,
        }
    }
}

impl From<&Failure> for ErrorCode {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::NotFound | Failure::Denied(Denied::NotVisible) => Self::NotFound,
            Failure::Denied(Denied::Forbidden { .. }) => Self::Forbidden,
            Failure::Denied(Denied::Anonymous) | Failure::Unauthenticated => Self::Unauthenticated,
            Failure::Denied(Denied::Undecided { .. }) | Failure::Busy | Failure::ConnectionLost(_) => {
                Self::Unavailable
            }
            Failure::NotWritable(_) => Self::NotWritable,
            Failure::Conflict => Self::Conflict,
            Failure::TooOften { .. } => Self::RateLimited,
            Failure::SeveralCredentials => Self::SeveralCredentials,
            Failure::Internal(_) => Self::Internal,
        }
    }
}

/// Done, or refused with all that was wrong.
pub type Settled<T> = Result<T, Vec<UserError>>;

/// Something wrong with the input that the caller can act on.
#[derive(SimpleObject, Debug, Clone)]
pub struct UserError {
    /// Which rule it breaks.
    pub code: UserErrorCode,
    /// For people, in English.
    pub message: String,
    /// Where in the input, from the outside in; a list's index is a step of its own. Null for the whole input.
    pub path: Option<Vec<String>>,
}

impl From<Fault> for UserError {
    fn from(fault: Fault) -> Self {
        let mut path = fault.path;
        // Only the first step is a name of ours: below it stand indices, and the project's own keys as they are.
        if let Some(field) = path.first_mut() {
            *field = camel_case(field);
        }
        Self {
            code: UserErrorCode::from(fault.code),
            message: fault.message,
            path: (!path.is_empty()).then_some(path),
        }
    }
}

/// `primary_location_id` is `primaryLocationId` here.
fn camel_case(snake: &str) -> String {
    let mut words = snake.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// The rules that an input can break, the same on every channel.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "FaultCode")]
pub enum UserErrorCode {
    /// A value is missing or empty.
    Required,
    /// A value or list is longer than allowed.
    TooLong,
    /// A value is not one of those allowed, or not well formed.
    InvalidValue,
    /// The name is unknown here.
    UnknownField,
    /// The username belongs to a worker of this project space, perhaps a deleted one.
    UsernameTaken,
    /// The username breaks the rules for usernames.
    UsernameInvalid,
    /// Not an e-mail address.
    EmailInvalid,
    /// The password is too short, too long, or too easily guessed.
    PasswordWeak,
    /// The worker's PersonalID link is active: while it is, nobody sets, resets or changes the password.
    PasswordLockedByPersonalId,
    /// The worker has yet to confirm their account: they set the password by that.
    ConfirmationPending,
    /// The account is to be confirmed by its worker, who sets the password: leave it out.
    PasswordNotAllowed,
    /// A mail is to be sent, and the worker has no e-mail address.
    EmailRequired,
    /// A confirmation is to be mailed for an account that needs none: ask for `requireAccountConfirmation` along with it.
    ConfirmationNotRequired,
    /// The account is confirmed: there is nothing to be sent.
    AlreadyConfirmed,
    /// The primary location is not among the locations.
    PrimaryLocationNotAssigned,
    /// The location does not exist, or you may not assign it.
    LocationOutOfReach,
    /// The group does not exist, or you may not assign it.
    GroupOutOfReach,
    /// The mobile worker does not exist, is deleted, or you may not do this to them.
    WorkerOutOfReach,
    /// The role does not exist, is archived, or you may not give it.
    RoleNotAssignable,
    /// You would grant a permission that you do not hold.
    GrantNotHeld,
    /// The account holds a permission or reaches a location that you do not, and this could let you act as that account.
    AccountHoldsMore,
    /// A role of this name exists, whatever its case.
    RoleNameTaken,
    /// Somebody or something has the role: archive it instead.
    RoleInUse,
    /// A role grants the permission.
    PermissionInUse,
    /// Only admins of the project space may.
    AdminOnly,
    /// You cannot remove or deactivate yourself, or change your own role: ask another admin.
    SelfRemoval,
    /// The project space would have no active admin any more.
    LastAdmin,
    /// The user profile does not exist, or you may not give it, or take the one that is there.
    ProfileNotAssignable,
    /// Somebody has the user profile, perhaps a deleted worker.
    ProfileInUse,
    /// The user profile fixes the value: take the profile away, or leave the value out.
    FixedByProfile,
    /// These people have no user data and no profile: nothing can be asked of them.
    NoUserData,
    /// People are assigned to the location, or places stand below it: archive it instead.
    LocationInUse,
    /// There are locations or location types of this level, or people at them.
    LocationTypeInUse,
    /// The location is archived, or nobody is assigned to locations of its level.
    LocationTakesNobody,
    /// Another thing of this kind has the name or code.
    NameTaken,
    /// The thing is not in a state that allows this.
    InvalidState,
    /// User name and password do not fit together, or the account cannot sign in.
    WrongCredentials,
    /// The token is unknown, used, or has expired.
    InvalidToken,
    /// They belong to the project space already.
    AlreadyMember,
    /// The address has an invitation that can still be accepted: resend it instead.
    AlreadyInvited,
    /// The invitation was not accepted in time: ask to be invited again.
    InvitationExpired,
    /// The invitation was accepted: its link is good once.
    InvitationUsed,
    /// This is for another account than the one that you are signed in with.
    WrongAccount,
    /// There is an account for this: sign in with it.
    SignInRequired,
    /// The worker has no PersonalID link: invite them first.
    LinkNotFound,
    /// The worker has a PersonalID link already.
    AlreadyLinked,
    /// The project space does not have this feature.
    FeatureDisabled,
    /// The gateway's operator has not set up what this needs.
    NotConfigured,
    /// The PersonalID account is linked to another worker of this project space, perhaps a deleted one.
    PersonalIdTaken,
    /// Your PersonalID link is inactive: ask for it with `requestPersonalIdAccess`.
    LinkInactive,
    /// The component is too large, or of a shape that takes too long to compile.
    ModuleTooLarge,
    /// Not a WebAssembly component, or one that cannot be compiled.
    ModuleNotAComponent,
    /// The component imports something, and a policy imports nothing.
    ModuleImports,
    /// The component does not export what the contract says.
    ModuleWrongWorld,
    /// What the module says of itself is not acceptable.
    ModuleManifestInvalid,
    /// The module traps, thinks too long or wants too much memory.
    ModuleFaulty,
    /// `decide`, `decide-many` and `scope` of the module say different things.
    ModuleDisagrees,
    /// The component is not the one with this digest.
    ModuleDigestMismatch,
    /// The module must be signed with a key that the operator trusts.
    ModuleUnsigned,
    /// The signature is none of a trusted key over this component.
    ModuleSignatureInvalid,
    /// No module with this digest was uploaded in the project space.
    ModuleUnknown,
    /// The module is in force, monitored, or where rolling back leads.
    ModuleInUse,
    /// The module does not take these settings.
    SettingsInvalid,
    /// The file of cases cannot be read, or asks what is never asked.
    CasesInvalid,
    /// A case that the project space set does not hold under what was to be put in force.
    CasesFailed,
    /// Under what was to be put in force you could not see or change the policies any more. `confirmLockOut` does it anyway.
    LocksYouOut,
    /// The project space has as many of these as it may have.
    QuotaExceeded,
}
