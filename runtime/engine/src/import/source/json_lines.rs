//! JSON Lines: one object a line; values keep the form in which they are written.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;

use metadata::Problem;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Cells, Each, Event, MAX_ROW_BYTES, Raw, Stream, unreadable};

type Pairs = Vec<(String, Box<RawValue>)>;

/// Reads a line at a time; blank lines are passed over.
pub(super) fn read(stream: Box<dyn Stream + '_>, each: Each<'_>) -> Result<(), Problem> {
    let mut reader = BufReader::with_capacity(128 * 1024, stream);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let taken = (&mut reader).take(MAX_ROW_BYTES).read_until(b'\n', &mut line);
        let count = taken.map_err(|error| unreadable(&error))? as u64;
        if count == 0 {
            break;
        }
        if count >= MAX_ROW_BYTES && line.last() != Some(&b'\n') {
            let message = format!("line {number} is longer than {} MB", MAX_ROW_BYTES / 1024 / 1024);
            return Err(Problem::new("", "row-too-long", message));
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&line).trim_ascii();
        if !text.is_empty() && each(Event::Row(row(number, text))) == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}

fn row(number: u64, text: &[u8]) -> Raw {
    match parse(text) {
        Ok(pairs) => Raw { number, cells: Cells::Json(pairs), fault: None },
        Err(error) => {
            let fault = Some(format!("the line is not a JSON object: {error}"));
            Raw { number, cells: Cells::Json(Vec::new()), fault }
        }
    }
}

fn parse(text: &[u8]) -> serde_json::Result<Pairs> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let pairs = json.deserialize_map(InOrder)?;
    json.end()?;
    Ok(pairs)
}

/// Keys in their order, values unparsed.
struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::with_capacity(16);
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}
