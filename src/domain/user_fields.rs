//! What a project space records of its people beside CommCare's own fields. Source: reference commcare-users §4.8.
//! Profiles, which fix some of it, are in `user_profile`; whether somebody's data fits is in `user_data`.

use super::person::{InvalidText, filled_line, line};
use super::user_data::matcher;
use super::user_profile::{drafted, fits};
use super::{DraftedProfile, FaultCode, Faults, ProjectSpaceId, UserProfile, UserProfileInput};
use std::collections::HashSet;

/// Longest slug, in characters.
pub const SLUG_MAX: usize = 127;
/// Longest label or message, in characters.
pub const LABEL_MAX: usize = 255;
/// Longest regular expression, in characters.
pub const REGEX_MAX: usize = 127;
/// Longest choice or fixed value, in characters.
pub const VALUE_MAX: usize = 255;
/// Most fields of one project space.
pub const FIELDS_MAX: usize = 100;
/// Most choices of one field.
pub const CHOICES_MAX: usize = 500;

/// Slugs that mean something to CommCare already.
const RESERVED: &[&str] =
    &["commtrack-supply-point", "name", "type", "owner_id", "external_id", "hq_user_id", "user_type"];
/// So no slug begins.
const RESERVED_PREFIXES: &[&str] = &["commcare", "xml"];

/// The two kinds of people of a project space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserKind {
    /// Web users.
    WebUser,
    /// Mobile workers.
    MobileWorker,
}

impl UserKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::WebUser, Self::MobileWorker];

    /// The name that the database knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebUser => "web_user",
            Self::MobileWorker => "mobile_worker",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether they have user data, and a profile. Nothing is asked of those who could not comply.
    pub fn has_user_data(self) -> bool {
        match self {
            Self::WebUser => false,
            Self::MobileWorker => true,
        }
    }
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserField {
    /// The key in people's data.
    pub slug: String,
    /// For people.
    pub label: String,
    /// Who must have a value.
    pub required_for: Vec<UserKind>,
    /// The only values allowed; empty when all are.
    pub choices: Vec<String>,
    /// What a value must contain a match of.
    pub regex: Option<String>,
    /// What people read when it does not; empty for the gateway's own words.
    pub regex_message: String,
}

/// All fields of a project space, and who must have a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFieldDefinition {
    /// The project space.
    pub project_space: ProjectSpaceId,
    /// In the order in which forms show them.
    pub fields: Vec<UserField>,
    /// Who must have a profile.
    pub profile_required_for: Vec<UserKind>,
    /// Grows with every change of fields or profiles; 0 where nothing was ever defined.
    pub version: i32,
}

impl UserFieldDefinition {
    /// What a project space has that never defined anything.
    pub fn empty(project_space: ProjectSpaceId) -> Self {
        Self { project_space, fields: Vec::new(), profile_required_for: Vec::new(), version: 0 }
    }

    /// The field with this slug.
    pub fn field(&self, slug: &str) -> Option<&UserField> {
        self.fields.iter().find(|field| field.slug == slug)
    }
}

/// A field as it was sent.
#[derive(Debug, Clone, Default)]
pub struct UserFieldInput {
    /// The key in people's data.
    pub slug: String,
    /// For people; the slug when left out.
    pub label: Option<String>,
    /// Who must have a value.
    pub required_for: Vec<UserKind>,
    /// The only values allowed.
    pub choices: Vec<String>,
    /// What a value must contain a match of.
    pub regex: Option<String>,
    /// What people read when it does not.
    pub regex_message: Option<String>,
}

/// Changes as they were sent: each list replaces the one there is; what is left out stays.
#[derive(Debug, Default)]
pub struct UserFieldsInput {
    /// All fields.
    pub fields: Option<Vec<UserFieldInput>>,
    /// Who must have a profile.
    pub profile_required_for: Option<Vec<UserKind>>,
    /// All profiles.
    pub profiles: Option<Vec<UserProfileInput>>,
}

