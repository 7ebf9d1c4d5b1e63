//! What a policy can be asked, for its authors: `policies/ACTIONS.md`. Made of the declarations that the gate itself
//! works with, so it cannot say anything else.

use crate::authz::{ACTION_CATALOGUE, ActionInfo, AttributeInfo};
use crate::domain::permission::CATALOGUE;
use std::fmt::Write;

const HEAD: &str = "\
# What a policy can be asked

Made from the code by `fieldgate policy actions`; do not edit it. GraphQL says the same: `{ policyActions { name … } }`.

A question has a principal, an action, a resource and a context ([the contract](wit/v2/policy.wit) has every field). The resource
comes with its attributes as they are, and with those that the action *proposes*, as they would be afterwards. What makes something
is asked about its parent, the project space. Ids are 32 lower-case hexadecimal digits; times are seconds since 1970. `?` marks what
may have no value.

A list is asked for once, by `scope`, and a scope compares the attributes of rows as they are. The database filters by texts, truths
and lists; attributes marked with ⁿ, numbers among them, are for `decide` alone, and a scope that names one is a fault of the module. What tells of a person, marked with ᵖ, is
in the decision log as a mask alone.
";

/// The text of `policies/ACTIONS.md`.
pub fn text() -> String {
    let mut text = String::from(HEAD);
    let (asked, others): (Vec<&ActionInfo>, Vec<_>) =
        ACTION_CATALOGUE.iter().partition(|action| action.is_asked());
    let mut nouns: Vec<&str> = Vec::new();
    for action in &asked {
        if !nouns.contains(&noun(action)) {
            nouns.push(noun(action));
        }
    }
    for name in nouns {
        let actions: Vec<_> = asked.iter().filter(|action| noun(action) == name).collect();
        section(&mut text, name, &actions);
    }
    text.push_str("\n## Not asked of a policy\n\nThe gateway itself decides these: what is a person's own, the operator's, or for whoever holds a link.\n\n");
    for action in others {
        line(&mut text, format_args!("- `{}`: {}", action.name, action.description()));
    }
    text.push_str("\n## Permissions\n\nWhat a role can grant, and a principal holds. A project space adds its own, with the prefix `custom:`.\n\n| Permission | Its holder may |\n|---|---|\n");
    for permission in CATALOGUE {
        let items = if permission.can_be_limited { " Can be limited to named items." } else { "" };
        line(&mut text, format_args!("| `{}` | {}{items} |", permission.name, permission.description));
    }
    text
}

/// `mobile_worker` of `mobile_worker.update`.
fn noun(action: &ActionInfo) -> &'static str {
    action.name.split_once('.').map_or(action.name, |(noun, _)| noun)
}

fn section(text: &mut String, name: &str, actions: &[&&ActionInfo]) {
    line(text, format_args!("\n## {name}\n\n| Action | On | What it does | Proposes |\n|---|---|---|---|"));
    for action in actions {
        let proposes: Vec<_> = action.proposes.iter().map(signature).collect();
        line(
            text,
            format_args!(
                "| `{}` | `{}` | {} | {} |",
                action.name,
                action.resource_kind,
                action.description(),
                proposes.join(", ")
            ),
        );
    }
    // The attributes of the noun's own kind; those of the project space are told where it is the noun.
    let Some(own) = actions.iter().find(|action| action.resource_kind == name) else { return };
    line(text, format_args!("\n| Attribute of `{name}` | Type | What it is |\n|---|---|---|"));
    for attribute in own.attributes {
        line(
            text,
            format_args!("| `{}` | {} | {} |", attribute.name, kind(attribute), attribute.description()),
        );
    }
}

fn signature(attribute: &AttributeInfo) -> String {
    format!("`{}` {}", attribute.name, marked(attribute, ""))
}

fn kind(attribute: &AttributeInfo) -> String {
    marked(attribute, if attribute.is_filterable() { "" } else { "ⁿ" })
}

fn marked(attribute: &AttributeInfo, number: &str) -> String {
    let optional = if attribute.optional { "?" } else { "" };
    let personal = if attribute.personal { "ᵖ" } else { "" };
    format!("{}{optional}{number}{personal}", attribute.value.name())
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{line}");
}
