//! Mail over SMTP, with lettre. The conversation is led here, step by step, because its steps mean different things: a
//! server that refuses our password says nothing about a recipient, and one that refuses a recipient says all.

use super::message::{Sender, bytes, compose};
use super::templates::Templates;
use crate::service::mail::{Letter, Mailer, PATIENCE, SendError};
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest that connecting may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// Longest that the server may take to answer a command. The end of the message has until [`PATIENCE`] ends: a server that
/// takes the message and is not waited for gets it twice (RFC 5321 §4.5.3.2.6).
const COMMAND: Duration = Duration::from_secs(10);
/// Most connections that are kept for the next mail.
const IDLE_MAX: usize = 8;
/// How long one is kept. Servers hang up after minutes.
const IDLE_FOR: Duration = Duration::from_secs(30);
/// PLAIN and LOGIN show the password to the server, which is why there is no password without TLS.
const MECHANISMS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];

/// Where the mail server is, and how to talk to it.
#[derive(Debug)]
pub struct SmtpOptions {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<(String, SecretString)>,
    ca: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    /// From the first byte: `smtps://`.
    Implicit,
    /// After `STARTTLS`, and never without: `smtp://`.
    Required,
    /// Not at all: `smtp://…?tls=none`, for a server on the same machine.
    None,
}

/// The mail server's settings make no sense.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// Not such an address.
    #[error(
        "`smtp_url` must be `smtps://host[:port]`, `smtp://host[:port]` or `smtp://host[:port]?tls=none`"
    )]
    Url,
    /// Secrets belong elsewhere.
    #[error("`smtp_url` must hold no user or password: set `smtp_user` and `smtp_password`")]
    UserInUrl,
    /// One without the other.
    #[error("`smtp_user` and `smtp_password` need each other")]
    HalfCredentials,
    /// A password for everybody on the way to read.
    #[error("`smtp_password` needs TLS: take `tls=none` out of `smtp_url`")]
    PasswordInTheOpen,
    /// The file holds none.
    #[error("`smtp_ca_file` holds no certificate in PEM form")]
    Ca(#[source] Error),
}

impl SmtpOptions {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`SmtpError`].
    pub fn parse(
        url: &str,
        user: Option<&str>,
        password: Option<&SecretString>,
        ca: Option<Vec<u8>>,
    ) -> Result<Self, SmtpError> {
        let url = url::Url::parse(url).map_err(|_| SmtpError::Url)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SmtpError::UserInUrl);
        }
        let pairs: Vec<_> = url.query_pairs().collect();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        let (tls, port) = match (url.scheme(), pairs.as_slice()) {
            ("smtps", []) => (Tls::Implicit, 465),
            ("smtp", [] | [("tls", "required")]) => (Tls::Required, 587),
            ("smtp", [("tls", "none")]) => (Tls::None, 25),
            _ => return Err(SmtpError::Url),
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpError::Url);
        }
        let credentials = match (user, password) {
            (Some(user), Some(password)) => Some((user.to_owned(), password.clone())),
            (None, None) => None,
            _ => return Err(SmtpError::HalfCredentials),
        };
        if credentials.is_some() && tls == Tls::None {
            return Err(SmtpError::PasswordInTheOpen);
        }
        Ok(Self { host, port: url.port().unwrap_or(port), tls, credentials, ca })
    }
}

/// Hands mails to a mail server.
pub struct SmtpMailer {
    server: (String, u16),
    tls: Tls,
    parameters: Option<TlsParameters>,
    credentials: Option<Credentials>,
    sender: Sender,
    templates: Templates,
    patience: Duration,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl SmtpMailer {
    /// A mailer that talks to this server.
    ///
    /// # Errors
    /// [`SmtpError::Ca`].
    pub fn new(options: SmtpOptions, sender: Sender, templates: Templates) -> Result<Self, SmtpError> {
        let parameters = match options.tls {
            Tls::None => None,
            Tls::Implicit | Tls::Required => {
                let mut builder = TlsParameters::builder(options.host.clone());
                if let Some(pem) = &options.ca {
                    builder =
                        builder.add_root_certificate(Certificate::from_pem(pem).map_err(SmtpError::Ca)?);
                }
                Some(builder.build().map_err(SmtpError::Ca)?)
            }
        };
        let credentials = options
            .credentials
            .map(|(user, password)| Credentials::new(user, password.expose_secret().to_owned()));
        Ok(Self {
            server: (options.host, options.port),
            tls: options.tls,
            parameters,
            credentials,
            sender,
            templates,
            patience: PATIENCE,
            idle: Mutex::default(),
        })
    }

    /// The same, which waits for a server only so long.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let (host, port) = &self.server;
        let hello = ClientId::default();
        let implicit = self.parameters.clone().filter(|_| self.tls == Tls::Implicit);
        let server = (host.as_str(), *port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECTING), &hello, implicit, None).await?;
        if self.tls == Tls::Required
            && let Some(parameters) = self.parameters.clone()
        {
            // A server that does not offer it, or somebody between us who hides the offer, gets no mail (security E6).
            connection.starttls(parameters, &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    async fn deliver(&self, envelope: &Envelope, bytes: &[u8]) -> Result<(), SendError> {
        let mut connection = in_time(self.connection()).await?.map_err(|error| failed(&error))?;
        let outcome = hand_over(&mut connection, envelope, bytes).await;
        match outcome {
            Ok(()) => self.keep(connection),
            // Where the conversation stands after a refusal is for no next mail to find out.
            Err(_) => connection.abort().await,
        }
        outcome
    }

    /// A connection that was kept and still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Error> {
        while let Some((mut connection, since)) = self.kept() {
            if since.elapsed() < IDLE_FOR && connection.test_connected().await {
                return Ok(connection);
            }
            connection.abort().await;
        }
        self.connect().await
    }

    fn kept(&self) -> Option<(AsyncSmtpConnection, Instant)> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push((connection, Instant::now()));
        }
    }
}