impl UserFieldsInput {
    /// Fields and profiles as they would be. A profile fixes defined fields alone, to values that the fields allow, so a
    /// field that some profile fixes cannot go, or change so that the profile does not fit it, before the profile does.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn draft(
        &self,
        before: &UserFieldDefinition,
        profiles: &[UserProfile],
    ) -> Result<(UserFieldDefinition, Vec<DraftedProfile>), Faults> {
        let mut faults = Faults::new();
        let mut after = before.clone();
        if let Some(given) = &self.fields {
            after.fields = fields(given, &mut faults);
        }
        if let Some(kinds) = &self.profile_required_for {
            after.profile_required_for = bound(kinds, &["profile_required_for"], &mut faults);
        }
        // A field that was faulty is no ground for telling that the profiles name one that is not there.
        if !faults.is_empty() {
            return Err(faults);
        }
        let drafted = match &self.profiles {
            Some(given) => drafted(given, &after, profiles, &mut faults),
            None => profiles
                .iter()
                .map(|profile| {
                    fits(&profile.fixed_data, &after, &["fields"], &profile.name, &mut faults);
                    DraftedProfile {
                        id: Some(profile.id),
                        name: profile.name.clone(),
                        fixed_data: profile.fixed_data.clone(),
                    }
                })
                .collect(),
        };
        if drafted.is_empty() && !after.profile_required_for.is_empty() {
            let message = "nobody could be added: there is no profile to have";
            faults.add(FaultCode::InvalidValue, &["profile_required_for"], message);
        }
        faults.check()?;
        Ok((after, drafted))
    }
}

/// Who is bound, each once. A setting that would bind nobody is refused: it would read as if it did.
fn bound(kinds: &[UserKind], path: &[&str], faults: &mut Faults) -> Vec<UserKind> {
    if kinds.iter().any(|kind| !kind.has_user_data()) {
        let message = "web users have no user data and no profile: only mobile workers can be asked for them";
        faults.add(FaultCode::NoUserData, path, message);
    }
    UserKind::ALL.into_iter().filter(|kind| kinds.contains(kind)).collect()
}

fn fields(given: &[UserFieldInput], faults: &mut Faults) -> Vec<UserField> {
    if given.len() > FIELDS_MAX {
        faults.add(FaultCode::TooLong, &["fields"], format!("at most {FIELDS_MAX} fields"));
        return Vec::new();
    }
    let mut slugs = HashSet::new();
    let mut fields = Vec::new();
    for (index, input) in given.iter().enumerate() {
        let field = field(input, &index.to_string(), faults);
        if !slugs.insert(field.slug.clone()) {
            let path = ["fields", &index.to_string(), "slug"];
            faults.add(FaultCode::NameTaken, &path, format!("the slug `{}` is given twice", field.slug));
        }
        fields.push(field);
    }
    fields
}

fn field(input: &UserFieldInput, index: &str, faults: &mut Faults) -> UserField {
    let mut text = |name: &str, parsed: Result<String, InvalidText>| {
        let noted = |error: InvalidText| {
            faults.add(error.code(), &["fields", index, name], format!("`{name}` {error}"));
        };
        parsed.map_err(noted).unwrap_or_default()
    };
    let slug = text("slug", filled_line(&input.slug, SLUG_MAX));
    let label = match &input.label {
        Some(label) => text("label", filled_line(label, LABEL_MAX)),
        None => slug.clone(),
    };
    let regex = text("regex", line(input.regex.as_deref().unwrap_or_default(), REGEX_MAX));
    let regex_message =
        text("regexMessage", line(input.regex_message.as_deref().unwrap_or_default(), LABEL_MAX));
    let mut choices: Vec<String> = Vec::new();
    for (at, choice) in input.choices.iter().take(CHOICES_MAX).enumerate() {
        match filled_line(choice, VALUE_MAX) {
            Ok(choice) if !choices.contains(&choice) => choices.push(choice),
            Ok(_) => {}
            Err(error) => {
                let path = ["fields", index, "choices", &at.to_string()];
                faults.add(error.code(), &path, format!("a choice {error}"));
            }
        }
    }
    if input.choices.len() > CHOICES_MAX {
        let path = ["fields", index, "choices"];
        faults.add(FaultCode::TooLong, &path, format!("at most {CHOICES_MAX} choices"));
    }
    if !slug.is_empty()
        && let Some(why) = unusable(&slug)
    {
        faults.add(FaultCode::InvalidValue, &["fields", index, "slug"], format!("`{slug}` {why}"));
    }
    if let Err(error) = matcher(&regex) {
        let path = ["fields", index, "regex"];
        faults.add(FaultCode::InvalidValue, &path, format!("`regex` {error}"));
    }
    UserField {
        slug,
        label,
        required_for: bound(&input.required_for, &["fields", index, "requiredFor"], faults),
        choices,
        regex: (!regex.is_empty()).then_some(regex),
        regex_message,
    }
}

