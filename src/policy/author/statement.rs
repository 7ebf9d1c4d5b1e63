//! A project space's own file of cases: a statement of what its stack as a whole must answer, whatever modules are in it.
//! It is written by people and run by the gateway, so all of it is bounded.

use super::case::{Case, Cases};
use super::case_file::{CaseError, CaseFile, CaseText, Outcome};
use super::trial::{Answering, trial};
use crate::authz::{CaseReport, FailedCase, Request, Rows, Said, ScopeRequest};
use crate::domain::policy_stack::CASES_MAX;
use crate::policy::stack::Stack;
use serde_json::Value as Json;
use std::time::{Duration, Instant};

/// Most questions that come of a file: one for each case, and one for each row of a list.
const QUESTIONS_MAX: usize = 2_000;
/// Most values in all questions together. A long list is written once, and goes along with every case that names it.
const VALUES_MAX: usize = 100_000;
/// What is told of a resource or of somebody beside what the file says.
const VALUES_UNSAID: usize = 20;
/// Bytes of a text that count as one value.
const TEXT: usize = 64;
/// Most failing cases that are told one by one.
const TOLD_MAX: usize = 5;

impl Cases {
    /// Reads the file of cases of the project space with this name.
    ///
    /// # Errors
    /// [`CaseError`]: as with any file of cases; what means nothing of a stack as a whole; or there is too much of it.
    pub fn of_space(yaml: &str, space: &str) -> Result<Self, CaseError> {
        let mut file = CaseFile::read(yaml)?;
        file.check_means_a_stack(space)?;
        file.check_size()?;
        file.check_values(yaml)?;
        file.project_space = Some(space.to_owned());
        let cases = file.each(yaml, |text| {
            text.check_means_a_stack()?;
            file.case(text)
        })?;
        Ok(Self { module: None, settings: String::new(), cases })
    }
}

impl CaseFile {
    fn check_means_a_stack(&self, space: &str) -> Result<(), CaseError> {
        let wrong = |problem: String| Err(CaseError::Form(problem));
        if self.module.is_some() || self.settings.is_some() {
            return wrong(
                "`module` and `settings` are for a module under test; here the project space's stack answers, \
                 with the settings of its revision: leave them out"
                    .to_owned(),
            );
        }
        match &self.project_space {
            Some(other) if other != space => {
                wrong(format!("it is for the project space `{other}`, and this is `{space}`"))
            }
            _ => Ok(()),
        }
    }

    fn check_size(&self) -> Result<(), CaseError> {
        if self.cases.is_empty() {
            return Err(CaseError::Form("`cases` is empty".to_owned()));
        }
        if self.cases.len() > CASES_MAX {
            return Err(CaseError::TooMuch(format!(
                "{} cases, and {CASES_MAX} are allowed",
                self.cases.len()
            )));
        }
        let rows = |case: &Json| case.get("rows").and_then(Json::as_array).map_or(0, Vec::len);
        let questions: usize = self.cases.iter().map(|case| rows(case).saturating_add(1)).sum();
        if questions > QUESTIONS_MAX {
            return Err(CaseError::TooMuch(format!(
                "{questions} cases and rows of lists, and {QUESTIONS_MAX} are allowed"
            )));
        }
        Ok(())
    }

    /// Counts what the cases come to before they are written out.
    fn check_values(&self, yaml: &str) -> Result<(), CaseError> {
        let weight = |name: &str| {
            let said = self.resources.get(name).map_or(0, |resource| resource.values().map(values).sum());
            VALUES_UNSAID.saturating_add(said)
        };
        let weights = self.each(yaml, |case| {
            let asker = self.principals.get(&case.principal).map_or(0, |principal| {
                let lists = [&principal.permissions, &principal.locations, &principal.groups];
                lists.into_iter().flatten().map(|text| length(text)).sum()
            });
            let about = match (&case.rows, &case.resource) {
                (Some(rows), _) => rows.iter().map(|name| weight(name)).sum(),
                (None, name) => weight(name.as_deref().unwrap_or_default())
                    .saturating_add(case.with.values().map(values).sum()),
            };
            // What a case does not propose stays as it is.
            let proposed: usize = case.proposes.values().map(values).sum();
            Ok(asker.saturating_add(about.saturating_mul(2)).saturating_add(proposed))
        })?;
        let all = weights.into_iter().fold(0_usize, usize::saturating_add);
        if all > VALUES_MAX {
            return Err(CaseError::TooMuch(format!(
                "{all} values when all cases are written out, and {VALUES_MAX} are allowed"
            )));
        }
        Ok(())
    }
}

