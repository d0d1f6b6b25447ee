//! Random histories of metadata, and the way back to any place in them.

use it::random::Random;

use super::*;

/// A record in every custom object that takes one.
async fn fill(world: &World, context: &Context) {
    let context = world.again(context).await;
    for object in context.snapshot.catalog.objects.iter().filter(|object| !object.system) {
        // Required relations may refuse it; what matters is that there are rows.
        let _ = world.create(&context, &object.name, json!({ "name": "row" })).await;
    }
}

async fn go_back(world: &World, revision: i64) -> engine::Result<()> {
    let system = world.system().await;
    let dry = Apply { dry_run: true, ..any_loss() };
    let dry = world.engine.rollback(&system, revision, dry).await;
    let applied = world.engine.rollback(&system, revision, any_loss()).await?;
    let tried = dry.expect("what goes can be planned").tried.expect("a dry run tries its steps");
    changes::assert_tried(&tried, applied.steps.len());
    Ok(())
}

/// How often things were changed, gone back on, refused and purged.
#[derive(Debug, Default)]
struct Tally {
    changed: usize,
    back: usize,
    refused: usize,
    purged: usize,
}

/// Thirty changes, ways back among them; with `purges` what is retired goes for good now and then.
async fn wander((name, seed): (&str, u64), purges: bool, tally: &mut Tally) {
    let world = World::new(&format!("{name}{seed}")).await;
    let ada = world.person("ada", "administrator").await;
    let mut random = Random::new(seed);
    let mut known: Vec<(i64, Json)> = vec![(0, world.catalog().await)];
    for number in 0..30 {
        let system = world.system().await;
        let change = changes::random(&mut random, &system.snapshot.catalog, number);
        match changes::apply(&world.engine, &system, change.clone()).await {
            Ok(applied) => {
                tally.changed += 1;
                known.push((applied.revision, world.catalog().await));
            }
            Err(Error::Unprocessable(_) | Error::Conflict(_)) => {}
            Err(error) => panic!("seed {seed}, {number}: {change:?}: {error:?}"),
        }
        if number % 5 == 0 {
            fill(&world, &ada).await;
        }
        if purges && random.once_in(3) {
            tally.purged += purge(&world).await;
        }
        if random.once_in(4) {
            let (revision, expected) = random.pick(&known).clone();
            let before = (world.fingerprint().await, world.catalog().await);
            match go_back(&world, revision).await {
                Ok(()) => {
                    tally.back += 1;
                    let now = world.catalog().await;
                    assert_eq!(now, expected, "seed {seed}, {number}: back to {revision}");
                    known.push((world.system().await.snapshot.revision, now));
                }
                // Values that no longer fit, or a type that cannot be narrowed.
                Err(Error::Unprocessable(_) | Error::Conflict(_)) => {
                    tally.refused += 1;
                    assert_eq!((world.fingerprint().await, world.catalog().await), before);
                }
                Err(error) => panic!("seed {seed}, {number}: back to {revision}: {error:?}"),
            }
        }
        let found = world.engine.doctor(&world.tenant).await.unwrap();
        assert_eq!(found, [], "seed {seed}, {number}: {change:?}");
    }
}

/// Thirty days later nothing is hidden any more; answers whether anything was.
async fn purge(world: &World) -> usize {
    let (hidden, before) = (purged::hidden(world).await, world.catalog().await);
    purged::wait(world, 31).await;
    assert_eq!((purged::hidden(world).await, world.catalog().await), (Vec::new(), before));
    usize::from(!hidden.is_empty())
}

#[tokio::test]
async fn a_rollback_leads_to_the_catalog_of_its_revision() {
    let mut tally = Tally::default();
    for seed in 0..4 {
        wander(("rollback", seed), false, &mut tally).await;
    }
    assert!(tally.changed > 70 && tally.back > 15, "{tally:?}");
}

