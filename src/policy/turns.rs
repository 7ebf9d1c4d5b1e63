//! Whose turn it is to have modules compiled or tried. Each kind of work is done one at a time, in the order of asking; and
//! each project space has one place in all those orders together, so whoever asks for much at once waits for themself, and
//! everybody else for one thing of theirs at the most.

use super::class::Class;
use super::config::PolicyConfig;
use crate::domain::ProjectSpaceId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What puts questions stops by itself well before (`shipping`).
const TRYING_MAX: Duration = Duration::from_secs(20);

/// What takes long enough to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// A compiler's. One for each class: a large module takes its time, and no small one waits for it.
    Compiling(Class),
    /// Putting questions to a module that is not in force, which may take all the time it has for each.
    Trying,
}

impl Work {
    /// How long it may take, and how long its turn is waited for.
    pub(super) fn deadline(self, config: &PolicyConfig) -> Duration {
        match self {
            Self::Compiling(class) => class.compile_deadline(config),
            Self::Trying => TRYING_MAX,
        }
    }
}

/// The places and turns of one gateway.
#[derive(Debug)]
pub(super) struct Turns {
    kinds: [Arc<Semaphore>; 3],
    places: Mutex<HashMap<ProjectSpaceId, Arc<Semaphore>>>,
}

/// A project space's only place. Whatever works for it holds a part, also when nobody waits for that any more.
pub(super) type Place = Arc<OwnedSemaphorePermit>;

impl Turns {
    pub(super) fn new() -> Self {
        Self { kinds: [(); 3].map(|()| Arc::new(Semaphore::new(1))), places: Mutex::default() }
    }

    /// Waits until nothing else is done for this project space.
    pub(super) async fn place(&self, space: ProjectSpaceId) -> Option<Place> {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody holds or waits for.
            places.retain(|_, place| Arc::strong_count(place) > 1);
            Arc::clone(places.entry(space).or_insert_with(|| Arc::new(Semaphore::new(1))))
        };
        place.acquire_owned().await.ok().map(Arc::new)
    }

    /// Waits until this kind of work can be done.
    pub(super) async fn turn(&self, work: Work) -> Option<OwnedSemaphorePermit> {
        let [compact, interpreted, trying] = &self.kinds;
        let kind = match work {
            Work::Compiling(Class::Compact) => compact,
            Work::Compiling(Class::Interpreted) => interpreted,
            Work::Trying => trying,
        };
        Arc::clone(kind).acquire_owned().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use uuid::Uuid;

    const MINE: ProjectSpaceId = ProjectSpaceId(Uuid::from_u128(1));
    const YOURS: ProjectSpaceId = ProjectSpaceId(Uuid::from_u128(2));

    #[tokio::test]
    async fn who_asks_for_much_waits_for_themself_and_nobody_else_does() {
        let turns = Turns::new();
        let mine = turns.place(MINE).await.unwrap();
        let mut again = Box::pin(turns.place(MINE));
        assert!(again.as_mut().now_or_never().is_none(), "one place");
        assert!(turns.place(YOURS).now_or_never().is_some(), "and each has one");

        let working = Arc::clone(&mine);
        drop(mine);
        assert!(again.as_mut().now_or_never().is_none(), "what is worked on goes on");
        drop(working);
        assert!(again.now_or_never().is_some());
    }

    #[tokio::test]
    async fn no_kind_of_work_waits_for_another() {
        let turns = Turns::new();
        let works = [Work::Compiling(Class::Compact), Work::Compiling(Class::Interpreted), Work::Trying];
        let mut held = Vec::new();
        for work in works {
            held.push(turns.turn(work).now_or_never().unwrap());
            assert!(turns.turn(work).now_or_never().is_none());
        }
    }

    #[tokio::test]
    async fn a_place_that_nobody_holds_or_waits_for_is_forgotten() {
        let turns = Turns::new();
        for number in 0..100 {
            drop(turns.place(ProjectSpaceId(Uuid::from_u128(number))).await);
        }
        assert_eq!(turns.places.lock().unwrap().len(), 1);
    }
}
