//! What a process id means right now. A number in a file proves nothing: the process may be gone, be a zombie that
//! nobody reaped (and still answer `kill(pid, 0)`), or be somebody else by now.

use std::path::Path;

/// Who has the process id.
#[derive(Debug, PartialEq, Eq)]
pub enum Holder {
    /// A live server of this very data directory.
    Server,
    /// Nobody.
    Gone,
    /// A zombie, or a process that has nothing to do with the data directory.
    Other,
}

/// Linux tells all of it in `/proc`: a server works in its data directory, and we start it with `-D` and that path.
/// The first survives a move of the directory; the second is readable in a container, where root may not look into
/// other users' processes.
#[cfg(target_os = "linux")]
pub fn holder(pid: i32, data: &Path) -> Holder {
    let directory = Path::new("/proc").join(pid.to_string());
    let Ok(stat) = std::fs::read_to_string(directory.join("stat")) else { return Holder::Gone };
    // The second field is the program's name in parentheses, and may itself contain anything.
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    if matches!(state, Some('Z' | 'X') | None) {
        return Holder::Other;
    }
    let here = std::fs::canonicalize(data).unwrap_or_else(|_| data.to_owned());
    let works_there = std::fs::read_link(directory.join("cwd")).is_ok_and(|cwd| cwd == here);
    let started_for = std::fs::read(directory.join("cmdline")).is_ok_and(|line| names(&line, &here));
    if works_there || started_for { Holder::Server } else { Holder::Other }
}

/// Whether a command line, its words ended by zero bytes, is a server's with exactly this data directory. Sessions of
/// a server overwrite theirs, so they never match.
#[cfg(target_os = "linux")]
fn names(command_line: &[u8], data: &Path) -> bool {
    let mut words = command_line.split(|byte| *byte == 0);
    let server = words.next().is_some_and(|program| program.ends_with(b"postgres"));
    server && words.any(|word| word == data.as_os_str().as_encoded_bytes())
}

/// Elsewhere `ps` shows the state and the command line, in which we put the data directory.
#[cfg(not(target_os = "linux"))]
pub fn holder(pid: i32, data: &Path) -> Holder {
    let pid = pid.to_string();
    let asked = std::process::Command::new("ps").args(["-o", "stat=,command=", "-p", &pid]).output();
    let Ok(answer) = asked else { return Holder::Other };
    let line = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    if line.is_empty() {
        return Holder::Gone;
    }
    let ours = line.contains("postgres") && line.contains(&data.display().to_string());
    if ours && !line.starts_with('Z') { Holder::Server } else { Holder::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_elsewhere_is_not_the_server() {
        assert_eq!(holder(std::process::id() as i32, Path::new("/nonexistent")), Holder::Other);
        assert_eq!(holder(i32::MAX, Path::new("/")), Holder::Gone);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn command_lines_are_compared_by_whole_words() {
        assert!(names(b"/usr/lib/postgresql/15/bin/postgres\0-D\0/a/data\0", Path::new("/a/data")));
        assert!(!names(b"/usr/lib/postgresql/15/bin/postgres\0-D\0/a/data2\0", Path::new("/a/data")));
        assert!(!names(b"tail\0/a/data\0", Path::new("/a/data")));
    }
}
