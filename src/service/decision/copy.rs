//! Copies of questions and answers, of a bounded size.

use crate::authz::{
    About, Answer, Attributes, Condition, Decided, Decision, Denial, Question, Request, Rows, ScopeRequest,
    Value,
};
use crate::domain::permission::{Grants, Items};
use crate::domain::{Identity, SignIn, Standing};

/// Most bytes of text of one copy: a question has about a thousand, and somebody at a thousand places thirty times as many.
const ROOM: usize = 48 << 10;
/// What an item of a list takes beside its text.
const ITEM: usize = 16;

/// How much more may be copied.
pub(super) struct Room {
    left: usize,
    /// False once something was left out or changed: then the copy is no question that could be asked again.
    is_whole: bool,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { left: ROOM, is_whole: true }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    fn takes(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes.saturating_add(ITEM)) {
            Some(left) => {
                self.left = left;
                true
            }
            None => {
                self.is_whole = false;
                false
            }
        }
    }

    pub(super) fn text(&mut self, text: &str) -> String {
        if !self.takes(text.len()) {
            return String::new();
        }
        // PostgreSQL keeps no NUL in a text, and nothing that is kept has one: it came along with what was proposed.
        if text.contains('\0') {
            self.is_whole = false;
            return text.replace('\0', "\u{fffd}");
        }
        text.to_owned()
    }

    fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a String>) -> Vec<String> {
        texts.into_iter().map_while(|text| self.takes(0).then(|| self.text(text))).collect()
    }

    fn ids<T: Copy>(&mut self, ids: &[T]) -> Vec<T> {
        ids.iter().copied().take_while(|_| self.takes(ITEM)).collect()
    }

    fn attributes(&mut self, attributes: &Attributes) -> Attributes {
        attributes.map(|attribute| match &attribute.value {
            Value::Text(text) => Value::Text(self.text(text)),
            Value::Texts(texts) => Value::Texts(self.texts(texts)),
            other => other.clone(),
        })
    }

    fn standing(&mut self, standing: &Standing) -> Standing {
        let grants = standing.grants.iter().map_while(|(name, items)| {
            let items = match items {
                Items::All => Items::All,
                Items::Only(items) => Items::Only(self.texts(items).into_iter().collect()),
            };
            self.takes(0).then(|| (self.text(name), items))
        });
        Standing {
            grants: grants.collect::<Grants>(),
            project_space: standing.project_space,
            project_space_name: self.text(&standing.project_space_name),
            is_admin: standing.is_admin,
            role: standing.role,
            locations: self.ids(&standing.locations),
            groups: self.ids(&standing.groups),
            last_access_at: None,
        }
    }

    pub(super) fn question(&mut self, request: &Request<'_>) -> Question {
        Question {
            about: About::One {
                id: request.resource_id.as_ref().map(|id| self.text(id)),
                attributes: self.attributes(&request.attributes),
                proposed: self.attributes(&request.proposed),
            },
            identity: request.identity,
            signed_in_by: request.signed_in_by,
            standing: self.standing(request.standing),
            action: request.action,
            resource_kind: request.resource_kind,
            now: request.now,
            decision: request.decision,
        }
    }

    pub(super) fn scope_question(&mut self, request: &ScopeRequest<'_>) -> Question {
        Question {
            about: About::Rows,
            identity: request.identity,
            signed_in_by: request.signed_in_by,
            standing: self.standing(request.standing),
            action: request.action,
            resource_kind: request.resource_kind,
            now: request.now,
            decision: request.decision,
        }
    }
}

/// An answer that is kept: the host has bounded it already, but for the texts that rows are compared with.
pub(super) fn decision(decided: &Decided<Decision>) -> Answer {
    let clean = |text: &String| text.replace('\0', "\u{fffd}");
    Answer::Decision(match &decided.answer {
        Decision::Permit(obligations) => Decision::Permit(obligations.clone()),
        Decision::Deny(denial) => Decision::Deny(Denial {
            reason: clean(&denial.reason),
            message: clean(&denial.message),
            missing: denial.missing.iter().map(clean).collect(),
            visible: denial.visible,
        }),
    })
}

/// The rows, if they can be told in few enough words.
pub(super) fn rows(rows: &Rows) -> Answer {
    match rows {
        Rows::Only(condition) => {
            let mut room = Room::new();
            measure(condition, &mut room);
            if room.is_whole() { Answer::Rows(rows.clone()) } else { Answer::ManyRows }
        }
        Rows::Everything | Rows::Nothing => Answer::Rows(rows.clone()),
    }
}

/// Takes as much room as a condition would, which the host has bounded in depth.
fn measure(condition: &Condition, room: &mut Room) {
    let mut text = |text: &str| {
        // The same care as with what is copied: what is not storable is not kept.
        room.is_whole = room.takes(text.len()) && room.is_whole && !text.contains('\0');
    };
    match condition {
        Condition::AllOf(parts) | Condition::AnyOf(parts) => {
            for part in parts {
                measure(part, room);
            }
        }
        Condition::Not(part) => measure(part, room),
        Condition::Equals(name, value) => {
            text(name);
            if let Value::Text(value) = value {
                text(value);
            }
        }
        Condition::OneOf(name, texts) | Condition::AnyInCommon(name, texts) => {
            text(name);
            for value in texts {
                text(value);
            }
        }
        Condition::IsNothing(name) => text(name),
    }
}

/// Whether a decision is worth keeping whatever the sample: a no, no answer, or a yes to a change. The gateway's own
/// questions are answered by `standard` whatever a project space has, so nobody asks about those.
pub(super) fn is_told(
    answer: Option<&Decision>,
    identity: Identity,
    signed_in_by: SignIn,
    action: &str,
) -> Option<bool> {
    if identity == Identity::System {
        return None;
    }
    let reads = action.ends_with(".read") || action == "api.use";
    Some(match answer {
        None => true,
        Some(_) if !reads => true,
        Some(Decision::Permit(obligations)) if obligations.is_empty() => false,
        Some(answer) => crate::authz::denial(answer, signed_in_by).is_some(),
    })
}
