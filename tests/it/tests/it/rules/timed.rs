//! Transitions that Trellis takes by itself: when it is time, once each, through the save that everybody's changes go
//! through.

use chrono::{DateTime, TimeDelta, Utc};
use engine::{Context, Engine, Error, Update, What};
use it::random::Random;
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::told;

/// Deals that nobody cares for are lost after two days, and forgotten an hour later.
fn forgetting() -> Json {
    json!({ "object": "deal", "field": "stage", "mode": "enforce", "initial": ["new"],
        "states": ["new", "qualified", { "value": "lost", "enter": [{ "action": "set", "field": "probability", "value": 1 }] }, "won"],
        "transitions": [
            { "name": "qualify", "from": ["new"], "to": "qualified" },
            { "name": "expire", "from": ["new", "qualified"], "to": "lost", "before": "BLANKVALUE(amount, 0) < 1000",
                "trigger": { "automatic": { "after_hours": 48 } },
                "after": [{ "action": "set", "field": "description", "value": "\"Nobody came\"" }, { "action": "emit", "event": "deal.expired" }] },
            { "name": "forget", "from": ["lost"], "to": "won", "trigger": { "automatic": { "after_hours": 1 } } } ] })
}

async fn world(name: &str) -> (World, Context) {
    let world = World::with_packages(name).await;
    world.define([(Kind::Processes, "deal.sales", Some(forgetting()))]).await.expect("the process is good");
    let ada = world.person("ada", "administrator").await;
    (world, ada)
}

/// Everything that is to be done at a moment.
async fn drain(engine: &Engine, world: &World, at: DateTime<Utc>) {
    while engine.work_at(&world.tenant, at).await.expect("the work is done") {}
}

async fn ago(world: &World, who: &Context, hours: i64) -> Context {
    let mut then = world.again(who).await;
    then.now -= TimeDelta::hours(hours);
    then
}

async fn deals(world: &World, then: &Context, records: Vec<Json>) -> Vec<Uuid> {
    let records = records.iter().map(fields).collect();
    let command = engine::Command { object: "deal".into(), what: What::Create(records) };
    world.engine.write(then, command).await.expect("the deals are good").ids
}

async fn stage(world: &World, ada: &Context, id: Uuid) -> String {
    world.one(&world.again(ada).await, "deal", id).await.unwrap()["stage"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

async fn count(world: &World, what: &str) -> i64 {
    let text = format!("SELECT count(*) FROM {}.{what}", world.tenant.schema);
    sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(world.engine.pool()).await.unwrap()
}

#[tokio::test]
async fn a_record_moves_on_when_its_time_has_come() {
    let (world, ada) = world("timed_moves").await;
    let now = Utc::now();
    let then = ago(&world, &ada, 47).await;
    let mut given = Vec::new();
    for (name, amount) in [("small", 5), ("large", 5000), ("touched", 7)] {
        given.push(json!({ "name": name, "amount": amount }));
    }
    let ids = deals(&world, &then, given).await;
    drain(&world.engine, &world, now).await;
    assert_eq!(stage(&world, &ada, ids[0]).await, "new", "it is an hour too early");
    // Coming into another state begins anew.
    let mut later = world.again(&ada).await;
    later.now = now - TimeDelta::hours(1);
    let update = Update { id: ids[2], fields: vec![], if_version: None };
    world.engine.transition(&later, "deal", ("qualify", update, None)).await.unwrap();
    let due = now + TimeDelta::hours(2);
    drain(&world.engine, &world, due).await;
    let stages = [
        stage(&world, &ada, ids[0]).await,
        stage(&world, &ada, ids[1]).await,
        stage(&world, &ada, ids[2]).await,
    ];
    assert_eq!(stages, ["lost", "new", "qualified"]);
    let deal = world.one(&ada, "deal", ids[0]).await.unwrap();
    assert_eq!((&deal["description"], deal["probability"].as_f64()), (&json!("Nobody came"), Some(1.0)));
    let states = world.engine.states(&world.again(&ada).await, ("deal", ids[0]), (10, None)).await.unwrap();
    let entry = &states[0];
    assert_eq!(
        (&entry["transition"], &entry["process"], &entry["actor"]["name"]),
        (&json!("expire"), &json!("deal.sales"), &json!("Trellis"))
    );
    assert_eq!(entry["seconds_in_previous"], json!(49 * 3600));
    let history = world.history(&world.again(&ada).await, "deal", ids[0]).await.unwrap();
    let told: Vec<String> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["action"], one["changes"]["event"]))
        .collect();
    assert_eq!(told, ["\"emit\" [null,\"deal.expired\"]", "\"update\" null", "\"create\" null"]);
    assert_eq!(history[1]["transition"]["name"], "expire");
    // What becomes true later counts then, and the next state has a clock of its own.
    world.update(&ada, "deal", ids[1], json!({ "amount": 10 })).await.unwrap();
    drain(&world.engine, &world, due + TimeDelta::minutes(30)).await;
    assert_eq!([stage(&world, &ada, ids[0]).await, stage(&world, &ada, ids[1]).await], ["lost", "lost"]);
    drain(&world.engine, &world, due + TimeDelta::minutes(61)).await;
    assert_eq!([stage(&world, &ada, ids[0]).await, stage(&world, &ada, ids[1]).await], ["won", "lost"]);
}

