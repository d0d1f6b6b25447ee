//! Where the rows of a file come from: what the file is, and each row as it stands there. Nothing here
//! knows fields or records.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::path::PathBuf;

use metadata::Problem;
use serde_json::value::RawValue;

mod csv;
mod json_lines;
mod xlsx;

/// Most bytes of one row; a quote that is never closed would make a row of the whole file.
pub(super) const MAX_ROW_BYTES: u64 = 16 * 1024 * 1024;
/// Most columns of a file.
pub(super) const MAX_COLUMNS: usize = 1_000;

/// The bytes of a file.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file that stays where it is.
    Path(PathBuf),
    /// A file that is removed when the import has ended or was refused.
    Temporary(PathBuf),
    Bytes(Vec<u8>),
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma, semicolon or tab separated, with a header row.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// The first sheet of a workbook, with a header row.
    Xlsx,
}

impl Format {
    /// The format that a `Content-Type` names.
    pub fn from_content_type(text: &str) -> Option<Self> {
        match text.split(';').next()?.trim().to_ascii_lowercase().as_str() {
            "text/csv" | "application/csv" | "text/tab-separated-values" => Some(Self::Csv),
            "application/x-ndjson"
            | "application/jsonl"
            | "application/x-jsonlines"
            | "application/jsonlines" => Some(Self::JsonLines),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// The format that a file's name ends in.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Xlsx => "xlsx",
        }
    }
}

/// One row as it stands in the file.
#[derive(Debug)]
pub(super) struct Raw {
    /// Its number as a person would say it: the header of a table is row 1; lines of JSON count from 1.
    pub number: u64,
    pub cells: Cells,
    /// Why the row as such cannot be read.
    pub fault: Option<String>,
}

/// The cells of a row.
#[derive(Debug)]
pub(super) enum Cells {
    /// By column.
    Text(::csv::StringRecord),
    /// By key.
    Json(Vec<(String, Box<RawValue>)>),
}

/// What a file tells, in its order.
#[derive(Debug)]
pub(super) enum Event {
    /// The header row; JSON Lines have none.
    Headers(Vec<String>),
    Row(Raw),
}

/// Takes one event; a break ends the reading.
pub(super) type Each<'e> = &'e mut dyn FnMut(Event) -> ControlFlow<()>;

/// Something to read from, and to go back in.
pub(super) trait Stream: Read + Seek + Send {}
impl<T: Read + Seek + Send> Stream for T {}

/// Reads the whole file, a row at a time.
///
/// # Errors
/// What makes the rest of the file unreadable, for people.
pub(super) fn read(source: &Source, format: Format, each: Each<'_>) -> Result<(), Problem> {
    let stream = open(source)?;
    match format {
        Format::Csv => csv::read(stream, each),
        Format::JsonLines => json_lines::read(stream, each),
        Format::Xlsx => xlsx::read(stream, each),
    }
}

fn open(source: &Source) -> Result<Box<dyn Stream + '_>, Problem> {
    match source {
        Source::Bytes(bytes) => Ok(Box::new(Cursor::new(bytes.as_slice()))),
        Source::Path(path) | Source::Temporary(path) => {
            let file = File::open(path).map_err(|error| unreadable(&error))?;
            Ok(Box::new(BufReader::with_capacity(128 * 1024, file)))
        }
    }
}

fn unreadable(error: &std::io::Error) -> Problem {
    Problem::new("", "unreadable-file", format!("the file cannot be read: {error}"))
}

/// A column beyond what anybody maps is a mistake in the file.
fn check_columns(count: usize) -> Result<(), Problem> {
    if count <= MAX_COLUMNS {
        return Ok(());
    }
    Err(Problem::new(
        "",
        "too-many-columns",
        format!("the file has {count} columns, at most {MAX_COLUMNS} are read"),
    ))
}

fn empty_file() -> Problem {
    Problem::new("", "empty-file", "the file is empty").hint("the first row names the columns")
}
