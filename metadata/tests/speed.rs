//! How long the catalog of a large tenant takes. Not a benchmark: a bound that catches a wrong order of growth.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use std::time::{Duration, Instant};

use metadata::definitions::Kind;
use metadata::{Catalog, Change, Definitions, Version, diff};
use serde_json::json;

#[test]
fn a_hundred_objects_of_thirty_fields_resolve_at_once() {
    let changes: Vec<Change> = (0..100).map(object).collect();
    let definitions = Definitions::initial().with_changes(&changes, None).unwrap();
    let started = Instant::now();
    let catalog = Catalog::resolve(&definitions).unwrap();
    let resolved = started.elapsed();
    let one = Change {
        kind: Kind::Fields,
        name: "object_7.extra".into(),
        definition: Some(json!({"kind": "text"})),
    };
    let started = Instant::now();
    let next = definitions.with_changes(&[one], None).unwrap();
    let after = Catalog::resolve(&next).unwrap();
    let old = Version { definitions: &definitions, catalog: &catalog };
    let found = diff(Some(old), Version { definitions: &next, catalog: &after });
    let changed = started.elapsed();
    assert_eq!(found.len(), 1);
    println!("resolve {resolved:?}, one change {changed:?}");
    assert!(resolved + changed < Duration::from_secs(2), "resolve {resolved:?}, one change {changed:?}");
}

fn object(number: usize) -> Change {
    // One object may be about every other, as tasks are.
    let about = if number == 0 { json!(["*"]) } else { json!(["object_0"]) };
    let mut fields = vec![
        json!({"name": "parent", "kind": "lookup", "to": "object_0", "inverse": format!("children_{number}")}),
        json!({"name": "about", "kind": "any_lookup", "to": about, "inverse": format!("abouts_{number}")}),
        json!({"name": "stage", "kind": "picklist", "options": [{"value": "a"}, {"value": "b"}], "default": "a"}),
    ];
    fields.extend(
        (0..27).map(|at| json!({"name": format!("field_{at}"), "kind": "currency", "indexed": at % 5 == 0})),
    );
    let definition =
        json!({"name": format!("object_{number}"), "plural": format!("objects_{number}"), "fields": fields});
    Change { kind: Kind::Objects, name: format!("object_{number}"), definition: Some(definition) }
}
