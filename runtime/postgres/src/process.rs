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

/// Linux tells all of it in `/proc`; a server's working directory is its data directory.
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
    match std::fs::read_link(directory.join("cwd")) {
        Ok(cwd) if cwd == here => Holder::Server,
        _ => Holder::Other,
    }
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
}
