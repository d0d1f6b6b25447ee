//! A tenant with all that it shall begin with, all or nothing: it is served once everything is there, and what was
//! begun and not finished leaves nothing behind.

use std::future::Future;

use chrono::{TimeDelta, Utc};
use engine::{Once, Tenant};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Event};
use crate::tenants::{Listed, Status};
use crate::{Slug, Tenants, store};

/// How long an answer is kept under its `Idempotency-Key`.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// A wish for a tenant with all that is in it.
#[derive(Clone, Debug)]
pub struct Founding {
    /// A new one, or the one that a tenant had where it comes from.
    pub id: Uuid,
    pub slug: Slug,
    pub name: String,
    pub plan: Option<String>,
    /// Who sells it; `None` for the shell.
    pub reseller: Option<Uuid>,
    /// What it is a copy of.
    pub sandbox: Option<Sandbox>,
    /// Made shut: what comes from elsewhere is as open as it was there.
    pub suspended: bool,
    /// The same wish again gets the first answer.
    pub once: Option<Once>,
}

/// What a sandbox is a copy of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// The tenant; it may be gone by now.
    pub of: Uuid,
    /// `metadata`, `sample` or `full`.
    pub scope: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Founded {
    /// Made just now.
    Now(Json),
    /// Made before, under the same key: the answer of then.
    Before(Json),
}

impl Tenants {
    /// Makes a tenant; `furnish` makes its schema with what it shall begin with and answers what the caller is told. Nobody is
    /// served before that is done. What an earlier process has left half made under this slug is cleared away first.
    pub async fn found<F, W, E>(&self, wish: &Founding, furnish: F) -> Result<Founded, E>
    where
        F: FnOnce(Tenant) -> W,
        W: Future<Output = Result<Json, E>>,
        E: From<Error>,
    {
        // Each holds a connection while it needs others; the semaphore is never closed.
        let _turn = self.turns().acquire().await;
        let mut held = self.hold().await?;
        if let Some(answer) = claim(&mut held, wish).await? {
            return Ok(Founded::Before(answer));
        }
        store::lock(&mut held, wish.slug.as_str()).await.map_err(Error::from)?;
        let tenant = self.insert_fresh(wish).await?;
        let answer = match furnish(tenant.clone()).await {
            Ok(answer) => answer,
            Err(error) => {
                self.unmake(&tenant).await?;
                return Err(error);
            }
        };
        if let Err(error) = self.open(held, (wish, &tenant), &answer).await {
            self.take_back(&tenant).await;
            return Err(error.into());
        }
        Ok(Founded::Now(answer))
    }

    /// Clears away what was left half made or half deleted by processes that ended, or by deletions that failed; again and
    /// again. What cannot be cleared away yet holds up nothing else.
    pub async fn clear_remains(&self) -> Result<()> {
        for listed in self.list().await? {
            let remains = match listed.status {
                // The shell's own are finished by making them again.
                Status::Creating => listed.reseller.is_some() || listed.sandbox.is_some(),
                Status::Deleting => true,
                Status::Active | Status::Suspended | Status::Waiting => false,
            };
            if remains && let Err(error) = self.clear_one(&listed).await {
                let slug = &listed.tenant.slug;
                tracing::warn!(tenant = slug, %error, "what is left of a tenant is not cleared away yet");
            }
        }
        Ok(())
    }

    async fn clear_one(&self, listed: &Listed) -> Result<()> {
        let _turn = self.turns().acquire().await;
        let mut held = self.hold().await?;
        // Somebody may be at it right now.
        if store::try_lock(&mut held, &listed.tenant.slug).await? {
            let again = store::load_by_id(self.pool(), listed.tenant.id).await?.map(Listed::from);
            if again.is_some_and(|again| again.status == listed.status) {
                self.clear(held, listed).await?;
            }
        }
        Ok(())
    }

