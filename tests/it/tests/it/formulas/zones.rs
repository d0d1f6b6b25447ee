//! Days begin when they do where the asker is: in formulas, in filters' words, and in groups by day.

use engine::query::aggregate::{Aggregate, Group, Metric};
use engine::{Context, Filter, Operator, Query, SortKey};
use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

/// The same person somewhere else, at another moment.
fn at(context: &Context, zone: &str, moment: &str) -> Context {
    let mut context = Context { now: moment.parse().unwrap(), ..context.clone() };
    std::sync::Arc::make_mut(&mut context.actor).membership.time_zone = Some(zone.to_owned());
    context
}

#[tokio::test]
async fn each_asks_about_their_own_day() {
    let world = World::trade("zones", true).await;
    let ada = world.person("ada", "administrator").await;
    world
        .put_field("deal", json!({ "name": "is_late", "kind": "formula", "formula": "due < TODAY()" }))
        .await;
    world
        .put_field(
            "deal",
            json!({ "name": "made_on", "kind": "formula", "formula": "DATEVALUE(created_at)" }),
        )
        .await;
    let rule = json!({ "object": "deal", "when": "due < TODAY()", "message": "Too late", "on": ["create"] });
    world.define([(metadata::Kind::ValidationRules, "deal.late", Some(rule))]).await.unwrap();
    let ada = world.again(&ada).await;
    // Midnight in Budapest is an hour before that of Greenwich.
    for (name, moment) in [("a", "2026-03-10T22:59:59Z"), ("b", "2026-03-10T23:00:00Z")] {
        let deal = json!({ "name": name, "due": "2026-03-10" });
        world.create(&at(&ada, "UTC", moment), "deal", deal.clone()).await.unwrap();
        let there = world.create(&at(&ada, "Europe/Budapest", moment), "deal", deal).await;
        assert_eq!(there.is_err(), name == "b", "{name}");
    }
    let names = async |who: &Context, filter: Filter| {
        let sort = vec![SortKey { path: "created_at".into(), descending: false }];
        let query = Query { object: "deal".into(), filter: Some(filter), sort, ..Query::default() };
        let told = world.read(who, &query).await.unwrap();
        told.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect::<String>()
    };
    let is = |path: &str, value: Json| Filter::Field { path: path.into(), operator: Operator::Eq, value };
    // Again and again, so that what was prepared for one is there when the other asks.
    for _ in 0..2 {
        for (zone, moment, late, today) in [
            ("UTC", "2026-03-10T23:30:00Z", "", "aab"),
            ("Europe/Budapest", "2026-03-10T23:30:00Z", "aab", "b"),
            ("America/New_York", "2026-03-11T03:59:59Z", "", "aab"),
            ("America/New_York", "2026-03-11T04:00:00Z", "aab", ""),
            ("Nowhere/AtAll", "2026-03-10T23:59:59Z", "", "aab"),
        ] {
            let who = at(&ada, zone, moment);
            assert_eq!(names(&who, Filter::Formula("is_late".into())).await, late, "{zone} {moment}");
            assert_eq!(names(&who, Filter::Formula("due < TODAY()".into())).await, late, "{zone} {moment}");
            assert_eq!(names(&who, is("due", json!("yesterday"))).await, late, "{zone} {moment}");
            assert_eq!(names(&who, is("created_at", json!("today"))).await, today, "{zone} {moment}");
        }
    }
    let budapest = at(&ada, "Europe/Budapest", "2026-03-12T12:00:00Z");
    assert_eq!(names(&budapest, is("created_at", json!("2026-03-11"))).await, "b");
    assert_eq!(names(&budapest, is("made_on", json!("2026-03-11"))).await, "b");
    let by_day = Aggregate {
        object: "deal".into(),
        metrics: vec![Metric::parse("count").unwrap()],
        group_by: vec![Group::parse("created_at:day").unwrap()],
        ..Aggregate::default()
    };
    let groups = world.engine.aggregate(&budapest, &by_day).await.unwrap();
    let groups: Json = serde_json::from_slice(&groups.json).unwrap();
    let told: Vec<(&Json, &Json)> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["group"]["created_at:day"], &one["count"]))
        .collect();
    assert_eq!(told, [(&json!("2026-03-10"), &json!(2)), (&json!("2026-03-11"), &json!(1))]);
}

#[tokio::test]
async fn a_new_zone_holds_for_the_next_request() {
    let site = Site::new(World::trade("zones_wire", true).await).await;
    let token = site.person("mia", "administrator").await;
    let me = site.get_as(&token, "/auth/v1/me").await.data(200)["user"]["id"].as_str().unwrap().to_owned();
    let deal = site.ask("POST", "/api/v1/deals", Some(json!({ "name": "d" }))).await.data(201);
    // Two days that never meet: one of them is not that of Greenwich.
    let days = async || {
        let check = json!({ "object": "deal", "formula": "TODAY()", "record": deal["id"] });
        let bearer = format!("Bearer {token}");
        let asked = site
            .ask_with(
                "POST",
                "/metadata/v1/formulas/check",
                Some(check),
                &[("authorization", bearer.as_str())],
            )
            .await;
        asked.data(200)["sample"]["value"].clone()
    };
    let mut told = Vec::new();
    for zone in ["Pacific/Kiritimati", "Pacific/Midway"] {
        let path = format!("/admin/v1/users/{me}");
        let patch = json!({ "time_zone": zone });
        assert_eq!(site.ask("PATCH", &path, Some(patch)).await.status, 200);
        told.push(days().await);
    }
    assert!(told[0].is_string() && told[0] != told[1], "{told:?}");
}
