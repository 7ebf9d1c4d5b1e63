//! What tells of a person stays out of the log: a mask stands in its place, the same for the same text of one project space.

use super::queue::Record;
use crate::authn::TokenKey;
use crate::authz::{
    About, Answer, AttributeInfo, Attributes, Condition, Decision, Denial, LoggedDecision, Question, Rows,
    Said, Value,
};

/// Shortest text that is looked for in a policy's own words. Shorter ones stand in every other word.
const TELLING: usize = 3;

/// Puts masks in the place of what tells of a person.
struct Masker<'a> {
    key: &'a TokenKey,
    project_space: String,
    /// The attributes that were masked.
    masked: Vec<String>,
    /// What was masked, and its mask.
    texts: Vec<(String, String)>,
}

impl Masker<'_> {
    fn text(&mut self, name: &str, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        if !self.masked.iter().any(|masked| masked == name) {
            self.masked.push(name.to_owned());
        }
        let mask = self.key.mask(&self.project_space, text);
        self.texts.push((text.to_owned(), mask.clone()));
        mask
    }

    fn value(&mut self, name: &str, value: &Value) -> Value {
        match value {
            Value::Text(text) => Value::Text(self.text(name, text)),
            Value::Texts(texts) => Value::Texts(texts.iter().map(|text| self.text(name, text)).collect()),
            other => other.clone(),
        }
    }

    fn attributes(&mut self, attributes: &Attributes, infos: &[AttributeInfo]) -> Attributes {
        attributes.map(|it| {
            if is_personal(it.name, infos) { self.value(it.name, &it.value) } else { it.value.clone() }
        })
    }

    /// An id of ours is no person's; an address in the place of one is.
    fn id(&mut self, id: &str) -> String {
        let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id { id.to_owned() } else { self.text("id", id) }
    }

    fn condition(&mut self, condition: Condition, infos: &[AttributeInfo]) -> Condition {
        let mut all = |parts: Vec<Condition>| -> Vec<_> {
            parts.into_iter().map(|part| self.condition(part, infos)).collect()
        };
        match condition {
            Condition::AllOf(parts) => Condition::AllOf(all(parts)),
            Condition::AnyOf(parts) => Condition::AnyOf(all(parts)),
            Condition::Not(part) => Condition::Not(Box::new(self.condition(*part, infos))),
            Condition::Equals(name, value) if is_personal(&name, infos) => {
                let value = self.value(&name, &value);
                Condition::Equals(name, value)
            }
            Condition::OneOf(name, texts) if is_personal(&name, infos) => {
                let texts = texts.iter().map(|text| self.text(&name, text)).collect();
                Condition::OneOf(name, texts)
            }
            Condition::AnyInCommon(name, texts) if is_personal(&name, infos) => {
                let texts = texts.iter().map(|text| self.text(&name, text)).collect();
                Condition::AnyInCommon(name, texts)
            }
            other => other,
        }
    }

    /// A policy's own words, in which it may have named whom it was asked about.
    fn words(&self, words: &str) -> String {
        let telling = self.texts.iter().filter(|(text, _)| text.len() >= TELLING);
        telling.fold(words.to_owned(), |words, (text, mask)| words.replace(text, mask))
    }

    fn answer(&mut self, answer: Answer, infos: &[AttributeInfo]) -> Answer {
        match answer {
            Answer::Decision(Decision::Deny(denial)) => Answer::Decision(Decision::Deny(Denial {
                reason: self.words(&denial.reason),
                message: self.words(&denial.message),
                missing: denial.missing.iter().map(|name| self.words(name)).collect(),
                visible: denial.visible,
            })),
            Answer::Rows(Rows::Only(condition)) => Answer::Rows(Rows::Only(self.condition(condition, infos))),
            other => other,
        }
    }
}

fn is_personal(name: &str, infos: &[AttributeInfo]) -> bool {
    infos.iter().any(|info| info.name == name && info.personal)
}

/// What a policy answered, in words.
pub(super) fn told(answer: &Answer) -> String {
    match answer {
        Answer::Decision(decision) => Said::Decision(decision.clone()).told(),
        Answer::Rows(rows) => Said::Rows(rows.clone()).told(),
        Answer::ManyRows => "lets rows through, in many words".to_owned(),
        Answer::Fault(class) => Said::Fault(class.clone()).told(),
    }
}

/// The question with something else in the place of each mask. Whoever answers it otherwise looked at what is masked.
pub(super) fn without_masks(question: &Question) -> Question {
    let other = |text: &String| match text.strip_prefix(TokenKey::MASK) {
        Some(digits) => format!("{}@example.org", digits.get(..12).unwrap_or(digits)),
        None => text.clone(),
    };
    let others = |attributes: &Attributes| {
        attributes.map(|it| match &it.value {
            Value::Text(text) => Value::Text(other(text)),
            Value::Texts(texts) => Value::Texts(texts.iter().map(other).collect()),
            value => value.clone(),
        })
    };
    let mut question = question.clone();
    if let About::One { id, attributes, proposed } = &mut question.about {
        *id = id.as_ref().map(other);
        *attributes = others(attributes);
        *proposed = others(proposed);
    }
    question
}

/// The record as the log may keep it, and another answer to it masked along with it.
pub(super) fn masked(
    key: &TokenKey,
    record: Record,
    another: Option<Answer>,
) -> (LoggedDecision, Option<Answer>) {
    let Record { mut question, is_whole, answer, policy, stack, .. } = record;
    let (attribute_infos, proposed_infos) =
        question.info().map(|info| (info.attributes, info.proposes)).unwrap_or_default();
    let project_space = question.project_space();
    let mut masker =
        Masker { key, project_space: project_space.hex(), masked: Vec::new(), texts: Vec::new() };
    if let About::One { id, attributes, proposed } = &mut question.about {
        *id = id.as_ref().map(|id| masker.id(id));
        *attributes = masker.attributes(attributes, attribute_infos);
        *proposed = masker.attributes(proposed, proposed_infos);
    }
    let answer = masker.answer(answer, attribute_infos);
    let another = another.map(|answer| masker.answer(answer, attribute_infos));
    let decision = LoggedDecision {
        id: question.decision,
        project_space,
        at: question.now,
        identity: question.identity,
        signed_in_by: question.signed_in_by,
        is_scope: question.about == About::Rows,
        action: question.action.to_owned(),
        resource_kind: question.resource_kind.to_owned(),
        resource_id: match &question.about {
            About::One { id, .. } => id.clone(),
            About::Rows => None,
        },
        answer,
        policy,
        stack,
        masked: masker.masked,
        question: is_whole.then_some(question),
    };
    (decision, another)
}
