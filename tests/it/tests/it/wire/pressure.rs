//! More requests than can be worked on: what is too much is refused at once, who asks whether we live is answered,
//! and everything else is answered when the way is free again.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use it::World;
use it::site::{Reply, Site};

/// The world's pool has eight connections: twice as many requests are worked on, four times those wait.
const TAKEN: usize = 8 * 2 + 8 * 2 * 4;
const TOO_MUCH: usize = 50;

fn is_refused(reply: &Reply) -> bool {
    reply.status == 503 && reply.json()["code"] == "busy" && reply.header("retry-after") == "1"
}

#[tokio::test]
async fn what_is_too_much_is_refused_at_once() {
    let site = Site::new(World::with_packages("pressure").await).await;
    site.get("/api/v1/deals").await.data(200);
    let mut lock = site.world.engine.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE t_demo.deal IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let mut flood: FuturesUnordered<_> = (0..TAKEN + TOO_MUCH).map(|_| site.get("/api/v1/deals")).collect();
    for _ in 0..TOO_MUCH {
        let reply = flood.next().await.unwrap();
        assert!(is_refused(&reply), "{} {}", reply.status, reply.text());
    }
    assert_eq!(site.get("/healthz").await.status, 200);
    lock.rollback().await.unwrap();
    let mut answered = 0;
    while let Some(reply) = flood.next().await {
        // On a slow machine some have waited long enough.
        assert!(reply.status == 200 || is_refused(&reply), "{} {}", reply.status, reply.text());
        answered += usize::from(reply.status == 200);
    }
    assert!(answered >= 16, "{answered}");
    site.get("/api/v1/deals").await.data(200);
}