#[async_trait::async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let message = compose(&self.sender, &self.templates, letter)?;
        let bytes = bytes(&message)?;
        let sent = tokio::time::timeout(self.patience, self.deliver(message.envelope(), &bytes)).await;
        sent.unwrap_or_else(|_elapsed| Err(SendError::Failed("the mail server took too long".to_owned())))
    }
}

async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    bytes: &[u8],
) -> Result<(), SendError> {
    let mut parameters = Vec::new();
    let addresses = envelope.to().iter().chain(envelope.from());
    if addresses.into_iter().any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let reason = "the mail server takes no address with letters beyond ASCII (SMTPUTF8)";
            return Err(SendError::MessageRefused(reason.to_owned()));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let sender = Mail::new(envelope.from().cloned(), parameters);
    in_time(connection.command(sender)).await?.map_err(|error| message_refused(&error))?;
    for recipient in envelope.to() {
        let recipient = Rcpt::new(recipient.clone(), Vec::new());
        in_time(connection.command(recipient)).await?.map_err(|error| recipient_refused(&error))?;
    }
    in_time(connection.command(Data)).await?.map_err(|error| message_refused(&error))?;
    connection.message(bytes).await.map_err(|error| message_refused(&error))?;
    Ok(())
}

/// Waits for a step of the conversation, but not longer than [`COMMAND`].
async fn in_time<T>(step: impl Future<Output = T>) -> Result<T, SendError> {
    tokio::time::timeout(COMMAND, step)
        .await
        .map_err(|_elapsed| SendError::Failed("the mail server took too long".to_owned()))
}

/// Before the mail was named (greeting, TLS, password), a refusal is about the gateway and not about the mail. The operator
/// can repair that, so it must not cost a mail: it is tried again.
fn failed(error: &Error) -> SendError {
    SendError::Failed(error.to_string())
}

/// A refusal for good says that the address is no good, unless it says that we are not welcome (RFC 3463: X.7.X is about
/// policy, such as a server that does not relay for us).
fn recipient_refused(error: &Error) -> SendError {
    let words = error.to_string();
    if !error.is_permanent() {
        SendError::Failed(words)
    } else if words.contains("5.7.") {
        SendError::MessageRefused(words)
    } else {
        SendError::RecipientRefused(words)
    }
}

fn message_refused(error: &Error) -> SendError {
    // Enhanced codes about the address (RFC 3463 §3.2, §3.3) can come late, when the server asks the next one.
    let words = error.to_string();
    if error.is_permanent()
        && ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"].iter().any(|code| words.contains(code))
    {
        return SendError::RecipientRefused(words);
    }
    if error.is_permanent() { SendError::MessageRefused(error.to_string()) } else { failed(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<SmtpOptions, SmtpError> {
        SmtpOptions::parse(url, None, None, None)
    }

    #[test]
    fn tls_is_left_out_only_where_that_is_said() {
        for (url, host, port, tls) in [
            ("smtps://mail.example", "mail.example", 465, Tls::Implicit),
            ("smtps://mail.example:4650/", "mail.example", 4650, Tls::Implicit),
            ("smtp://mail.example", "mail.example", 587, Tls::Required),
            ("smtp://mail.example:25?tls=required", "mail.example", 25, Tls::Required),
            ("smtp://[::1]:2525?tls=none", "::1", 2525, Tls::None),
            ("smtp://localhost?tls=none", "localhost", 25, Tls::None),
        ] {
            let options = parse(url).unwrap();
            assert_eq!((options.host.as_str(), options.port, options.tls), (host, port, tls), "{url}");
        }
        for wrong in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://mail.example?tls=optional",
            "smtps://mail.example?tls=none",
            "smtp://mail.example?tls=none&tls=required",
            "smtp://mail.example/path",
            "smtp://mail.example?tsl=none",
        ] {
            assert!(matches!(parse(wrong), Err(SmtpError::Url)), "{wrong}");
        }
        assert!(matches!(parse("smtps://user:pass@mail.example"), Err(SmtpError::UserInUrl)));
    }

    #[test]
    fn a_password_needs_its_user_and_tls() {
        let password = SecretString::from("secret");
        let parse = |url, user, password| SmtpOptions::parse(url, user, password, None);
        assert!(parse("smtps://mail.example", Some("user"), Some(&password)).is_ok());
        assert!(matches!(parse("smtps://m.example", Some("user"), None), Err(SmtpError::HalfCredentials)));
        let open = parse("smtp://m.example?tls=none", Some("user"), Some(&password));
        assert!(matches!(open, Err(SmtpError::PasswordInTheOpen)));
    }
}
