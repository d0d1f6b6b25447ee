//! All that a node does beside answering. What waits is in the database, so any number of nodes may do it, whether they
//! answer or not, and one that was killed is taken over by the next.

use std::time::Duration;

use identity::Identity;
use sqlx::PgPool;
use tokio::task::JoinHandle;

use crate::args::Common;
use crate::audit_key;
use crate::node::{Node, lone_connection};
use crate::serve::{first, wake};
use crate::workers;

/// How often the outbox is looked into.
const POSTING: Duration = Duration::from_secs(15);

/// What runs until it is ended.
pub struct Background {
    /// The connection on which changes of metadata are heard of.
    ear: PgPool,
    tasks: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts all of it. People are written to as `identity` does; webhooks go where it is allowed.
    pub fn start(
        node: &Node,
        identity: &Identity,
        (common, allow_private_targets): (&Common, bool),
    ) -> anyhow::Result<Self> {
        let (engine, tenants) = (&node.engine, &node.tenants);
        engine.seal_with(audit_key::load_or_make(common)?);
        let ear = lone_connection(node.database.connect_options());
        let (tell, news) = tokio::sync::mpsc::channel(16);
        let kept = (common.audit_retention, common.audit_heads.clone());
        let mut tasks = vec![
            tokio::spawn(workers::run(engine.clone(), tenants.clone(), news)),
            tokio::spawn(workers::seal(engine.clone(), tenants.clone(), kept)),
            tokio::spawn(workers::end(tenants.clone())),
            tokio::spawn(workers::clone(tenants.clone(), identity.clone(), common.data_dir.clone())),
            tokio::spawn(workers::roll_out(tenants.clone())),
            tokio::spawn(workers::tell(tenants.clone(), allow_private_targets)),
            tokio::spawn(post(identity.clone())),
            tokio::spawn(first::tidy((engine.clone(), identity.clone()), tenants.clone())),
        ];
        if !common.database_pooled {
            let waking = wake::run(ear.clone(), engine.clone(), tenants.clone(), tell);
            tasks.push(tokio::spawn(waking));
        }
        Ok(Self { ear, tasks })
    }

    /// What was being done is done by another node, or the next time.
    pub async fn end(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.ear.close().await;
    }
}

/// Carries what could not be carried at once.
async fn post(identity: Identity) {
    let mut ticks = tokio::time::interval(POSTING);
    loop {
        ticks.tick().await;
        if let Err(error) = identity.deliver().await {
            tracing::warn!(%error, "the outbox could not be read");
        }
    }
}
