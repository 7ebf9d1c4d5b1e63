//! `fieldgate dev personal-id`, asked by the client that the gateway asks issuers with; and issuers that are not taken.

use crate::cli::{complaint, fieldgate, run};
use fieldgate::domain::SystemClock;
use fieldgate::outbound::HttpsClient;
use fieldgate::outbound::personal_id::{LocalIssuer, OpenIdTokens};
use fieldgate::service::personal_id::{PersonalIdTokens, TokenError};
use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::sync::Arc;

/// An issuer that runs; killed when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn post(issuer: &str, path: &str, form: &str) -> Json {
    let host = issuer.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn tokens(issuer: &str, audience: &str) -> OpenIdTokens {
    let https = Arc::new(HttpsClient::with_loopback().unwrap());
    OpenIdTokens::of(issuer.to_owned(), audience.to_owned(), https, Arc::new(SystemClock))
}

#[tokio::test]
async fn the_issuer_for_development_speaks_the_protocol_of_the_real_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = fieldgate(folder.path(), &["dev", "personal-id", "--port", "0"]).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let _running = Running(child);
    let mut lines = lines.map(Result::unwrap);
    let issuer = lines.find_map(|line| Some(line.trim().strip_prefix("issuer")?.trim().to_owned())).unwrap();

    let token = post(&issuer, "/token", "username=amina")["id_token"].as_str().unwrap().to_owned();
    let account = tokens(&issuer, "fieldgate").verify(&token).await.unwrap();
    assert_eq!((account.username.as_str(), account.issuer.as_str()), ("amina", issuer.as_str()));
    assert_eq!(account.subject, LocalIssuer::subject_of("amina"));
    assert!(matches!(tokens(&issuer, "another").verify(&token).await, Err(TokenError::Invalid(_))));

    // After it has changed its key, what it signed before is no longer taken by who reads its keys anew.
    post(&issuer, "/rotate", "");
    assert!(matches!(tokens(&issuer, "fieldgate").verify(&token).await, Err(TokenError::Invalid(_))));
    let token = post(&issuer, "/token", "username=amina")["access_token"].as_str().unwrap().to_owned();
    assert_eq!(tokens(&issuer, "fieldgate").verify(&token).await.unwrap(), account);
    assert_eq!(post(&issuer, "/token", "nobody=1")["error"], "invalid_request");
}

#[tokio::test]
async fn nothing_is_read_over_plain_http_from_anywhere_else() {
    use fieldgate::service::Https;
    for url in ["http://id.example/", "http://10.0.0.1/", "ftp://127.0.0.1/", "http://127.0.0.1.example/"] {
        assert!(HttpsClient::with_loopback().unwrap().get(url).await.is_err(), "{url}");
    }
    let refused = HttpsClient::new().unwrap().get("http://127.0.0.1:1/").await.unwrap_err();
    assert!(refused.to_string().contains("plain HTTP"), "{refused}");
}

#[test]
fn an_issuer_that_anybody_could_speak_for_is_refused_and_so_is_one_without_an_audience() {
    let folder = tempfile::tempdir().unwrap();
    let plain = ["serve", "--personal-id-issuer", "http://id.example", "--personal-id-audience", "us"];
    let refused = run(folder.path(), &plain);
    assert!(complaint(&refused).contains("must start with `https://`"), "{}", complaint(&refused));
    let refused = run(folder.path(), &["serve", "--personal-id-issuer", "https://id.example"]);
    assert!(complaint(&refused).contains("must be set together"), "{}", complaint(&refused));
}
