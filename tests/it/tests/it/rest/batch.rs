//! `POST /api/v1/batch`: all operations or none, and every problem with its place.

use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

async fn batch(site: &Site, operations: Json) -> Reply {
    site.ask("POST", "/api/v1/batch", Some(json!({ "operations": operations }))).await
}

async fn count(site: &Site, plural: &str) -> usize {
    site.get(&format!("/api/v1/{plural}")).await.data(200).as_array().unwrap().len()
}

#[tokio::test]
async fn operations_point_to_each_other() {
    let site = Site::new(World::with_packages("batch").await).await;
    let old = site.ask("POST", "/api/v1/accounts", Some(json!({ "name": "Old" }))).await.data(201);
    let answer = batch(
        &site,
        json!([
            { "op": "create", "object": "account", "data": { "name": "Tidewater" }, "ref": "a" },
            { "op": "create", "object": "account", "data": { "name": "Below", "parent_account_id": "@a.id" }, "ref": "b" },
            { "op": "create", "object": "deal", "data": { "name": "Array", "account_id": "@b.id", "amount": 1.10 }, "ref": "d" },
            { "op": "update", "object": "account", "id": "@a.id", "data": { "website": "https://example.com" } },
            { "op": "update", "object": "deal", "id": "@d.id", "data": { "account_id": "@a.id" } },
            { "op": "delete", "object": "account", "id": old["id"] },
        ]),
    )
    .await;
    assert!(answer.text().contains("\"amount\":1.10,"), "{}", answer.text());
    let answer = answer.data(200);
    let ids: Vec<&Json> = answer.as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!((ids[3], ids[4], ids[5]), (ids[0], ids[2], &old["id"]));
    // Each answer shows the record as it is at the end.
    assert_eq!(answer[0]["data"]["website"], "https://example.com/");
    assert_eq!(&answer[2]["data"]["account_id"], ids[0]);
    assert_eq!((&answer[1]["data"]["parent_account_id"], &answer[0]["version"]), (ids[0], &json!(2)));
    assert_eq!(
        (&answer[5]["data"], &answer[0]["ref"], &answer[0]["created"]),
        (&Json::Null, &json!("a"), &json!(true))
    );
    assert_eq!((count(&site, "accounts").await, count(&site, "deals").await), (2, 1));
}

#[tokio::test]
async fn all_problems_are_told_and_nothing_happens() {
    let site = Site::new(World::with_packages("batch_wrong").await).await;
    let nobody = "01990000-0000-7000-8000-000000000000";
    let before = site.world.fingerprint().await;
    let answer = batch(
        &site,
        json!([
            { "op": "create", "object": "account", "data": { "name": "Good" }, "ref": "good" },
            { "op": "create", "object": "account", "data": { "website": 5 }, "ref": "bad" },
            { "op": "create", "object": "deal", "data": { "name": "follows from bad", "account_id": "@bad.id" } },
            { "op": "create", "object": "deal", "data": { "name": "x", "amount": "much", "account_id": "@later.id" } },
            { "op": "create", "object": "deal", "data": { "name": "x", "account_id": nobody }, "ref": "later" },
            { "op": "update", "object": "deal", "id": nobody, "data": { "name": "x" } },
            { "op": "update", "object": "deal", "id": "5", "data": { "name": "x" } },
            { "op": "delete", "object": "task", "id": nobody },
            { "op": "upsert", "object": "deal", "by": "stage", "data": { "name": "x", "stage": "won" } },
        ]),
    )
    .await;
    assert_eq!(
        answer.problems(422),
        [
            "operations.1.data.website wrong-type",
            "operations.1.data.name required",
            "operations.3.data.account_id unknown-ref",
            "operations.4.data.account_id unknown-reference",
            "operations.5.id not-found",
            "operations.6.id wrong-type",
            "operations.7.id not-found",
            "operations.8.by not-unique",
        ]
    );
    assert_eq!(site.world.fingerprint().await, before);
    let unknown = batch(
        &site,
        json!([{ "op": "create", "object": "x", "data": {} }, { "op": "create", "object": "y", "data": {} }]),
    );
    assert_eq!(
        unknown.await.problems(422),
        ["operations.0.object unknown-object", "operations.1.object unknown-object"]
    );
    // What is wrong with one operation does not hide what is wrong with the others.
    let together = json!([
        { "op": "create", "object": "acount", "data": {} },
        { "op": "create", "object": "account", "data": { "website": 5 }, "ref": "a" },
        { "op": "create", "object": "account", "data": { "name": "A" }, "ref": "a" },
        { "op": "create", "object": "deal", "data": { "name": "d", "amount": "much" } },
        { "op": "upsert", "object": "deal", "data": { "name": "d" } },
    ]);
    let together = batch(&site, together).await;
    assert_eq!(
        together.problems(422),
        [
            "operations.0.object unknown-object",
            "operations.1.data.website wrong-type",
            "operations.1.data.name required",
            "operations.2.ref duplicate",
            "operations.3.data.amount wrong-type",
            "operations.4.by required",
        ]
    );
    assert!(together.text().contains("did you mean `account`?"), "{}", together.text());
    assert!(together.text().contains("give one of external_id"), "{}", together.text());
    assert_eq!(batch(&site, json!([])).await.problems(422), ["operations empty"]);
    let twice = json!([{ "op": "create", "object": "task", "data": { "title": "a" }, "ref": "t" }, { "op": "create", "object": "task", "data": { "title": "b" }, "ref": "t" }]);
    assert_eq!(batch(&site, twice).await.problems(422), ["operations.1.ref duplicate"]);
}

