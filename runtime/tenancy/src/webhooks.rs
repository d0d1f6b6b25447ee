//! Addresses of resellers that are told what happens to their tenants. What is to be sent is put there with the event, in
//! its transaction, and carried by a job for each address: tried again after pauses that grow, dead at last, and sent
//! again when somebody says so.
//!
//! It comes at least once: whoever dies between the answer and noting it leaves it to be sent again, under the same id. How it
//! is sent is in [`carry`].

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Happened, note};
use crate::queue::QUEUE;
use crate::turns::shown;
use crate::{Tenants, store};

mod carry;

pub(crate) use carry::Carried;

/// How kinds of these jobs begin; the webhook stands behind it, so that none waits for another.
const KIND: &str = "webhook/";
/// Most webhooks of a reseller.
const MOST: i64 = 10;
/// How long the secret before signs too.
const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// How long it is known what was sent.
const KEPT: TimeDelta = TimeDelta::days(30);

/// All kinds of events that are told.
pub const KINDS: [&str; 22] = [
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
    "tenant.layer_refused",
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
    /// Tries in a row that nobody has answered.
    pub silences: i32,
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
        let (secret, previous_until, silences) = (1, None, 0);
        let webhook = Webhook { id, reseller, url, events, secret, previous_until, silences, created_at };
        let secret = self.webhook_secret(id, 1)?;
        let mut held = self.pool().begin().await?;
        if !store::webhooks::insert(&mut held, &webhook, MOST).await? {
            let text = format!("a reseller has at most {MOST} webhooks");
            return Err(Error::Invalid(vec![metadata::Problem::new("url", "too-many", text)]));
        }
        let told = json!({ "webhook": id, "url": webhook.url, "events": webhook.events });
        note(&mut held, Some(reseller), (By::Reseller, "webhook_added", &told)).await?;
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
        let mut held = self.pool().begin().await?;
        let before = store::webhooks::lock(&mut held, webhook.id).await?.ok_or(Error::NotFound)?;
        let after = store::webhooks::update(&mut held, webhook.id, (url, events)).await?;
        let mut told = Map::new();
        if after.url != before.url {
            told.insert("url".into(), json!([before.url, after.url]));
        }
        if after.events != before.events {
            told.insert("events".into(), json!([before.events, after.events]));
        }
        if !told.is_empty() {
            told.insert("webhook".into(), json!(after.id));
            note(&mut held, Some(after.reseller), (By::Reseller, "webhook_changed", &told.into())).await?;
        }
        held.commit().await?;
        Ok(after)
    }

    /// Takes it away with all that was to be sent to it.
    pub async fn delete_webhook(&self, webhook: &Webhook) -> Result<()> {
        let mut held = self.pool().begin().await?;
        // Jobs before deliveries, as whoever carries one: two who took them in another order would wait for each other.
        jobs::clear(&mut held, QUEUE, &kind(webhook.id)).await?;
        if !store::webhooks::delete(&mut held, webhook.id).await? {
            return Err(Error::NotFound);
        }
        let told = json!({ "webhook": webhook.id, "url": webhook.url });
        note(&mut held, Some(webhook.reseller), (By::Reseller, "webhook_removed", &told)).await?;
        Ok(held.commit().await?)
    }

    /// A new secret. What is sent within a day is signed with the one before too.
    pub async fn rotate_secret(&self, webhook: &Webhook) -> Result<String> {
        let mut held = self.pool().begin().await?;
        let number = store::webhooks::rotate(&mut held, webhook.id, Utc::now() + OVERLAP).await?;
        let secret = self.webhook_secret(webhook.id, number.ok_or(Error::NotFound)?)?;
        let told = json!({ "webhook": webhook.id, "url": webhook.url });
        note(&mut held, Some(webhook.reseller), (By::Reseller, "webhook_secret_rotated", &told)).await?;
        held.commit().await?;
        Ok(secret)
    }

    /// Sends something that did not happen, to try the address.
    pub async fn ping_webhook(&self, webhook: &Webhook) -> Result<Delivery> {
        let (event, now) = (Uuid::now_v7(), Utc::now());
        let body = json!({ "id": event, "type": PING, "at": shown(now) });
        let mut held = self.pool().begin().await?;
        let ids = enqueue(&mut held, &[(webhook.id, None)], (event, PING, &body), now).await?;
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

    /// Forgets what was sent long ago, and what is dead of it.
    pub async fn forget_deliveries(&self, now: DateTime<Utc>) -> Result<()> {
        Ok(store::webhooks::forget(self.pool(), (now - KEPT, now - KEPT * 2)).await?)
    }

    /// Nowhere stored: whoever has the database signs nothing.
    fn webhook_secret(&self, id: Uuid, number: i32) -> Result<String> {
        Ok(format!("whsec_{}", self.engine().derived_secret(&format!("webhook {id} {number}"))?))
    }
}

fn kind(webhook: Uuid) -> String {
    format!("{KIND}{webhook}")
}

/// Leaves an event to be sent to whoever of the reseller wants it, with whatever else the transaction does; where nobody
/// answers, when it is tried there again.
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
    webhooks: &[(Uuid, Option<DateTime<Utc>>)],
    (event, kind_of_event, body): (Uuid, &str, &Json),
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let ids: Vec<Uuid> = webhooks.iter().map(|_| Uuid::now_v7()).collect();
    let (to, body) = (webhooks.iter().map(|(webhook, _)| *webhook).collect::<Vec<_>>(), body.to_string());
    store::webhooks::insert_deliveries(held, (&ids, &to), (event, kind_of_event, &body), now).await?;
    for (id, (webhook, silent_until)) in ids.iter().zip(webhooks) {
        let at = silent_until.map_or(now, |until| until.max(now));
        jobs::schedule(held, QUEUE, (&kind(*webhook), &id.to_string()), (now, at)).await?;
    }
    Ok(ids)
}
