//! The signals that end the process.

use std::future::Future;
use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Told to stop, once or again and again.
#[derive(Clone)]
pub struct Stop {
    count: watch::Receiver<u32>,
}

impl Stop {
    /// Listens for SIGTERM and SIGINT from now on.
    pub fn listen() -> io::Result<Self> {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (told, count) = watch::channel(0);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                told.send_modify(|count| *count += 1);
            }
        });
        Ok(Self { count })
    }

    /// Resolves when the process is told to stop.
    pub fn told(&self) -> impl Future<Output = ()> + Send + use<> {
        self.told_times(1)
    }

    /// Resolves when somebody has lost patience and says it a second time.
    pub fn told_again(&self) -> impl Future<Output = ()> + Send + use<> {
        self.told_times(2)
    }

    fn told_times(&self, times: u32) -> impl Future<Output = ()> + Send + use<> {
        let mut count = self.count.clone();
        async move {
            // The sender lives as long as the process.
            let _ = count.wait_for(|count| *count >= times).await;
        }
    }
}
