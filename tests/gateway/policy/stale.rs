//! Components are committed beside their sources; none may lag behind them.

use fieldgate::policy::build::is_stale;
use std::path::Path;

#[test]
fn committed_components_are_built_from_the_sources_beside_them() {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let folders = [policies.clone(), policies.join("examples")];
    let stale: Vec<String> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|dir| {
            let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
            dir.join(format!("{name}.wasm")).exists() && is_stale(dir).unwrap()
        })
        .map(|dir| {
            let dir = dir.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
            format!("run `fieldgate policy build {}`", dir.display())
        })
        .collect();
    assert_eq!(stale, Vec::<String>::new());
}