#[tokio::test]
async fn nobody_else_takes_it() {
    let (world, ada) = world("timed_nobody").await;
    let id = world.create(&ada, "deal", json!({ "name": "d" })).await.unwrap();
    let ways = world.engine.transitions(&world.again(&ada).await, "deal", id).await.unwrap();
    let names: Vec<&Json> = ways["data"].as_array().unwrap().iter().map(|way| &way["name"]).collect();
    assert_eq!(names, ["qualify"]);
    let update = Update { id, fields: vec![], if_version: None };
    let taken = world.engine.transition(&world.again(&ada).await, "deal", ("expire", update, None)).await;
    assert!(matches!(taken, Err(Error::Forbidden(_))), "{taken:?}");
    let found = problems(world.update(&ada, "deal", id, json!({ "stage": "lost" })).await.unwrap_err());
    assert!(found[0].hint.as_deref().unwrap().ends_with("one of qualify"), "{found:?}");
}

#[tokio::test]
async fn what_a_rule_refuses_stays_and_holds_back_nothing() {
    let (world, ada) = world("timed_refused").await;
    let rule = json!({ "object": "deal", "when": "stage = \"lost\" AND name = \"b\"", "message": "Never", "field": "name" });
    world.define([(Kind::ValidationRules, "deal.never", Some(rule))]).await.unwrap();
    let ids = deals(
        &world,
        &ago(&world, &ada, 72).await,
        ["a", "b", "c"].map(|name| json!({ "name": name })).into(),
    )
    .await;
    let now = Utc::now();
    for minute in 0..5 {
        drain(&world.engine, &world, now + TimeDelta::minutes(2 * minute)).await;
    }
    let stages = [
        stage(&world, &ada, ids[0]).await,
        stage(&world, &ada, ids[1]).await,
        stage(&world, &ada, ids[2]).await,
    ];
    assert_eq!(stages, ["lost", "new", "lost"]);
    let asked = engine::audit::list::AuditQuery {
        action: Some("transition_refused".into()),
        limit: 10,
        ..Default::default()
    };
    let rows = world.engine.audit_log(&world.again(&ada).await, &asked).await.unwrap().rows;
    // Told once an hour, not every minute.
    assert_eq!(rows.iter().map(|row| row.record_id).collect::<Vec<_>>(), [Some(ids[1])]);
    assert!(rows[0].changes["problems"].get().contains("Never"));
    drain(&world.engine, &world, now + TimeDelta::minutes(70)).await;
    assert_eq!(world.engine.audit_log(&world.again(&ada).await, &asked).await.unwrap().rows.len(), 2);
}

