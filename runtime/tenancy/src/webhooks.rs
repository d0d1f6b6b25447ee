//! Addresses of resellers that are told what happens to their tenants. What is to be sent is put there with the event, in
//! its transaction, and carried by a job for each address: tried again after pauses that grow, dead at last, and sent
//! again when somebody says so.
//!
//! It comes at least once: whoever dies between the answer and noting it leaves it to be sent again, under the same id.

use chrono::{DateTime, TimeDelta, Utc};
use engine::keys::signature;
use jobs::{Job, Patience};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::Happened;
use crate::queue::QUEUE;
use crate::store::webhooks::Tried;
use crate::turns::shown;
use crate::{Tenants, store};

/// How kinds of these jobs begin; the webhook stands behind it, so that none waits for another.
const KIND: &str = "webhook/";
/// Fifteen tries in about seventeen hours.
const PATIENCE: Patience = Patience { first: 5, longest: 21_600, most: Some(15) };
/// Who gives no answer at all keeps its carrier waiting, so all that is to be sent there waits as its first does, but no
/// longer than so many seconds.
const SILENCE: i64 = 300;
/// Most webhooks of a reseller.
const MOST: i64 = 10;
/// How long the secret before signs too.
const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// How long it is known what was sent.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Of an answer so much is kept, in characters.
const LONGEST: usize = 500;

/// All kinds of events that are told.
pub const KINDS: [&str; 21] = [
    "tenant.created",
    "tenant.changed",
    "tenant.plan_changed",
    "tenant.suspended",
    "tenant.resumed",
    "tenant.deletion_scheduled",
    "tenant.restored",
    "tenant.deleted",
    "tenant.domain_added",
    "tenant.domain_removed",
    "tenant.clone_asked",
    "tenant.cloned",
    "tenant.limit_reached",
    "tenant.package_installed",
    "tenant.package_upgraded",
    "tenant.package_removed",
    "tenant.support_asked",
    "tenant.support_declined",
    "tenant.support_granted",
    "tenant.support_ended",
    "tenant.support_signed_in",
];
/// What is sent to try an address.
const PING: &str = "ping";

/// One address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: Uuid,
    pub reseller: Uuid,
    pub url: String,
    /// Of which kinds of events it is told; `None` is all.
    pub events: Option<Vec<String>>,
    /// The number of its secret.
    pub secret: i32,
    /// Until when the secret before signs too.
    pub previous_until: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// One event on its way to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: Uuid,
    pub webhook: Uuid,
    pub event: Uuid,
    pub kind: String,
    pub body: String,
    /// `waiting`, `delivered` or `dead`.
    pub status: String,
    pub attempts: i32,
    pub response_status: Option<i32>,
    pub response: Option<String>,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_at: Option<DateTime<Utc>>,
}

/// What is to be sent; whoever sends it sees to it that it goes to nobody within.
#[derive(Clone, Debug)]
pub struct Post {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// Status and body of the answer, or why there is none.
pub type Sent = std::result::Result<(u16, String), String>;

impl Tenants {
    /// A new address with its secret, which can be read at this moment alone.
    pub async fn create_webhook(
        &self,
        reseller: Uuid,
        (url, events): (String, Option<Vec<String>>),
    ) -> Result<(Webhook, String)> {
        let (id, created_at) = (Uuid::now_v7(), Utc::now());
        let webhook = Webhook { id, reseller, url, events, secret: 1, previous_until: None, created_at };
        let secret = self.webhook_secret(id, 1)?;
        let mut held = self.pool().begin().await?;
        if !store::webhooks::insert(&mut held, &webhook, MOST).await? {
            let text = format!("a reseller has at most {MOST} webhooks");
            return Err(Error::Invalid(vec![metadata::Problem::new("url", "too-many", text)]));
        }
        held.commit().await?;
        Ok((webhook, secret))
    }

    /// A reseller's, the oldest first.
    pub async fn list_webhooks(&self, reseller: Uuid) -> Result<Vec<Webhook>> {
        Ok(store::webhooks::load_of(self.pool(), reseller).await?)
    }

    /// A reseller's own; another's is not there.
    pub async fn find_webhook(&self, reseller: Uuid, id: Uuid) -> Result<Webhook> {
        let found = store::webhooks::load(self.pool(), id).await?;
        found.filter(|webhook| webhook.reseller == reseller).ok_or(Error::NotFound)
    }

    /// Changes the address or the events, or both: what is not said stays as it is by then. What waits already goes to the
    /// new address.
    pub async fn update_webhook(
        &self,
        webhook: &Webhook,
        (url, events): (Option<&str>, Option<Option<&[String]>>),
    ) -> Result<Webhook> {
        let changed = store::webhooks::update(self.pool(), webhook.id, (url, events)).await?;
        changed.ok_or(Error::NotFound)
    }

    /// Takes it away with all that was to be sent to it.
    pub async fn delete_webhook(&self, webhook: &Webhook) -> Result<()> {
        let mut held = self.pool().begin().await?;
        // Jobs before deliveries, as whoever carries one: two who took them in another order would wait for each other.
        jobs::clear(&mut held, QUEUE, &kind(webhook.id)).await?;
        store::webhooks::delete(&mut held, webhook.id).await?;
        Ok(held.commit().await?)
    }

    /// A new secret. What is sent within a day is signed with the one before too.
    pub async fn rotate_secret(&self, webhook: &Webhook) -> Result<String> {
        let number = store::webhooks::rotate(self.pool(), webhook.id, Utc::now() + OVERLAP).await?;
        self.webhook_secret(webhook.id, number.ok_or(Error::NotFound)?)
    }

