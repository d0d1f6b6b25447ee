//! `/api/v1/{plural}/changes`: what changes with records, to be asked for again and again or followed as server-sent
//! events. Both go on from a cursor.

use std::collections::VecDeque;
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use engine::audit::feed::{Change, ChangePage};
use futures_util::stream;
use http::{HeaderName, HeaderValue, StatusCode, header};
use metadata::Problem as Detail;
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use crate::answer;
use crate::asked::params::Params;
use crate::call::Call;
use crate::problem::{Code, Problem};
use crate::routes::Outcome;

/// Most changes of one answer.
const MOST: u32 = 1000;
/// Changes that a follower holds in memory at most.
const PAGE: u32 = 100;
/// After this time without a change a follower hears that the line stands, and whoever may not follow any more is found.
const QUIET: Duration = Duration::from_secs(15);
/// Followers of a node.
const FOLLOWERS: usize = 4000;

static PLACES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(FOLLOWERS));

/// One follower: what was read and not sent yet is all that is held for them. Who does not read is not read for.
struct Follower {
    call: Call,
    object: String,
    next: i64,
    waiting: VecDeque<Change>,
    more: bool,
    news: watch::Receiver<()>,
    _place: SemaphorePermit<'static>,
}

/// A page of changes, or an endless answer of them for who takes `text/event-stream`.
pub(crate) async fn follow(call: Call) -> Outcome {
    let object = call.object()?.name.clone();
    let mut params = Params::new(call.asked.pairs()?);
    let since = params.number("since", 0, i64::MAX);
    let limit = params.number("limit", 1, i64::from(MOST)).and_then(|limit| u32::try_from(limit).ok());
    params.finish()?;
    let accept = call.asked.header(&header::ACCEPT).unwrap_or_default();
    if !accept.split(',').any(|kind| kind.trim().starts_with("text/event-stream")) {
        let limit = limit.unwrap_or(PAGE);
        let page = call.engine().changes(&call.context, &object, (since, limit)).await?;
        return Ok(told(&page, limit));
    }
    // A browser that comes back says itself where it was.
    let since = last_event(&call)?.or(since);
    let place = PLACES.try_acquire().map_err(|_| Problem::new(Code::Busy, "too many follow already"))?;
    // Before the first look, so that nothing between it and the first waiting is missed.
    let news = call.engine().news(call.context.tenant());
    let page = call.engine().changes(&call.context, &object, (since, PAGE)).await?;
    let follower = Follower {
        call,
        object,
        next: page.next,
        waiting: page.changes.into(),
        more: page.more,
        news,
        _place: place,
    };
    let hello =
        Bytes::from(format!("retry: 1000\nid: {}\nevent: ready\ndata: {{}}\n\n", since.unwrap_or(page.next)));
    let events = stream::unfold((Some(hello), follower), |(hello, mut follower)| async move {
        let piece = match hello {
            Some(hello) => hello,
            None => follower.next().await?,
        };
        Some((Ok::<_, std::convert::Infallible>(piece), (None, follower)))
    });
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

impl Follower {
    /// The next piece of the answer; `None` ends it, and the follower comes back with their cursor.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                return event(&change);
            }
            let was = self.next;
            if !self.more && tokio::time::timeout(QUIET, self.news.changed()).await.is_err() {
                self.look().await.ok()?;
                if self.waiting.is_empty() {
                    // The cursor moves on past what is not the follower's, so that they need not look through it again.
                    return Some(Bytes::from(format!("id: {}\n: quiet\n\n", self.next)));
                }
                continue;
            }
            self.look().await.ok()?;
            // Nothing for us, over and over: others must get their turn.
            if self.next == was {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Reads on as whoever the follower is by now.
    async fn look(&mut self) -> Result<(), Problem> {
        for _ in 0..3 {
            let place = (Some(self.next), PAGE);
            match self.call.engine().changes(&self.call.context, &self.object, place).await {
                Ok(page) => {
                    (self.next, self.more, self.waiting) = (page.next, page.more, page.changes.into());
                    return Ok(());
                }
                Err(engine::Error::Outdated(_)) => self.call = self.call.renewed().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::new(Code::Busy, "the metadata is changing right now"))
    }
}

fn last_event(call: &Call) -> Result<Option<i64>, Problem> {
    let Some(text) = call.asked.header(&HeaderName::from_static("last-event-id")) else { return Ok(None) };
    let number = text.parse().ok().filter(|number: &i64| *number >= 0);
    number.map(Some).ok_or_else(|| {
        let problem =
            Detail::new("Last-Event-ID", "wrong-type", "expected the id of an event of this answer");
        Problem::invalid(vec![problem])
    })
}

fn event(change: &Change) -> Option<Bytes> {
    let data = serde_json::to_string(change).ok()?;
    Some(Bytes::from(format!("id: {}\nevent: {}\ndata: {data}\n\n", change.cursor, change.action)))
}

fn told(page: &ChangePage, limit: u32) -> Response {
    let pagination = json!({ "limit": limit, "next_cursor": page.next.to_string(), "has_more": page.more });
    let document = json!({ "data": page.changes, "pagination": pagination });
    answer::document(StatusCode::OK, &document)
}
