//! `fieldgate mail …`, as operators type it.

use crate::cli::{Serving, complaint, fieldgate, printed, run, space_and_key, with_input};
use crate::webhook::dsn::report;
use fieldgate::app::Gateway;
use fieldgate::config::{Config, ConfigOptions};
use fieldgate::domain::{AssignmentInput, InvitationInput};
use fieldgate::service::invitation;
use serde_json::Value as Json;
use std::path::Path;
use std::time::{Duration, Instant};

/// Invites somebody to `acme`, in a gateway of this process on the folder's database.
fn invite(folder: &Path, email: &str) {
    let options = ConfigOptions { data_dir: Some(folder.join("data")), ..ConfigOptions::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let gateway = Gateway::open(&Config::read(&options).unwrap()).await.unwrap();
        let assignment = AssignmentInput { admin: Some(true), ..AssignmentInput::default() };
        let input = InvitationInput { email: email.to_owned(), assignment };
        let operator = crate::support::operator();
        invitation::create(&gateway.services, &operator, "acme", &input).await.unwrap();
        gateway.services.store.clone().close().await.unwrap();
    });
}

fn list(folder: &Path, arguments: &[&str]) -> Vec<Json> {
    let mut command = vec!["mail", "list", "--json"];
    command.extend(arguments);
    serde_json::from_str(printed(&run(folder, &command))).unwrap()
}

/// Waits until the gateway that serves has sent everything.
fn all_sent(folder: &Path) {
    let begun = Instant::now();
    while !list(folder, &["--status", "queued"]).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it was never sent");
    }
}

#[test]
fn a_mail_becomes_a_file_whose_link_the_log_shows() {
    let folder = tempfile::tempdir().unwrap();
    space_and_key(folder.path());
    invite(folder.path(), "ana@example.org");
    let queued = list(folder.path(), &[]);
    assert_eq!(
        (queued.len(), &queued[0]["status"], &queued[0]["template"]),
        (1, &"queued".into(), &"invitation".into())
    );
    assert!(!queued[0].to_string().contains("seed"), "{queued:?}");

    let gateway = Serving::start(folder.path());
    all_sent(folder.path());
    let address = gateway.address().to_owned();
    assert_eq!(gateway.signal("TERM"), Some(0));
    let sent = list(folder.path(), &["--status", "sent"]);
    let id = sent[0]["id"].as_str().unwrap().strip_prefix("ma_").unwrap();
    let file = folder.path().join(format!("data/mail/{id}.eml"));
    let raw = std::fs::read(&file).unwrap();
    let message = mail_parser::MessageParser::default().parse(&raw).unwrap();
    let text = message.body_text(0).unwrap();
    let start = format!("http://{address}/invitation/fgl_");
    let link =
        text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no {start} in {text}"));
    let log = std::fs::read_to_string(folder.path().join("serve.log")).unwrap();
    assert!(log.contains(link) && log.contains("ana@example.org"), "{log}");
}

#[test]
fn reports_are_read_blocks_are_listed_and_cleared() {
    let folder = tempfile::tempdir().unwrap();
    space_and_key(folder.path());
    for name in ["ana", "ben", "eve"] {
        invite(folder.path(), &format!("{name}@example.org"));
    }
    let gateway = Serving::start(folder.path());
    all_sent(folder.path());
    assert_eq!(gateway.signal("TERM"), Some(0));
    let sent = list(folder.path(), &["--status", "sent"]);
    let id = |name: &str| {
        let mail = sent.iter().find(|mail| mail["recipient"].as_str().unwrap().starts_with(name)).unwrap();
        mail["id"].as_str().unwrap().to_owned()
    };
    let ana = id("ana");
    let hex = ana.strip_prefix("ma_").unwrap();
    std::fs::write(folder.path().join("report.eml"), report(hex, "failed", "5.1.1")).unwrap();
    assert!(printed(&run(folder.path(), &["mail", "bounce", "report.eml"])).contains("bounced"));
    let again =
        with_input(fieldgate(folder.path(), &["mail", "bounce", "-"]), &report(hex, "failed", "5.1.1"));
    assert!(printed(&again).contains("known"));
    let undeliverable = list(folder.path(), &["--status", "undeliverable"]);
    assert_eq!(undeliverable.len(), 1);
    assert!(undeliverable[0]["lastError"].as_str().unwrap().contains("rejected"));
    let text = run(folder.path(), &["mail", "list"]);
    assert!(printed(&text).contains("ana@example.org") && printed(&text).contains("rejected"));

    // Its link went with the mail: the invitation is to be sent anew.
    assert!(complaint(&run(folder.path(), &["mail", "retry", &ana])).contains("link"));
    assert!(complaint(&run(folder.path(), &["mail", "retry", &id("ben")])).contains("was sent"));

    let blocked: Vec<Json> =
        serde_json::from_str(printed(&run(folder.path(), &["mail", "blocked", "--json"]))).unwrap();
    assert!(blocked.is_empty(), "one bounce blocks nobody: {blocked:?}");
    let refused = run(folder.path(), &["mail", "unblock", "ana@example.org"]);
    assert!(complaint(&refused).contains("not blocked"));
}

#[test]
fn what_mails_say_can_be_looked_at_without_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let all = run(folder.path(), &["mail", "preview"]);
    for template in fieldgate::domain::MailTemplate::ALL {
        assert!(printed(&all).contains(&format!("--- {}\nSubject: ", template.name())), "{template:?}");
    }
    let french = run(folder.path(), &["mail", "preview", "invitation", "--language", "fr"]);
    assert!(printed(&french).contains("vous invite") && !printed(&french).contains("invites you"));
    let page = run(
        folder.path(),
        &["mail", "preview", "invitation", "--html", "--public-url", "https://gate.example/"],
    );
    assert!(printed(&page).starts_with("<!doctype html>"));
    assert!(
        printed(&page).replace("&#x2f;", "/").contains("https://gate.example/invitation/"),
        "{}",
        printed(&page)
    );
    assert!(complaint(&run(folder.path(), &["mail", "preview", "nothing"])).contains("invitation"));
    assert!(complaint(&run(folder.path(), &["mail", "preview", "--language", "xx"])).contains("fr"));
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_test_mail_says_where_it_went_or_why_it_did_not() {
    let folder = tempfile::tempdir().unwrap();
    let sent = run(folder.path(), &["mail", "test", "Ana@Example.org", "--language", "fr"]);
    assert!(printed(&sent).contains("data/mail"), "{}", printed(&sent));
    let files: Vec<_> = std::fs::read_dir(folder.path().join("data/mail")).unwrap().collect();
    let [Ok(file)] = files.as_slice() else { panic!("{files:?}") };
    let message = std::fs::read_to_string(file.path()).unwrap();
    assert!(
        message.contains("To: ana@example.org\r\n") && message.contains("Content-Language: fr"),
        "{message}"
    );

    assert!(complaint(&run(folder.path(), &["mail", "test", "nobody"])).contains("nobody"));
    let mut command = fieldgate(folder.path(), &["mail", "test", "ana@example.org"]);
    // Port 9 is for throwing things away, and nobody listens there.
    command
        .env("FIELDGATE_SMTP_URL", "smtp://127.0.0.1:9?tls=none")
        .env("FIELDGATE_MAIL_FROM", "a@b.example");
    assert!(complaint(&command.output().unwrap()).contains("no mail was sent"));
}
