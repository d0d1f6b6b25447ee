//! Places for what lasts longer than an answer, such as lines and those who follow: so many on a node, and so many of
//! them for one caller and for one tenant, so that nobody takes them from all others. Who has not said yet who they are
//! waits at places of their own: strangers take none of those that callers have. It knows nothing of what the places are
//! for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::header;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::call::Call;
use crate::problem::{Code, Problem};

/// When to try again.
const LATER: u64 = 15;

/// The part of all places that one tenant may have.
const TENANT: usize = 4;
/// The part of them that strangers may have besides.
const STRANGERS: usize = 8;

/// All places of a node for one purpose.
pub(crate) struct Places {
    count: usize,
    free: Semaphore,
    /// For those of whom it is not known yet who they are.
    strange: Semaphore,
    taken: Mutex<Taken>,
}

/// How many places somebody has.
#[derive(Default)]
struct Taken {
    callers: HashMap<Who, usize>,
    tenants: HashMap<Uuid, usize>,
}

/// Tenant and user.
type Who = (Uuid, Uuid);

/// One place, until it is dropped.
pub(crate) struct Place {
    of: &'static Places,
    who: Option<Who>,
    permit: SemaphorePermit<'static>,
}

impl Places {
    /// So many on this node.
    pub fn new(count: usize) -> Self {
        let strange = Semaphore::new((count / STRANGERS).max(1));
        Self { count, free: Semaphore::new(count), strange, taken: Mutex::default() }
    }

    /// A place of nobody yet.
    pub fn take(&'static self) -> Result<Place, Problem> {
        let permit = self.strange.try_acquire().map_err(|_| full())?;
        Ok(Place { of: self, who: None, permit })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The same as the caller's, unless they have as many as one may have.
    pub fn of(self, call: &Call) -> Result<Self, Problem> {
        let who = (call.caller.tenant.id, call.caller.actor.user_id);
        self.given(who, call.asked.app.settings.followers)
    }

    fn given(mut self, who: Who, most: usize) -> Result<Self, Problem> {
        let permit = self.of.free.try_acquire().map_err(|_| full())?;
        self.of.taken().add(who, (most, (self.of.count / TENANT).max(1)))?;
        // The stranger's place is free again.
        (self.who, self.permit) = (Some(who), permit);
        Ok(self)
    }
}

fn full() -> Problem {
    Problem::new(Code::Busy, "too many follow already").header(header::RETRY_AFTER, LATER)
}

impl Taken {
    /// Notes one more, unless the caller or the tenant has as many as they may.
    fn add(&mut self, who: Who, (most, of_tenant): (usize, usize)) -> Result<(), Problem> {
        let refused = |text| Problem::new(Code::TooManyRequests, text).header(header::RETRY_AFTER, LATER);
        if self.callers.get(&who).is_some_and(|count| *count >= most) {
            let text = format!("you follow at {most} places already, which is as many as one may");
            return Err(refused(text));
        }
        if self.tenants.get(&who.0).is_some_and(|count| *count >= of_tenant) {
            let text = format!(
                "your organisation follows at {of_tenant} places already, which is as many as one may"
            );
            return Err(refused(text));
        }
        *self.callers.entry(who).or_default() += 1;
        *self.tenants.entry(who.0).or_default() += 1;
        Ok(())
    }

    fn remove(&mut self, who: Who) {
        less(&mut self.callers, who);
        less(&mut self.tenants, who.0);
    }
}

/// Who has none is not remembered.
fn less<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Entry::Occupied(mut count) = counts.entry(key) {
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(who) = self.who {
            self.of.taken().remove(who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(count: usize) -> &'static Places {
        Box::leak(Box::new(Places::new(count)))
    }

    fn user(tenant: u128, user: u128) -> Who {
        (Uuid::from_u128(tenant), Uuid::from_u128(user))
    }

    fn given(places: &'static Places, who: Who) -> Result<Place, Problem> {
        places.take().and_then(|place| place.given(who, 2))
    }

    #[test]
    fn nobody_takes_all_and_what_is_left_can_be_taken() {
        let places = places(12);
        let (one, other) = (user(1, 1), user(1, 2));
        let mut mine = vec![given(places, one).unwrap(), given(places, one).unwrap()];
        let refused = given(places, one).err().unwrap();
        assert_eq!((refused.code, refused.headers.len()), (Code::TooManyRequests, 1));
        let _theirs = given(places, other).unwrap();
        assert_eq!(
            given(places, other).err().unwrap().code,
            Code::TooManyRequests,
            "a quarter is the tenant's"
        );
        let others: Vec<Place> = (0..9).map(|n| given(places, user(2 + n / 3, n)).unwrap()).collect();
        assert_eq!(given(places, user(9, 9)).err().unwrap().code, Code::Busy, "the node is full");
        drop(others);
        mine.pop();
        mine.push(given(places, one).unwrap());
        drop(mine);
        let taken = places.taken();
        assert!(!taken.callers.contains_key(&one), "nothing is remembered of who has left");
        assert_eq!((taken.tenants.len(), taken.tenants[&one.0]), (1, 1));
    }

    #[test]
    fn strangers_take_no_places_of_callers() {
        let places = places(16);
        let strangers = [places.take().unwrap(), places.take().unwrap()];
        assert_eq!(places.take().err().unwrap().code, Code::Busy);
        assert_eq!(places.free.available_permits(), 16);
        let [known, _stranger] = strangers;
        let _known = known.given(user(1, 1), 2).unwrap();
        assert_eq!((places.free.available_permits(), places.strange.available_permits()), (15, 1));
    }

    #[test]
    fn the_same_user_of_another_tenant_is_somebody_else() {
        let places = places(8);
        let _kept = [1, 2].map(|tenant| places.take().unwrap().given(user(tenant, 0), 1).unwrap());
    }
}
