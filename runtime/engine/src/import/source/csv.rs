//! CSV as it is found: with or without byte order mark, any line ending, quoted line breaks, and commas,
//! semicolons or tabs between the cells.

use std::cell::Cell;
use std::io::{Error, Read, SeekFrom};
use std::ops::ControlFlow;
use std::rc::Rc;

use csv::{ByteRecord, Reader, ReaderBuilder, StringRecord};
use metadata::Problem;

use super::super::rejects::{awake, is_of_rejects};
use super::{Cells, Each, Event, MAX_ROW_BYTES, Raw, Stream, check_columns, empty_file, unreadable};

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
/// How much of the file tells the separator.
const PROBE_BYTES: u64 = 64 * 1024;
const BUFFER_BYTES: usize = 64 * 1024;
/// The guard's own word for a row that does not end.
const TOO_LONG: &str = "row too long";

/// Reads a table with a header row.
pub(super) fn read(mut stream: Box<dyn Stream + '_>, each: Each<'_>) -> Result<(), Problem> {
    let (delimiter, skip) = probe(&mut *stream)?;
    stream.seek(SeekFrom::Start(skip)).map_err(|error| unreadable(&error))?;
    let progress = Rc::new(Cell::new(0));
    let guarded = Guarded { inner: stream, taken: 0, done: progress.clone() };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .buffer_capacity(BUFFER_BYTES)
        .from_reader(guarded);
    let Some((headers, is_text)) = next(&mut reader, 1)? else { return Err(empty_file()) };
    if !is_text {
        return Err(not_text());
    }
    check_columns(headers.len())?;
    let width = headers.len();
    let is_returned = is_of_rejects(headers.iter().map(str::trim));
    let cell = |cell| if is_returned { awake(cell) } else { cell };
    if each(Event::Headers(headers.iter().map(|header| cell(header.trim()).to_owned()).collect())).is_break()
    {
        return Ok(());
    }
    rows(&mut reader, (width, is_returned, &progress), each)
}

fn rows(
    reader: &mut Reader<Guarded<'_>>,
    (width, is_returned, progress): (usize, bool, &Cell<u64>),
    each: Each<'_>,
) -> Result<(), Problem> {
    for number in 2.. {
        progress.set(reader.position().byte());
        let Some((mut cells, is_text)) = next(reader, number)? else { break };
        if is_returned && cells.iter().any(|cell| cell.starts_with('\'')) {
            cells = cells.iter().map(awake).collect();
        }
        let mut fault = (!is_text).then(|| "the row is not UTF-8 text".to_owned());
        if cells.len() > width && cells.iter().skip(width).any(|cell| !cell.is_empty()) {
            fault = Some(format!("the row has {} cells, the header {width}", cells.len()));
        }
        if each(Event::Row(Raw { number, cells: Cells::Text(cells), fault })) == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}

/// The next record, and whether it is text; what cannot be read of it stands as replacement characters.
fn next(reader: &mut Reader<Guarded<'_>>, number: u64) -> Result<Option<(StringRecord, bool)>, Problem> {
    let mut record = ByteRecord::with_capacity(256, 16);
    match reader.read_byte_record(&mut record) {
        Ok(true) => Ok(Some(match StringRecord::from_byte_record(record) {
            Ok(record) => (record, true),
            Err(error) => (StringRecord::from_byte_record_lossy(error.into_byte_record()), false),
        })),
        Ok(false) => Ok(None),
        Err(error) if error.to_string().contains(TOO_LONG) => {
            let message = format!("row {number} is longer than {} MB", MAX_ROW_BYTES / 1024 / 1024);
            Err(Problem::new("", "row-too-long", message).hint("is there a quote that is not closed?"))
        }
        Err(error) => {
            Err(Problem::new("", "unreadable-file", format!("row {number} cannot be read: {error}")))
        }
    }
}

fn not_text() -> Problem {
    Problem::new("", "not-utf-8", "the file is not UTF-8 text").hint("save it as CSV UTF-8")
}

/// The separator, and how many bytes stand before the header.
fn probe(stream: &mut dyn Stream) -> Result<(u8, u64), Problem> {
    let mut bytes = Vec::new();
    stream.take(PROBE_BYTES).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(not_text());
    }
    let skip = if bytes.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
    if bytes[skip..].iter().all(u8::is_ascii_whitespace) {
        return Err(empty_file());
    }
    Ok((delimiter(&bytes[skip..]), skip as u64))
}

/// Whatever of comma, semicolon and tab stands most often in the header, outside quotes.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let (mut quoted, mut begun) = (false, false);
    for &byte in bytes {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && begun => break,
            _ if !quoted => {
                counts.iter_mut().filter(|(sign, _)| *sign == byte).for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
        begun |= !byte.is_ascii_whitespace();
    }
    // The last of equals is taken, so reversed: a single column is comma separated.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| *sign)
}

/// Gives no more than one row's worth of bytes beyond the last complete row.
struct Guarded<'s> {
    inner: Box<dyn Stream + 's>,
    taken: u64,
    done: Rc<Cell<u64>>,
}

impl Read for Guarded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.taken.saturating_sub(self.done.get()) > MAX_ROW_BYTES {
            return Err(Error::other(TOO_LONG));
        }
        let count = self.inner.read(buffer)?;
        self.taken += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::delimiter;

    #[test]
    fn separators_are_told_by_the_header() {
        assert_eq!(delimiter(b"a,b;c,d\n1;2;3;4;5"), b',');
        assert_eq!(delimiter(b"\r\n\"a,b,c,d\";b;c\n"), b';');
        assert_eq!(delimiter(b"a\tb\n"), b'\t');
        assert_eq!(delimiter(b"single\nx;y"), b',');
    }
}
