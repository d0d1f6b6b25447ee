//! More requests than can be worked on: what is too much is refused at once, who asks whether we live is answered,
//! and everything else is answered when the way is free again. One tenant's flood is that tenant's own.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use it::World;
use it::site::{Reply, Site};
use sqlx::{AssertSqlSafe, PgPool};

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
    shut_by(site.world.engine.pool(), schema).await
}

/// The same from elsewhere, where the world needs all its connections.
async fn shut_by(pool: &PgPool, schema: &str) -> sqlx::PgTransaction<'static> {
    let mut lock = pool.begin().await.unwrap();
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

/// Polls everybody until nobody has been answered for a while; answers who was.
async fn settle(flood: &mut FuturesUnordered<impl Future<Output = Reply>>) -> Vec<Reply> {
    let mut answered = Vec::new();
    loop {
        tokio::select! {
            Some(reply) = flood.next() => answered.push(reply),
            () = tokio::time::sleep(Duration::from_millis(400)) => return answered,
        }
    }
}

#[tokio::test]
async fn who_has_waited_for_a_turn_is_looked_at_once_more() {
    const SETTINGS: &str = "/admin/v1/security-settings";
    let site = Site::new(World::with_packages("pressed_rights").await).await;
    let mut tokens = Vec::new();
    for name in ["stays", "demoted", "gone"] {
        let token = site.person(name, "administrator").await;
        site.get_as(&token, SETTINGS).await.data(200);
        tokens.push(token);
    }
    let admin = site.world.superuser().await;
    let lock = shut_by(&admin, "t_demo").await;
    let mut flood: FuturesUnordered<_> = (0..6).map(|_| site.get("/api/v1/deals")).collect();
    assert!(settle(&mut flood).await.is_empty());
    // All places of the tenant are taken: these wait, and may what they ask for when they come.
    let ask = async |place: usize| (place, site.get_as(&tokens[place], SETTINGS).await.status);
    let mut waiting: FuturesUnordered<_> = (0..3).map(ask).collect();
    let quiet = tokio::time::timeout(Duration::from_millis(400), waiting.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    let text = "UPDATE t_demo.\"user\" SET roles = '{user}' WHERE email = 'demoted@example.com'";
    assert_eq!(sqlx::query(text).execute(&admin).await.unwrap().rows_affected(), 1);
    let text = "DELETE FROM platform.sessions WHERE user_id = (SELECT id FROM t_demo.\"user\" WHERE email = 'gone@example.com')";
    assert!(sqlx::query(text).execute(&admin).await.unwrap().rows_affected() > 0);
    sqlx::query("UPDATE t_demo._state SET access = access + 1").execute(&admin).await.unwrap();
    lock.rollback().await.unwrap();
    let mut told = [0; 3];
    let all = async {
        while let Some((place, status)) = waiting.next().await {
            told[place] = status;
        }
    };
    let ((), _) = tokio::join!(all, settle(&mut flood));
    assert_eq!(told, [200, 403, 401]);
}

#[tokio::test]
async fn those_who_wait_for_their_tenants_are_bounded_together() {
    let shop = Shop::new("pressed_together").await;
    let mut tokens = Vec::new();
    for slug in ["acme", "beta"] {
        let mut made = wish(slug, &["accounts", "leads", "deals"]);
        made["plan"] = "enterprise".into();
        shop.ask("POST", "/tenants", Some(made)).await.data(201);
        tokens.push(shop.token(slug).await);
        shop.inside(&tokens[tokens.len() - 1], ("GET", "/api/v1/deals"), None).await.data(200);
    }
    let admin = shop.site.world.superuser().await;
    let locks = [shut_by(&admin, "t_acme").await, shut_by(&admin, "t_beta").await];
    // Six of each are worked on, 48 of each may wait; but no more than 64 of all, who have sent what is kept meanwhile.
    let mut flood = FuturesUnordered::new();
    let mut refused = Vec::new();
    for token in &tokens {
        flood.extend((0..6 + 48).map(|_| shop.inside(token, ("GET", "/api/v1/deals"), None)));
        refused.push(settle(&mut flood).await);
    }
    assert!(refused.iter().flatten().all(is_refused), "{refused:?}");
    assert_eq!([refused[0].len(), refused[1].len()], [0, 2 * 48 - 64]);
    for lock in locks {
        lock.rollback().await.unwrap();
    }
    // On a slow machine some have waited long enough.
    let answered = settle(&mut flood).await;
    assert!(answered.iter().filter(|reply| reply.status == 200).count() >= 12);
}
