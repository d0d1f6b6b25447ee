//! Places for what lasts longer than an answer, such as lines and those who follow: so many on a node, and so many of
//! them for one caller, so that no account takes them from all others. It knows nothing of what the places are for.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::header;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::call::Call;
use crate::problem::{Code, Problem};

/// When to try again.
const LATER: u64 = 15;

/// All places of a node for one purpose.
pub(crate) struct Places {
    free: Semaphore,
    /// How many each caller has: tenant and user.
    taken: Mutex<HashMap<Who, usize>>,
}

type Who = (Uuid, Uuid);

/// One place, until it is dropped.
pub(crate) struct Place {
    of: &'static Places,
    who: Option<Who>,
    _permit: SemaphorePermit<'static>,
}

impl Places {
    /// So many on this node.
    pub fn new(count: usize) -> Self {
        Self { free: Semaphore::new(count), taken: Mutex::default() }
    }

    /// A place of nobody yet.
    pub fn take(&'static self) -> Result<Place, Problem> {
        let permit = self.free.try_acquire();
        let permit = permit.map_err(|_| {
            Problem::new(Code::Busy, "too many follow already").header(header::RETRY_AFTER, LATER)
        })?;
        Ok(Place { of: self, who: None, _permit: permit })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Who, usize>> {
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
        {
            let mut taken = self.of.taken();
            let count = taken.entry(who).or_default();
            if *count >= most {
                let text = format!("you follow at {most} places already, which is as many as one may");
                return Err(Problem::new(Code::TooManyRequests, text).header(header::RETRY_AFTER, LATER));
            }
            *count += 1;
        }
        self.who = Some(who);
        Ok(self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(who) = self.who else { return };
        let mut taken = self.of.taken();
        if let Some(count) = taken.get_mut(&who) {
            *count -= 1;
            // Who has none is not remembered.
            if *count == 0 {
                taken.remove(&who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(count: usize) -> &'static Places {
        Box::leak(Box::new(Places::new(count)))
    }

    #[test]
    fn nobody_takes_all_and_what_is_left_can_be_taken() {
        let places = places(5);
        let (one, other) = ((Uuid::nil(), Uuid::from_u128(1)), (Uuid::nil(), Uuid::from_u128(2)));
        let given = |who| places.take().and_then(|place| place.given(who, 2));
        let mut mine = vec![given(one).unwrap(), given(one).unwrap()];
        let refused = given(one).err().unwrap();
        assert_eq!((refused.code, refused.headers.len()), (Code::TooManyRequests, 1));
        let _theirs = (given(other).unwrap(), given(other).unwrap(), places.take().unwrap());
        assert_eq!(places.take().err().unwrap().code, Code::Busy, "the node is full");
        mine.pop();
        mine.push(given(one).unwrap());
        drop(mine);
        assert!(!places.taken().contains_key(&one), "nothing is remembered of who has left");
    }

    #[test]
    fn the_same_user_of_another_tenant_is_somebody_else() {
        let places = places(5);
        let _kept = [1, 2]
            .map(|tenant| places.take().unwrap().given((Uuid::from_u128(tenant), Uuid::nil()), 1).unwrap());
    }
}
