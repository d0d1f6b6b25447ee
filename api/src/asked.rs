//! A request as it came in, with its body read to the end and within the limit. It is not known yet who asks.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::body::{Body, BodyDataStream};
use axum::extract::{ConnectInfo, FromRequestParts, RawPathParams, WebSocketUpgrade};
use bytes::{Bytes, BytesMut};
use engine::Origin;
use futures_util::StreamExt;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, header};

use crate::App;
use crate::edge::RequestId;
use crate::list::pairs::{self, Pairs};
use crate::pressure::Stay;
use crate::problem::{Code, Problem};
use params::Params;
use upload::Upload;

pub(crate) mod params;
mod upload;

/// A body that is too large is read up to this many times the limit before the connection is given up.
const PATIENCE: usize = 4;

/// One request.
pub(crate) struct Asked {
    pub app: Arc<App>,
    pub head: Parts,
    pub body: Bytes,
    /// Decoded parts of the path by their name in the route.
    pub path: Vec<(String, String)>,
    pub id: Arc<str>,
    /// Where it comes from; `None` in process.
    pub ip: Option<IpAddr>,
    /// The same with the user agent, as the audit stream keeps it.
    pub origin: Origin,
    /// Its place among those that are worked on, where it takes one.
    pub stay: Option<Stay>,
    /// The body of a route that takes files, until somebody reads it.
    stream: Mutex<Option<Body>>,
    /// What becomes a WebSocket, until somebody opens it.
    socket: Mutex<Option<WebSocketUpgrade>>,
}

/// What becomes of a request's body before its handler begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It is read into memory.
    Whole,
    /// It waits for the handler, who may put it on disk.
    Later,
}

impl Asked {
    /// Reads a request to the end.
    pub async fn read(app: Arc<App>, reading: Reading, request: Request<Body>) -> Result<Self, Problem> {
        let (mut head, body) = request.into_parts();
        let path = path_of(&mut head).await?;
        let socket = match head.headers.contains_key(header::SEC_WEBSOCKET_KEY) {
            true => WebSocketUpgrade::from_request_parts(&mut head, &()).await.ok(),
            false => None,
        };
        let (body, stream) = match reading {
            Reading::Whole => (read_body(&head, body, app.settings.max_body).await?, None),
            Reading::Later => (Bytes::new(), Some(body)),
        };
        let id = head.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        let ip = address_of(&head, app.settings.trust_proxy);
        let agent = head.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let origin = Origin::new(ip, agent);
        Ok(Self {
            app,
            head,
            body,
            path,
            id,
            ip,
            origin,
            stay: None,
            stream: Mutex::new(stream),
            socket: Mutex::new(socket),
        })
    }

    /// The same request with a credential that came later.
    pub fn with_authorization(&self, value: HeaderValue) -> Self {
        let mut head = self.head.clone();
        head.headers.insert(header::AUTHORIZATION, value);
        Self {
            app: self.app.clone(),
            head,
            body: Bytes::new(),
            path: self.path.clone(),
            id: self.id.clone(),
            ip: self.ip,
            origin: self.origin.clone(),
            stay: None,
            stream: Mutex::default(),
            socket: Mutex::default(),
        }
    }

    /// Whether it wants to become a WebSocket.
    pub fn asks_for_socket(&self) -> bool {
        self.socket.lock().is_ok_and(|socket| socket.is_some())
    }

    /// What becomes the WebSocket. It can be had once.
    pub fn socket(&self) -> Option<WebSocketUpgrade> {
        self.socket.lock().ok()?.take()
    }

    /// A header as text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// The parameters of the URL.
    pub fn pairs(&self) -> Result<Pairs, Problem> {
        pairs::parse(self.head.uri.query().unwrap_or_default()).map_err(Problem::invalid)
    }

    /// Refuses parameters: one that means nothing here is a wish that would be passed over.
    pub fn plain(&self) -> Result<(), Problem> {
        Params::new(self.pairs()?).finish()
    }

