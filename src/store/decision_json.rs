//! Questions and answers as the decision log keeps them. The shapes, with a value being a text, a number, a truth, a list of
//! texts, or null:
//!
//! ```text
//! question   { "space": "acme", "admin": false, "role": id or null, "permissions": [name], "limited": { name: [item] },
//!              "locations": [id], "groups": [id], "id": id or null,
//!              "attributes": [[name, value]], "proposed": [[name, value]] }      the last three for one resource alone
//! answer     { "permit": [obligation] }
//!            { "deny": { "reason", "message", "missing": [name], "visible": true } }
//!            { "rows": "everything", "nothing", "too many words" or a condition }
//!            { "fault": class }
//! condition  { "all": [condition] }  { "any": [condition] }  { "not": condition }  { "equals": [name, value] }
//!            { "one_of": [name, [text]] }  { "any_in_common": [name, [text]] }  { "nothing": name }
//! stack      { "modules": [label], "revision": id or null }
//! ```
//!
//! What is read back is nothing where it is of another shape, or names what the gate does not ask about any more: then
//! it cannot be asked again.

use crate::authz::{
    ACTION_CATALOGUE, About, Answer, AttributeInfo, Attributes, Condition, Decision, Denial, Obligation,
    Question, Rows, StackName, Value,
};
use crate::domain::permission::{Grants, Items};
use crate::domain::{
    DecisionId, GroupId, Identity, LocationId, PolicyRevisionId, ProjectSpaceId, RoleId, SignIn, Standing,
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// A question; what has columns of its own is left out.
pub(super) fn question_json(question: &Question) -> Json {
    let standing = &question.standing;
    let mut permissions = Vec::new();
    let mut limited = Map::new();
    for (name, items) in standing.grants.iter() {
        match items {
            Items::All => permissions.push(name),
            Items::Only(items) => {
                limited.insert(name.to_owned(), json!(items));
            }
        }
    }
    let mut json = json!({
        "space": standing.project_space_name,
        "admin": standing.is_admin,
        "role": standing.role.map(|id| id.hex()),
        "permissions": permissions,
        "limited": limited,
        "locations": standing.locations.iter().map(|id| id.hex()).collect::<Vec<_>>(),
        "groups": standing.groups.iter().map(|id| id.hex()).collect::<Vec<_>>(),
    });
    if let (About::One { id, attributes, proposed }, Some(fields)) = (&question.about, json.as_object_mut()) {
        fields.insert("id".to_owned(), json!(id));
        fields.insert("attributes".to_owned(), attributes_json(attributes));
        fields.insert("proposed".to_owned(), attributes_json(proposed));
    }
    json
}

fn attributes_json(attributes: &Attributes) -> Json {
    attributes.iter().map(|it| json!([it.name, value_json(&it.value)])).collect()
}

fn value_json(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Integer(number) => json!(number),
        Value::Boolean(truth) => json!(truth),
        Value::Texts(texts) => json!(texts),
        Value::Nothing => Json::Null,
    }
}

/// What of a question has columns of its own.
pub(super) struct Columns<'a> {
    pub(super) id: DecisionId,
    pub(super) project_space: ProjectSpaceId,
    pub(super) at: DateTime<Utc>,
    pub(super) identity: Identity,
    pub(super) signed_in_by: SignIn,
    pub(super) action: &'a str,
    pub(super) is_scope: bool,
}

/// The question again; nothing when it cannot be asked any more.
pub(super) fn question(json: &Json, columns: &Columns<'_>) -> Option<Question> {
    let info = ACTION_CATALOGUE.iter().find(|info| info.name == columns.action)?;
    let whole = texts(json.get("permissions")?)?.into_iter().map(|name| (name, Items::All));
    let limited = json.get("limited")?.as_object()?.iter();
    let limited = limited
        .map(|(name, items)| Some((name.clone(), Items::Only(texts(items)?.into_iter().collect()))))
        .collect::<Option<Vec<_>>>()?;
    let about = if columns.is_scope {
        About::Rows
    } else {
        About::One {
            id: optional(json.get("id")?)?,
            attributes: attributes(json.get("attributes")?, info.attributes)?,
            proposed: attributes(json.get("proposed")?, info.proposes)?,
        }
    };
    Some(Question {
        identity: columns.identity,
        signed_in_by: columns.signed_in_by,
        standing: Standing {
            project_space: columns.project_space,
            project_space_name: json.get("space")?.as_str()?.to_owned(),
            is_admin: json.get("admin")?.as_bool()?,
            role: match json.get("role")? {
                Json::Null => None,
                role => Some(RoleId(id(role)?)),
            },
            grants: whole.chain(limited).collect::<Grants>(),
            locations: ids(json.get("locations")?)?.into_iter().map(LocationId).collect(),
            groups: ids(json.get("groups")?)?.into_iter().map(GroupId).collect(),
            last_access_at: None,
        },
        action: info.name,
        resource_kind: info.resource_kind,
        about,
        now: columns.at,
        decision: columns.id,
    })
}

