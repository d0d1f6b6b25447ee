//! A standby answers as the primary would, or the primary does: nobody meets a state that is over.

use std::time::Duration;

use engine::packages::Install;
use engine::query::aggregate::{Function, Metric};
use engine::{Aggregate, Command, Context, Engine, Query, Search, Tenant, Update, What};
use it::standby::Pair;
use it::{fields, package};
use permissions::{Actor, ActorKind, Membership};
use serde_json::{Value as Json, json};
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

/// As it stands in the statements.
const ACCOUNTS: &str = "\"t_demo\".\"account\"";

struct House {
    pair: Pair,
    engine: Engine,
    tenant: Tenant,
}

impl House {
    async fn new() -> Self {
        let pair = Pair::start().await;
        let engine = Engine::new(pair.primary.clone());
        engine.protect_with(it::master_key());
        let tenant = Tenant { id: Uuid::now_v7(), slug: "demo".into(), schema: Tenant::schema_of("demo") };
        engine.create_schema(&tenant).await.unwrap();
        let house = Self { pair, engine, tenant };
        let packages = ["accounts", "leads", "deals"].map(package);
        house.engine.install(&house.system().await, &packages, Install::default()).await.unwrap();
        house.engine.read_from(house.pair.standby.clone());
        house
    }

    async fn system(&self) -> Context {
        self.engine.system_context(&self.tenant, "test").await.unwrap()
    }

    async fn create(&self, name: &str) -> Uuid {
        let what = What::Create(vec![fields(&json!({ "name": name }))]);
        let command = Command { object: "account".into(), what };
        self.engine.write(&self.system().await, command).await.unwrap().ids[0]
    }

    async fn give(&self, id: Uuid, owner: Uuid) {
        let update = Update { id, fields: fields(&json!({ "owner_id": owner })), if_version: None };
        let command = Command { object: "account".into(), what: What::Update(vec![update]) };
        self.engine.write(&self.system().await, command).await.unwrap();
    }

    /// Accounts with a name, as a list, a question about all, and a search find them.
    async fn find(&self, context: &Context, name: &str) -> [usize; 3] {
        let filter =
            engine::Filter::Field { path: "name".into(), operator: engine::Operator::Eq, value: json!(name) };
        let query = Query { object: "account".into(), filter: Some(filter.clone()), ..Query::default() };
        let listed = self.engine.read(context, &query).await.unwrap().count;
        let metrics = vec![Metric { function: Function::Count, path: None }];
        let count =
            Aggregate { object: "account".into(), metrics, filter: Some(filter), ..Aggregate::default() };
        let told = self.engine.aggregate(context, &count).await.unwrap();
        let told: Json = serde_json::from_slice(&told.json).unwrap();
        let counted = usize::try_from(told[0]["count"].as_u64().unwrap_or_default()).unwrap();
        let search = Search { text: name.into(), objects: vec!["account".into()], limit: 0 };
        let found = self.engine.search(context, &search).await.unwrap();
        [listed, counted, found.hits.iter().filter(|hit| hit["similar"] == json!(false)).count()]
    }

    /// How often the standby is asked for accounts by something.
    async fn asked<T>(&self, work: impl Future<Output = T>) -> usize {
        let before = self.pair.asked(ACCOUNTS);
        work.await;
        self.pair.asked(ACCOUNTS) - before
    }

    /// Returns when the standby answers again.
    async fn until_asked(&self) {
        let context = self.system().await;
        while self.asked(self.find(&context, "nobody")).await == 0 {
            tokio::task::yield_now().await;
        }
    }

