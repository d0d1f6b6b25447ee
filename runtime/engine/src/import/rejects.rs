//! The rejected rows of an import as a CSV: the columns of the file as they were, then the row's number
//! and the reasons. Corrected, it can be imported again as it is. Of a row that cannot be opened every cell says so,
//! and such a row is rejected again.

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

/// Writing to memory does not fail, and rows may have any length.
fn write<'t>(csv: &mut Writer<Vec<u8>>, own: impl Iterator<Item = &'t str>, added: [&'t str; 2]) {
    for cell in own.chain(added) {
        let _ = csv.write_field(cell);
    }
    let _ = csv.write_record(None::<&[u8]>);
}
