//! Mobile workers. Source: DESIGN §1, seed 002, reference commcare-users §4.

use super::assignment::{ids, primary_location};
use super::person::{InvalidText, NAME_MAX, PHONE_NUMBERS_MAX, WORKER_PASSWORD_MIN, line, password};
use super::project_space::text_of;
use super::{
    CursorKey, Email, FaultCode, Faults, GroupId, HeldRole, Language, LinkStatus, LocationId, MobileWorkerId,
    PersonalIdLink, PhoneNumber, ProjectSpaceId, RoleId, UserProfileId, Username, user_data,
};
use chrono::{DateTime, SubsecRound, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json};

/// Most entries of a worker's custom data.
pub const USER_DATA_ENTRIES_MAX: usize = 200;
/// Longest key of custom data, in characters (reference §4.8).
pub const USER_DATA_KEY_MAX: usize = 127;
/// Largest custom data of one worker, in bytes of JSON.
pub const USER_DATA_BYTES_MAX: usize = 32 * 1024;

/// A mobile worker.
#[derive(Debug, Clone, PartialEq)]
pub struct MobileWorker {
    /// Its id.
    pub id: MobileWorkerId,
    /// The one project space it belongs to.
    pub project_space: ProjectSpaceId,
    /// Unique there for good.
    pub username: Username,
    /// What may be changed about it.
    pub profile: MobileWorkerProfile,
    /// The role it has: its own, or the project space's default for mobile workers.
    pub role: HeldRole,
    /// Whether it may sign in, and why not.
    pub status: MobileWorkerStatus,
    /// What its user profile fixes; empty without one.
    pub fixed_data: Map<String, Json>,
    /// Its PersonalID link; nothing where the project space does not have the Connect feature.
    pub link: Option<PersonalIdLink>,
    /// Its locations and every place above them.
    pub lineage: Vec<LocationId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it last signed in.
    pub last_login_at: Option<DateTime<Utc>>,
    /// Grows with every change: a decision and its write are about the same version.
    pub version: i32,
}

impl MobileWorker {
    /// Whether anybody may set, reset or change its password (seed 000: not while its PersonalID link is active).
    pub fn password_is_editable(&self) -> bool {
        self.link.as_ref().is_none_or(|link| link.status != LinkStatus::Active)
    }

    /// What whoever sets, resets or changes the password hears while it cannot be: every channel asks this, and the
    /// worker's version guards the write, so that a link which becomes active in the meantime is not overlooked.
    ///
    /// # Errors
    /// The fault.
    pub fn check_password_is_editable(&self, path: &[&str]) -> Result<(), Faults> {
        if self.password_is_editable() { Ok(()) } else { Err(password_is_locked(path)) }
    }

    /// What everybody knows of the worker, and so is no part of a strong password.
    pub fn known_words(&self) -> Vec<String> {
        let mut words = self.profile.known_words();
        words.push(self.username.to_string());
        words
    }
}

/// DESIGN §1, seed 000: "The password for the mobile worker can no longer be reset or updated".
pub fn password_is_locked(path: &[&str]) -> Faults {
    let message =
        "the worker signs in with PersonalID: the password cannot be changed while that link is active";
    Faults::one(FaultCode::PasswordLockedByPersonalId, path, message)
}

/// What may be changed about a mobile worker.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MobileWorkerProfile {
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// Often none: workers are reached by phone.
    pub email: Option<Email>,
    /// The first is the default one.
    pub phone_numbers: Vec<PhoneNumber>,
    /// The language of the application and of mails.
    pub language: Option<Language>,
    /// The project space's mobile default when none.
    pub role: Option<RoleId>,
    /// In the order they were given.
    pub groups: Vec<GroupId>,
    /// In the order they were given.
    pub locations: Vec<LocationId>,
    /// One of the locations.
    pub primary_location: Option<LocationId>,
    /// The project's own data, without what the user profile fixes.
    pub user_data: Map<String, Json>,
    /// Fixes some of the project's own data.
    pub user_profile: Option<UserProfileId>,
    /// After this, a job deactivates them, if they are active then.
    pub deactivate_after: Option<DateTime<Utc>>,
}

impl MobileWorker {
    /// The project's own data, with what the user profile fixes showing through.
    pub fn effective_data(&self) -> Map<String, Json> {
        user_data::effective(&self.profile.user_data, &self.fixed_data)
    }
}

impl MobileWorkerProfile {
    /// Notes a date of deactivation that is past, unless it was there before: nobody is to be deactivated by a date as soon
    /// as it is set.
    pub fn check_deactivation(&self, before: &Self, now: DateTime<Utc>, faults: &mut Faults) {
        if self.deactivate_after.is_some_and(|at| at <= now)
            && self.deactivate_after != before.deactivate_after
        {
            let message = "`deactivate_after` must be in the future: deactivate the worker instead";
            faults.add(FaultCode::InvalidValue, &["deactivate_after"], message);
        }
    }

