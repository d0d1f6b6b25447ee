//! A request that is asked until it is answered: what broke off is sent again under the same key.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::Value as Json;

use crate::balancer::{Balancer, Lost};

/// Between two tries of one request.
const PAUSE: Duration = Duration::from_millis(30);
/// Tries of one request; a node is back within them.
const TRIES: usize = 2000;

/// Somebody's requests, and what became of them.
pub struct Errands {
    pub balancer: Arc<Balancer>,
    pub token: String,
    /// Requests that broke off or were refused for a while.
    pub failed: Vec<String>,
    /// Answers that came of a second try.
    pub again: usize,
}

/// What is sent.
#[derive(Default)]
pub struct Parcel {
    pub body: Option<Json>,
    /// The version of the record that is to be changed, and no other.
    pub version: Option<i64>,
    /// Under which it is done once only.
    pub key: String,
}

impl Errands {
    pub fn new(balancer: &Arc<Balancer>, token: &str) -> Self {
        Self { balancer: balancer.clone(), token: token.to_owned(), failed: Vec::new(), again: 0 }
    }

    /// Asks until there is an answer; `data` of it.
    pub async fn ask(
        &mut self,
        (method, path): (Method, &str),
        Parcel { body, version, key }: Parcel,
        status: u16,
    ) -> Json {
        for again in 0..TRIES {
            let made = |client: &reqwest::Client, node: &str| {
                let asked = client.request(method.clone(), format!("{node}{path}")).bearer_auth(&self.token);
                let asked = asked.header("content-type", "application/json").timeout(Duration::from_secs(30));
                let asked = if method == Method::GET { asked } else { asked.header("idempotency-key", &key) };
                let asked = version
                    .into_iter()
                    .fold(asked, |asked, version| asked.header("if-match", format!("\"{version}\"")));
                body.iter().fold(asked, |asked, body| asked.body(body.to_string()))
            };
            match answered(self.balancer.send(made).await).await {
                Ok((found, json)) if found == status => {
                    self.again += usize::from(again > 0);
                    return json["data"].clone();
                }
                Ok((found, json)) if found < 500 => panic!("{method} {path}: {found} {json}"),
                Ok((found, json)) => self.failed.push(format!("{method} {path}: {found} {json}")),
                Err(Lost(why)) => self.failed.push(format!("{method} {path}: {why}")),
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{method} {path} was never answered: {:?}", self.failed.last());
    }
}

/// Status and body, as a whole.
pub async fn answered(response: Result<Response, Lost>) -> Result<(u16, Json), Lost> {
    let response = response?;
    let status = response.status().as_u16();
    let bytes = response.bytes().await.map_err(|error| Lost(format!("{error:?}")))?;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
}
