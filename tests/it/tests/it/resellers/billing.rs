//! What tenants cost in a month and what their reseller gets of it.

use serde_json::{Value as Json, json};

use super::{Shop, wish};

async fn sql(shop: &Shop, text: &str) {
    sqlx::query(sqlx::AssertSqlSafe(text)).execute(shop.site.world.engine.pool()).await.unwrap();
}

/// What a line says of money.
fn money(line: &Json) -> Json {
    json!([
        line["slug"],
        line["plan"],
        line["price"],
        line["amount"],
        line["commission_percent"],
        line["commission"]
    ])
}

#[tokio::test]
async fn a_month_is_told_by_plan_and_time_with_the_commission() {
    let shop = Shop::new("billing").await;
    sql(&shop, "update platform.plans set price = 29.90, currency = 'EUR' where name = 'starter'").await;
    sql(&shop, "update platform.plans set price = 100, currency = 'EUR' where name = 'pro'").await;
    let tenants = &shop.site.tenants;
    let reseller = tenants.list_resellers().await.unwrap()[0].id;
    tenants.put_commission((None, None), 1000).await.unwrap();
    tenants.put_commission((Some(reseller), Some("pro")), 2050).await.unwrap();
    assert!(tenants.put_commission((None, Some("none")), 1).await.is_err());
    assert!(tenants.put_commission((None, None), 10_001).await.is_err());
    for slug in ["acme", "gone"] {
        shop.ask("POST", "/tenants", Some(wish(slug, &[]))).await.data(201);
    }
    shop.ask("PATCH", "/tenants/acme", Some(json!({ "plan": "pro", "name": "=Acme, Ltd" }))).await.data(200);
    assert_eq!(shop.ask("DELETE", "/tenants/gone?permanent=true", None).await.status, 204);
    // As it would have happened in March: made on the first, changed on the eleventh, one gone on the sixteenth.
    let moved = |action: &str, slug: &str, at: &str| {
        format!(
            "update platform.tenant_events set happened_at = '{at}T00:00:00Z' where action = '{action}' and slug = '{slug}'"
        )
    };
    for slug in ["acme", "gone"] {
        sql(&shop, &moved("created", slug, "2026-03-01")).await;
    }
    sql(&shop, "update platform.tenants set created_at = '2026-03-01T00:00:00Z' where slug = 'acme'").await;
    sql(&shop, &moved("changed", "acme", "2026-03-11")).await;
    sql(&shop, &moved("deleted", "gone", "2026-03-16")).await;
    let told = shop.ask("GET", "/commission?month=2026-03", None).await.data(200);
    let lines: Vec<Json> = told["tenants"].as_array().unwrap().iter().map(money).collect();
    let expected = [
        json!(["acme", "starter", 29.9, 9.65, 10.0, 0.97]),
        json!(["acme", "pro", 100.0, 67.74, 20.5, 13.89]),
        json!(["gone", "starter", 29.9, 14.47, 10.0, 1.45]),
    ];
    assert_eq!(lines, expected);
    assert_eq!(told["totals"], json!([{ "currency": "EUR", "amount": 91.86, "commission": 16.31 }]));
    let april = shop.ask("GET", "/commission?month=2026-04", None).await.data(200);
    assert_eq!(
        april["tenants"].as_array().unwrap().iter().map(money).collect::<Vec<_>>(),
        [json!(["acme", "pro", 100.0, 100.0, 20.5, 20.5])]
    );
    // As a file, in which nothing computes.
    let file = shop.ask("GET", "/commission?month=2026-03&format=csv", None).await;
    let text = file.text();
    assert!(file.header("content-type").starts_with("text/csv"), "{text}");
    assert_eq!(text.lines().count(), 4);
    assert!(text.contains(",acme,\"'=Acme, Ltd\",pro,0.677,100.0,67.74,EUR,20.5,13.89,"), "{text}");
    // This month with what was used; another reseller has none of it.
    shop.token("acme").await;
    let token = shop.token("acme").await;
    shop.inside(&token, ("GET", "/auth/v1/me"), None).await.data(200);
    tenants.settle(chrono::Utc::now()).await.unwrap();
    let now = shop.ask("GET", "/commission", None).await.data(200);
    let line = &now["tenants"][0];
    assert_eq!((&line["slug"], &line["users"]), (&json!("acme"), &json!(1)));
    assert!(line["requests"].as_i64().unwrap() > 0 && line["bytes"].as_i64().unwrap() > 8192, "{line}");
    let stranger = shop.site.reseller("Stranger").await;
    let theirs = shop.ask_as(&stranger, ("GET", "/commission?month=2026-03"), None, None).await.data(200);
    assert_eq!(theirs["tenants"], json!([]));
    assert_eq!(shop.ask("GET", "/commission?month=March", None).await.problems(400), ["month wrong-type"]);
}
