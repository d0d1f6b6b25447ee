//! Files that hold a secret of 32 bytes as hexadecimal digits, for their owner alone.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use engine::audit::chain::Hex;

/// The secret in a file, made when there is none yet.
pub fn load_or_make(place: &Path) -> anyhow::Result<[u8; 32]> {
    if let Some(secret) = find(place)? {
        return Ok(secret);
    }
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let secret: [u8; 32] = rand::random();
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(place);
    match file {
        Ok(mut file) => writeln!(file, "{}", Hex(secret.to_vec()))
            .and_then(|()| file.sync_all())
            .with_context(|| format!("cannot write {}", place.display()))?,
        // Another node on this data directory was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", place.display())),
    }
    find(place)?.with_context(|| format!("{} is gone again", place.display()))
}

/// The secret in a file, if there is the file.
pub fn find(place: &Path) -> anyhow::Result<Option<[u8; 32]>> {
    let text = match std::fs::read_to_string(place) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", place.display())),
    };
    let secret = Hex::try_from(text).ok().and_then(|hex| <[u8; 32]>::try_from(hex.0).ok());
    let problem = || format!("{} holds no key: expected 64 hexadecimal digits", place.display());
    secret.map(Some).with_context(problem)
}
