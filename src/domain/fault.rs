//! What can be wrong with an input: one vocabulary for GraphQL, REST and files.

/// A refusal that the caller can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What rule it breaks.
    pub code: FaultCode,
    /// For people: lower case, no full stop.
    pub message: String,
    /// Where in the input, in snake case; a list's index is a step of its own. Empty for the whole input.
    pub path: Vec<String>,
}

/// The rule that an input breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultCode {
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
    /// The username breaks CommCare's rules.
    UsernameInvalid,
    /// Not an e-mail address.
    EmailInvalid,
    /// The password is too short or too easily guessed.
    PasswordWeak,
    /// The worker signs in with PersonalID: their password is not set, reset or changed by anybody.
    PasswordLockedByPersonalId,
    /// The worker has yet to confirm their account, and sets the password by that.
    ConfirmationPending,
    /// A password was given for an account whose worker is to set it.
    PasswordNotAllowed,
    /// A mail is to be sent, and there is no address.
    EmailRequired,
    /// A confirmation is to be mailed for an account that needs none.
    ConfirmationNotRequired,
    /// The account is confirmed.
    AlreadyConfirmed,
    /// The primary location is not among the locations.
    PrimaryLocationNotAssigned,
    /// The location does not exist or the caller may not assign it.
    LocationOutOfReach,
    /// The group does not exist or the caller may not assign it.
    GroupOutOfReach,
    /// The mobile worker does not exist, is deleted, or the caller may not do this to them.
    WorkerOutOfReach,
    /// The role does not exist, is archived, or the caller may not give it.
    RoleNotAssignable,
    /// The caller would grant a permission that they do not hold.
    GrantNotHeld,
    /// The account holds a permission or reaches a location that the caller does not, and this could let the caller act
    /// as that account.
    AccountHoldsMore,
    /// A role of this name exists, whatever its case.
    RoleNameTaken,
    /// Somebody or something has the role.
    RoleInUse,
    /// A role grants the permission.
    PermissionInUse,
    /// Only admins of the project space may.
    AdminOnly,
    /// Nobody removes or deactivates themselves, or changes their own role.
    SelfRemoval,
    /// The project space would have no active admin any more.
    LastAdmin,
    /// The user profile does not exist, or the caller may not give or take it.
    ProfileNotAssignable,
    /// Somebody has the user profile.
    ProfileInUse,
    /// The profile fixes the value.
    FixedByProfile,
    /// These people have no user data: nothing can be asked of it.
    NoUserData,
    /// People are assigned to the location, or places stand below it.
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
    /// The address has an invitation that can still be accepted.
    AlreadyInvited,
    /// The invitation was not accepted in time.
    InvitationExpired,
    /// The invitation was accepted.
    InvitationUsed,
    /// This is for another account than the one that is signed in.
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
    /// A case of the project space does not hold.
    CasesFailed,
    /// The caller could not take it back.
    LocksYouOut,
    /// The project space has as many of these as it may have.
    QuotaExceeded,
}

