//! The subcommands that do one thing and end. Each works beside a running server too.

pub mod api_key;
pub mod archive;
pub mod audit;
pub mod clone;
pub mod doctor;
pub mod import;
pub mod jobs;
pub mod keys;
pub mod metadata;
pub mod migrate;
pub mod package;
pub mod reseller;
pub mod tenant;
pub mod work;

use std::process::ExitCode;

use crate::args::Common;
use crate::node::Node;

/// Runs `work` on the database and lets go of it whatever came of it.
async fn with_node<W>(common: &Common, work: W) -> anyhow::Result<ExitCode>
where
    W: AsyncFnOnce(&Node) -> anyhow::Result<ExitCode>,
{
    let node = Node::start_or_join(common).await?;
    let outcome = work(&node).await;
    let stopped = node.stop().await;
    let code = outcome?;
    stopped?;
    Ok(code)
}

/// The same of an error of tenants.
fn refused(error: tenancy::Error) -> anyhow::Error {
    match &error {
        tenancy::Error::Invalid(problems) => {
            anyhow::anyhow!("{error}:\n{}", crate::packages::lines(problems))
        }
        _ => error.into(),
    }
}

/// The problems of an engine error, one a line, in place of its bare sentence.
fn told(error: engine::Error) -> anyhow::Error {
    match &error {
        engine::Error::Invalid(problems)
        | engine::Error::Unprocessable(problems)
        | engine::Error::Conflict(problems) => {
            anyhow::anyhow!("{error}:\n{}", crate::packages::lines(problems))
        }
        engine::Error::DataLoss(names) => anyhow::anyhow!("data of {} would be lost", names.join(", ")),
        engine::Error::Consent(names) => {
            let names = names.join(",");
            anyhow::anyhow!("{error}: {names} (agree with --approve {names}, or --approve all)")
        }
        engine::Error::Locked(reason) => anyhow::anyhow!("{error}: {reason}"),
        _ => error.into(),
    }
}
