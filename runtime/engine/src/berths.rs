//! Places of a node for what takes long, as imports and exports do: one tenant has some of them and never all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// So many places, of which one tenant has at most some.
pub(crate) struct Berths {
    all: Arc<Semaphore>,
    size: u32,
    of_one: usize,
    /// Of the tenants that have or wait for one.
    own: Mutex<HashMap<Uuid, Arc<Semaphore>>>,
}

/// A place, given back when it is dropped.
pub(crate) struct Berth {
    // In this order: the place of all goes before the tenant's turn.
    _place: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
}

impl Berths {
    pub(crate) fn new(size: u32, of_one: usize) -> Self {
        let all = Arc::new(Semaphore::new(size as usize));
        Self { all, size, of_one, own: Mutex::default() }
    }

    /// A place that is free now.
    pub(crate) fn try_take(&self, tenant: Uuid) -> Option<Berth> {
        let own = self.own(tenant).try_acquire_owned().ok()?;
        Some(Berth { _place: self.all.clone().try_acquire_owned().ok()?, _own: own })
    }

    /// A place, when there is one. Who waits for the tenant's own stands in nobody else's way.
    pub(crate) async fn take(&self, tenant: Uuid) -> Option<Berth> {
        let own = self.own(tenant).acquire_owned().await.ok()?;
        Some(Berth { _place: self.all.clone().acquire_owned().await.ok()?, _own: own })
    }

    /// Returns when nobody has one.
    pub(crate) async fn empty(&self) {
        // The semaphore is never closed.
        drop(self.all.acquire_many(self.size).await);
    }

    fn own(&self, tenant: Uuid) -> Arc<Semaphore> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever has or waits for one keeps it too.
        own.retain(|_, places| Arc::strong_count(places) > 1);
        own.entry(tenant).or_insert_with(|| Arc::new(Semaphore::new(self.of_one))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tenant_never_has_all() {
        let (berths, one, other) = (Berths::new(3, 2), Uuid::from_u128(1), Uuid::from_u128(2));
        let mut held = vec![berths.try_take(one).expect("a place"), berths.try_take(one).expect("a place")];
        assert!(berths.try_take(one).is_none());
        let last = berths.try_take(other).expect("the last");
        assert!(berths.try_take(other).is_none());
        held.pop();
        drop(last);
        assert!(berths.try_take(other).is_some());
        drop(held);
        berths.own(one);
        assert_eq!(berths.own.lock().expect("whole").len(), 1, "who has none is forgotten");
    }

    #[tokio::test]
    async fn who_waits_for_their_own_holds_nobody_up() {
        let (berths, one, other) = (Berths::new(2, 1), Uuid::from_u128(1), Uuid::from_u128(2));
        let first = berths.take(one).await.expect("a place");
        let second = berths.take(one);
        tokio::pin!(second);
        tokio::select! {
            biased;
            _ = &mut second => panic!("one tenant has both"),
            taken = berths.take(other) => drop(taken.expect("a place")),
        }
        drop(first);
        assert!(second.await.is_some());
        berths.empty().await;
    }
}
