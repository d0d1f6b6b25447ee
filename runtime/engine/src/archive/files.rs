//! The files of an archive: JSON documents, and lines of JSON that are read and written a few at a time.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::damaged;
use crate::error::Result;

/// Lines, and bytes, that go to the database at once.
const BATCH_LINES: usize = 2_000;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Writes a document for people too.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    Ok(fs::write(path, text)?)
}

/// Reads one.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let name = path.display().to_string();
    let text = fs::read(path).map_err(|error| damaged(&name, format!("it cannot be read: {error}")))?;
    serde_json::from_slice(&text).map_err(|error| damaged(&name, error.to_string()))
}

/// All `*.json` one folder below `root`, by path.
pub(super) fn list_json(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    // Of a tenant that defined nothing there is nothing; the manifest says how many there are.
    if !root.exists() {
        return Ok(found);
    }
    for kind in fs::read_dir(root).map_err(|error| damaged("metadata", error.to_string()))? {
        let kind = kind?.path();
        if !kind.is_dir() {
            continue;
        }
        for file in fs::read_dir(kind)? {
            let path = file?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Lines on their way out.
pub(super) struct Lines(BufWriter<File>);

impl Lines {
    pub fn create(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(Self(BufWriter::new(File::create(path)?)))
    }

    pub fn write(&mut self, line: &str) -> Result<()> {
        self.0.write_all(line.as_bytes())?;
        Ok(self.0.write_all(b"\n")?)
    }

    pub fn finish(mut self) -> Result<()> {
        Ok(self.0.flush()?)
    }
}

/// Lines on their way in, many as one JSON array.
pub(super) struct Batches {
    reader: BufReader<File>,
    name: String,
}

impl Batches {
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| damaged(&name, format!("it cannot be read: {error}")))?;
        Ok(Self { reader: BufReader::new(file), name })
    }

    /// The next lines as the text of an array, and how many they are; `None` at the end.
    pub fn next(&mut self) -> Result<Option<(String, u64)>> {
        let mut text = String::from("[");
        let mut count = 0;
        while count < BATCH_LINES && text.len() < BATCH_BYTES {
            let mut line = String::new();
            let read = self.reader.read_line(&mut line);
            if read.map_err(|error| damaged(&self.name, error.to_string()))? == 0 {
                break;
            }
            let line = line.trim();
            if !line.is_empty() {
                if count > 0 {
                    text.push(',');
                }
                text.push_str(line);
                count += 1;
            }
        }
        text.push(']');
        Ok((count > 0).then_some((text, count as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_in_batches() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records/a.ndjson");
        let mut lines = Lines::create(&path).unwrap();
        (0..BATCH_LINES + 1).for_each(|n| lines.write(&format!("{{\"n\":{n}}}")).unwrap());
        lines.finish().unwrap();
        let mut batches = Batches::open(&path).unwrap();
        let (first, count) = batches.next().unwrap().unwrap();
        assert!(first.starts_with("[{\"n\":0},{\"n\":1}") && first.ends_with("}]"));
        assert_eq!(count as usize, BATCH_LINES);
        assert_eq!(batches.next().unwrap().unwrap(), (format!("[{{\"n\":{BATCH_LINES}}}]"), 1));
        assert!(batches.next().unwrap().is_none());
        assert!(Batches::open(&folder.path().join("none")).is_err());
    }
}
