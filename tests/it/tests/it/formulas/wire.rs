//! What editors ask over the wire: what a formula means, what uses what; and computed defaults.

use it::site::{Site, encoded};

use super::*;

async fn site(name: &str) -> Site {
    let site = Site::new(World::new(name).await).await;
    let changes: Vec<Json> = objects()
        .into_iter()
        .map(|change| json!({"kind": change.kind.word(), "name": change.name, "definition": change.definition}))
        .collect();
    site.ask("POST", "/metadata/v1/deploy", Some(json!({ "changes": changes }))).await.data(200);
    site
}

async fn check(site: &Site, question: Json) -> Json {
    site.ask("POST", "/metadata/v1/formulas/check", Some(question)).await.data(200)
}

#[tokio::test]
async fn editors_learn_what_a_formula_means() {
    let site = site("formula_check").await;
    let deal = json!({"name": "A", "amount": 1200, "seats": 0});
    let deal = site.ask("POST", "/api/v1/deals", Some(deal)).await.data(201);
    let id = deal["id"].clone();
    let ask = |text: &str| json!({"object": "deal", "formula": text, "record": id});
    let good = check(&site, ask("if({Monthly}>=100;Amount*2;0)")).await;
    let told = ["valid", "type", "capability", "canonical", "uses", "sample"].map(|key| good[key].clone());
    let uses = json!(["deal.amount", "deal.monthly"]);
    let canonical = json!("IF(Monthly >= 100, Amount * 2, 0)");
    assert_eq!(told, [json!(true), json!("number"), json!("query"), canonical, uses, json!({"value": 2400})]);
    assert!(good["expression"]["case"].is_object(), "{good}");
    let faulty = check(&site, ask("amount / seats")).await;
    assert_eq!(faulty["sample"], json!({"value": null, "error": "DIV0"}));
    let saving = json!({"object": "deal", "formula": "ISCHANGED(amount)", "saving": true, "expects": "boolean", "record": id});
    let saving = check(&site, saving).await;
    assert_eq!((&saving["capability"], &saving["sample"]), (&json!("memory"), &Json::Null));
    let wrong = check(&site, ask("amont + account.tyr")).await;
    assert_eq!(wrong["valid"], json!(false));
    let first = &wrong["errors"][0];
    let told = ["path", "code", "hint", "span"].map(|key| first[key].clone());
    assert_eq!(
        told,
        [json!("formula"), json!("F030"), json!("Did you mean \"amount\"?"), json!({"start": 0, "end": 5})]
    );
    assert_eq!(wrong["errors"].as_array().unwrap().len(), 2);
    let nobody = site.person("mia", "member").await;
    let bearer = format!("Bearer {nobody}");
    let asked = site
        .ask_with("POST", "/metadata/v1/formulas/check", Some(ask("1")), &[("authorization", &bearer)])
        .await;
    assert_eq!(asked.status, 403);
    let empty =
        site.ask("POST", "/metadata/v1/formulas/check", Some(json!({"expects": "colour", "x": 1}))).await;
    assert_eq!(
        empty.problems(422),
        ["object required", "formula required", "expects wrong-type", "x unknown-key"]
    );
    let functions = site.get("/metadata/v1/formulas/functions").await.data(200);
    let left = functions.as_array().unwrap().iter().find(|function| function["name"] == "LEFT").unwrap();
    assert_eq!((&left["signature"], &left["group"]), (&json!("LEFT(text, [count])"), &json!("Text")));
}

#[tokio::test]
async fn what_uses_a_field_is_told_and_keeps_it() {
    let site = site("formula_uses").await;
    let told = site.get("/metadata/v1/dependencies/fields/deal.seats").await.data(200);
    assert_eq!(told["used_by"], json!([{"kind": "fields", "name": "deal.each", "at": "formula"}]));
    let told = site.get("/metadata/v1/dependencies/fields/deal.line").await.data(200);
    let names: Vec<&str> =
        told["uses"].as_array().unwrap().iter().map(|used| used["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["account.parent", "account.tier", "deal.account"]);
    assert_eq!(site.get("/metadata/v1/dependencies/fields/deal.nothing").await.status, 404);
    let refused =
        site.ask("DELETE", "/metadata/v1/objects/deal/fields/seats?allow_data_loss=true", None).await;
    let problems = refused.problems(422);
    assert_eq!(problems[0], "objects.deal.fields.seats in-use");
    assert!(refused.text().contains("`deal.each` (fields)"), "{}", refused.text());
}

#[tokio::test]
async fn faults_are_told_to_those_who_ask() {
    let site = site("formula_errors").await;
    for seats in [0, 2] {
        let deal = json!({"name": format!("S{seats}"), "amount": 10, "seats": seats});
        site.ask("POST", "/api/v1/deals", Some(deal)).await.data(201);
    }
    let list = site.get("/api/v1/deals?errors=true&sort=name&fields=each,monthly").await.data(200);
    assert_eq!((&list[0]["_errors"], &list[0]["each"]), (&json!({"each": "DIV0"}), &Json::Null));
    assert_eq!((&list[1]["_errors"], &list[1]["each"]), (&Json::Null, &json!(5)));
    let list = site.get("/api/v1/deals?errors=true&fields=name").await.data(200);
    assert_eq!(list[0]["_errors"], Json::Null);
    let count = site.get(&format!("/api/v1/deals?where={}", encoded("ISERROR(each)"))).await.data(200);
    assert_eq!(count.as_array().unwrap().len(), 1);
    let sums =
        site.get("/api/v1/deals/aggregate?metrics=count,sum(monthly),max(each)&group_by=big").await.data(200);
    assert_eq!(sums.as_array().unwrap().len(), 1, "{sums}");
}

#[tokio::test]
async fn computed_defaults_are_read_of_the_record_itself() {
    let site = site("formula_defaults").await;
    let put = |name: &'static str, kind: &'static str, text: &'static str| {
        let definition = json!({"kind": kind, "default": {"formula": text}});
        let path = format!("/metadata/v1/objects/deal/fields/{name}");
        let site = &site;
        async move { site.ask("PUT", &path, Some(definition)).await.data(200) }
    };
    put("goal", "integer", "amount / 3").await;
    put("ends", "date", "close_date + 14").await;
    put("code", "text", "UPPER(LEFT(name, 3)) & '-' & TEXT(goal)").await;
    put("hot", "boolean", "goal > 100").await;
    put("share", "decimal", "amount / seats").await;
    put("keeper", "text", "$User.name").await;
    let create = json!({"name": "acme", "amount": 100, "seats": 0, "close_date": "2026-01-31"});
    let made = site.ask("POST", "/api/v1/deals", Some(create)).await;
    let warned = &made.json()["warnings"];
    assert_eq!(
        (&warned[0]["path"], &warned[0]["code"]),
        (&json!("share"), &json!("default-failed")),
        "{warned}"
    );
    let made = made.data(201);
    let told = ["goal", "ends", "code", "hot", "share", "keeper"].map(|key| made[key].clone());
    assert_eq!(
        told,
        [json!(33), json!("2026-02-14"), json!("ACM-33"), json!(false), Json::Null, json!("Ada")]
    );
    let many = json!([{"name": "b", "goal": 500}, {"name": "c", "goal": null, "code": "own"}]);
    let many = site.ask("POST", "/api/v1/deals", Some(many)).await.data(201);
    assert_eq!((&many[0]["hot"], &many[0]["code"]), (&json!(true), &json!("B-500")));
    assert_eq!(
        (&many[1]["goal"], &many[1]["code"]),
        (&Json::Null, &json!("own")),
        "what is said is not computed"
    );
}
