use super::case::{Case, Expected, Question};
use super::case_file::Outcome;
use super::desk::Desk;
use crate::authz::{Attributes, Decision, Request, Rows, Said, ScopeRequest};

/// Whoever cases are put to: an author's desk, or a project space's stack.
pub trait Answering {
    /// The answer to a question about one.
    fn decide(&self, request: &Request<'_>) -> Said;

    /// The rows of a list; nothing for who has no say.
    ///
    /// # Errors
    /// The fault, in words.
    fn scope(&self, request: &ScopeRequest<'_>) -> Result<Option<Rows>, String>;
}

impl Answering for Desk {
    fn decide(&self, request: &Request<'_>) -> Said {
        self.decide(request)
    }

    fn scope(&self, request: &ScopeRequest<'_>) -> Result<Option<Rows>, String> {
        self.scope(request)
    }
}

/// How a case came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The case's name.
    pub name: String,
    /// The answer, in words.
    pub said: String,
    /// What was expected instead, in words; nothing when it is as expected.
    pub instead_of: Option<String>,
}

/// Puts a case to a stack.
pub fn trial(desk: &impl Answering, case: &Case) -> Trial {
    match &case.question {
        Question::One { attributes, proposed, expected } => {
            let said =
                desk.decide(&case.asker.asks(&case.action, attributes.clone(), proposed.clone(), case.now));
            let instead_of = expected.as_ref().filter(|expected| !expected.is_met(&said)).map(Expected::told);
            Trial { name: case.name.clone(), said: said.told(), instead_of }
        }
        Question::Rows { rows, shown } => list(desk, case, rows, shown.as_deref()),
    }
}

fn list(
    desk: &impl Answering,
    case: &Case,
    rows: &[(String, Attributes)],
    shown: Option<&[String]>,
) -> Trial {
    let trial = |said: String, instead_of| Trial { name: case.name.clone(), said, instead_of };
    let found = match shows(desk, case, rows) {
        Ok(found) => found,
        Err(problem) => return trial(problem, Some("a list".to_owned())),
    };
    let said =
        if found.is_empty() { "shows nothing".to_owned() } else { format!("shows {}", found.join(", ")) };
    let instead_of = shown.filter(|shown| {
        let mut shown = shown.to_vec();
        let mut found = found.clone();
        shown.sort_unstable();
        found.sort_unstable();
        shown != found
    });
    let instead_of = instead_of.map(|shown| match shown {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    });
    trial(said, instead_of)
}

/// The names of the rows that a list shows. What one row is answered must be the same.
pub(super) fn shows(
    desk: &impl Answering,
    case: &Case,
    rows: &[(String, Attributes)],
) -> Result<Vec<String>, String> {
    let scope = desk
        .scope(&case.asker.asks_for_rows(&case.action, case.now))
        .map_err(|fault| format!("gives no list: {fault}"))?;
    let Some(scope) = scope else { return Err("says nothing of the list".to_owned()) };
    let mut found = Vec::new();
    for (name, row) in rows {
        let said = desk.decide(&case.asker.asks(&case.action, row.clone(), Attributes::new(), case.now));
        if let Said::Fault(fault) = said {
            return Err(format!("gives no answer about `{name}` alone: {fault}"));
        }
        let is_shown = scope.contain(row);
        if is_shown != said.permits() {
            let shows = if is_shown { "shows" } else { "leaves out" };
            return Err(format!("{shows} `{name}` in the list, and of it alone {}", said.told()));
        }
        if is_shown {
            found.push(name.clone());
        }
    }
    Ok(found)
}

impl Expected {
    fn is_met(&self, said: &Said) -> bool {
        match said {
            Said::Unasked | Said::NotApplicable => self.outcome == Outcome::NotApplicable,
            Said::Fault(_) | Said::Rows(_) => false,
            Said::Decision(Decision::Permit(obligations)) => {
                let same = |wanted: &Vec<_>| {
                    wanted.len() == obligations.len() && wanted.iter().all(|one| obligations.contains(one))
                };
                self.outcome == Outcome::Permit && self.obligations.as_ref().is_none_or(same)
            }
            Said::Decision(Decision::Deny(denial)) => {
                let outcome = match self.outcome {
                    Outcome::Deny => true,
                    Outcome::Forbidden => denial.visible,
                    Outcome::Hidden => !denial.visible,
                    Outcome::Permit | Outcome::NotApplicable => false,
                };
                outcome
                    && self.reason.as_ref().is_none_or(|reason| *reason == denial.reason)
                    && self.missing.as_ref().is_none_or(|missing| *missing == denial.missing)
            }
        }
    }

    fn told(&self) -> String {
        let outcome = match self.outcome {
            Outcome::Permit => "permit",
            Outcome::Deny => "deny",
            Outcome::Forbidden => "forbidden",
            Outcome::Hidden => "hidden",
            Outcome::NotApplicable => "not-applicable",
        };
        let mut told = outcome.to_owned();
        if let Some(reason) = &self.reason {
            told += &format!(" ({reason})");
        }
        if let Some(missing) = &self.missing {
            told += &format!("; missing: {}", missing.join(", "));
        }
        if self.obligations.is_some() {
            told += ", with the obligations of the case";
        }
        told
    }
}
