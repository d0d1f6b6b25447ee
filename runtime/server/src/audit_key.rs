//! The key that a node seals the audit log with: a file beside the database, so that who can only write the database
//! cannot make a chain anew.

use std::path::PathBuf;

use anyhow::Context;
use engine::audit::chain::SealKey;

use crate::args::Common;
use crate::key_file;

fn place(common: &Common) -> PathBuf {
    common.audit_key.clone().unwrap_or_else(|| common.data_dir.join("audit.key"))
}

/// The key of this node, made when there is none yet.
pub fn load_or_make(common: &Common) -> anyhow::Result<SealKey> {
    SealKey::new(&key_file::load_or_make(&place(common))?).context("the key of the audit log is none")
}

/// The key of this node, if it has one.
pub fn find(common: &Common) -> anyhow::Result<Option<SealKey>> {
    Ok(key_file::find(&place(common))?.as_ref().and_then(SealKey::new))
}
