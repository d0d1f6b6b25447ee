//! Another node learns of a change with its next statement, and is not caught by what it prepared before.

use super::*;

async fn context(engine: &Engine, world: &World, like: &Context) -> Context {
    let (snapshot, versions) = engine.fresh_snapshot(&world.tenant).await.unwrap();
    Context { snapshot, access: Some(versions.access), ..world.again(like).await }
}

fn all(object: &str) -> Query {
    Query { object: object.into(), ..Query::default() }
}

#[tokio::test]
async fn a_change_counts_for_the_next_request_on_another_node() {
    let world = World::zoo("nodes").await;
    let ada = world.person("ada", "administrator").await;
    keepers(&world, &ada, 2).await;
    let other = world.node(1).await;
    for round in 0..5 {
        let old = context(&other, &world, &ada).await;
        other.read(&old, &all("keeper")).await.unwrap();
        let name = format!("x{round}");
        put_field(
            &world,
            &format!("keeper.{name}"),
            json!({ "name": name, "kind": "integer", "default": 7 }),
        )
        .await
        .unwrap();
        let outdated = other.read(&old, &all("keeper")).await;
        assert!(matches!(outdated, Err(Error::Outdated(_))), "{outdated:?}");
        let command = |record: Json| engine::Command {
            object: "keeper".into(),
            what: What::Create(vec![fields(&record)]),
        };
        let outdated = other.write(&old, command(json!({ "name": "n" }))).await;
        assert!(matches!(outdated, Err(Error::Outdated(_))), "{outdated:?}");
        let new = context(&other, &world, &ada).await;
        other.write(&new, command(json!({ "name": "n", name.clone(): 9 }))).await.unwrap();
        let filter = Some(Filter::from_json(&json!({ name: { "gte": 8 } })).unwrap());
        assert_eq!(other.read(&new, &Query { filter, ..all("keeper") }).await.unwrap().count, 1);
    }
}

/// A connection keeps statements that it prepared; the same text may come to mean other types.
#[tokio::test]
async fn what_was_prepared_before_a_change_of_type_is_prepared_again() {
    let world = World::zoo("prepared").await;
    let ada = world.person("ada", "administrator").await;
    world
        .create(&ada, "specimen", json!({ "name": "Rex", "price": "1.50", "small": 3, "word": "w" }))
        .await
        .unwrap();
    let other = world.node(1).await;
    let query = |names: &[&str]| Query {
        fields: names.iter().map(|name| Selection::Field((*name).into())).collect(),
        ..all("specimen")
    };
    let read = async |names: &[&str]| -> Json {
        let context = context(&other, &world, &ada).await;
        serde_json::from_slice(&other.read(&context, &query(names)).await.unwrap().json).unwrap()
    };
    read(&["price", "small", "word"]).await;
    read(&["*"]).await;
    put_field(
        &world,
        "specimen.price",
        json!({ "name": "price", "kind": "currency", "precision": 14, "scale": 4 }),
    )
    .await
    .unwrap();
    assert_eq!(read(&["price", "small", "word"]).await[0]["price"].to_string(), "1.5");
    put_field(
        &world,
        "specimen.small",
        json!({ "name": "small", "kind": "decimal", "precision": 10, "scale": 1 }),
    )
    .await
    .unwrap();
    assert_eq!(read(&["price", "small", "word"]).await[0]["small"].to_string(), "3.0");
    world.define([(Kind::Fields, "specimen.word", None)]).await.unwrap();
    put_field(&world, "specimen.word", json!({ "name": "word", "kind": "date" })).await.unwrap();
    assert_eq!(read(&["price", "small", "word"]).await[0]["word"], json!(null));
    read(&["*"]).await;
    // The same for those who write, alone and in bulk.
    for record in [json!({ "name": "a", "small": "1.5", "word": "2026-11-20" }), json!({ "name": "b" })] {
        let context = context(&other, &world, &ada).await;
        let command =
            engine::Command { object: "specimen".into(), what: What::Create(vec![fields(&record)]) };
        other.write(&context, command).await.unwrap();
    }
}

#[tokio::test]
async fn a_table_that_is_gone_is_told_from_a_fault() {
    let world = World::zoo("gone_table").await;
    let ada = world.person("ada", "administrator").await;
    let other = world.node(1).await;
    let old = context(&other, &world, &ada).await;
    world.define([(Kind::Objects, "tooth", None), (Kind::Fields, "keeper.unit", None)]).await.unwrap();
    for query in [all("tooth"), all("keeper"), all("specimen")] {
        let outdated = other.read(&old, &query).await;
        assert!(matches!(outdated, Err(Error::Outdated(_))), "{outdated:?}");
    }
    let outdated = other.history(&old, ("tooth", Uuid::now_v7()), (9, None)).await;
    assert!(matches!(outdated, Err(Error::Outdated(_))), "{outdated:?}");
}
