//! Records have names: whoever writes one without is told so at the name, on every way in.

use engine::import::{Format, Source};
use engine::{ImportJob, What};
use it::site::Site;
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};

use super::told;

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

#[tokio::test]
async fn a_record_without_a_name_is_refused_on_every_way() {
    let site = site("names_ways").await;
    let refused = async |method: &str, path: &str, body: Json| {
        site.ask(method, &format!("/api/v1/{path}"), Some(body)).await.problems(422)
    };
    assert_eq!(refused("POST", "deals", json!({})).await, ["name required"]);
    for blank in [json!({ "name": null }), json!({ "name": "" }), json!({ "amount": 5 })] {
        assert_eq!(refused("POST", "deals", blank).await, ["name required"]);
    }
    let many = json!([{ "name": "a" }, { "amount": 1 }, { "name": "b", "amount": "x" }]);
    assert_eq!(refused("POST", "deals", many).await, ["1.name required", "2.amount wrong-type"]);
    assert_eq!(refused("PUT", "accounts/by/external_id/A-1", json!({})).await, ["name required"]);
    let operations =
        json!({ "operations": [{ "op": "create", "object": "account", "data": { "industry": "retail" } }] });
    let told = site.ask("POST", "/api/v1/batch", Some(operations)).await.problems(422);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with("name required"), "{told:?}");
    let query = json!({ "query": "mutation { create_deal(data: {amount: 5}) { id } }" });
    let answer = site.ask("POST", "/graphql", Some(query)).await.json();
    assert_eq!(answer["errors"][0]["extensions"]["errors"][0]["path"], "data.name", "{answer}");
    let deal = site.ask("POST", "/api/v1/deals", Some(json!({ "name": "d" }))).await.data(201);
    let one = format!("deals/{}", deal["id"].as_str().unwrap());
    assert_eq!(refused("PATCH", &one, json!({ "name": null })).await, ["name required"]);
    let copy = site.ask("POST", &format!("/api/v1/{one}/clone"), Some(json!({}))).await.data(201);
    assert_eq!(copy["name"], "d");
    assert_eq!(refused("POST", &format!("{one}/clone"), json!({ "name": null })).await, ["name required"]);
    // Where the name is an own field it is told there, and either word gives it.
    assert_eq!(refused("POST", "tasks", json!({})).await, ["title required"]);
    site.ask("POST", "/api/v1/tasks", Some(json!({ "name": "t" }))).await.data(201);
}

#[tokio::test]
async fn rows_without_a_name_are_rejected() {
    let world = World::with_packages("names_rows").await;
    let ada = world.person("ada", "administrator").await;
    for dry_run in [true, false] {
        let job = ImportJob {
            object: "account".into(),
            source: Source::Bytes(b"Account name,Industry\nAcme,retail\n,retail\n".to_vec()),
            format: Format::Csv,
            file_name: None,
            mapping: Vec::new(),
            match_field: None,
            dry_run,
        };
        let import = world.engine.run_import(&ada, job).await.unwrap();
        assert_eq!((import.created, import.rejected), (1, 1), "dry run: {dry_run}");
        let rejects = world.engine.import_rejects(&ada, import.id).await.unwrap().all().await.unwrap();
        let rejects = String::from_utf8(rejects).unwrap();
        assert!(rejects.contains(",retail,3,Account name: Account name is required"), "{rejects}");
    }
}

#[tokio::test]
async fn what_need_not_have_a_name_does_not() {
    let world = World::with_packages("names_free").await;
    let ada = world.person("ada", "administrator").await;
    // A name that is made of parts is there as far as they are.
    let contact = world.create(&ada, "contact", json!({ "last_name": "Hopper" })).await.unwrap();
    assert_eq!(world.one(&ada, "contact", contact).await.unwrap()["name"], "Hopper");
    let note = |required: bool| {
        json!({ "name": "note", "plural": "notes", "name_field": { "label": "Subject", "required": required },
            "fields": [{ "name": "text", "kind": "text" }] })
    };
    world.define([(Kind::Objects, "note", Some(note(false)))]).await.unwrap();
    let ada = world.again(&ada).await;
    let old = world.create(&ada, "note", json!({ "text": "a" })).await.unwrap();
    let asked = world.define([(Kind::Objects, "note", Some(note(true)))]).await;
    asked.expect("records without a name are no reason to refuse the rule");
    let ada = world.again(&ada).await;
    let found = problems(world.create(&ada, "note", json!({ "text": "b" })).await.unwrap_err());
    assert_eq!(told(&found), ["name required"]);
    assert_eq!(found[0].message, "Subject is required");
    world.update(&ada, "note", old, json!({ "text": "old ones live on" })).await.unwrap();
    let many = vec![fields(&json!({ "name": "a" })), fields(&json!({}))];
    let found = problems(world.run(&ada, "note", What::Create(many)).await.unwrap_err());
    assert_eq!(told(&found), ["1.name required"]);
}
