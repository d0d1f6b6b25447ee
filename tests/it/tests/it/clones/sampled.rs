//! A sample: the newest records of each object, what they point to, and what those cannot be without; no other pointer
//! leads anywhere, and totals are of what is there.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

use super::{copied, count, token};

/// city ← maker ← whole ← part, of which a whole needs its maker and a part its whole.
async fn objects(site: &Site) {
    let lookup = |name: &str, to: &str, required: bool| json!({ "name": name, "kind": "lookup", "to": to, "label": name, "required": required });
    let object = |name: &str, fields: Vec<Json>| json!({ "name": name, "plural": format!("{name}s"), "label": name, "fields": fields });
    let master = json!({ "name": "whole", "kind": "master_detail", "to": "whole", "inverse": "parts", "label": "Whole" });
    let size = json!({ "name": "size", "kind": "integer", "label": "Size" });
    let any =
        json!({ "name": "about", "kind": "any_lookup", "to": ["city", "maker", "user"], "label": "About" });
    let friends = json!({ "name": "friends", "kind": "many_to_many", "to": "maker", "inverse": "friend_of", "label": "Friends" });
    for definition in [
        object("city", Vec::new()),
        object("maker", vec![lookup("city", "city", false), lookup("boss", "maker", false), friends]),
        object("whole", vec![lookup("maker", "maker", true)]),
        object("part", vec![master, size, any]),
    ] {
        let path = format!("/metadata/v1/objects/{}", definition["name"].as_str().unwrap());
        site.ask("PUT", &path, Some(definition)).await.data(200);
    }
    let total = json!({ "name": "parts_size", "kind": "rollup", "of": "parts", "function": "sum", "field": "size", "label": "Size" });
    site.ask("PUT", "/metadata/v1/objects/whole/fields/parts_size", Some(total)).await.data(200);
}

async fn made(site: &Site, plural: &str, records: Vec<Json>) -> Vec<String> {
    let made = site.ask("POST", &format!("/api/v1/{plural}"), Some(json!(records))).await.data(201);
    made.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn nothing_in_a_sample_points_to_what_is_not_there() {
    let site = Site::new(World::with_samples("clone_sample").await).await;
    objects(&site).await;
    let cities = made(&site, "citys", (0..20).map(|n| json!({ "name": format!("c{n}") })).collect()).await;
    // Each maker's city, and who is above them, is older than the sample reaches.
    let makers = (0..20)
        .map(|n| json!({ "name": format!("m{n}"), "city_id": cities[n % 5], "friends": [] }))
        .collect();
    let makers = made(&site, "makers", makers).await;
    for n in 1..20 {
        let change = json!({ "boss_id": makers[n - 1], "friends": [makers[n - 1], makers[0]] });
        site.ask("PATCH", &format!("/api/v1/makers/{}", makers[n]), Some(change)).await.data(200);
    }
    let wholes = (0..20).map(|n| json!({ "name": format!("w{n}"), "maker_id": makers[n % 7] })).collect();
    let wholes = made(&site, "wholes", wholes).await;
    let parts = (0..60)
        .map(|n| {
            let about = [("city", &cities[n % 20]), ("maker", &makers[n % 20])][n % 2];
            json!({ "name": format!("p{n}"), "whole_id": wholes[n % 4], "size": 1, "about_object": about.0, "about_id": about.1 })
        })
        .collect();
    made(&site, "parts", parts).await;
    let copy = copied(&site, json!({ "slug": "try", "scope": "sample", "records": 3 })).await;
    // Keys of the database hold for lookups and links, or it would not be there; this is what no key holds.
    assert_eq!(site.world.engine.doctor(&copy).await.unwrap(), []);
    let lost = "part p where about_id is not null and not exists (select 1 from \"t_try\".city where id = p.about_id) \
                and not exists (select 1 from \"t_try\".maker where id = p.about_id)";
    assert_eq!(count(&site, &copy, lost).await, 0);
    assert_eq!(count(&site, &copy, "part").await, 3);
    assert_eq!(
        count(&site, &copy, "part where about_id is null").await,
        0,
        "what a chosen record points to comes along"
    );
    // Three newest wholes, and those of the parts: all with their makers.
    assert_eq!(count(&site, &copy, "whole where maker_id is null").await, 0);
    let kept = count(&site, &copy, "whole").await;
    assert!((4..=6).contains(&kept), "{kept}");
    assert!(count(&site, &copy, "maker where city_id is null").await > 0, "who came for others has no city");
    assert!(count(&site, &copy, "maker where city_id is not null").await >= 3, "the newest have theirs");
    // Totals are of what is there.
    let text = "select coalesce(sum(parts_size), 0)::bigint from \"t_try\".whole";
    let total: i64 = sqlx::query_scalar(text).fetch_one(site.world.engine.pool()).await.unwrap();
    assert_eq!(total, 3);
    // The standard objects too, with links and shares of what is there alone.
    assert!(count(&site, &copy, "deal").await >= 3 && count(&site, &copy, "deal").await < 40);
    let stray = "_shares s where not exists (select 1 from \"t_try\".deal where id = s.record_id) \
                 and not exists (select 1 from \"t_try\".account where id = s.record_id)";
    assert_eq!(count(&site, &copy, stray).await, 0);
    let newest = |schema: &str| {
        format!("select name from \"{schema}\".deal where deleted_at is null order by id desc limit 3")
    };
    let pool = site.world.engine.pool();
    let here: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(newest("t_demo"))).fetch_all(pool).await.unwrap();
    let there: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(newest("t_try"))).fetch_all(pool).await.unwrap();
    assert_eq!(here, there);
    // New records get numbers of their own, and the copy answers.
    let ada = token(&site, "try", "ada@example.com").await.unwrap();
    let page = site.get_as(&ada, "/api/v1/parts?fields=name,whole.parts_size").await.data(200);
    assert_eq!(page.as_array().unwrap().len(), 3);
    // What the metadata is, is the same.
    let files = site.get_as(&ada, "/metadata/v1/files").await.data(200);
    assert_eq!(files["files"], site.get("/metadata/v1/files").await.data(200)["files"]);
}
