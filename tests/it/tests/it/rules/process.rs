//! Processes: transitions and what they ask for, states that change by them alone, and the log of states.

use engine::import::{Format, Source};
use engine::{Consent, Context, Error, ImportJob, Update, What};
use it::site::Site;
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{take, told, with_process};

fn sales(mode: &str) -> Json {
    json!({ "object": "deal", "field": "stage", "mode": mode, "initial": ["new"],
        "states": [
            { "value": "new", "guidance": "Ask.", "enter": [{ "action": "set", "field": "probability", "value": 10 }] },
            "qualified",
            { "value": "won", "enter": [
                { "action": "set", "field": "probability", "value": "50 + 50" },
                { "action": "set", "field": "actual_close_date", "value": "TODAY()" }] },
            "lost" ],
        "transitions": [
            { "name": "qualify", "from": ["new"], "to": "qualified", "before": "NOT ISBLANK(account)", "message": "Who is it for?",
                "during": { "fields": [{ "field": "amount", "required": true, "when": "amount <= 1000", "message": "Too much" }, { "field": "next_step" }] },
                "after": [{ "action": "set", "field": "description", "value": "\"Qualified by \" & $User.name" }] },
            { "name": "win", "from": ["qualified"], "to": "won", "who": ["role:manager", { "owner": true }] },
            { "name": "lose", "to": "lost" } ] })
}

async fn world(name: &str, mode: &str) -> (World, Context) {
    with_process(name, sales(mode)).await
}

#[tokio::test]
async fn a_state_changes_by_transitions_alone() {
    let (world, ada) = world("process_enforce", "enforce").await;
    let account = world.create(&ada, "account", json!({ "name": "A" })).await.unwrap();
    let found =
        problems(world.create(&ada, "deal", json!({ "name": "d", "stage": "won" })).await.unwrap_err());
    assert_eq!(told(&found), ["stage not-initial"]);
    let id = world.create(&ada, "deal", json!({ "name": "d" })).await.unwrap();
    assert_eq!(world.one(&ada, "deal", id).await.unwrap()["probability"].as_f64(), Some(10.0));
    let found = problems(world.update(&ada, "deal", id, json!({ "stage": "qualified" })).await.unwrap_err());
    assert_eq!(told(&found), ["stage transition-needed"]);
    assert!(found[0].hint.as_deref().unwrap().contains("qualify, lose"), "{found:?}");
    let ways = world.engine.transitions(&world.again(&ada).await, "deal", id).await.unwrap();
    assert_eq!(ways["processes"][0]["guidance"], "Ask.");
    let names: Vec<&Json> = ways["data"].as_array().unwrap().iter().map(|way| &way["name"]).collect();
    assert_eq!(names, ["qualify", "lose"]);
    assert_eq!((&ways["data"][0]["ready"], &ways["data"][0]["missing"]), (&json!(false), &json!(["amount"])));
    assert_eq!(ways["data"][0]["message"], "Who is it for?");
    // Everything that is missing at once.
    let found = problems(take(&world, &ada, id, "qualify", json!({})).await.unwrap_err());
    assert_eq!(told(&found), [" not-ready"]);
    world.update(&ada, "deal", id, json!({ "account_id": account })).await.unwrap();
    let found = problems(take(&world, &ada, id, "qualify", json!({})).await.unwrap_err());
    assert_eq!(told(&found), ["amount required"]);
    let found = problems(take(&world, &ada, id, "qualify", json!({ "amount": 5000 })).await.unwrap_err());
    assert_eq!((told(&found), found[0].message.as_str()), (vec!["amount unsuitable".to_owned()], "Too much"));
    let found = problems(
        take(&world, &ada, id, "qualify", json!({ "amount": 5, "stage": "won" })).await.unwrap_err(),
    );
    assert_eq!(told(&found), ["stage contradiction"]);
    take(&world, &ada, id, "qualify", json!({ "amount": 5, "next_step": "Call" })).await.unwrap();
    let deal = world.one(&ada, "deal", id).await.unwrap();
    assert_eq!(
        (&deal["stage"], &deal["next_step"], &deal["description"]),
        (&json!("qualified"), &json!("Call"), &json!("Qualified by ada"))
    );
    assert!(matches!(take(&world, &ada, id, "qualify", json!({})).await, Err(Error::Conflict(_))));
    assert!(matches!(take(&world, &ada, id, "nothing", json!({})).await, Err(Error::NotFound)));
    take(&world, &ada, id, "win", json!({ "probability": 90 })).await.unwrap();
    let deal = world.one(&ada, "deal", id).await.unwrap();
    assert_eq!((deal["probability"].as_f64(), deal["actual_close_date"].is_null()), (Some(90.0), false));
    // Who may override has to say so.
    let back = json!({ "stage": "new" });
    assert!(world.update(&ada, "deal", id, back.clone()).await.is_err());
    let sure = Context { consent: Consent { process_override: true, ..Consent::default() }, ..ada.clone() };
    world.update(&sure, "deal", id, back).await.unwrap();
    let mia = world.person("mia", "member").await;
    let sure = Context { consent: sure.consent, ..mia.clone() };
    let own = world.create(&mia, "deal", json!({ "name": "m" })).await.unwrap();
    assert!(world.update(&sure, "deal", own, json!({ "stage": "lost" })).await.is_err());
    take(&world, &mia, own, "lose", json!({})).await.unwrap();
}

