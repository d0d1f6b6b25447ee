//! Subscriptions over a WebSocket: the protocol `graphql-transport-ws`, as graphql-ws and its kin speak it.
//!
//! A line has one task that reads and writes it, and one for each subscription, which waits until its answer is sent.
//! So nothing piles up for who does not read, and who does not read for long is cut off; they come back with a cursor.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, timeout};

use super::fault::{Fault, Refused};
use super::request::Request;
use super::subscribe;
use crate::asked::Asked;
use crate::call::{Call, admitted};
use crate::credential;
use crate::ending::Ear;
use crate::places::{Place, Places};
use crate::problem::{Code, Problem};
use crate::routes::Outcome;

/// The protocol's name.
const PROTOCOL: &str = "graphql-transport-ws";
/// Longest message of a subscriber in bytes.
const MAX_MESSAGE: usize = 256 * 1024;
/// What a line holds to read into, and to write from: most lines are silent.
const BUFFER: usize = 4 * 1024;
/// How long a message may wait to be taken; and how often a line is asked whether it stands.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a line may wait to say who it is of.
const UNKNOWN: Duration = Duration::from_secs(10);
/// Subscriptions of one line.
const MOST: usize = 100;
/// Lines of a node.
const LINES: usize = 5000;

static PLACES: LazyLock<Places> = LazyLock::new(|| Places::new(LINES));

/// Whether the request asks for a line.
pub(super) fn is_asked_for(asked: &Asked) -> bool {
    asked.asks_for_socket()
}

/// Opens the line. Who it is of is said in its first message.
pub(super) fn open(asked: Arc<Asked>) -> Outcome {
    let upgrade = asked.socket().ok_or_else(|| Problem::new(Code::InvalidRequest, "this is no WebSocket"))?;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    let upgrade = upgrade.read_buffer_size(BUFFER).write_buffer_size(BUFFER);
    if upgrade.selected_protocol().is_none() {
        let text = format!("the WebSocket here speaks the protocol {PROTOCOL}");
        return Err(Problem::new(Code::InvalidRequest, text));
    }
    let place = PLACES.take()?;
    Ok(upgrade.on_upgrade(move |socket| Line::new(socket, (asked, place)).run()))
}

/// One line.
struct Line {
    socket: WebSocket,
    asked: Arc<Asked>,
    call: Option<Call>,
    running: HashMap<String, (u64, AbortHandle)>,
    tasks: JoinSet<()>,
    begun: u64,
    say: mpsc::Sender<Say>,
    said: mpsc::Receiver<Say>,
    ear: Ear,
    /// On this node; of nobody until it is known who they are.
    place: Option<Place>,
}

/// What a subscription has to say.
struct Say {
    id: String,
    /// Which of those with this id.
    number: u64,
    what: What,
}

/// By what a subscription says it.
pub(super) struct Voice {
    id: String,
    number: u64,
    line: mpsc::Sender<Say>,
}

impl Voice {
    /// Waits until it is the subscription's turn; answers whether anybody listens.
    pub(super) async fn say(&self, what: What) -> bool {
        self.line.send(Say { id: self.id.clone(), number: self.number, what }).await.is_ok()
    }
}

pub(super) enum What {
    Next(Vec<u8>),
    Complete,
    Error(Vec<Json>),
}

/// A message of the subscriber.
#[derive(Deserialize)]
struct Heard<'m> {
    r#type: String,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'m RawValue>,
}