    /// With which code the database refuses something. The primary, which is asked when the standby is a little behind,
    /// would not answer at all.
    async fn refused(&mut self, ask: impl AsyncFn(&Engine) -> engine::Result<()>) -> Option<String> {
        for _ in 0..3 {
            self.pair.follow().await;
            let Ok(told) = tokio::time::timeout(Duration::from_secs(4), ask(&self.engine)).await else {
                continue;
            };
            let Err(engine::Error::Database(error)) = told else { panic!("{told:?}") };
            return error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned());
        }
        None
    }

    async fn person(&self, name: &str, role: &str) -> Context {
        let system = self.system().await;
        let record = json!({ "name": name, "email": format!("{name}@example.com"), "roles": [role] });
        let command = Command { object: "user".into(), what: What::Create(vec![fields(&record)]) };
        let actor = Actor {
            user_id: self.engine.write(&system, command).await.unwrap().ids[0],
            name: name.into(),
            roles: vec![role.into()],
            membership: Membership::default(),
            kind: ActorKind::Person,
            scopes: None,
        };
        Context { actor: actor.into(), ..system }
    }
}

#[tokio::test]
async fn a_standby_answers_with_all_that_was_written_before() {
    let house = House::new().await;
    house.until_asked().await;
    let mut asked = 0;
    for n in 0..30 {
        let name = format!("Number{n}");
        let id = house.create(&name).await;
        let context = house.system().await;
        asked +=
            house.asked(async { assert_eq!(house.find(&context, &name).await, [1, 1, 1], "{name}") }).await;
        // What is asked for by its id is the primary's.
        let one = async { house.engine.read_one(&context, "account", id, Vec::new()).await.unwrap() };
        assert_eq!(house.asked(one).await, 0);
    }
    assert!(asked > 30, "{asked} of ninety");
    let context = house.system().await;
    let export = async {
        let query = Query { object: "account".into(), ..Query::default() };
        let form = engine::export::Form::JsonLines;
        let mut export = house.engine.export(&context, &query, form).await.unwrap();
        let mut lines = 0;
        while let Some(piece) = export.next().await.unwrap() {
            lines += String::from_utf8(piece).unwrap().lines().count();
        }
        assert_eq!(lines, 30);
    };
    assert_eq!(house.asked(export).await, 1);
    house.pair.stop().await;
}

#[tokio::test]
async fn one_that_stands_still_or_is_gone_is_not_asked() {
    let mut house = House::new().await;
    house.until_asked().await;
    house.pair.hold(true).await;
    let id = house.create("Late").await;
    let context = house.system().await;
    assert_eq!(house.asked(async { assert_eq!(house.find(&context, "Late").await, [1, 1, 1]) }).await, 0);
    // Whose right ends is out at once, as is what went.
    let ben = house.person("ben", "sales_rep").await;
    assert_eq!(house.find(&ben, "Late").await, [0, 0, 0], "it is another's");
    house.give(id, ben.actor.user_id).await;
    house.pair.hold(false).await;
    house.until_asked().await;
    assert_eq!(house.find(&ben, "Late").await, [1, 1, 1]);
    house.pair.hold(true).await;
    house.give(id, engine::SYSTEM_USER).await;
    assert_eq!(house.find(&ben, "Late").await, [0, 0, 0], "the standby knows of no end of it");
    house.pair.hold(false).await;
    house.until_asked().await;
    house.pair.kill();
    house.create("Alone").await;
    let context = house.system().await;
    assert_eq!(house.find(&context, "Alone").await, [1, 1, 1]);
    house.pair.stop().await;
}

#[tokio::test]
async fn a_primary_without_a_connection_to_spare_tells_nothing_of_the_standby() {
    let house = House::new().await;
    house.until_asked().await;
    let context = house.system().await;
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(house.pair.primary.acquire().await.unwrap());
    }
    // Longer than a standby's answer is waited for.
    let asked = tokio::time::timeout(Duration::from_millis(1500), house.find(&context, "nobody"));
    assert!(asked.await.is_err());
    drop(held);
    let again = tokio::time::timeout(Duration::from_secs(3), house.until_asked());
    again.await.expect("it was not given up for seconds");
    house.pair.stop().await;
}

#[tokio::test]
async fn a_tenant_that_the_standby_does_not_know_yet_is_no_reason_to_give_it_up() {
    let mut house = House::new().await;
    house.until_asked().await;
    house.pair.hold(true).await;
    let new = Tenant { id: Uuid::now_v7(), slug: "new".into(), schema: Tenant::schema_of("new") };
    house.engine.create_schema(&new).await.unwrap();
    let context = house.engine.system_context(&new, "test").await.unwrap();
    let users = Query { object: "user".into(), ..Query::default() };
    house.engine.read(&context, &users).await.unwrap();
    house.pair.hold(false).await;
    let again = tokio::time::timeout(Duration::from_secs(3), house.until_asked());
    again.await.expect("it was not given up for seconds");
    house.pair.stop().await;
}

