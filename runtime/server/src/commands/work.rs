//! `trellis work`: a node that answers nobody and does everything else.

use std::process::ExitCode;

use crate::args::{Common, Work};
use crate::background::Background;
use crate::stop::Stop;

/// Works until the word to stop.
pub async fn run(common: &Common, options: Work) -> anyhow::Result<ExitCode> {
    let stop = Stop::listen()?;
    super::with_node(common, async |node| {
        let outgoing = &options.outgoing;
        let identity = outgoing.reach(&node.identity, None)?;
        let background = Background::start(node, &identity, (common, outgoing.allow_private_targets))?;
        println!("trellis: waiting for jobs");
        stop.told().await;
        background.end().await;
        Ok(ExitCode::SUCCESS)
    })
    .await
}
