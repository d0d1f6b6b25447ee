//! A thousand who wait for what does not change, two hundred changes a second, one who hears them and one who does not
//! read: how long it takes from the end of a write until it is heard, and what the lines take.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::load::http::{self, Connection, request};
use crate::options::Options;
use crate::report::Report;
use crate::usage;
use crate::world::World;

/// Who waits for what does not change, and how many accounts they are of.
const IDLE: usize = 1000;
const ACCOUNTS: usize = 6;
/// Changes of one write: two hundred a second.
const EACH: usize = 10;
const EVERY: Duration = Duration::from_millis(50);
/// After this the rest is lost.
const PATIENCE: Duration = Duration::from_secs(30);
const GOAL: f64 = 100.0;

/// What came of it.
pub struct Subscribers {
    /// Changes a second that were made.
    rate: f64,
    changes: usize,
    /// Milliseconds: median, of 99 of 100, the longest.
    delays: [f64; 3],
    /// MB without a line, with all of them, after the last change.
    memory: [f64; 3],
    /// Processor seconds of the server for each second of changes.
    cpu: f64,
}

impl Subscribers {
    pub fn write(&self, text: &mut String) {
        let Self { rate, changes, delays: [middle, most, longest], memory: [without, with, after], cpu } =
            self;
        let _ = writeln!(
            text,
            "\n| {IDLE} who wait, {rate:.0} changes a second, {changes} in all | |\n|---|---|"
        );
        let _ = writeln!(
            text,
            "| ms from the end of the write until it is heard: p50, p99 (goal {GOAL:.0}), longest | {middle:.0}, **{most:.0}**, {longest:.0} |"
        );
        let _ = writeln!(
            text,
            "| MB without lines, with them, at the end | {without:.0}, {with:.0}, {after:.0} |"
        );
        let _ = writeln!(text, "| server CPU a second | {cpu:.2} s |");
    }
}

/// Opens the lines, writes, listens.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let (idle, writes) = if options.smoke { (IDLE / 20, 20) } else { (IDLE, 200) };
    let (address, pid) = (world.trellis.address.as_str(), world.trellis.pid);
    let tokens = accounts(world).await?;
    let without = usage::memory(pid)?;
    let mut waiting = Vec::with_capacity(idle);
    for n in 0..idle {
        let query = match n % 2 {
            0 => "subscription { lead_changed { id } }",
            // Half of them wait for other records of the object that changes.
            _ => {
                "subscription { deal_changed(ids: [\"00000000-0000-7000-8000-00000000dead\"]) { id record { name } } }"
            }
        };
        waiting.push(Line::open(address, &tokens[n % tokens.len()], query).await?);
    }
    let place = http::json(address, &request("GET", "/api/v1/deals/changes", Some(&world.key), None)).await?;
    let place = place["pagination"]["next_cursor"].as_str().context("no cursor")?.to_owned();
    let query =
        format!("subscription {{ deal_changed(after: \"{place}\") {{ record {{ name description }} }} }}");
    let deaf = Line::open(address, &tokens[0], &query).await?;
    let mut line = Line::open(address, &tokens[0], &query).await?;
    let with = usage::memory(pid)?;
    let (tell, told) = mpsc::unbounded_channel();
    let hearing = tokio::spawn(async move {
        for _ in 0..writes * EACH {
            let name = line.name().await?;
            tell.send((name, Instant::now()))?;
        }
        anyhow::Ok(())
    });
    let (began, used) = (Instant::now(), usage::cpu(pid)?);
    let done = write(world, writes).await?;
    let (seconds, used) = (began.elapsed().as_secs_f64(), usage::cpu(pid)? - used);
    tokio::time::timeout(PATIENCE, hearing).await.context("changes are not heard")???;
    report.subscribers = Some(Subscribers {
        rate: (writes * EACH) as f64 / seconds,
        changes: writes * EACH,
        delays: delays(told, &done)?,
        memory: [without, with, usage::memory(pid)?],
        cpu: used / seconds,
    });
    drop((waiting, deaf));
    Ok(())
}

