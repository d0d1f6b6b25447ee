//! Changes as they come, over the protocol that other people's clients speak: who hears what, where they go on after
//! they were cut off, and what becomes of those who do not read.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use it::site::Site;
use serde_json::{Value as Json, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, handshake};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{data, zoo};

/// The site behind a socket.
pub(super) async fn address(site: &Site) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = site.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// A line to the site.
pub(super) struct Line(WebSocketStream<TcpStream>);

type Opened =
    Result<(WebSocketStream<TcpStream>, handshake::client::Response), tokio_tungstenite::tungstenite::Error>;

async fn open(address: SocketAddr, headers: &[(&'static str, &str)]) -> Opened {
    let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    client_async(request, TcpStream::connect(address).await.unwrap()).await
}

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

impl Line {
    /// One that nobody has said anything on.
    async fn bare(address: SocketAddr, headers: &[(&'static str, &str)]) -> Self {
        let headers: Vec<_> = headers.iter().copied().chain([PROTOCOL]).collect();
        Self(open(address, &headers).await.unwrap().0)
    }

    /// One of somebody.
    pub(super) async fn of(address: SocketAddr, token: &str) -> Self {
        let mut line = Self::bare(address, &[]).await;
        line.say(
            json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } }),
        )
        .await;
        assert_eq!(line.hear().await["type"], "connection_ack");
        line
    }

    pub(super) async fn say(&mut self, message: Json) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// The next message; `{"close": code}` when the line ends.
    pub(super) async fn hear(&mut self) -> Json {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Close(frame))) => {
                    return json!({ "close": frame.map(|frame| u16::from(frame.code)) });
                }
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return json!({ "close": null }),
            }
        }
    }

    /// The change that the next message tells.
    async fn change(&mut self) -> Json {
        let heard = self.hear().await;
        assert_eq!(heard["type"], "next", "{heard:#}");
        heard["payload"]["data"].as_object().unwrap().values().next().unwrap().clone()
    }
}

/// A line whose subscription is begun when this returns: what happens next is heard.
async fn following(site: &Site, address: SocketAddr, token: &str, query: &str) -> Line {
    let place = site.get("/api/v1/keepers/changes").await.json()["pagination"]["next_cursor"].clone();
    let mut line = Line::of(address, token).await;
    line.subscribe("1", &query.replace("PLACE", place.as_str().unwrap())).await;
    line
}

