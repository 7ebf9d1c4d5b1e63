//! `decide`, `decide-many` and `scope` are three ways to ask one thing. They are compared on drawn principals and rows:
//! `policy check` does it to an author's module, and the gateway's tests to `standard`.

use super::desk::Desk;
use super::sampler::Sampler;
use crate::authz::{ACTION_CATALOGUE, ActionInfo, Attributes, Decision, Rows, Said, Value};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// What comparing found.
#[derive(Debug, Clone, Default)]
pub struct Agreement {
    /// How many answers were compared.
    pub answers: usize,
    /// Where they differ, or what else is wrong; the first few.
    pub findings: Vec<String>,
    /// Whether there was no answer where one was asked for.
    pub has_faults: bool,
}

/// After so many, an author has enough to do.
const FINDINGS_MAX: usize = 3;
const ROWS: usize = 6;
/// So many questions are put once more at the end: a module remembers nothing.
const REPEATED: usize = 20;

impl Agreement {
    fn add(&mut self, finding: String) {
        if self.findings.len() < FINDINGS_MAX && !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn compare_with_many(&mut self, action: &ActionInfo, one: &Said, among_many: &Said) {
        if let Said::Fault(fault) = among_many {
            self.has_faults = true;
            self.add(format!("`{}`: {fault}", action.name));
        } else if one != among_many {
            let (one, among_many) = (one.told(), among_many.told());
            self.add(format!("`{}`: `decide` {one}, and `decide-many` {among_many}", action.name));
        }
    }

    fn fault_of_scope(&mut self, action: &ActionInfo, fault: &str) {
        self.has_faults = true;
        self.add(format!("the scope of `{}`: {fault}", action.name));
    }

    fn is_full(&self) -> bool {
        self.findings.len() >= FINDINGS_MAX
    }
}

/// Compares the answers of the stack to so many drawn questions.
pub fn agreement(desk: &Desk, sampler: Sampler, questions: usize) -> Agreement {
    agreement_within(desk, sampler, questions, Duration::MAX)
}

/// The same, and no longer than this: a module may take all the time it has for every answer.
pub(in crate::policy) fn agreement_within(
    desk: &Desk,
    mut sampler: Sampler,
    questions: usize,
    patience: Duration,
) -> Agreement {
    let began = Instant::now();
    let known: Vec<&ActionInfo> =
        ACTION_CATALOGUE.iter().filter(|action| action.is_asked() && desk.knows(action.name)).collect();
    let mut found = Agreement::default();
    let (mut asked, mut asked_for_rows) = (Vec::new(), Vec::new());
    for _ in 0..questions {
        let Some(&&action) = sampler.pick(&known) else { break };
        let (asker, now) = (sampler.asker(), sampler.moment());
        if action.resource_kind == "project_space" {
            let (row, proposal) = (sampler.row(&action), sampler.proposal(&action));
            let said = desk.decide(&asker.asks(&action, row.clone(), proposal.clone(), now));
            found.answers += 1;
            if let Said::Fault(fault) = &said {
                found.has_faults = true;
                found.add(format!("`{}`: {fault}", action.name));
            }
            if asked.len() < REPEATED {
                asked.push((asker, action, row, proposal, now, said));
            }
        } else {
            let scope = desk.scope(&asker.asks_for_rows(&action, now));
            found.has_faults |= scope.is_err();
            match desk.scope_by_time(&asker.asks_for_rows(&action, now)) {
                Some(Err(fault)) => found.fault_of_scope(&action, &fault),
                Some(by_time) if scope.is_ok() && by_time != scope => found.add(format!(
                    "the scope of `{}` depends on the time or the decision's id, and the manifest says that it is timeless: it is not",
                    action.name
                )),
                _ => {}
            }
            if asked_for_rows.len() < REPEATED {
                asked_for_rows.push((asker.clone(), action, now, scope.clone()));
            }
            if let Ok(Some(rows)) = &scope {
                sampler.learn(rows);
            }
            let rows: Vec<_> = (0..ROWS).map(|_| sampler.row(&action)).collect();
            let many = asker.asks_about(&action, &rows, now);
            let answers = desk.decide_many(&many, &many.resources);
            for (row, said) in rows.iter().zip(&answers) {
                found.answers += 1;
                found.has_faults |= matches!(said, Said::Fault(_));
                if let Some(finding) = compare(&action, &scope, row, said) {
                    found.add(finding);
                }
            }
            if let (Some(row), Some(first)) = (rows.first(), answers.first()) {
                let said = desk.decide(&asker.asks(&action, row.clone(), Attributes::new(), now));
                found.compare_with_many(&action, &said, first);
                if asked.len() < REPEATED {
                    asked.push((asker.clone(), action, row.clone(), Attributes::new(), now, said));
                }
            }
            // A list proposes nothing, so what the scope says is no measure of these.
            if !action.proposes.is_empty() {
                let proposals: Vec<_> = rows.iter().map(|_| sampler.proposal(&action)).collect();
                let many = asker.asks_to_change(&action, &rows, &proposals, now);
                let answers = desk.decide_many(&many, &many.resources);
                for ((row, proposal), among_many) in rows.iter().zip(proposals).zip(&answers) {
                    found.answers += 1;
                    let said = desk.decide(&asker.asks(&action, row.clone(), proposal, now));
                    found.compare_with_many(&action, &said, among_many);
                }
            }
        }
        if found.is_full() || began.elapsed() > patience {
            break;
        }
    }
    for (asker, action, row, proposal, now, before) in asked {
        let again = desk.decide(&asker.asks(&action, row, proposal, now));
        if again != before {
            found.add(format!(
                "`{}`: the same question has two answers: {}, and later {}",
                action.name,
                before.told(),
                again.told()
            ));
        }
    }
    for (asker, action, now, before) in asked_for_rows {
        match desk.scope(&asker.asks_for_rows(&action, now)) {
            Err(fault) => found.fault_of_scope(&action, &fault),
            again if again != before => {
                found.add(format!("the scope of `{}` has two answers to the same question", action.name));
            }
            Ok(_) => {}
        }
    }
    found
}

fn compare(
    action: &ActionInfo,
    scope: &Result<Option<Rows>, String>,
    row: &Attributes,
    said: &Said,
) -> Option<String> {
    let on = || format!("`{}` on a row with {}", action.name, listed(row));
    if let Said::Fault(fault) = said {
        return Some(format!("{}: {fault}", on()));
    }
    let agrees = match scope {
        Err(fault) => return Some(format!("the scope of `{}`: {fault}", action.name)),
        // Without a say about the list, there must be none about its rows.
        Ok(None) => *said == Said::NotApplicable,
        Ok(Some(rows)) => match said {
            Said::Decision(Decision::Permit(_)) => rows.contain(row),
            Said::Decision(Decision::Deny(_)) => !rows.contain(row),
            // A list that leaves it out would hide a row of which this module has nothing to say, and the other way round.
            _ => false,
        },
    };
    if agrees {
        return None;
    }
    let lets = match scope {
        Ok(Some(rows)) if rows.contain(row) => "lets it through",
        Ok(Some(_)) => "leaves it out",
        _ => "says nothing",
    };
    Some(format!("{}: `decide` {}, and `scope` {lets}", on(), said.told()))
}

/// A row in one line.
pub(super) fn listed(row: &Attributes) -> String {
    let mut text = String::from("{");
    for (at, attribute) in row.iter().enumerate() {
        let comma = if at == 0 { " " } else { ", " };
        // Writing to a text cannot fail.
        let _ = write!(text, "{comma}{}: {}", attribute.name, plain(&attribute.value));
    }
    text.push_str(" }");
    text
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(integer) => integer.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Texts(texts) => format!("[{}]", texts.join(", ")),
        Value::Nothing => "nothing".to_owned(),
    }
}
