//! A question and its answer in a form that can be kept: for the decision log, and for asking again.

use super::action::{ACTION_CATALOGUE, ActionInfo};
use super::attribute::Attributes;
use super::condition::Rows;
use super::decision::{Decision, Denial, NoAnswer, Obligation};
use super::request::{Request, ScopeRequest};
use crate::domain::{DecisionId, Identity, PolicyRevisionId, ProjectSpaceId, SignIn, Standing};
use chrono::{DateTime, Utc};

/// What [`Request`] and [`ScopeRequest`] borrow, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asked.
    pub identity: Identity,
    /// How they had signed in.
    pub signed_in_by: SignIn,
    /// What they were in the project space.
    pub standing: Standing,
    /// `mobile_worker.update`
    pub action: &'static str,
    /// `mobile_worker`
    pub resource_kind: &'static str,
    /// One resource, or a list.
    pub about: About,
    /// The moment of the decision.
    pub now: DateTime<Utc>,
    /// Its id.
    pub decision: DecisionId,
}

/// What was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// One resource.
    One {
        /// 32 hexadecimal digits.
        id: Option<String>,
        /// The resource as it was.
        attributes: Attributes,
        /// What the action would have changed, as it would have been afterwards.
        proposed: Attributes,
    },
    /// The rows of a list.
    Rows,
}

impl Question {
    /// The project space whose stack answers.
    pub fn project_space(&self) -> ProjectSpaceId {
        self.standing.project_space
    }

    /// What is known of its action; nothing for one that no policy is asked about any more.
    pub fn info(&self) -> Option<&'static ActionInfo> {
        ACTION_CATALOGUE.iter().find(|info| info.name == self.action)
    }

    /// The question as it is put to a policy; nothing when it is for a list.
    pub fn request(&self) -> Option<Request<'_>> {
        let About::One { id, attributes, proposed } = &self.about else { return None };
        Some(Request {
            identity: self.identity,
            signed_in_by: self.signed_in_by,
            standing: &self.standing,
            action: self.action,
            resource_kind: self.resource_kind,
            resource_id: id.clone(),
            attributes: attributes.clone(),
            proposed: proposed.clone(),
            now: self.now,
            decision: self.decision,
        })
    }

    /// The same for a list.
    pub fn scope_request(&self) -> ScopeRequest<'_> {
        ScopeRequest {
            identity: self.identity,
            signed_in_by: self.signed_in_by,
            standing: &self.standing,
            action: self.action,
            resource_kind: self.resource_kind,
            now: self.now,
            decision: self.decision,
        }
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Yes or no.
    Decision(Decision),
    /// These rows.
    Rows(Rows),
    /// Rows in too many words to keep.
    ManyRows,
    /// Nothing: the name of the [`NoAnswer`].
    Fault(String),
}

/// What became of a question, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Yes; for a list, all or some rows.
    Permit,
    /// No; for a list, no row.
    Deny,
    /// No answer, which is a no.
    Undecided,
}

impl Outcome {
    /// The name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Deny => "deny",
            Self::Undecided => "undecided",
        }
    }
}

impl Answer {
    /// Whether it is none because no module was so much as asked.
    pub fn is_unasked(&self) -> bool {
        let Self::Fault(name) = self else { return false };
        NoAnswer::ALL.into_iter().any(|cause| cause.is_unasked() && cause.name() == name)
    }

    /// In a word. A permit whose second factor is missing is a no: see `second_factor_missing`.
    pub fn outcome(&self, signed_in_by: SignIn) -> Outcome {
        match self {
            Self::Decision(decision) if denial(decision, signed_in_by).is_some() => Outcome::Deny,
            Self::Rows(Rows::Nothing) => Outcome::Deny,
            Self::Decision(_) | Self::Rows(_) | Self::ManyRows => Outcome::Permit,
            Self::Fault(_) => Outcome::Undecided,
        }
    }
}

/// Why somebody who signed in this way hears no, if they do.
pub fn denial(decision: &Decision, signed_in_by: SignIn) -> Option<Denial> {
    match decision {
        Decision::Deny(denial) => Some(denial.clone()),
        Decision::Permit(obligations)
            if obligations.contains(&Obligation::RequireOtp) && signed_in_by != SignIn::PasswordAndOtp =>
        {
            Some(second_factor_missing())
        }
        Decision::Permit(_) => None,
    }
}

fn second_factor_missing() -> Denial {
    Denial {
        reason: "second_factor_required".to_owned(),
        message: "this needs a sign-in with a second factor".to_owned(),
        missing: Vec::new(),
        visible: true,
    }
}

/// The modules that answer for a project space, and which of its revisions they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackName {
    /// Names and digests, in order.
    pub modules: Vec<String>,
    /// The revision, where the space has one of its own.
    pub revision: Option<PolicyRevisionId>,
}

/// A decision as the log keeps it.
#[derive(Debug, Clone)]
pub struct LoggedDecision {
    /// Its id.
    pub id: DecisionId,
    /// Where.
    pub project_space: ProjectSpaceId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who asked.
    pub identity: Identity,
    /// How they had signed in.
    pub signed_in_by: SignIn,
    /// Whether it was for a list.
    pub is_scope: bool,
    /// `mobile_worker.update`
    pub action: String,
    /// `mobile_worker`
    pub resource_kind: String,
    /// 32 hexadecimal digits; a mask in the place of an address.
    pub resource_id: Option<String>,
    /// What was answered.
    pub answer: Answer,
    /// The module that settled it, with its digest.
    pub policy: String,
    /// Who was asked.
    pub stack: StackName,
    /// The attributes of which only masks are kept.
    pub masked: Vec<String>,
    /// The whole question; nothing where it was too long to keep, or is asked otherwise by now.
    pub question: Option<Question>,
}

impl LoggedDecision {
    /// What became of it.
    pub fn outcome(&self) -> Outcome {
        self.answer.outcome(self.signed_in_by)
    }
}

/// A denial of one's own that may be told: what `explainDecision` shows to whom it was said.
#[derive(Debug, Clone)]
pub struct OwnDenial(pub LoggedDecision);
