//! `schema.graphql` is what the code prints. `UPDATE=1 cargo test schema` rewrites it; then read the difference.

#[test]
fn the_committed_schema_is_the_one_that_the_code_prints() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let printed = fieldgate::graphql::sdl();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &printed).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(committed == printed, "`schema.graphql` is not up to date: run `UPDATE=1 cargo test schema`");
}