#[tokio::test]
async fn it_does_whatever_was_purged_meanwhile() {
    let mut tally = Tally::default();
    for seed in 300..304 {
        wander(("rollback", seed), true, &mut tally).await;
    }
    assert!(tally.changed > 60 && tally.back > 15 && tally.purged > 8, "{tally:?}");
}

/// Every record of every object, as its reader sees it.
async fn records(world: &World) -> Vec<Json> {
    let system = world.system().await;
    let mut all = Vec::new();
    for object in system.snapshot.catalog.objects.iter().filter(|object| !object.system) {
        let query = Query { object: object.name.clone(), limit: 1000, ..Query::default() };
        all.push(world.read(&system, &query).await.unwrap());
    }
    all
}

#[tokio::test]
async fn ten_changes_in_a_row_are_undone_with_their_data() {
    for seed in 100..104 {
        let world = World::new(&format!("ten{seed}")).await;
        let ada = world.person("ada", "administrator").await;
        let mut random = Random::new(seed);
        let mut number = 0;
        let mut step = async |random: &mut Random| loop {
            let system = world.system().await;
            number += 1;
            let change = changes::random(random, &system.snapshot.catalog, number);
            // A wider number that is filled meanwhile cannot always become narrow again.
            let wider =
                change.iter().any(|one| one.definition.as_ref().is_some_and(|json| json["precision"] == 14));
            if !wider && changes::apply(&world.engine, &system, change).await.is_ok() {
                return;
            }
            assert!(number < 500, "seed {seed}: changes go on failing");
        };
        for _ in 0..8 {
            step(&mut random).await;
        }
        fill(&world, &ada).await;
        let revision = world.system().await.snapshot.revision;
        let before = (world.catalog().await, records(&world).await);
        for _ in 0..10 {
            step(&mut random).await;
        }
        go_back(&world, revision).await.unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
        assert_eq!((world.catalog().await, records(&world).await), before, "seed {seed}");
        assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), [], "seed {seed}");
    }
}

#[tokio::test]
async fn what_a_narrower_kind_left_behind_comes_back_with_the_wider_one() {
    let (world, ada, ids) = super::retype::world("rollback_narrow", 10, super::retype::decimal()).await;
    let before = world.system().await.snapshot.revision;
    let whole = json!({ "name": "price", "kind": "integer" });
    super::retype::retype(&world, any_loss(), whole).await.unwrap();
    assert_eq!(world.one(&ada, "keeper", ids[3]).await.unwrap()["price"], json!(null));
    // A number of more digits could follow within the column, without what is kept beside it.
    go_back(&world, before).await.unwrap();
    assert_eq!(world.one(&ada, "keeper", ids[3]).await.unwrap()["price"], json!(3.5));
    assert_sound(&world).await;
}

/// Forty records in every custom object that takes them, with values of their own in what may change its kind. They fit
/// every kind that they come to: one former column is kept, and it goes with its field.
async fn fill_well(world: &World, context: &Context) {
    let context = world.again(context).await;
    for object in context.snapshot.catalog.objects.iter().filter(|object| !object.system) {
        let record = |n: usize| {
            let mut record = json!({ "name": format!("row {n}") });
            for field in object.fields.iter().filter(|field| !field.standard) {
                let value = match field.kind.name() {
                    "text" => json!(format!("{n}")),
                    "integer" | "percent" | "decimal" | "currency" => json!(n),
                    _ => continue,
                };
                record[&field.name] = value;
            }
            fields(&record)
        };
        let _ = world.run(&context, &object.name, What::Create((0..40).map(record).collect())).await;
    }
}

