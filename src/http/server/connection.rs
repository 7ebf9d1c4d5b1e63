//! One connection, from its first byte to its last.

use super::activity::{Answering, Watched};
use super::limits::ConnectionLimits;
use super::slots::{Service, Slot};
use crate::http::edge;
use crate::rest::{Answer, problem};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use poem::http::uri::Scheme;
use poem::http::{Version, header};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Endpoint, Request, Response};
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Sleep;

/// Largest head of a request, in bytes: a GraphQL document may be in its address.
const HEAD_MAX: usize = 128 * 1024;
/// Most requests at a time on one HTTP/2 connection.
const STREAMS_MAX: u32 = 100;
/// Most streams that a client may reset before they are accepted (CVE-2023-44487).
const RESETS_MAX: usize = 20;
/// Largest header list of an HTTP/2 request, in bytes.
const HEADER_LIST_MAX: u32 = 16 * 1024;
/// How soon a connection of the reserve must have sent its head.
const RESERVE_HEAD_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the gateway is being stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopping {
    /// It serves.
    No,
    /// Requests under way are finished.
    Gracefully,
    /// Connections are closed.
    Now,
}

/// What a connection is served with.
pub struct Served {
    /// Its place.
    pub slot: Slot,
    /// Its bounds.
    pub limits: ConnectionLimits,
    /// Tells that the gateway is being stopped.
    pub told: watch::Receiver<Stopping>,
}

impl Served {
    /// Serves the connection until either side is done with it, or its time is over.
    pub async fn run(
        mut self,
        stream: TcpStream,
        local: SocketAddr,
        peer: SocketAddr,
        endpoint: Arc<impl Endpoint + 'static>,
    ) {
        let Slot { activity, close, service: served, .. } = &self.slot;
        if *served == Service::HealthChecks {
            self.limits.head_timeout = self.limits.head_timeout.min(RESERVE_HEAD_TIMEOUT);
            self.limits.idle_timeout = self.limits.head_timeout;
        }
        let (of_requests, served) = (activity.clone(), *served);
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let running = of_requests.request(request.version() == Version::HTTP_2);
            let endpoint = Arc::clone(&endpoint);
            async move {
                let from = (request, LocalAddr(local.into()), RemoteAddr(peer.into()), Scheme::HTTP);
                let response = match served == Service::HealthChecks && !is_health_check(from.0.uri().path())
                {
                    true => at_bound(),
                    false => endpoint.get_response(Request::from(from)).await,
                };
                let answering = running.answer();
                let response: hyper::Response<_> = response.into();
                Ok::<_, Infallible>(response.map(|body| AnswerBody { body, _answering: answering }))
            }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        // Heads have a deadline here, by `activity`, which covers the detection of the protocol and idle times as well.
        builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(HEAD_MAX);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS_MAX)
            .max_pending_accept_reset_streams(RESETS_MAX)
            .max_header_list_size(HEADER_LIST_MAX);
        let watched = Watched { stream, activity: activity.clone() };
        let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(watched), service));
        let mut timer = pin!(tokio::time::sleep(self.limits.head_timeout));
        loop {
            let step = poll_fn(|cx| match connection.as_mut().poll(cx) {
                // What a connection ends with is between hyper and the client.
                Poll::Ready(_) => Poll::Ready(()),
                Poll::Pending => poll_deadline(cx, timer.as_mut(), || activity.deadline(&self.limits)),
            });
            tokio::select! {
                biased;
                () = step => break,
                () = close.notified() => break,
                told = self.told.changed() => match told.map(|()| *self.told.borrow_and_update()) {
                    Ok(Stopping::No) => {}
                    Ok(Stopping::Gracefully) => connection.as_mut().graceful_shutdown(),
                    Ok(Stopping::Now) | Err(_) => break,
                },
            }
        }
    }
}

/// The body of an answer. Hyper drops it when it has taken all of it.
struct AnswerBody<B> {
    body: B,
    _answering: Answering,
}

impl<B: Body + Unpin> Body for AnswerBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Ready when the deadline has passed. It moves while the timer runs; later ones are looked at when the timer fires.
fn poll_deadline(
    cx: &mut Context<'_>,
    mut timer: Pin<&mut Sleep>,
    deadline: impl Fn() -> Option<tokio::time::Instant>,
) -> Poll<()> {
    let Some(at) = deadline() else { return Poll::Pending };
    if at < timer.deadline() || timer.is_elapsed() {
        timer.as_mut().reset(at);
    }
    while timer.as_mut().poll(cx).is_ready() {
        match deadline() {
            Some(at) if at > tokio::time::Instant::now() => timer.as_mut().reset(at),
            Some(_) => return Poll::Ready(()),
            None => return Poll::Pending,
        }
    }
    Poll::Pending
}

fn is_health_check(path: &str) -> bool {
    path == "/health" || path == "/ready"
}

/// The answer to a request for which there is no place.
fn at_bound() -> Response {
    let busy = problem(503, "UNAVAILABLE", "too many connections at the moment: try again in a few seconds");
    let mut response = edge::answer(Answer { retry_after: Some(5), ..busy });
    response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    response
}
