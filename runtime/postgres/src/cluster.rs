//! Makes the data of a cluster, once. A half-made cluster is never used: `initdb` works under another name, and the
//! finished directory takes the name `data` in one step.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::binaries::{Binaries, Search};
use crate::place::{self, Place};
use crate::{Error, command};

/// What `initdb` works in starts with this; the process id follows, because the `initdb` of a Trellis that was killed
/// may still be writing.
const UNFINISHED: &str = "data.new";

/// The programs that fit the cluster; makes the cluster first if there is none.
pub async fn prepare(place: &Place, durable: bool) -> Result<Binaries, Error> {
    let data = place.data();
    let search = Search::of_this_machine();
    if let Some(major) = find_version(&data)? {
        return search.find(Some((&data, major)));
    }
    let binaries = search.find(None)?;
    remove_unfinished(&place.root);
    let fresh = place.root.join(format!("{UNFINISHED}.{}", std::process::id()));
    place::make_owned(&fresh, &place.account)?;
    run_initdb(&binaries, place, &fresh, durable).await?;
    fs::rename(&fresh, &data).map_err(Error::io("finish the cluster in", &data))?;
    if durable {
        let root = File::open(&place.root).and_then(|directory| directory.sync_all());
        root.map_err(Error::io("sync", &place.root))?;
    }
    Ok(binaries)
}

/// The major version that the data was made with. None when there is no cluster yet.
fn find_version(data: &Path) -> Result<Option<u32>, Error> {
    if !data.exists() {
        return Ok(None);
    }
    let path = data.join("PG_VERSION");
    let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let version = text.trim().parse().map_err(std::io::Error::other).map_err(Error::io("read", &path))?;
    Ok(Some(version))
}

/// What cannot be removed is only lost space, so it does not stop the start.
fn remove_unfinished(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            continue;
        }
        tracing::info!(path = %entry.path().display(), "removing a cluster that was never finished");
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(path = %entry.path().display(), %error, "cannot remove an unfinished cluster");
        }
    }
}

async fn run_initdb(binaries: &Binaries, place: &Place, fresh: &PathBuf, durable: bool) -> Result<(), Error> {
    let program = binaries.initdb();
    let mut initdb = command::detached(&program, &place.account);
    initdb.args(["--username=postgres", "--encoding=UTF8", "--auth=peer", "--data-checksums"]);
    initdb.args(["--no-instructions", "--pgdata"]).arg(fresh);
    // Code-point order never changes with the operating system, so an upgrade cannot corrupt an index; lower() and
    // ilike still work for all alphabets. People's sort orders come from ICU collations.
    if binaries.major >= 17 {
        initdb.args(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    } else {
        initdb.arg("--locale=C.UTF-8");
    }
    if !durable {
        initdb.arg("--no-sync");
    }
    tracing::info!(version = binaries.major, root = %place.root.display(), "making a new PostgreSQL cluster");
    let mut initdb = tokio::process::Command::from(initdb);
    let answer = initdb.kill_on_drop(true).output().await.map_err(Error::io("run", program))?;
    if answer.status.success() {
        return Ok(());
    }
    let _ = fs::remove_dir_all(fresh);
    let mut output = String::from_utf8_lossy(&answer.stderr).into_owned();
    output.truncate(output.trim_end().len());
    Err(Error::Initdb { output })
}
