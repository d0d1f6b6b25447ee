//! More requests than can be worked on: what is too much is refused at once, who asks whether we live is answered,
//! and everything else is answered when the way is free again. One tenant's flood is that tenant's own.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use it::World;
use it::site::{Reply, Site};
use sqlx::AssertSqlSafe;

use crate::resellers::{Shop, wish};

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

/// Keeps everybody from the deals of a tenant until it is dropped.
pub(crate) async fn shut(site: &Site, schema: &str) -> sqlx::PgTransaction<'static> {
    let mut lock = site.world.engine.pool().begin().await.unwrap();
    let text = format!("LOCK TABLE {schema}.deal IN ACCESS EXCLUSIVE MODE");
    sqlx::query(AssertSqlSafe(text)).execute(&mut *lock).await.unwrap();
    lock
}

#[tokio::test]
async fn one_tenant_cannot_take_all_places() {
    let shop = Shop::new("pressed").await;
    let mut made = wish("acme", &["accounts", "leads", "deals"]);
    made["plan"] = "enterprise".into();
    shop.ask("POST", "/tenants", Some(made)).await.data(201);
    let token = shop.token("acme").await;
    let ask = || shop.inside(&token, ("GET", "/api/v1/deals"), None);
    ask().await.data(200);
    shop.site.get("/auth/v1/me").await;
    let lock = shut(&shop.site, "t_acme").await;
    // One tenant has six places of sixteen, and 48 may wait for them: fewer than would fit in, and before the door.
    let mut flood: FuturesUnordered<_> = (0..16 + 48).map(|_| ask()).collect();
    for _ in 0..10 {
        let reply = flood.next().await.unwrap();
        assert!(is_refused(&reply), "{} {}", reply.status, reply.text());
    }
    for _ in 0..5 {
        let mut other = Box::pin(shop.site.get("/auth/v1/me"));
        let reply = loop {
            tokio::select! {
                reply = &mut other => break reply,
                Some(reply) = flood.next() => assert!(is_refused(&reply), "{} {}", reply.status, reply.text()),
            }
        };
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    // Who waits for others of the same tenant waits longer than at the door.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    lock.rollback().await.unwrap();
    let mut answered = 0;
    while let Some(reply) = flood.next().await {
        assert!(reply.status == 200 || is_refused(&reply), "{} {}", reply.status, reply.text());
        answered += usize::from(reply.status == 200);
    }
    assert!(answered > 20, "{answered}");
    ask().await.data(200);
}