/// Sessions of so many people that none of them has more lines than one may.
async fn accounts(world: &World) -> anyhow::Result<Vec<String>> {
    let address = &world.trellis.address;
    let mut tokens = Vec::new();
    for n in 0..ACCOUNTS {
        let (email, password) =
            (format!("follower-{}-{n}@example.com", std::process::id()), "a bench of followers");
        let person =
            json!({ "email": email, "name": "Follower", "password": password, "roles": ["administrator"] });
        http::json(address, &request("POST", "/admin/v1/users", Some(&world.key), Some(&person.to_string())))
            .await?;
        let login = json!({ "email": email, "password": password }).to_string();
        let session = http::json(address, &request("POST", "/auth/v1/login", None, Some(&login))).await?;
        tokens.push(session["access_token"].as_str().context("no session")?.to_owned());
    }
    Ok(tokens)
}

/// Creates deals, so many in each write; when each write was done, by the name of the deal.
async fn write(world: &World, writes: usize) -> anyhow::Result<HashMap<String, Instant>> {
    let (mut done, mut ticks) = (HashMap::new(), tokio::time::interval(EVERY));
    let mut connection = Connection::open(&world.trellis.address).await?;
    let description = "x".repeat(200);
    for n in 0..writes {
        ticks.tick().await;
        let names = (0..EACH).map(|k| format!("heard {n}-{k}"));
        let deals: Json =
            names.clone().map(|name| json!({ "name": name, "description": description })).collect();
        let request = request("POST", "/api/v1/deals", Some(&world.key), Some(&deals.to_string()));
        let (status, _) = connection.send(&request).await?;
        ensure!(status == 201, "status {status}");
        let now = Instant::now();
        done.extend(names.map(|name| (name, now)));
    }
    Ok(done)
}

/// Each change once: milliseconds of the median, of 99 of 100, and of the longest.
fn delays(
    mut told: mpsc::UnboundedReceiver<(String, Instant)>,
    done: &HashMap<String, Instant>,
) -> anyhow::Result<[f64; 3]> {
    let mut delays = Vec::new();
    while let Ok((name, at)) = told.try_recv() {
        let wrote = done.get(&name).with_context(|| format!("{name} was not made here"))?;
        delays.push(at.saturating_duration_since(*wrote).as_secs_f64() * 1000.0);
    }
    ensure!(delays.len() == done.len(), "{} of {} changes were heard", delays.len(), done.len());
    delays.sort_by(f64::total_cmp);
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize];
    Ok([at(0.5), at(0.99), at(1.0)])
}

/// One subscription on a line of its own.
struct Line(WebSocketStream<TcpStream>);

impl Line {
    async fn open(address: &str, token: &str, query: &str) -> anyhow::Result<Self> {
        let mut request = format!("ws://{address}/graphql").into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
        let mut line = Self(client_async(request, TcpStream::connect(address).await?).await?.0);
        let who = json!({ "Authorization": format!("Bearer {token}") });
        line.say(&json!({ "type": "connection_init", "payload": who })).await?;
        let heard = line.hear().await?;
        ensure!(heard["type"] == "connection_ack", "{heard}");
        line.say(&json!({ "id": "1", "type": "subscribe", "payload": { "query": query } })).await?;
        Ok(line)
    }

    async fn say(&mut self, message: &Json) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    async fn hear(&mut self) -> anyhow::Result<Json> {
        loop {
            match self.0.next().await.context("the line has ended")?? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => anyhow::bail!("the line was closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The name of the next deal that is told.
    async fn name(&mut self) -> anyhow::Result<String> {
        let heard = self.hear().await?;
        let name = heard["payload"]["data"]["deal_changed"]["record"]["name"].as_str();
        Ok(name.with_context(|| heard.to_string())?.to_owned())
    }
}
