//! Nodes that end while they are followed: whoever follows is told to come again, and finds at the next node what they
//! have not heard, once.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use it::site::Site;
use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::subscriptions::{Line, make};
use super::zoo;

/// Nodes that come and go, and what is written while each of them does.
const NODES: usize = 8;
const EACH: usize = 6;

/// One node, as the binary runs it.
struct Node {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Node {
    async fn start(site: &Site) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, (stop, stopped)) = (listener.local_addr().unwrap(), oneshot::channel::<()>());
        let app = site.app();
        let served =
            tokio::spawn(async move { api::serve(listener, app, async { drop(stopped.await) }).await });
        Self { address, stop, served }
    }

    /// It is over when nobody follows anything any more.
    async fn end(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }
}

/// Server-sent events as they come over a socket.
struct Events {
    stream: TcpStream,
    text: String,
}

impl Events {
    async fn of(address: SocketAddr, token: &str, last: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /api/v1/keepers/changes HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n\
             authorization: Bearer {token}\r\nlast-event-id: {last}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        Self { stream, text: String::new() }
    }

    /// The id and the change of the next event; `None` when the answer has ended as answers end.
    async fn next(&mut self) -> Option<(String, Json)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let find =
                    |key: &str| event.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
                let (id, data) = (find("id: "), find("data: ").filter(|data| data != "{}"));
                self.text = rest.to_owned();
                if let (Some(id), Some(data)) = (id, data) {
                    return Some((id, serde_json::from_str(&data).unwrap()));
                }
                continue;
            }
            let mut piece = [0; 4096];
            let read = self.stream.read(&mut piece).await.unwrap();
            if read == 0 {
                assert!(self.text.ends_with("0\r\n\r\n"), "cut off: {:?}", self.text);
                return None;
            }
            self.text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
        }
    }
}

/// What somebody has heard, and where they go on.
struct Heard {
    last: String,
    names: Vec<String>,
}

impl Heard {
    fn take(&mut self, cursor: &str, change: &Json) {
        cursor.clone_into(&mut self.last);
        self.names.push(change["record"]["name"].as_str().unwrap_or_default().to_owned());
    }
}

/// Hears until the line is closed; answers the code.
async fn listen(line: &mut Line, heard: &mut Heard, first: &Notify) -> Json {
    loop {
        let message = line.hear().await;
        if let Some(code) = message.get("close") {
            return code.clone();
        }
        let change = &message["payload"]["data"]["keeper_changed"];
        heard.take(change["cursor"].as_str().unwrap_or_else(|| panic!("{message}")), change);
        first.notify_one();
    }
}

#[tokio::test]
async fn nodes_that_end_send_followers_to_the_next() {
    let site = zoo("graphql_restarts").await;
    let token = site.token_of("ada@example.com").await;
    let begin = site.get("/api/v1/keepers/changes").await.json()["pagination"]["next_cursor"].clone();
    let begin = begin.as_str().unwrap().to_owned();
    let heard = || Heard { last: begin.clone(), names: Vec::new() };
    let (mut by_line, mut by_events) = (heard(), Vec::new());
    let mut last_event = begin.clone();
    for round in 0..NODES {
        let node = Node::start(&site).await;
        let mut line = Line::of(node.address, &token).await;
        let after = &by_line.last;
        let query = format!(
            "subscription {{ keeper_changed(after: \"{after}\") {{ cursor record {{ id name }} }} }}"
        );
        line.subscribe("1", &query).await;
        let mut events = Events::of(node.address, &token, &last_event).await;
        let first = Notify::new();
        // The node goes when something was heard of it and the rest is being written.
        let writing = async {
            for k in 0..EACH {
                make(&site, &format!("{round}-{k}")).await;
            }
        };
        let ending = async {
            first.notified().await;
            node.end().await;
        };
        let listening = async {
            while let Some((id, change)) = events.next().await {
                last_event = id;
                by_events.push(change["id"].as_str().unwrap().to_owned());
            }
        };
        let ((), (), code, ()) =
            tokio::join!(writing, ending, listen(&mut line, &mut by_line, &first), listening);
        assert_eq!(code, 1012, "the line of node {round} ends with the word for a restart");
    }
    let node = Node::start(&site).await;
    let mut line = Line::of(node.address, &token).await;
    let after = &by_line.last;
    let query =
        format!("subscription {{ keeper_changed(after: \"{after}\") {{ cursor record {{ id name }} }} }}");
    line.subscribe("1", &query).await;
    while by_line.names.len() < NODES * EACH {
        let change = line.hear().await["payload"]["data"]["keeper_changed"].clone();
        by_line.take(change["cursor"].as_str().unwrap(), &change);
    }
    // The last node is asked for what nobody has heard: all of it is told by now, since the line has heard it.
    let rest = site.get(&format!("/api/v1/keepers/changes?since={last_event}&limit=1000")).await.json();
    by_events.extend(
        rest["data"].as_array().unwrap().iter().map(|change| change["id"].as_str().unwrap().to_owned()),
    );
    for heard in [&by_line.names, &by_events] {
        let once: BTreeSet<&String> = heard.iter().collect();
        assert_eq!((heard.len(), once.len()), (NODES * EACH, NODES * EACH), "each change once: {heard:?}");
    }
}
