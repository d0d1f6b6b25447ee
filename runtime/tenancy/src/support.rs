//! Whether somebody at a tenant's reseller may sign in to it: as long as one of its own security officers says so, as
//! which roles, and whether they may change anything. Without that there is no way in. Each step is told on both sides: in
//! the tenant's audit log, and to the reseller.
//!
//! Links and sessions that come of a consent are `identity`'s; they hold as long as the consent does.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use engine::audit::{self, Deed, record};
use engine::{Context, SYSTEM_USER, Tenant};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Event};
use crate::tenants::Listed;
use crate::turns::shown;
use crate::{Tenants, store};

/// Longest time that somebody is let in for.
pub const MOST_HOURS: i64 = 72;
/// Consents of a tenant that are listed.
const LISTED: i64 = 200;
/// A request that nobody has answered is forgotten.
const ASKED_FOR: TimeDelta = TimeDelta::days(7);
/// What the audit log calls one.
const OBJECT: &str = "support_access";

/// Whether records may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

impl Access {
    /// The word in rows, requests and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Read, Self::Write].into_iter().find(|access| access.word() == word)
    }
}

/// What somebody lets the reseller do, and for how long. That they may give the roles is asked before.
#[derive(Clone, Debug)]
pub struct SupportWish {
    pub hours: i64,
    pub roles: Vec<String>,
    pub access: Access,
    pub reason: Option<String>,
}

/// That somebody at the reseller asks to be let in. It gives nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportRequest {
    pub id: Uuid,
    pub email: String,
    pub name: String,
    pub reason: String,
    pub asked_at: DateTime<Utc>,
}

/// A consent, in force or past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub id: Uuid,
    pub tenant: Uuid,
    pub reseller: Uuid,
    pub reseller_name: String,
    /// The user, and their name at that moment.
    pub granted_by: (Uuid, String),
    pub granted_at: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// `None` where nobody has ended it, be its time over or not.
    pub ended_at: Option<DateTime<Utc>>,
    pub roles: Vec<String>,
    pub access: Access,
    pub reason: Option<String>,
}

impl Consent {
    /// Whether somebody may come in by it.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && self.until > now
    }

    fn details(&self) -> Json {
        json!({
            "id": self.id, "until": shown(self.until), "roles": self.roles, "access": self.access.word(), "reason": self.reason,
        })
    }

    /// The same as the audit log tells what came to be.
    fn changes(&self) -> Json {
        json!({
            "reseller": [null, self.reseller_name], "until": [null, shown(self.until)], "roles": [null, self.roles],
            "access": [null, self.access.word()], "reason": [null, self.reason],
        })
    }
}

impl Tenants {
    /// Lets the reseller in. `SupportOpen` while it is let in already.
    pub async fn grant_support(
        &self,
        context: &Context,
        wish: SupportWish,
        now: DateTime<Utc>,
    ) -> Result<Consent> {
        let tenant = &context.snapshot.tenant;
        let mut held = self.pool().begin().await?;
        let listed: Listed = store::lock_row(&mut held, tenant.id).await?.ok_or(Error::NotFound)?.into();
        let reseller = listed.reseller.ok_or(Error::NoReseller)?;
        end_over(&mut held, tenant, now).await?;
        let reseller_name = store::support::load_reseller(&mut *held, tenant.id).await?.unwrap_or_default();
        let consent = Consent {
            id: Uuid::now_v7(),
            tenant: tenant.id,
            reseller,
            reseller_name,
            granted_by: (context.actor.user_id, context.actor.name.clone()),
            granted_at: now,
            until: now + TimeDelta::hours(wish.hours.clamp(1, MOST_HOURS)),
            ended_at: None,
            roles: wish.roles,
            access: wish.access,
            reason: wish.reason,
        };
        if !store::support::insert(&mut held, &consent).await? {
            return Err(Error::SupportOpen);
        }
        store::support::delete_request(&mut held, (tenant.id, None)).await?;
        let event = Event::new(tenant.id, By::Tenant, "support_granted").with(consent.details());
        event.put(&mut held).await?;
        let noted = audit::Event::of(context, Deed::SupportGranted, OBJECT);
        record(&mut held, tenant, &[noted.about(consent.id).with(consent.changes())]).await?;
        held.commit().await?;
        Ok(consent)
    }

    /// Ends a consent: whoever is in by it is out with their next request, on every node. `NotFound` when it is over.
    /// All of it or nothing: who is told that it failed finds it open, and may end it again.
    pub async fn end_support(&self, context: &Context, id: Uuid, now: DateTime<Utc>) -> Result<()> {
        let tenant = &context.snapshot.tenant;
        let mut held = self.pool().begin().await?;
        if !store::support::end(&mut held, (tenant.id, id), now).await? {
            return Err(Error::NotFound);
        }
        let details = json!({ "id": id });
        Event::new(tenant.id, By::Tenant, "support_ended").with(details).put(&mut held).await?;
        let noted = audit::Event::of(context, Deed::SupportEnded, OBJECT).about(id);
        record(&mut held, tenant, &[noted.with(json!({ "open": [true, false] }))]).await?;
        // The counter comes last, since every write of the tenant looks at its row.
        self.engine().touch_access_in(&mut held, tenant).await?;
        Ok(held.commit().await?)
    }