/// Why a text is no slug.
fn unusable(slug: &str) -> Option<&'static str> {
    let lower = slug.to_ascii_lowercase();
    if RESERVED.contains(&lower.as_str()) {
        Some("is reserved")
    } else if RESERVED_PREFIXES.iter().any(|prefix| lower.starts_with(prefix)) {
        Some("begins with `commcare` or `xml`, which is reserved")
    } else if slug.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        None
    } else {
        Some("may have letters, digits, `_` and `-` alone")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};
    use uuid::Uuid;

    fn space() -> UserFieldDefinition {
        UserFieldDefinition::empty(ProjectSpaceId(Uuid::nil()))
    }

    fn draft(input: &UserFieldsInput) -> Result<(UserFieldDefinition, Vec<DraftedProfile>), Vec<String>> {
        input.draft(&space(), &[]).map_err(|faults| {
            faults
                .into_iter()
                .map(|fault| format!("{} {}", fault.code.name(), fault.path.join(".")))
                .collect()
        })
    }

    fn named(slug: &str) -> UserFieldInput {
        UserFieldInput { slug: slug.to_owned(), ..UserFieldInput::default() }
    }

    #[test]
    fn reserved_slugs_are_no_fields() {
        for slug in RESERVED.iter().chain(&["commcare_project", "XmlThing", "two words", "ä"]) {
            let input = UserFieldsInput { fields: Some(vec![named(slug)]), ..UserFieldsInput::default() };
            assert_eq!(draft(&input).unwrap_err(), ["INVALID_VALUE fields.0.slug"], "{slug}");
        }
        for slug in ["chw_id", "names", "2nd-phone", "x"] {
            let input = UserFieldsInput { fields: Some(vec![named(slug)]), ..UserFieldsInput::default() };
            assert!(draft(&input).is_ok(), "{slug}");
        }
    }

    #[test]
    fn every_fault_of_a_definition_is_told_at_once() {
        let wrong = UserFieldInput {
            slug: String::new(),
            label: Some("x".repeat(256)),
            choices: vec![" ".to_owned()],
            regex: Some("(".to_owned()),
            ..UserFieldInput::default()
        };
        let input = UserFieldsInput {
            fields: Some(vec![wrong, named("a"), named("a")]),
            ..UserFieldsInput::default()
        };
        assert_eq!(
            draft(&input).unwrap_err(),
            [
                "REQUIRED fields.0.slug",
                "TOO_LONG fields.0.label",
                "REQUIRED fields.0.choices.0",
                "INVALID_VALUE fields.0.regex",
                "NAME_TAKEN fields.2.slug",
            ]
        );
    }

    #[test]
    fn a_regular_expression_that_would_be_huge_is_refused() {
        let huge = UserFieldInput { regex: Some(r"\w{500}{500}".to_owned()), ..named("a") };
        let input = UserFieldsInput { fields: Some(vec![huge]), ..UserFieldsInput::default() };
        assert_eq!(draft(&input).unwrap_err(), ["INVALID_VALUE fields.0.regex"]);
    }

    #[test]
    fn profiles_fix_what_the_fields_allow() {
        let level = UserFieldInput { choices: vec!["1".to_owned(), "2".to_owned()], ..named("level") };
        let profile = |name: &str, data: Json| UserProfileInput {
            name: name.to_owned(),
            fixed_data: data,
            ..UserProfileInput::default()
        };
        let input = |profiles| UserFieldsInput {
            fields: Some(vec![level.clone()]),
            profiles: Some(profiles),
            ..UserFieldsInput::default()
        };
        // Choices are compared as text.
        assert!(draft(&input(vec![profile("Nurse", json!({ "level": 1 }))])).is_ok());
        let wrong = vec![
            profile("Nurse", json!({ "level": 3, "other": "x" })),
            profile("nurse", json!({ "level": "" })),
            profile("", json!([])),
        ];
        assert_eq!(
            draft(&input(wrong)).unwrap_err(),
            [
                "INVALID_VALUE profiles.0.fixedData.level",
                "INVALID_VALUE profiles.0.fixedData.other",
                "NAME_TAKEN profiles.1.name",
                "REQUIRED profiles.1.fixedData.level",
                "REQUIRED profiles.2.name",
                "INVALID_VALUE profiles.2.fixedData",
            ]
        );
    }

    #[test]
    fn nothing_is_asked_of_who_has_no_user_data() {
        let both = vec![UserKind::WebUser, UserKind::MobileWorker];
        let field = UserFieldInput { required_for: both.clone(), ..named("a") };
        let input = UserFieldsInput {
            fields: Some(vec![field]),
            profile_required_for: Some(both),
            ..UserFieldsInput::default()
        };
        let faults = ["NO_USER_DATA fields.0.requiredFor", "NO_USER_DATA profile_required_for"];
        assert_eq!(draft(&input).unwrap_err(), faults);
    }

    #[test]
    fn nobody_must_have_a_profile_where_there_is_none() {
        let input = UserFieldsInput {
            profile_required_for: Some(vec![UserKind::MobileWorker]),
            ..UserFieldsInput::default()
        };
        assert_eq!(draft(&input).unwrap_err(), ["INVALID_VALUE profile_required_for"]);
    }
}