fn attributes(json: &Json, infos: &[AttributeInfo]) -> Option<Attributes> {
    let mut attributes = Attributes::new();
    for pair in json.as_array()? {
        let info = infos.iter().find(|info| pair.get(0).and_then(Json::as_str) == Some(info.name))?;
        attributes = attributes.with(info.name, value(pair.get(1)?)?);
    }
    Some(attributes)
}

fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Nothing,
        Json::Bool(truth) => Value::Boolean(*truth),
        Json::Number(number) => Value::Integer(number.as_i64()?),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(_) => Value::Texts(texts(json)?),
        Json::Object(_) => return None,
    })
}

fn optional(json: &Json) -> Option<Option<String>> {
    match json {
        Json::Null => Some(None),
        Json::String(text) => Some(Some(text.clone())),
        _ => None,
    }
}

pub(super) fn texts(json: &Json) -> Option<Vec<String>> {
    json.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn id(json: &Json) -> Option<Uuid> {
    Uuid::try_parse(json.as_str()?).ok()
}

fn ids(json: &Json) -> Option<Vec<Uuid>> {
    json.as_array()?.iter().map(id).collect()
}

/// An answer.
pub(super) fn answer_json(answer: &Answer) -> Json {
    match answer {
        Answer::Decision(Decision::Permit(obligations)) => {
            json!({ "permit": obligations.iter().map(|it| it.name()).collect::<Vec<_>>() })
        }
        Answer::Decision(Decision::Deny(denial)) => json!({ "deny": {
            "reason": denial.reason,
            "message": denial.message,
            "missing": denial.missing,
            "visible": denial.visible,
        } }),
        Answer::Rows(Rows::Everything) => json!({ "rows": "everything" }),
        Answer::Rows(Rows::Nothing) => json!({ "rows": "nothing" }),
        Answer::Rows(Rows::Only(condition)) => json!({ "rows": condition_json(condition) }),
        Answer::ManyRows => json!({ "rows": "too many words" }),
        Answer::Fault(class) => json!({ "fault": class }),
    }
}

/// The answer again.
pub(super) fn answer(json: &Json) -> Option<Answer> {
    if let Some(permit) = json.get("permit") {
        let obligations = texts(permit)?.iter().map(|name| Obligation::named(name)).collect::<Option<_>>()?;
        return Some(Answer::Decision(Decision::Permit(obligations)));
    }
    if let Some(deny) = json.get("deny") {
        return Some(Answer::Decision(Decision::Deny(Denial {
            reason: deny.get("reason")?.as_str()?.to_owned(),
            message: deny.get("message")?.as_str()?.to_owned(),
            missing: texts(deny.get("missing")?)?,
            visible: deny.get("visible")?.as_bool()?,
        })));
    }
    if let Some(class) = json.get("fault") {
        return Some(Answer::Fault(class.as_str()?.to_owned()));
    }
    Some(match json.get("rows")? {
        Json::String(rows) => match rows.as_str() {
            "everything" => Answer::Rows(Rows::Everything),
            "nothing" => Answer::Rows(Rows::Nothing),
            _ => Answer::ManyRows,
        },
        rows => Answer::Rows(Rows::Only(condition(rows)?)),
    })
}

fn condition_json(condition: &Condition) -> Json {
    let all = |parts: &[Condition]| parts.iter().map(condition_json).collect::<Vec<_>>();
    match condition {
        Condition::AllOf(parts) => json!({ "all": all(parts) }),
        Condition::AnyOf(parts) => json!({ "any": all(parts) }),
        Condition::Not(part) => json!({ "not": condition_json(part) }),
        Condition::Equals(name, value) => json!({ "equals": [name, value_json(value)] }),
        Condition::OneOf(name, texts) => json!({ "one_of": [name, texts] }),
        Condition::AnyInCommon(name, texts) => json!({ "any_in_common": [name, texts] }),
        Condition::IsNothing(name) => json!({ "nothing": name }),
    }
}

fn condition(json: &Json) -> Option<Condition> {
    let (operator, operand) = json.as_object()?.iter().next()?;
    let parts = || operand.as_array()?.iter().map(condition).collect::<Option<Vec<_>>>();
    let name = || Some(operand.get(0)?.as_str()?.to_owned());
    Some(match operator.as_str() {
        "all" => Condition::AllOf(parts()?),
        "any" => Condition::AnyOf(parts()?),
        "not" => Condition::Not(Box::new(condition(operand)?)),
        "equals" => Condition::Equals(name()?, value(operand.get(1)?)?),
        "one_of" => Condition::OneOf(name()?, texts(operand.get(1)?)?),
        "any_in_common" => Condition::AnyInCommon(name()?, texts(operand.get(1)?)?),
        "nothing" => Condition::IsNothing(operand.as_str()?.to_owned()),
        _ => return None,
    })
}

pub(super) fn stack_json(stack: &StackName) -> Json {
    json!({ "modules": stack.modules, "revision": stack.revision.map(|id| id.hex()) })
}

pub(super) fn stack(json: &Json) -> Option<StackName> {
    Some(StackName {
        modules: texts(json.get("modules")?)?,
        revision: optional(json.get("revision")?)?.and_then(|id| PolicyRevisionId::parse(&id).ok()),
    })
}

#[cfg(test)]
mod tests;
