//! Does what tenants have left for later: builds and refreshes, a little for each in turn. What waits is in the database, so
//! any number of nodes may run this, and one that was killed is taken over by the next.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Months, Utc};
use engine::audit::BLOCK;
use engine::{Engine, Leftovers, Shifts, Tenant};
use identity::{Identity, Outside};
use tenancy::webhooks::{Post, Sent};
use tenancy::{Status, Tenants};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::audit_heads::Told;

/// How often tenants are looked at that may leave work at any moment.
const TICK: Duration = Duration::from_secs(1);
/// How often it is asked which tenants have left something.
const LOOK: Duration = Duration::from_secs(5);
/// How often all tenants are looked at, from the start on: what the database knows of them is lost when it crashes.
const SWEEP: Duration = Duration::from_secs(600);
/// How often it is looked for tenants whose time is over, and for what is left of others.
const ENDS: Duration = Duration::from_secs(60);
/// Blocks of one tenant that are sealed before the others get their turn.
const STEPS: usize = 50;
/// So many blocks in a row are sealed without haste while somebody asks for something; by then it is clear that rows come faster
/// than they go.
const PATIENT: usize = 3;
/// How often the file of heads is told.
const TELL: Duration = Duration::from_secs(30);
/// How often it is looked for rows that are too old.
const PURGE: Duration = Duration::from_secs(3600);

/// Works until the task is aborted; `news` names tenants whose metadata has changed.
pub async fn run(engine: Engine, tenants: Tenants, mut news: Receiver<Tenant>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shifts = Shifts::new(&engine);
    let mut rounds = Rounds::new(&engine, &tenants);
    let mut waiting = Waiting::default();
    loop {
        tokio::select! {
            _ = ticks.tick() => shifts.ask_again(),
            () = shifts.ended() => {}
            Some(tenant) = news.recv() => {
                if let Err(error) = tenants.note_packages(&tenant).await {
                    tracing::warn!(tenant = tenant.slug, %error, "it could not be told which packages came");
                }
                if let Err(error) = tenants.settle_layers(&tenant).await {
                    tracing::warn!(tenant = tenant.slug, %error, "it could not be noted what lies over packages");
                }
                shifts.ask(tenant);
            }
        }
        for tenant in rounds.due(|left| waiting.worth_asking(left.work, Utc::now())).await {
            // Of all tenants those are left alone of which nothing is due: their metadata is not even loaded.
            if waiting.is_due(&engine, &tenant).await.unwrap_or(true) {
                shifts.ask(tenant);
            }
        }
    }
}

/// Tenants whose work has its time: by schema how much had happened there when they were asked last, and when something
/// is due. Nearly every tenant has a job that comes again each night; a thousand of them are not asked all day for it.
#[derive(Default)]
struct Waiting(HashMap<String, (i64, DateTime<Utc>)>);

impl Waiting {
    /// Schemas of those of which something is due, or may be as more has happened there.
    fn worth_asking(&mut self, left: HashMap<String, i64>, now: DateTime<Utc>) -> HashSet<String> {
        self.0.retain(|schema, _| left.contains_key(schema));
        let waits = |(schema, changes): &(String, i64)| {
            self.0.get(schema).is_some_and(|(asked, due)| asked == changes && *due > now)
        };
        let (_, worth): (Vec<_>, Vec<_>) = left.into_iter().partition(waits);
        // Until they have said more than that.
        self.0.extend(worth.iter().map(|(schema, changes)| (schema.clone(), (*changes, now))));
        worth.into_iter().map(|(schema, _)| schema).collect()
    }

    /// Whether there is something to do for a tenant now.
    async fn is_due(&mut self, engine: &Engine, tenant: &Tenant) -> engine::Result<bool> {
        let next = engine.next_work(tenant).await?;
        if next.is_some_and(|moment| moment <= Utc::now()) || engine.asks_nothing(tenant).await? {
            return Ok(true);
        }
        if let Some((_, due)) = self.0.get_mut(&tenant.schema) {
            *due = next.unwrap_or(DateTime::<Utc>::MAX_UTC);
        }
        Ok(false)
    }
}

