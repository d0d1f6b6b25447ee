//! A hundred objects of thirty fields each: the first answer after a change of metadata as its caller sees it, and
//! what a schema takes that is kept.

use std::fmt::Write as _;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value as Json, json};

use crate::load::http::{self, Connection, request};
use crate::options::Options;
use crate::report::{Report, median};
use crate::usage;
use crate::world::World;

const OBJECTS: usize = 100;
/// Kinds of the fields that are no lookups, one after the other.
const KINDS: &[&str] = &["text", "integer", "currency", "boolean", "date", "datetime", "email", "long_text"];
const PLAIN: usize = 26;
/// Changes of metadata, each with one question after it.
const CHANGES: usize = 20;
/// Roles whose schemas are kept beside each other.
const ROLES: usize = 20;
const GOAL: f64 = 100.0;

/// What came of it.
pub struct Graphql {
    objects: usize,
    /// Milliseconds of the first answers: median and longest.
    first: (f64, f64),
    /// Milliseconds of processor time for one of them.
    cpu: f64,
    /// Milliseconds of the same question asked again.
    again: f64,
    /// MB for each schema that is kept.
    schema: f64,
}

impl Graphql {
    pub fn write(&self, text: &mut String) {
        let Self { objects, first: (middle, longest), cpu, again, schema } = self;
        let _ = writeln!(text, "\n| GraphQL with {objects} objects of {} fields | |\n|---|---|", PLAIN + 4);
        let _ = writeln!(
            text,
            "| first answer after a change, median of {CHANGES} (longest); goal {GOAL:.0} ms | **{middle:.1} ms** ({longest:.1} ms) |"
        );
        let _ = writeln!(
            text,
            "| server CPU for it | {cpu:.1} ms |\n| the same question again | {again:.1} ms |"
        );
        let _ = writeln!(text, "| memory for each schema | {schema:.2} MB |");
    }
}

/// Makes the objects, changes one again and again, and asks.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let objects = if options.smoke { OBJECTS / 10 } else { OBJECTS };
    prepare(world, objects).await?;
    let (address, pid) = (&world.trellis.address, world.trellis.pid);
    let mut connection = Connection::open(address).await?;
    ask(&mut connection, &world.key, "field_3").await?;
    let (mut first, mut again, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..CHANGES {
        let field = format!("fresh_{}_{n}", std::process::id());
        let path = format!("/metadata/v1/objects/bench_thing_7/fields/{field}");
        put(world, &path, &json!({ "kind": "text", "label": "Fresh" })).await?;
        let used = usage::cpu(pid)?;
        first.push(ask(&mut connection, &world.key, &field).await?);
        cpu.push((usage::cpu(pid)? - used) * 1000.0);
        again.push(ask(&mut connection, &world.key, &field).await?);
    }
    let keys = keys(world).await?;
    let before = usage::memory(pid)?;
    for key in &keys {
        ask(&mut connection, key, "field_3").await?;
    }
    let longest = first.iter().copied().fold(0.0, f64::max);
    report.graphql = Some(Graphql {
        objects,
        first: (median(first), longest),
        // Ticks are 10 ms, so only their mean says something.
        cpu: cpu.iter().sum::<f64>() / CHANGES as f64,
        again: median(again),
        schema: (usage::memory(pid)? - before) / keys.len() as f64,
    });
    Ok(())
}

/// Objects that point to each other, and roles that read them all.
async fn prepare(world: &World, objects: usize) -> anyhow::Result<()> {
    let mut changes: Vec<Json> = (0..objects)
        .map(|n| json!({ "kind": "objects", "name": format!("bench_thing_{n}"), "definition": object(n, objects) }))
        .collect();
    let rights = |n| (format!("bench_thing_{n}"), json!({ "read": "all", "create": true, "edit": "all" }));
    let rights: Map<String, Json> = (0..objects).map(rights).collect();
    let role = |n| json!({ "kind": "roles", "name": format!("bench_role_{n}"), "definition": { "label": "Bench", "objects": rights } });
    changes.extend((0..ROLES).map(role));
    let deploy = json!({ "changes": changes }).to_string();
    http::json(
        &world.trellis.address,
        &request("POST", "/metadata/v1/deploy", Some(&world.key), Some(&deploy)),
    )
    .await
    .map(drop)
}

fn object(number: usize, objects: usize) -> Json {
    let plain = (0..PLAIN).map(|n| {
        json!({ "name": format!("field_{n}"), "kind": KINDS[n % KINDS.len()], "label": format!("Field {n}") })
    });
    let lookups = (1..=4).map(|n| {
        let to = format!("bench_thing_{}", (number + n * 7) % objects);
        json!({ "name": format!("link_{n}"), "kind": "lookup", "to": to, "label": "Link", "inverse": format!("bench_things_{number}_{n}") })
    });
    let fields: Json = plain.chain(lookups).collect();
    let (name, plural) = (format!("bench_thing_{number}"), format!("bench_things_{number}"));
    json!({ "name": name, "plural": plural, "label": "Thing", "plural_label": "Things", "fields": fields })
}

async fn put(world: &World, path: &str, definition: &Json) -> anyhow::Result<()> {
    let put = request("PUT", path, Some(&world.key), Some(&definition.to_string()));
    http::json(&world.trellis.address, &put).await.map(drop)
}

/// One key for each role.
async fn keys(world: &World) -> anyhow::Result<Vec<String>> {
    let mut keys = Vec::new();
    for n in 0..ROLES {
        let wish = json!({ "name": "bench", "role": format!("bench_role_{n}") }).to_string();
        let made = request("POST", "/auth/v1/api-keys", Some(&world.key), Some(&wish));
        let made = http::json(&world.trellis.address, &made).await?;
        keys.push(made["key"].as_str().context("no key")?.to_owned());
    }
    Ok(keys)
}

/// Milliseconds until the answer was read.
async fn ask(connection: &mut Connection, key: &str, field: &str) -> anyhow::Result<f64> {
    let query = format!(
        "{{ bench_things_7(first: 10) {{ total_count nodes {{ id name {field} link_1 {{ name link_2 {{ name }} }} }} }} }}"
    );
    let request = request("POST", "/graphql", Some(key), Some(&json!({ "query": query }).to_string()));
    let began = Instant::now();
    let (status, body) = connection.send(&request).await?;
    let took = began.elapsed().as_secs_f64() * 1000.0;
    let answer: Json = serde_json::from_slice(body)?;
    ensure!(status == 200 && answer.get("errors").is_none(), "status {status}: {answer}");
    Ok(took)
}
