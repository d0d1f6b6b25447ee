//! Sending: each try claims a delivery, sends it and notes what came of it in one transaction.
//!
//! Whoever answers slowly keeps a carrier waiting, and whoever keeps silent as long as can be. So a node has one carrier at a
//! time for each reseller, and where nobody has answered nothing is sent for a while that grows.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use engine::keys::signature;
use jobs::{Job, Patience};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Delivery, KIND, Post, Sent, Webhook, kind};
use crate::error::Result;
use crate::queue::QUEUE;
use crate::store::webhooks::Tried;
use crate::{Tenants, store};

/// Fifteen tries in about seventeen hours.
const PATIENCE: Patience = Patience { first: 5, longest: 21_600, most: Some(15) };
/// Longest time in seconds in which nothing is sent to where nobody has answered.
const SILENCE: i64 = 300;
/// Of an answer so much is kept, in characters.
const LONGEST: usize = 500;

/// Resellers to whose addresses this node sends something right now.
#[derive(Clone, Default)]
pub(crate) struct Carried(Arc<Mutex<HashSet<Uuid>>>);

/// One of them, until it is dropped.
struct Carrying<'a>(&'a Carried, Uuid);

impl Carried {
    fn all(&self) -> Vec<Uuid> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// `None` when it is one of them already.
    fn begin(&self, reseller: Uuid) -> Option<Carrying<'_>> {
        let is_new = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(reseller);
        is_new.then_some(Carrying(self, reseller))
    }
}

impl Drop for Carrying<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl Tenants {
    /// Sends what has waited longest and is due; answers whether there was something. Any number of nodes may try.
    pub async fn deliver_next<F, W>(&self, now: DateTime<Utc>, send: F) -> Result<bool>
    where
        F: FnOnce(Post) -> W,
        W: Future<Output = Sent>,
    {
        let mut held = self.pool().begin().await?;
        let busy = self.carried.all();
        let busy = match busy.is_empty() {
            true => Vec::new(),
            false => store::webhooks::list_of(&mut held, &busy).await?.into_iter().map(kind).collect(),
        };
        let claimed = jobs::claim_of(&mut held, QUEUE, (KIND, &busy), now).await?;
        let Some(job) = claimed else { return Ok(false) };
        let id = Uuid::parse_str(&job.subject).unwrap_or_default();
        let delivery = store::webhooks::load_delivery(&mut *held, id).await?;
        let webhook = match &delivery {
            Some(delivery) => store::webhooks::load(&mut *held, delivery.webhook).await?,
            None => None,
        };
        // Taken away meanwhile.
        let Some((delivery, webhook)) = delivery.zip(webhook) else {
            jobs::finish(&mut held, QUEUE, &job).await?;
            held.commit().await?;
            return Ok(true);
        };
        // Another carrier was faster: whoever asks again knows of it.
        let Some(_carrying) = self.carried.begin(webhook.reseller) else { return Ok(true) };
        let sent = match self.post(&webhook, &delivery, now) {
            Ok(post) => send(post).await,
            Err(error) => Err(error.to_string()),
        };
        settle(&mut held, (&job, &webhook, &delivery), sent, now).await?;
        held.commit().await?;
        Ok(true)
    }

    fn post(&self, webhook: &Webhook, delivery: &Delivery, now: DateTime<Utc>) -> Result<Post> {
        let mut secrets = vec![self.webhook_secret(webhook.id, webhook.secret)?];
        if webhook.previous_until.is_some_and(|until| now < until) {
            secrets.push(self.webhook_secret(webhook.id, webhook.secret - 1)?);
        }
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("trellis-signature", signed(&secrets, now.timestamp(), &delivery.body)),
            ("trellis-delivery", delivery.id.to_string()),
            ("trellis-event", delivery.kind.clone()),
        ];
        Ok(Post { url: webhook.url.clone(), headers, body: delivery.body.clone() })
    }
}

/// `t=1492774577,v1=…`: the moment, and for each secret the signature of the moment, a dot and the body.
fn signed(secrets: &[String], at: i64, body: &str) -> String {
    let text = format!("{at}.{body}");
    secrets
        .iter()
        .fold(format!("t={at}"), |header, secret| format!("{header},v1={}", signature(secret, &text)))
}

/// Notes what came of a try; once too often, it is dead.
async fn settle(
    held: &mut PgConnection,
    (job, webhook, delivery): (&Job, &Webhook, &Delivery),
    sent: Sent,
    now: DateTime<Utc>,
) -> Result<()> {
    let cut = |text: String| text.chars().filter(|c| *c != '\0').take(LONGEST).collect::<String>();
    let (status, response, error) = match sent {
        Ok((status @ 200..=299, body)) => (Some(status), Some(cut(body)), None),
        Ok((status, body)) => (Some(status), Some(cut(body)), Some(format!("the answer was {status}"))),
        Err(error) => (None, None, Some(cut(error))),
    };
    let came_in = error.is_none();
    let is_dead = match &error {
        Some(error) => jobs::postpone(held, QUEUE, (job, error), (now, PATIENCE)).await?,
        None => {
            jobs::finish(held, QUEUE, job).await?;
            false
        }
    };
    // After its own pause, which is short for what was never tried before.
    note_silence(held, (job, webhook), status.is_none(), now).await?;
    let tried = Tried {
        status: if came_in {
            "delivered"
        } else if is_dead {
            "dead"
        } else {
            "waiting"
        },
        response_status: status.map(i32::from),
        response: response.as_deref(),
        error: error.as_deref(),
    };
    Ok(store::webhooks::note_tried(held, delivery.id, tried, now).await?)
}

/// Where nobody has answered, all that is to be sent there waits, the longer the more often; what comes meanwhile too.
async fn note_silence(
    held: &mut PgConnection,
    (job, webhook): (&Job, &Webhook),
    is_silent: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    if !is_silent {
        if webhook.silences > 0 {
            store::webhooks::note_silence(held, webhook.id, (0, None)).await?;
        }
        return Ok(());
    }
    let until = now + TimeDelta::seconds(PATIENCE.pause(webhook.silences).min(SILENCE));
    store::webhooks::note_silence(held, webhook.id, (webhook.silences.saturating_add(1), Some(until)))
        .await?;
    Ok(jobs::put_off(held, QUEUE, &job.kind, until).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_secret_signs_the_moment_and_the_body() {
        let header = signed(&["a".into(), "b".into()], 1_492_774_577, "{}");
        let parts: Vec<&str> = header.split(',').collect();
        assert_eq!((parts[0], parts.len()), ("t=1492774577", 3));
        assert_eq!(parts[1], format!("v1={}", signature("a", "1492774577.{}")));
        assert_ne!(parts[1], parts[2]);
    }
}
