//! A stack is tried before it is put in force: loaded afresh, and put to the project space's own cases.

use super::author::{CaseError, Cases, stand};
use super::error::PolicyError;
use super::host::PolicyHost;
use super::inspect::shortened;
use super::module::Trust;
use super::revision::LoadedRevision;
use super::shipping::{compiling, plain};
use super::stack::Stack;
use super::turns::Work;
use crate::authz::{CaseReport, CasesRefusal, StackModule, TriedStack};
use crate::domain::{FaultCode, PolicyCases, ProjectSpaceId};
use std::sync::Arc;
use std::time::Duration;

/// How long all cases of a project space may take together.
const CASES_PATIENCE: Duration = Duration::from_secs(3);

/// Reads a file of cases: how many it has. What it comes to may be a hundred times its size, so it is read aside.
pub(super) async fn read_cases(project_space: String, text: String) -> Result<i32, CasesRefusal> {
    let reading = tokio::task::spawn_blocking(move || Cases::of_space(&text, &project_space));
    match reading.await {
        Ok(Ok(cases)) => Ok(i32::try_from(cases.cases.len()).unwrap_or(i32::MAX)),
        Ok(Err(error)) => {
            let code = match error {
                CaseError::TooMuch(_) => FaultCode::TooLong,
                CaseError::Form(_) | CaseError::Case { .. } => FaultCode::CasesInvalid,
            };
            Err(CasesRefusal::Refused { code, message: plain(&error.to_string()) })
        }
        Err(_) => Err(CasesRefusal::Busy),
    }
}

impl PolicyHost {
    /// What a stack says of the cases, and the stack. It is not the one that is kept for others: what faults here is left
    /// alone here.
    pub(super) async fn tried_out(
        &self,
        space: ProjectSpaceId,
        modules: Vec<StackModule>,
        cases: Option<PolicyCases>,
    ) -> Result<Result<TriedStack, (usize, PolicyError)>, PolicyError> {
        let work = compiling(&modules);
        let place = self.place(space, work).await?;
        let loaded =
            self.aside(work, Some(&place), move |loader| loader.revision(&modules, Trust::Ours)).await?;
        let stack = match loaded {
            Ok(stack) => stack,
            Err(refused) => return Ok(Err(refused)),
        };
        let (stack, report) = match cases {
            None => (stack, Ok(CaseReport::default())),
            Some(cases) => {
                let trying = move |_: &_| {
                    let report = put(&cases, &stack);
                    (stack, report)
                };
                self.aside(Work::Trying, Some(&place), trying).await?
            }
        };
        let engine = Arc::new(LoadedRevision::new(None, stack, &self.config));
        Ok(Ok(TriedStack { engine, cases: report }))
    }
}

/// Puts the project space's cases to a stack.
fn put(cases: &PolicyCases, stack: &Stack) -> Result<CaseReport, String> {
    // They were read when they were set, perhaps by a gateway that knew other actions.
    let read =
        Cases::of_space(&cases.text, &cases.project_space).map_err(|error| plain(&error.to_string()))?;
    let mut report = stand(stack, &read.cases, CASES_PATIENCE);
    for failing in &mut report.failing {
        for text in [&mut failing.name, &mut failing.expected, &mut failing.said] {
            *text = shortened(std::mem::take(text));
        }
    }
    Ok(report)
}