/// What is only found out while it is written, such as that the next one of a record that comes again breaks a rule.
#[tokio::test]
async fn what_fails_on_the_way_stays_and_holds_back_nothing() {
    let (world, ada) = world("timed_failed").await;
    let closing = json!({ "object": "task", "field": "status", "states": ["todo", "done"], "transitions": [
        { "name": "close", "from": ["todo"], "to": "done", "trigger": { "automatic": { "after_hours": 48 } } } ] });
    let rule = json!({ "object": "task", "when": "NOT(ISBLANK(previous_task)) AND title = \"b\"", "message": "Never" });
    let changes =
        [(Kind::Processes, "task.closing", Some(closing)), (Kind::ValidationRules, "task.never", Some(rule))];
    world.define(changes).await.unwrap();
    let then = ago(&world, &ada, 72).await;
    let task = |title: &str| {
        fields(&json!({ "title": title, "recurrence_rule": "FREQ=YEARLY", "due_at": then.now }))
    };
    let tasks = What::Create(["a", "b", "c"].map(task).into());
    let command = engine::Command { object: "task".into(), what: tasks };
    let ids = world.engine.write(&then, command).await.unwrap().ids;
    let deal = deals(&world, &then, vec![json!({ "name": "d" })]).await[0];
    drain(&world.engine, &world, Utc::now()).await;
    let mut told = Vec::new();
    for id in ids.iter().copied() {
        told.push(world.one(&world.again(&ada).await, "task", id).await.unwrap()["status"].clone());
    }
    assert_eq!(told, ["done", "todo", "done"]);
    assert_eq!(count(&world, "task WHERE previous_task_id IS NOT NULL").await, 2);
    assert_eq!(stage(&world, &ada, deal).await, "lost");
    let asked = engine::audit::list::AuditQuery {
        action: Some("transition_refused".into()),
        limit: 10,
        ..Default::default()
    };
    let rows = world.engine.audit_log(&world.again(&ada).await, &asked).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.record_id).collect::<Vec<_>>(), [Some(ids[1])]);
    assert!(rows[0].changes["problems"].get().contains("next-refused"));
}

/// What the database itself refuses, of a record that is due alone.
#[tokio::test]
async fn what_the_database_refuses_stays_and_holds_back_nothing() {
    let (world, ada) = world("timed_unique").await;
    let code = json!({ "name": "code", "kind": "text", "unique": true });
    world.define([(Kind::Fields, "deal.code", Some(code))]).await.unwrap();
    let mut process = forgetting();
    process["initial"] = json!(["new", "lost"]);
    process["transitions"][1]["after"] = json!([{ "action": "set", "field": "code", "value": "\"X\"" }]);
    world.define([(Kind::Processes, "deal.sales", Some(process))]).await.unwrap();
    let then = ago(&world, &ada, 72).await;
    let due = json!({ "name": "due" });
    let ids = deals(&world, &then, vec![due, json!({ "name": "lost", "stage": "lost" })]).await;
    world.create(&world.again(&ada).await, "deal", json!({ "name": "first", "code": "X" })).await.unwrap();
    drain(&world.engine, &world, Utc::now()).await;
    assert_eq!([stage(&world, &ada, ids[0]).await, stage(&world, &ada, ids[1]).await], ["new", "won"]);
    assert_eq!(count(&world, "_audit_tail WHERE action = 'transition_refused'").await, 1);
}

#[tokio::test]
async fn two_processes_may_have_a_transition_of_one_name() {
    let (world, ada) = world("timed_names").await;
    let field = json!({ "name": "care", "kind": "picklist", "options": [{ "value": "open" }, { "value": "closed" }] });
    world.define([(Kind::Fields, "deal.care", Some(field))]).await.unwrap();
    let care = json!({ "object": "deal", "field": "care", "states": ["open", "closed"], "transitions": [
        { "name": "expire", "from": ["open"], "to": "closed", "trigger": { "automatic": { "after_hours": 24 } } } ] });
    world.define([(Kind::Processes, "deal.care", Some(care))]).await.unwrap();
    let then = ago(&world, &world.again(&ada).await, 72).await;
    let id = deals(&world, &then, vec![json!({ "name": "d", "care": "open" })]).await[0];
    let late =
        deals(&world, &ago(&world, &ada, 30).await, vec![json!({ "name": "e", "care": "open" })]).await[0];
    drain(&world.engine, &world, Utc::now()).await;
    let mut told = Vec::new();
    for id in [id, late] {
        let deal = world.one(&world.again(&ada).await, "deal", id).await.unwrap();
        told.push((deal["stage"].clone(), deal["care"].clone()));
    }
    assert_eq!(told, [(json!("lost"), json!("closed")), (json!("new"), json!("closed"))]);
}

