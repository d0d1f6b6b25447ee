//! The key that wraps the keys of all tenants: a setting, or a file beside the database. The database knows its name, so
//! that a node with another one, or none, is found out before it makes anything that the others cannot open.

use std::path::PathBuf;

use anyhow::Context;
use engine::MasterKey;

use crate::args::Common;
use crate::key_file;
use crate::node::Node;

fn place(common: &Common) -> PathBuf {
    common.data_dir.join("master.key")
}

/// Gives the engine its master key. One is made where the database has never known any, and this process may:
/// `may_make`. A node without the right one works on, but for what is encrypted.
pub async fn install(common: &Common, node: &Node, may_make: bool) -> anyhow::Result<()> {
    let known = node.tenants.master_key().await?;
    let given = match &common.master_key {
        Some(secret) => Some(secret.0),
        None => key_file::find(&place(common))?,
    };
    let secret = match (given, &known) {
        (Some(secret), _) => secret,
        (None, None) if may_make || common.database_url.is_none() => key_file::load_or_make(&place(common))?,
        (None, None) => return Ok(()),
        (None, Some(known)) => {
            tracing::warn!(
                master_key = known,
                file = %place(common).display(),
                "the master key is missing: encrypted fields, second factors and waiting mails cannot be opened; put the file back or set TRELLIS_MASTER_KEY"
            );
            return Ok(());
        }
    };
    let key = MasterKey::new(&secret).context("the master key is none")?;
    let known = node.tenants.claim_master_key(key.name()).await?;
    if known != key.name() {
        tracing::warn!(
            master_key = known,
            given = key.name(),
            "this is not the master key of this database: encrypted fields, second factors and waiting mails cannot be opened; set TRELLIS_MASTER_KEY to the right one"
        );
        return Ok(());
    }
    node.engine.protect_with(key);
    Ok(())
}
