//! A mail server of the tests' own, on a port of this machine, that can be as unpleasant as real ones.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What it does with mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    Accept,
    /// Answers nothing any more once it has been greeted.
    Silent,
    /// Answers this to commands that begin so.
    Answer(&'static str, &'static str),
    /// Answers nothing any more to a client that says this, and goes on with the others.
    Hang(&'static str),
    /// Hangs up in the middle of a message.
    HangUp,
}

/// A mail that it took.
#[derive(Debug, Clone)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub message: Vec<u8>,
    pub encrypted: bool,
    pub login: Option<String>,
}

pub struct SmtpServer {
    pub address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    taken: Arc<Mutex<Vec<Taken>>>,
    connections: Arc<Mutex<usize>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Clone)]
struct House {
    mood: Arc<Mutex<Mood>>,
    taken: Arc<Mutex<Vec<Taken>>>,
    starttls: Option<TlsAcceptor>,
}

impl SmtpServer {
    pub async fn start() -> Self {
        Self::with(None, None).await
    }

    /// One that offers STARTTLS, and takes no mail without it.
    pub async fn with_starttls(tls: TlsAcceptor) -> Self {
        Self::with(Some(tls), None).await
    }

    /// One that speaks TLS from the first byte.
    pub async fn with_tls(tls: TlsAcceptor) -> Self {
        Self::with(None, Some(tls)).await
    }

    async fn with(starttls: Option<TlsAcceptor>, implicit: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let house = House { mood: Arc::new(Mutex::new(Mood::Accept)), taken: Arc::default(), starttls };
        let (mood, taken) = (Arc::clone(&house.mood), Arc::clone(&house.taken));
        let connections = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                let (house, implicit) = (house.clone(), implicit.clone());
                tokio::spawn(async move {
                    // How a conversation ends is the client's to notice.
                    drop(match implicit {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => {
                                let house = House { starttls: None, ..house };
                                converse(house, Talk::new(stream), Greeting::Said, true).await.map(drop)
                            }
                            Err(error) => Err(error),
                        },
                        None => plain(house, stream).await,
                    });
                });
            }
        });
        Self { address, mood, taken, connections, task }
    }

    pub fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What it took since the last call.
    pub fn take(&self) -> Vec<Taken> {
        std::mem::take(&mut *self.taken.lock().unwrap())
    }

    /// How often it was called.
    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Talk<S>(BufReader<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    fn new(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes()).await?;
        self.0.get_mut().flush().await
    }

    /// A line without its end; nothing when the client hung up.
    async fn hear(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        if self.0.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        assert!(line.ends_with(b"\r\n"), "a lone line feed: {}", String::from_utf8_lossy(&line));
        line.truncate(line.len() - 2);
        Ok(Some(line))
    }
}

async fn plain(house: House, stream: TcpStream) -> std::io::Result<()> {
    let tls = house.starttls.clone();
    let stream = converse(house.clone(), Talk::new(stream), Greeting::Said, false).await?;
    if let (Some(tls), Some(stream)) = (tls, stream) {
        let stream = tls.accept(stream).await?;
        converse(House { starttls: None, ..house }, Talk::new(stream), Greeting::Over, true).await?;
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Greeting {
    Said,
    /// After STARTTLS there is no second one.
    Over,
}

/// The conversation; gives the stream back when the client wants TLS on it.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    house: House,
    mut talk: Talk<S>,
    greeting: Greeting,
    encrypted: bool,
) -> std::io::Result<Option<S>> {
    if greeting == Greeting::Said {
        talk.say("220 mx.test").await?;
    }
    let (mut from, mut to, mut login) = (String::new(), Vec::new(), None);
    while let Some(line) = talk.hear().await? {
        let line = String::from_utf8_lossy(&line).into_owned();
        let upper = line.to_uppercase();
        let mood = house.mood.lock().unwrap().clone();
        match &mood {
            Mood::Silent => std::future::pending::<()>().await,
            Mood::Hang(word) if upper.contains(word) => std::future::pending::<()>().await,
            Mood::Answer(command, answer) if upper.starts_with(command) => {
                talk.say(answer).await?;
                continue;
            }
            _ => {}
        }
        if upper.starts_with("EHLO") {
            let offer = if house.starttls.is_some() { "250-STARTTLS\r\n" } else { "250-AUTH PLAIN\r\n" };
            talk.say(&format!("250-mx.test\r\n{offer}250 8BITMIME")).await?;
        } else if upper == "STARTTLS" && house.starttls.is_some() {
            talk.say("220 go ahead").await?;
            return Ok(Some(talk.0.into_inner()));
        } else if house.starttls.is_some() && !upper.starts_with("QUIT") {
            talk.say("530 5.7.0 STARTTLS first").await?;
        } else if let Some(credentials) = line.strip_prefix("AUTH PLAIN ") {
            login = Some(credentials.to_owned());
            talk.say("235 welcome").await?;
        } else if upper.starts_with("MAIL FROM:") {
            from = line["MAIL FROM:".len()..].to_owned();
            talk.say("250 ok").await?;
        } else if upper.starts_with("RCPT TO:") {
            to.push(line["RCPT TO:".len()..].to_owned());
            talk.say("250 ok").await?;
        } else if upper == "DATA" {
            talk.say("354 go ahead").await?;
            let mut message = Vec::new();
            loop {
                // Who hangs up before the end has not sent it (RFC 5321 §4.1.1.4).
                let Some(line) = talk.hear().await? else { return Ok(None) };
                if mood == Mood::HangUp {
                    return Ok(None);
                }
                if line == b"." {
                    break;
                }
                message.extend(line.strip_prefix(b".").unwrap_or(&line));
                message.extend(b"\r\n");
            }
            if let Mood::Answer("END", answer) = mood {
                talk.say(answer).await?;
                continue;
            }
            let taken = Taken {
                from: std::mem::take(&mut from),
                to: std::mem::take(&mut to),
                message,
                encrypted,
                login: login.clone(),
            };
            house.taken.lock().unwrap().push(taken);
            talk.say("250 taken").await?;
        } else if upper == "QUIT" {
            talk.say("221 bye").await?;
            return Ok(None);
        } else {
            talk.say("250 ok").await?;
        }
    }
    Ok(None)
}