pub(super) async fn make(site: &Site, name: &str) -> String {
    let made =
        data(site, &format!("mutation {{ create_keeper(data: {{name: \"{name}\", rank: 1}}) {{ id }} }}"))
            .await;
    made["create_keeper"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn changes_are_heard_with_their_records() {
    let site = zoo("graphql_sub_heard").await;
    let (address, token) = (address(&site).await, site.token_of("ada@example.com").await);
    let query = "subscription { keeper_changed(after: \"PLACE\") { cursor action id version actor changes at __typename record { id name rank crew { nodes { name } } } } }";
    let mut line = following(&site, address, &token, query).await;
    let few = "subscription { now: keeper_changed(after: \"PLACE\", filter: {rank: {gt: 5}}) { action record { rank } } }";
    let mut high = following(&site, address, &token, few).await;
    // Both hear before what follows is done.
    data(&site, "mutation { create_keeper(data: {name: \"Ann\", rank: 6}) { id } }").await;
    assert_eq!(high.change().await, json!({ "action": "create", "record": { "rank": 6 } }));
    assert_eq!(line.change().await["record"]["name"], "Ann");
    let id = make(&site, "Kim").await;
    let made = line.change().await;
    assert_eq!(
        (&made["action"], &made["id"], &made["record"]["name"]),
        (&json!("create"), &json!(id), &json!("Kim"))
    );
    assert_eq!(
        (&made["__typename"], &made["record"]["crew"]),
        (&json!("KeeperChange"), &json!({ "nodes": [] }))
    );
    data(&site, &format!("mutation {{ update_keeper(id: \"{id}\", data: {{rank: 7}}) {{ id }} }}")).await;
    let changed = line.change().await;
    assert_eq!((&changed["action"], &changed["changes"]), (&json!("update"), &json!({ "rank": [1, 7] })));
    // The filter is met by what came of the change. Whoever looks late finds that the new record meets it already.
    let mut heard = high.change().await;
    if heard == json!({ "action": "create", "record": { "rank": 7 } }) {
        heard = high.change().await;
    }
    assert_eq!(heard, json!({ "action": "update", "record": { "rank": 7 } }));
    data(&site, &format!("mutation {{ delete_keeper(id: \"{id}\") }}")).await;
    let gone = line.change().await;
    assert_eq!((&gone["action"], &gone["record"]), (&json!("delete"), &Json::Null));
    // A field that came meanwhile can be asked for at once; the line that is open goes on.
    let field = json!({ "name": "nick", "kind": "text" });
    assert_eq!(site.ask("PUT", "/metadata/v1/objects/keeper/fields/nick", Some(field)).await.status, 200);
    make(&site, "Lee").await;
    assert_eq!(line.change().await["record"]["name"], "Lee");
    line.say(json!({ "id": "1", "type": "complete" })).await;
    line.subscribe("1", "subscription { keeper_changed { record { nick } } }").await;
    line.say(json!({ "type": "ping" })).await;
    assert_eq!(line.hear().await, json!({ "type": "pong" }));
}

#[tokio::test]
async fn nobody_hears_of_what_they_may_not_read() {
    let site = zoo("graphql_sub_rights").await;
    let address = address(&site).await;
    let clerk = json!({ "label": "Clerk", "objects": { "keeper": { "read": "own", "create": true } }, "fields": { "keeper.rank": { "read": false } } });
    site.world.define([(metadata::Kind::Roles, "clerk", Some(clerk))]).await.unwrap();
    let token = site.person("cleo", "clerk").await;
    let query = "subscription { keeper_changed(after: \"PLACE\") { action changes record { name } } }";
    let mut line = following(&site, address, &token, query).await;
    make(&site, "Ada's").await;
    let body = json!({ "query": "mutation { create_keeper(data: {name: \"Own\"}) { id } }" });
    let headers = [("authorization", format!("Bearer {token}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(site.ask_with("POST", "/graphql", Some(body), &headers).await.status, 200);
    assert_eq!(line.change().await["record"]["name"], "Own", "the other one is not told");
    // Neither a field nor an object that is not theirs can be followed.
    for query in
        ["subscription { keeper_changed { record { rank } } }", "subscription { specimen_changed { id } }"]
    {
        line.subscribe("2", query).await;
        let refused = line.hear().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("2")), "{query}");
        assert_eq!(refused["payload"][0]["extensions"]["code"], "not-in-schema");
    }
}

#[tokio::test]
async fn lines_keep_to_the_protocol() {
    let site = zoo("graphql_sub_protocol").await;
    let address = address(&site).await;
    let token = site.token_of("ada@example.com").await;
    let status = async |headers: &[(&'static str, &str)]| match open(address, headers).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    };
    assert_eq!(status(&[("sec-websocket-protocol", "graphql-ws")]).await, 400);
    let ends = async |headers: &[(&'static str, &str)], messages: &[Json]| {
        let mut line = Line::bare(address, headers).await;
        for message in messages {
            line.say(message.clone()).await;
        }
        loop {
            let heard = line.hear().await;
            if heard.get("close").is_some() {
                return heard["close"].clone();
            }
        }
    };
    let init =
        json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } });
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": "subscription { keeper_changed { id } }" } });
    assert_eq!(ends(&[], std::slice::from_ref(&subscribe)).await, 4401);
    assert_eq!(ends(&[], &[json!({ "type": "connection_init" })]).await, 4403);
    let wrong = json!({ "type": "connection_init", "payload": { "Authorization": "Bearer wrong" } });
    assert_eq!(ends(&[], &[wrong]).await, 4403);
    assert_eq!(ends(&[], &[init.clone(), init.clone()]).await, 4429);
    assert_eq!(ends(&[], &[init.clone(), subscribe.clone(), subscribe.clone()]).await, 4409);
    assert_eq!(ends(&[], &[json!({ "type": "nonsense" })]).await, 4400);
    // A cookie counts on our own pages and on nobody else's.
    let host = address.to_string();
    let (cookie, own) = (format!("trellis_session={token}"), format!("http://{host}"));
    let bare = json!({ "type": "connection_init" });
    for (origin, code) in [("http://evil.example", 4403), ("null", 4403)] {
        assert_eq!(ends(&[("cookie", &cookie), ("origin", origin)], std::slice::from_ref(&bare)).await, code);
    }
    assert_eq!(ends(&[("cookie", &cookie)], std::slice::from_ref(&bare)).await, 4403);
    let mut line = Line::bare(address, &[("cookie", &cookie), ("origin", &own)]).await;
    line.say(bare).await;
    assert_eq!(line.hear().await["type"], "connection_ack");
    // What is no subscription is told where to go.
    line.subscribe("q", "{ keepers { total_count } }").await;
    assert_eq!(line.hear().await["type"], "error");
}

#[tokio::test]
async fn who_is_cut_off_loses_and_doubles_nothing() {
    let site = zoo("graphql_sub_kills").await;
    let (address, token) = (address(&site).await, site.token_of("ada@example.com").await);
    const EACH: usize = 4;
    const KILLS: usize = 50;
    let begin = site.get("/api/v1/keepers/changes").await.json()["pagination"]["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let writing = async {
        for n in 0..KILLS {
            let some: Vec<Json> = (0..EACH).map(|k| json!({ "name": format!("{n}-{k}") })).collect();
            site.ask("POST", "/api/v1/keepers", Some(json!(some))).await.data(201);
        }
    };
    let following = async {
        let (mut last, mut heard) = (begin, Vec::new());
        while heard.len() < KILLS * EACH {
            // Cut off after a few, with others perhaps on the way.
            let mut line = Line::of(address, &token).await;
            line.subscribe(
                "1",
                &format!(
                    "subscription {{ keeper_changed(after: \"{last}\") {{ cursor record {{ id name }} }} }}"
                ),
            )
            .await;
            for _ in 0..EACH {
                let change = line.change().await;
                last = change["cursor"].as_str().unwrap().to_owned();
                heard.push(change);
            }
        }
        heard
    };
    let ((), heard) = tokio::join!(writing, following);
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for change in &heard {
        *times.entry(change["record"]["name"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!((heard.len(), times.len()), (KILLS * EACH, KILLS * EACH), "each change once");
}
