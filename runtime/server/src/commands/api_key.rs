//! `trellis api-key`: keys for scripts and tests.

use std::process::ExitCode;

use crate::args::{ApiKey, Common};

/// Makes a key; it alone is printed, so that a script can take it.
pub async fn run(common: &Common, command: ApiKey) -> anyhow::Result<ExitCode> {
    let ApiKey::Create { tenant, name, role } = command;
    super::with_node(common, async |node| {
        let tenant = node.tenant(tenant.as_deref()).await?;
        let made = node.identity.create_key_for_shell(&tenant, &name, role).await?;
        println!("{}", made.key.expose());
        Ok(ExitCode::SUCCESS)
    })
    .await
}
