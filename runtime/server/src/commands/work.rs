//! `trellis work`: a node of workers. There is no kind of job yet, so it waits for the word to stop.

use std::process::ExitCode;

use crate::args::Common;
use crate::stop::Stop;

/// Waits for jobs, and for the word to stop.
pub async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let stop = Stop::listen()?;
    super::with_node(common, async |_| {
        println!("trellis: waiting for jobs");
        stop.told().await;
        Ok(ExitCode::SUCCESS)
    })
    .await
}
