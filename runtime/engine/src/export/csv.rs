//! CSV (RFC 4180, UTF-8). A text that a spreadsheet would run as a formula is put behind an apostrophe.

use std::borrow::Cow;

use super::Rows;
use super::cells::{self, Cell};
use crate::error::Result;
use crate::read::sql::Shape;

/// Writes heads, then pages.
pub(super) struct Writer {
    heads: Option<Vec<String>>,
}

impl Writer {
    pub(super) fn new(shape: &Shape) -> Self {
        Self { heads: Some(cells::heads(shape)) }
    }

    pub(super) fn page(&mut self, page: &Rows) -> Result<Vec<u8>> {
        let mut out = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
        // Writing into memory cannot fail.
        if let Some(heads) = self.heads.take() {
            let _ = out.write_record(&heads);
        }
        for row in &page.rows {
            let cells = cells::of(row, &page.shape)?;
            let _ = out.write_record(cells.iter().map(|cell| text(cell).into_owned()));
        }
        Ok(out.into_inner().unwrap_or_default())
    }
}

fn text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Blank => "".into(),
        Cell::Bool(flag) => if *flag { "true" } else { "false" }.into(),
        Cell::Number(text) | Cell::Date(text) | Cell::Instant(text) => text.into(),
        Cell::Text(text) => asleep(text),
    }
}

/// The text as a spreadsheet will not run it.
pub(crate) fn asleep(text: &str) -> Cow<'_, str> {
    if is_run(text) { format!("'{text}").into() } else { text.into() }
}

/// Whether a spreadsheet would run the text. Phone numbers begin with a plus too, and calculate nothing.
pub(crate) fn is_run(text: &str) -> bool {
    let harmless = |c: char| c.is_ascii_digit() || " ()./-".contains(c);
    match text.chars().next() {
        Some('+') => !text[1..].chars().all(harmless),
        Some('=' | '-' | '@' | '\t' | '\r' | '\n') => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_put_to_sleep() {
        for run in ["=cmd|' /C calc'!A0", "+SUM(A1)", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "+1+cmd|x"] {
            assert_eq!(text(&Cell::Text(run.into())), format!("'{run}"));
        }
        for plain in ["Rex", "", "+49 30 123-45", "a=b", " =1"] {
            assert_eq!(text(&Cell::Text(plain.into())), plain);
        }
        assert_eq!(text(&Cell::Number("-5".into())), "-5");
    }
}