    /// What everybody knows of whoever has this profile.
    pub fn known_words(&self) -> Vec<String> {
        let names = [&self.first_name, &self.last_name].into_iter().cloned();
        let email = self.email.iter().map(ToString::to_string);
        names.chain(email).chain(self.phone_numbers.iter().map(ToString::to_string)).collect()
    }
}

/// Whether a worker may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MobileWorkerStatus {
    /// May sign in.
    Active,
    /// May not, until an admin activates them.
    Deactivated,
    /// May not, until they have confirmed their account.
    PendingConfirmation,
    /// Taken away; can be restored.
    Deleted,
}

impl MobileWorkerStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Active, Self::Deactivated, Self::PendingConfirmation, Self::Deleted];

    /// The name that policies and the database know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::PendingConfirmation => "pending_confirmation",
            Self::Deleted => "deleted",
        }
    }

    /// The status of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Which workers of a project space. All given conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct MobileWorkerFilter {
    /// Words that all appear in username, names, e-mail or phone numbers.
    pub search: Option<String>,
    /// With this username, in lower case.
    pub username: Option<String>,
    /// With this address, in lower case.
    pub email: Option<String>,
    /// Any of these; when empty, all but the deleted.
    pub statuses: Vec<MobileWorkerStatus>,
    /// With a PersonalID link that is any of these; when empty, all.
    pub link_statuses: Vec<LinkStatus>,
    /// Any of these roles.
    pub roles: Option<Vec<RoleId>>,
    /// In any of these groups.
    pub groups: Option<Vec<GroupId>>,
    /// With any of these user profiles.
    pub user_profiles: Option<Vec<UserProfileId>>,
    /// At any of these locations.
    pub locations: Option<Vec<LocationId>>,
    /// Or at any place below them.
    pub include_sublocations: bool,
    /// Made after this.
    pub created_after: Option<DateTime<Utc>>,
    /// Made before this.
    pub created_before: Option<DateTime<Utc>>,
    /// Changed after this.
    pub updated_after: Option<DateTime<Utc>>,
}

/// Most ids in one filter.
pub const FILTER_IDS_MAX: usize = 100;

/// What a list of workers is ordered by; the id breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MobileWorkerOrder {
    /// The username.
    #[default]
    Username,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// When they were made.
    CreatedAt,
    /// When they last signed in; who never did comes first.
    LastLoginAt,
    /// What their PersonalID link is: active, inactive, none.
    LinkStatus,
}

impl MobileWorkerOrder {
    /// The value that this order goes by.
    pub fn key_of(self, worker: &MobileWorker) -> CursorKey {
        match self {
            Self::Username => CursorKey::Text(worker.username.to_string()),
            Self::FirstName => CursorKey::Text(worker.profile.first_name.clone()),
            Self::LastName => CursorKey::Text(worker.profile.last_name.clone()),
            Self::CreatedAt => CursorKey::Time(worker.created_at),
            Self::LastLoginAt => CursorKey::Time(worker.last_login_at.unwrap_or(DateTime::UNIX_EPOCH)),
            Self::LinkStatus => {
                let status = worker.link.as_ref().map_or(LinkStatus::NotLinked, |link| link.status);
                CursorKey::Text(status.name().to_owned())
            }
        }
    }
}

