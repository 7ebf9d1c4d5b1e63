//! Mail as it is configured: a mail server, or a folder.

use crate::config::Config;
use crate::domain::Email;
use crate::outbound::mail::{FileMailer, Sender, SenderError, SmtpError, SmtpMailer, SmtpOptions, Templates};
use crate::service::mail::Mailer;
use std::path::PathBuf;
use std::sync::Arc;

/// Who mails come from while there is no mail server to care.
const NOBODY: &str = "Fieldgate <fieldgate@localhost>";

/// Mail cannot be had as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Not a sender.
    #[error(transparent)]
    Sender(#[from] SenderError),
    /// Not a mail server.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    /// The certificates cannot be read.
    #[error("`smtp_ca_file` `{}` cannot be read", .0.display())]
    CaFile(PathBuf, #[source] std::io::Error),
    /// Built wrong.
    #[error("the templates of mails are malformed")]
    Templates(#[from] minijinja::Error),
}

/// Returns the address of `mail_from`; `None` without one.
pub fn sender_address(config: &Config) -> Option<Email> {
    Email::parse(&Sender::parse(config.mail_from.as_deref()?).ok()?.address()).ok()
}

/// The mailer of a configuration.
///
/// # Errors
/// [`MailError`].
pub fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, MailError> {
    let sender = Sender::parse(config.mail_from.as_deref().unwrap_or(NOBODY))?;
    let templates = Templates::new()?;
    let Some(url) = &config.smtp_url else {
        return Ok(Arc::new(FileMailer::new(config.data_dir().join("mail"), sender, templates)));
    };
    let ca = match &config.smtp_ca_file {
        None => None,
        Some(path) => Some(std::fs::read(path).map_err(|error| MailError::CaFile(path.clone(), error))?),
    };
    let options = SmtpOptions::parse(url, config.smtp_user.as_deref(), config.smtp_password.as_ref(), ca)?;
    Ok(Arc::new(SmtpMailer::new(options, sender, templates)?))
}
