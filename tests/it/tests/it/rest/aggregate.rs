//! Numbers about many records: the same as adding up, one by one, what a list with the same filter answers.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use it::World;
use it::herd::Herd;
use it::random::Random;
use it::site::{Site, encoded};
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

const SEED: u64 = 20_261_121;

async fn zoo(name: &str) -> Site {
    let site = Site::new(World::zoo(name).await).await;
    let system = site.world.system().await;
    Herd::new(&site.world, &system, 60).await;
    site
}

/// Filters of a list, in the forms in which they are written.
const FILTERS: &[&str] = &[
    "",
    "alive=true",
    "filter[whole][gte]=0",
    "filter[mood][in]=calm,wild",
    "filter[keeper.rank][gt]=0",
    "filter[teeth][some][place][lte]=2",
    "filter[tags][has_any]=a,b",
    "where=whole > 0 OR ISBLANK(mood)",
    "filter={\"or\":[{\"word\":{\"contains\":\"an\"}},{\"born\":{\"lte\":\"2026-11-01\"}}]}",
    "filter[name][eq]=nobody",
];

/// The value of one record.
type Value = fn(&Json) -> Json;

/// What groups are made by: the parameter, and the value of a record as the list answers it.
fn groups() -> Vec<(&'static str, Value)> {
    vec![
        ("mood", |row| row["mood"].clone()),
        ("alive", |row| row["alive"].clone()),
        ("whole", |row| row["whole"].clone()),
        ("keeper_id", |row| row["keeper_id"].clone()),
        ("keeper.unit", |row| row["keeper"]["unit"].clone()),
        ("keeper.boss.rank", |row| row["keeper"]["boss"]["rank"].clone()),
        ("born", |row| row["born"].clone()),
        ("born:month", |row| bucket(day(&row["born"]), "month")),
        ("born:year", |row| bucket(day(&row["born"]), "year")),
        ("seen_at:day", |row| bucket(instant(&row["seen_at"]).map(|at| at.date_naive()), "day")),
        ("seen_at:week", |row| bucket(instant(&row["seen_at"]).map(|at| at.date_naive()), "week")),
        ("seen_at:quarter", |row| bucket(instant(&row["seen_at"]).map(|at| at.date_naive()), "quarter")),
    ]
}

fn day(json: &Json) -> Option<NaiveDate> {
    json.as_str()?.parse().ok()
}

fn instant(json: &Json) -> Option<DateTime<Utc>> {
    json.as_str()?.parse().ok()
}

/// The first day of the stretch that a day is in.
fn bucket(day: Option<NaiveDate>, unit: &str) -> Json {
    let Some(day) = day else { return Json::Null };
    let first = match unit {
        "day" => Some(day),
        "week" => day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))),
        "month" => day.with_day(1),
        "quarter" => day.with_day(1).and_then(|day| day.with_month0(day.month0() / 3 * 3)),
        _ => day.with_day(1).and_then(|day| day.with_month(1)),
    };
    first.map_or(Json::Null, |first| first.to_string().into())
}

/// In thousandths, so that sums are exact.
fn thousandths(json: &Json) -> Option<i128> {
    Some((json.as_f64()? * 1000.0).round() as i128)
}

/// `[count, sum, avg, min, max of weight, count of it, distinct moods]` by group.
type Expected = BTreeMap<String, (usize, i128, Option<i128>, Option<i128>, usize, usize)>;

fn expected(rows: &[Json], of: &[Value]) -> Expected {
    let mut groups: BTreeMap<String, Vec<&Json>> = BTreeMap::new();
    for row in rows {
        let key: Json = of.iter().map(|value| value(row)).collect();
        groups.entry(key.to_string()).or_default().push(row);
    }
    if of.is_empty() && groups.is_empty() {
        groups.insert("[]".into(), Vec::new());
    }
    let sum = |rows: Vec<&Json>| {
        let weights: Vec<i128> = rows.iter().filter_map(|row| thousandths(&row["weight"])).collect();
        let moods: std::collections::BTreeSet<&str> =
            rows.iter().filter_map(|row| row["mood"].as_str()).collect();
        let (least, most) = (weights.iter().min().copied(), weights.iter().max().copied());
        (rows.len(), weights.iter().sum(), least, most, weights.len(), moods.len())
    };
    groups.into_iter().map(|(key, rows)| (key, sum(rows))).collect()
}

fn answered(data: &Json, names: &[&str]) -> Expected {
    let one = |group: &Json| {
        let key: Json = names.iter().map(|name| group["group"][*name].clone()).collect();
        let number = |json: &Json| json.as_u64().unwrap_or_default() as usize;
        let weight = |function: &str| thousandths(&group[function]["weight"]);
        if let Some(average) = weight("avg") {
            let exact = weight("sum").unwrap_or_default() / number(&group["count_of"]["weight"]) as i128;
            assert!((average - exact).abs() <= 1, "{group}");
        }
        let counts = (number(&group["count_of"]["weight"]), number(&group["count_distinct"]["mood"]));
        (
            key.to_string(),
            (
                number(&group["count"]),
                weight("sum").unwrap_or_default(),
                weight("min"),
                weight("max"),
                counts.0,
                counts.1,
            ),
        )
    };
    data.as_array().unwrap().iter().map(one).collect()
}

