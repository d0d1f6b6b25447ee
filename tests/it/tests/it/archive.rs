//! A tenant as a folder and back: everything is there again, to the byte, and the new tenant works on its own.

use std::collections::BTreeMap;
use std::path::Path;

use engine::archive::Manifest;
use engine::{Error, Tenant, What};
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

fn tenant(slug: &str) -> Tenant {
    Tenant { id: Uuid::now_v7(), slug: slug.into(), schema: Tenant::schema_of(slug) }
}

async fn save(world: &World, folder: &Path) -> Manifest {
    let manifest = world.engine.save_archive(&world.tenant, folder).await.unwrap();
    manifest.write(folder).unwrap();
    manifest
}

/// A fingerprint of each table, those apart that an archive leaves out.
async fn fingerprints(world: &World, tenant: &Tenant) -> BTreeMap<String, (i64, Option<String>)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relnamespace = $1::text::regnamespace and relkind = 'r' \
         and relname not in ('_once', '_imports', '_import_rejects', '_state') and relname not like '\\_gone\\_%'",
    )
    .bind(&tenant.schema)
    .fetch_all(world.engine.pool())
    .await
    .unwrap();
    let mut found = BTreeMap::new();
    for name in tables {
        // By the names of the columns: what was retired in between leaves another order.
        let text = format!(
            "select count(*), md5(string_agg(x.row, e'\\n' order by x.row)) from (select (select jsonb_object_agg(key, value) from jsonb_each(to_jsonb(t)) \
             where key not like '\\_gone\\_%')::text as row from {}.\"{name}\" t) x",
            tenant.schema
        );
        let row = sqlx::query_as(AssertSqlSafe(text)).fetch_one(world.engine.pool()).await.unwrap();
        found.insert(name, row);
    }
    found
}