impl FaultCode {
    /// The name that clients see, the same on every channel.
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::TooLong => "TOO_LONG",
            Self::InvalidValue => "INVALID_VALUE",
            Self::UnknownField => "UNKNOWN_FIELD",
            Self::UsernameTaken => "USERNAME_TAKEN",
            Self::UsernameInvalid => "USERNAME_INVALID",
            Self::EmailInvalid => "EMAIL_INVALID",
            Self::PasswordWeak => "PASSWORD_WEAK",
            Self::PasswordLockedByPersonalId => "PASSWORD_LOCKED_BY_PERSONAL_ID",
            Self::ConfirmationPending => "CONFIRMATION_PENDING",
            Self::PasswordNotAllowed => "PASSWORD_NOT_ALLOWED",
            Self::EmailRequired => "EMAIL_REQUIRED",
            Self::ConfirmationNotRequired => "CONFIRMATION_NOT_REQUIRED",
            Self::AlreadyConfirmed => "ALREADY_CONFIRMED",
            Self::PrimaryLocationNotAssigned => "PRIMARY_LOCATION_NOT_ASSIGNED",
            Self::LocationOutOfReach => "LOCATION_OUT_OF_REACH",
            Self::GroupOutOfReach => "GROUP_OUT_OF_REACH",
            Self::WorkerOutOfReach => "WORKER_OUT_OF_REACH",
            Self::RoleNotAssignable => "ROLE_NOT_ASSIGNABLE",
            Self::GrantNotHeld => "GRANT_NOT_HELD",
            Self::AccountHoldsMore => "ACCOUNT_HOLDS_MORE",
            Self::RoleNameTaken => "ROLE_NAME_TAKEN",
            Self::RoleInUse => "ROLE_IN_USE",
            Self::PermissionInUse => "PERMISSION_IN_USE",
            Self::AdminOnly => "ADMIN_ONLY",
            Self::SelfRemoval => "SELF_REMOVAL",
            Self::LastAdmin => "LAST_ADMIN",
            Self::ProfileNotAssignable => "PROFILE_NOT_ASSIGNABLE",
            Self::ProfileInUse => "PROFILE_IN_USE",
            Self::FixedByProfile => "FIXED_BY_PROFILE",
            Self::NoUserData => "NO_USER_DATA",
            Self::LocationInUse => "LOCATION_IN_USE",
            Self::LocationTypeInUse => "LOCATION_TYPE_IN_USE",
            Self::LocationTakesNobody => "LOCATION_TAKES_NOBODY",
            Self::NameTaken => "NAME_TAKEN",
            Self::InvalidState => "INVALID_STATE",
            Self::WrongCredentials => "WRONG_CREDENTIALS",
            Self::InvalidToken => "INVALID_TOKEN",
            Self::AlreadyMember => "ALREADY_MEMBER",
            Self::AlreadyInvited => "ALREADY_INVITED",
            Self::InvitationExpired => "INVITATION_EXPIRED",
            Self::InvitationUsed => "INVITATION_USED",
            Self::WrongAccount => "WRONG_ACCOUNT",
            Self::SignInRequired => "SIGN_IN_REQUIRED",
            Self::LinkNotFound => "LINK_NOT_FOUND",
            Self::AlreadyLinked => "ALREADY_LINKED",
            Self::FeatureDisabled => "FEATURE_DISABLED",
            Self::NotConfigured => "NOT_CONFIGURED",
            Self::PersonalIdTaken => "PERSONAL_ID_TAKEN",
            Self::LinkInactive => "LINK_INACTIVE",
            Self::ModuleTooLarge => "MODULE_TOO_LARGE",
            Self::ModuleNotAComponent => "MODULE_NOT_A_COMPONENT",
            Self::ModuleImports => "MODULE_IMPORTS",
            Self::ModuleWrongWorld => "MODULE_WRONG_WORLD",
            Self::ModuleManifestInvalid => "MODULE_MANIFEST_INVALID",
            Self::ModuleFaulty => "MODULE_FAULTY",
            Self::ModuleDisagrees => "MODULE_DISAGREES",
            Self::ModuleDigestMismatch => "MODULE_DIGEST_MISMATCH",
            Self::ModuleUnsigned => "MODULE_UNSIGNED",
            Self::ModuleSignatureInvalid => "MODULE_SIGNATURE_INVALID",
            Self::ModuleUnknown => "MODULE_UNKNOWN",
            Self::ModuleInUse => "MODULE_IN_USE",
            Self::SettingsInvalid => "SETTINGS_INVALID",
            Self::CasesInvalid => "CASES_INVALID",
            Self::CasesFailed => "CASES_FAILED",
            Self::LocksYouOut => "LOCKS_YOU_OUT",
            Self::QuotaExceeded => "QUOTA_EXCEEDED",
        }
    }
}

/// All the faults of one input, collected before any is reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// No fault yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One fault alone.
    pub fn one(code: FaultCode, path: &[&str], message: impl ToString) -> Self {
        let mut faults = Self::new();
        faults.add(code, path, message);
        faults
    }

    /// Notes a fault.
    pub fn add(&mut self, code: FaultCode, path: &[&str], message: impl ToString) {
        self.0.push(Fault {
            code,
            message: message.to_string(),
            path: path.iter().map(|step| (*step).to_owned()).collect(),
        });
    }

    /// The value, or nothing and a fault noted.
    pub fn take<T, E: ToString>(
        &mut self,
        code: FaultCode,
        path: &[&str],
        parsed: Result<T, E>,
    ) -> Option<T> {
        parsed.map_err(|error| self.add(code, path, error)).ok()
    }

    /// Adds another list's faults.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The same faults, where a field has another name: first the domain's, then the channel's.
    #[must_use]
    pub fn with_names(mut self, names: &[(&str, &str)]) -> Self {
        // What the client made up keeps its name.
        for fault in self.0.iter_mut().filter(|fault| fault.code != FaultCode::UnknownField) {
            // Only the first step is a name of ours: below it stand indices, and the project's own keys as they are.
            let Some(field) = fault.path.first_mut() else { continue };
            if let Some((_, name)) = names.iter().find(|(ours, _)| ours == field) {
                *field = (*name).to_owned();
            }
        }
        self
    }

    /// Whether there is one about this field.
    pub fn concern(&self, field: &str) -> bool {
        self.0.iter().any(|fault| fault.path.first().is_some_and(|first| first == field))
    }

    /// Whether there is one with this code.
    pub fn has(&self, code: FaultCode) -> bool {
        self.0.iter().any(|fault| fault.code == code)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The input was fine, or here is all that is wrong with it.
    ///
    /// # Errors
    /// The faults, if there are any.
    pub fn check(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl std::fmt::Display for Fault {
    /// Code, path and message, for who sees no more than text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.name())?;
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path.join("."))?;
        }
        write!(f, ": {}", self.message)
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            f.write_str(&fault.message)?;
        }
        Ok(())
    }
}