impl CaseText {
    fn check_means_a_stack(&self) -> Result<(), String> {
        match (&self.rows, &self.shows, self.expect) {
            (_, _, Some(Outcome::NotApplicable)) => {
                Err("where no module has a say, a stack denies: expect `deny`".to_owned())
            }
            (Some(_), None, None) => Err("says nothing of what it `shows`".to_owned()),
            (None, _, None) => Err("says nothing of what to `expect`".to_owned()),
            _ => Ok(()),
        }
    }
}

/// How many there are in a value of an attribute. A long text counts as several.
fn values(json: &Json) -> usize {
    match json {
        Json::Array(items) => items.iter().map(values).sum(),
        Json::String(text) => length(text),
        _ => 1,
    }
}

fn length(text: &str) -> usize {
    1 + text.len() / TEXT
}

/// Puts cases to a stack as a whole, until time is up.
pub(in crate::policy) fn stand(stack: &Stack, cases: &[Case], patience: Duration) -> CaseReport {
    let whole = Whole { stack, closes: Instant::now() + patience };
    let mut report = CaseReport { cases: cases.len(), ..CaseReport::default() };
    for case in cases {
        let trial = trial(&whole, case);
        // What was cut short says nothing of the case.
        if whole.is_closed() {
            break;
        }
        report.asked += 1;
        if let Some(expected) = trial.instead_of {
            report.failed += 1;
            if report.failing.len() < TOLD_MAX {
                report.failing.push(FailedCase { name: trial.name, expected, said: trial.said });
            }
        }
    }
    report
}

/// All modules of a stack together, for a while.
struct Whole<'a> {
    stack: &'a Stack,
    closes: Instant,
}

impl Whole<'_> {
    fn is_closed(&self) -> bool {
        Instant::now() >= self.closes
    }
}

