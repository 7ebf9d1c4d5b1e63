//! The places of connections: so many in all, so many of one network. Where there is none left, the connection of the
//! network that has waited longest for a request makes room: a client that sends its request at once is served, however
//! many others are slow.

use super::activity::Activity;
use super::limits::{ConnectionLimits, RESERVE};
use crate::domain::Network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How many connections that wait are closed when the process has no descriptors left.
const CLOSED_AT_ONCE: usize = 32;

/// All connections of a server.
pub struct Slots {
    total: usize,
    per_network: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    total: usize,
    networks: HashMap<Network, Vec<Entry>>,
    reserve: Vec<Entry>,
}

struct Entry {
    number: u64,
    activity: Activity,
    close: Arc<Notify>,
}

/// What became of a connection that came.
pub struct Admission {
    /// Its place; none when it is to be closed at once.
    pub slot: Option<Slot>,
    /// Whether a bound was reached.
    pub at_bound: bool,
}

/// What a connection is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Everything.
    Everything,
    /// Health checks alone: all other places are taken by requests that are being executed.
    HealthChecks,
}

/// A connection's place, given back when this is dropped.
pub struct Slot {
    slots: Arc<Slots>,
    number: u64,
    network: Network,
    /// What it is served.
    pub service: Service,
    /// What it is doing.
    pub activity: Activity,
    /// Told when the connection is to make room for another one.
    pub close: Arc<Notify>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.slots.state();
        match self.service {
            Service::HealthChecks => state.reserve.retain(|entry| entry.number != self.number),
            Service::Everything => drop(state.remove(self.network, self.number)),
        }
    }
}

impl Slots {
    /// Places within these bounds.
    pub fn new(limits: &ConnectionLimits) -> Self {
        Self { total: limits.total, per_network: limits.per_network, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds a place for a connection from this address.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Admission {
        let network = Network::from(address);
        let mut state = self.state();
        let of_network = state.networks.get(&network).map_or(0, Vec::len);
        let (fits, made_room) = if of_network >= self.per_network {
            (false, state.close_oldest_of(network))
        } else if state.total >= self.total {
            (false, state.close_oldest())
        } else {
            (true, false)
        };
        let service = if fits || made_room { Service::Everything } else { Service::HealthChecks };
        if service == Service::HealthChecks
            && state.reserve.len() >= RESERVE
            && !close_waiting(&mut state.reserve)
        {
            return Admission { slot: None, at_bound: true };
        }
        state.next += 1;
        let (number, activity, close) = (state.next, Activity::new(), Arc::new(Notify::new()));
        let entry = Entry { number, activity: activity.clone(), close: Arc::clone(&close) };
        match service {
            Service::HealthChecks => state.reserve.push(entry),
            Service::Everything => {
                state.total += 1;
                state.networks.entry(network).or_default().push(entry);
            }
        }
        let slot = Slot { slots: Arc::clone(self), number, network, service, activity, close };
        Admission { slot: Some(slot), at_bound: !fits }
    }

    /// Closes some connections that wait: the process has no descriptors left.
    pub fn make_room(&self) {
        let mut state = self.state();
        for _ in 0..CLOSED_AT_ONCE {
            if !state.close_oldest() {
                break;
            }
        }
    }
}

impl State {
    fn remove(&mut self, network: Network, number: u64) -> Option<Entry> {
        let entries = self.networks.get_mut(&network)?;
        let at = entries.iter().position(|entry| entry.number == number)?;
        let entry = entries.swap_remove(at);
        self.total -= 1;
        if entries.is_empty() {
            self.networks.remove(&network);
        }
        Some(entry)
    }

    /// Closes the connection of a network that has waited longest. False when all of them have requests.
    fn close_oldest_of(&mut self, network: Network) -> bool {
        let Some(number) = self.networks.get(&network).and_then(|entries| oldest_waiting(entries)) else {
            return false;
        };
        let entry = self.remove(network, number);
        entry.inspect(|entry| entry.close.notify_one()).is_some()
    }

    /// Closes a connection of the network that has the most of those with one that waits.
    fn close_oldest(&mut self) -> bool {
        let mut networks: Vec<_> =
            self.networks.iter().map(|(network, entries)| (entries.len(), *network)).collect();
        networks.sort_unstable_by(|one, other| other.cmp(one));
        networks.into_iter().any(|(_, network)| self.close_oldest_of(network))
    }
}

fn oldest_waiting(entries: &[Entry]) -> Option<u64> {
    let waiting = entries.iter().filter_map(|entry| Some((entry.activity.waiting_since()?, entry.number)));
    waiting.min().map(|(_, number)| number)
}

fn close_waiting(entries: &mut Vec<Entry>) -> bool {
    let Some(number) = oldest_waiting(entries) else { return false };
    entries.retain(|entry| {
        if entry.number == number {
            entry.close.notify_one();
        }
        entry.number != number
    });
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn slots(total: usize, per_network: usize) -> Arc<Slots> {
        let second = Duration::from_secs(1);
        Arc::new(Slots::new(&ConnectionLimits {
            total,
            per_network,
            head_timeout: second,
            idle_timeout: second,
        }))
    }

    fn admit(slots: &Arc<Slots>, address: &str) -> Slot {
        slots.admit(address.parse().unwrap()).slot.unwrap()
    }

    async fn is_closed(slot: &Slot) -> bool {
        tokio::time::timeout(Duration::ZERO, slot.close.notified()).await.is_ok()
    }

    #[tokio::test]
    async fn the_oldest_waiting_connection_of_a_network_makes_room_for_its_next() {
        let slots = slots(10, 2);
        let other = admit(&slots, "198.51.100.1");
        let first = admit(&slots, "192.0.2.1");
        let second = admit(&slots, "192.0.2.1");
        let request = first.activity.request(false);
        let third = admit(&slots, "192.0.2.1");
        assert_eq!(third.service, Service::Everything);
        assert_eq!(
            (is_closed(&first).await, is_closed(&second).await),
            (false, true),
            "the first has a request"
        );
        assert!(!is_closed(&other).await);
        drop((request, second));
        admit(&slots, "192.0.2.1");
        assert_eq!((is_closed(&third).await, slots.state().total), (true, 2));
    }

    #[tokio::test]
    async fn where_all_places_are_taken_the_network_with_the_most_makes_room() {
        let slots = slots(4, 3);
        let lone = admit(&slots, "198.51.100.1");
        let many: Vec<_> = (0..3).map(|_| admit(&slots, "192.0.2.1")).collect();
        let new = admit(&slots, "203.0.113.5");
        assert_eq!(new.service, Service::Everything);
        assert!(!is_closed(&lone).await && is_closed(&many[0]).await);
    }

    #[tokio::test]
    async fn where_all_places_have_requests_only_health_checks_are_served() {
        let slots = slots(2, 2);
        let busy: Vec<_> = (0..2).map(|_| admit(&slots, "192.0.2.1")).collect();
        let requests: Vec<_> = busy.iter().map(|slot| slot.activity.request(false)).collect();
        let mut reserve: Vec<_> = (0..RESERVE).map(|_| admit(&slots, "192.0.2.1")).collect();
        assert!(reserve.iter().all(|slot| slot.service == Service::HealthChecks));
        reserve.push(admit(&slots, "192.0.2.1"));
        assert!(is_closed(&reserve[0]).await, "slow ones do not keep the reserve");
        drop(requests);
        assert_eq!(admit(&slots, "198.51.100.1").service, Service::Everything);
        drop((busy, reserve));
        let state = slots.state();
        assert_eq!((state.total, state.reserve.len(), state.networks.len()), (0, 0, 0));
    }
}
