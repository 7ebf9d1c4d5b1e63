//! What operators type, run as they run it: the built binary, on a data folder of its own, on an embedded database.

use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const PASSWORD: &str = "a long enough password";
const ADMIN: &str = "admin@acme.example";

/// The binary in a folder of its own, with nothing of the caller's environment that it would read.
pub fn fieldgate(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldgate"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().to_uppercase().starts_with("FIELDGATE_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    fieldgate(folder, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What a command that must succeed prints.
pub fn printed(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// What a command that must fail says, which is not in its output.
pub fn complaint(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert_eq!(text(&output.stdout), "");
    text(&output.stderr)
}

pub fn with_input(mut command: Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// A project space `acme` with its admin, and a key for them as the `Authorization` header has it.
pub fn space_and_key(folder: &Path) -> String {
    let create = ["space", "create", "acme", "--admin-email", ADMIN, "--admin-password-stdin"];
    let made = with_input(fieldgate(folder, &create), &format!("{PASSWORD}\n"));
    assert!(printed(&made).contains("acme"));
    let key = run(folder, &["api-key", "create", "--project-space", "acme", "--user", ADMIN, "--json"]);
    let key: Json = serde_json::from_str(printed(&key)).unwrap();
    format!("ApiKey {ADMIN}:{}", key["secret"].as_str().unwrap())
}

/// A gateway that serves; killed when it is dropped.
pub struct Serving {
    child: Child,
    address: String,
    output: BufReader<std::process::ChildStdout>,
}

impl Serving {
    /// Starts it on a free port and reads from its output which one that is.
    pub fn start(folder: &Path) -> Self {
        Self::start_command(folder, fieldgate(folder, &["serve", "--listen", "127.0.0.1:0"]))
    }

    /// The same with so many file descriptors and these variables.
    pub fn start_with(folder: &Path, descriptors: u32, variables: &[(&str, &str)]) -> Self {
        let direct = fieldgate(folder, &[]);
        let mut command = Command::new("sh");
        let script = format!("ulimit -n {descriptors}; exec \"$0\" serve --listen 127.0.0.1:0");
        command.current_dir(folder).arg("-c").arg(script).arg(direct.get_program());
        for (name, value) in direct.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.envs(variables.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped());
        Self::start_command(folder, command)
    }

    /// Starts a command that serves on a free port.
    pub fn start_command(folder: &Path, mut command: Command) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(folder.join("serve.log")).unwrap();
        let mut child = command.stderr(log).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let address = loop {
            let mut line = String::new();
            let length = output.read_line(&mut line).unwrap();
            assert!(length > 0, "it ended: {}", std::fs::read_to_string(folder.join("serve.log")).unwrap());
            if let Some((_, rest)) = line.split_once("http://") {
                break rest.split('/').next().unwrap().trim().to_owned();
            }
        };
        Self { child, address, output }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// The processor time that it has used so far, in hundredths of a second.
    pub fn processor_ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        [11, 12].iter().map(|field| fields[*field].parse::<u64>().unwrap()).sum()
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// One HTTP/1.1 exchange: the status and the body.
    pub fn send(&self, method: &str, path: &str, authorization: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nauthorization: {authorization}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    pub fn get(&self, path: &str, authorization: &str) -> (u16, String) {
        self.send("GET", path, authorization, "")
    }

    /// Sends a signal by its name and gives the exit code; none when the signal ended it.
    pub fn signal(mut self, name: &str) -> Option<i32> {
        let sent =
            Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        status.code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        &["--help"][..],
        &["serve", "--help"],
        &["migrate", "--help"],
        &["migrate", "up", "--help"],
        &["migrate", "down", "--help"],
        &["migrate", "status", "--help"],
        &["schema", "--help"],
        &["space", "--help"],
        &["space", "create", "--help"],
        &["user", "--help"],
        &["user", "add", "--help"],
        &["user", "remove", "--help"],
        &["api-key", "--help"],
        &["api-key", "create", "--help"],
        &["policy", "--help"],
        &["policy", "build", "--help"],
        &["policy", "check", "--help"],
        &["policy", "list", "--help"],
        &["policy", "upload", "--help"],
        &["policy", "delete", "--help"],
        &["policy", "stack", "--help"],
        &["policy", "history", "--help"],
        &["policy", "revise", "--help"],
        &["policy", "monitor", "--help"],
        &["policy", "activate", "--help"],
        &["policy", "roll-back", "--help"],
        &["policy", "lift", "--help"],
        &["policy", "reset", "--help"],
        &["policy", "report", "--help"],
        &["policy", "replay", "--help"],
        &["policy", "decision", "--help"],
        &["mail", "--help"],
        &["mail", "test", "--help"],
        &["mail", "preview", "--help"],
        &["mail", "list", "--help"],
        &["mail", "retry", "--help"],
        &["mail", "bounce", "--help"],
        &["mail", "blocked", "--help"],
        &["mail", "unblock", "--help"],
    ] {
        let output = run(folder.path(), command);
        let help = printed(&output);
        assert!(help.contains("Usage:"), "{command:?}: {help}");
        assert_eq!(help.matches("--data-dir").count(), 1, "{command:?}: {help}");
    }
    let version = run(folder.path(), &["--version"]);
    assert_eq!(printed(&version).trim(), concat!("fieldgate ", env!("CARGO_PKG_VERSION")));
    assert!(!folder.path().join("data").exists(), "asking for help leaves nothing behind");
}

#[test]
fn a_command_that_is_none_is_a_mistake_in_usage() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["nothing"][..],
        &["space"],
        &["space", "create"],
        &["serve", "--nothing"],
        &["--listen", "nowhere"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_printed_schema_and_the_printed_document_are_the_committed_ones() {
    let folder = tempfile::tempdir().unwrap();
    let schema = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql"));
    let document = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json"));
    for (command, committed) in [("schema", schema), ("openapi", document)] {
        let output = run(folder.path(), &[command]);
        assert!(printed(&output) == committed, "`fieldgate {command}` prints something else");
    }
    assert!(!folder.path().join("data").exists(), "it needs no database");
}

#[test]
fn the_migrations_are_listed_applied_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let applied = || -> Vec<bool> {
        let output = run(folder.path(), &["migrate", "status", "--json"]);
        let states: Vec<Json> = serde_json::from_str(printed(&output)).unwrap();
        assert!(states.iter().all(|state| state["name"].is_string()), "{states:?}");
        states.iter().map(|state| state["applied"].as_bool().unwrap()).collect()
    };
    let before = applied();
    assert!(before.len() >= 4 && !before.contains(&true), "{before:?}");
    printed(&run(folder.path(), &["migrate", "up"]));
    assert!(!applied().contains(&false));
    printed(&run(folder.path(), &["migrate", "down"]));
    assert_eq!(applied().iter().filter(|applied| !**applied).count(), 1);
    printed(&run(folder.path(), &["migrate", "down", "--steps", "100"]));
    assert!(!applied().contains(&true));
    printed(&run(folder.path(), &["migrate", "up"]));
    assert!(!applied().contains(&false));
}

#[test]
fn a_space_and_a_key_are_made_and_the_gateway_serves_them_until_it_is_told_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let key = space_and_key(folder.path());
    let gateway = Serving::start(folder.path());
    assert_eq!(gateway.get("/ready", ""), (200, "ready\n".to_owned()));
    let (status, body) = gateway.get("/a/acme/api/user/v1/", &key);
    let listed: Json = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {status} {body}"));
    assert_eq!((status, &listed["meta"]["total_count"]), (200, &Json::from(0)), "{body}");
    assert_eq!(gateway.get("/a/acme/api/user/v1/", "ApiKey nobody@acme.example:nothing").0, 401);
    assert_eq!(gateway.signal("TERM"), Some(0));
}

#[test]
fn the_key_file_and_what_is_kept_are_not_for_others_to_read() {
    let folder = tempfile::tempdir().unwrap();
    space_and_key(folder.path());
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(folder.path().join("data/token.key")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let key = space_and_key(folder.path());
    let mut made = Vec::new();
    for round in 0..3 {
        let gateway = Serving::start(folder.path());
        let body = format!(r#"{{"username":"w{round}","password":"qwer1234"}}"#);
        let (status, body) = gateway.send("POST", "/a/acme/api/user/v1/", &key, &body);
        assert_eq!(status, 201, "{body}");
        let worker: Json = serde_json::from_str(&body).unwrap();
        made.push(worker["id"].as_str().unwrap().to_owned());
        assert_eq!(gateway.signal("KILL"), None);
    }
    let gateway = Serving::start(folder.path());
    for id in &made {
        let (status, body) = gateway.get(&format!("/a/acme/api/user/v1/{id}/"), &key);
        assert_eq!(status, 200, "{body}");
    }
    assert_eq!(gateway.signal("INT"), Some(0));
}

#[test]
fn a_second_gateway_on_the_same_port_says_that_it_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let first = Serving::start(folder.path());
    let other = tempfile::tempdir().unwrap();
    let output = run(other.path(), &["serve", "--listen", &first.address, "--data-dir", "elsewhere"]);
    let complaint = complaint(&output);
    let last = complaint.lines().last().unwrap();
    assert!(last.starts_with("fieldgate: ") && last.contains(&first.address), "{complaint}");
    assert_eq!(first.get("/health", "").0, 200, "the first one serves on");
}

#[test]
fn an_unknown_key_or_a_bad_value_in_the_file_is_named() {
    for (file, key) in [
        ("nothing = 1", "nothing"),
        ("lisen = \"127.0.0.1:8080\"", "lisen"),
        ("[serve]\nlisten = \"127.0.0.1:8080\"", "serve"),
        ("listen = \"nowhere\"", "listen"),
        ("listen = 8080", "listen"),
        ("database_connections = \"many\"", "database_connections"),
        ("database_connections = -1", "database_connections"),
        ("database_connections = 0", "database_connections"),
        ("log_format = \"xml\"", "log_format"),
        ("worker_suffix = \"Not A Host\"", "worker_suffix"),
        ("public_url = \"ftp://example.org\"", "public_url"),
        ("database_url = \"mysql://localhost\"", "database_url"),
        ("token_key = \"short\"", "token_key"),
        ("smtp_url = \"smtps://mail.example\"", "mail_from"),
        ("smtp_url = \"mail.example\"\nmail_from = \"a@b.example\"", "smtp_url"),
        ("smtp_url = \"smtp://mail.example?tls=perhaps\"\nmail_from = \"a@b.example\"", "smtp_url"),
        ("smtp_url = \"smtps://u:p@mail.example\"\nmail_from = \"a@b.example\"", "smtp_user"),
        (
            "smtp_url = \"smtps://mail.example\"\nmail_from = \"a@b.example\"\nsmtp_user = \"u\"",
            "smtp_password",
        ),
        (
            "smtp_url = \"smtps://mail.example\"\nmail_from = \"a@b.example\"\nsmtp_ca_file = \"none.pem\"",
            "smtp_ca_file",
        ),
        ("mail_from = \"nobody\"", "mail_from"),
        ("mail_webhook_secret = \"short\"", "mail_webhook_secret"),
        ("mail_sns_topics = \"arn:aws:sns:eu-west-1:1:t\"", "mail_sns_topics"),
        ("operators = [\"admin@acme.example\"]", "operators"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("fieldgate.toml"), file).unwrap();
        let output = run(folder.path(), &["serve", "--data-dir", "data"]);
        let complaint = complaint(&output);
        assert!(complaint.starts_with("fieldgate: ") && complaint.contains(key), "{file}: {complaint}");
        assert!(
            !folder.path().join("data/fieldgate.db").exists(),
            "{file}: refused before anything is opened"
        );
    }
}

#[test]
fn an_unknown_variable_or_a_bad_value_in_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, key) in [
        ("FIELDGATE_NOTHING", "1", "nothing"),
        ("FIELDGATE_LISEN", "127.0.0.1:8080", "lisen"),
        ("FIELDGATE_LISTEN", "nowhere", "listen"),
        ("FIELDGATE_DATABASE_CONNECTIONS", "many", "database_connections"),
        ("FIELDGATE_PUBLIC_URL", "example.org", "public_url"),
        ("FIELDGATE_LOG_FORMAT", "xml", "log_format"),
    ] {
        let output = fieldgate(folder.path(), &["migrate", "status"]).env(name, value).output().unwrap();
        let complaint = complaint(&output);
        assert!(complaint.to_lowercase().contains(key), "{name}: {complaint}");
    }
    let missing = fieldgate(folder.path(), &["migrate", "status"])
        .env("FIELDGATE_CONFIG", "none.toml")
        .output()
        .unwrap();
    assert!(complaint(&missing).contains("none.toml"));
}

#[test]
fn the_command_line_goes_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fieldgate.toml"), "data_dir = \"of-the-file\"").unwrap();
    let mut command = fieldgate(folder.path(), &["migrate", "up"]);
    printed(&command.output().unwrap());
    assert!(folder.path().join("of-the-file/fieldgate.db").is_file());
    printed(&command.env("FIELDGATE_DATA_DIR", "of-the-variable").output().unwrap());
    assert!(folder.path().join("of-the-variable/fieldgate.db").is_file());
    printed(&command.args(["--data-dir", "of-the-option"]).output().unwrap());
    assert!(folder.path().join("of-the-option/fieldgate.db").is_file());
}

#[test]
fn what_a_command_cannot_do_it_says_and_leaves_undone() {
    let folder = tempfile::tempdir().unwrap();
    space_and_key(folder.path());
    let create = |name: &str, email: &str, input: &str| {
        let command = fieldgate(
            folder.path(),
            &["space", "create", name, "--admin-email", email, "--admin-password-stdin"],
        );
        with_input(command, input)
    };
    for (what, output) in [
        ("the name is taken", create("acme", ADMIN, PASSWORD)),
        ("the name is none", create("Not A Name", ADMIN, PASSWORD)),
        ("the address is none", create("globex", "nobody", PASSWORD)),
        ("the password is short", create("globex", "new@globex.example", "short")),
        ("there is no password", create("globex", "new@globex.example", "")),
        (
            "there is no user",
            run(
                folder.path(),
                &["api-key", "create", "--project-space", "acme", "--user", "nobody@acme.example"],
            ),
        ),
        (
            "there is no space",
            run(folder.path(), &["api-key", "create", "--project-space", "nowhere", "--user", ADMIN]),
        ),
        ("there is no file", run(folder.path(), &["policy", "check", "nothing.wasm"])),
    ] {
        let complaint = complaint(&output);
        assert!(complaint.lines().last().unwrap().starts_with("fieldgate: "), "{what}: {complaint}");
        assert!(!complaint.contains(PASSWORD), "{what}: {complaint}");
    }
    printed(&create("globex", "new@globex.example", PASSWORD));
}

// Seed 001: "If you are the only admin on the project space, you can reach out to support … and we will remove your account".
#[test]
fn the_operator_removes_web_users_and_the_last_admin_only_when_told_so_twice() {
    let folder = tempfile::tempdir().unwrap();
    let key = space_and_key(folder.path());
    let user = |arguments: &[&str]| {
        run(folder.path(), &[&["user", "remove", "--project-space", "acme", "--email"], arguments].concat())
    };
    assert!(
        complaint(&user(&["nobody@acme.example"])).contains("there is no web user `nobody@acme.example`")
    );
    let refused = user(&[ADMIN]);
    assert!(complaint(&refused).contains("--last-admin"), "{}", complaint(&refused));
    let serving = Serving::start(folder.path());
    assert_eq!(serving.get("/a/acme/api/user/v1/", &key).0, 200);
    let removed = user(&[ADMIN, "--last-admin", "--json"]);
    let removed: Json = serde_json::from_str(printed(&removed)).unwrap();
    assert!(removed["id"].as_str().unwrap().starts_with("ms_"), "{removed}");
    assert_eq!(serving.get("/a/acme/api/user/v1/", &key).0, 401, "their key is worth nothing any more");
}
