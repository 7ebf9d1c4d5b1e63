//! Mail into a folder, where there is no mail server: what a newcomer has on the first evening. A mail program opens the
//! files, and the log shows where each leads.

use super::message::{Sender, bytes, compose};
use super::templates::Templates;
use crate::service::mail::{Letter, Mailer, SendError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes each mail to `<folder>/<mail id>.eml`.
#[derive(Debug)]
pub struct FileMailer {
    folder: PathBuf,
    sender: Sender,
    templates: Templates,
}

impl FileMailer {
    /// A mailer that writes to this folder, which is made when it is first needed.
    pub fn new(folder: PathBuf, sender: Sender, templates: Templates) -> Self {
        Self { folder, sender, templates }
    }
}

#[async_trait::async_trait]
impl Mailer for FileMailer {
    async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let bytes = bytes(&compose(&self.sender, &self.templates, letter)?)?;
        // One name for one mail: the same again is the same file.
        let path = self.folder.join(format!("{}.eml", letter.id.hex()));
        let target = path.clone();
        let written = tokio::task::spawn_blocking(move || write(&target, &bytes)).await;
        let failed =
            |error: String| SendError::Failed(format!("could not write `{}`: {error}", path.display()));
        written.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
        let (template, recipient, file) = (letter.template.name(), &letter.recipient, path.display());
        // Whoever reads this log has the folder as well. With a mail server, links stay out of the log.
        match &letter.link {
            Some(link) => {
                tracing::info!("mail `{template}` for `{recipient}` leads to {link} (it is in {file})")
            }
            None => tracing::info!("mail `{template}` for `{recipient}` is in {file}"),
        }
        Ok(())
    }
}

/// All of it under its name or nothing: whoever looks never sees half a mail. It holds links, so it is for nobody else.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut making = std::fs::DirBuilder::new();
    making.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut making, 0o700);
    making.create(folder)?;
    let unfinished = path.with_extension("eml.unfinished");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)
}