/// Deletes tenants whose time is over and clears away what is left of others, until the task is aborted. Apart from other
/// work: a large tenant takes its time.
pub async fn end(tenants: Tenants) {
    let mut ticks = interval(ENDS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut purge = Instant::now();
    loop {
        ticks.tick().await;
        if let Err(error) = tenants.clear_remains().await {
            tracing::warn!(%error, "it is not known which tenants are half made or half gone");
        }
        if Instant::now() >= purge {
            purge = Instant::now() + PURGE;
            if let Err(error) = tenants.forget_deliveries(Utc::now()).await {
                tracing::warn!(%error, "what was sent long ago is not forgotten yet");
            }
            if let Err(error) = tenants.forget_copies(Utc::now()).await {
                tracing::warn!(%error, "copies that failed long ago are not forgotten yet");
            }
        }
        if let Err(error) = tenants.end_due_support(Utc::now()).await {
            tracing::warn!(%error, "it is not known whose support access is over");
        }
        if let Err(error) = tenants.delete_due(Utc::now()).await {
            tracing::warn!(%error, "it is not known which tenants' time is over");
        }
    }
}

/// Makes the copies of tenants that are asked for, one after the other, until the task is aborted.
pub async fn clone(tenants: Tenants, identity: Identity, data_dir: PathBuf) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // Again and again: another node may have been at what this one had begun when it was killed.
        if let Err(error) = tenants.clear_copies(&data_dir.join("clones")).await {
            tracing::warn!(%error, "what is left of copies that were cut off is not removed");
        }
        loop {
            match make_clone((&tenants, &identity), &data_dir).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "it is not known which copies of tenants are asked for");
                    break;
                }
            }
        }
    }
}

/// The next of them; answers whether there was one.
pub async fn make_clone(
    (tenants, identity): (&Tenants, &Identity),
    data_dir: &Path,
) -> tenancy::Result<bool> {
    let people = |from: Tenant, to: Tenant, said: serde_json::Value| async move {
        let said = serde_json::from_value(said)?;
        identity.settle_copy((&from, &to), &said).await
    };
    tenants.clone_next(&data_dir.join("clones"), people).await
}

/// Brings what resellers make of packages to their tenants, one after the other, until the task is aborted.
pub async fn roll_out(tenants: Tenants) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match tenants.roll_out_next().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "layers of resellers could not be brought on");
                    break;
                }
            }
        }
    }
}

/// Sends webhooks, a few at the same time, until the task is aborted.
pub async fn tell(tenants: Tenants, allow_private_targets: bool) {
    let outside = Outside::new(allow_private_targets);
    let carry = || carry(&tenants, &outside);
    tokio::join!(carry(), carry(), carry());
}

/// None waits for another to be done: it may have somebody who keeps silent.
async fn carry(tenants: &Tenants, outside: &Outside) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match tenants.deliver_next(Utc::now(), |post| send(outside, post)).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "webhooks could not be sent");
                    break;
                }
            }
        }
    }
}

async fn send(outside: &Outside, post: Post) -> Sent {
    let address = outside.address(&post.url).map_err(|error| error.to_string())?;
    let (status, body) =
        outside.post(&address, &post.headers, post.body).await.map_err(|error| error.to_string())?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
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
            forget(&engine, &rounds.all_or_none().await, months).await;
        }
        if let Some(place) = heads.as_ref().filter(|_| Instant::now() >= tell) {
            tell = Instant::now() + TELL;
            if let Err(error) = told.tell(place, &engine, &rounds.all_or_none().await).await {
                tracing::warn!(%error, "heads of audit logs were not kept");
            }
        }
        for tenant in &rounds.due(|left| left.rows).await {
            seal_one(&engine, tenant).await;
        }
    }
}

async fn seal_one(engine: &Engine, tenant: &Tenant) {
    for step in 0..STEPS {
        let began = Instant::now();
        match engine.seal(tenant, Utc::now()).await {
            Ok(0) => return,
            Ok(rows) => {
                let is_patient = step < PATIENT && engine.requests_at_work() > 1;
                tokio::time::sleep(rest(began.elapsed(), rows, is_patient)).await;
            }
            Err(error) => return tracing::warn!(tenant = tenant.slug, %error, "the audit log was not sealed"),
        }
    }
}

