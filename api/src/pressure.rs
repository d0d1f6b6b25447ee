//! The door of one router: how many requests are worked on at once, how many of them may be one tenant's, and who is told
//! to come again. Who asks is known behind the door only, so whoever finds all places of their tenant taken steps out again
//! and waits for one of those, in nobody's way.
//!
//! A tenant has fewer places than there are connections: where all its requests are slow, there are connections left too.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderValue, header};
use tenancy::usage::{Crowded, Gate, Place, Portion, Seat};
use tokio::sync::Semaphore;

use crate::problem::{Code, Problem};

/// Requests at once for each connection to the database: while some are answered by it, others are read and written.
const AT_ONCE: usize = 2;
/// One tenant has at most so much of the connections, and of those who wait: all but one of so many.
const PART: usize = 4;
/// Who waits for others of the same tenant is in nobody's way. Many large saves at once, each of a second, all come through.
const PATIENCE: Duration = Duration::from_secs(5);

/// The door. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pressure {
    door: Gate,
    /// For who waits apart, of whichever tenant: what they have sent is kept meanwhile.
    aside: Arc<Semaphore>,
}

/// A request that is in.
pub(crate) struct Stay {
    pressure: Pressure,
    place: Mutex<Option<Place>>,
}

impl Pressure {
    /// As much as so many connections to the database can take.
    pub fn new(connections: u32) -> Self {
        let door = Gate::new((connections as usize).max(1) * AT_ONCE);
        let aside = Arc::new(Semaphore::new(door.most_waiting()));
        Self { door, aside }
    }

    /// Refuses while nobody else may wait; to be asked before a request is read.
    pub fn check(&self) -> Result<(), Problem> {
        if self.door.is_crowded() { Err(refused()) } else { Ok(()) }
    }

    /// A place among those that are worked on, after a short wait if need be.
    pub async fn enter(&self) -> Result<Stay, Problem> {
        let place = self.door.enter().await.ok_or_else(refused)?;
        Ok(Stay { pressure: self.clone(), place: Mutex::new(Some(place)) })
    }
}

impl Stay {
    /// What one tenant has: some is always left for the others.
    pub fn portion(&self) -> Portion {
        let most = |all: usize| (all - all.div_ceil(PART)).max(1);
        let door = &self.pressure.door;
        Portion {
            places: most(door.size() / AT_ONCE),
            waiting: most(door.most_waiting()),
            patience: PATIENCE,
        }
    }

    /// Ends it, however long somebody keeps the request itself.
    pub fn end(&self) {
        drop(self.place().take());
    }

    /// Waits for a place of the tenant, outside.
    pub async fn step_aside(&self, crowded: Crowded) -> Result<Place, Problem> {
        let _aside = self.pressure.aside.try_acquire().map_err(|_| refused())?;
        self.end();
        let over = || crowded.over().map_or_else(refused, |over| tenancy::Error::Over(over).into());
        let own = crowded.wait().await.ok_or_else(over)?;
        *self.place() = Some(self.pressure.door.enter().await.ok_or_else(refused)?);
        Ok(own)
    }

    fn place(&self) -> std::sync::MutexGuard<'_, Option<Place>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tenant's place of a request, kept until it is dropped; none where the request takes none.
pub(crate) async fn seated(stay: Option<&Stay>, seat: Seat) -> Result<Option<Place>, Problem> {
    match (seat, stay) {
        (Seat::Taken(place), _) => Ok(Some(place)),
        // Boxed: what is awaited in place is carried by every request.
        (Seat::Crowded(crowded), Some(stay)) => Box::pin(stay.step_aside(crowded)).await.map(Some),
        (Seat::Apart | Seat::Crowded(_), _) => Ok(None),
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
    async fn who_is_refused_is_told_when_to_come_again() {
        let pressure = Pressure::new(1);
        let stays = (pressure.enter().await.unwrap(), pressure.enter().await.unwrap());
        let mut waiting = Vec::new();
        while pressure.check().is_ok() {
            waiting.push(Box::pin(pressure.enter()));
            assert!(waiting.iter_mut().all(|one| one.now_or_never().is_none()));
        }
        let Some(Err(refused)) = pressure.enter().now_or_never() else { panic!() };
        assert_eq!((refused.code.status().as_u16(), &refused.headers[0].0), (503, &header::RETRY_AFTER));
        drop(waiting);
        stays.0.end();
        assert!(pressure.enter().now_or_never().is_some_and(|stay| stay.is_ok()));
    }

    #[tokio::test]
    async fn one_tenant_has_fewer_places_than_there_are_connections() {
        for (connections, places, waiting) in
            [(1, 1, 6), (2, 1, 12), (4, 3, 24), (8, 6, 48), (16, 12, 96), (100, 75, 600)]
        {
            let stay = Pressure::new(connections).enter().await.unwrap();
            assert_eq!(stay.portion(), Portion { places, waiting, patience: PATIENCE });
        }
    }
}
