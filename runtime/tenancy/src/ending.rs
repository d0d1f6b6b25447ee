//! How a tenant ends: everything of it is deleted, and what remains is a certificate of what that was, signed as the audit
//! log is. A tenant that a reseller ends waits for that first (see [`turns`](crate::turns)).
//!
//! Killed anywhere, or failed, the deletion is finished by whichever node next looks for remains: what was there is noted
//! before anything goes, and the certificate is ended in the transaction in which the tenant's row goes.

use chrono::{DateTime, Utc};
use engine::Tenant;
use engine::audit::chain::{Hex, is_attested};
use serde_json::{Value as Json, json};
use sqlx::PgTransaction;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Event};
use crate::tenants::{Listed, Status};
use crate::turns::shown;
use crate::{Tenants, store};

/// What a deleted tenant leaves behind. Its copies do not outlive it.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    pub id: Uuid,
    pub tenant: Uuid,
    pub reseller: Option<Uuid>,
    pub deleted_at: DateTime<Utc>,
    /// What is signed, to the letter; a JSON object.
    pub statement: String,
    /// Public key and signature; none from a node that does not seal.
    pub signed: Option<(Hex, Hex)>,
}

impl Certificate {
    /// Whether the statement is what was signed with the key that it names.
    pub fn is_sound(&self) -> bool {
        self.signed.as_ref().is_some_and(|(key, signature)| is_attested(&self.statement, key, signature))
    }
}

impl Tenants {
    /// Deletes a tenant with all its records, users, sessions and keys, for good.
    pub async fn delete(&self, slug: &str) -> Result<Certificate> {
        self.delete_if(slug, By::Operator, |_| true).await
    }

    /// The same for the tenant that was found before: one that has taken its slug since is another, and stays.
    pub async fn delete_found(&self, tenant: &Tenant, by: By) -> Result<Certificate> {
        let id = tenant.id;
        self.delete_if(&tenant.slug, by, move |listed| listed.tenant.id == id).await
    }

    /// Deletes those whose time is over. Any number of nodes may try; who has been brought back meanwhile stays. One that
    /// cannot be deleted holds up no other: it is a remain from then on.
    pub async fn delete_due(&self, now: DateTime<Utc>) -> Result<usize> {
        let mut count = 0;
        for row in store::turns::load_due(self.pool(), now).await? {
            let tenant = Listed::from(row).tenant;
            let id = tenant.id;
            let is_due =
                move |listed: &Listed| listed.tenant.id == id && listed.delete_at.is_some_and(|at| at <= now);
            match self.delete_if(&tenant.slug, By::Trellis, is_due).await {
                Ok(_) => count += 1,
                // Another node was faster, or it was brought back.
                Err(Error::NotFound) => {}
                Err(error) => {
                    tracing::warn!(tenant = tenant.slug, %error, "a tenant whose time is over is not deleted yet");
                }
            }
        }
        Ok(count)
    }

    /// In a task of its own: who hangs up leaves nothing half gone.
    async fn delete_if(
        &self,
        slug: &str,
        by: By,
        is_meant: impl Fn(&Listed) -> bool + Send + Sync + 'static,
    ) -> Result<Certificate> {
        let (tenants, slug) = (self.clone(), slug.to_owned());
        let task = tokio::spawn(async move { tenants.delete_now(&slug, by, is_meant).await });
        task.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }

    async fn delete_now(
        &self,
        slug: &str,
        by: By,
        is_meant: impl Fn(&Listed) -> bool + Send + Sync,
    ) -> Result<Certificate> {
        // Each holds a connection while it needs others; the semaphore is never closed.
        let _turn = self.turns().acquire().await;
        let mut held = self.hold().await?;
        store::lock(&mut held, slug).await?;
        let listed: Listed = store::load_by_slug(self.pool(), slug).await?.ok_or(Error::NotFound)?.into();
        if !is_meant(&listed) {
            return Err(Error::NotFound);
        }
        // Committed by itself, before anything goes: from here on nobody signs in.
        store::update_status(self.pool(), listed.tenant.id, "deleting").await?;
        self.end(held, &listed, by).await
    }

    /// Deletes what a half-made tenant has, or what is left of one that is being deleted.
    pub(crate) async fn clear(&self, held: PgTransaction<'static>, listed: &Listed) -> Result<()> {
        if listed.status == Status::Deleting {
            return self.end(held, listed, By::Trellis).await.map(drop);
        }
        self.engine().drop_schema(&listed.tenant).await?;
        store::delete(self.pool(), listed.tenant.id).await?;
        Ok(held.commit().await?)
    }

