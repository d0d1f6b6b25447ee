//! Keeps the private server running: a task that waits for the server's death or for the word to stop. It restarts;
//! it never gives up, because a database that comes back late is better than none.

use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::binaries::Binaries;
use crate::lock::Lock;
use crate::place::Place;
use crate::server::Server;
use crate::{Error, takeover};

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A server that lived this long had no trouble of its own, so its restart is not delayed.
const HEALTHY: Duration = Duration::from_secs(60);

/// The handle on the task. Dropping it stops the server too, but nobody waits for it.
#[derive(Debug)]
pub struct Supervisor {
    stop: oneshot::Sender<()>,
    deaths: watch::Receiver<u64>,
    task: JoinHandle<Result<(), Error>>,
}

/// What the task owns. The locks are freed after the server is gone.
pub struct Watch {
    pub server: Server,
    pub place: Place,
    pub binaries: Binaries,
    pub locks: Vec<Lock>,
}

impl Supervisor {
    pub fn start(watch: Watch) -> Supervisor {
        let (stop, stopped) = oneshot::channel();
        let (count, deaths) = watch::channel(0);
        let task = tokio::spawn(supervise(watch, stopped, count));
        Supervisor { stop, deaths, task }
    }

    /// Counts the deaths that nobody asked for, and tells of those from now on.
    pub fn deaths(&self) -> watch::Receiver<u64> {
        let mut deaths = self.deaths.clone();
        deaths.mark_unchanged();
        deaths
    }

    /// Stops the server and returns when it is gone and the data directory is free.
    pub async fn stop(self) -> Result<(), Error> {
        let _ = self.stop.send(());
        self.task.await?
    }
}

async fn supervise(
    watch: Watch,
    mut stopped: oneshot::Receiver<()>,
    deaths: watch::Sender<u64>,
) -> Result<(), Error> {
    let Watch { mut server, place, binaries, locks } = watch;
    let mut pause = FIRST_PAUSE;
    let outcome = loop {
        let born = Instant::now();
        tokio::select! {
            _ = &mut stopped => break server.stop().await,
            status = server.ended() => tracing::error!(?status, "PostgreSQL ended unexpectedly; starting it again"),
        }
        deaths.send_modify(|count| *count += 1);
        pause = if born.elapsed() > HEALTHY { FIRST_PAUSE } else { pause };
        tokio::select! {
            // The attempt that was under way has been told to end; this waits for it.
            _ = &mut stopped => break takeover::clear(&place).await,
            again = relaunch(&place, &binaries, &mut pause) => server = again,
        }
        tracing::info!(pid = server.pid(), "PostgreSQL is back");
    };
    place.leave();
    drop(locks);
    outcome
}

/// Tries until it works, each time after a longer pause.
async fn relaunch(place: &Place, binaries: &Binaries, pause: &mut Duration) -> Server {
    loop {
        sleep(*pause).await;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        match Server::launch(place, binaries).await {
            Ok(server) => return server,
            Err(error) => tracing::error!(%error, "PostgreSQL does not start; trying again"),
        }
    }
}