#[tokio::test]
async fn numbers_are_those_of_the_list() {
    let site = zoo("aggregate_oracle").await;
    let mut random = Random::new(SEED);
    for round in 0..60 {
        let filter: Vec<String> = (0..random.below(3))
            .map(|_| {
                random
                    .pick(&FILTERS[1..])
                    .split_once('=')
                    .map(|(name, value)| format!("{name}={}", encoded(value)))
                    .unwrap()
            })
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        let filter = filter.join("&");
        let all = groups();
        let chosen: Vec<_> = (0..random.below(3)).map(|_| *random.pick(&all)).collect();
        let mut names: Vec<&str> = chosen.iter().map(|(name, _)| *name).collect();
        names.dedup();
        if names.len() != chosen.len() {
            continue;
        }
        let of: Vec<Value> = chosen.iter().map(|(_, value)| *value).collect();
        let metrics = "metrics=count,sum(weight),avg(weight),min(weight),max(weight),count(weight),count_distinct(mood)";
        let grouped = if names.is_empty() { String::new() } else { format!("&group_by={}", names.join(",")) };
        let answer = site.get(&format!("/api/v1/specimens/aggregate?{metrics}{grouped}&{filter}")).await;
        let fields = "fields=*,keeper.unit,keeper.boss.rank";
        let list = site.get(&format!("/api/v1/specimens?limit=1000&{fields}&{filter}")).await.data(200);
        let wanted = expected(list.as_array().unwrap(), &of);
        assert_eq!(
            answered(&answer.data(200), &names),
            wanted,
            "seed {SEED} round {round}: {names:?} {filter}"
        );
    }
}

