//! Changes of metadata: live for the next request on every node, all or nothing, and always with a way back.

use engine::filter::Filter;
use engine::{AllowLoss, Apply, Context, Engine, Error, Query, Selection, What};
use it::{World, changes, fields, problems};
use metadata::{Change, Kind};
use serde_json::{Value as Json, json};
use uuid::Uuid;

mod blame;
mod drift;
mod incremental;
mod nodes;
mod plans;
mod purged;
mod retype;
mod rollback;
mod taken_back;
mod tried;
mod while_working;

fn change(kind: Kind, name: &str, definition: Option<Json>) -> Change {
    Change { kind, name: name.into(), definition }
}

/// Puts one field of an object.
async fn put_field(world: &World, name: &str, definition: Json) -> engine::Result<i64> {
    world.define([(Kind::Fields, name, Some(definition))]).await
}

fn any_loss() -> Apply {
    Apply { allow_data_loss: AllowLoss::All, ..Apply::default() }
}

async fn keepers(world: &World, context: &Context, count: usize) -> Vec<Uuid> {
    let records =
        (0..count).map(|n| fields(&json!({ "name": format!("k{n}"), "rank": n, "unit": format!("u{n}") })));
    world.run(context, "keeper", What::Create(records.collect())).await.unwrap().ids
}

