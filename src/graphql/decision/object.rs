use crate::authz::{
    About, Answer, Attributes, Decision, Denial, Denied, LoggedDecision, Obligation, Outcome, Question, Said,
    Value, Voice, denial,
};
use crate::graphql::viewer::SignInMethod;
use crate::service::decision::{CanI, Explanation};
use async_graphql::{Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

/// What became of a question to a policy.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Outcome")]
pub enum DecisionOutcome {
    /// Yes; for a list, all or some rows.
    Permit,
    /// No; for a list, no row.
    Deny,
    /// The policy gave no answer, which is a no.
    Undecided,
}

/// Why something is permitted or denied. What is not for the caller to know is null or empty.
#[derive(SimpleObject)]
pub struct DecisionExplanation {
    /// The decision's id; null for what was only asked by `canI`.
    decision_id: Option<ID>,
    /// When it was asked.
    at: DateTime<Utc>,
    /// The action: `mobile_worker.update`.
    action: String,
    /// The kind of what it is done to: `mobile_worker`.
    resource_kind: String,
    /// The id of what it is done to, without a prefix; null for a list.
    resource_id: Option<ID>,
    /// Whether the rows of a list were asked for.
    is_list: bool,
    /// Yes, no, or no answer.
    outcome: DecisionOutcome,
    /// Whether it is permitted.
    allowed: bool,
    /// Why not, for programs: `missing_permission`. `not_found` of what is not there or may not be seen, `no_answer` where
    /// the policy gave none, and the code of a `UserError` where a rule refuses that no policy can switch off:
    /// `ACCOUNT_HOLDS_MORE`.
    reason: Option<String>,
    /// The same for people.
    message: Option<String>,
    /// The permissions that would have been enough, as far as the policy says.
    missing: Vec<String>,
    /// What is done along with it when it is permitted: `notify-admins`, `require-otp`.
    obligations: Vec<String>,
    /// The module that settled it, with the digest of its bytes; `host` when none did.
    policy: Option<String>,
    /// What was asked. For those who may read decisions.
    question: Option<DecisionQuestion>,
    /// Who was asked. For those who may read decisions.
    stack: Option<DecisionStack>,
    /// What each module says of the question now, also those whose answer did not count. For those who may read decisions;
    /// null where it cannot be asked again: `note` says why.
    modules: Option<Vec<ModuleAnswer>>,
    /// The attributes of which the log has only masks. A module that looks at one may answer otherwise when it is asked
    /// again.
    masked: Vec<String>,
    /// What should be known of this explanation.
    note: Option<String>,
}

/// What a policy was asked.
#[derive(SimpleObject)]
pub struct DecisionQuestion {
    /// Who asked: a web user's `accountId`, or a mobile worker's id.
    principal_id: Option<ID>,
    /// How they had signed in.
    sign_in_method: SignInMethod,
    /// Whether they were an admin.
    is_admin: bool,
    /// Their role's id, without a prefix.
    role_id: Option<ID>,
    /// The permissions they held, be it for some items only.
    permissions: Vec<String>,
    /// The ids of their locations, without a prefix.
    location_ids: Vec<ID>,
    /// The ids of their groups, without a prefix.
    group_ids: Vec<ID>,
    /// The resource as it was; empty for a list.
    attributes: Vec<DecisionAttribute>,
    /// What the action would have changed, as it would have been afterwards.
    proposed: Vec<DecisionAttribute>,
}

/// A named value that the policy was told.
#[derive(SimpleObject)]
pub struct DecisionAttribute {
    /// `location_lineage`
    name: String,
    /// Its value: a text, a number, a truth, a list of texts, or null.
    value: Option<Json>,
}

/// The modules that were asked, in order.
#[derive(SimpleObject)]
pub struct DecisionStack {
    /// Names and digests.
    modules: Vec<String>,
}

/// What one module says of a question.
#[derive(SimpleObject)]
pub struct ModuleAnswer {
    /// Its name with the start of its digest.
    module: String,
    /// What it says.
    said: ModuleVerdict,
    /// The same in words.
    told: String,
}

/// What a module can say.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleVerdict {
    /// Yes; for a list, all or some rows.
    Permits,
    /// No; for a list, no row.
    Denies,
    /// It has no say.
    NotApplicable,
    /// Its manifest does not name the action, so it is not asked.
    Unasked,
    /// It trapped, thought too long, wanted too much or broke the contract.
    Fault,
}

impl From<Voice> for ModuleAnswer {
    fn from(Voice { module, said }: Voice) -> Self {
        use crate::authz::Rows;
        let told = said.told();
        let said = match said {
            Said::Unasked => ModuleVerdict::Unasked,
            Said::NotApplicable => ModuleVerdict::NotApplicable,
            Said::Decision(Decision::Permit(_)) | Said::Rows(Rows::Everything | Rows::Only(_)) => {
                ModuleVerdict::Permits
            }
            Said::Decision(Decision::Deny(_)) | Said::Rows(Rows::Nothing) => ModuleVerdict::Denies,
            Said::Fault(_) => ModuleVerdict::Fault,
        };
        Self { module, said, told }
    }
}

fn attributes(attributes: &Attributes) -> Vec<DecisionAttribute> {
    let value = |value: &Value| match value {
        Value::Text(text) => Some(json!(text)),
        Value::Integer(number) => Some(json!(number)),
        Value::Boolean(truth) => Some(json!(truth)),
        Value::Texts(texts) => Some(json!(texts)),
        Value::Nothing => None,
    };
    let all = attributes.iter();
    all.map(|it| DecisionAttribute { name: it.name.to_owned(), value: value(&it.value) }).collect()
}

