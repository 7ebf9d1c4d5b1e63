//! The gateway's key: set, or made on the first start and kept in the data folder for the gateway's user alone.

use crate::authn::TokenKey;
use crate::config::Config;
use secrecy::ExposeSecret;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not a key.
    #[error("{0} must be 64 hexadecimal digits: make one with `openssl rand -hex 32`")]
    Malformed(String),
    /// The file cannot be read or written.
    #[error("the key file `{}` cannot be used", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    /// Others on this machine can read the key.
    #[error("the key file `{}` can be read by others: `chmod 600` it", .0.display())]
    Exposed(PathBuf),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness(#[source] getrandom::Error),
}

/// The key that is set, or the one in the data folder, which is made if it is not there.
///
/// # Errors
/// [`KeyError`].
pub fn read(config: &Config) -> Result<TokenKey, KeyError> {
    if let Some(key) = &config.token_key {
        return parse(key.expose_secret()).ok_or_else(|| KeyError::Malformed("`token_key`".to_owned()));
    }
    let path = config.data_dir().join("token.key");
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            check_access(&path)?;
            parse(text.trim())
                .ok_or_else(|| KeyError::Malformed(format!("the key file `{}`", path.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&path),
        Err(error) => Err(KeyError::File(path, error)),
    }
}

fn parse(text: &str) -> Option<TokenKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(TokenKey::new(bytes))
}

fn make(path: &Path) -> Result<TokenKey, KeyError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(KeyError::NoRandomness)?;
    let mut options = std::fs::OpenOptions::new();
    // `create_new`: of two gateways that start at once, one makes the key and the other is told to start again.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(hex::encode(bytes).as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| KeyError::File(path.to_owned(), error))?;
    Ok(TokenKey::new(bytes))
}

fn check_access(path: &Path) -> Result<(), KeyError> {
    #[cfg(unix)]
    {
        let metadata = std::fs::metadata(path).map_err(|error| KeyError::File(path.to_owned(), error))?;
        if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
            return Err(KeyError::Exposed(path.to_owned()));
        }
    }
    Ok(())
}
