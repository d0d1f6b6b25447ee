//! Does what tenants have left for later: builds and refreshes, a step at a time. What waits is in the database, so
//! any number of nodes may run this, and one that was killed is taken over by the next.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{Months, Utc};
use engine::{Engine, Leftovers, Tenant};
use tenancy::{Status, Tenants};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::audit_heads::Told;

/// How often tenants are looked at that may leave work at any moment.
const TICK: Duration = Duration::from_secs(1);
/// How often it is asked which tenants have left something.
const LOOK: Duration = Duration::from_secs(5);
/// How often all tenants are looked at: what the database knows of them is lost when it crashes.
const SWEEP: Duration = Duration::from_secs(600);
/// How often it is looked for tenants whose time is over.
const ENDS: Duration = Duration::from_secs(60);
/// Steps for one tenant before the others get their turn.
const STEPS: usize = 50;
/// How often the file of heads is told.
const TELL: Duration = Duration::from_secs(30);
/// How often it is looked for rows that are too old.
const PURGE: Duration = Duration::from_secs(3600);

/// Works until the task is aborted; `news` names tenants whose metadata has changed.
pub async fn run(engine: Engine, tenants: Tenants, mut news: Receiver<Tenant>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut busy: BTreeMap<String, Tenant> = BTreeMap::new();
    let mut rounds = Rounds::new(&engine, &tenants);
    let mut ends = Instant::now();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            Some(tenant) = news.recv() => drop(busy.insert(tenant.slug.clone(), tenant)),
        }
        if Instant::now() >= ends {
            ends = Instant::now() + ENDS;
            if let Err(error) = tenants.delete_due(Utc::now()).await {
                tracing::warn!(%error, "a tenant whose time is over is not deleted yet");
            }
        }
        for tenant in rounds.due(|left| &left.work).await {
            // Of all tenants those are left alone that have left nothing: their metadata is not even loaded.
            if engine.has_work(&tenant).await.unwrap_or(true) {
                busy.insert(tenant.slug.clone(), tenant);
            }
        }
        for tenant in std::mem::take(&mut busy).into_values() {
            if serve(&engine, &tenant).await {
                busy.insert(tenant.slug.clone(), tenant);
            }
        }
    }
}

/// Seals what tenants' audit streams have, until the task is aborted, removes what is older than so many months, and
/// tells the file of heads how far they are.
pub async fn seal(engine: Engine, tenants: Tenants, (retention, heads): (Option<u32>, Option<PathBuf>)) {
    let mut told = Told::default();
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut rounds = Rounds::new(&engine, &tenants);
    let (mut purge, mut tell) = (Instant::now(), Instant::now());
    loop {
        ticks.tick().await;
        if let Some(months) = retention.filter(|_| Instant::now() >= purge) {
            purge = Instant::now() + PURGE;
            forget(&engine, &rounds.all().await, months).await;
        }
        if let Some(place) = heads.as_ref().filter(|_| Instant::now() >= tell) {
            tell = Instant::now() + TELL;
            if let Err(error) = told.tell(place, &engine, &rounds.all().await).await {
                tracing::warn!(%error, "heads of audit logs were not kept");
            }
        }
        for tenant in &rounds.due(|left| &left.rows).await {
            seal_one(&engine, tenant).await;
        }
    }
}

async fn seal_one(engine: &Engine, tenant: &Tenant) {
    for _ in 0..STEPS {
        let began = Instant::now();
        match engine.seal(tenant, Utc::now()).await {
            Ok(0) => return,
            // As long a rest as there was work: after an upgrade of a large tenant there is much to seal, and people are
            // there too.
            Ok(_) => tokio::time::sleep(began.elapsed()).await,
            Err(error) => return tracing::warn!(tenant = tenant.slug, %error, "the audit log was not sealed"),
        }
    }
}

/// When which tenants are looked at: those that have left something often, all of them now and then.
struct Rounds<'a> {
    engine: &'a Engine,
    tenants: &'a Tenants,
    look: Instant,
    sweep: Instant,
}

impl<'a> Rounds<'a> {
    /// At first as often as later: a node that starts is no reason to look at everybody.
    fn new(engine: &'a Engine, tenants: &'a Tenants) -> Self {
        Self { engine, tenants, look: Instant::now(), sweep: Instant::now() + SWEEP }
    }

    /// The tenants whose turn it is.
    async fn due(&mut self, of: impl Fn(&Leftovers) -> &HashSet<String>) -> Vec<Tenant> {
        let now = Instant::now();
        if now >= self.sweep {
            (self.look, self.sweep) = (now + LOOK, now + SWEEP);
            return self.all().await;
        }
        if now < self.look {
            return Vec::new();
        }
        self.look = now + LOOK;
        let left = self.engine.leftovers().await.unwrap_or_default();
        let schemas = of(&left);
        if schemas.is_empty() {
            return Vec::new();
        }
        let mut all = self.all().await;
        all.retain(|tenant| schemas.contains(&tenant.schema));
        all
    }

    /// All active tenants.
    async fn all(&self) -> Vec<Tenant> {
        let all = self.tenants.list().await.unwrap_or_default();
        let active = all.into_iter().filter(|listed| listed.status == Status::Active);
        active.map(|listed| listed.tenant).collect()
    }
}

/// Removes what is older than so many months.
async fn forget(engine: &Engine, tenants: &[Tenant], months: u32) {
    let Some(before) = Utc::now().checked_sub_months(Months::new(months)) else { return };
    for tenant in tenants {
        match engine.purge_audit(tenant, before).await {
            Ok(Some(through)) => {
                tracing::info!(tenant = tenant.slug, through, "old rows of the audit log are gone")
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(tenant = tenant.slug, %error, "the audit log was not purged"),
        }
    }
}

/// Some steps for one tenant; answers whether it is worth asking again soon.
async fn serve(engine: &Engine, tenant: &Tenant) -> bool {
    for _ in 0..STEPS {
        match engine.work(tenant).await {
            Ok(true) => {}
            Ok(false) => return engine.leaves_work(tenant).await.unwrap_or(true),
            Err(error) => {
                tracing::warn!(tenant = tenant.slug, %error, "work was left");
                return true;
            }
        }
    }
    true
}