    /// Served from here on, and answered under its key: one transaction.
    async fn open(
        &self,
        mut held: sqlx::PgTransaction<'_>,
        made: (&Founding, &Tenant),
        answer: &Json,
    ) -> Result<()> {
        match self.open_within(&mut held, made, answer).await {
            Ok(()) => Ok(held.commit().await?),
            Err(error) => {
                // At once, so that what it kept from others is free; where its connection is gone it is anyway.
                let _ = held.rollback().await;
                Err(error)
            }
        }
    }

    async fn open_within(
        &self,
        held: &mut PgConnection,
        (wish, tenant): (&Founding, &Tenant),
        answer: &Json,
    ) -> Result<()> {
        store::update_status(&mut *held, tenant.id, "active").await?;
        if wish.suspended {
            store::turns::suspend(held, tenant.id, Utc::now()).await?;
        }
        let by = if wish.reseller.is_some() { By::Reseller } else { By::Operator };
        Event::new(tenant.id, by, "created").with(created(wish)).put(held).await?;
        if let Some((once, reseller)) = wish.once.as_ref().zip(wish.reseller) {
            store::resellers::put_once(held, reseller, &once.key, answer).await?;
        }
        Ok(())
    }

    /// Takes away what could not be opened, unless another process is at it by now, or it was opened after all. What
    /// cannot be taken away yet is a remain.
    async fn take_back(&self, tenant: &Tenant) {
        let taken = async {
            let mut held = self.hold().await?;
            if store::try_lock(&mut held, &tenant.slug).await? {
                let there = store::load_by_slug(&mut *held, &tenant.slug).await?.map(Listed::from);
                if there.is_some_and(|one| one.tenant.id == tenant.id && one.status == Status::Creating) {
                    self.unmake(tenant).await?;
                }
            }
            Ok::<_, Error>(held.rollback().await?)
        };
        if let Err(error) = taken.await {
            tracing::warn!(tenant = tenant.slug, %error, "what is half made of a tenant is not taken away yet");
        }
    }

    /// The row is committed before the schema is made, so that what is half made can be found.
    async fn insert_fresh(&self, wish: &Founding) -> Result<Tenant> {
        let slug = wish.slug.as_str();
        if let Some(there) = store::load_by_slug(self.pool(), slug).await?.map(Listed::from) {
            if there.status != Status::Creating || there.reseller != wish.reseller {
                return Err(Error::Taken(wish.slug.clone()));
            }
            self.unmake(&there.tenant).await?;
        }
        let tenant = Tenant { id: wish.id, slug: slug.into(), schema: Tenant::schema_of(slug) };
        let row = store::Insert {
            id: tenant.id,
            slug,
            name: wish.name.trim(),
            schema: &tenant.schema,
            reseller: wish.reseller,
            plan: wish.plan.as_deref(),
            sandbox: wish.sandbox.as_ref().map(|sandbox| (sandbox.of, sandbox.scope.as_str())),
        };
        store::insert(self.pool(), row).await?;
        Ok(tenant)
    }

    /// Takes away what was begun; nobody was ever served.
    async fn unmake(&self, tenant: &Tenant) -> Result<()> {
        self.engine().drop_schema(tenant).await?;
        Ok(store::delete(self.pool(), tenant.id).await?)
    }
}

fn created(wish: &Founding) -> Json {
    let mut told = json!({ "plan": wish.plan });
    if let Some(sandbox) = &wish.sandbox {
        told["sandbox_of"] = json!(sandbox.of);
    }
    told
}

/// The answer that was given under the wish's key; `None` makes the wish ours.
async fn claim(held: &mut PgConnection, wish: &Founding) -> Result<Option<Json>> {
    let Some((once, reseller)) = wish.once.as_ref().zip(wish.reseller) else { return Ok(None) };
    let now = Utc::now();
    let key = (once.key.as_str(), once.fingerprint.as_slice());
    if store::resellers::claim_once(held, reseller, key, (now, now - KEPT)).await? {
        return Ok(None);
    }
    let (fingerprint, answer) = store::resellers::load_once(held, reseller, &once.key).await?;
    if fingerprint != once.fingerprint {
        return Err(Error::KeyReused);
    }
    Ok(Some(answer.unwrap_or_default()))
}
