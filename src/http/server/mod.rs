//! Accepts connections and serves them, within bounds that a client cannot get around: request heads and idle connections
//! have deadlines, and a network has its share of the connections. Poem's own server has none of these.

mod activity;
mod connection;
mod limits;
mod slots;

pub use limits::{ConnectionLimits, descriptors};

use connection::{Served, Stopping};
use poem::Endpoint;
use slots::Slots;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// How long accepting pauses when the process has no descriptors left.
const PAUSE: Duration = Duration::from_millis(100);
/// The same trouble is logged again when it had been away for this long.
const QUIET: Duration = Duration::from_secs(60);

/// An HTTP server on one address.
pub struct Server {
    listener: TcpListener,
    limits: ConnectionLimits,
}

/// Logs the start of a trouble, and not its repetitions.
#[derive(Default)]
struct LogOnce(Option<Instant>);

impl LogOnce {
    fn log(&mut self, log: impl FnOnce()) {
        let now = Instant::now();
        if self.0.is_none_or(|last| last + QUIET < now) {
            log();
        }
        self.0 = Some(now);
    }
}

impl Server {
    /// Listens on this address.
    pub async fn bind(address: SocketAddr, limits: ConnectionLimits) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(address).await?, limits })
    }

    /// The address, with the port that the system chose for port 0.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is done: then takes no more connections, and gives the requests under way this long to finish.
    pub async fn run(
        self,
        endpoint: impl Endpoint + 'static,
        stop: impl Future<Output = ()>,
        grace: Duration,
    ) {
        let endpoint = Arc::new(endpoint);
        let slots = Arc::new(Slots::new(&self.limits));
        let (stopping, told) = watch::channel(Stopping::No);
        let (alive, mut all_ended) = mpsc::channel::<()>(1);
        let mut stop = std::pin::pin!(stop);
        let mut full = LogOnce::default();
        let mut out_of_descriptors = LogOnce::default();
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut stop => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let admission = slots.admit(peer.ip());
                    if admission.at_bound {
                        full.log(|| {
                            tracing::warn!(
                                "connections are at their bound: those that have waited longest for a request are closed"
                            );
                        });
                    }
                    if let Some(slot) = admission.slot {
                        let served = Served { slot, limits: self.limits.clone(), told: told.clone() };
                        let (endpoint, alive) = (Arc::clone(&endpoint), alive.clone());
                        tokio::spawn(async move {
                            serve(served, stream, peer, endpoint).await;
                            drop(alive);
                        });
                    }
                }
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    out_of_descriptors.log(|| {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "could not accept connections: the process may be out of file descriptors (`ulimit -n`)"
                        );
                    });
                    slots.make_room();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        drop((self.listener, alive));
        stopping.send_replace(Stopping::Gracefully);
        if tokio::time::timeout(grace, all_ended.recv()).await.is_err() {
            stopping.send_replace(Stopping::Now);
        }
    }
}

async fn serve(served: Served, stream: TcpStream, peer: SocketAddr, endpoint: Arc<impl Endpoint + 'static>) {
    let Ok(local) = stream.local_addr() else { return };
    served.run(stream, local, peer, endpoint).await;
}

/// Whether accepting failed because this one client went away.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
