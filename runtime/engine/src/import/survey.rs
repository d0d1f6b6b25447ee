//! A first look through the whole file: its columns, and how many rows there are.

use std::collections::HashSet;
use std::ops::ControlFlow;

use metadata::Problem;

use super::source::{Cells, Event, Format, MAX_COLUMNS, Source, read};

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The header row, or the keys of all lines in the order in which they first come.
    pub headers: Vec<String>,
    pub rows: i64,
}

/// Looks through a file. What breaks off in the middle is told when it is run: the rows before count.
pub(super) fn survey(source: &Source, format: Format) -> Result<Survey, Problem> {
    let mut survey = Survey::default();
    let mut keys = HashSet::new();
    let outcome = read(source, format, &mut |event| {
        match event {
            Event::Headers(headers) => survey.headers = headers,
            Event::Row(raw) => {
                survey.rows += 1;
                if let Cells::Json(pairs) = raw.cells {
                    for (key, _) in pairs {
                        if !keys.contains(&key) {
                            keys.insert(key.clone());
                            survey.headers.push(key);
                        }
                    }
                }
            }
        }
        if survey.headers.len() > MAX_COLUMNS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if survey.headers.len() > MAX_COLUMNS {
        let message = format!("the file has more than {MAX_COLUMNS} columns");
        return Err(Problem::new("", "too-many-columns", message));
    }
    match outcome {
        Err(problem) if survey.rows == 0 => Err(problem),
        _ if survey.headers.is_empty() => {
            Err(Problem::new("", "empty-file", "the file is empty").hint("no row names a column"))
        }
        _ => Ok(survey),
    }
}
