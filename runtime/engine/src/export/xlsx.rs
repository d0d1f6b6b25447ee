//! XLSX: a sheet with typed cells; texts are texts, whatever they begin with. The workbook grows on disk and is
//! handed out piece by piece when it is whole.

use std::fs::File;
use std::io::{Read, Seek};

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::Rows;
use super::cells::{self, Cell};
use crate::error::{Error, Result};
use crate::read::sql::Shape;

/// Rows of one sheet; more go on the next one.
const MAX_ROWS: u32 = 1_048_576;
/// Most characters of a cell.
const MAX_TEXT: usize = 32_767;
/// Numbers with more digits are written as text, because a spreadsheet would round them.
const MAX_DIGITS: usize = 15;
/// Bytes handed out at once.
const PIECE: u64 = 64 * 1024;

/// Writes sheets, then hands out the file.
pub(super) struct Writer {
    book: Workbook,
    sheets: usize,
    heads: Vec<String>,
    row: u32,
    formats: Formats,
    file: Option<File>,
}

struct Formats {
    head: Format,
    date: Format,
    instant: Format,
}

impl Writer {
    pub(super) fn new(shape: &Shape) -> Result<Self> {
        let formats = Formats {
            head: Format::new().set_bold(),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        };
        let heads = cells::heads(shape);
        Ok(Self { book: Workbook::new(), sheets: 0, heads, row: MAX_ROWS, formats, file: None })
    }

    pub(super) fn page(&mut self, page: &Rows) -> Result<()> {
        if self.sheets == 0 {
            self.begin_sheet().map_err(failed)?;
        }
        for row in &page.rows {
            if self.row == MAX_ROWS {
                self.begin_sheet().map_err(failed)?;
            }
            let cells = cells::of(row, &page.shape)?;
            self.record(&cells).map_err(failed)?;
        }
        Ok(())
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        self.sheets += 1;
        for (column, head) in (0..).zip(&self.heads) {
            sheet.write_string_with_format(0, column, head, &self.formats.head)?;
        }
        self.row = 1;
        Ok(())
    }

    fn record(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        let (row, formats) = (self.row, &self.formats);
        let sheet = self.book.worksheet_from_index(self.sheets - 1)?;
        for (column, cell) in (0..).zip(cells) {
            put(sheet, (row, column), cell, formats)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The next piece of the file.
    pub(super) async fn piece(&mut self) -> Result<Option<Vec<u8>>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                // Packing the sheets takes its time.
                let book = std::mem::take(&mut self.book);
                tokio::task::spawn_blocking(move || packed(book)).await.map_err(std::io::Error::other)??
            }
        };
        let mut piece = Vec::new();
        (&file).take(PIECE).read_to_end(&mut piece)?;
        self.file = Some(file);
        Ok((!piece.is_empty()).then_some(piece))
    }
}

fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Blank => return Ok(()),
        Cell::Bool(flag) => sheet.write_boolean(row, column, *flag)?,
        Cell::Number(text) => match text.parse::<f64>() {
            Ok(number) if text.bytes().filter(u8::is_ascii_digit).count() <= MAX_DIGITS => {
                sheet.write_number(row, column, number)?
            }
            _ => sheet.write_string(row, column, text)?,
        },
        Cell::Text(text) => sheet.write_string(row, column, shortened(text))?,
        Cell::Date(text) => match text.parse::<NaiveDate>() {
            Ok(date) if since_1900(date) => {
                sheet.write_datetime_with_format(row, column, date, &formats.date)?
            }
            _ => sheet.write_string(row, column, text)?,
        },
        Cell::Instant(text) => match DateTime::parse_from_rfc3339(text) {
            Ok(at) if since_1900(at.naive_utc().date()) => {
                let at: NaiveDateTime = at.naive_utc();
                sheet.write_datetime_with_format(row, column, at, &formats.instant)?
            }
            _ => sheet.write_string(row, column, text)?,
        },
    };
    Ok(())
}

/// Spreadsheets know no day before 1900.
fn since_1900(date: NaiveDate) -> bool {
    NaiveDate::from_ymd_opt(1900, 1, 1).is_some_and(|first| date >= first)
}

fn shortened(text: &str) -> &str {
    match text.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => &text[..at],
        None => text,
    }
}

fn packed(mut book: Workbook) -> Result<File> {
    let mut file = tempfile::tempfile()?;
    book.save_to_writer(&mut file).map_err(failed)?;
    file.rewind()?;
    Ok(file)
}

fn failed(error: XlsxError) -> Error {
    std::io::Error::other(error).into()
}
