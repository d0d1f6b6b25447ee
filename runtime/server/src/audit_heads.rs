//! Heads of audit logs outside the database: a line for each newest block, in a file that is best kept elsewhere.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use engine::audit::chain::{Block, Head, Hex};
use engine::{Engine, Tenant};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::args::Common;

/// The newest blocks that this process has told, by tenant.
#[derive(Default)]
pub struct Told(HashMap<Uuid, i64>);

impl Told {
    /// Adds the heads of tenants that have grown to the file.
    pub async fn tell(&mut self, place: &Path, engine: &Engine, tenants: &[Tenant]) -> anyhow::Result<()> {
        let mut outcome = Ok(());
        for tenant in tenants {
            let Some(block) = engine.audit_head(tenant).await? else { continue };
            let number = block.number;
            if self.0.get(&tenant.id) == Some(&number) {
                continue;
            }
            // What could not be told is told the next time; the others need not wait for it.
            match add(place, tenant, block) {
                Ok(()) => drop(self.0.insert(tenant.id, number)),
                Err(error) => outcome = Err(error),
            }
        }
        outcome
    }
}

fn add(place: &Path, tenant: &Tenant, block: Block) -> anyhow::Result<()> {
    let Block { number, last_seq, hash, key, signature, .. } = block;
    let text = json!({
        "tenant": tenant.id, "slug": tenant.slug, "block": number, "last_seq": last_seq, "hash": hash, "key": key,
        "signature": signature,
    });
    // A line that a full disk cut off stays a line of its own.
    let text = format!("\n{text}\n");
    let file = OpenOptions::new().create(true).append(true).open(place);
    // One write, so that nodes which share the file do not mix their lines.
    file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .with_context(|| format!("cannot write {}", place.display()))
}

/// One line: the tenant and the head.
fn read(line: &str) -> Option<(Uuid, Head)> {
    let line: Json = serde_json::from_str(line).ok()?;
    let hash = Hex::try_from(line["hash"].as_str()?.to_owned()).ok()?;
    Some((line["tenant"].as_str()?.parse().ok()?, Head { block: line["block"].as_i64()?, hash }))
}

/// What the file knows of a tenant; nothing where there is no file.
pub fn load(common: &Common, tenant: Uuid) -> anyhow::Result<Vec<Head>> {
    let Some(place) = &common.audit_heads else { return Ok(Vec::new()) };
    let text = match std::fs::read_to_string(place) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", place.display())),
    };
    Ok(heads_of(tenant, &text, place))
}

/// The heads of a tenant. A line that is none, such as one that a full disk cut off, is told and passed over.
fn heads_of(tenant: Uuid, text: &str, place: &Path) -> Vec<Head> {
    let mut heads = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        match read(line) {
            Some((of, head)) => heads.extend((of == tenant).then_some(head)),
            None => tracing::warn!(line = at + 1, file = %place.display(), "this is no head of an audit log"),
        }
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_hides_no_other() {
        let (ours, others) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let line = |tenant: Uuid, block: i64| {
            json!({ "tenant": tenant, "block": block, "hash": "00".repeat(32) }).to_string()
        };
        let torn = line(ours, 2);
        let text =
            format!("\n{}\n\n{}\n{}\n\n{}\n", line(ours, 1), &torn[..20], line(others, 9), line(ours, 3));
        let blocks: Vec<i64> =
            heads_of(ours, &text, Path::new("heads")).iter().map(|head| head.block).collect();
        assert_eq!(blocks, [1, 3]);
    }
}
