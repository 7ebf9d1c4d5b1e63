//! Compiled modules that outlive the process: taken when they are ours and whole, made anew when not.

use super::{Asker, guest, permits, space};
use fieldgate::authz::PolicyEngine;
use fieldgate::policy::{ModuleSource, PolicyConfig, PolicyError, PolicyHost};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

fn host(dir: &Path) -> Result<PolicyHost, PolicyError> {
    PolicyHost::new(PolicyConfig { cache_dir: Some(dir.to_owned()), ..PolicyConfig::default() })
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect()
}

async fn answers(host: &PolicyHost) -> bool {
    permits(&host.decide(&Asker::admin().asks_to_read_the_space()).await.unwrap().answer)
}

#[tokio::test]
async fn a_module_is_compiled_once_and_kept_for_its_owner_alone() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("new/cache");
    assert!(answers(&host(&dir).unwrap()).await);
    let [kept] = &entries(&dir)[..] else { panic!("one module, one file") };
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o400);
    let written = fs::metadata(kept).unwrap().modified().unwrap();
    assert!(answers(&host(&dir).unwrap()).await);
    assert_eq!(fs::metadata(kept).unwrap().modified().unwrap(), written, "it was taken as it is");
}

#[tokio::test]
async fn a_damaged_or_opened_file_is_made_anew() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("cache");
    host(&dir).unwrap();
    let kept = entries(&dir).pop().unwrap();
    let whole = fs::read(&kept).unwrap();

    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    for content in [&damaged[..], &whole[..whole.len() - 1], b""] {
        fs::write(&kept, content).unwrap();
        assert!(answers(&host(&dir).unwrap()).await);
        assert_eq!(fs::read(&kept).unwrap().len(), whole.len());
    }

    fs::set_permissions(&kept, Permissions::from_mode(0o666)).unwrap();
    assert!(answers(&host(&dir).unwrap()).await);
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o400);

    let elsewhere = temp.path().join("elsewhere");
    fs::rename(&kept, &elsewhere).unwrap();
    symlink(&elsewhere, &kept).unwrap();
    assert!(answers(&host(&dir).unwrap()).await);
    assert!(!fs::symlink_metadata(&kept).unwrap().is_symlink());
}

#[test]
fn a_folder_that_others_can_write_to_is_refused() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("cache");
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, Permissions::from_mode(0o770)).unwrap();
    assert!(matches!(host(&dir).map(drop), Err(PolicyError::Cache { .. })));

    let link = temp.path().join("link");
    fs::set_permissions(&dir, Permissions::from_mode(0o700)).unwrap();
    symlink(&dir, &link).unwrap();
    assert!(matches!(host(&link).map(drop), Err(PolicyError::Cache { .. })));
}

/// How many files of this folder are mapped into this process.
fn mapped(dir: &Path) -> usize {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    maps.lines().filter(|line| line.contains(dir.to_str().unwrap()) && line.contains("r-xp")).count()
}

#[tokio::test]
async fn a_kept_module_is_mapped_and_once_for_all_that_use_it() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("cache");
    let module = || vec![ModuleSource { component: guest::permitting(1), settings: String::new() }];
    {
        let compiling = host(&dir).unwrap();
        compiling.install(space(2), module()).await.unwrap();
        assert_eq!(mapped(&dir), 0, "what was compiled just now is in memory");
    }
    let host = host(&dir).unwrap();
    assert_eq!(mapped(&dir), 1, "the standard policy");
    for number in 2..5 {
        host.install(space(number), module()).await.unwrap();
    }
    assert_eq!(mapped(&dir), 2);
    for number in 2..5 {
        let asker = Asker::web_user(&[]).in_space(space(number));
        assert!(permits(&host.decide(&asker.asks_to_read_the_space()).await.unwrap().answer));
        assert_eq!(mapped(&dir), 2, "somebody still uses it");
        host.reset(space(number));
    }
    assert_eq!(mapped(&dir), 1);
}