#[tokio::test]
async fn transitions_are_for_those_who_may() {
    let (world, ada) = world("process_who", "enforce").await;
    let mia = world.person("mia", "member").await;
    let account = world.create(&mia, "account", json!({ "name": "A" })).await.unwrap();
    let deal = json!({ "name": "d", "amount": 1, "account_id": account });
    let id = world.create(&mia, "deal", deal).await.unwrap();
    take(&world, &mia, id, "qualify", json!({})).await.unwrap();
    assert!(matches!(take(&world, &ada, id, "win", json!({})).await, Err(Error::Forbidden(_))));
    let ways = world.engine.transitions(&world.again(&ada).await, "deal", id).await.unwrap();
    assert_eq!(ways["data"].as_array().unwrap().len(), 1, "{ways}");
    let other = world.person("eve", "member").await;
    assert!(matches!(take(&world, &other, id, "win", json!({})).await, Err(Error::NotFound)));
    assert!(world.engine.transitions(&world.again(&other).await, "deal", id).await.is_err());
    assert!(world.engine.states(&world.again(&other).await, ("deal", id), (10, None)).await.is_err());
    take(&world, &mia, id, "win", json!({})).await.unwrap();
}

#[tokio::test]
async fn every_writer_leaves_the_states_that_records_came_into() {
    let (world, ada) = world("process_log", "guide").await;
    let log = async |id: Uuid| {
        let entries = world.engine.states(&world.again(&ada).await, ("deal", id), (100, None)).await.unwrap();
        let entries = entries.as_array().unwrap().clone();
        entries
            .iter()
            .map(|e| format!("{}>{} {} {}", e["from"], e["to"], e["transition"], e["seconds_in_previous"]))
            .collect::<Vec<_>>()
    };
    let create =
        What::Create(["a", "b"].map(|name| fields(&json!({ "name": name, "external_id": name }))).into());
    let ids = world.run(&ada, "deal", create).await.unwrap().ids;
    let mut then = world.again(&ada).await;
    then.now += chrono::TimeDelta::seconds(90);
    let change = |id| Update { id, fields: fields(&json!({ "stage": "qualified" })), if_version: None };
    let both = engine::Command {
        object: "deal".into(),
        what: What::Update(ids.iter().map(|id| change(*id)).collect()),
    };
    world.engine.write(&then, both).await.unwrap();
    world.update(&ada, "deal", ids[0], json!({ "stage": "qualified", "name": "again" })).await.unwrap();
    let one = log(ids[0]).await;
    assert_eq!(one.len(), 2, "{one:?}");
    assert!(one[0].starts_with("\"new\">\"qualified\" null 9"), "{one:?}");
    assert_eq!(one[1], "null>\"new\" null null");
    take(&world, &ada, ids[1], "win", json!({})).await.unwrap();
    assert!(log(ids[1]).await[0].starts_with("\"qualified\">\"won\" \"win\" "));
    let upsert = What::Upsert {
        by: "external_id".into(),
        records: vec![
            fields(&json!({ "external_id": "a", "stage": "lost" })),
            fields(&json!({ "external_id": "c", "name": "c" })),
        ],
    };
    let written = world.run(&ada, "deal", upsert).await.unwrap();
    assert!(log(ids[0]).await[0].starts_with("\"qualified\">\"lost\""));
    assert_eq!(log(written.ids[1]).await.len(), 1);
    let job = ImportJob {
        object: "deal".into(),
        source: Source::Bytes(b"external_id,name,stage\na,a,new\nd,d,won\n".to_vec()),
        format: Format::Csv,
        file_name: None,
        mapping: Vec::new(),
        match_field: Some("external_id".into()),
        dry_run: false,
    };
    let import = world.engine.run_import(&world.again(&ada).await, job).await.unwrap();
    assert_eq!((import.created, import.updated), (1, 1));
    assert!(log(ids[0]).await[0].starts_with("\"lost\">\"new\""));
    let entries: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "SELECT count(*) FROM {}._states",
        world.tenant.schema
    )))
    .fetch_one(world.engine.pool())
    .await
    .unwrap();
    assert_eq!(entries, 2 + 2 + 1 + 2 + 2);
    // A refused save leaves nothing, and what is gone for good leaves nothing either.
    assert!(world.update(&ada, "deal", ids[1], json!({ "stage": "new", "amount": "x" })).await.is_err());
    assert_eq!(log(ids[1]).await.len(), 3);
    world.run(&ada, "deal", What::Purge(vec![ids[1]])).await.unwrap();
    let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "SELECT count(*) FROM {}._states WHERE record_id = $1",
        world.tenant.schema
    )))
    .bind(ids[1])
    .fetch_one(world.engine.pool())
    .await
    .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn rows_of_a_file_follow_the_process() {
    let (world, ada) = world("process_import", "enforce").await;
    let job = ImportJob {
        object: "deal".into(),
        source: Source::Bytes(b"name,stage\na,new\nb,won\nc,\n".to_vec()),
        format: Format::Csv,
        file_name: None,
        mapping: Vec::new(),
        match_field: None,
        dry_run: false,
    };
    let import = world.engine.run_import(&ada, job).await.unwrap();
    assert_eq!((import.created, import.rejected), (2, 1));
}

