//! Somebody who follows what changes with an object's records, as whoever they are by now. What was read and not taken
//! yet is all that is held for them: who does not take is not read for.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use chrono::Utc;
use engine::audit::feed::{Change, ChangePage};
use tokio::sync::watch;
use uuid::Uuid;

use crate::call::Call;
use crate::places::{Place, Places};
use crate::problem::{Code, Problem};

/// Changes that are read at once.
pub(crate) const PAGE: u32 = 100;
/// How often something is tried while the metadata moves.
pub(crate) const TRIES: usize = 3;
/// Followers of a node.
const FOLLOWERS: usize = 8000;

static PLACES: LazyLock<Places> = LazyLock::new(|| Places::new(FOLLOWERS));

/// One follower.
pub(crate) struct Follower {
    pub call: Call,
    object: String,
    /// Records that they follow, if not all.
    only: Option<HashSet<Uuid>>,
    /// The place to go on from.
    pub next: i64,
    more: bool,
    /// When it was last asked who they are.
    known_at: Instant,
    news: watch::Receiver<()>,
    _place: Place,
}

impl Follower {
    /// Begins behind a place, or with what comes from now on; with what is there already.
    pub async fn begin(
        call: Call,
        (object, only): (String, Option<HashSet<Uuid>>),
        since: Option<i64>,
    ) -> Result<(Self, Vec<Change>), Problem> {
        let place = PLACES.take()?.of(&call)?;
        // Before the first look, so that nothing between it and the first waiting is missed.
        let news = call.engine().news(call.context.tenant());
        let page = call.engine().changes(&call.context, &object, (since, PAGE)).await?;
        let mut follower =
            Self { call, object, only, next: 0, more: false, known_at: Instant::now(), news, _place: place };
        let changes = follower.took(page);
        Ok((follower, changes))
    }

    /// What comes next, as soon as there is something; nothing when it was quiet for long.
    pub async fn next(&mut self) -> Result<Vec<Change>, Problem> {
        loop {
            let was = self.next;
            if !self.more {
                if tokio::time::timeout(self.quiet(), self.news.changed()).await.is_err() {
                    return self.look().await;
                }
                let of = (self.object.as_str(), self.only.as_ref());
                if self.known_at.elapsed() < self.quiet()
                    && let Some(next) = self.call.engine().passes_by(&self.call.context, of, self.next)
                {
                    self.next = next;
                    continue;
                }
            }
            let changes = self.look().await?;
            if !changes.is_empty() {
                return Ok(changes);
            }
            // Nothing for us, over and over: others must get their turn.
            if self.next == was {
                tokio::task::yield_now().await;
            }
        }
    }

    /// After this time without a change a follower hears that the line stands, and whoever may not follow any more is
    /// found.
    fn quiet(&self) -> Duration {
        self.call.asked.app.settings.quiet
    }

    /// From here on as whoever the follower is by now.
    pub async fn renew(&mut self) -> Result<(), Problem> {
        self.call = self.call.renewed().await?;
        self.known_at = Instant::now();
        Ok(())
    }

    /// Keys, sessions and shares end by time alone, which no counter tells of: who they are is asked again from time to
    /// time, and what is read is read as of now.
    async fn look(&mut self) -> Result<Vec<Change>, Problem> {
        if self.known_at.elapsed() >= self.quiet() {
            self.renew().await?;
        }
        self.call.context.now = Utc::now();
        for _ in 0..TRIES {
            let place = (Some(self.next), PAGE);
            match self.call.engine().changes(&self.call.context, &self.object, place).await {
                Ok(page) => return Ok(self.took(page)),
                Err(engine::Error::Outdated(_)) => self.renew().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::new(Code::Busy, "the metadata is changing right now"))
    }

    fn took(&mut self, page: ChangePage) -> Vec<Change> {
        (self.next, self.more) = (page.next, page.more);
        let is_theirs = |change: &Change| {
            self.only.as_ref().is_none_or(|only| change.id.is_some_and(|id| only.contains(&id)))
        };
        page.changes.into_iter().filter(is_theirs).collect()
    }
}
