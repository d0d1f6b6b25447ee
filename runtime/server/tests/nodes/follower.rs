//! Somebody who follows the changes as server-sent events and comes back with the last one's id when the line ends.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value as Json;
use tokio::sync::watch;

use crate::balancer::Balancer;

/// Between the end of a line and the next one.
const PAUSE: Duration = Duration::from_millis(30);

/// One change as it was told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Heard {
    pub cursor: i64,
    pub record: String,
    pub action: String,
}

/// What has been heard so far, and how often the line had to be taken up again.
#[derive(Default)]
pub struct Ears {
    pub heard: Vec<Heard>,
    pub lines: usize,
}

/// Follows until the task is aborted.
pub async fn follow(balancer: Arc<Balancer>, token: String, told: watch::Sender<Ears>) {
    let mut last: Option<String> = Some("0".into());
    loop {
        let asked = |client: &reqwest::Client, node: &str| {
            let asked = client.get(format!("{node}/api/v1/entries/changes")).bearer_auth(&token);
            let asked = asked.header("accept", "text/event-stream");
            last.iter().fold(asked, |asked, last| asked.header("last-event-id", last))
        };
        if let Ok(response) = balancer.send(asked).await
            && response.status() == 200
        {
            told.send_modify(|ears| ears.lines += 1);
            let mut pieces = response.bytes_stream();
            let mut text = String::new();
            while let Some(Ok(piece)) = pieces.next().await {
                text.push_str(std::str::from_utf8(&piece).unwrap());
                while let Some((event, rest)) = text.split_once("\n\n") {
                    hear(event, &mut last, &told);
                    text = rest.to_owned();
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn hear(event: &str, last: &mut Option<String>, told: &watch::Sender<Ears>) {
    let line = |key: &str| event.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    if let Some(id) = line("id:") {
        *last = Some(id.to_owned());
    }
    let Some(data) = line("data:").and_then(|data| serde_json::from_str::<Json>(data).ok()) else { return };
    let (Some(cursor), Some(record)) = (data["cursor"].as_str(), data["id"].as_str()) else { return };
    let action = data["action"].as_str().unwrap_or_default().to_owned();
    let heard = Heard { cursor: cursor.parse().unwrap(), record: record.to_owned(), action };
    told.send_modify(|ears| ears.heard.push(heard));
}