/// As long as a statement of a node may take.
const PATIENCE: &str = "500";

#[tokio::test]
async fn what_takes_too_long_there_is_not_begun_again_here() {
    let house = House::new().await;
    let engine = Engine::new(house.pair.primary.clone());
    engine.protect_with(it::master_key());
    let options = (*house.pair.standby.connect_options()).clone().options([("statement_timeout", PATIENCE)]);
    engine.read_from(PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap());
    let mut house = House { engine, ..house };
    house.until_asked().await;
    let context = house.system().await;
    let mut lock = house.pair.primary.begin().await.unwrap();
    sqlx::query("LOCK TABLE t_demo.account IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    // What is committed after it brings the lock to the standby.
    house.engine.touch_access(&house.tenant).await.unwrap();
    let query = Query { object: "account".into(), ..Query::default() };
    let metrics = vec![Metric { function: Function::Count, path: None }];
    let count = Aggregate { object: "account".into(), metrics, ..Aggregate::default() };
    let search = Search { text: "Nobody".into(), objects: vec!["account".into()], limit: 0 };
    let form = engine::export::Form::JsonLines;
    let late = Some("57014".to_owned());
    let listed = house.refused(async |engine| engine.read(&context, &query).await.map(drop));
    assert_eq!(listed.await, late);
    let counted = house.refused(async |engine| engine.aggregate(&context, &count).await.map(drop));
    assert_eq!(counted.await, late);
    let found = house.refused(async |engine| engine.search(&context, &search).await.map(drop));
    assert_eq!(found.await, late);
    let taken = house.refused(async |engine| engine.export(&context, &query, form).await.map(drop));
    assert_eq!(taken.await, late);
    lock.rollback().await.unwrap();
    house.pair.stop().await;
}

#[tokio::test]
async fn what_is_no_standby_of_this_database_is_not_read() {
    let world = it::World::with_packages("no_standby").await;
    let other = it::World::with_packages("other_primary").await;
    let system = world.system().await;
    world.create(&system, "account", json!({ "name": "Here" })).await.unwrap();
    world.engine.read_from(other.engine.pool().clone());
    let query = Query { object: "account".into(), ..Query::default() };
    for _ in 0..3 {
        assert_eq!(world.engine.read(&system, &query).await.unwrap().count, 1);
    }
    // Nor is the primary itself, which has everything and replays nothing.
    other.engine.read_from(other.engine.pool().clone());
    assert_eq!(other.engine.read(&other.system().await, &query).await.unwrap().count, 0);
}

#[tokio::test]
async fn what_leaves_a_trace_is_the_primarys() {
    let house = House::new().await;
    let field = json!({ "name": "secret", "kind": "text", "label": "Secret", "sensitive": true });
    let change = metadata::Change {
        kind: metadata::Kind::Fields,
        name: "account.secret".into(),
        definition: Some(field),
    };
    let wish = engine::Apply { changes: vec![change], ..engine::Apply::default() };
    house.engine.apply(&house.system().await, wish).await.unwrap();
    house.create("Quiet").await;
    let ada = house.person("ada", "administrator").await;
    let (snapshot, _) = house.engine.fresh_snapshot(&house.tenant).await.unwrap();
    let ada = Context { snapshot, ..ada };
    let asked = house.asked(async {
        let query = Query { object: "account".into(), ..Query::default() };
        assert_eq!(house.engine.read(&ada, &query).await.unwrap().count, 1);
    });
    assert_eq!(asked.await, 0);
    let text = "select count(*) from t_demo._audit_tail where action = 'read'";
    let noted: i64 = sqlx::query_scalar(text).fetch_one(&house.pair.primary).await.unwrap();
    assert!(noted > 0, "it is told who has read it");
    house.pair.stop().await;
}
