//! Sealing: rows are moved from the tail into the chain, a block at a time, each in one transaction. Killed anywhere, a
//! row is in the tail or in the chain. One at a time for a tenant, whichever nodes try.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::Serialize;
use serde_json::json;

use super::chain::{self, Block, Hash, Hex, Row, SealKey};
use super::{Deed, Event, store};
use crate::Engine;
use crate::context::Tenant;
use crate::error::Result;

/// Most rows of a block.
pub const BLOCK: usize = 10_000;
/// Blocks that a reader of the log waits for before it reads.
const BEFORE_READING: usize = 20;

/// How far a tenant's chain is.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The newest block; `None` when nothing is sealed yet.
    pub sealed: Option<Block>,
    /// Rows that are not sealed yet, and the oldest of them.
    pub unsealed: i64,
    pub oldest_unsealed_at: Option<DateTime<Utc>>,
    /// The public key that this node signs for.
    pub key: Option<Hex>,
}

impl Engine {
    /// Gives this node the key that it seals with; without one it leaves sealing to others. The first one counts.
    pub fn seal_with(&self, key: SealKey) {
        drop(self.inner.sealing.set(key));
    }

    /// Seals what is in the tail, at most a block; answers the number of rows.
    pub async fn seal(&self, tenant: &Tenant, now: DateTime<Utc>) -> Result<usize> {
        let Some(key) = self.inner.sealing.get() else { return Ok(0) };
        let mut connection = self.pool().acquire().await?;
        if !store::has_tail(&mut connection, tenant).await? {
            return Ok(0);
        }
        let mut transaction = sqlx::Connection::begin(&mut *connection).await?;
        store::lock_chain(&mut transaction, tenant).await?;
        let last = store::load_last_block(&mut transaction, tenant).await?;
        let places = store::load_tail(&mut transaction, tenant, BLOCK).await?;
        if places.is_empty() {
            return Ok(0);
        }
        let (places, mut rows): (Vec<String>, Vec<Row>) = places.into_iter().unzip();
        let mut block = next_block(last.as_ref(), &rows, now);
        let mut chain: Hash = block.previous.0.as_slice().try_into().unwrap_or_default();
        for (row, seq) in rows.iter_mut().zip(block.first_seq..) {
            (row.seq, row.sealed_at) = (seq, block.sealed_at);
            let leaf = chain::leaf(tenant.id, row);
            row.leaf = Hex(leaf.to_vec());
            chain = chain::link(&chain, &leaf);
        }
        block.hash = Hex(chain.to_vec());
        key.sign(tenant.id, &mut block);
        store::ensure_month(&mut transaction, tenant, block.sealed_at).await?;
        let leaves: Vec<Vec<u8>> = rows.into_iter().map(|row| row.leaf.0).collect();
        store::move_rows(&mut transaction, tenant, (&block, &places, &leaves)).await?;
        store::put_block(&mut transaction, tenant, &block).await?;
        transaction.commit().await?;
        Ok(places.len())
    }

    /// Seals until the tail is empty, for readers who expect to find what was just done.
    pub(crate) async fn seal_all(&self, tenant: &Tenant, now: DateTime<Utc>) -> Result<()> {
        for _ in 0..BEFORE_READING {
            if self.seal(tenant, now).await? < BLOCK {
                break;
            }
        }
        Ok(())
    }

    /// Removes the months that were over before a moment, whole, and tells so; answers the newest row that is gone.
    /// Blocks stay, so that what was taken out before can still be verified. Only who seals may say that rows are gone.
    pub async fn purge_audit(&self, tenant: &Tenant, before: DateTime<Utc>) -> Result<Option<i64>> {
        let Some(key) = self.inner.sealing.get() else { return Ok(None) };
        let mut transaction = self.pool().begin().await?;
        store::lock_chain(&mut transaction, tenant).await?;
        let through = store::drop_months(&mut transaction, tenant, before).await?;
        if let Some(through) = through {
            let event = Event::new(Deed::AuditPurged, "audit_log", Utc::now());
            let purge = key.sign_purge(tenant.id, through);
            let event = event.with(json!({
                "before": [null, before], "through": [null, through],
                "key": [null, purge.key], "signature": [null, purge.signature],
            }));
            store::put(&mut transaction, tenant, &[event]).await?;
            transaction.commit().await?;
        }
        Ok(through)
    }

    /// The newest block of the chain.
    pub async fn audit_head(&self, tenant: &Tenant) -> Result<Option<Block>> {
        let mut connection = self.pool().acquire().await?;
        store::load_last_block(&mut connection, tenant).await
    }

    /// How far the chain is.
    pub async fn audit_status(&self, tenant: &Tenant) -> Result<Status> {
        let mut connection = self.connection(tenant).await?;
        let (unsealed, oldest_unsealed_at) = store::load_unsealed(&mut connection, tenant).await?;
        let sealed = store::load_last_block(&mut connection, tenant).await?;
        let key = self.inner.sealing.get().map(SealKey::public);
        Ok(Status { sealed, unsealed, oldest_unsealed_at, key })
    }
}

/// What comes after the last block. It is sealed at no time before what it holds, so that rows of a time are found
/// in the months from then on.
fn next_block(last: Option<&Block>, rows: &[Row], now: DateTime<Utc>) -> Block {
    let newest = rows.iter().map(|row| row.happened_at).max().unwrap_or(now);
    let before = last.map_or(now, |block| block.sealed_at);
    let at = now.max(newest).max(before);
    let first_seq = last.map_or(0, |block| block.last_seq) + 1;
    Block {
        number: last.map_or(0, |block| block.number) + 1,
        first_seq,
        last_seq: first_seq - 1 + i64::try_from(rows.len()).unwrap_or(i64::MAX),
        // PostgreSQL keeps microseconds.
        sealed_at: at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at),
        previous: last.map_or_else(|| Hex(vec![0; 32]), |block| block.hash.clone()),
        hash: Hex::default(),
        key: Hex::default(),
        signature: Hex::default(),
    }
}