#[tokio::test]
async fn everything_comes_back() {
    let world = World::with_samples("round").await;
    let ada = world.person("ada", "administrator").await;
    // Of each kind something: a change with history, a thing in the bin, a share, a team, numbers.
    let deal = world
        .create(&ada, "deal", json!({ "name": "Ärger „x“ \u{1F600}\n2", "amount": "12345678901234.56" }))
        .await
        .unwrap();
    world.update(&ada, "deal", deal, json!({ "amount": "1.10" })).await.unwrap();
    world.run(&ada, "deal", What::Delete(vec![deal])).await.unwrap();
    let view = json!({ "object": "deal", "label": "Mine alone", "columns": ["amount"] });
    let keys = view.as_object().cloned().unwrap();
    world.engine.create_view(&ada, engine::ViewWish { keys, position: None }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let manifest = save(&world, folder.path()).await;
    assert_eq!(manifest.rows["tables/_views"], 1);
    assert!(manifest.rows["records/deal"] > 100 && manifest.rows["records/user"] >= 2, "{:?}", manifest.rows);
    assert!(folder.path().join("metadata/objects/deal.json").exists());
    let copy = tenant("copy");
    let read = world.engine.load_archive(&copy, folder.path()).await.unwrap();
    assert_eq!(read, manifest);
    assert_eq!(fingerprints(&world, &world.tenant).await, fingerprints(&world, &copy).await);
    assert_eq!(world.engine.doctor(&copy).await.unwrap(), []);
    // Snapshots are kept by the tenant's id, which is the same here.
    let other = world.node(2).await;
    let (old, new) = (
        world.engine.fresh_snapshot(&world.tenant).await.unwrap().0,
        other.fresh_snapshot(&copy).await.unwrap().0,
    );
    assert_eq!((&old.definitions, old.revision), (&new.definitions, new.revision));
    // Once more out: the same files but for the moment.
    let again = tempfile::tempdir().unwrap();
    world.engine.save_archive(&copy, again.path()).await.unwrap();
    for path in manifest.rows.keys().filter(|path| *path != "metadata") {
        let read = |folder: &Path| {
            let mut lines: Vec<String> = std::fs::read_to_string(folder.join(format!("{path}.ndjson")))
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect();
            lines.sort();
            lines
        };
        assert!(read(folder.path()) == read(again.path()), "{path} differs");
    }
}

#[tokio::test]
async fn the_copy_works_on_its_own() {
    let world = World::with_samples("own").await;
    let folder = tempfile::tempdir().unwrap();
    save(&world, folder.path()).await;
    while world.engine.seal(&world.tenant, chrono::Utc::now()).await.unwrap() > 0 {}
    let before = fingerprints(&world, &world.tenant).await;
    let copy = tenant("copy");
    world.engine.load_archive(&copy, folder.path()).await.unwrap();
    let system = world.engine.system_context(&copy, "test").await.unwrap();
    // Numbers go on, keys hold, roll-ups follow, metadata changes.
    let account = world.create(&system, "account", json!({ "name": "New" })).await.unwrap();
    let task = json!({ "title": "t", "related_to_object": "account", "related_to_id": account });
    world.create(&system, "task", task).await.unwrap();
    let one = world.engine.read_one(&system, "account", account, Vec::new()).await.unwrap();
    let one: Json = serde_json::from_slice(&one.json).unwrap();
    assert_eq!(one["open_tasks"], 1);
    let field = json!({ "name": "extra", "kind": "text", "label": "Extra" });
    let change = metadata::Change {
        kind: metadata::Kind::Fields,
        name: "account.extra".into(),
        definition: Some(field),
    };
    let applied = world
        .engine
        .apply(&system, engine::Apply { changes: vec![change], ..Default::default() })
        .await
        .unwrap();
    assert_eq!(applied.revision, system.snapshot.revision + 1);
    assert_eq!(world.engine.doctor(&copy).await.unwrap(), []);
    // Under another id its stream begins anew, with all that it tells.
    while world.engine.seal(&copy, chrono::Utc::now()).await.unwrap() > 0 {}
    world.engine.verify_audit(&copy, &[]).await.unwrap().expect("the new chain holds");
    let rows = async |schema: &str| -> i64 {
        let text = format!("select count(*) from {schema}._audit where happened_at < $1");
        sqlx::query_scalar(AssertSqlSafe(text)).bind(system.now).fetch_one(world.engine.pool()).await.unwrap()
    };
    assert_eq!(rows("t_copy").await, rows("t_demo").await);
    assert_eq!(before, fingerprints(&world, &world.tenant).await, "the first one knows nothing of it");
}

#[tokio::test]
async fn what_was_retired_stays_behind() {
    let world = World::with_packages("retired").await;
    let system = world.system().await;
    let gone =
        metadata::Change { kind: metadata::Kind::Fields, name: "deal.probability".into(), definition: None };
    let wish =
        engine::Apply { changes: vec![gone], allow_data_loss: engine::AllowLoss::All, ..Default::default() };
    if world.engine.apply(&system, wish).await.is_err() {
        // Used elsewhere in these packages: any own field does.
        let field = json!({ "name": "extra", "kind": "text", "label": "Extra" });
        for definition in [Some(field), None] {
            let change =
                metadata::Change { kind: metadata::Kind::Fields, name: "deal.extra".into(), definition };
            let wish = engine::Apply {
                changes: vec![change],
                allow_data_loss: engine::AllowLoss::All,
                ..Default::default()
            };
            world.engine.apply(&world.system().await, wish).await.unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    save(&world, folder.path()).await;
    let copy = tenant("copy");
    world.engine.load_archive(&copy, folder.path()).await.unwrap();
    assert_eq!(world.engine.doctor(&copy).await.unwrap(), []);
}

#[tokio::test]
async fn what_links_and_types_leave_behind_is_not_in_the_way() {
    let world = World::with_packages("left").await;
    let links = |inverse: &str| json!({ "kind": "many_to_many", "to": "account", "inverse": inverse });
    let club = json!({ "plural": "clubs", "fields": [{ "name": "members", "kind": "many_to_many", "to": "account", "inverse": "clubs" }] });
    let kept = [
        (Kind::Objects, "club", Some(club)),
        (Kind::Fields, "deal.partners", Some(links("partner_deals"))),
        (Kind::Fields, "deal.friends", Some(links("friend_deals"))),
        (Kind::RecordTypes, "deal.large", Some(json!({ "object": "deal", "label": "Large" }))),
    ];
    world.define(kept).await.unwrap();
    let gone = [
        (Kind::Objects, "club", None),
        (Kind::Fields, "deal.friends", None),
        (Kind::RecordTypes, "deal.large", None),
    ];
    world.define(gone).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let manifest = save(&world, folder.path()).await;
    assert_eq!(manifest.rows.keys().filter(|path| path.contains("_link_")).count(), 2, "{:?}", manifest.rows);
    let copy = tenant("copy");
    world.engine.load_archive(&copy, folder.path()).await.unwrap();
    assert_eq!(world.engine.doctor(&copy).await.unwrap(), []);
}

#[tokio::test]
async fn what_the_tenant_removed_of_a_package_stays_removed() {
    let world = World::with_packages("removed").await;
    world.define([(Kind::ListViews, "task.urgent", None)]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    save(&world, folder.path()).await;
    let copy = tenant("copy");
    world.engine.load_archive(&copy, folder.path()).await.unwrap();
    let system = world.engine.system_context(&copy, "test").await.unwrap();
    let mut tasks = it::package("tasks");
    tasks.manifest.version.patch += 1;
    world.engine.install(&system, &[tasks], engine::packages::Install::default()).await.unwrap();
    let system = world.engine.system_context(&copy, "test").await.unwrap();
    assert!(!system.snapshot.catalog.component_names(Kind::ListViews).contains(&"task.urgent".to_owned()));
    assert_eq!(world.engine.doctor(&copy).await.unwrap(), []);
}

/// A table that is written anew is empty to a reader who began before that.
#[tokio::test]
async fn an_archive_waits_for_a_change_of_metadata() {
    let world = std::sync::Arc::new(World::with_packages("waits").await);
    let system = world.system().await;
    let accounts = (0..3).map(|n| fields(&json!({ "name": format!("a{n}") }))).collect();
    world.run(&system, "account", What::Create(accounts)).await.unwrap();
    let mut change = world.engine.pool().begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("trellis:{}", world.tenant.id))
        .execute(&mut *change)
        .await
        .unwrap();
    sqlx::query("alter table t_demo.account alter column name type text using name || ''")
        .execute(&mut *change)
        .await
        .unwrap();
    let saver = world.clone();
    let saved = tokio::spawn(async move {
        let folder = tempfile::tempdir().unwrap();
        save(&saver, folder.path()).await
    });
    let waiting = "select exists (select 1 from pg_locks where not granted and (locktype = 'advisory' or relation = 't_demo.account'::regclass))";
    while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(world.engine.pool()).await.unwrap() {
        tokio::task::yield_now().await;
    }
    change.commit().await.unwrap();
    assert_eq!(saved.await.unwrap().rows["records/account"], 3);
}

/// What somebody does to a file.
type Change = fn(String) -> String;

#[tokio::test]
async fn a_damaged_folder_is_refused_whole() {
    let world = World::with_packages("damaged").await;
    let ada = world.person("ada", "administrator").await;
    let deals = (0..3).map(|n| fields(&json!({ "name": format!("d{n}") }))).collect();
    world.run(&ada, "deal", What::Create(deals)).await.unwrap();
    let damage: [(&str, Change, &str); 5] = [
        (
            "records/deal.ndjson",
            |text| text.lines().skip(1).map(|line| format!("{line}\n")).collect(),
            "rows",
        ),
        ("records/deal.ndjson", |text| text.replacen('{', "[", 1), "deal"),
        ("records/deal.ndjson", |text| text.replace("\"name\":", "\"nam\\\"e\":"), "there is no column"),
        ("records/deal.ndjson", |text| text.replace("\"version\":1", "\"version\":\"x\""), "bigint"),
        ("metadata/objects/deal.json", |text| text.replace("\"plural\"", "\"plurals\""), ""),
    ];
    for (path, change, told) in damage {
        let folder = tempfile::tempdir().unwrap();
        save(&world, folder.path()).await;
        let path = folder.path().join(path);
        std::fs::write(&path, change(std::fs::read_to_string(&path).unwrap())).unwrap();
        let copy = tenant("copy");
        let refused = world.engine.load_archive(&copy, folder.path()).await.unwrap_err();
        let found = problems(refused);
        assert!(
            found.iter().any(|problem| format!("{} {}", problem.path, problem.message).contains(told)),
            "{told}: {found:?}"
        );
        let schema: Option<String> =
            sqlx::query_scalar("select nspname::text from pg_namespace where nspname = 't_copy'")
                .fetch_optional(world.engine.pool())
                .await
                .unwrap();
        assert_eq!(schema, None);
    }
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(
        world.engine.load_archive(&tenant("copy"), empty.path()).await,
        Err(Error::Unprocessable(_))
    ));
}
