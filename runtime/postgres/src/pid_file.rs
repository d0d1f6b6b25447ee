//! Reads `postmaster.pid`, in which a server tells who it is and how far it has come. Never written here; PostgreSQL
//! owns it.

use std::path::{Path, PathBuf};

/// What the file says, true or stale.
#[derive(Debug, PartialEq, Eq)]
pub struct PidFile {
    pub pid: i32,
    /// The server accepts connections.
    pub ready: bool,
}

impl PidFile {
    pub fn path(data: &Path) -> PathBuf {
        data.join("postmaster.pid")
    }

    /// None when there is no file, or one that is still being written.
    pub fn find(data: &Path) -> Option<PidFile> {
        parse(&std::fs::read_to_string(PidFile::path(data)).ok()?)
    }
}

/// First line: process id (negative for a stand-alone backend). Eighth line: `starting`, `ready`, `stopping`.
fn parse(text: &str) -> Option<PidFile> {
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse::<i32>().ok()?.abs();
    let ready = lines.nth(6).is_some_and(|status| status.trim() == "ready");
    Some(PidFile { pid, ready })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eighth_line_is_the_state() {
        let text = "1234\n/data\n1700000000\n5432\n/run\n\n 5 9\nready   \n";
        assert_eq!(parse(text), Some(PidFile { pid: 1234, ready: true }));
        assert_eq!(parse("1234\n/data\n"), Some(PidFile { pid: 1234, ready: false }));
        assert_eq!(parse(""), None);
    }
}
