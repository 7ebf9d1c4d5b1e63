//! What a connection is doing, and until when it may.

use super::ConnectionLimits;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// What a connection is doing. Its socket, its requests and their answers report to it.
#[derive(Clone)]
pub struct Activity(Arc<Mutex<State>>);

struct State {
    /// Requests that are being executed.
    running: usize,
    /// Answers that are being sent.
    answering: usize,
    /// When the connection began to wait for a request, or for the rest of one's head.
    waiting_since: Instant,
    /// Whether it waits for a head that has begun; at first, for its first head.
    in_head: bool,
    /// HTTP/2 interleaves heads with much else: there the time between requests is bounded as a whole.
    is_http2: bool,
    /// When the client last took bytes of an answer.
    last_write: Instant,
}

impl Activity {
    /// Of a connection that has just begun.
    pub fn new() -> Self {
        let now = Instant::now();
        Self(Arc::new(Mutex::new(State {
            running: 0,
            answering: 0,
            waiting_since: now,
            in_head: true,
            is_http2: false,
            last_write: now,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since when the connection has waited for a request; none while it has one.
    pub fn waiting_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.running == 0 && state.answering == 0).then_some(state.waiting_since)
    }

    /// When the connection is to be closed if nothing happens until then. A request that is being executed has a deadline of
    /// its own.
    pub fn deadline(&self, limits: &ConnectionLimits) -> Option<Instant> {
        let state = self.state();
        match (state.running, state.answering) {
            (0, 0) if state.in_head => Some(state.waiting_since + limits.head_timeout),
            (0, 0) => Some(state.waiting_since + limits.idle_timeout),
            (0, _) => Some(state.last_write + limits.idle_timeout),
            _ => None,
        }
    }

    /// A request's head is complete.
    pub fn request(&self, is_http2: bool) -> Running {
        let mut state = self.state();
        state.running += 1;
        state.is_http2 = is_http2;
        state.in_head = false;
        Running(self.clone())
    }

    fn read(&self) {
        let mut state = self.state();
        if state.running == 0 && state.answering == 0 && !state.in_head && !state.is_http2 {
            state.in_head = true;
            state.waiting_since = Instant::now();
        }
    }

    fn wrote(&self) {
        self.state().last_write = Instant::now();
    }

    fn ended(&self, of: fn(&mut State) -> &mut usize) {
        let mut state = self.state();
        *of(&mut state) -= 1;
        state.waiting_since = Instant::now();
    }
}

/// A request that is being executed.
pub struct Running(Activity);

impl Running {
    /// The request is executed, and its answer is to be sent.
    pub fn answer(self) -> Answering {
        let mut state = self.0.state();
        state.answering += 1;
        state.last_write = Instant::now();
        drop(state);
        Answering(self.0.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.ended(|state| &mut state.running);
    }
}

/// An answer that is being sent.
pub struct Answering(Activity);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.ended(|state| &mut state.answering);
    }
}

/// A socket that reports what it reads and writes.
pub struct Watched {
    /// The socket.
    pub stream: TcpStream,
    /// What is reported to.
    pub activity: Activity,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.read();
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if polled.is_ready() {
            self.activity.wrote();
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        if polled.is_ready() {
            self.activity.wrote();
        }
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