    async fn end(&self, mut held: PgTransaction<'static>, listed: &Listed, by: By) -> Result<Certificate> {
        let tenant = &listed.tenant;
        let (id, found) = self.take_stock(listed).await?;
        let is_bare = self.engine().drop_schema(tenant).await?;
        let now = Utc::now();
        let mut statement = found;
        statement["what"] = json!(what(is_bare));
        statement["certificate"] = json!(id);
        statement["deleted_at"] = json!(shown(now));
        let statement = statement.to_string();
        let signed = self.engine().attest(&statement);
        let parts =
            signed.as_ref().map(|(key, signature)| (key.0.as_slice(), signature.0.as_slice())).unzip();
        store::allow_time(&mut held).await?;
        store::certificates::finish(&mut held, (id, now), &statement, parts).await?;
        Event::new(tenant.id, by, "deleted").with(json!({ "certificate": id })).put(&mut held).await?;
        let copies = self.schedule_copies(&mut held, tenant.id).await?;
        store::delete(&mut *held, tenant.id).await?;
        held.commit().await?;
        self.meters.forget(tenant.id);
        for copy in copies {
            self.shut_out(copy).await;
        }
        Ok(Certificate {
            id,
            tenant: tenant.id,
            reseller: listed.reseller,
            deleted_at: now,
            statement,
            signed,
        })
    }

    /// Whoever other nodes remember of a copy is out. Where that fails they are when it is deleted.
    async fn shut_out(&self, copy: Uuid) {
        let touched = async {
            if let Some(listed) = self.find_listed(copy).await? {
                self.engine().touch_access(&listed.tenant).await?;
            }
            Ok::<_, Error>(())
        };
        if let Err(error) = touched.await {
            tracing::warn!(%copy, %error, "who is in a copy of a tenant that is gone is not shut out yet");
        }
    }

    /// What there is, noted before it goes; what an earlier try has noted counts.
    async fn take_stock(&self, listed: &Listed) -> Result<(Uuid, Json)> {
        let tenant = &listed.tenant;
        if let Some(open) = store::certificates::load_open(self.pool(), tenant.id).await? {
            return Ok((open.id, open.found));
        }
        if self.engine().has_schema(tenant).await? {
            // Whoever other nodes remember is out before anything is counted.
            self.engine().touch_access(tenant).await?;
            self.seal_all(tenant).await;
        }
        let census = self.engine().census(tenant).await?;
        let head =
            census.head.map(|head| json!({ "block": head.number, "rows": head.last_seq, "hash": head.hash }));
        let months = store::usage::load_months(self.pool(), tenant.id).await?;
        let month = |(first, requests, records, users): &store::usage::Month| json!({ "month": first.format("%Y-%m").to_string(), "requests": requests, "records": records, "users": users });
        let found = json!({
            "tenant": { "id": tenant.id, "slug": tenant.slug, "name": listed.name, "created_at": shown(listed.created_at) },
            "rows": census.rows,
            "audit": head,
            "usage": months.iter().map(month).collect::<Vec<_>>(),
        });
        let id = Uuid::now_v7();
        store::certificates::insert(self.pool(), id, (tenant.id, listed.reseller), &found).await?;
        Ok((id, found))
    }

    /// So that the head that is certified is of the whole log. What cannot be sealed is deleted all the same, and is
    /// counted as the rows of its table.
    async fn seal_all(&self, tenant: &Tenant) {
        loop {
            match self.engine().seal(tenant, Utc::now()).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    return tracing::warn!(tenant = tenant.slug, %error, "the audit log was not sealed to its end");
                }
            }
        }
    }

    /// Certificates of a reseller's tenants, the newest first, before `before`.
    pub async fn list_certificates(
        &self,
        reseller: Uuid,
        (before, limit): (Option<Uuid>, u32),
    ) -> Result<Vec<Certificate>> {
        let rows = store::certificates::load_of(self.pool(), reseller, (before, i64::from(limit))).await?;
        Ok(rows.into_iter().filter_map(certificate).collect())
    }

    /// The certificate with this id, or the newest of the tenant with it.
    pub async fn find_certificate(&self, id: Uuid) -> Result<Option<Certificate>> {
        Ok(store::certificates::load(self.pool(), id).await?.and_then(certificate))
    }
}

/// What was deleted; a role that another database of the cluster still uses was not.
fn what(is_bare: bool) -> &'static str {
    if is_bare {
        "deletion of a tenant with everything in it: tables, audit log, people, sessions, keys, its role and the keys of its encrypted values"
    } else {
        "deletion of a tenant with everything in it: tables, audit log, people, sessions, keys and the keys of its encrypted values; \
         its role in PostgreSQL, which reaches nothing here any more, is used elsewhere and stays"
    }
}

fn certificate(row: store::certificates::Row) -> Option<Certificate> {
    Some(Certificate {
        id: row.id,
        tenant: row.tenant,
        reseller: row.reseller,
        deleted_at: row.deleted_at?,
        statement: row.statement?,
        signed: row.key.map(Hex).zip(row.signature.map(Hex)),
    })
}