#[tokio::test]
async fn upserts_and_conflicts_tell_their_operation() {
    let site = Site::new(World::zoo("batch_upsert").await).await;
    let upsert = |chip: &str, name: &str| json!({ "op": "upsert", "object": "specimen", "by": "chip", "data": { "chip": chip, "name": name } });
    let first =
        batch(&site, json!([upsert("a", "A"), upsert("b", "B"), upsert("a", "A again")])).await.data(200);
    assert_eq!((&first[0]["id"], &first[0]["data"]["name"]), (&first[2]["id"], &json!("A again")));
    assert_eq!([&first[0]["created"], &first[1]["created"], &first[2]["created"]], [true, true, false]);
    let create =
        |chip: &str| json!({ "op": "create", "object": "specimen", "data": { "chip": chip, "name": "x" } });
    let refused = batch(
        &site,
        json!([{ "op": "delete", "object": "specimen", "id": first[1]["id"] }, create("c"), create("a")]),
    )
    .await;
    assert_eq!(refused.problems(409), ["operations.2.data.chip duplicate"]);
    assert_eq!(count(&site, "specimens").await, 2);
    // A conflict is told beside what else is wrong.
    let odd = json!({ "op": "create", "object": "specimen", "data": { "name": "x", "colour": 5 } });
    let refused = batch(&site, json!([create("c"), create("a"), odd])).await;
    assert_eq!(
        refused.problems(422),
        ["operations.1.data.chip duplicate", "operations.2.data.colour unknown-field"]
    );
    // Where nobody says which field tells them apart, it is the unique one that is given.
    let bare = json!({ "op": "upsert", "object": "specimen", "data": { "chip": "a", "name": "A for good" } });
    let upserted = batch(&site, json!([bare])).await.data(200);
    assert_eq!((&upserted[0]["id"], &upserted[0]["created"]), (&first[0]["id"], &json!(false)));
    // Texts that begin with an at sign are texts, where no record is meant.
    let text = batch(
        &site,
        json!([{ "op": "create", "object": "specimen", "data": { "name": "@a.id", "tags": ["@x.id"] } }]),
    )
    .await;
    assert_eq!(text.data(200)[0]["data"]["name"], "@a.id");
}

#[tokio::test]
async fn others_are_refused_what_they_may_not_do() {
    let site = Site::new(World::with_packages("batch_may").await).await;
    let deal = site.ask("POST", "/api/v1/deals", Some(json!({ "name": "Ada's" }))).await.data(201);
    let mia = format!("Bearer {}", site.person("mia", "member").await);
    let headers = [("authorization", mia.as_str())];
    let ask = async |operations: Json| {
        let body = Some(json!({ "operations": operations }));
        site.ask_with("POST", "/api/v1/batch", body, &headers).await
    };
    let hidden = json!([{ "op": "create", "object": "task", "data": { "title": "t" } }, { "op": "delete", "object": "deal", "id": deal["id"] }]);
    assert_eq!(ask(hidden).await.problems(422), ["operations.1.id not-found"]);
    let user = json!([{ "op": "create", "object": "user", "data": { "name": "x" } }]);
    assert_eq!(ask(user).await.status, 403);
    assert_eq!(count(&site, "tasks").await, 0);
}
