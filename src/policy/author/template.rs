//! What a new module starts with. The files lie in `policies/templates`, and the SDK's sources go along, so that a folder
//! anywhere on an author's machine builds with the language's own tool.

use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// A language that there is a template for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Rust, with the SDK.
    Rust,
    /// JavaScript, with componentize-qjs from npm.
    Javascript,
    /// Python, with componentize-py from PyPI.
    Python,
}

/// Why there is no new module.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The folder is there, and something is in it.
    #[error("`{0}` is not empty: name a new folder")]
    NotEmpty(PathBuf),
    /// The folder's name is the module's, and it would not do.
    #[error(
        "`{0}` is no name for a module: it takes 1 to 64 lower-case letters, digits and `-`, and begins with a letter"
    )]
    Name(String),
    /// A file cannot be written.
    #[error("`{path}` cannot be written")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

const CONTRACT: &str = include_str!("../../../policies/wit/v2/policy.wit");

macro_rules! template {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../policies/templates/", $path)))),*]
    };
}

macro_rules! sdk {
    ($($path:literal),* $(,)?) => {
        &[$((concat!("fieldgate/sdk/src/", $path), include_str!(concat!("../../../policies/sdk/src/", $path)))),*]
    };
}

const RUST: &[(&str, &str)] = template![
    "rust/Cargo.toml.txt",
    "rust/README.md",
    "rust/.gitignore",
    "rust/cases.yaml",
    "rust/src/lib.rs",
    "rust/fieldgate/sdk/Cargo.toml.txt"
];
const SDK: &[(&str, &str)] = sdk![
    "attributes.rs",
    "batch.rs",
    "bindings.rs",
    "condition.rs",
    "decision.rs",
    "export.rs",
    "lib.rs",
    "manifest.rs",
    "memory.rs",
    "policy.rs",
    "principal.rs",
    "request.rs",
    "text.rs"
];
const JAVASCRIPT: &[(&str, &str)] = template![
    "javascript/package.json",
    "javascript/README.md",
    "javascript/.gitignore",
    "javascript/cases.yaml",
    "javascript/src/fieldgate.js",
    "javascript/src/module.js",
    "javascript/src/rule.js",
    "javascript/test/rule.test.js"
];
const PYTHON: &[(&str, &str)] = template![
    "python/requirements.txt",
    "python/README.md",
    "python/.gitignore",
    "python/cases.yaml",
    "python/fieldgate.py",
    "python/module.py",
    "python/rule.py",
    "python/test_rule.py"
];

/// Writes a new module into a folder that is not there yet, or is empty. It has the folder's name.
///
/// # Errors
/// [`TemplateError`].
pub fn write_new(dir: &Path, language: Language) -> Result<Vec<PathBuf>, TemplateError> {
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |name: &str| {
        name.len() <= 64
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if !plain(&name) {
        return Err(TemplateError::Name(name));
    }
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(TemplateError::NotEmpty(dir.to_owned()));
    }
    let (prefix, files, contract) = match language {
        Language::Rust => ("rust/", RUST, "fieldgate/wit/v2/policy.wit"),
        Language::Javascript => ("javascript/", JAVASCRIPT, "wit/policy.wit"),
        Language::Python => ("python/", PYTHON, "wit/policy.wit"),
    };
    let sdk = if language == Language::Rust { SDK } else { &[] };
    let own = files.iter().map(|(path, text)| (path.trim_start_matches(prefix), *text));
    let all = own.chain(sdk.iter().copied()).chain([(contract, CONTRACT)]);
    let mut written = Vec::new();
    for (path, text) in all {
        // Cargo takes a folder with a manifest for a package, also inside of this one.
        let path = dir.join(path.trim_end_matches(".txt").replace("requirements", "requirements.txt"));
        let failed = |source| TemplateError::File { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let text = text.replace("{{name}}", &name).replace("{{ident}}", &name.replace('-', "_"));
        std::fs::write(&path, text).map_err(failed)?;
        written.push(path);
    }
    Ok(written)
}
