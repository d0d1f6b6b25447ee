//! Clears the way for a new server in a data directory whose last server may still run, because its Trellis was
//! killed. It is stopped rather than adopted: only a child can be waited for, and the settings may be new.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::Error;
use crate::pid_file::PidFile;
use crate::place::Place;
use crate::process::{Holder, holder};
use crate::unix::{Signal, send};

/// How long each way of stopping may take before the next, rougher one. None of them loses a committed row.
pub const PATIENCE: [(Signal, Duration); 3] = [
    (Signal::Fast, Duration::from_secs(30)),
    (Signal::Immediate, Duration::from_secs(15)),
    (Signal::Kill, Duration::from_secs(5)),
];

/// Returns when no server runs in the cluster and no stale file keeps the next one from starting.
///
/// Only for the holder of the data directory's lock.
pub async fn clear(place: &Place) -> Result<(), Error> {
    let data = place.data();
    if let Some(PidFile { pid, .. }) = PidFile::find(&data) {
        match holder(pid, &data) {
            Holder::Server => stop(pid, &data).await?,
            Holder::Gone => {}
            // PostgreSQL would take the stranger (or the zombie) for a live server and refuse to start.
            Holder::Other => remove_stale(&PidFile::path(&data))?,
        }
    }
    // With no server left, these two are stale whatever they say; the directory serves no other cluster.
    remove_stale(&place.socket())?;
    remove_stale(&place.socket_lock())
}

fn remove_stale(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Ok(()) => tracing::info!(path = %path.display(), "removed a stale file of an earlier server"),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(source) => return Err(Error::io("remove", path)(source)),
    }
    Ok(())
}

async fn stop(pid: i32, data: &Path) -> Result<(), Error> {
    tracing::info!(pid, "stopping a PostgreSQL server that an earlier Trellis left behind");
    for (signal, patience) in PATIENCE {
        send(pid, signal);
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if holder(pid, data) != Holder::Server {
                return Ok(());
            }
            sleep(Duration::from_millis(5)).await;
        }
    }
    Err(Error::DoesNotStop { pid })
}
