//! A stack and what belongs to it, in lines for people and in JSON for programs.

use crate::domain::{
    PolicyActivation, PolicyEntry, PolicyModule, PolicyQuarantine, PolicyRevision, PolicyStack, RevisionName,
    policy_stack::STANDARD,
};
use serde_json::{Value as Json, json};

pub(super) fn name_told(name: Option<RevisionName>) -> String {
    name.map_or(STANDARD.to_owned(), |name| format!("revision {}", name.number))
}

pub(super) fn quarantine_told(quarantine: &PolicyQuarantine) -> String {
    let place = if quarantine.is_monitored { ", only monitored" } else { "" };
    let of = quarantine.revision.map(|it| format!(" (revision {}{place})", it.number)).unwrap_or_default();
    format!("in quarantine until {}: {}{of}", quarantine.until.format("%Y-%m-%d %H:%M:%S"), quarantine.policy)
}

pub(super) fn comment_told(comment: &str) -> String {
    let plain: String = comment.chars().filter(|character| !character.is_control()).collect();
    if plain.is_empty() { plain } else { format!(": {plain}") }
}

pub(super) fn told(revision: &PolicyRevision) -> String {
    let modules: Vec<_> = revision.entries.iter().map(PolicyEntry::label).collect();
    format!("{} ({}){}", revision.number, modules.join(", "), comment_told(&revision.comment))
}

pub(super) fn module_json(module: &PolicyModule) -> Json {
    json!({
        "digest": module.digest,
        "name": module.name,
        "version": module.version,
        "description": module.description,
        "class": module.class,
        "size": module.size,
        "signedBy": module.signed_by,
        "uploadedAt": module.uploaded_at,
        "uploadedBy": module.uploaded_by,
    })
}

pub(super) fn revision_json(revision: &PolicyRevision) -> Json {
    let modules = revision.entries.iter().map(|entry| {
        json!({
            "digest": entry.digest,
            "name": entry.name,
            "version": entry.version,
            "settings": entry.settings,
        })
    });
    json!({
        "id": revision.id.to_string(),
        "number": revision.number,
        "modules": modules.collect::<Vec<_>>(),
        "comment": revision.comment,
        "createdAt": revision.created_at,
        "createdBy": revision.created_by,
    })
}

pub(super) fn stack_json(stack: &PolicyStack) -> Json {
    json!({
        "version": stack.version,
        "active": stack.active.map(|it| it.number),
        "monitored": stack.monitored.map(|it| it.number),
    })
}

pub(super) fn activation_json(activation: &PolicyActivation) -> Json {
    json!({
        "at": activation.at,
        "kind": activation.kind.name(),
        "revision": activation.revision.map(|it| it.number),
        "from": activation.from.map(|it| it.number),
        "comment": activation.comment,
        "by": activation.by,
        "byName": activation.by_name,
    })
}
