//! The end of a node, in two steps: first it says that it is not ready and lets its connections close by themselves, while
//! it goes on answering; then it takes no more, and whoever follows something is let go, to come back to another node.

use std::sync::Arc;

use tokio::sync::watch;

/// How far a node is with its end. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ending(Arc<watch::Sender<Stage>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Open,
    Leaving,
    Over,
}

impl Default for Ending {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Stage::Open)))
    }
}

impl Ending {
    /// From here on the node is not ready, so that a load balancer looks elsewhere, and each answer asks for a new
    /// connection.
    pub fn leave(&self) {
        self.reach(Stage::Leaving);
    }

    /// From here on whoever follows something is let go.
    pub(crate) fn end(&self) {
        self.reach(Stage::Over);
    }

    fn reach(&self, stage: Stage) {
        self.0.send_if_modified(|at| stage > std::mem::replace(at, stage.max(*at)));
    }

    /// Whether the node is about to stop.
    pub(crate) fn has_begun(&self) -> bool {
        *self.0.borrow() > Stage::Open
    }

    /// For who follows something for long: the node waits until they are gone.
    pub(crate) fn ear(&self) -> Ear {
        Ear(self.0.subscribe())
    }

    /// Resolves when nobody follows anything any more.
    pub(crate) async fn gone(&self) {
        self.0.closed().await;
    }
}

/// By what a follower hears that they are let go.
pub(crate) struct Ear(watch::Receiver<Stage>);

impl Ear {
    /// Resolves when the follower is to go.
    pub async fn told(&mut self) {
        // Without the node nobody is left to follow.
        let _ = self.0.wait_for(|stage| *stage == Stage::Over).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_follows_is_let_go_at_the_end_and_waited_for() {
        let ending = Ending::default();
        let mut ear = ending.ear();
        assert!(!ending.has_begun() && ear.told().now_or_never().is_none());
        ending.leave();
        assert!(ending.has_begun() && ear.told().now_or_never().is_none());
        ending.end();
        // Nothing goes back.
        ending.leave();
        ear.told().await;
        assert!(ending.gone().now_or_never().is_none());
        drop(ear);
        ending.gone().await;
        ending.ear().told().await;
    }
}