/// What an update says about one field.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Patch<T> {
    /// Left out: it stays as it is.
    #[default]
    Keep,
    /// Null: it is cleared.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Patch<T> {
    /// The new value, if there is one.
    pub fn as_set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The same, taken out.
    pub fn into_set(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

/// The fields of a mobile worker as they were sent, by whatever channel. A creation is a change of the blank profile.
#[derive(Debug, Default)]
pub struct MobileWorkerInput {
    /// At most 150 characters.
    pub first_name: Patch<String>,
    /// At most 150 characters.
    pub last_name: Patch<String>,
    /// At most 254 characters.
    pub email: Patch<String>,
    /// Replaces all numbers; the first becomes the default.
    pub phone_numbers: Patch<Vec<String>>,
    /// Moves to the front of the numbers, or is added there.
    pub default_phone_number: Patch<String>,
    /// Two or three letters.
    pub language: Patch<String>,
    /// A role's id.
    pub role: Patch<String>,
    /// Replaces all groups.
    pub groups: Patch<Vec<String>>,
    /// Replaces all locations.
    pub locations: Patch<Vec<String>>,
    /// One of the locations.
    pub primary_location: Patch<String>,
    /// Replaces all custom data (seed 002).
    pub user_data: Patch<Json>,
    /// A user profile's id.
    pub user_profile: Patch<String>,
    /// A new password.
    pub password: Patch<SecretString>,
    /// The worker is to set the password, and their names, by confirming the account (seed 002). For new ones alone.
    pub require_account_confirmation: bool,
    /// A mail with the link for that is to be sent at once (seed 002).
    pub send_confirmation_email_now: bool,
    /// When a job deactivates them.
    pub deactivate_after: Patch<DateTime<Utc>>,
    /// What the channel could not even read: reported together with everything else.
    pub unreadable: Faults,
}

/// What became of an input: the profile as it would be, the new password, and all that was wrong.
#[derive(Debug)]
pub struct Drafted {
    /// As it would be.
    pub profile: MobileWorkerProfile,
    /// A password that may be set.
    pub password: Option<SecretString>,
    /// All that was wrong so far. What exists and may be assigned is for the service to say.
    pub faults: Faults,
}

impl MobileWorkerInput {
    /// Applies the input to a profile, and collects what is wrong.
    pub fn draft(&self, before: &MobileWorkerProfile) -> Drafted {
        let mut faults = self.unreadable.clone();
        let mut profile = before.clone();
        let mut name = |field: &str, patch: &Patch<String>, target: &mut String| match patch {
            Patch::Keep => {}
            Patch::Clear => target.clear(),
            Patch::Set(text) => {
                if let Some(text) = text_of(&mut faults, field, line(text, NAME_MAX)) {
                    *target = text;
                }
            }
        };
        name("first_name", &self.first_name, &mut profile.first_name);
        name("last_name", &self.last_name, &mut profile.last_name);
        optional(&mut faults, "email", &self.email, &mut profile.email, Email::parse);
        optional(&mut faults, "language", &self.language, &mut profile.language, Language::parse);
        self.draft_phone_numbers(&mut profile, &mut faults);
        match &self.role {
            Patch::Keep => {}
            Patch::Clear => profile.role = None,
            Patch::Set(id) => {
                profile.role = faults.take(FaultCode::InvalidValue, &["role_id"], RoleId::parse(id));
            }
        }
        ids(&mut faults, "group_ids", &self.groups, &mut profile.groups, GroupId::parse);
        ids(&mut faults, "location_ids", &self.locations, &mut profile.locations, LocationId::parse);
        primary_location(
            &mut faults,
            (&self.locations, &self.primary_location),
            &profile.locations,
            &mut profile.primary_location,
        );
        self.draft_user_data(&mut profile, &mut faults);
        match &self.user_profile {
            Patch::Keep => {}
            Patch::Clear => profile.user_profile = None,
            Patch::Set(id) => {
                let parsed = UserProfileId::parse(id);
                profile.user_profile = faults.take(FaultCode::InvalidValue, &["profile_id"], parsed);
            }
        }
        match self.deactivate_after {
            Patch::Keep => {}
            Patch::Clear => profile.deactivate_after = None,
            // As exact as the database keeps it.
            Patch::Set(at) => profile.deactivate_after = Some(at.trunc_subsecs(6)),
        }
        let password = self.password.as_set().and_then(|given| {
            let parsed = password(given.expose_secret(), WORKER_PASSWORD_MIN);
            parsed
                .map_err(|error| {
                    faults.add(FaultCode::PasswordWeak, &["password"], format!("`password` {error}"))
                })
                .ok()
        });
        Drafted { profile, password, faults }
    }

    fn draft_phone_numbers(&self, profile: &mut MobileWorkerProfile, faults: &mut Faults) {
        match &self.phone_numbers {
            Patch::Keep => {}
            Patch::Clear => profile.phone_numbers.clear(),
            Patch::Set(numbers) => {
                profile.phone_numbers.clear();
                for (index, text) in numbers.iter().take(PHONE_NUMBERS_MAX + 1).enumerate() {
                    match PhoneNumber::parse(text) {
                        Ok(number) if profile.phone_numbers.contains(&number) => {}
                        Ok(number) => profile.phone_numbers.push(number),
                        Err(error) => {
                            faults.add(
                                error.code(),
                                &["phone_numbers", &index.to_string()],
                                format!("a phone number {error}"),
                            );
                        }
                    }
                }
            }
        }
        if let Patch::Set(text) = &self.default_phone_number
            && let Some(number) = text_of(faults, "default_phone_number", PhoneNumber::parse(text))
        {
            profile.phone_numbers.retain(|other| *other != number);
            profile.phone_numbers.insert(0, number);
        }
        if profile.phone_numbers.len() > PHONE_NUMBERS_MAX {
            let message = format!("at most {PHONE_NUMBERS_MAX} phone numbers");
            faults.add(FaultCode::TooLong, &["phone_numbers"], message);
        }
    }

    fn draft_user_data(&self, profile: &mut MobileWorkerProfile, faults: &mut Faults) {
        let path = ["user_data"];
        match &self.user_data {
            Patch::Keep => {}
            Patch::Clear => profile.user_data.clear(),
            Patch::Set(Json::Object(data)) => {
                if data.len() > USER_DATA_ENTRIES_MAX {
                    let message = format!("at most {USER_DATA_ENTRIES_MAX} entries");
                    faults.add(FaultCode::TooLong, &path, message);
                } else if Json::Object(data.clone()).to_string().len() > USER_DATA_BYTES_MAX {
                    let message = format!("at most {USER_DATA_BYTES_MAX} bytes of JSON");
                    faults.add(FaultCode::TooLong, &path, message);
                } else {
                    for (key, value) in data {
                        check_entry("user_data", key, value, faults);
                    }
                }
                profile.user_data = data.clone();
            }
            Patch::Set(_) => faults.add(FaultCode::InvalidValue, &path, "`user_data` must be an object"),
        }
    }
}

/// One entry of somebody's own data, or of a place's.
pub(super) fn check_entry(field: &str, key: &str, value: &Json, faults: &mut Faults) {
    let path = [field, key];
    if let Err(error) = super::person::filled_line(key, USER_DATA_KEY_MAX) {
        faults.add(error.code(), &[field], format!("a key {error}"));
    } else if value.is_object() || value.is_array() {
        faults.add(FaultCode::InvalidValue, &path, "must be a text, a number, a truth value or null");
    } else if value.as_str().is_some_and(|text| text.contains('\0')) {
        // PostgreSQL cannot store it.
        faults.add(FaultCode::InvalidValue, &path, "must not contain the character NUL");
    }
}

/// An empty text clears, as the seed's REST samples do it.
fn optional<T>(
    faults: &mut Faults,
    field: &str,
    patch: &Patch<String>,
    target: &mut Option<T>,
    parse: fn(&str) -> Result<T, InvalidText>,
) {
    match patch {
        Patch::Keep => {}
        Patch::Clear => *target = None,
        Patch::Set(text) if text.is_empty() => *target = None,
        Patch::Set(text) => *target = text_of(faults, field, parse(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn codes(input: &MobileWorkerInput) -> Vec<FaultCode> {
        input.draft(&MobileWorkerProfile::default()).faults.into_iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let input = MobileWorkerInput {
            first_name: Patch::Set("x".repeat(151)),
            email: Patch::Set("nobody".into()),
            language: Patch::Set("english".into()),
            phone_numbers: Patch::Set(vec!["12".into()]),
            groups: Patch::Set(vec!["nonsense".into()]),
            user_data: Patch::Set(json!({ "a": { "deep": 1 } })),
            password: Patch::Set("short".to_owned().into()),
            ..MobileWorkerInput::default()
        };
        assert_eq!(
            codes(&input),
            [
                FaultCode::TooLong,
                FaultCode::EmailInvalid,
                FaultCode::InvalidValue,
                FaultCode::InvalidValue,
                FaultCode::InvalidValue,
                FaultCode::InvalidValue,
                FaultCode::PasswordWeak,
            ]
        );
    }

    #[test]
    fn the_default_number_moves_to_the_front() {
        let input = MobileWorkerInput {
            phone_numbers: Patch::Set(vec!["+50253311399".into(), "50253314588".into()]),
            default_phone_number: Patch::Set("50253314588".into()),
            ..MobileWorkerInput::default()
        };
        let numbers = input.draft(&MobileWorkerProfile::default()).profile.phone_numbers;
        assert_eq!(
            numbers.iter().map(PhoneNumber::as_str).collect::<Vec<_>>(),
            ["50253314588", "50253311399"]
        );
    }

    #[test]
    fn the_first_location_is_primary_when_none_is_named() {
        let (one, two) = ("a".repeat(32), "b".repeat(32));
        let input = MobileWorkerInput {
            locations: Patch::Set(vec![one.clone(), two]),
            ..MobileWorkerInput::default()
        };
        let profile = input.draft(&MobileWorkerProfile::default()).profile;
        assert_eq!(profile.primary_location, LocationId::parse(&one).ok());
    }

    #[test]
    fn a_primary_location_outside_the_list_is_refused() {
        let input = MobileWorkerInput {
            primary_location: Patch::Set("c".repeat(32)),
            ..MobileWorkerInput::default()
        };
        assert_eq!(codes(&input), [FaultCode::PrimaryLocationNotAssigned]);
    }
}