impl From<&Question> for DecisionQuestion {
    fn from(question: &Question) -> Self {
        let standing = &question.standing;
        let (seen, proposed) = match &question.about {
            About::One { attributes: seen, proposed, .. } => (attributes(seen), attributes(proposed)),
            About::Rows => (Vec::new(), Vec::new()),
        };
        Self {
            principal_id: question.identity.id().map(ID),
            sign_in_method: question.signed_in_by.into(),
            is_admin: standing.is_admin,
            role_id: standing.role.map(|id| id.hex().into()),
            permissions: standing.grants.iter().map(|(name, _)| name.to_owned()).collect(),
            location_ids: standing.locations.iter().map(|id| id.hex().into()).collect(),
            group_ids: standing.groups.iter().map(|id| id.hex().into()).collect(),
            attributes: seen,
            proposed,
        }
    }
}

const NO_QUESTION: &str =
    "the question was too long to keep, or is asked otherwise by now: only the answer is known";
const ANOTHER_STACK: &str = "the policy has changed since: only the answer of that time is known";
const LIST: &str = "a list: the rows that the modules let through are those of every one of them";

impl DecisionExplanation {
    /// What may be told to whom it was decided about.
    fn told(decision: &LoggedDecision) -> Self {
        let mut told = Self {
            decision_id: Some(decision.id.to_string().into()),
            at: decision.at,
            action: decision.action.clone(),
            resource_kind: decision.resource_kind.clone(),
            resource_id: decision.resource_id.clone().map(ID),
            is_list: decision.is_scope,
            outcome: decision.outcome().into(),
            allowed: decision.outcome() == Outcome::Permit,
            reason: None,
            message: None,
            missing: Vec::new(),
            obligations: Vec::new(),
            policy: Some(decision.policy.clone()).filter(|policy| !policy.is_empty()),
            question: None,
            stack: None,
            modules: None,
            masked: Vec::new(),
            note: None,
        };
        match &decision.answer {
            Answer::Decision(answer) => {
                if let Decision::Permit(obligations) = answer {
                    told.obligations = names(obligations);
                }
                told.denied(denial(answer, decision.signed_in_by));
            }
            Answer::Rows(rows) => told.message = Some(Said::Rows(rows.clone()).told()),
            Answer::ManyRows => {
                told.message = Some("lets rows through, in too many words to keep".to_owned())
            }
            Answer::Fault(class) => {
                told.reason = Some(NO_ANSWER.to_owned());
                told.message = Some(class.clone());
            }
        }
        told
    }

    fn denied(&mut self, denial: Option<Denial>) {
        if let Some(Denial { reason, message, missing, .. }) = denial {
            self.reason = Some(reason);
            self.message = Some(message);
            self.missing = missing;
        }
    }

    /// What would be answered, without anybody doing it.
    pub fn of_what_might_be(CanI { action, at, answer, refusal }: CanI, target: Option<&str>) -> Self {
        let mut told = Self {
            decision_id: None,
            at,
            action: action.name.to_owned(),
            resource_kind: action.resource_kind.to_owned(),
            resource_id: target.map(|target| target.to_owned().into()),
            is_list: false,
            outcome: DecisionOutcome::Deny,
            allowed: false,
            reason: None,
            message: None,
            missing: Vec::new(),
            obligations: Vec::new(),
            policy: None,
            question: None,
            stack: None,
            modules: None,
            masked: Vec::new(),
            note: None,
        };
        let because = |reason: &str, message: &str| {
            Some(Denial {
                reason: reason.to_owned(),
                message: message.to_owned(),
                missing: Vec::new(),
                visible: true,
            })
        };
        match answer {
            Ok(_) if let Some(fault) = refusal => {
                told.policy = Some("host".to_owned());
                told.denied(because(fault.code.name(), &fault.message));
            }
            Ok(permitted) => {
                told.outcome = DecisionOutcome::Permit;
                told.allowed = true;
                told.obligations = names(&permitted.obligations);
                told.policy = Some(permitted.policy);
            }
            Err(Denied::Forbidden { policy, denial, .. }) => {
                told.policy = Some(policy);
                told.denied(Some(denial));
            }
            Err(denied @ Denied::Undecided { .. }) => {
                told.outcome = DecisionOutcome::Undecided;
                told.denied(because(NO_ANSWER, &denied.to_string()));
            }
            Err(Denied::NotVisible | Denied::Anonymous) => told.denied(because("not_found", "not found")),
        }
        told
    }
}

const NO_ANSWER: &str = "no_answer";

fn names(obligations: &[Obligation]) -> Vec<String> {
    obligations.iter().map(|obligation| obligation.name().to_owned()).collect()
}

impl From<Explanation> for DecisionExplanation {
    fn from(explanation: Explanation) -> Self {
        match explanation {
            Explanation::Own(own) => Self::told(&own.0),
            Explanation::Whole { decision, voices } => {
                let note = match (&decision.question, &voices) {
                    (None, _) => Some(NO_QUESTION),
                    (Some(_), None) => Some(ANOTHER_STACK),
                    (Some(_), Some(_)) if decision.is_scope => Some(LIST),
                    (Some(_), Some(_)) => None,
                };
                Self {
                    question: decision.question.as_ref().map(DecisionQuestion::from),
                    stack: Some(DecisionStack { modules: decision.stack.modules.clone() }),
                    modules: voices.map(|voices| voices.into_iter().map(ModuleAnswer::from).collect()),
                    masked: decision.masked.clone(),
                    note: note.map(str::to_owned),
                    ..Self::told(&decision)
                }
            }
        }
    }
}
