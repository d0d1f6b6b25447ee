//! What processes have used, read from `/proc`: processor time and memory.

use std::fs;

use anyhow::Context as _;

/// Ticks a second in `/proc/*/stat`; the same on every Linux that PostgreSQL is packaged for.
const TICKS: f64 = 100.0;

/// Processor seconds of one process since its start.
pub fn cpu(pid: u32) -> anyhow::Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    let fields = stat(&text);
    let ticks =
        |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    // utime and stime, fields 14 and 15 of the whole line.
    Ok((ticks(11) + ticks(12)) / TICKS)
}

/// Processor seconds of the processes whose parent is `parent`.
pub fn cpu_of_children(parent: u32) -> f64 {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|&pid| parent_of(pid) == Some(parent)).filter_map(|pid| cpu(pid).ok()).sum()
}

/// The parent of a process; `None` when it is gone.
pub fn parent_of(pid: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat(&text).get(1)?.parse().ok()
}

/// Resident memory in MB.
pub fn memory(pid: u32) -> anyhow::Result<f64> {
    status(pid, "VmRSS:")
}

/// The same without what is shared with others, such as the buffers of PostgreSQL.
pub fn own_memory(pid: u32) -> anyhow::Result<f64> {
    status(pid, "RssAnon:")
}

fn status(pid: u32, word: &str) -> anyhow::Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let line = text.lines().find_map(|line| line.strip_prefix(word)).context("nothing is said of it")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1024.0)
}

/// The fields after the name of the program, which may hold spaces: state is the first.
fn stat(text: &str) -> Vec<&str> {
    text.rsplit(')').next().unwrap_or_default().split_whitespace().collect()
}

/// The machine in one line.
pub fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name.trim()));
    let count = std::thread::available_parallelism().map_or(1, |count| count.get());
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes: f64 =
        memory.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    format!(
        "{count} cores of {}, {:.0} GB, load average {load} at the start",
        model.unwrap_or("an unknown processor"),
        kilobytes / 1024.0 / 1024.0
    )
}