#[tokio::test]
async fn groups_are_ordered_limited_and_held_to_conditions() {
    let site = zoo("aggregate_order").await;
    let ask = async |rest: &str| {
        site.get(&format!("/api/v1/specimens/aggregate?metrics=count,sum(whole)&group_by=mood&{rest}")).await
    };
    let counts = |data: &Json| {
        data.as_array().unwrap().iter().map(|group| group["count"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let all = ask("sort=-count").await;
    let sorted = counts(&all.data(200));
    assert!(sorted.len() == 4 && sorted.is_sorted_by(|a, b| a >= b), "{sorted:?}");
    assert_eq!(all.json()["pagination"], json!({ "limit": 1000, "next_cursor": null, "has_more": false }));
    let two = ask("sort=-count&limit=2").await;
    assert_eq!(
        (counts(&two.data(200)), &two.json()["pagination"]["has_more"]),
        (sorted[..2].to_vec(), &json!(true))
    );
    assert_eq!(counts(&ask("sort=-count&limit=2&page=2").await.data(200)), sorted[2..]);
    let above = ask(&format!("sort=-count&having[count][gte]={}", sorted[1])).await.data(200);
    assert_eq!(
        counts(&above),
        sorted.iter().copied().filter(|count| *count >= sorted[1]).collect::<Vec<_>>()
    );
    let having = encoded(r#"{"or":[{"sum(whole)":{"is_null":true}},{"count":{"lt":0}}]}"#);
    assert_eq!(ask(&format!("having={having}")).await.data(200), json!([]));
    // Without an order it is by group, blank first, whatever the plan.
    let moods: Vec<Json> = ask("")
        .await
        .data(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["group"]["mood"].clone())
        .collect();
    assert_eq!(json!(moods), json!([null, "calm", "shy", "wild"]));
}

#[tokio::test]
async fn months_are_those_of_the_zone() {
    let site = Site::new(World::zoo("aggregate_zone").await).await;
    for at in ["2026-10-31T23:30:00Z", "2026-11-01T00:30:00Z", "2026-11-01T05:30:00Z"] {
        site.ask("POST", "/api/v1/specimens", Some(json!({ "name": "x", "seen_at": at }))).await.data(201);
    }
    let months = async |zone: &str| {
        let data = site
            .get(&format!("/api/v1/specimens/aggregate?metrics=count&group_by=seen_at:month&zone={zone}"))
            .await
            .data(200);
        data.as_array()
            .unwrap()
            .iter()
            .map(|group| (group["group"]["seen_at:month"].clone(), group["count"].clone()))
            .collect::<Vec<_>>()
    };
    let (october, november) = (json!("2026-10-01"), json!("2026-11-01"));
    assert_eq!(months("UTC").await, [(october.clone(), json!(1)), (november.clone(), json!(2))]);
    assert_eq!(months("Europe/Berlin").await, [(november.clone(), json!(3))]);
    assert_eq!(months("America/New_York").await, [(october, json!(2)), (november, json!(1))]);
    let unknown = site.get("/api/v1/specimens/aggregate?metrics=count&zone=Mars").await;
    assert_eq!(unknown.problems(400), ["zone unknown-zone"]);
}

#[tokio::test]
async fn all_problems_are_told() {
    let site = Site::new(World::zoo("aggregate_wrong").await).await;
    let ask = async |rest: &str| site.get(&format!("/api/v1/specimens/aggregate?{rest}")).await;
    assert_eq!(ask("").await.problems(400), ["metrics required"]);
    let found = ask("metrics=count,median(whole)&group_by=mood:decade&fields=name&cursor=x&colour=1")
        .await
        .problems(400);
    assert_eq!(
        found,
        [
            "metrics bad-value",
            "group_by bad-value",
            "fields unknown-parameter",
            "cursor unknown-parameter",
            "colour unknown-parameter"
        ]
    );
    let found = ask("metrics=sum(word),min(alive),max(colour),sum(keeper.x)&group_by=tags,extra,word:month,x.y&sort=count&having[count][gt]=1&filter[whole][gt]=x").await;
    assert_eq!(
        found.problems(400),
        [
            "filter.whole.gt wrong-type",
            "group_by.tags not-groupable",
            "group_by.extra not-groupable",
            "group_by.word:month unsuitable-bucket",
            "group_by.x.y unknown-field",
            "metrics.sum(word) unsuitable-metric",
            "metrics.min(alive) unsuitable-metric",
            "metrics.max(colour) unknown-field",
            "metrics.sum(keeper.x) unknown-field",
            "having.count unknown-metric",
            "sort.count unknown-metric",
        ]
    );
    assert_eq!(
        ask("metrics=count,count&group_by=mood,mood").await.problems(400),
        ["metrics.count duplicate", "group_by.mood duplicate"]
    );
    assert_eq!(
        ask("metrics=count&having[count][gt]=much").await.problems(400),
        ["having.count.gt wrong-type"]
    );
    assert_eq!(ask("metrics=count&limit=1001").await.problems(400), ["limit out-of-range"]);
    assert_eq!(site.get("/api/v1/unicorns/aggregate?metrics=count").await.status, 404);
}

#[tokio::test]
async fn others_count_what_they_see() {
    let site = Site::new(World::with_packages("aggregate_may").await).await;
    for (name, amount) in [("a", 1), ("b", 2)] {
        site.ask("POST", "/api/v1/deals", Some(json!({ "name": name, "amount": amount }))).await.data(201);
    }
    let mia = site.person("mia", "member").await;
    let path = "/api/v1/deals/aggregate?metrics=count,sum(amount),max(account.name)";
    assert_eq!(
        site.get_as(&mia, path).await.data(200),
        json!([{ "group": {}, "count": 0, "sum": { "amount": null }, "max": { "account.name": null } }])
    );
    assert_eq!(site.get(path).await.data(200)[0]["count"], 2);
}

/// The statement that reviewers read, and what PostgreSQL makes of it.
#[tokio::test]
async fn the_statement_groups_in_the_database() {
    let site = Site::new(World::with_packages("aggregate_sql").await).await;
    let path = "/api/v1/deals/aggregate?metrics=count,sum(amount)&group_by=account.industry,created_at:month&stage=won&having[count][gt]=1&sort=-sum(amount)&limit=10&explain=true";
    let explained = site.get(path).await.data(200);
    let sql = explained["sql"].as_str().unwrap();
    let expected = r#"SELECT g.revision, g.access, p.* FROM "t_demo"."_state" AS "g" LEFT JOIN (SELECT a.* FROM (SELECT TRUE AS "there", "r1"."industry" AS "c0", CAST(date_trunc('month', "r0"."created_at" AT TIME ZONE $1) AS date) AS "c1", count(*) AS "c2", sum(CAST("r0"."amount" AS numeric)) AS "c3" FROM "t_demo"."deal" AS "r0" LEFT JOIN "t_demo"."account" AS "r1" ON "r1"."id" = "r0"."account_id" AND "r1"."deleted_at" IS NULL WHERE "r0"."deleted_at" IS NULL AND (("r0"."stage" = $2)) GROUP BY 2, 3) AS "a" WHERE ("a"."c2" > $3) ORDER BY "a"."c3" DESC NULLS LAST, "a"."c0" ASC NULLS FIRST, "a"."c1" ASC NULLS FIRST LIMIT 11) AS "p" ON TRUE"#;
    assert_eq!(sql, expected);
    let mut connection = site.world.engine.pool().acquire().await.unwrap();
    let prepare = format!("PREPARE asked (text, text, numeric) AS {sql}");
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await.unwrap();
    let plan: Vec<String> = sqlx::query_scalar("EXPLAIN EXECUTE asked ('UTC', 'won', 1)")
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    assert!(plan.iter().any(|line| line.contains("Aggregate")), "{plan:?}");
}