async fn assert_sound(world: &World) {
    assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn every_kind_can_be_added_to_a_table_with_records() {
    let world = World::zoo("added").await;
    let ada = world.person("ada", "administrator").await;
    let ids = keepers(&world, &ada, 30).await;
    world.run(&ada, "keeper", What::Delete(ids[..2].to_vec())).await.unwrap();
    let specimen = it::zoo::specimen();
    let mut added = Vec::new();
    for (at, field) in specimen["fields"].as_array().unwrap().iter().enumerate() {
        let mut field = field.clone();
        let name = format!("new_{at}");
        field["name"] = name.clone().into();
        if let Some(inverse) = field.get_mut("inverse") {
            *inverse = format!("inverse_{at}").into();
        }
        put_field(&world, &format!("keeper.{name}"), field.clone())
            .await
            .unwrap_or_else(|e| panic!("{field}: {e:?}"));
        added.push((name, field));
    }
    let defaults = [
        json!({ "name": "d_text", "kind": "text", "required": true, "default": "it's" }),
        json!({ "name": "d_number", "kind": "decimal", "required": true, "default": "1.5" }),
        json!({ "name": "d_flag", "kind": "boolean", "default": true }),
        json!({ "name": "d_mood", "kind": "picklist", "options": [{ "value": "calm" }], "required": true, "default": "calm" }),
        json!({ "name": "d_moods", "kind": "multi_picklist", "options": [{ "value": "a,b\"c" }], "required": true, "default": ["a,b\"c"] }),
        json!({ "name": "d_day", "kind": "date", "required": true, "default": "2026-11-20" }),
        json!({ "name": "d_at", "kind": "datetime", "required": true, "default": "2026-11-20T12:00:00Z" }),
        json!({ "name": "d_json", "kind": "json", "required": true, "default": { "a": "it's" } }),
        json!({ "name": "d_boss", "kind": "lookup", "to": "keeper" }),
        json!({ "name": "d_master", "kind": "master_detail", "to": "specimen", "inverse": "d_masters" }),
    ];
    for field in defaults {
        let name = format!("keeper.{}", field["name"].as_str().unwrap());
        put_field(&world, &name, field.clone()).await.unwrap_or_else(|e| panic!("{field}: {e:?}"));
    }
    assert_sound(&world).await;
    let row = world.one(&ada, "keeper", ids[7]).await.unwrap();
    for (key, expected) in [
        ("d_text", json!("it's")),
        ("d_number", json!(1.5)),
        ("d_flag", json!(true)),
        ("d_mood", json!("calm")),
        ("d_moods", json!(["a,b\"c"])),
        ("d_day", json!("2026-11-20")),
        ("d_at", json!("2026-11-20T12:00:00.000000Z")),
        ("d_json", json!({ "a": "it's" })),
        ("name", json!("k7")),
        ("rank", json!(7)),
    ] {
        assert_eq!(row[key], expected, "{key}");
    }
    // Those that were there are numbered in order, and numbering goes on behind them.
    let (number, _) = added.iter().find(|(_, field)| field["kind"] == "autonumber").unwrap();
    assert_eq!(row[number], "SP-0008");
    let specimen =
        world.create(&world.again(&ada).await, "specimen", json!({ "name": "Rex" })).await.unwrap();
    let new = world
        .create(&world.again(&ada).await, "keeper", json!({ "name": "new", "d_master_id": specimen }))
        .await
        .unwrap();
    assert_eq!(world.one(&ada, "keeper", new).await.unwrap()[number], "SP-0031");
}

#[tokio::test]
async fn renames_keep_the_data() {
    let world = World::zoo("renames").await;
    let ada = world.person("ada", "administrator").await;
    let ids = keepers(&world, &ada, 3).await;
    let record = json!({ "name": "Rex", "keeper_id": ids[1], "related_object": "keeper", "related_id": ids[1], "friends": [ids[1]] });
    let rex = world.create(&ada, "specimen", record).await.unwrap();
    put_field(&world, "keeper.unit", json!({ "name": "team", "kind": "text" })).await.unwrap();
    let definition = json!({ "name": "warden", "plural": "wardens" });
    world.define([(Kind::Objects, "keeper", Some(definition))]).await.unwrap();
    assert_sound(&world).await;
    let row = world.one(&ada, "warden", ids[1]).await.unwrap();
    assert_eq!((&row["team"], &row["rank"]), (&json!("u1"), &json!(1)));
    assert!(matches!(world.one(&ada, "keeper", ids[1]).await, Err(Error::NotFound)));
    let selection =
        ["keeper", "friends", "related_object", "related_id"].map(|name| Selection::Field(name.into()));
    let query = Query { fields: selection.into(), ..Query::of("specimen", vec![rex]) };
    let row = world.read(&world.again(&ada).await, &query).await.unwrap();
    assert_eq!(
        (&row[0]["keeper"]["name"], &row[0]["friends"][0]["name"], &row[0]["related_object"]),
        (&json!("k1"), &json!("k1"), &json!("warden"))
    );
    // History speaks in today's names.
    world.update(&ada, "warden", ids[1], json!({ "team": "x" })).await.unwrap();
    put_field(&world, "warden.team", json!({ "name": "squad", "kind": "text" })).await.unwrap();
    assert_eq!(
        world.history(&ada, "warden", ids[1]).await.unwrap()[0]["changes"],
        json!({ "squad": ["u1", "x"] })
    );
    // Two fields change places in one change.
    let mut document = world.again(&ada).await.snapshot.catalog.find_object("warden").unwrap().to_json();
    for field in document["fields"].as_array_mut().unwrap() {
        let other = match field["name"].as_str() {
            Some("rank") => "squad",
            Some("squad") => "rank",
            _ => continue,
        };
        field["name"] = other.into();
    }
    world.define([(Kind::Objects, "warden", Some(document))]).await.unwrap();
    assert_sound(&world).await;
    let row = world.one(&ada, "warden", ids[2]).await.unwrap();
    assert_eq!((&row["squad"], &row["rank"]), (&json!(2), &json!("u2")));
}

#[tokio::test]
async fn what_was_retired_comes_back_with_its_data() {
    let world = World::zoo("retired").await;
    let ada = world.person("ada", "administrator").await;
    let ids = keepers(&world, &ada, 3).await;
    let record = json!({ "name": "Rex", "chip": "1", "keeper_id": ids[1], "friends": [ids[2]], "tags": ["a"], "related_object": "keeper", "related_id": ids[0] });
    let rex = world.create(&ada, "specimen", record).await.unwrap();
    let before = world.one(&ada, "specimen", rex).await.unwrap();
    let revision = world.again(&ada).await.snapshot.revision;
    let fields = ["chip", "keeper", "friends", "tags", "related"].map(|name| format!("specimen.{name}"));
    world.define(fields.iter().map(|name| (Kind::Fields, name.as_str(), None))).await.unwrap();
    assert_sound(&world).await;
    let hidden = world.one(&ada, "specimen", rex).await.unwrap();
    assert!(hidden.get("chip").is_none() && hidden.get("keeper_id").is_none());
    // Meanwhile the name is used anew, and the target goes.
    put_field(&world, "specimen.chip", json!({ "name": "chip", "kind": "integer" })).await.unwrap();
    world.update(&ada, "specimen", rex, json!({ "chip": 5 })).await.unwrap();
    world.run(&ada, "keeper", What::Purge(vec![ids[2]])).await.unwrap();
    world.engine.rollback(&world.system().await, revision, any_loss()).await.unwrap();
    assert_sound(&world).await;
    let after = world.one(&ada, "specimen", rex).await.unwrap();
    for key in ["chip", "keeper_id", "tags", "related_object", "related_id"] {
        assert_eq!(after[key], before[key], "{key}");
    }
}

#[tokio::test]
async fn objects_that_point_to_each_other_come_back_together() {
    let world = World::zoo("together").await;
    let ada = world.person("ada", "administrator").await;
    let rex = world.create(&ada, "specimen", json!({ "name": "Rex", "chip": "1" })).await.unwrap();
    let after = world.one(&ada, "specimen", rex).await.unwrap();
    let all = ["tooth", "specimen"].map(|name| (Kind::Objects, name, None));
    world.define(all).await.unwrap();
    assert_sound(&world).await;
    assert!(matches!(world.one(&ada, "specimen", rex).await, Err(Error::NotFound)));
    let newest = world.again(&ada).await.snapshot.revision;
    world.engine.rollback(&world.system().await, newest - 1, any_loss()).await.unwrap();
    assert_sound(&world).await;
    assert_eq!(world.one(&ada, "specimen", rex).await.unwrap(), after);
}

#[tokio::test]
async fn a_change_that_hides_data_asks_first() {
    let world = World::zoo("loss").await;
    let ada = world.person("ada", "administrator").await;
    keepers(&world, &ada, 1).await;
    let before = world.fingerprint().await;
    let wish = |allow| Apply {
        changes: vec![change(Kind::Fields, "keeper.unit", None)],
        allow_data_loss: allow,
        ..Apply::default()
    };
    for allow in [AllowLoss::None, AllowLoss::Named(vec!["keeper.rank".into()])] {
        match world.engine.apply(&world.system().await, wish(allow)).await {
            Err(Error::DataLoss(names)) => assert_eq!(names, ["keeper.unit"]),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.fingerprint().await, before);
    }
    let dry = Apply { dry_run: true, ..wish(AllowLoss::None) };
    assert!(!world.engine.apply(&world.system().await, dry).await.unwrap().steps.is_empty());
    assert_eq!(world.fingerprint().await, before);
    world
        .engine
        .apply(&world.system().await, wish(AllowLoss::Named(vec!["keeper.unit".into()])))
        .await
        .unwrap();
}

/// Changes that cannot be, each behind one that could.
fn bad_changes() -> Vec<(&'static str, Vec<Change>)> {
    let good = || change(Kind::Fields, "keeper.good", Some(json!({ "name": "good", "kind": "text" })));
    vec![
        (
            "duplicates",
            vec![
                good(),
                change(
                    Kind::Fields,
                    "keeper.unit",
                    Some(json!({ "name": "unit", "kind": "text", "unique": true })),
                ),
            ],
        ),
        (
            "does not fit",
            vec![
                good(),
                change(
                    Kind::Fields,
                    "keeper.rank",
                    Some(json!({ "name": "rank", "kind": "decimal", "precision": 10, "scale": 2 })),
                ),
            ],
        ),
        (
            "unknown kind",
            vec![good(), change(Kind::Fields, "keeper.x", Some(json!({ "name": "x", "kind": "blob" })))],
        ),
        (
            "unknown target",
            vec![
                good(),
                change(
                    Kind::Fields,
                    "keeper.x",
                    Some(json!({ "name": "x", "kind": "lookup", "to": "nothing" })),
                ),
            ],
        ),
        (
            "taken name",
            vec![
                good(),
                change(Kind::Fields, "keeper.rank", Some(json!({ "name": "unit", "kind": "integer" }))),
            ],
        ),
        (
            "other kind",
            vec![
                good(),
                change(Kind::Fields, "keeper.unit", Some(json!({ "name": "unit", "kind": "boolean" }))),
            ],
        ),
        ("still used", vec![good(), change(Kind::Objects, "keeper", None)]),
        ("not there", vec![good(), change(Kind::Fields, "keeper.nope", None)]),
        (
            "reserved",
            vec![
                good(),
                change(Kind::Fields, "keeper.version", Some(json!({ "name": "version", "kind": "text" }))),
            ],
        ),
        (
            "system",
            vec![good(), change(Kind::Fields, "user.x", Some(json!({ "name": "x", "kind": "text" })))],
        ),
        ("nonsense", vec![good(), change(Kind::Objects, "thing", Some(json!([1, 2])))]),
        (
            "bad name",
            vec![
                good(),
                change(Kind::Objects, "Thing; DROP", Some(json!({ "name": "Thing; DROP", "plural": "x" }))),
            ],
        ),
    ]
}

#[tokio::test]
async fn a_failing_change_leaves_nothing() {
    let world = World::zoo("failing").await;
    let ada = world.person("ada", "administrator").await;
    let records = (0..3).map(|_| fields(&json!({ "name": "same", "unit": "same", "rank": i64::MAX })));
    world.run(&ada, "keeper", What::Create(records.collect())).await.unwrap();
    let before = (world.fingerprint().await, world.catalog().await);
    for (what, changes) in bad_changes() {
        let wish = Apply { changes, allow_data_loss: AllowLoss::All, ..Apply::default() };
        let error = world.engine.apply(&world.system().await, wish).await.expect_err(what);
        let found = problems(error);
        assert!(!found.is_empty(), "{what}");
        assert_eq!((world.fingerprint().await, world.catalog().await), before, "{what}");
        assert_sound(&world).await;
    }
}

#[tokio::test]
async fn of_two_administrators_the_slower_is_told() {
    let world = World::zoo("two").await;
    let revision = world.system().await.snapshot.revision;
    let wish = |name: &str| Apply {
        changes: vec![change(
            Kind::Fields,
            &format!("keeper.{name}"),
            Some(json!({ "name": name, "kind": "text" })),
        )],
        expected_revision: Some(revision),
        ..Apply::default()
    };
    let (one, two) = (world.system().await, world.system().await);
    let other = world.node(2).await;
    let (a, b) = tokio::join!(world.engine.apply(&one, wish("left")), other.apply(&two, wish("right")));
    let won = [&a, &b].iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1, "{a:?} {b:?}");
    let refused = if a.is_ok() { b } else { a }.unwrap_err();
    assert_eq!(problems(refused)[0].path, "expected_revision");
    // Without a revision both changes are good, one behind the other.
    let free = |name: &str| Apply { expected_revision: None, ..wish(name) };
    let (a, b) = tokio::join!(world.engine.apply(&one, free("up")), other.apply(&two, free("down")));
    let mut revisions = [a.unwrap().revision, b.unwrap().revision];
    revisions.sort_unstable();
    assert_eq!(revisions, [revision + 2, revision + 3]);
    assert_sound(&world).await;
}