/// Makes every table large enough for changes to be left to jobs.
async fn grow(world: &World) {
    for object in world.system().await.snapshot.catalog.objects.iter().filter(|object| !object.system) {
        let table = format!("t_demo.\"{}\"", object.name);
        let text = format!(
            "ALTER TABLE {table} SET (fillfactor = 10, autovacuum_enabled = false); \
             DO $$ BEGIN WHILE pg_relation_size('{table}') < 10000000 LOOP \
             UPDATE {table} SET updated_at = updated_at; EXIT WHEN NOT FOUND; END LOOP; END $$"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(world.engine.pool()).await.unwrap();
    }
}

/// A number becomes another kind, a field unique, or what it is about to be is taken back.
fn turned(random: &mut Random, catalog: &metadata::Catalog) -> Option<Vec<Change>> {
    let objects: Vec<_> = catalog.objects.iter().filter(|object| !object.system).collect();
    let object = random.pick(&objects);
    let own: Vec<_> = object.fields.iter().filter(|field| !field.standard).collect();
    let field = *(!own.is_empty()).then(|| random.pick(&own))?;
    let plain = |kind: &str| {
        let mut definition = json!({ "name": field.name, "label": field.label, "kind": kind });
        if kind == "decimal" {
            (definition["precision"], definition["scale"]) = (json!(12), json!(2));
        }
        definition
    };
    let is_number = ["integer", "decimal", "currency", "percent"].contains(&field.kind.name());
    let definition = match random.below(4) {
        0 => field.to_json(),
        1 => {
            let mut definition = field.to_json();
            definition["unique"] = (!field.unique).into();
            definition
        }
        _ if is_number => plain(["text", "integer", "decimal"][random.below(3)]),
        _ => return None,
    };
    Some(vec![change(Kind::Fields, &format!("{}.{}", object.name, field.name), Some(definition))])
}

/// Works a little, or until there is nothing to do; what comes to nothing, or waits for its next attempt, is left.
async fn work(world: &World, random: &mut Random) {
    let steps = [0, 1, 3, 60][random.below(4)];
    for _ in 0..steps {
        let _ = world.engine.work(&world.tenant).await;
    }
}

#[tokio::test]
async fn ten_changes_of_large_tables_are_undone_whatever_their_jobs_have_done() {
    let mut background = 0;
    for seed in 200..204 {
        let world = World::new(&format!("large_ten{seed}")).await;
        let ada = world.person("ada", "administrator").await;
        let mut random = Random::new(seed);
        let mut number = 0;
        for _ in 0..8 {
            number += 1;
            let system = world.system().await;
            let change = changes::random(&mut random, &system.snapshot.catalog, number);
            let _ = changes::apply(&world.engine, &system, change).await;
        }
        fill_well(&world, &ada).await;
        grow(&world).await;
        let revision = world.system().await.snapshot.revision;
        let before = (world.catalog().await, records(&world).await);
        let (mut changed, mut told) = (0, Vec::new());
        while changed < 10 {
            number += 1;
            assert!(number < 500, "seed {seed}: changes go on failing");
            let system = world.system().await;
            let own = if random.once_in(3) { None } else { turned(&mut random, &system.snapshot.catalog) };
            let change =
                own.unwrap_or_else(|| changes::random(&mut random, &system.snapshot.catalog, number));
            match changes::apply(&world.engine, &system, change.clone()).await {
                Ok(applied) if applied.revision > system.snapshot.revision => {
                    background += applied.background.len();
                    changed += 1;
                    told.push(change);
                }
                Ok(_) | Err(Error::Unprocessable(_) | Error::Conflict(_)) => {}
                Err(error) => panic!("seed {seed}: {change:?}: {error:?}"),
            }
            work(&world, &mut random).await;
        }
        let back = go_back(&world, revision).await;
        back.unwrap_or_else(|error| panic!("seed {seed}: {error:?}\n{told:#?}"));
        while world.engine.work(&world.tenant).await.unwrap_or_else(|e| panic!("seed {seed}: {e:?}")) {}
        let after = (world.catalog().await, records(&world).await);
        assert_eq!(after.0, before.0, "seed {seed}: {told:#?}");
        assert_eq!(after.1, before.1, "seed {seed}: {told:#?}");
        assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), [], "seed {seed}: {told:#?}");
    }
    assert!(background > 8, "{background} changes were left to jobs");
}
