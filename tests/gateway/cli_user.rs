//! `fieldgate user add`: what the operator is told when a web user cannot be added.

use crate::cli::{complaint, fieldgate, printed, space_and_key, with_input};

#[test]
fn the_operator_gives_no_web_user_the_role_of_mobile_workers_and_no_guessable_password() {
    let folder = tempfile::tempdir().unwrap();
    space_and_key(folder.path());
    let add = |role: &str, password: &str| {
        let arguments = [
            "user",
            "add",
            "--project-space",
            "acme",
            "--email",
            "ana@acme.example",
            "--role",
            role,
            "--password-stdin",
        ];
        with_input(fieldgate(folder.path(), &arguments), password)
    };
    let refused = add("Mobile Worker Default", "correct horse battery staple 42");
    let told = complaint(&refused);
    assert!(told.contains("is the role of mobile workers: give a web user another role"), "{told}");
    let refused = add("Read Only", "passwordpassword1");
    let told = complaint(&refused);
    assert!(
        told.contains("the password is too easily guessed: ") && !told.contains("passwordpassword1"),
        "{told}"
    );
    printed(&add("Read Only", "correct horse battery staple 42"));
}
