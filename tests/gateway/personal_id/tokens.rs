//! Which tokens of PersonalID are taken, and how its keys are come by.

use super::{AUDIENCE, ISSUER, LocalIssuer, LocalKey, issuer, publish, token};
use crate::support::TestApp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use fieldgate::service::personal_id::TokenError;
use serde_json::{Value as Json, json};

/// The account that a token names, or why it names none.
async fn account(app: &TestApp, token: &str) -> Result<String, TokenError> {
    let account = app.services.personal_id.as_ref().unwrap().verify(token).await?;
    assert_eq!(account.issuer, ISSUER);
    assert_eq!(account.subject, LocalIssuer::subject_of(&account.username));
    Ok(account.username)
}

fn with(mut json: Json, field: &str, value: Json) -> Json {
    json[field] = value;
    json
}

fn without(mut json: Json, field: &str) -> Json {
    json.as_object_mut().unwrap().remove(field).unwrap();
    json
}

#[tokio::test]
async fn both_algorithms_are_taken_and_either_kind_of_token() {
    let app = TestApp::empty().await;
    for key in [LocalKey::es256().unwrap(), LocalKey::rs256().unwrap()] {
        let issuer = LocalIssuer::new(ISSUER.to_owned(), key);
        publish(&app, &issuer);
        app.pass(TimeDelta::minutes(1));
        let now = app.services.clock.now();
        assert_eq!(account(&app, &token(&app, &issuer, "amina")).await.unwrap(), "amina");
        let (header, claims) = (issuer.key().header(), issuer.claims("amina", AUDIENCE, now));
        for (header, claims) in [
            (with(header.clone(), "typ", json!("at+jwt")), claims.clone()),
            (with(header.clone(), "typ", json!("application/at+JWT")), claims.clone()),
            (without(header.clone(), "typ"), claims.clone()),
            (header.clone(), with(claims.clone(), "aud", json!(["somebody", AUDIENCE]))),
            (header.clone(), with(claims.clone(), "exp", json!(now.timestamp() as f64 + 10.5))),
            (header.clone(), with(claims.clone(), "admin", json!(true))),
        ] {
            let token = issuer.key().sign(&header, &claims).unwrap();
            assert_eq!(account(&app, &token).await.unwrap(), "amina", "{header} {claims}");
        }
        let nameless = issuer.key().sign(&header, &without(claims, "preferred_username")).unwrap();
        let account = app.services.personal_id.as_ref().unwrap().verify(&nameless).await.unwrap();
        assert_eq!(account.username, account.subject);
    }
}