impl Answering for Whole<'_> {
    fn decide(&self, request: &Request<'_>) -> Said {
        if self.is_closed() {
            return Said::Fault("time is up".to_owned());
        }
        match self.stack.decide(request) {
            Ok(decided) => Said::Decision(decided.answer),
            Err(unanswered) => Said::Fault(format!("{}: {}", unanswered.policy, unanswered.cause)),
        }
    }

    fn scope(&self, request: &ScopeRequest<'_>) -> Result<Option<Rows>, String> {
        if self.is_closed() {
            return Err("time is up".to_owned());
        }
        match self.stack.scope(request, None) {
            Ok(decided) => Ok(Some(decided.answer)),
            Err(unanswered) => Err(format!("{}: {}", unanswered.policy, unanswered.cause)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::StackModule;
    use crate::policy::config::PolicyConfig;
    use crate::policy::loader::Loader;
    use crate::policy::module::Trust;

    const HEAD: &str = "principals: { ann: { admin: true } }\nresources: { amina: {} }\ncases:\n";
    const GOOD: &str = "  - { name: a, principal: ann, action: role.create, expect: permit }\n";

    fn refused(text: &str) -> String {
        Cases::of_space(text, "acme").unwrap_err().to_string()
    }

    #[test]
    fn a_file_of_a_space_says_what_its_stack_answers() {
        let text = format!("project-space: acme\n{HEAD}{GOOD}");
        let cases = Cases::of_space(&text, "acme").unwrap().cases;
        assert_eq!(cases[0].asker.standing.project_space_name, "acme");
    }

    #[test]
    fn what_is_not_asked_in_time_is_not_said_to_hold() {
        let loader = Loader::new(&PolicyConfig::default()).unwrap();
        let stack =
            loader.revision(&[StackModule::Standard], Trust::Ours).map_err(|(_, error)| error).unwrap();
        let cases = Cases::of_space(&format!("{HEAD}{GOOD}{GOOD}"), "acme").unwrap().cases;
        let all = stand(&stack, &cases, Duration::from_secs(60));
        assert_eq!((all.cases, all.asked, all.failed), (2, 2, 0));
        let none = stand(&stack, &cases, Duration::ZERO);
        assert_eq!((none.cases, none.asked, none.failed), (2, 0, 0));
    }

    #[test]
    fn what_means_nothing_of_a_stack_is_refused() {
        for (text, problem) in [
            (format!("module: x.wasm\n{HEAD}{GOOD}"), "leave them out"),
            (format!("settings: {{}}\n{HEAD}{GOOD}"), "leave them out"),
            (format!("project-space: other\n{HEAD}{GOOD}"), "this is `acme`"),
            ("cases: []".to_owned(), "`cases` is empty"),
            (
                format!("{HEAD}{GOOD}\n  - {{ name: b, principal: ann, action: role.create }}\n"),
                "line 6, case `b`: says nothing of what to `expect`",
            ),
            (
                format!("{HEAD}  - {{ name: b, principal: ann, action: role.read, rows: [] }}\n"),
                "line 4, case `b`: says nothing of what it `shows`",
            ),
            (
                format!(
                    "{HEAD}  - {{ name: b, principal: ann, action: role.read, expect: not-applicable }}\n"
                ),
                "expect `deny`",
            ),
            (
                format!("{HEAD}{GOOD}  - {{ principal: ann, action: role.read, expects: permit }}\n"),
                "line 5, case 2: unknown field `expects`",
            ),
        ] {
            assert!(refused(&text).contains(problem), "{text}: {}", refused(&text));
        }
    }

    #[test]
    fn no_file_takes_long_to_be_refused() {
        let parts = [
            "- ",
            "[",
            "{",
            "{a: ",
            "a: ",
            "? ",
            "\"",
            "'",
            "|\n ",
            ">\n\n",
            "&a ",
            "*a ",
            "!!str ",
            "%a\n",
            "---\n",
            "a\n",
            "\t",
            ", ",
            ": ",
            "#",
            "\\",
            "- a\n",
            "a: [b, c]\n",
            " a: {}\n",
            "- {a: [",
            "\u{feff}",
            "é",
        ];
        for part in parts {
            for head in ["", "cases:\n", "cases: [", "cases: \""] {
                let began = Instant::now();
                let text = format!("{head}{}", part.repeat((64 << 10) / part.len()));
                assert!(Cases::of_space(&text, "acme").is_err(), "{head}{part}");
                assert!(began.elapsed() < Duration::from_secs(5), "{head}{part}: {:?}", began.elapsed());
            }
        }
    }

    #[test]
    fn a_file_that_comes_to_too_much_is_refused_before_it_is_written_out() {
        let many = format!("{HEAD}{}", GOOD.repeat(CASES_MAX + 1));
        assert!(refused(&many).contains("501 cases, and 500 are allowed"), "{}", refused(&many));
        let rows = format!(
            "{HEAD}  - {{ name: b, principal: ann, action: role.read, rows: [{}amina], shows: [] }}\n",
            "amina, ".repeat(QUESTIONS_MAX)
        );
        assert!(refused(&rows).contains("2002 cases and rows"), "{}", refused(&rows));
        // 60 KB, which would come to 2 GB.
        let wide = format!(
            "principals: {{ ann: {{ locations: [{}x] }} }}\ncases:\n{}",
            "x, ".repeat(10_000),
            "  - { name: a, principal: ann, action: role.create, expect: permit }\n".repeat(400)
        );
        assert!(refused(&wide).contains("values when all cases are written out"), "{}", refused(&wide));
    }
}
