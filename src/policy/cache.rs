//! Compiled modules kept between runs.
//!
//! What lies here is machine code that the gateway runs without a sandbox's check, so the folder is trusted only as
//! far as the gateway trusts itself: it must belong to the gateway's own user and be closed to all others, and so must
//! each file, looked at through the open handle that is then read. Who can write there as that user can replace the
//! gateway's program as well, so a key kept beside the files would add nothing. A checksum is kept with the code, as a
//! file may be cut off or decay. Whatever does not fit is compiled anew and written over.
//!
//! A file is mapped rather than copied, as the gateway's own program is: an interpreter's code is tens of megabytes, of which
//! a policy runs a part. As with the program, what is overwritten in place while it runs is the end of it. So nobody may
//! write to a file that has its name, not even its owner: a new one takes its place.

use super::class::Class;
use super::error::PolicyError;
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

/// CRC-32: it finds decay, which is all that it is for, at a tenth of what a cryptographic hash costs.
const CHECKSUM: usize = 4;
/// So much of a file is read at once.
const PART: usize = 128 << 10;

/// A folder of compiled modules.
#[derive(Debug)]
pub(super) struct Cache {
    dir: PathBuf,
    user: u32,
    /// What the code depends on besides the component: compiler, its settings, processor, and our own bounds.
    compatibility: String,
}

impl Cache {
    /// Opens the folder, making it if it is not there.
    pub(super) fn open(dir: &Path, engine: &Engine, class: Class) -> Result<Self, PolicyError> {
        let unusable = |problem: String| PolicyError::Cache { path: dir.to_owned(), problem };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|error| unusable(format!("it cannot be made: {error}")))?;
        let user = rustix::process::geteuid().as_raw();
        let found = fs::symlink_metadata(dir).map_err(|error| unusable(error.to_string()))?;
        if !found.is_dir() {
            return Err(unusable("it is no folder; links are not followed".to_owned()));
        }
        if found.uid() != user || found.mode() & 0o077 != 0 {
            return Err(unusable(
                "it must belong to the gateway's own user and be closed to all others: `chmod 700`"
                    .to_owned(),
            ));
        }
        let mut hasher = Compatibility(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        class.bounds().hash(&mut hasher);
        let mut compatibility = hex::encode(hasher.0.finalize());
        compatibility.truncate(16);
        Ok(Self { dir: dir.to_owned(), user, compatibility })
    }

    /// The component with this digest, if it lies here whole.
    pub(super) fn get(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let mut file = self.file(digest)?;
        // Through the open handle, whoever has the name by now.
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        // SAFETY: `deserialize_file` asks for what `Component::serialize` made, and that it stays so. The file is such,
        // unaltered: it and its folder belong to our own user and are closed to others (see above), and the checksum of
        // what is in it is right. Nobody but ourselves writes there, and we write to new files alone. That of another
        // compiler or processor has another name, and is refused by its header besides.
        #[expect(
            unsafe_code,
            reason = "one of the two places that take machine code from a file; see the lines above"
        )]
        let mapped = unsafe { Component::deserialize_file(engine, path) };
        let component = mapped.or_else(|error| {
            // No code may be mapped from a file system that is mounted `noexec`, and some sandboxes have no `/proc`.
            tracing::debug!(error = %error, "cached policy module cannot be mapped: it is copied");
            let code = whole(&mut file)?;
            // SAFETY: as above, and the bytes are in our own memory now.
            #[expect(
                unsafe_code,
                reason = "one of the two places that take machine code from a file; see the lines above"
            )]
            unsafe {
                Component::deserialize(engine, code)
            }
        });
        component
            .inspect_err(|error| tracing::warn!(error = %error, "cached policy module is not usable"))
            .ok()
    }

    /// Keeps a component. It is only slower without, so whatever goes wrong is logged and forgotten.
    pub(super) fn put(&self, digest: &str, component: &Component) {
        let written = component
            .serialize()
            .map_err(|error| error.to_string())
            .and_then(|code| self.write(digest, &code).map_err(|error| error.to_string()));
        if let Err(error) = written {
            tracing::warn!(%error, "policy module was not kept in the cache");
        }
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.dir.join(format!("{}-{digest}.cwasm", self.compatibility))
    }

    /// The file of the component with this digest, if it is closed to others and whole.
    fn file(&self, digest: &str) -> Option<File> {
        let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).ok()?;
        let mut file = OpenOptions::new().read(true).custom_flags(no_follow).open(self.path(digest)).ok()?;
        let found = file.metadata().ok()?;
        if !found.is_file() || found.uid() != self.user || found.mode() & 0o077 != 0 {
            tracing::warn!(digest, "cached policy module is open to others: compiling anew");
            return None;
        }
        if !is_whole(&mut file, found.len()) {
            tracing::warn!(digest, "cached policy module is damaged: compiling anew");
            return None;
        }
        Some(file)
    }

    /// Beside, then in place at once: a reader sees a whole file or none.
    fn write(&self, digest: &str, code: &[u8]) -> std::io::Result<()> {
        let beside = self.dir.join(format!("{digest}.{}.new", std::process::id()));
        let kept = (|| {
            let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o400).open(&beside)?;
            file.write_all(code)?;
            file.write_all(&crc32fast::hash(code).to_le_bytes())?;
            fs::rename(&beside, self.path(digest))
        })();
        if kept.is_err() {
            let _ = fs::remove_file(&beside);
        }
        kept
    }
}

/// Whether a file ends with the checksum of what stands before it.
fn is_whole(file: &mut File, length: u64) -> bool {
    let Some(length) = length.checked_sub(CHECKSUM as u64) else { return false };
    let mut checksum = crc32fast::Hasher::new();
    let mut code = Read::take(&mut *file, length);
    let mut part = vec![0; PART];
    loop {
        match code.read(&mut part) {
            Ok(0) => break,
            Ok(read) => checksum.update(part.get(..read).unwrap_or_default()),
            Err(_) => return false,
        }
    }
    let mut kept = [0; CHECKSUM];
    file.read_exact(&mut kept).is_ok() && checksum.finalize().to_le_bytes() == kept
}

/// The code in a file, without its checksum.
fn whole(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut code = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut code)?;
    code.truncate(code.len().saturating_sub(CHECKSUM));
    Ok(code)
}

/// A hasher whose result is the same in every build of the gateway, unlike the standard library's.
struct Compatibility(Sha256);

impl Hasher for Compatibility {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0 // Only the whole digest is read.
    }
}
