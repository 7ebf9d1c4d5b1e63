//! A mail as it leaves the house, and the port through which it leaves.

use crate::authn::LinkSeed;
use crate::domain::{Email, Mail, MailId, MailLanguage, MailTemplate};
use crate::service::Services;
use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use std::time::Duration;

/// A mail with all that its words need, the link among it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The mail's id, by which providers' reports are matched.
    pub id: MailId,
    /// The same on every try.
    pub message_id: String,
    /// Who gets it.
    pub recipient: Email,
    /// What it says.
    pub template: MailTemplate,
    /// In which language.
    pub language: MailLanguage,
    /// The project space's name for people.
    pub project_space: Option<String>,
    /// What fills the template.
    pub data: Json,
    /// Where it leads. Ends with the token.
    pub link: Option<String>,
    /// When it was queued: the `Date` of every try.
    pub written_at: DateTime<Utc>,
}

impl Letter {
    /// The letter of a queued mail. Its link is made of the configured public address and nothing else: what a request
    /// says about our name is for an attacker to choose (security E7).
    pub fn of(services: &Services, mail: &Mail) -> Self {
        let link = mail.data.get("link").and_then(|link| {
            let seed = LinkSeed::from_hex(link.get("seed")?.as_str()?)?;
            let token = services.authenticator.key.link_token(&seed);
            Some(format!("{}{}{}", services.public_url, link.get("path")?.as_str()?, token.reveal()))
        });
        Self {
            id: mail.id,
            message_id: mail.message_id.clone(),
            recipient: mail.recipient.clone(),
            template: mail.template,
            language: mail.language,
            project_space: mail.project_space_name.clone(),
            data: mail.data.clone(),
            link,
            written_at: mail.created_at,
        }
    }
}

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The recipient does not exist, or takes no mail: this counts as a bounce.
    #[error("the recipient was refused: {0}")]
    RecipientRefused(String),
    /// This letter will never be taken, and that need not be the recipient's fault.
    #[error("the message was refused: {0}")]
    MessageRefused(String),
    /// It may be taken later.
    #[error("{0}")]
    Failed(String),
}

/// Longest that a mailer may take over one letter, everything included: shorter than a mail stays in one hand.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Hands letters to the world: over SMTP, or to a folder. Tests have one that they read.
#[async_trait::async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Writes the letter and hands it over, within [`PATIENCE`]. The same letter twice is the same message.
    ///
    /// # Errors
    /// [`SendError`].
    async fn send(&self, letter: &Letter) -> Result<(), SendError>;
}