#[tokio::test]
async fn what_a_token_must_say_it_must_say_rightly_even_under_the_right_signature() {
    let app = TestApp::empty().await;
    for key in [LocalKey::es256().unwrap(), LocalKey::rs256().unwrap()] {
        let issuer = LocalIssuer::new(ISSUER.to_owned(), key);
        publish(&app, &issuer);
        app.pass(TimeDelta::minutes(1));
        let now = app.services.clock.now();
        let (header, claims) = (issuer.key().header(), issuer.claims("amina", AUDIENCE, now));
        let control = issuer.key().sign(&header, &claims).unwrap();
        assert!(account(&app, &control).await.is_ok(), "the control");
        let of = |field: &str, value: Json| (header.clone(), with(claims.clone(), field, value));
        let says = |field: &str, value: Json| (with(header.clone(), field, value), claims.clone());
        let other = if header["alg"] == "RS256" { "ES256" } else { "RS256" };
        let at = |seconds: i64| json!(now.timestamp() + seconds);
        let mut wrong = vec![
            of("iss", json!("https://other.example")),
            of("iss", json!(format!("{ISSUER}/"))),
            of("iss", json!([ISSUER])),
            of("aud", json!("somebody")),
            of("aud", json!([])),
            of("aud", Json::Null),
            of("exp", at(-60)),
            of("exp", json!("soon")),
            of("exp", json!(1e300)),
            of("exp", json!(-1)),
            of("nbf", at(61)),
            of("iat", at(61)),
            of("iat", json!("now")),
            of("sub", json!("")),
            of("sub", json!("x".repeat(256))),
            of("sub", json!("a\0b")),
            of("sub", json!(7)),
            says("alg", json!("none")),
            says("alg", json!("HS256")),
            says("alg", json!("RS512")),
            says("alg", json!("PS256")),
            says("alg", json!(other)),
            says("alg", json!(["RS256"])),
            says("typ", json!("refresh+jwt")),
            says("typ", json!(1)),
            says("kid", json!("another")),
            says("kid", json!(1)),
            says("jwk", issuer.key().public().unwrap()),
            says("jku", json!("https://evil.example/jwks")),
            says("x5u", json!("https://evil.example/x5u")),
            says("crit", json!(["exp"])),
            says("b64", json!(false)),
            says("zip", json!("DEF")),
            says("cty", json!("JWT")),
            (without(header.clone(), "kid"), claims.clone()),
            (without(header.clone(), "alg"), claims.clone()),
        ];
        wrong.extend(
            ["iss", "aud", "sub", "exp", "iat"].map(|field| (header.clone(), without(claims.clone(), field))),
        );
        for (header, claims) in wrong {
            let token = issuer.key().sign(&header, &claims).unwrap();
            let refused = account(&app, &token).await;
            assert!(matches!(refused, Err(TokenError::Invalid(_))), "{header} {claims}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn a_token_that_somebody_else_signed_or_changed_is_refused() {
    let app = TestApp::empty().await;
    let issuer = issuer(&app);
    let now = app.services.clock.now();
    let claims = issuer.claims("amina", AUDIENCE, now);
    let good = token(&app, &issuer, "amina");
    let parts: Vec<&str> = good.split('.').collect();
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let root = part(&issuer.claims("root", AUDIENCE, now));
    let forged = LocalKey::es256().unwrap().sign(&issuer.key().header(), &claims).unwrap();
    // The public key as the secret of an HMAC: the oldest trick.
    let mixed = with(issuer.key().header(), "alg", json!("HS256"));
    let public = issuer.key().public().unwrap().to_string();
    let body = format!("{}.{}", part(&mixed), part(&claims));
    let secret = jsonwebtoken::EncodingKey::from_secret(public.as_bytes());
    let mac = jsonwebtoken::crypto::sign(body.as_bytes(), &secret, jsonwebtoken::Algorithm::HS256).unwrap();
    for bad in [
        forged,
        format!("{}.{root}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}.{}", parts[2]),
        format!("{}.{}.{}", part(&json!({ "alg": "none", "kid": issuer.key().id() })), parts[1], ""),
        format!("{body}.{mac}"),
        format!("{good}{}", "A".repeat(9000)),
        String::new(),
        "..".to_owned(),
        "é".to_owned(),
    ] {
        assert!(matches!(account(&app, &bad).await, Err(TokenError::Invalid(_))), "{bad}");
    }
    assert_eq!(account(&app, &good).await.unwrap(), "amina");
}

#[tokio::test]
async fn a_minute_between_the_clocks_is_tolerated() {
    let app = TestApp::empty().await;
    let issuer = issuer(&app);
    let good = token(&app, &issuer, "amina");
    app.pass(TimeDelta::seconds(-60));
    assert!(account(&app, &good).await.is_ok(), "it was made a minute from now");
    app.pass(TimeDelta::seconds(-1));
    assert!(account(&app, &good).await.is_err());
    app.pass(TimeDelta::seconds(61 + 3600 + 59));
    assert!(account(&app, &good).await.is_ok(), "it expired less than a minute ago");
    app.pass(TimeDelta::seconds(1));
    assert!(account(&app, &good).await.is_err());
}

#[tokio::test]
async fn keys_are_read_once_and_again_when_an_unknown_one_is_named_but_not_for_each() {
    let app = TestApp::empty().await;
    let mut issuer = issuer(&app);
    let old = token(&app, &issuer, "amina");
    for _ in 0..3 {
        assert!(account(&app, &old).await.is_ok());
    }
    assert_eq!(app.pages.asked().len(), 2, "its discovery, and its keys");
    // The issuer changes its key. Within the pause nobody is asked, however many come.
    issuer.rotate(LocalKey::es256().unwrap());
    publish(&app, &issuer);
    let new = token(&app, &issuer, "amina");
    for _ in 0..3 {
        assert!(matches!(account(&app, &new).await, Err(TokenError::Invalid(_))));
    }
    assert_eq!(app.pages.asked().len(), 0);
    app.pass(TimeDelta::seconds(30));
    assert!(account(&app, &new).await.is_ok());
    assert_eq!(app.pages.asked().len(), 2);
    // What is no longer published is no longer taken.
    assert!(matches!(account(&app, &old).await, Err(TokenError::Invalid(_))));
    assert_eq!(app.pages.asked().len(), 0);
    // And after an hour the keys are read again, whoever asks.
    app.pass(TimeDelta::minutes(61));
    assert!(account(&app, &token(&app, &issuer, "amina")).await.is_ok());
    assert_eq!(app.pages.asked().len(), 2);
}

#[tokio::test]
async fn an_issuer_that_is_away_is_bridged_for_a_day_and_asked_now_and_then() {
    let app = TestApp::empty().await;
    let issuer = issuer(&app);
    assert!(account(&app, &token(&app, &issuer, "amina")).await.is_ok());
    app.pages.asked();
    app.pages.put(&format!("{ISSUER}/jwks"), "<html>out of order</html>");
    app.pass(TimeDelta::hours(23));
    for _ in 0..3 {
        assert!(account(&app, &token(&app, &issuer, "amina")).await.is_ok());
    }
    assert_eq!(app.pages.asked().len(), 2, "asked once, not three times");
    app.pass(TimeDelta::hours(1));
    for _ in 0..3 {
        let refused = account(&app, &token(&app, &issuer, "amina")).await;
        assert!(matches!(refused, Err(TokenError::Unavailable(_))), "{refused:?}");
    }
    assert_eq!(app.pages.asked().len(), 2);
    publish(&app, &issuer);
    app.pass(TimeDelta::seconds(30));
    assert!(account(&app, &token(&app, &issuer, "amina")).await.is_ok());
}

#[tokio::test]
async fn an_issuer_speaks_for_itself_alone_and_over_https() {
    for (field, value) in [
        ("issuer", "https://other.example"),
        ("jwks_uri", "http://id.example/jwks"),
        ("jwks_uri", "ftp://id.example/jwks"),
        ("jwks_uri", "http://127.0.0.1/jwks"),
    ] {
        let app = TestApp::empty().await;
        let issuer = issuer(&app);
        let said = with(issuer.discovery(), field, json!(value));
        app.pages.put(&format!("{ISSUER}/.well-known/openid-configuration"), said.to_string());
        app.pages.put(value, issuer.keys().to_string());
        let refused = account(&app, &token(&app, &issuer, "amina")).await;
        assert!(matches!(refused, Err(TokenError::Unavailable(_))), "{field} {value}: {refused:?}");
    }
}

#[tokio::test]
async fn keys_that_are_not_for_this_are_passed_over() {
    let app = TestApp::empty().await;
    let issuer = issuer(&app);
    let key = issuer.key().public().unwrap();
    let symmetric = json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "s", "alg": "HS256" });
    let odd = json!({ "kty": "of a later time", "kid": "x" });
    let keys = json!({ "keys": [odd, symmetric, 7, key] });
    app.pages.put(&format!("{ISSUER}/jwks"), keys.to_string());
    assert!(account(&app, &token(&app, &issuer, "amina")).await.is_ok());
    for (field, value) in [("use", json!("enc")), ("alg", json!("RS256")), ("key_ops", json!(["sign"]))] {
        let app = TestApp::empty().await;
        publish(&app, &issuer);
        let keys = json!({ "keys": [with(key.clone(), field, value.clone())] });
        app.pages.put(&format!("{ISSUER}/jwks"), keys.to_string());
        let refused = account(&app, &token(&app, &issuer, "amina")).await;
        assert!(matches!(refused, Err(TokenError::Invalid(_))), "{field} {value}: {refused:?}");
    }
}
