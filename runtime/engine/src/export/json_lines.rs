//! JSON Lines: a record a line, as a list answers it.

use super::{OFFSET, Rows};
use crate::error::Result;
use crate::read::encode;

/// The lines of one page.
pub(super) fn page(page: &Rows) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(page.rows.len() * page.shape.width * 32);
    for row in &page.rows {
        encode::row(&mut out, row, &page.shape.columns, encode::Places::From(OFFSET))?;
        out.push(b'\n');
    }
    Ok(out)
}
