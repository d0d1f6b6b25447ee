//! `trellis keys …`: the keys that encrypted values of a tenant are sealed under.

use std::process::ExitCode;

use crate::args::{Common, Keys};

/// Makes a new key, or tells how far the values are.
pub async fn run(common: &Common, command: Keys) -> anyhow::Result<ExitCode> {
    super::with_node(common, async |node| {
        let (Keys::Rotate { tenant } | Keys::Status { tenant }) = &command;
        let tenant = node.tenant(tenant.as_deref()).await?;
        let context = node.engine.system_context(&tenant, "shell").await?;
        if matches!(command, Keys::Rotate { .. }) {
            let number = node.engine.rotate_keys(&context).await.map_err(super::told)?;
            println!(
                "key {number} is the newest of `{}`; workers write what is stored anew with it",
                tenant.slug
            );
        }
        let sealed = node.engine.sealed(&context).await.map_err(super::told)?;
        println!("newest key: {}", sealed.newest);
        println!("values: {}, {} of them under older keys", sealed.values, sealed.older);
        Ok(ExitCode::SUCCESS)
    })
    .await
}
