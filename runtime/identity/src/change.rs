//! The way of every change that a cached caller must notice: commit first, then bump the tenant's `access` counter.

use std::future::Future;

use engine::Tenant;

use crate::Identity;
use crate::error::Result;

impl Identity {
    /// Runs `work`, which commits by itself, then bumps the counter.
    ///
    /// The order matters: bumped first, another node could look the caller up again between bump and commit and keep
    /// what it found under the new counter. It runs in a task of its own, so that a client that hangs up does not
    /// part the bump from the commit; and it bumps after a failure too, because a part may be committed.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        tenant: &Tenant,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (engine, tenant) = (self.engine.clone(), tenant.clone());
        let task = tokio::spawn(async move {
            let outcome = work.await;
            let bumped = engine.touch_access(&tenant).await;
            let value = outcome?;
            bumped?;
            Ok(value)
        });
        task.await?
    }
}
