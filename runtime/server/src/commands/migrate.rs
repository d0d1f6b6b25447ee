//! `trellis migrate`: the platform's tables, and nothing else.

use std::process::ExitCode;

use crate::args::Common;

/// Opening the database migrates it, as every start does.
pub async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    super::with_node(common, async |_| {
        println!("trellis: the database is at this version");
        Ok(ExitCode::SUCCESS)
    })
    .await
}
