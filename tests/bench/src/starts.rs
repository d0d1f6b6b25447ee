//! How long from the start of the program until it says that it listens, and its memory at rest.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::report::{Report, median};
use crate::usage;
use crate::world::{Folder, Program};

/// Starts on existing data.
const TIMES: usize = 5;
/// Until what a start has needed is given back.
const REST: Duration = Duration::from_secs(5);

/// Starts with demo data: first on nothing, then on what that left.
pub async fn measure(trellis: &Path, report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new(None, "starts")?;
    let (first, program) = start(trellis, &folder.path).await?;
    program.stop().await?;
    let mut again = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..TIMES {
        let (seconds, program) = start(trellis, &folder.path).await?;
        again.push(seconds);
        if memory.is_empty() {
            tokio::time::sleep(REST).await;
            memory.push(usage::memory(program.pid)?);
        }
        program.stop().await?;
    }
    report.starts = Some(Starts { first, again: median(again), memory: median(memory) });
    Ok(())
}

/// Seconds, and MB of the `trellis` process alone.
pub struct Starts {
    /// With a new cluster, the packages and their sample records.
    pub first: f64,
    pub again: f64,
    pub memory: f64,
}

async fn start(trellis: &Path, folder: &Path) -> anyhow::Result<(f64, Program)> {
    let started = Instant::now();
    let folder = folder.to_string_lossy();
    let program = Program::trellis(trellis, &["--demo", "--data-dir", &folder]).await?;
    Ok((started.elapsed().as_secs_f64(), program))
}
