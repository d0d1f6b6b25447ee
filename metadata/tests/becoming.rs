//! Definitions of what records become and of how they come again: what is wrong is told at its place.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use metadata::definitions::Kind;
use metadata::{Catalog, Change, Definitions, Problem};
use serde_json::{Value as Json, json};

fn change(kind: Kind, name: &str, definition: Json) -> Change {
    Change { kind, name: name.into(), definition: Some(definition) }
}

fn object(name: &str, fields: Json) -> Change {
    change(Kind::Objects, name, json!({ "name": name, "plural": format!("{name}s"), "fields": fields }))
}

fn objects() -> Vec<Change> {
    vec![
        object("firm", json!([{ "name": "size", "kind": "integer" }, { "name": "at", "kind": "date" }])),
        object(
            "idea",
            json!([
                { "name": "taken_at", "kind": "datetime" }, { "name": "size", "kind": "integer" },
                { "name": "firm", "kind": "lookup", "to": "firm", "inverse": "ideas" },
                { "name": "secret", "kind": "text", "encrypted": true },
                { "name": "rule", "kind": "text", "format": "recurrence" }, { "name": "due", "kind": "date" },
                { "name": "state", "kind": "picklist", "options": [{ "value": "open" }, { "value": "done" }] },
                { "name": "before", "kind": "lookup", "to": "idea", "inverse": "after" },
            ]),
        ),
    ]
}

fn resolve(more: Vec<Change>) -> Result<(Definitions, Catalog), Vec<Problem>> {
    let all: Vec<Change> = objects().into_iter().chain(more).collect();
    let definitions = Definitions::initial().with_changes(&all, None)?;
    Catalog::resolve(&definitions).map(|catalog| (definitions, catalog))
}

fn codes(kind: Kind, name: &str, definition: Json) -> Vec<String> {
    let found = resolve(vec![change(kind, name, definition)]).map(drop).unwrap_err();
    let prefix = format!("{}.{name}.", kind.word());
    found.iter().map(|one| format!("{} {}", one.path.replace(&prefix, ""), one.code)).collect()
}

fn conversion() -> Json {
    json!({ "object": "idea", "mark": "taken_at", "when": "size > 1", "targets": [
        { "name": "firm", "object": "firm", "values": { "name": "name", "size": "size * 2" }, "match": [["name"]], "link": "firm" } ] })
}

fn recurrence() -> Json {
    json!({ "object": "idea", "rule": "rule", "due": "due", "status": "state", "done": ["done"], "previous": "before" })
}

#[test]
fn each_mistake_of_a_conversion_has_its_place() {
    let with = |key: &str, value: Json| {
        let mut definition = conversion();
        let (head, last) = key.rsplit_once('/').unwrap_or(("", key));
        let place = if head.is_empty() {
            &mut definition
        } else {
            definition.pointer_mut(&format!("/{head}")).unwrap()
        };
        place[last] = value;
        codes(Kind::Conversions, "idea.take", definition)
    };
    for (key, value, expected) in [
        ("mark", Json::Null, "mark"),
        ("mark", json!("size"), "mark wrong-kind"),
        ("mark", json!("taken"), "mark unknown-field"),
        ("when", json!("size"), "when"),
        ("targets", json!([]), "targets"),
        ("targets/0/object", json!("frim"), "targets.0.object unknown-object"),
        ("targets/0/object", json!("user"), "targets.0.object system-object"),
        ("targets/0/values", json!({ "size": "name" }), "targets.0.values.size wrong-type"),
        ("targets/0/values", json!({ "sise": "size" }), "targets.0.values.sise unknown-field"),
        ("targets/0/values", json!({ "name": "secret" }), "targets.0.values.name encrypted"),
        ("targets/0/values", json!({ "size": "siz + 1" }), "targets.0.values.size"),
        ("targets/0/match", json!([["nmae"]]), "targets.0.match.0 unknown-field"),
        ("targets/0/match", json!([[]]), "targets.0.match.0 required"),
        ("targets/0/with", json!({ "size": "firm" }), "targets.0.with.size unknown-target"),
        ("targets/0/link", json!("before"), "targets.0.link wrong-kind"),
        ("moves", json!(["frm"]), "moves.0 unknown-target"),
        ("extends", json!("other"), "extends unknown-conversion"),
        ("set", json!([{ "action": "set", "field": "size", "value": "\"x\"" }]), "set.0.value wrong-type"),
    ] {
        let found = with(key, value.clone());
        assert!(found.iter().any(|one| one.starts_with(expected)), "{key} {value}: {found:?}");
    }
    assert_eq!(
        codes(Kind::Conversions, "deal.take", conversion())[0].split(' ').next_back(),
        Some("bad-name")
    );
}

#[test]
fn each_mistake_of_a_recurrence_has_its_place() {
    for (key, value, expected) in [
        ("rule", json!("secret"), "rule wrong-kind"),
        ("due", json!("size"), "due wrong-kind"),
        ("shift", json!(["taken_at", "state"]), "shift.1 wrong-kind"),
        ("status", json!("size"), "status wrong-kind"),
        ("done", json!(["dome"]), "done.0 unknown-option"),
        ("previous", json!("firm"), "previous wrong-kind"),
        ("leave", json!(["nothing"]), "leave.0 unknown-field"),
    ] {
        let mut definition = recurrence();
        definition[key] = value.clone();
        assert_eq!(codes(Kind::Recurrences, "idea.again", definition), [expected], "{key} {value}");
    }
    let twice = vec![
        change(Kind::Recurrences, "idea.again", recurrence()),
        change(Kind::Recurrences, "idea.more", recurrence()),
    ];
    let found = resolve(twice).map(drop).unwrap_err();
    assert!(found.iter().all(|one| one.code == "duplicate"), "{found:?}");
}

#[test]
fn others_add_their_targets_and_renames_follow() {
    let more = json!({ "object": "idea", "extends": "take", "targets": [
        { "name": "second", "object": "firm", "optional": true, "values": { "name": "\"2\"" } } ] });
    let (definitions, catalog) = resolve(vec![
        change(Kind::Conversions, "idea.take", conversion()),
        change(Kind::Conversions, "idea.more", more),
        change(Kind::Recurrences, "idea.again", recurrence()),
    ])
    .unwrap();
    let ways = catalog.conversions(catalog.find_object("idea").unwrap());
    let names: Vec<&str> = ways[0].targets.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((ways.len(), names, ways[0].label.as_str()), (1, vec!["firm", "second"], "Take"));
    let field = |name: &str, to: Json| change(Kind::Fields, name, to);
    let renamed = definitions
        .with_changes(
            &[
                field("idea.size", json!({ "name": "extent", "kind": "integer" })),
                field("firm.size", json!({ "name": "people", "kind": "integer" })),
                field("idea.due", json!({ "name": "until", "kind": "date" })),
            ],
            None,
        )
        .unwrap();
    let catalog = Catalog::resolve(&renamed).unwrap();
    let take = &catalog.parts.conversions["idea.take"];
    assert_eq!(take.when.as_deref(), Some("extent > 1"));
    assert_eq!(take.targets[0].values["people"], json!("extent * 2"));
    assert_eq!(catalog.parts.recurrences["idea.again"].due, "until");
}