/// Several nodes at once, some of them killed wherever they are: each record is taken once, and totals are right.
#[tokio::test]
async fn each_record_is_taken_once_whoever_is_killed() {
    let (world, ada) = world("timed_once").await;
    let total = json!({ "of": "deals", "function": "count", "where": "stage = \"lost\"", "kind": "rollup", "name": "lost_deals" });
    world.define([(Kind::Fields, "account.lost_deals", Some(total))]).await.unwrap();
    let then = ago(&world, &ada, 72).await;
    let account = world.create(&then, "account", json!({ "name": "A" })).await.unwrap();
    let many = (0..1_250).map(|n| json!({ "name": format!("d{n}"), "account_id": account })).collect();
    let ids = deals(&world, &then, many).await;
    drain(&world.engine, &world, then.now).await;
    let now = Utc::now();
    let nodes = [world.node(3).await, world.node(3).await];
    let mut random = Random::new(20_261_121);
    for _ in 0..40 {
        let work = |engine: &Engine| {
            let (engine, tenant) = (engine.clone(), world.tenant.clone());
            tokio::spawn(async move { engine.work_at(&tenant, now).await })
        };
        let tasks = [work(&nodes[0]), work(&nodes[1])];
        for _ in 0..random.below(400) {
            tokio::task::yield_now().await;
        }
        tasks.iter().for_each(|task| task.abort());
        for task in tasks {
            drop(task.await);
        }
    }
    let both = async |engine: &Engine| drain(engine, &world, now).await;
    tokio::join!(both(&nodes[0]), both(&nodes[1]));
    assert_eq!(count(&world, "_states WHERE transition = 'expire'").await, ids.len() as i64);
    assert_eq!(count(&world, "deal WHERE stage = 'lost' AND version = 2").await, ids.len() as i64);
    assert_eq!(count(&world, "_audit_tail WHERE action = 'emit'").await, ids.len() as i64);
    assert_eq!(
        world.one(&world.again(&ada).await, "account", account).await.unwrap()["lost_deals"],
        json!(ids.len())
    );
    assert!(world.engine.check_rollups(&world.tenant, false).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_record_that_somebody_holds_is_taken_a_minute_later() {
    let (world, ada) = world("timed_held").await;
    let ids =
        deals(&world, &ago(&world, &ada, 72).await, ["a", "b"].map(|name| json!({ "name": name })).into())
            .await;
    let now = Utc::now();
    let mut holder = world.engine.pool().begin().await.unwrap();
    let text = format!("SELECT 1 FROM {}.deal WHERE id = $1 FOR UPDATE", world.tenant.schema);
    sqlx::query(AssertSqlSafe(text)).bind(ids[0]).execute(&mut *holder).await.unwrap();
    drain(&world.engine, &world, now).await;
    assert_eq!(stage(&world, &ada, ids[1]).await, "lost");
    holder.rollback().await.unwrap();
    assert_eq!(stage(&world, &ada, ids[0]).await, "new");
    drain(&world.engine, &world, now + TimeDelta::minutes(1)).await;
    assert_eq!(stage(&world, &ada, ids[0]).await, "lost");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::with_packages("timed_bad").await;
    let mut bad = forgetting();
    bad["transitions"][1] = json!({ "name": "expire", "to": "lost", "trigger": { "automatic": { "after_hours": 0 } },
        "who": ["owner"], "during": { "fields": [] }, "after": [{ "action": "emit", "event": "Deal Expired" }] });
    bad["transitions"][2]["trigger"] = json!({ "automatic": { "after_hours": 1e9 } });
    bad["states"][2]["enter"] = json!([{ "action": "emit", "event": "deal.lost" }]);
    let found = problems(world.define([(Kind::Processes, "deal.sales", Some(bad))]).await.unwrap_err());
    let mut told = told(&found);
    told.sort();
    assert_eq!(
        told,
        [
            "processes.deal.sales.states.2.enter.0 not-allowed",
            "processes.deal.sales.transitions.1.after.0.event bad-name",
            "processes.deal.sales.transitions.1.during not-allowed",
            "processes.deal.sales.transitions.1.from missing",
            "processes.deal.sales.transitions.1.trigger.automatic.after_hours out-of-range",
            "processes.deal.sales.transitions.1.who not-allowed",
            "processes.deal.sales.transitions.2.trigger.automatic.after_hours out-of-range",
        ]
    );
}