#[tokio::test]
async fn processes_that_do_not_hang_together_are_refused() {
    let world = World::with_packages("process_bad").await;
    let mut bad = sales("enforce");
    bad["states"][1] = json!("qualifed");
    bad["initial"] = json!(["old"]);
    bad["transitions"][0]["from"] = json!(["nowhere"]);
    bad["transitions"][1]["name"] = json!("qualify");
    bad["transitions"][1]["who"] = json!(["sales"]);
    bad["transitions"][2]["after"] = json!([
        { "action": "set", "field": "amount", "value": "stage" },
        { "action": "set", "field": "version", "value": 1 },
        { "action": "set", "field": "forecast_category", "value": "closed" } ]);
    let not_a_list = json!({ "object": "deal", "field": "amount", "states": ["new"], "transitions": [] });
    let changes = [
        ("deal.a", bad),
        ("deal.b", not_a_list),
        ("deal.c", json!({ "object": "deal", "field": "stage", "states": [], "transitions": [{ "to": 1 }] })),
    ];
    let found = problems(
        world.define(changes.map(|(name, one)| (Kind::Processes, name, Some(one)))).await.unwrap_err(),
    );
    for start in [
        "a.states.1",
        "a.initial",
        "a.transitions.0.from.0",
        "a.transitions.1.name",
        "a.transitions.1.who.0",
        "a.transitions.2.after.0.value",
        "a.transitions.2.after.1.field",
        "a.transitions.2.after.2.value",
        "b.field",
        "c.states",
    ] {
        let path = format!("processes.deal.{start}");
        assert!(found.iter().any(|problem| problem.path == path), "{path} in {found:?}");
    }
}

