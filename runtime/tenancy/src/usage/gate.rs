//! How many of something are worked on at once, how many wait, and who is told to come again.
//!
//! More at once would not be done sooner: they would share the same processors and connections, each slower than the
//! one before, until all of them are late. So some wait for a short while, and what is beyond that is refused at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Those that wait for each of those that are worked on, where nobody says otherwise.
const WAITING: usize = 4;
/// Longest wait, where nobody says otherwise.
const PATIENCE: Duration = Duration::from_secs(1);

/// Places at a gate. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate {
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    size: usize,
    most_waiting: usize,
    patience: Duration,
}

/// One of them, kept until it is dropped.
pub type Place = OwnedSemaphorePermit;

/// Somebody who waits; they are counted until the value goes, however that comes.
struct Waiting<'g>(&'g AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    /// A gate with so many places, one at least.
    pub fn new(size: usize) -> Self {
        Self::with_waiting(size, (size.max(1) * WAITING, PATIENCE))
    }

    /// The same where so many may wait, and so long.
    pub fn with_waiting(size: usize, (most_waiting, patience): (usize, Duration)) -> Self {
        let size = size.max(1);
        let places = Arc::new(Semaphore::new(size));
        Self { places, waiting: Arc::default(), size, most_waiting, patience }
    }

    /// Places, taken or not.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many may wait.
    pub fn most_waiting(&self) -> usize {
        self.most_waiting
    }

    /// Whether all places are free.
    pub fn is_empty(&self) -> bool {
        self.places.available_permits() >= self.size
    }

    /// Whether nobody else may wait.
    pub fn is_crowded(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) >= self.most_waiting
    }

    /// A place that is free now.
    pub fn try_enter(&self) -> Option<Place> {
        self.places.clone().try_acquire_owned().ok()
    }

    /// A place, after a short wait if need be; `None` where that was not short or too many wait.
    pub async fn enter(&self) -> Option<Place> {
        if let Some(place) = self.try_enter() {
            return Some(place);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= self.most_waiting {
            return None;
        }
        // Boxed: what is awaited in place is carried by everybody.
        let place = Box::pin(tokio::time::timeout(self.patience, self.places.clone().acquire_owned())).await;
        place.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// What a future answers that is asked once.
    fn now<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn some_wait_and_the_others_are_refused_at_once() {
        let gate = Gate::new(2);
        let mut places = vec![gate.enter().await.unwrap(), gate.enter().await.unwrap()];
        let mut waiting: Vec<_> = (0..2 * WAITING).map(|_| Box::pin(gate.enter())).collect();
        assert!(waiting.iter_mut().all(|one| now(one).is_none()));
        // One more than may wait: it does not.
        assert!(gate.is_crowded() && gate.try_enter().is_none());
        assert!(now(&mut Box::pin(gate.enter())).unwrap().is_none());
        // Who goes away makes room, and so does who is done.
        drop(waiting.pop());
        assert!(!gate.is_crowded());
        drop(places.pop());
        assert!(now(&mut waiting[0]).unwrap().is_some());
    }

    #[tokio::test]
    async fn who_has_waited_long_enough_is_refused() {
        let gate = Gate::with_waiting(1, (1, Duration::ZERO));
        let _place = gate.enter().await.unwrap();
        assert!(gate.enter().await.is_none());
        assert_eq!(gate.waiting.load(Ordering::Relaxed), 0);
    }
}
