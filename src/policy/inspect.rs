//! What a module says of itself, as far as it may be believed.

use super::class::Class;
use super::contract::Contract;
use super::error::PolicyError;
use super::settings::SettingsSchema;
use super::words;

/// A module, described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleInfo {
    /// SHA-256 of the component, hexadecimal: what a module is identified by.
    pub digest: String,
    /// Bytes of the component.
    pub size: usize,
    /// How big it is, and so how it is run.
    pub class: Class,
    /// The version of the contract that it was built for.
    pub contract: Contract,
    /// Its name: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// Its version, as its author counts.
    pub version: String,
    /// What it is for.
    pub description: String,
    /// A JSON Schema for its settings; empty when it has none.
    pub settings_schema: String,
    /// The actions it knows; a trailing `*` stands for the rest of a name.
    pub actions: Vec<String>,
    /// Whether its scopes depend on neither the time nor the decision's id, so that they may be kept.
    pub timeless: bool,
}

impl ModuleInfo {
    /// The name with the first 16 digits of the digest, as in audits and logs: `standard@9f86d081884c7d65`.
    pub fn label(&self) -> String {
        format!("{}@{}", self.name, self.digest.get(..16).unwrap_or(&self.digest))
    }
}

const NAME_MAX: usize = 64;
const DESCRIPTION_MAX: usize = 1_024;
const SCHEMA_MAX: usize = 64 << 10;
const ACTIONS_MAX: usize = 256;

/// Takes a manifest, which goes into logs, audits and the admin's pages, if it is fit for that.
pub(super) fn info(
    manifest: words::Manifest,
    digest: String,
    size: usize,
    contract: Contract,
) -> Result<ModuleInfo, PolicyError> {
    let refuse = |what: String| Err(PolicyError::Manifest(what));
    let plain = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text.len() <= NAME_MAX
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || more.contains(&byte))
    };
    if !plain(&manifest.name, b"-_") {
        return refuse(format!("the name takes 1 to {NAME_MAX} lower-case letters, digits, `-` and `_`"));
    }
    if !plain(&manifest.version, b".-+") {
        return refuse(format!(
            "the version takes 1 to {NAME_MAX} lower-case letters, digits, `.`, `-` and `+`"
        ));
    }
    if manifest.description.len() > DESCRIPTION_MAX || manifest.settings_schema.len() > SCHEMA_MAX {
        return refuse(format!(
            "the description takes {DESCRIPTION_MAX} bytes at most, the settings' schema {SCHEMA_MAX}"
        ));
    }
    if let Err(wrong) = SettingsSchema::parse(&manifest.settings_schema) {
        return refuse(wrong);
    }
    if manifest.actions.is_empty() || manifest.actions.len() > ACTIONS_MAX {
        return refuse(format!("it must name 1 to {ACTIONS_MAX} actions; `*` stands for all"));
    }
    let is_action =
        |action: &String| action == "*" || plain(action.strip_suffix('*').unwrap_or(action), b"_.");
    if let Some(action) = manifest.actions.iter().find(|action| !is_action(action)) {
        return refuse(format!("`{}` is not the name of an action", shortened(action.clone())));
    }
    Ok(ModuleInfo {
        digest,
        size,
        contract,
        class: Class::of(size),
        name: manifest.name,
        version: manifest.version,
        description: manifest.description,
        settings_schema: manifest.settings_schema,
        actions: manifest.actions,
        timeless: manifest.timeless,
    })
}

/// A text of a module for an operator's eyes: short, and without what could rule a terminal.
pub(super) fn shortened(text: String) -> String {
    text.chars().filter(|character| !character.is_control()).take(200).collect()
}