#[tokio::test]
async fn the_wire_tells_and_takes_transitions() {
    let site = Site::new(World::new("process_wire").await).await;
    let object = json!({ "name": "ticket", "plural": "tickets", "fields": [
        { "name": "state", "kind": "picklist", "default": "open", "options": [{ "value": "open" }, { "value": "done" }] },
        { "name": "answer", "kind": "text" } ] });
    site.ask("PUT", "/metadata/v1/objects/ticket", Some(object)).await.data(200);
    let process = json!({ "object": "ticket", "field": "state", "mode": "enforce", "states": ["open", "done"],
        "transitions": [{ "name": "close", "from": ["open"], "to": "done", "during": { "fields": [{ "field": "answer", "required": true }] } }] });
    site.ask("PUT", "/metadata/v1/processes/ticket.flow", Some(process.clone())).await.data(200);
    let ticket = site.ask("POST", "/api/v1/tickets", Some(json!({ "name": "t" }))).await.data(201);
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let direct = site.ask("PATCH", &path, Some(json!({ "state": "done" }))).await;
    assert_eq!(direct.problems(422), ["state transition-needed"]);
    let ways = site.ask("GET", &format!("{path}/transitions"), None).await.data(200);
    assert_eq!((&ways[0]["name"], &ways[0]["missing"]), (&json!("close"), &json!(["answer"])));
    let taken = site.ask("POST", &format!("{path}/transitions/close"), None).await;
    assert_eq!(taken.problems(422), ["answer required"]);
    let taken = site.ask("POST", &format!("{path}/transitions/close"), Some(json!({ "answer": "42" }))).await;
    assert_eq!(taken.data(200)["state"], "done");
    assert_eq!(site.ask("POST", &format!("{path}/transitions/close"), None).await.status, 409);
    assert_eq!(site.ask("POST", &format!("{path}/transitions/open"), None).await.status, 404);
    let states = site.ask("GET", &format!("{path}/states"), None).await.data(200);
    assert_eq!((states.as_array().unwrap().len(), &states[0]["transition"]), (2, &json!("close")));
    let boot = site.ask("GET", "/metadata/v1/bootstrap", None).await.data(200);
    assert_eq!(boot["processes"][0]["name"], "ticket.flow");
    let overridden =
        site.ask("PATCH", &format!("{path}?process_override=true"), Some(json!({ "state": "open" }))).await;
    assert_eq!(overridden.data(200)["state"], "open");
    let shown = site.ask("GET", "/metadata/v1/processes/ticket.flow", None).await.data(200);
    assert_eq!(shown["states"], process["states"]);
}

/// The package's own: probability and days follow the stage; what was said counts.
#[tokio::test]
async fn deals_follow_their_pipeline() {
    let world = World::with_packages("process_deals").await;
    let ada = world.person("ada", "administrator").await;
    let pipelines = world
        .read(&ada, &engine::Query { object: "pipeline".into(), ..engine::Query::default() })
        .await
        .unwrap();
    let of = |code: &str| {
        pipelines.as_array().unwrap().iter().find(|one| one["code"] == code).unwrap()["id"].clone()
    };
    let mut ids = Vec::new();
    for code in ["new_business", "renewals"] {
        ids.push(world.create(&ada, "deal", json!({ "name": code, "pipeline_id": of(code) })).await.unwrap());
    }
    let probability = async |id| world.one(&ada, "deal", id).await.unwrap()["probability"].as_f64();
    assert_eq!((probability(ids[0]).await, probability(ids[1]).await), (Some(10.0), Some(60.0)));
    world.update(&ada, "deal", ids[0], json!({ "stage": "proposal" })).await.unwrap();
    world.update(&ada, "deal", ids[1], json!({ "stage": "proposal", "probability": 99 })).await.unwrap();
    assert_eq!((probability(ids[0]).await, probability(ids[1]).await), (Some(60.0), Some(99.0)));
    let found = problems(take(&world, &ada, ids[0], "win", json!({})).await.unwrap_err());
    assert_eq!(told(&found), ["amount required", "win_reason required"]);
    take(&world, &ada, ids[0], "win", json!({ "amount": 5, "win_reason": "price" })).await.unwrap();
    let deal = world.one(&ada, "deal", ids[0]).await.unwrap();
    assert_eq!((deal["probability"].as_f64(), &deal["forecast_category"]), (Some(100.0), &json!("closed")));
    assert!(!deal["actual_close_date"].is_null() && !deal["stage_changed_at"].is_null());
}
