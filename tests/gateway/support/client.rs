//! A client on a real socket, from an address of its choice.

use serde_json::{Value as Json, json};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

/// A connection that sends one request after the other.
pub struct Client(BufReader<TcpStream>);

impl Client {
    /// Connects from this address of the loopback network: all of 127.0.0.0/8 is this machine.
    pub async fn connect(to: SocketAddr, from: Ipv4Addr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from.into(), 0))?;
        Ok(Self(BufReader::new(socket.connect(to).await?)))
    }

    /// Sends bytes as they are.
    pub async fn write(&mut self, bytes: &str) -> io::Result<()> {
        self.0.write_all(bytes.as_bytes()).await
    }

    /// Reads an answer: its status, its head in lower case, and its body.
    pub async fn answer(&mut self) -> io::Result<(u16, String, String)> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        head.make_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).await?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok((status, head, String::from_utf8(body).unwrap()))
    }

    /// Gets an address; the status and the body.
    pub async fn get(&mut self, path: &str) -> io::Result<(u16, String)> {
        self.write(&format!("GET {path} HTTP/1.1\r\nhost: gate\r\n\r\n")).await?;
        let (status, _, body) = self.answer().await?;
        Ok((status, body))
    }

    /// Signs in over GraphQL; the whole answer.
    pub async fn sign_in(&mut self, username: &str, password: &str) -> io::Result<Json> {
        let query = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { code } } }";
        let input = json!({ "username": username, "password": password });
        let body = json!({ "query": query, "variables": { "i": input } }).to_string();
        let head = format!("host: gate\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
        self.write(&format!("POST /graphql HTTP/1.1\r\n{head}\r\n\r\n{body}")).await?;
        let (_, _, body) = self.answer().await?;
        Ok(serde_json::from_str(&body).unwrap())
    }

    /// Waits until the gateway closes the connection. True when it sent nothing before.
    pub async fn is_closed_silently(&mut self) -> bool {
        let mut rest = Vec::new();
        // A reset is an end as well.
        drop(self.0.read_to_end(&mut rest).await);
        rest.is_empty()
    }
}
