//! What is answered.

use crate::{Decision, Denial, Obligation};

impl Decision {
    /// Yes.
    pub fn permit() -> Self {
        Self::Permit(Vec::new())
    }

    /// No, and the principal may know that the resource exists. `reason` is a short constant for programs, `message`
    /// the same for people.
    pub fn forbidden(reason: &str, message: impl Into<String>) -> Self {
        Self::Deny(Denial {
            reason: reason.to_owned(),
            message: message.into(),
            missing: Vec::new(),
            visible: true,
        })
    }

    /// No, and the gateway answers as if the resource did not exist.
    pub fn not_visible() -> Self {
        Self::Deny(Denial {
            reason: "not_visible".to_owned(),
            message: "not found".to_owned(),
            missing: Vec::new(),
            visible: false,
        })
    }

    /// A permit with one more thing to do along with it. Other answers stay as they are.
    #[must_use]
    pub fn with(mut self, obligation: Obligation) -> Self {
        if let Self::Permit(obligations) = &mut self {
            obligations.push(obligation);
        }
        self
    }

    /// A deny that names the permissions which would have been enough. Other answers stay as they are.
    #[must_use]
    pub fn missing(mut self, permissions: &[&str]) -> Self {
        if let Self::Deny(denial) = &mut self {
            denial.missing.extend(permissions.iter().map(|&permission| permission.to_owned()));
        }
        self
    }
}
