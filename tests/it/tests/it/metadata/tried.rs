//! The steps of a plan are tried where nobody is: what PostgreSQL would refuse is told, no table of the tenant is touched,
//! and nothing is left. That what goes is never told as refused is held by the random histories beside this.

use std::time::{Duration, Instant};

use it::site::Site;
use sqlx::{AssertSqlSafe, PgPool, Row};

use super::*;

async fn plan(site: &Site, changes: &Json) -> Json {
    let before = (site.world.fingerprint().await, schemas(site.world.engine.pool()).await);
    let body = json!({ "changes": changes, "dry_run": true });
    let plan = site.ask("POST", "/metadata/v1/deploy", Some(body)).await.data(200);
    let after = (site.world.fingerprint().await, schemas(site.world.engine.pool()).await);
    assert_eq!(before, after, "something is left");
    plan
}

async fn schemas(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("SELECT nspname::text FROM pg_namespace ORDER BY 1").fetch_all(pool).await.unwrap()
}

async fn id_of(site: &Site, object: &str) -> String {
    site.world.system().await.snapshot.catalog.find_object(object).unwrap().id.clone()
}

fn object(name: &str) -> Json {
    json!([{ "kind": "objects", "name": name, "definition": { "plural": format!("{name}s"),
        "fields": [{ "name": "keeper", "kind": "lookup", "to": "keeper" }, { "name": "code", "kind": "text", "unique": true }] } }])
}

#[tokio::test]
async fn what_is_tried_is_told() {
    let site = Site::new(World::zoo("tried_good").await).await;
    let told = plan(&site, &object("cage")).await;
    assert_eq!(told["tried"]["steps"].as_u64(), told["steps"].as_array().map(|steps| steps.len() as u64));
    assert_eq!((&told["tried"]["refused"], &told["tried"]["untried"]), (&json!([]), &json!([])));
    // What each does is told in parts, for whoever says it in another language.
    let (first, points) =
        (&told["steps"][0], json!({ "code": "point", "name": "cage.keeper", "other": "keeper" }));
    assert_eq!(
        (&first["does"], &first["description"]),
        (&json!({ "code": "create-table", "name": "cage" }), &json!("Create the table of `cage`"))
    );
    assert!(told["steps"].as_array().unwrap().iter().any(|step| step["does"] == points), "{told}");
    // What touches no table has nothing to try, and what is done is told without.
    let view = json!([{ "kind": "list-views", "name": "keeper.all", "definition": { "object": "keeper", "label": "All", "columns": ["name"] } }]);
    assert_eq!(plan(&site, &view).await["tried"], json!({ "steps": 0, "refused": [], "untried": [] }));
    let done = site.ask("POST", "/metadata/v1/deploy", Some(json!({ "changes": object("cage") }))).await;
    assert_eq!(done.data(200).get("tried"), None);
}

#[tokio::test]
async fn whoever_plans_while_typing_makes_no_schema() {
    let site = Site::new(World::zoo("tried_not").await).await;
    let admin = site.world.superuser().await;
    // From now on whoever makes a schema is refused.
    let text = "CREATE FUNCTION public.no_schema() RETURNS event_trigger LANGUAGE plpgsql AS \
                $$ BEGIN RAISE EXCEPTION 'a schema is made'; END $$; \
                CREATE EVENT TRIGGER no_schema ON ddl_command_start WHEN TAG IN ('CREATE SCHEMA') EXECUTE FUNCTION public.no_schema()";
    sqlx::raw_sql(text).execute(&admin).await.unwrap();
    let reasons = |told: &Json| -> Vec<String> {
        let untried = told["tried"]["untried"].as_array().unwrap();
        untried.iter().map(|one| one["reason"].as_str().unwrap().to_owned()).collect()
    };
    let told = plan(&site, &object("cage")).await;
    let steps = told["steps"].as_array().unwrap().len();
    assert_eq!(reasons(&told), vec!["unavailable"; steps], "the trigger does not hold: {told}");
    let body = json!({ "changes": object("cage"), "dry_run": true, "try_steps": false });
    let told = site.ask("POST", "/metadata/v1/deploy", Some(body)).await.data(200);
    assert_eq!((&told["tried"]["steps"], &told["tried"]["refused"]), (&json!(0), &json!([])));
    assert_eq!(reasons(&told), vec!["not-asked"; told["steps"].as_array().unwrap().len()]);
    let field = json!({ "kind": "integer" });
    let path = "/metadata/v1/objects/keeper/fields/grade?dry_run=true&try_steps=false";
    let told = site.ask("PUT", path, Some(field)).await;
    assert_eq!(reasons(&told.json()), ["not-asked"], "{}", told.text());
    let path = "/metadata/v1/layers/objects/keeper?dry_run=true&try_steps=false";
    let told = site.ask("DELETE", path, None).await;
    assert_ne!(told.status, 400, "{}", told.text());
    // It is a wish, and not a word that is passed over.
    let wrong = json!({ "changes": object("cage"), "dry_run": true, "try_steps": "no" });
    let refused = site.ask("POST", "/metadata/v1/deploy", Some(wrong)).await;
    assert_eq!(refused.problems(422), ["try_steps wrong-type"]);
}

