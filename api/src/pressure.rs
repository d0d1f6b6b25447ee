//! How many requests are worked on at once, how many wait, and who is told to come again.
//!
//! More at once would not be done sooner: they would share the same processors and connections, each slower than the
//! one before, until all of them are late. So some wait for a short while, and what is beyond that is refused at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{HeaderValue, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Code, Problem};

/// Requests at once for each connection to the database: while some are answered by it, others are read and written.
const AT_ONCE: usize = 2;
/// Requests that wait for each of those that are worked on.
const WAITING: usize = 4;
/// Longest wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// The door of one router. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pressure {
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most: usize,
    patience: Duration,
}

/// A request that waits; it is counted until the value goes, however that comes.
struct Waiting<'p>(&'p AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pressure {
    /// As much as so many connections to the database can take.
    pub fn new(connections: u32) -> Self {
        let places = (connections as usize).max(1) * AT_ONCE;
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: Arc::default(),
            most: places * WAITING,
            patience: PATIENCE,
        }
    }

    /// Refuses while nobody else may wait; to be asked before a request is read.
    pub fn check(&self) -> Result<(), Problem> {
        if self.waiting.load(Ordering::Relaxed) < self.most { Ok(()) } else { Err(refused()) }
    }

    /// A place among those that are worked on, kept until the value is dropped.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= self.most {
            return Err(refused());
        }
        // Boxed: what is awaited in place is carried by every request.
        match Box::pin(tokio::time::timeout(self.patience, self.places.clone().acquire_owned())).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(refused()),
        }
    }
}

fn refused() -> Problem {
    Problem::new(Code::Busy, "more is asked for than can be worked on; ask again in a moment")
        .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn some_wait_and_the_others_are_refused_at_once() {
        let pressure = Pressure::new(1);
        let mut places = Vec::new();
        for _ in 0..AT_ONCE {
            places.push(pressure.enter().await.unwrap());
        }
        let mut waiting: Vec<_> = (0..AT_ONCE * WAITING).map(|_| Box::pin(pressure.enter())).collect();
        assert!(waiting.iter_mut().all(|one| one.now_or_never().is_none()));
        // One more than may wait: it does not.
        assert!(pressure.check().is_err());
        assert_eq!(pressure.enter().now_or_never().unwrap().unwrap_err().code, Code::Busy);
        // Who goes away makes room, and so does who is done.
        drop(waiting.pop());
        assert!(pressure.check().is_ok());
        drop(places.pop());
        assert!(waiting[0].as_mut().now_or_never().is_some_and(|place| place.is_ok()));
    }

    #[tokio::test]
    async fn who_has_waited_long_enough_is_refused() {
        let pressure = Pressure { patience: Duration::ZERO, ..Pressure::new(1) };
        let _places = (pressure.enter().await.unwrap(), pressure.enter().await.unwrap());
        let refused = pressure.enter().await.unwrap_err();
        assert_eq!((refused.code.status().as_u16(), &refused.headers[0].0), (503, &header::RETRY_AFTER));
        assert_eq!(pressure.waiting.load(Ordering::Relaxed), 0);
    }
}
