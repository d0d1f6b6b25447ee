//! The key that a node seals the audit log with: a file beside the database, so that who can only write the database
//! cannot make a chain anew.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::Context;
use engine::audit::chain::{Hex, SealKey};

use crate::args::Common;

fn place(common: &Common) -> PathBuf {
    common.audit_key.clone().unwrap_or_else(|| common.data_dir.join("audit.key"))
}

/// The key of this node, made when there is none yet.
pub fn load_or_make(common: &Common) -> anyhow::Result<SealKey> {
    if let Some(key) = find(common)? {
        return Ok(key);
    }
    let place = place(common);
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let secret: [u8; 32] = rand::random();
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place);
    match file {
        Ok(mut file) => writeln!(file, "{}", Hex(secret.to_vec()))
            .and_then(|()| file.sync_all())
            .with_context(|| format!("cannot write {}", place.display()))?,
        // Another node on this data directory was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", place.display())),
    }
    find(common)?.with_context(|| format!("{} is gone again", place.display()))
}

/// The key of this node, if it has one.
pub fn find(common: &Common) -> anyhow::Result<Option<SealKey>> {
    let place = place(common);
    let text = match std::fs::read_to_string(&place) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", place.display())),
    };
    let secret = Hex::try_from(text).ok().and_then(|hex| <[u8; 32]>::try_from(hex.0).ok());
    let key = secret.as_ref().and_then(SealKey::new);
    key.map(Some).with_context(|| format!("{} holds no key: expected 64 hexadecimal digits", place.display()))
}
