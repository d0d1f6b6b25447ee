//! A tenant is there as a whole or not at all, whoever asks twice and whatever dies.

use api::Library;
use serde_json::json;
use tenancy::slug::Slug;
use tenancy::{Error, Founding, Status};

use super::{Shop, wish};

async fn has_schema(shop: &Shop, schema: &str) -> bool {
    sqlx::query_scalar("select exists (select 1 from pg_namespace where nspname = $1)")
        .bind(schema)
        .fetch_one(shop.site.world.engine.pool())
        .await
        .unwrap()
}

async fn reseller(shop: &Shop) -> uuid::Uuid {
    shop.site.tenants.list_resellers().await.unwrap()[0].id
}

fn founding(slug: &str, reseller: uuid::Uuid) -> Founding {
    Founding {
        id: uuid::Uuid::now_v7(),
        slug: Slug::parse(slug).unwrap(),
        name: "Half".into(),
        plan: Some("pro".into()),
        reseller: Some(reseller),
        sandbox: None,
        suspended: false,
        once: None,
    }
}

#[tokio::test]
async fn the_same_wish_makes_one_tenant() {
    let shop = Shop::new("twice").await;
    let ask = |key| shop.ask_as(&shop.key, ("POST", "/tenants"), Some(wish("acme", &["deals"])), key);
    let (a, b) = tokio::join!(ask(Some("k")), ask(Some("k")));
    assert_eq!((a.status, b.status), (201, 201), "{} {}", a.text(), b.text());
    assert_eq!(a.data(201)["id"], b.data(201)["id"]);
    assert_eq!(a.data(201), ask(Some("k")).await.data(201));
    let other = shop.ask_as(&shop.key, ("POST", "/tenants"), Some(wish("beta", &[])), Some("k")).await;
    assert_eq!(other.problems(422), ["Idempotency-Key key-reused"]);
    assert_eq!(ask(None).await.problems(409), ["slug taken"]);
    assert_eq!(ask(Some("another")).await.problems(409), ["slug taken"]);
    // Another reseller's key is another key.
    let stranger = shop.site.reseller("Stranger").await;
    let theirs = shop.ask_as(&stranger, ("POST", "/tenants"), Some(wish("gamma", &[])), Some("k")).await;
    assert_eq!(theirs.data(201)["slug"], "gamma");
}

#[tokio::test]
async fn wishes_for_one_slug_at_once_make_one_tenant() {
    let shop = Shop::new("race").await;
    let asks = (0..6).map(|_| shop.ask("POST", "/tenants", Some(wish("acme", &[]))));
    let mut replies: Vec<u16> =
        futures_util::future::join_all(asks).await.iter().map(|reply| reply.status).collect();
    replies.sort_unstable();
    assert_eq!(replies, [201, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn what_fails_leaves_nothing() {
    let shop = Shop::new("fails").await;
    let tenants = &shop.site.tenants;
    let wish = founding("half", reseller(&shop).await);
    let engine = &shop.site.world.engine;
    let failing = async |tenant: engine::Tenant| {
        engine.create_schema(&tenant).await?;
        Err::<_, Error>(Error::Name)
    };
    let failed = tenants.found(&wish, failing).await;
    assert!(matches!(failed, Err(Error::Name)), "{failed:?}");
    assert!(!has_schema(&shop, "t_half").await);
    assert!(tenants.list().await.unwrap().iter().all(|listed| listed.tenant.slug != "half"));
    // Packages that the library does not know are refused before anything is made.
    assert!(Library::default().find("deals").is_none());
}

#[tokio::test]
async fn what_is_cut_off_is_made_anew_or_cleared_away() {
    let shop = Shop::new("cut_off").await;
    let tenants = shop.site.tenants.clone();
    for slug in ["half", "rest"] {
        // The future is dropped in the middle, as a process that dies would leave it.
        let wish = founding(slug, reseller(&shop).await);
        let never = tenants.found(&wish, async |tenant: engine::Tenant| {
            shop.site.world.engine.create_schema(&tenant).await?;
            std::future::pending::<()>().await;
            Ok::<_, Error>(json!({}))
        });
        let watch = async {
            while !has_schema(&shop, &format!("t_{slug}")).await {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = never => panic!("it never ends"),
            () = watch => {}
        }
        let listed = tenants.find_of(reseller(&shop).await, slug).await.unwrap();
        assert_eq!(listed.status, Status::Creating);
        assert_eq!(shop.login(slug, "ann@acme.example").await.status, 401);
    }
    // The shell does not take what is a reseller's, nor does another reseller.
    assert!(matches!(tenants.create("half", "Half").await, Err(Error::Taken(_))));
    let other = shop.site.reseller("Other").await;
    let theirs = shop.ask_as(&other, ("POST", "/tenants"), Some(wish("half", &[])), None).await;
    assert_eq!(theirs.problems(409), ["slug taken"]);
    shop.ask("POST", "/tenants", Some(wish("half", &["deals"]))).await.data(201);
    let token = shop.token("half").await;
    shop.inside(&token, ("POST", "/api/v1/deals"), Some(json!({ "name": "d" }))).await.data(201);
    tenants.clear_remains().await.unwrap();
    assert!(!has_schema(&shop, "t_rest").await && has_schema(&shop, "t_half").await);
    assert_eq!(shop.ask("GET", "/tenants/rest", None).await.status, 404);
    assert_eq!(shop.site.world.engine.doctor(&tenants.require("half").await.unwrap()).await.unwrap(), []);
}