    /// Sends something that did not happen, to try the address.
    pub async fn ping_webhook(&self, webhook: &Webhook) -> Result<Delivery> {
        let (event, now) = (Uuid::now_v7(), Utc::now());
        let body = json!({ "id": event, "type": PING, "at": shown(now) });
        let mut held = self.pool().begin().await?;
        let ids = enqueue(&mut held, &[webhook.id], (event, PING, &body), now).await?;
        held.commit().await?;
        let id = ids.first().copied().ok_or(Error::NotFound)?;
        store::webhooks::load_delivery(self.pool(), id).await?.ok_or(Error::NotFound)
    }

    /// What was sent to an address, or is to be: the newest first, before `before`.
    pub async fn list_deliveries(
        &self,
        webhook: &Webhook,
        status: Option<&str>,
        (before, limit): (Option<Uuid>, u32),
    ) -> Result<Vec<Delivery>> {
        let page = (before, i64::from(limit));
        Ok(store::webhooks::list_deliveries(self.pool(), (webhook.id, status), page).await?)
    }

    /// One of a reseller's own.
    pub async fn find_delivery(&self, reseller: Uuid, id: Uuid) -> Result<Delivery> {
        let found = store::webhooks::load_delivery(self.pool(), id).await?.ok_or(Error::NotFound)?;
        self.find_webhook(reseller, found.webhook).await?;
        Ok(found)
    }

    /// Sends one again, whatever came of it: with its first body and id, and all its tries anew.
    pub async fn replay(&self, delivery: &Delivery) -> Result<Delivery> {
        let mut held = self.pool().begin().await?;
        // The job first, as whoever carries it: two who took them in another order would wait for each other.
        let (kind, subject) = (kind(delivery.webhook), [delivery.id.to_string()]);
        jobs::enqueue(&mut held, QUEUE, (&kind, &subject), Utc::now()).await?;
        store::webhooks::note_waiting(&mut held, delivery.id).await?;
        held.commit().await?;
        store::webhooks::load_delivery(self.pool(), delivery.id).await?.ok_or(Error::NotFound)
    }

    /// Sends what has waited longest and is due; answers whether there was something. Any number of nodes may try.
    pub async fn deliver_next<F, W>(&self, now: DateTime<Utc>, send: F) -> Result<bool>
    where
        F: FnOnce(Post) -> W,
        W: Future<Output = Sent>,
    {
        let mut held = self.pool().begin().await?;
        let Some(job) = jobs::claim_of(&mut held, QUEUE, (KIND, now)).await? else { return Ok(false) };
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
        let sent = match self.post(&webhook, &delivery, now) {
            Ok(post) => send(post).await,
            Err(error) => Err(error.to_string()),
        };
        settle(&mut held, (&job, &delivery), sent, now).await?;
        held.commit().await?;
        Ok(true)
    }

    /// Forgets what was sent long ago, and what is dead of it.
    pub async fn forget_deliveries(&self, now: DateTime<Utc>) -> Result<()> {
        Ok(store::webhooks::forget(self.pool(), (now - KEPT, now - KEPT * 2)).await?)
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

    /// Nowhere stored: whoever has the database signs nothing.
    fn webhook_secret(&self, id: Uuid, number: i32) -> Result<String> {
        Ok(format!("whsec_{}", self.engine().derived_secret(&format!("webhook {id} {number}"))?))
    }
}

fn kind(webhook: Uuid) -> String {
    format!("{KIND}{webhook}")
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
    (job, delivery): (&Job, &Delivery),
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
        Some(error) => {
            let is_dead = jobs::postpone(held, QUEUE, (job, error), (now, PATIENCE)).await?;
            if status.is_none() {
                let pause = PATIENCE.pause(job.attempts).min(SILENCE);
                jobs::put_off(held, QUEUE, &job.kind, now + TimeDelta::seconds(pause)).await?;
            }
            is_dead
        }
        None => {
            jobs::finish(held, QUEUE, job).await?;
            false
        }
    };
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

/// Leaves an event to be sent to whoever of the reseller wants it, with whatever else the transaction does.
pub(crate) async fn tell(held: &mut PgConnection, reseller: Uuid, happened: &Happened) -> Result<()> {
    let kind = kind_of(happened);
    let webhooks = store::webhooks::list_told(held, (reseller, &kind)).await?;
    if webhooks.is_empty() {
        return Ok(());
    }
    let body = json!({
        "id": happened.id, "type": kind, "at": shown(happened.at), "actor": happened.actor,
        "tenant": { "id": happened.tenant, "slug": happened.slug }, "details": happened.details,
    });
    enqueue(held, &webhooks, (happened.id, &kind, &body), happened.at).await?;
    Ok(())
}

/// Another plan is what most want to know of all changes.
fn kind_of(happened: &Happened) -> String {
    match happened.action.as_str() {
        "changed" if happened.details.get("plan").is_some() => "tenant.plan_changed".into(),
        action => format!("tenant.{action}"),
    }
}

async fn enqueue(
    held: &mut PgConnection,
    webhooks: &[Uuid],
    (event, kind_of_event, body): (Uuid, &str, &Json),
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let ids: Vec<Uuid> = webhooks.iter().map(|_| Uuid::now_v7()).collect();
    let what = (event, kind_of_event, body.to_string());
    store::webhooks::insert_deliveries(held, (&ids, webhooks), (what.0, what.1, &what.2), now).await?;
    for (id, webhook) in ids.iter().zip(webhooks) {
        jobs::enqueue(held, QUEUE, (&kind(*webhook), &[id.to_string()]), now).await?;
    }
    Ok(ids)
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
