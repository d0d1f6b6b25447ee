//! Custom objects that have a field of every kind, for tests that ask the same question of each of them.
//!
//! `specimen` has every kind, none required; `strict` has every kind that can be required, all required;
//! `keeper` is what they point to; `tooth` is a part of a specimen.

use engine::{AllowLoss, Apply};
use metadata::{Change, Kind};
use serde_json::{Value as Json, json};

use crate::World;

/// Fields of every kind that is no relation.
fn plain_kinds() -> Vec<Json> {
    let options = json!([{ "value": "calm" }, { "value": "wild" }, { "value": "shy" }, { "value": "old", "active": false }]);
    let schema =
        json!({ "type": "object", "required": ["size"], "properties": { "size": { "type": "integer" } } });
    vec![
        json!({ "name": "word", "kind": "text", "max_length": 20 }),
        json!({ "name": "story", "kind": "long_text" }),
        json!({ "name": "page", "kind": "rich_text" }),
        json!({ "name": "whole", "kind": "integer" }),
        json!({ "name": "small", "kind": "integer", "min": -5, "max": 5 }),
        json!({ "name": "weight", "kind": "decimal", "precision": 10, "scale": 3 }),
        json!({ "name": "price", "kind": "currency", "precision": 12, "scale": 2 }),
        json!({ "name": "part", "kind": "percent", "precision": 5, "scale": 2 }),
        json!({ "name": "alive", "kind": "boolean" }),
        json!({ "name": "born", "kind": "date" }),
        json!({ "name": "seen_at", "kind": "datetime" }),
        json!({ "name": "fed_at", "kind": "time" }),
        json!({ "name": "mood", "kind": "picklist", "options": options }),
        json!({ "name": "moods", "kind": "multi_picklist", "options": options }),
        json!({ "name": "tags", "kind": "tags" }),
        json!({ "name": "email", "kind": "email" }),
        json!({ "name": "phone", "kind": "phone" }),
        json!({ "name": "site", "kind": "url" }),
        json!({ "name": "extra", "kind": "json", "schema": schema }),
        json!({ "name": "blob", "kind": "json" }),
    ]
}

/// Relations; `tag` keeps the other sides' names apart.
fn relations(tag: &str) -> Vec<Json> {
    vec![
        json!({ "name": "keeper", "kind": "lookup", "to": "keeper", "inverse": format!("{tag}_kept") }),
        json!({ "name": "related", "kind": "any_lookup", "to": ["*"], "inverse": format!("{tag}_notes") }),
    ]
}

/// The object `specimen`.
pub fn specimen() -> Json {
    let mut fields = plain_kinds();
    fields.extend(relations("specimen"));
    fields
        .push(json!({ "name": "friends", "kind": "many_to_many", "to": "keeper", "inverse": "befriended" }));
    fields.push(json!({ "name": "code", "kind": "autonumber", "pattern": "SP-{0000}" }));
    fields.push(json!({ "name": "chip", "kind": "text", "max_length": 40, "unique": true }));
    json!({ "name": "specimen", "plural": "specimens", "fields": fields })
}

/// The object `strict`: everything required.
fn strict() -> Json {
    let mut fields = plain_kinds();
    fields.extend(relations("strict"));
    for field in &mut fields {
        field["required"] = true.into();
    }
    json!({ "name": "strict", "plural": "stricts", "fields": fields })
}

/// What they point to, and a part of them.
fn keeper() -> Json {
    json!({ "name": "keeper", "plural": "keepers", "name_field": { "required": false }, "fields": [
        { "name": "rank", "kind": "integer" },
        { "name": "unit", "kind": "text" },
        { "name": "hired", "kind": "date" },
        { "name": "on_duty", "kind": "boolean" },
        { "name": "boss", "kind": "lookup", "to": "keeper", "inverse": "crew" } ] })
}

fn tooth() -> Json {
    json!({ "name": "tooth", "plural": "teeth", "name_field": { "required": false }, "sharing": { "default": "controlled_by_parent" }, "fields": [
        { "name": "specimen", "kind": "master_detail", "to": "specimen", "inverse": "teeth" },
        { "name": "place", "kind": "integer" } ] })
}

impl World {
    /// A tenant with the objects of the zoo.
    pub async fn zoo(name: &str) -> Self {
        let world = Self::new(name).await;
        let objects =
            [("keeper", keeper()), ("specimen", specimen()), ("strict", strict()), ("tooth", tooth())];
        world
            .define(objects.map(|(name, definition)| (Kind::Objects, name, Some(definition))))
            .await
            .expect("the zoo opens");
        world
    }

    /// Applies changes as the system, whatever data they hide.
    pub async fn define(
        &self,
        changes: impl IntoIterator<Item = (Kind, &str, Option<Json>)>,
    ) -> engine::Result<i64> {
        let changes = changes.into_iter().map(|(kind, name, definition)| Change {
            kind,
            name: name.into(),
            definition,
        });
        let wish = Apply { changes: changes.collect(), allow_data_loss: AllowLoss::All, ..Apply::default() };
        Ok(self.engine.apply(&self.system().await, wish).await?.revision)
    }
}
