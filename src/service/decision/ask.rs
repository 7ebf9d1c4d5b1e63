use super::copy::{decision, rows};
use crate::authz::{Answer, PolicyEngine, Question};
use crate::service::Failure;
use std::sync::Arc;

/// Puts questions to a revision that answers nobody: on a thread of its own, so that no request waits for it. The questions
/// come back, each with its answer.
///
/// # Errors
/// [`Failure::Internal`] when the thread came to grief.
pub(super) async fn ask(
    engine: Arc<dyn PolicyEngine>,
    questions: Vec<Question>,
) -> Result<Vec<(Question, Answer)>, Failure> {
    let runtime = tokio::runtime::Handle::current();
    let asked = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            let mut answers = Vec::with_capacity(questions.len());
            for question in questions {
                let answer = one(&*engine, &question).await;
                answers.push((question, answer));
            }
            answers
        })
    });
    asked.await.map_err(|error| Failure::Internal(Box::new(error)))
}

async fn one(engine: &dyn PolicyEngine, question: &Question) -> Answer {
    let no_answer = |undecided: crate::authz::Undecided| Answer::Fault(undecided.cause.name().to_owned());
    match question.request() {
        Some(request) => engine.decide(&request).await.map_or_else(no_answer, |decided| decision(&decided)),
        None => {
            let scope = engine.scope(&question.scope_request()).await;
            scope.map_or_else(no_answer, |decided| rows(&decided.answer))
        }
    }
}
