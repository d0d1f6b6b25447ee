//! Whose turn it is to be worked for: tenants that have left something are served a few at a time, a little each, and
//! stand at the end of the line again. So none waits until another's work is done, however much that is.
//!
//! A step may take hours, as an index does that waits for somebody's open transaction. A turn that takes long makes room
//! for another beside it; there is a most to that, as each holds a connection. What is known to take long, the making of
//! indexes, is bounded for itself ([`Engine::work`]), so that it never takes all of them.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use crate::Engine;
use crate::context::Tenant;

/// How long a tenant is worked for before the others get their turn.
const SLICE: Duration = Duration::from_millis(250);
/// A turn that takes longer waits more than it works: it is not counted among those that are worked on at once.
const LONG: Duration = Duration::from_secs(1);

/// How many turns there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    at_once: usize,
    /// With those that take long.
    most: usize,
}

/// What a turn leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// There is more.
    More,
    /// There may be more in a moment: somebody writes, or a step has failed.
    Perhaps,
    Nothing,
}

struct Turn {
    tenant: Tenant,
    began: Instant,
    /// Somebody asked for the tenant meanwhile: the turn may have looked before there was something.
    is_asked_for: bool,
}

/// The line of one node. Whoever drops it ends all turns where they are.
pub struct Shifts {
    engine: Engine,
    bounds: Bounds,
    line: VecDeque<Tenant>,
    later: Vec<Tenant>,
    at_work: HashMap<Id, Turn>,
    turns: JoinSet<Left>,
}

impl Bounds {
    /// As many as fit in so many connections beside requests: each turn holds one and takes a second for moments.
    pub(crate) fn of(connections: u32) -> Self {
        let connections = connections as usize;
        let most = (connections / 4).clamp(2, 8).min(connections / 2).max(1);
        Self { at_once: (connections / 8).clamp(1, 4), most }
    }

    /// Indexes that are made at once. Where there are two turns or more, one is always for other work.
    pub(crate) fn builders(self) -> usize {
        (self.most - 1).clamp(1, 2)
    }
}

impl Shifts {
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            bounds: Bounds::of(engine.pool().options().get_max_connections()),
            line: VecDeque::new(),
            later: Vec::new(),
            at_work: HashMap::new(),
            turns: JoinSet::new(),
        }
    }

    /// Puts a tenant at the end of the line, unless it stands there; one that is being worked for, when its turn is over.
    pub fn ask(&mut self, tenant: Tenant) {
        if let Some(turn) = self.at_work.values_mut().find(|turn| turn.tenant.id == tenant.id) {
            turn.is_asked_for = true;
        } else if self.line.iter().all(|waiting| waiting.id != tenant.id) {
            self.line.push_back(tenant);
        }
        self.begin();
    }

    /// Asks for those who may have left something since their last turn; now and then.
    pub fn ask_again(&mut self) {
        std::mem::take(&mut self.later).into_iter().for_each(|tenant| self.ask(tenant));
        // Another turn may have become a long one.
        self.begin();
    }

    /// Waits until a turn is over and the next ones have begun; for ever when nobody is worked for. May be given up anywhere.
    pub async fn ended(&mut self) {
        match self.turns.join_next_with_id().await {
            Some(ended) => self.put_back(ended),
            None => std::future::pending().await,
        }
    }

    fn put_back(&mut self, ended: Result<(Id, Left), JoinError>) {
        let (id, left) = match ended {
            Ok((id, left)) => (id, left),
            Err(error) => {
                tracing::error!(%error, "a step of a job broke off");
                (error.id(), Left::Perhaps)
            }
        };
        if let Some(Turn { tenant, is_asked_for, .. }) = self.at_work.remove(&id) {
            match left {
                Left::Perhaps => self.later.push(tenant),
                Left::More => self.line.push_back(tenant),
                Left::Nothing if is_asked_for => self.line.push_back(tenant),
                Left::Nothing => {}
            }
        }
        self.begin();
    }

    /// Lets the next ones begin, as far as there is room.
    fn begin(&mut self) {
        while self.has_room()
            && let Some(tenant) = self.line.pop_front()
        {
            let began = Instant::now();
            let turn = self.turns.spawn(serve(self.engine.clone(), tenant.clone()));
            self.at_work.insert(turn.id(), Turn { tenant, began, is_asked_for: false });
        }
    }

    fn has_room(&self) -> bool {
        let short = self.at_work.values().filter(|turn| turn.began.elapsed() < LONG).count();
        short < self.bounds.at_once && self.at_work.len() < self.bounds.most
    }
}

/// Some steps for one tenant.
async fn serve(engine: Engine, tenant: Tenant) -> Left {
    let began = Instant::now();
    while began.elapsed() < SLICE {
        match engine.work(&tenant).await {
            Ok(true) => {}
            Ok(false) => {
                let leaves_work = engine.leaves_work(&tenant).await.unwrap_or(true);
                return if leaves_work { Left::Perhaps } else { Left::Nothing };
            }
            Err(error) => {
                tracing::warn!(tenant = tenant.slug, %error, "work was left");
                return Left::Perhaps;
            }
        }
    }
    Left::More
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_fit_in_the_connections_and_one_is_not_for_indexes() {
        let of = |connections| {
            let Bounds { at_once, most } = Bounds::of(connections);
            (at_once, most, Bounds { at_once, most }.builders())
        };
        assert_eq!([2, 3, 4, 8, 16].map(of), [(1, 1, 1), (1, 1, 1), (1, 2, 1), (1, 2, 1), (2, 4, 2)]);
        assert_eq!([64, 1000].map(of), [(4, 8, 2), (4, 8, 2)]);
        for connections in 2..200 {
            let (at_once, most, builders) = of(connections);
            assert!(at_once <= most && most * 2 <= (connections as usize).max(2));
            assert!(builders < most || most == 1);
        }
    }
}
