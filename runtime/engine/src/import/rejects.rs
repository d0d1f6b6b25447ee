//! The rejected rows of an import as a CSV: the columns of the file as they were, then the row's number
//! and the reasons. Corrected, it can be imported again as it is. Of a row that cannot be opened every cell says so,
//! and such a row is rejected again.
//!
//! A cell that a spreadsheet would run as a formula is put behind an apostrophe, which an import of such a file takes away
//! again: in a workbook it may have been a text, and nobody expects that looking at what was wrong runs anything.

use std::borrow::Cow;
use std::sync::Arc;

use csv::Writer;
use serde_json::Value as Json;
use uuid::Uuid;

use super::store::{self, Reject};
use crate::Engine;
use crate::context::{Context, Tenant};
use crate::error::Result;
use crate::keys::{KeyRing, UNREADABLE};

/// Rows of one piece.
const PIECE_ROWS: i64 = 1_000;
/// Columns that are added; a file that has been rejected before has them already.
const ADDED: [&str; 2] = ["_row", "_reason"];

/// The file in pieces, so that it never has to be in memory as a whole.
pub struct Rejects {
    engine: Engine,
    tenant: Tenant,
    keys: Option<Arc<KeyRing>>,
    id: Uuid,
    headers: Vec<String>,
    /// Number of the last row; -1 before the header.
    after: i64,
}

impl Rejects {
    pub(super) fn new(engine: Engine, context: &Context, (id, headers): (Uuid, Vec<String>)) -> Self {
        let (tenant, keys) = (context.tenant().clone(), context.snapshot.keys.clone());
        Self { engine, tenant, keys, id, headers, after: -1 }
    }

    /// The next piece of the file; `None` at its end. The first begins with the header.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut connection = self.engine.connection(&self.tenant).await?;
        let is_first = self.after < 0;
        let rows = store::load_rejects(
            &mut connection,
            (&self.tenant, self.keys.as_deref()),
            (self.id, self.after.max(0), PIECE_ROWS),
        )
        .await?;
        self.after = rows.last().map_or(self.after.max(0), |row| row.number);
        if rows.is_empty() && !is_first {
            return Ok(None);
        }
        let mut csv = Writer::from_writer(Vec::new());
        if is_first {
            write(&mut csv, self.own().map(|(_, header)| header.as_str()), ADDED);
        }
        for Reject { number, reason, cells } in &rows {
            let cell = |at: usize| match cells {
                Some(cells) => cells.get(at).and_then(Json::as_str).unwrap_or_default(),
                None => UNREADABLE,
            };
            let reason = reason.as_deref().unwrap_or(UNREADABLE);
            write(&mut csv, self.own().map(|(at, _)| cell(at)), [&number.to_string(), reason]);
        }
        Ok(Some(csv.into_inner().unwrap_or_default()))
    }

    /// The whole file, for those who have the memory.
    pub async fn all(mut self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            all.extend(piece);
        }
        Ok(all)
    }

    fn own(&self) -> impl Iterator<Item = (usize, &String)> {
        self.headers.iter().enumerate().filter(|(_, header)| !ADDED.contains(&header.as_str()))
    }
}

/// Whether a file has been rejected before, by its header.
pub(super) fn is_of_rejects<'h>(mut headers: impl Iterator<Item = &'h str>) -> bool {
    headers.by_ref().any(|header| header == ADDED[0]) && headers.any(|header| header == ADDED[1])
}

/// A cell as a spreadsheet will not run it.
fn asleep(cell: &str) -> Cow<'_, str> {
    if is_run(cell.trim_start_matches('\'')) { format!("'{cell}").into() } else { cell.into() }
}

/// What the cell was.
pub(super) fn awake(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_run(rest.trim_start_matches('\''))).unwrap_or(cell)
}

/// Numbers below zero calculate nothing, and are to be set right as they stand.
fn is_run(text: &str) -> bool {
    let is_of_number = |c: char| c.is_ascii_digit() || " ()./,-".contains(c);
    let is_number = text.starts_with('-') && text.chars().all(is_of_number);
    !is_number && crate::export::is_run(text)
}

/// Writing to memory does not fail, and rows may have any length.
fn write<'t>(csv: &mut Writer<Vec<u8>>, own: impl Iterator<Item = &'t str>, added: [&'t str; 2]) {
    for cell in own.chain(added) {
        let _ = csv.write_field(asleep(cell).as_bytes());
    }
    let _ = csv.write_record(None::<&[u8]>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_sleep_and_are_what_they_were() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("'=1+1", "''=1+1"),
            ("@x", "'@x"),
            ("-5", "-5"),
            ("-2+3", "'-2+3"),
            ("'twas", "'twas"),
            ("", ""),
        ] {
            assert_eq!(asleep(cell), written);
            assert_eq!(awake(&asleep(cell)), cell);
        }
        assert!(is_of_rejects(["a", "_row", "_reason"].into_iter()));
        assert!(!is_of_rejects(["_row", "a"].into_iter()));
    }
}