#[tokio::test]
async fn a_name_that_an_index_has_is_told_before_anything_is_done() {
    let site = Site::new(World::zoo("tried_name").await).await;
    let name = format!("{}_pkey", id_of(&site, "keeper").await);
    let told = plan(&site, &object(&name)).await;
    let refused = &told["tried"]["refused"];
    assert_eq!(refused.as_array().map(Vec::len), Some(1), "{refused}");
    assert_eq!(
        (&refused[0]["path"], &refused[0]["code"]),
        (&json!(format!("objects.{name}")), &json!("step-refused"))
    );
    assert_eq!(refused[0]["step"], json!(format!("Create the table of `{name}`")));
    assert_eq!(refused[0]["does"], json!({ "code": "create-table", "name": name }));
    assert_eq!(refused[0]["message"], json!(format!("relation \"{name}\" already exists")));
    // What stands on it is not told as another fault.
    let untried = told["tried"]["untried"].as_array().unwrap();
    assert!(untried.len() > 3 && untried.iter().all(|one| one["reason"] == "refused"), "{untried:?}");
    let before = site.world.fingerprint().await;
    let done = site.ask("POST", "/metadata/v1/deploy", Some(json!({ "changes": object(&name) }))).await;
    assert_eq!(done.problems(422), [" step-refused"]);
    assert_eq!(site.world.fingerprint().await, before);
    // A package is planned by the same steps.
    let manifest = json!({ "name": "odd", "version": "1.0.0", "label": "Odd" });
    let odd = json!({ "plural": "odds", "fields": [{ "name": "code", "kind": "text" }] });
    let source = json!({ "manifest.json": manifest, format!("objects/{name}.json"): odd });
    let body = json!({ "dry_run": true, "source": source });
    let told = site.ask("POST", "/metadata/v1/packages", Some(body)).await.data(200);
    assert_eq!(told["tried"]["refused"][0]["step"], json!(format!("Create the table of `{name}`")), "{told}");
}

#[tokio::test]
async fn columns_that_were_dropped_count() {
    let site = Site::new(World::zoo("tried_columns").await).await;
    let columns = |what: &str| (0..1_500).map(|n| format!("{what} x{n}")).collect::<Vec<_>>();
    let added: Vec<String> = columns("ADD COLUMN").iter().map(|one| format!("{one} int")).collect();
    for parts in [added, columns("DROP COLUMN")] {
        let text = format!("ALTER TABLE t_demo.keeper {}", parts.join(", "));
        sqlx::query(AssertSqlSafe(text)).execute(site.world.engine.pool()).await.unwrap();
    }
    let fields = |count: usize| -> Json {
        let one = |n: usize| json!({ "kind": "fields", "name": format!("keeper.n{n}"), "definition": { "kind": "integer" } });
        (0..count).map(one).collect()
    };
    let few = plan(&site, &fields(20)).await["tried"].clone();
    assert_eq!(few, json!({ "steps": 20, "refused": [], "untried": [] }));
    let told = plan(&site, &fields(120)).await;
    let refused = &told["tried"]["refused"][0];
    assert_eq!(
        (&refused["path"], &refused["message"]),
        (&json!("objects.keeper"), &json!("tables can have at most 1600 columns"))
    );
}

/// From now on whoever makes an index waits as long as the answer holds the number.
async fn stop(admin: &PgPool) -> sqlx::PgTransaction<'static> {
    let text = "CREATE FUNCTION public.halt() RETURNS event_trigger LANGUAGE plpgsql AS \
                $$ BEGIN PERFORM pg_advisory_xact_lock(4711); END $$; \
                CREATE EVENT TRIGGER halt ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.halt()";
    sqlx::raw_sql(text).execute(admin).await.unwrap();
    let mut holder = admin.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(4711)").execute(&mut *holder).await.unwrap();
    holder
}

/// Relations of the tenant that whoever waits for the number has locked.
async fn locked(admin: &PgPool) -> Option<Vec<String>> {
    let text = "SELECT ARRAY(SELECT c.relname::text || ' ' || l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation \
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE l.pid = w.pid AND n.nspname = 't_demo') AS held \
                FROM pg_locks w WHERE w.locktype = 'advisory' AND NOT w.granted";
    let row = sqlx::query(text).fetch_optional(admin).await.unwrap()?;
    Some(row.get("held"))
}

#[tokio::test]
async fn no_table_of_the_tenant_is_locked_meanwhile_and_its_time_is_short() {
    let site = Site::new(World::zoo("tried_locks").await).await;
    let admin = site.world.superuser().await;
    // It has to read the table for its plan: the records that are too many.
    let changes = json!([{ "kind": "fields", "name": "keeper.rank", "definition": { "kind": "integer", "max": 3, "indexed": true } },
        { "kind": "fields", "name": "keeper.boss", "definition": { "kind": "lookup", "to": "keeper" } }]);
    let holder = stop(&admin).await;
    let look = async {
        let since = Instant::now();
        loop {
            if let Some(held) = locked(&admin).await {
                return held;
            }
            assert!(since.elapsed() < Duration::from_secs(20), "nobody waits");
        }
    };
    let (told, held) = tokio::join!(plan(&site, &changes), async {
        let held = look.await;
        drop(holder);
        held
    });
    assert_eq!(held, Vec::<String>::new());
    let tried = |told: &Json| (told["tried"]["refused"].clone(), told["tried"]["untried"].clone());
    assert_eq!(tried(&told), (json!([]), json!([])), "{told}");
    // One that does not come to its end is given up, and the plan is told.
    let mut holder = admin.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(4711)").execute(&mut *holder).await.unwrap();
    let since = Instant::now();
    let told = plan(&site, &changes).await;
    assert!(since.elapsed() < Duration::from_secs(8), "{:?}", since.elapsed());
    let untried = told["tried"]["untried"].as_array().unwrap();
    assert!(
        untried.iter().any(|one| one["reason"] == "too-long" || one["reason"] == "unavailable"),
        "{told}"
    );
}
