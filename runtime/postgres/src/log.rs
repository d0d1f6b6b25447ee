//! Finds in the server's log why it ended. Only for messages; nothing is decided by it but whether to try again.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::place::Place;

/// A day's log may be long; the end of a start is short.
const TAIL: u64 = 64 * 1024;
/// Lines of the answer.
const LINES: usize = 6;

/// The last lines of the server with this process id: from its output and, once it had begun one, its log.
pub fn last_words(place: &Place, pid: i32) -> String {
    let mut text = tail(&place.startup_log());
    if let Some(newest) = find_newest(&place.log()) {
        let mark = format!("[{pid}]");
        text.extend(tail(&newest).lines().filter(|line| line.contains(&mark)).flat_map(|line| [line, "\n"]));
    }
    let lines: Vec<&str> = text.lines().filter(|line| tells(line)).collect();
    if lines.is_empty() {
        return format!("none; see {}", place.log().display());
    }
    lines[lines.len().saturating_sub(LINES)..].join(" / ")
}

/// Wrong settings are told at level LOG, so the level says nothing; the two lines about the log itself never help.
fn tells(line: &str) -> bool {
    !line.contains("redirecting log output") && !line.contains("Future log output will appear")
}

fn find_newest(directory: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(directory).ok()?.flatten();
    let newest = entries.max_by_key(|entry| entry.metadata().and_then(|metadata| metadata.modified()).ok());
    newest.map(|entry| entry.path())
}

fn tail(path: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut file) = File::open(path) {
        let length = file.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        let _ = file.seek(SeekFrom::Start(length.saturating_sub(TAIL)));
        let _ = file.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