/// Why a line ends, with the protocol's number.
struct Close(u16, &'static str);

/// What a line waits for.
enum Event {
    Heard(Option<Result<Message, axum::Error>>),
    Say(Option<Say>),
    Silence,
    Over,
}

impl Line {
    fn new(socket: WebSocket, (asked, place): (Arc<Asked>, Place)) -> Self {
        // What is ready waits for its turn where it was made.
        let (say, said) = mpsc::channel(1);
        let (running, tasks, ear) = (HashMap::new(), JoinSet::new(), asked.app.ending.ear());
        Self { socket, asked, call: None, running, tasks, begun: 0, say, said, ear, place: Some(place) }
    }

    /// Until either side has enough. What runs for the line ends with it.
    async fn run(mut self) {
        let (opened, mut heard) = (Instant::now(), Instant::now());
        loop {
            let wait = if self.call.is_none() { UNKNOWN } else { PATIENCE };
            let event = tokio::select! {
                message = self.socket.recv() => Event::Heard(message),
                say = self.said.recv() => Event::Say(say),
                () = tokio::time::sleep(wait) => Event::Silence,
                () = self.ear.told() => Event::Over,
            };
            let ended = match event {
                Event::Heard(None | Some(Err(_))) => return,
                Event::Heard(Some(Ok(message))) => {
                    heard = Instant::now();
                    self.hear(message).await
                }
                Event::Say(say) => self.pass_on(say).await,
                Event::Silence if heard.elapsed() > 3 * PATIENCE => return,
                Event::Silence => self.send(Message::Ping(Bytes::new())).await,
                Event::Over => Err(Close(1012, "Service restart")),
            };
            let ended = match ended {
                Ok(()) if self.call.is_none() && opened.elapsed() >= UNKNOWN => {
                    Err(Close(4408, "Connection initialisation timeout"))
                }
                ended => ended,
            };
            if let Err(Close(code, reason)) = ended {
                let frame = CloseFrame { code, reason: reason.into() };
                drop(self.send(Message::Close(Some(frame))).await);
                return;
            }
            // What has ended is not kept.
            while self.tasks.try_join_next().is_some() {}
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), Close> {
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Close(4499, "nobody reads")),
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), Close> {
        let text = match &message {
            Message::Text(text) => text.as_str(),
            Message::Binary(_) => return Err(Close(4400, "Messages are texts")),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        let heard: Heard<'_> =
            serde_json::from_str(text).map_err(|_| Close(4400, "Invalid message received"))?;
        match (heard.r#type.as_str(), heard.id) {
            ("connection_init", None) => self.admit(heard.payload).await,
            ("ping", None) => self.send(Message::text(r#"{"type":"pong"}"#)).await,
            ("pong", None) => Ok(()),
            ("complete", Some(id)) => {
                if let Some((_, task)) = self.running.remove(&id) {
                    task.abort();
                }
                Ok(())
            }
            ("subscribe", Some(id)) => self.subscribe(id, heard.payload).await,
            _ => Err(Close(4400, "Invalid message received")),
        }
    }

    /// Who is it? A bearer stands in the payload; a cookie counts for our own pages alone.
    async fn admit(&mut self, payload: Option<&RawValue>) -> Result<(), Close> {
        if self.call.is_some() {
            return Err(Close(4429, "Too many initialisation requests"));
        }
        let payload: Option<Json> = payload.and_then(|raw| serde_json::from_str(raw.get()).ok());
        let asked = match payload.as_ref().and_then(authorization) {
            Some(value) => Arc::new(self.asked.with_authorization(value)),
            None if is_cross_site(&self.asked) => return Err(Close(4403, "Forbidden")),
            None => self.asked.clone(),
        };
        let call = admitted(&asked).await.map_err(|_| Close(4403, "Forbidden"))?;
        let place = self.place.take().map(|place| place.of(&call)).transpose();
        self.place = place.map_err(|_| Close(1013, "Too many lines are yours already"))?;
        self.call = Some(call);
        self.send(Message::text(r#"{"type":"connection_ack"}"#)).await
    }

    async fn subscribe(&mut self, id: String, payload: Option<&RawValue>) -> Result<(), Close> {
        let Some(call) = self.call.clone() else { return Err(Close(4401, "Unauthorized")) };
        if self.running.contains_key(&id) {
            return Err(Close(4409, "Subscriber already exists"));
        }
        let request = payload.ok_or(Close(4400, "Invalid message received"))?;
        let request = match Request::of_message(request) {
            _ if self.running.len() >= MOST => {
                Err(Problem::new(Code::Busy, format!("a line has at most {MOST} subscriptions")))
            }
            request => request,
        };
        self.begun += 1;
        let (number, line) = (self.begun, self.say.clone());
        let voice = Voice { id: id.clone(), number, line };
        let task = self.tasks.spawn(async move {
            // Counted as a request is, and begun as whoever they are by now under the metadata of now.
            let call = match &request {
                Ok(_) => admitted(&call.asked).await,
                Err(_) => Ok(call),
            };
            let outcome = match request.and_then(|request| Ok((request, call?))) {
                Ok((request, call)) => subscribe::follow(call, &request, &voice).await,
                Err(problem) => Err(Refused::Problem(problem)),
            };
            let last = match outcome {
                Ok(()) => What::Complete,
                Err(Refused::Request(errors)) => What::Error(errors),
                Err(Refused::Problem(problem)) => What::Error(vec![Fault::of_all(&problem)]),
            };
            voice.say(last).await;
        });
        self.running.insert(id, (number, task));
        Ok(())
    }

    /// What a subscription says is sent on, unless it was ended meanwhile.
    async fn pass_on(&mut self, say: Option<Say>) -> Result<(), Close> {
        let Some(Say { id, number, what }) = say else { return Ok(()) };
        if self.running.get(&id).is_none_or(|(running, _)| *running != number) {
            return Ok(());
        }
        let (word, payload) = match what {
            What::Next(answer) => ("next", Some(String::from_utf8(answer).unwrap_or_default())),
            What::Complete => ("complete", None),
            What::Error(errors) => ("error", Some(Json::Array(errors).to_string())),
        };
        if word != "next" {
            self.running.remove(&id);
        }
        let id = Json::from(id);
        let payload = payload.map(|payload| format!(",\"payload\":{payload}")).unwrap_or_default();
        self.send(Message::text(format!(r#"{{"id":{id},"type":"{word}"{payload}}}"#))).await
    }
}

/// `{"Authorization":"Bearer …"}`, also within `headers`, as clients write it.
fn authorization(payload: &Json) -> Option<HeaderValue> {
    let find = |map: &Map<String, Json>| {
        let found = map.iter().find(|(key, _)| key.eq_ignore_ascii_case("authorization"));
        found.and_then(|(_, value)| HeaderValue::from_str(value.as_str()?).ok())
    };
    let map = payload.as_object()?;
    find(map).or_else(|| find(map.get("headers")?.as_object()?))
}

/// Whether a cookie might be sent by a page of somebody else's: a browser tells where a page is from, and sends cookies
/// along whoever opens the line.
fn is_cross_site(asked: &Asked) -> bool {
    if !matches!(credential::of(&asked.head.headers), Ok(identity::Credential::Cookie(_))) {
        return false;
    }
    let origin = asked.header(&header::ORIGIN).unwrap_or_default();
    let own = asked.app.settings.public_url.as_deref().map(|url| url.trim_end_matches('/'));
    let host = asked.header(&header::HOST).unwrap_or_default();
    let of_host =
        origin.split_once("://").is_some_and(|(_, at)| !host.is_empty() && at.eq_ignore_ascii_case(host));
    !of_host && own != Some(origin)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bearer_is_found_where_clients_put_it() {
        for payload in [
            json!({ "Authorization": "Bearer x" }),
            json!({ "authorization": "Bearer x", "other": 1 }),
            json!({ "headers": { "AUTHORIZATION": "Bearer x" } }),
        ] {
            assert_eq!(authorization(&payload).unwrap(), "Bearer x", "{payload}");
        }
        for payload in
            [json!({}), json!([]), json!(null), json!({ "Authorization": 7 }), json!({ "headers": "x" })]
        {
            assert_eq!(authorization(&payload), None, "{payload}");
        }
    }
}
