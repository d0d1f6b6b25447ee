//! Random changes of metadata, most of them good: objects and fields come, get other names and settings,
//! go, and come back.

use engine::apply::Reason;
use engine::{AllowLoss, Applied, Apply, Context, Engine};
use metadata::catalog::Object;
use metadata::{Catalog, Change, Kind};
use serde_json::{Value as Json, json};

use crate::random::Random;

/// What the metadata API would answer of all objects and option sets.
pub fn catalog_json(catalog: &Catalog) -> Json {
    let objects: Vec<Json> = catalog.objects.iter().map(|object| object.to_json()).collect();
    json!({ "objects": objects, "option_sets": catalog.parts.option_sets.keys().collect::<Vec<_>>() })
}

/// A field of a random kind.
pub fn field(random: &mut Random, name: &str, target: &str) -> Json {
    let options = json!([{ "value": "a" }, { "value": "b" }]);
    let mut field = match random.below(20) {
        0 => json!({ "kind": "text", "max_length": 10 + random.below(200), "unique": random.once_in(2) }),
        1 => json!({ "kind": "long_text" }),
        2 => json!({ "kind": "rich_text" }),
        3 => json!({ "kind": "integer", "indexed": random.once_in(2) }),
        4 => json!({ "kind": "decimal", "precision": 8 + random.below(3), "scale": 2 + random.below(2) }),
        5 => json!({ "kind": "currency" }),
        6 => json!({ "kind": "percent" }),
        7 => json!({ "kind": "boolean", "default": random.once_in(2) }),
        8 => json!({ "kind": "date", "indexed": true }),
        9 => json!({ "kind": "datetime" }),
        10 => json!({ "kind": "time" }),
        11 => {
            json!({ "kind": "picklist", "options": options, "default": "a", "required": random.once_in(2) })
        }
        12 => json!({ "kind": "multi_picklist", "options": options, "indexed": random.once_in(2) }),
        13 => json!({ "kind": "tags", "indexed": random.once_in(2) }),
        14 => json!({ "kind": *random.pick(&["email", "phone", "url"]) }),
        15 => json!({ "kind": "json", "indexed": random.once_in(2) }),
        16 => {
            json!({ "kind": "lookup", "to": target, "on_delete": *random.pick(&["set_null", "restrict", "cascade"]) })
        }
        17 => json!({ "kind": "any_lookup", "to": [target] }),
        18 => json!({ "kind": "many_to_many", "to": target }),
        _ => json!({ "kind": "autonumber", "pattern": "N-{0000}" }),
    };
    field["name"] = name.into();
    field
}

fn custom(catalog: &Catalog) -> Vec<&Object> {
    catalog.objects.iter().map(AsRef::as_ref).filter(|object| !object.system).collect()
}

fn put(kind: Kind, name: impl Into<String>, definition: Json) -> Change {
    Change { kind, name: name.into(), definition: Some(definition) }
}

/// One random change, or several that belong together. Names come from `number`, so that none is used twice
/// by chance.
pub fn random(random: &mut Random, catalog: &Catalog, number: usize) -> Vec<Change> {
    let objects = custom(catalog);
    let Some(object) = (!objects.is_empty()).then(|| *random.pick(&objects)) else {
        return vec![new_object(random, "user", number)];
    };
    let target = random.pick(&objects).name.clone();
    let own: Vec<&metadata::Field> = object.fields.iter().filter(|field| !field.standard).collect();
    if own.is_empty() || objects.len() < 3 {
        return vec![new_object(random, &target, number), add_field(random, object, &target, number)];
    }
    let field = *random.pick(&own);
    let place = format!("{}.{}", object.name, field.name);
    match random.below(12) {
        0 => vec![new_object(random, &target, number)],
        1..=4 => vec![add_field(random, object, &target, number)],
        5 => vec![put(Kind::Fields, place, edited(field.to_json(), "name", format!("g{number}").into()))],
        6 => vec![put(Kind::Objects, &object.name, renamed(object, number))],
        7 => vec![Change { kind: Kind::Fields, name: place, definition: None }],
        8 => vec![Change { kind: Kind::Objects, name: object.name.clone(), definition: None }],
        9 => vec![put(Kind::Fields, place, edited(field.to_json(), "indexed", (!field.indexed).into()))],
        10 => vec![put(Kind::Fields, place, edited(field.to_json(), "unique", (!field.unique).into()))],
        _ => vec![put(Kind::Fields, place, edited(field.to_json(), "precision", 14.into()))],
    }
}

fn new_object(random: &mut Random, target: &str, number: usize) -> Change {
    let name = format!("o{number}");
    let fields: Vec<Json> =
        (0..1 + random.below(4)).map(|at| field(random, &format!("f{number}_{at}"), target)).collect();
    put(Kind::Objects, name.clone(), json!({ "name": name, "plural": format!("{name}_s"), "fields": fields }))
}

fn add_field(random: &mut Random, object: &Object, target: &str, number: usize) -> Change {
    let name = format!("f{number}");
    put(Kind::Fields, format!("{}.{name}", object.name), field(random, &name, target))
}

fn edited(mut definition: Json, key: &str, value: Json) -> Json {
    definition[key] = value;
    definition
}

/// The object under another name, its fields in another order.
fn renamed(object: &Object, number: usize) -> Json {
    let mut definition = object.to_json();
    definition["name"] = format!("p{number}").into();
    definition["plural"] = format!("p{number}_s").into();
    if let Some(fields) = definition["fields"].as_array_mut() {
        fields.reverse();
    }
    definition
}

/// Applies changes, whatever data they hide. What a dry run has tried is what goes.
pub async fn apply(engine: &Engine, context: &Context, changes: Vec<Change>) -> engine::Result<Applied> {
    let wish = Apply { changes, allow_data_loss: AllowLoss::All, ..Apply::default() };
    let dry = engine.apply(context, Apply { dry_run: true, ..wish.clone() }).await;
    let applied = engine.apply(context, wish).await?;
    let tried = dry.expect("what goes can be planned").tried.expect("a dry run tries its steps");
    assert_tried(&tried, applied.steps.len());
    Ok(applied)
}

/// Everything ran but what a job does.
pub fn assert_tried(tried: &engine::Tried, steps: usize) {
    let is_told = tried.refused.is_empty() && tried.steps + tried.untried.len() == steps;
    let is_left = |reason: Reason| reason == Reason::Background;
    assert!(is_told && tried.untried.iter().all(|one| is_left(one.reason)), "{steps} steps: {tried:?}");
}
