//! Whether a chain is what was sealed: in the database, or in a file that was taken out of it.
//!
//! A file is JSON Lines: `{"tenant": id}`, then each block `{"block": {…}}` followed by its rows `{"row": {…}}`.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use sqlx::Connection;
use uuid::Uuid;

use super::chain::{Block, Fault, Head, Hex, Row, Verified, Verifier};
use super::store;
use crate::Engine;
use crate::context::Tenant;
use crate::error::{Error, Result};

/// One line of a file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Tenant(Uuid),
    Block(Block),
    Row(Row),
}

impl Engine {
    /// Goes along the whole chain of a tenant; answers what is sound, or the first place that is not. With `trusted`
    /// keys, only blocks that are signed for one of them are.
    pub async fn verify_audit(&self, tenant: &Tenant, trusted: &[Hex]) -> Result<Result<Verified, Fault>> {
        self.verify_audit_with(tenant, (trusted, &[])).await
    }

    /// The same of a chain that must have come by heads that were kept elsewhere: then its last blocks cannot be cut
    /// off, nor all of it be made anew with the right key.
    pub async fn verify_audit_with(
        &self,
        tenant: &Tenant,
        (trusted, heads): (&[Hex], &[Head]),
    ) -> Result<Result<Verified, Fault>> {
        let mut connection = self.connection(tenant).await?;
        let mut transaction = connection.begin().await?;
        store::hold_snapshot(&mut transaction).await?;
        let mut verifier = Verifier::new(tenant.id, trusted).with_heads(heads);
        let told = store::load_purges(&mut transaction, tenant).await?;
        let sound = told.iter().filter(|purge| purge.is_sound(tenant.id, trusted));
        let purged = sound.map(|purge| purge.through).max().unwrap_or(0);
        let mut at = 0;
        while let Some(block) = store::load_block_after(&mut transaction, tenant, at).await? {
            at = block.number;
            let (range, is_purged) = ((block.first_seq, block.last_seq), block.last_seq <= purged);
            if let Err(fault) = verifier.block(block, true) {
                return Ok(Err(fault));
            }
            let rows = store::load_rows(&mut transaction, tenant, range).await?;
            let outcome = match rows.is_empty() && is_purged {
                true => verifier.skip(),
                false => rows.iter().try_for_each(|row| verifier.row(row)).and_then(|()| verifier.end()),
            };
            if let Err(fault) = outcome {
                return Ok(Err(fault));
            }
        }
        if let Err(fault) = verifier.finish() {
            return Ok(Err(fault));
        }
        if let Some(seq) = store::load_row_outside(&mut transaction, tenant, verifier.found.last_seq).await? {
            let what = "belongs to no block: it was added, or its block was removed";
            return Ok(Err(Fault { block: at, seq: Some(seq), what }));
        }
        let (unsealed, _) = store::load_unsealed(&mut transaction, tenant).await?;
        transaction.rollback().await?;
        Ok(Ok(Verified { unsealed, purged_through: purged, ..verifier.found }))
    }

    /// Writes the sealed rows of a tenant with their blocks, so that they can be verified elsewhere; answers how many
    /// rows there are.
    pub async fn export_chain(&self, tenant: &Tenant, out: &mut (dyn Write + Send)) -> Result<i64> {
        let mut connection = self.connection(tenant).await?;
        let mut transaction = connection.begin().await?;
        store::hold_snapshot(&mut transaction).await?;
        put(out, &Line::Tenant(tenant.id))?;
        let (mut at, mut count) = (0, 0);
        while let Some(block) = store::load_block_after(&mut transaction, tenant, at).await? {
            at = block.number;
            let rows = store::load_rows(&mut transaction, tenant, (block.first_seq, block.last_seq)).await?;
            // What was removed when its time was over is in an earlier file.
            if rows.is_empty() {
                continue;
            }
            put(out, &Line::Block(block))?;
            count += i64::try_from(rows.len()).unwrap_or_default();
            rows.into_iter().try_for_each(|row| put(out, &Line::Row(row)))?;
        }
        transaction.rollback().await?;
        Ok(count)
    }
}

fn put(out: &mut dyn Write, line: &Line) -> Result<()> {
    let mut text = serde_json::to_vec(line).map_err(|error| Error::File(error.into()))?;
    text.push(b'\n');
    out.write_all(&text).map_err(Error::File)
}

/// Goes along the chain in a file. What is no line of such a file is an error, with its place.
pub fn verify_file(
    file: &mut dyn BufRead,
    (trusted, heads): (&[Hex], &[Head]),
) -> std::io::Result<Result<Verified, Fault>> {
    let wrong = |number: usize, what: &str| {
        std::io::Error::new(std::io::ErrorKind::InvalidData, format!("line {number}: {what}"))
    };
    let mut verifier: Option<Verifier<'_>> = None;
    let mut line = String::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        if file.read_line(&mut line)? == 0 {
            break;
        }
        let parsed: Line = serde_json::from_str(&line).map_err(|error| wrong(number, &error.to_string()))?;
        let step = match (parsed, verifier.as_mut()) {
            (Line::Tenant(tenant), None) => {
                verifier = Some(Verifier::new(tenant, trusted).with_heads(heads));
                Ok(())
            }
            (Line::Block(block), Some(verifier)) => verifier.block(block, false),
            (Line::Row(row), Some(verifier)) => verifier.row(&row),
            _ => return Err(wrong(number, "a file begins with its tenant, and has one")),
        };
        if let Err(fault) = step {
            return Ok(Err(fault));
        }
    }
    let Some(mut verifier) = verifier else { return Err(wrong(number, "the file is empty")) };
    Ok(verifier.finish().map(|()| verifier.found))
}