/// How long sealing rests after so much work: as long, because people are there too; a quarter where a block was full, so
/// that more wait, unless there is reason to be patient.
fn rest(worked: Duration, rows: usize, is_patient: bool) -> Duration {
    if rows < BLOCK || is_patient { worked } else { worked / 4 }
}

/// When which tenants are looked at: those that have left something often, all of them now and then.
struct Rounds<'a> {
    engine: &'a Engine,
    tenants: &'a Tenants,
    look: Instant,
    sweep: Instant,
}

impl<'a> Rounds<'a> {
    fn new(engine: &'a Engine, tenants: &'a Tenants) -> Self {
        Self { engine, tenants, look: Instant::now(), sweep: Instant::now() }
    }

    /// The tenants whose turn it is. What could not be asked is asked again soon: it is not that nothing is left.
    async fn due(&mut self, of: impl FnOnce(Leftovers) -> HashSet<String>) -> Vec<Tenant> {
        let now = Instant::now();
        let sweeps = now >= self.sweep;
        if now < self.look {
            return Vec::new();
        }
        self.look = now + LOOK;
        match self.ask(sweeps, of).await {
            Ok(found) => {
                if sweeps {
                    self.sweep = now + SWEEP;
                }
                found
            }
            Err(error) => {
                tracing::warn!(%error, "it is not known which tenants have left something");
                Vec::new()
            }
        }
    }

    async fn ask(
        &self,
        sweeps: bool,
        of: impl FnOnce(Leftovers) -> HashSet<String>,
    ) -> tenancy::Result<Vec<Tenant>> {
        if sweeps {
            return self.all().await;
        }
        let schemas = of(self.engine.leftovers().await?);
        if schemas.is_empty() {
            return Ok(Vec::new());
        }
        let mut all = self.all().await?;
        all.retain(|tenant| schemas.contains(&tenant.schema));
        Ok(all)
    }

    /// All active tenants.
    async fn all(&self) -> tenancy::Result<Vec<Tenant>> {
        let active = self.tenants.list().await?.into_iter().filter(|listed| listed.status == Status::Active);
        Ok(active.map(|listed| listed.tenant).collect())
    }

    /// The same for what comes again soon anyway.
    async fn all_or_none(&self) -> Vec<Tenant> {
        self.all().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the tenants are not known");
            Vec::new()
        })
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn sealing_hurries_where_more_waits_and_nobody_is_kept_from_anything() {
        let worked = Duration::from_millis(400);
        assert_eq!(rest(worked, BLOCK, false), Duration::from_millis(100));
        assert_eq!((rest(worked, BLOCK, true), rest(worked, BLOCK - 1, false)), (worked, worked));
    }

    #[test]
    fn who_waits_is_asked_again_when_its_time_has_come_or_more_has_happened() {
        let (mut waiting, now) = (Waiting::default(), Utc::now());
        let left = |changes: i64| HashMap::from([("t_a".to_owned(), changes)]);
        let later = now + TimeDelta::hours(1);
        assert_eq!(waiting.worth_asking(left(3), now).len(), 1, "nothing is known yet");
        assert_eq!(waiting.worth_asking(left(3), now).len(), 1, "it could not be asked");
        waiting.0.insert("t_a".to_owned(), (3, later));
        assert!(waiting.worth_asking(left(3), now).is_empty());
        assert_eq!(waiting.worth_asking(left(3), later).len(), 1, "its time has come");
        waiting.0.insert("t_a".to_owned(), (3, later));
        assert_eq!(waiting.worth_asking(left(4), now).len(), 1, "a job came");
        waiting.0.insert("t_a".to_owned(), (4, later));
        assert_eq!(waiting.worth_asking(left(0), now).len(), 1, "the statistics began anew");
        waiting.worth_asking(HashMap::new(), now);
        assert!(waiting.0.is_empty(), "what has nothing left is forgotten");
    }
}
