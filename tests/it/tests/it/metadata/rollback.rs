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
    world.engine.rollback(&world.system().await, revision, any_loss()).await.map(drop)
}

#[tokio::test]
async fn a_rollback_leads_to_the_catalog_of_its_revision() {
    let (mut back, mut refused, mut changed) = (0, 0, 0);
    for seed in 0..4 {
        let world = World::new(&format!("rollback{seed}")).await;
        let ada = world.person("ada", "administrator").await;
        let mut random = Random::new(seed);
        let mut known: Vec<(i64, Json)> = vec![(0, world.catalog().await)];
        for number in 0..30 {
            let system = world.system().await;
            let change = changes::random(&mut random, &system.snapshot.catalog, number);
            match changes::apply(&world.engine, &system, change.clone()).await {
                Ok(applied) => {
                    changed += 1;
                    known.push((applied.revision, world.catalog().await));
                }
                Err(Error::Unprocessable(_) | Error::Conflict(_)) => {}
                Err(error) => panic!("seed {seed}, {number}: {change:?}: {error:?}"),
            }
            if number % 5 == 0 {
                fill(&world, &ada).await;
            }
            if random.once_in(4) {
                let (revision, expected) = random.pick(&known).clone();
                let before = (world.fingerprint().await, world.catalog().await);
                match go_back(&world, revision).await {
                    Ok(()) => {
                        back += 1;
                        let now = world.catalog().await;
                        assert_eq!(now, expected, "seed {seed}, {number}: back to {revision}");
                        known.push((world.system().await.snapshot.revision, now));
                    }
                    // Values that no longer fit, or a type that cannot be narrowed.
                    Err(Error::Unprocessable(_) | Error::Conflict(_)) => {
                        refused += 1;
                        assert_eq!((world.fingerprint().await, world.catalog().await), before);
                    }
                    Err(error) => panic!("seed {seed}, {number}: back to {revision}: {error:?}"),
                }
            }
            assert_eq!(
                world.engine.doctor(&world.tenant).await.unwrap(),
                [],
                "seed {seed}, {number}: {change:?}"
            );
        }
    }
    assert!(changed > 70 && back > 15, "{changed} changes, {back} ways back, {refused} refused");
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
