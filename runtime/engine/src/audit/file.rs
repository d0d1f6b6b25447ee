//! The log as a file, CSV or JSON Lines, for who may see it: page by page, the newest first. That it is taken out is
//! noted before the first byte leaves.

use serde_json::json;

use super::list::{AuditQuery, Entry};
use super::{Deed, Event};
use crate::Engine;
use crate::context::Context;
use crate::error::Result;
use crate::export::{Form, asleep};

/// Rows of a piece of the file.
const PIECE: u32 = 1000;

/// One file: read it piece by piece.
pub struct AuditFile {
    engine: Engine,
    context: Context,
    /// What is asked for next; `None` after the end.
    query: Option<AuditQuery>,
    form: Form,
    is_begun: bool,
}

impl Engine {
    /// Begins a file of what `query` means; a workbook is written as CSV.
    pub async fn audit_file(&self, context: &Context, query: AuditQuery, form: Form) -> Result<AuditFile> {
        let mut connection = self.connection(context.tenant()).await?;
        let event = Event::of(context, Deed::Export, "audit_log").with(json!({
            "object": [null, query.object], "record_id": [null, query.record_id], "user_id": [null, query.user_id],
            "action": [null, query.action], "from": [null, query.from], "to": [null, query.to],
        }));
        super::record(&mut connection, context.tenant(), &[event]).await?;
        let query = Some(AuditQuery { limit: PIECE, ..query });
        Ok(AuditFile { engine: self.clone(), context: context.clone(), query, form, is_begun: false })
    }
}

impl AuditFile {
    /// The next piece; `None` after the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(query) = self.query.take() else { return Ok(None) };
        let page = self.engine.audit_log(&self.context, &query).await?;
        self.query = page.next.map(|next| AuditQuery { before: Some(next), ..query });
        let with_heads = !std::mem::replace(&mut self.is_begun, true);
        Ok(Some(match self.form {
            Form::JsonLines => lines(&page.rows),
            Form::Csv | Form::Xlsx => table(&page.rows, with_heads),
        }))
    }
}

fn lines(rows: &[Entry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() * 300);
    for row in rows {
        // Texts, ids and JSON texts are always JSON.
        let _ = serde_json::to_writer(&mut out, row);
        out.push(b'\n');
    }
    out
}

fn table(rows: &[Entry], with_heads: bool) -> Vec<u8> {
    let mut out = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory cannot fail.
    if with_heads {
        let _ = out.write_record([
            "seq",
            "at",
            "actor_id",
            "actor",
            "action",
            "object",
            "record_id",
            "changes",
            "ip",
            "user_agent",
            "request_id",
        ]);
    }
    for row in rows {
        let text = |text: Option<&str>| asleep(text.unwrap_or_default()).into_owned();
        let record = row.record_id.map(|id| id.to_string());
        let changes = serde_json::to_string(&row.changes).unwrap_or_default();
        let _ = out.write_record([
            row.seq.to_string(),
            row.at.clone(),
            text(row.actor["id"].as_str()),
            text(row.actor["name"].as_str()),
            text(Some(&row.action)),
            text(Some(&row.object)),
            text(record.as_deref()),
            text(Some(&changes)),
            text(row.ip.as_deref()),
            text(row.user_agent.as_deref()),
            text(Some(&row.request_id)),
        ]);
    }
    out.into_inner().unwrap_or_default()
}