    /// Asks a tenant to let the reseller in; its own people see it, and answer or not. `SupportOpen` when they do already.
    pub async fn ask_support(&self, listed: &Listed, request: &SupportRequest) -> Result<()> {
        let (tenant, reseller) = (listed.tenant.id, listed.reseller.ok_or(Error::NoReseller)?);
        let mut held = self.pool().begin().await?;
        if !store::support::load_open(&mut *held, &[tenant], request.asked_at).await?.is_empty() {
            return Err(Error::SupportOpen);
        }
        store::support::put_request(&mut held, (tenant, reseller), request).await?;
        let details = json!({
            "id": request.id, "email": request.email, "name": request.name, "reason": request.reason,
        });
        Event::new(tenant, By::Reseller, "support_asked").with(details).put(&mut held).await?;
        Ok(held.commit().await?)
    }

    /// What the reseller asks of a tenant, if it does.
    pub async fn find_support_request(
        &self,
        tenant: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<SupportRequest>> {
        Ok(store::support::find_request(self.pool(), tenant, now - ASKED_FOR).await?)
    }

    /// Says no to it. `NotFound` when it is not asked, or any more.
    pub async fn decline_support(&self, tenant: &Tenant, id: Uuid) -> Result<()> {
        let mut held = self.pool().begin().await?;
        if !store::support::delete_request(&mut held, (tenant.id, Some(id))).await? {
            return Err(Error::NotFound);
        }
        let details = json!({ "id": id });
        Event::new(tenant.id, By::Tenant, "support_declined").with(details).put(&mut held).await?;
        Ok(held.commit().await?)
    }

    /// Notes the end of those whose time is over; nobody could come in by them any more. Any number of nodes may try.
    pub async fn end_due_support(&self, now: DateTime<Utc>) -> Result<()> {
        for tenant in store::support::load_due(self.pool(), now).await? {
            let ended = async {
                let mut held = self.pool().begin().await?;
                end_over(&mut held, &tenant, now).await?;
                Ok::<_, Error>(held.commit().await?)
            };
            // One that cannot be told holds up no other.
            if let Err(error) = ended.await {
                tracing::warn!(tenant = tenant.slug, %error, "the end of support access is not told yet");
            }
        }
        Ok(())
    }

    /// A tenant's consents, the newest first.
    pub async fn list_support(&self, tenant: Uuid) -> Result<Vec<Consent>> {
        Ok(store::support::load_of(self.pool(), tenant, LISTED).await?)
    }

    /// Which of these tenants let their reseller in now, and how.
    pub async fn support_of(&self, tenants: &[Uuid], now: DateTime<Utc>) -> Result<HashMap<Uuid, Consent>> {
        let open = store::support::load_open(self.pool(), tenants, now).await?;
        Ok(open.into_iter().map(|consent| (consent.tenant, consent)).collect())
    }

    /// The consent by which a reseller may come in now.
    pub async fn require_support(&self, tenant: Uuid, now: DateTime<Utc>) -> Result<Consent> {
        self.support_of(&[tenant], now).await?.remove(&tenant).ok_or(Error::NoSupport)
    }

    /// Tells the reseller that somebody comes in; before they do, so that nobody is in of whom it is not told.
    pub async fn note_support(&self, tenant: Uuid, details: Json) -> Result<()> {
        let mut held = self.pool().begin().await?;
        Event::new(tenant, By::Reseller, "support_signed_in").with(details).put(&mut held).await?;
        Ok(held.commit().await?)
    }

    /// The name of who has sold a tenant.
    pub async fn reseller_of(&self, tenant: Uuid) -> Result<Option<String>> {
        Ok(store::support::load_reseller(self.pool(), tenant).await?)
    }
}

/// Notes the end of a tenant's consent whose time is over, if it has one.
async fn end_over(held: &mut PgConnection, tenant: &Tenant, now: DateTime<Utc>) -> Result<()> {
    let Some(over) = store::support::load_over(held, tenant.id, now).await? else { return Ok(()) };
    if !store::support::end(held, (tenant.id, over.id), over.until).await? {
        return Ok(());
    }
    let details = json!({ "id": over.id });
    Event::new(tenant.id, By::Trellis, "support_ended").with(details).put(held).await?;
    let noted = audit::Event::new(Deed::SupportEnded, OBJECT, over.until).by(SYSTEM_USER).about(over.id);
    Ok(record(held, tenant, &[noted.with(json!({ "open": [true, false] }))]).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_is_open_until_its_time_or_its_end() {
        let now = DateTime::UNIX_EPOCH;
        let mut consent = Consent {
            id: Uuid::nil(),
            tenant: Uuid::nil(),
            reseller: Uuid::nil(),
            reseller_name: "Shop".into(),
            granted_by: (Uuid::nil(), "Ann".into()),
            granted_at: now,
            until: now + TimeDelta::hours(1),
            ended_at: None,
            roles: vec!["user".into()],
            access: Access::Read,
            reason: None,
        };
        assert!(consent.is_open(now));
        assert!(!consent.is_open(consent.until));
        consent.ended_at = Some(now);
        assert!(!consent.is_open(now));
    }

    #[test]
    fn only_two_words_say_what_may_be_done() {
        assert_eq!(Access::parse("read"), Some(Access::Read));
        assert_eq!((Access::parse("write"), Access::parse("admin")), (Some(Access::Write), None));
    }
}