    /// A part of the path, where the route has it.
    pub fn find_part(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(known, _)| known == name).map(|(_, part)| part.as_str())
    }

    /// A part of the path.
    pub fn part(&self, name: &str) -> &str {
        self.path.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The body, if the request says that it is JSON.
    pub fn json(&self) -> Result<&[u8], Problem> {
        let kind = self.header(&header::CONTENT_TYPE).unwrap_or_default();
        if is_json(kind) { Ok(&self.body) } else { Err(not_json(kind)) }
    }

    /// The same, where a request may do without a body.
    pub fn optional_json(&self) -> Result<&[u8], Problem> {
        if self.body.is_empty() { Ok(&[]) } else { self.json() }
    }

    /// The body of a route that takes files, on disk. It can be had once.
    pub async fn upload(&self) -> Result<Upload, Problem> {
        let body = self.stream.lock().ok().and_then(|mut stream| stream.take());
        let gone = || Problem::new(Code::Busy, "the metadata changed while the file came in; send it again");
        let settings = &self.app.settings;
        Upload::write(body.ok_or_else(gone)?, &settings.upload_dir, settings.max_upload).await
    }

    /// Whether the caller's side of the connection is encrypted, as far as a proxy tells.
    pub fn is_https(&self) -> bool {
        self.app.settings.is_https(&self.head)
    }

    /// Users, sessions and keys, on behalf of whoever this request turns out to be of.
    pub fn identity(&self, by: Option<uuid::Uuid>) -> identity::Identity {
        let origin = engine::Origin::new(self.ip, self.header(&header::USER_AGENT));
        self.app.identity.acting(by, origin, &self.id)
    }

    /// Where it comes from, as sign-ins and histories note it.
    pub fn origin(&self) -> identity::Origin {
        identity::Origin { ip: self.ip, user_agent: self.header(&header::USER_AGENT).map(str::to_owned) }
    }
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn not_json(kind: &str) -> Problem {
    let said = if kind.is_empty() {
        "nothing".to_owned()
    } else {
        format!("`{}`", kind.chars().take(60).collect::<String>())
    };
    Problem::new(Code::NotJson, format!("send Content-Type: application/json; this request says {said}"))
}

async fn path_of(head: &mut Parts) -> Result<Vec<(String, String)>, Problem> {
    let params = RawPathParams::from_request_parts(head, &()).await;
    // A part that is not UTF-8 names nothing.
    let params = params.map_err(|_| Problem::not_found())?;
    Ok(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

async fn read_body(head: &Parts, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let announced =
        head.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let mut stream = body.into_data_stream();
    if announced.is_some_and(|length| length > limit) {
        return Err(refuse(stream, limit).await);
    }
    let Some(first) = stream.next().await else { return Ok(Bytes::new()) };
    let first = first.map_err(cut_off)?;
    let Some(second) = stream.next().await else { return within(first, limit) };
    let mut whole = BytesMut::with_capacity(announced.unwrap_or(first.len() * 2));
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second.map_err(cut_off)?);
    while let Some(chunk) = stream.next().await {
        whole.extend_from_slice(&chunk.map_err(cut_off)?);
        if whole.len() > limit {
            return Err(refuse(stream, limit).await);
        }
    }
    within(whole.freeze(), limit)
}

/// Reads on for a while and forgets, since many callers only look at the answer when all is sent.
async fn refuse(mut rest: BodyDataStream, limit: usize) -> Problem {
    let mut left = limit * PATIENCE;
    while let Some(Ok(chunk)) = rest.next().await {
        match left.checked_sub(chunk.len()) {
            Some(less) => left = less,
            None => break,
        }
    }
    too_large(limit)
}

fn within(body: Bytes, limit: usize) -> Result<Bytes, Problem> {
    if body.len() > limit { Err(too_large(limit)) } else { Ok(body) }
}

fn too_large(limit: impl Display) -> Problem {
    Problem::new(Code::TooLarge, format!("a body has at most {limit} bytes"))
}

fn cut_off(_: axum::Error) -> Problem {
    Problem::new(Code::InvalidRequest, "the body broke off")
}

fn address_of(head: &Parts, trust_proxy: bool) -> Option<IpAddr> {
    let forwarded = head.headers.get_all("x-forwarded-for").iter().next_back().filter(|_| trust_proxy);
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let peer = || head.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    last.or_else(peer).map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_several_names() {
        for good in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert!(is_json(good), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "text/json",
            "application/x-www-form-urlencoded",
            "json",
            "multipart/form-data",
        ] {
            assert!(!is_json(bad), "{bad}");
        }
    }

    #[test]
    fn only_a_trusted_proxy_names_the_caller() {
        let request = Request::builder().header("x-forwarded-for", "1.2.3.4, 5.6.7.8").body(()).unwrap();
        let (head, ()) = request.into_parts();
        assert_eq!(address_of(&head, false), None);
        assert_eq!(address_of(&head, true), Some("5.6.7.8".parse().unwrap()));
    }

    #[tokio::test]
    async fn bodies_have_a_limit_however_they_come() {
        let (head, ()) = Request::new(()).into_parts();
        let chunks = |sizes: &[usize]| {
            let chunks: Vec<Result<Bytes, std::io::Error>> =
                sizes.iter().map(|&size| Ok(Bytes::from(vec![b'x'; size]))).collect();
            Body::from_stream(futures_util::stream::iter(chunks))
        };
        for (sizes, fits) in
            [(vec![], true), (vec![10], true), (vec![11], false), (vec![4, 6], true), (vec![4, 4, 4], false)]
        {
            let read = read_body(&head, chunks(&sizes), 10).await;
            assert_eq!(read.is_ok(), fits, "{sizes:?}");
        }
    }
}
