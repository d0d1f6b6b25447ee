//! Workbooks: the first sheet, read cell by cell. Numbers and dates become the text that a CSV would
//! hold; of formulas the values that the workbook was saved with.

use std::io::BufReader;
use std::ops::ControlFlow;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use csv::StringRecord;
use metadata::Problem;

mod guard;
mod scan;

use super::{Cells, Each, Event, MAX_ROW_BYTES, Raw, Stream, check_columns, empty_file};

/// Reads the first sheet with a header row.
pub(super) fn read(mut stream: Box<dyn Stream + '_>, each: Each<'_>) -> Result<(), Problem> {
    guard::check(&mut stream)?;
    let mut workbook: Xlsx<_> = Xlsx::new(BufReader::new(stream)).map_err(broken)?;
    let name = workbook.sheet_names().first().cloned().ok_or_else(empty_file)?;
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(broken)?;
    let mut sheet = Sheet { each, width: None, row: 0, cells: Vec::new(), bytes: 0 };
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        if sheet.row != row {
            if sheet.end_row().is_break() {
                return Ok(());
            }
            sheet.row = row;
        }
        sheet.put(column as usize, text(cell.get_value()))?;
    }
    if sheet.end_row().is_continue() && sheet.width.is_none() {
        return Err(empty_file());
    }
    Ok(())
}

fn broken(error: calamine::XlsxError) -> Problem {
    Problem::new("", "unreadable-file", format!("the file is not a readable XLSX workbook: {error}"))
}

/// The row in the making.
struct Sheet<'e> {
    each: Each<'e>,
    /// Columns of the header, once it was read.
    width: Option<usize>,
    /// Row number from 0.
    row: u32,
    cells: Vec<String>,
    bytes: u64,
}

impl Sheet<'_> {
    fn put(&mut self, column: usize, text: String) -> Result<(), Problem> {
        if text.is_empty() {
            return Ok(());
        }
        check_columns(column + 1)?;
        self.bytes += text.len() as u64;
        if self.bytes > MAX_ROW_BYTES {
            let message = format!("row {} holds too much text", self.row + 1);
            return Err(Problem::new("", "row-too-long", message));
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
        Ok(())
    }

    fn end_row(&mut self) -> ControlFlow<()> {
        let cells = std::mem::take(&mut self.cells);
        self.bytes = 0;
        if cells.is_empty() {
            return ControlFlow::Continue(());
        }
        let Some(width) = self.width else {
            self.width = Some(cells.len());
            let headers = cells.iter().map(|cell| cell.trim().to_owned()).collect();
            return (self.each)(Event::Headers(headers));
        };
        let number = u64::from(self.row) + 1;
        let count = cells.len();
        let fault = (count > width).then(|| format!("the row has {count} cells, the header {width}"));
        (self.each)(Event::Row(Raw { number, cells: Cells::Text(StringRecord::from(cells)), fault }))
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => float(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(at) => moment(*at),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// As the program shows it: 15 digits, so that 0.1 + 0.2 is 0.3.
fn float(number: f64) -> String {
    let shown = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    shown.to_string()
}

/// A date, a date with a time, or a time alone.
fn moment(at: ExcelDateTime) -> String {
    let days = at.as_f64();
    let (year, month, day, hours, minutes, seconds, _) = at.to_ymd_hms_milli();
    let time = format!("{hours:02}:{minutes:02}:{seconds:02}");
    match () {
        () if at.is_duration() || (0.0..1.0).contains(&days) => time,
        () if days.fract() == 0.0 => format!("{year:04}-{month:02}-{day:02}"),
        () => format!("{year:04}-{month:02}-{day:02}T{time}"),
    }
}
