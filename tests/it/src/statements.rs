//! How many SQL statements some work runs, as sqlx tells them to `tracing`. For tests on one thread.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// While there is but one subscriber, `tracing` asks only the thread that comes to an event first whether anybody
/// listens, and remembers a no for all. With two that stay it asks them.
static STAYING: LazyLock<[Dispatch; 2]> = LazyLock::new(|| {
    let deaf = || Dispatch::new(Counter(Arc::default()));
    [deaf(), deaf()]
});

struct Counter(Arc<AtomicUsize>);

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What the work gives, and how many statements it ran.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, usize) {
    LazyLock::force(&STAYING);
    let count = Arc::new(AtomicUsize::new(0));
    let outcome = work.with_subscriber(Counter(count.clone())).await;
    (outcome, count.load(Ordering::Relaxed))
}
