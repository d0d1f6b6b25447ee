//! What stands in front of the nodes: asks each whether it is ready, sends requests to those that are, in turn, and tries
//! the other one where nobody answers the door. A request that broke off in the midst is told as lost: only its sender
//! knows whether it may be sent again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use tokio::sync::watch;

/// How often nodes are asked whether they are ready.
const ASKED: Duration = Duration::from_millis(50);

/// Sends requests to nodes.
pub struct Balancer {
    client: Client,
    nodes: RwLock<Vec<Place>>,
    turn: AtomicUsize,
}

#[derive(Clone)]
struct Place {
    address: String,
    ready: watch::Sender<bool>,
}

/// A request of which nobody knows what became of it.
#[derive(Debug)]
pub struct Lost(pub String);

impl Balancer {
    pub fn new() -> Arc<Self> {
        let client = Client::builder().connect_timeout(Duration::from_secs(2)).build().unwrap();
        Arc::new(Self { client, nodes: RwLock::default(), turn: AtomicUsize::new(0) })
    }

    /// Knows a node, and asks it from now on.
    pub fn add(&self, address: &str) {
        let place = Place { address: address.to_owned(), ready: watch::Sender::new(false) };
        self.nodes.write().unwrap().push(place.clone());
        let asking = self.client.get(format!("{address}/readyz")).timeout(Duration::from_secs(2));
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(ASKED);
            loop {
                ticks.tick().await;
                let answer = asking.try_clone().unwrap().send().await;
                place.ready.send_replace(answer.is_ok_and(|answer| answer.status() == 200));
            }
        });
    }

    /// Returns when the node has said that it is ready.
    pub async fn until_ready(&self, address: &str) {
        let place = self.nodes.read().unwrap().iter().find(|place| place.address == address).cloned();
        place.unwrap().ready.subscribe().wait_for(|ready| *ready).await.unwrap();
    }

    /// Sends a request to one node or the other.
    pub async fn send(&self, made: impl Fn(&Client, &str) -> RequestBuilder) -> Result<Response, Lost> {
        let mut places = self.nodes.read().unwrap().clone();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % places.len();
        places.rotate_left(turn);
        // Those that are not ready last: one that was killed may be asked before it is missed.
        places.sort_by_key(|place| !*place.ready.borrow());
        let mut said = String::new();
        for place in &places {
            match made(&self.client, &place.address).send().await {
                Ok(response) => return Ok(response),
                Err(error) if error.is_connect() => said = format!("nobody is there: {error:?}"),
                Err(error) => return Err(Lost(format!("{error:?}"))),
            }
        }
        Err(Lost(said))
    }
}
