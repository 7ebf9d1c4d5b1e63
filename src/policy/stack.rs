//! Several modules, one answer: any deny denies; otherwise one permit permits; nobody answering denies.

use super::error::PolicyError;
use super::module::Module;
use super::scopes::Scopes;
use crate::authz::{
    AskedResource, Decided, Decision, Denial, ManyRequest, Question, Request, Rows, Said, ScopeRequest, Voice,
};

/// Named as the one who settled it when no module did.
const NOBODY: &str = "host";

/// The modules of a project space, in order.
pub(super) struct Stack(Vec<Module>);

/// Which module gave no answer, and why.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub policy: String,
    pub cause: PolicyError,
}

impl Unanswered {
    fn by(module: &Module) -> impl FnOnce(PolicyError) -> Self {
        |cause| Self { policy: module.label().to_owned(), cause }
    }
}

impl Stack {
    pub(super) fn new(modules: Vec<Module>) -> Self {
        Self(modules)
    }

    /// The modules, in order.
    pub(super) fn modules(&self) -> &[Module] {
        &self.0
    }

    /// Names and digests of the modules, in order.
    pub(super) fn labels(&self) -> Vec<String> {
        self.0.iter().map(|module| module.label().to_owned()).collect()
    }

    /// What each module says, also those whose answer does not count any more.
    pub(super) fn voices(&self, question: &Question) -> Vec<Voice> {
        let request = question.request();
        let scope = question.scope_request();
        self.0
            .iter()
            .map(|module| {
                let said = match &request {
                    _ if !module.knows(question.action) => Said::Unasked,
                    Some(request) => heard(module.decide(request), Said::Decision),
                    None => heard(module.scope(&scope, None), Said::Rows),
                };
                Voice { module: module.label().to_owned(), said }
            })
            .collect()
    }

    pub(super) fn decide(&self, request: &Request<'_>) -> Result<Decided<Decision>, Unanswered> {
        let mut verdict = Verdict::default();
        for module in self.0.iter().filter(|module| module.knows(request.action)) {
            verdict.hear(module, module.decide(request).map_err(Unanswered::by(module))?);
            if verdict.is_final() {
                break;
            }
        }
        Ok(verdict.settle())
    }

    /// As `decide`, for many: each module is asked once about all that nobody before it denied.
    pub(super) fn decide_many(
        &self,
        request: &ManyRequest<'_>,
        resources: &[AskedResource],
    ) -> Result<Vec<Decided<Decision>>, Unanswered> {
        let mut verdicts: Vec<Verdict> = resources.iter().map(|_| Verdict::default()).collect();
        for module in self.0.iter().filter(|module| module.knows(request.action)) {
            let (open, questions): (Vec<_>, Vec<_>) =
                verdicts.iter_mut().zip(resources).filter(|(verdict, _)| !verdict.is_final()).unzip();
            if questions.is_empty() {
                break;
            }
            let answers = module.decide_many(request, &questions).map_err(Unanswered::by(module))?;
            for (verdict, answer) in open.into_iter().zip(answers) {
                verdict.hear(module, answer);
            }
        }
        Ok(verdicts.into_iter().map(Verdict::settle).collect())
    }

    /// The rows that all modules with a say let through: as any deny denies, they are those of every one.
    pub(super) fn scope(
        &self,
        request: &ScopeRequest<'_>,
        scopes: Option<&Scopes>,
    ) -> Result<Decided<Rows>, Unanswered> {
        self.rows(request.action, |module| module.scope(request, scopes).map_err(Unanswered::by(module)))
    }

    /// The same, if no module has to be asked.
    pub(super) fn kept_scope(&self, request: &ScopeRequest<'_>, scopes: &Scopes) -> Option<Decided<Rows>> {
        self.rows(request.action, |module| module.kept_scope(request, scopes).ok_or(())).ok()
    }

    fn rows<E>(
        &self,
        action: &str,
        answer: impl Fn(&Module) -> Result<Option<Rows>, E>,
    ) -> Result<Decided<Rows>, E> {
        let mut settled: Option<Decided<Rows>> = None;
        for module in self.0.iter().filter(|module| module.knows(action)) {
            let Some(rows) = answer(module)? else { continue };
            settled = Some(match settled {
                None => Decided { answer: rows, policy: module.label().to_owned() },
                Some(before) => Decided { answer: before.answer.and(rows), policy: before.policy },
            });
            if matches!(settled, Some(Decided { answer: Rows::Nothing, .. })) {
                break;
            }
        }
        Ok(settled.unwrap_or_else(|| Decided { answer: Rows::Nothing, policy: NOBODY.to_owned() }))
    }
}

/// A module's answer, in the words that people are told.
pub(super) fn heard<T>(answer: Result<Option<T>, PolicyError>, said: fn(T) -> Said) -> Said {
    match answer {
        Ok(None) => Said::NotApplicable,
        Ok(Some(answer)) => said(answer),
        Err(fault) => Said::Fault(fault.to_string()),
    }
}

/// What was said so far about one question.
#[derive(Default)]
struct Verdict(Option<Decided<Decision>>);

impl Verdict {
    fn hear(&mut self, module: &Module, answer: Option<Decision>) {
        match (answer, &mut self.0) {
            (None, _) => {}
            // What several permit must be done as each of them says.
            (Some(Decision::Permit(more)), Some(Decided { answer: Decision::Permit(obligations), .. })) => {
                for obligation in more {
                    if !obligations.contains(&obligation) {
                        obligations.push(obligation);
                    }
                }
            }
            (Some(answer), _) => {
                self.0 = Some(Decided { answer, policy: module.label().to_owned() });
            }
        }
    }

    fn is_final(&self) -> bool {
        matches!(&self.0, Some(Decided { answer: Decision::Deny(_), .. }))
    }

    fn settle(self) -> Decided<Decision> {
        self.0.unwrap_or_else(|| Decided {
            answer: Decision::Deny(Denial {
                reason: "not_applicable".to_owned(),
                message: "no policy of this project space permits this".to_owned(),
                missing: Vec::new(),
                visible: false,
            }),
            policy: NOBODY.to_owned(),
        })
    }
}
