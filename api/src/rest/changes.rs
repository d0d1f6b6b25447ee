//! `/api/v1/{plural}/changes`: what changes with records, to be asked for again and again or followed as server-sent
//! events. Both go on from a cursor.

use std::collections::VecDeque;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use engine::audit::feed::{Change, ChangePage};
use futures_util::stream;
use http::{HeaderName, HeaderValue, StatusCode, header};
use metadata::Problem as Detail;
use serde_json::json;

use crate::answer;
use crate::asked::params::Params;
use crate::call::Call;
use crate::ending::Ear;
use crate::follower::{Follower, PAGE};
use crate::problem::Problem;
use crate::routes::Outcome;

/// Most changes of one answer.
const MOST: u32 = 1000;
/// One who takes events: what was read and not sent yet.
struct Taker {
    follower: Follower,
    waiting: VecDeque<Change>,
    ear: Ear,
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
    let ear = call.asked.app.ending.ear();
    let (follower, changes) = Follower::begin(call, (object, None), since).await?;
    let hello = Bytes::from(format!(
        "retry: 1000\nid: {}\nevent: ready\ndata: {{}}\n\n",
        since.unwrap_or(follower.next)
    ));
    let taker = Taker { follower, waiting: changes.into(), ear };
    let events = stream::unfold((Some(hello), taker), |(hello, mut taker)| async move {
        let piece = match hello {
            Some(hello) => hello,
            None => taker.next().await?,
        };
        Some((Ok::<_, std::convert::Infallible>(piece), (None, taker)))
    });
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

impl Taker {
    /// The next piece of the answer; `None` ends it, and the follower comes back with their cursor.
    async fn next(&mut self) -> Option<Bytes> {
        if self.waiting.is_empty() {
            self.waiting = tokio::select! {
                changes = self.follower.next() => changes.ok()?.into(),
                () = self.ear.told() => return None,
            };
        }
        match self.waiting.pop_front() {
            Some(change) => event(&change),
            // The cursor moves on past what is not the follower's, so that they need not look through it again.
            None => Some(Bytes::from(format!("id: {}\n: quiet\n\n", self.follower.next))),
        }
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
