//! The queue of work that is about tenants as such: copies that are asked for, webhooks on their way. Those of a tenant are in
//! its own schema.

use chrono::Utc;
use uuid::Uuid;

use crate::error::Result;
use crate::{Tenants, clones, store};

/// The schema that it is in.
pub(crate) const QUEUE: &str = "platform";

impl Tenants {
    /// What is left for later about tenants as such, the oldest first; all of it, or what has failed too often.
    pub async fn list_jobs(&self, (only_dead, limit): (bool, u32)) -> Result<Vec<jobs::Waiting>> {
        let mut connection = self.pool().acquire().await?;
        Ok(jobs::list_waiting(&mut connection, QUEUE, ("", only_dead), i64::from(limit)).await?)
    }

    /// Lets one be tried at once; false when it is not there.
    pub async fn retry_job(&self, job: (&str, &str)) -> Result<bool> {
        let mut connection = self.pool().acquire().await?;
        Ok(jobs::retry(&mut connection, QUEUE, job, Utc::now()).await?)
    }

    /// Gives a dead one up; false when there is none. What a copy knew of passwords goes with its job.
    pub async fn drop_job(&self, job: (&str, &str)) -> Result<bool> {
        let mut held = self.pool().begin().await?;
        let dropped = jobs::drop(&mut held, QUEUE, job).await?;
        if dropped
            && job.0.starts_with(clones::KIND)
            && let Ok(id) = Uuid::parse_str(job.1)
        {
            store::clones::forget_people(&mut held, id).await?;
        }
        held.commit().await?;
        Ok(dropped)
    }
}

#[cfg(test)]
mod tests {
    /// One space between words, none within brackets.
    fn plain(text: &str) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").replace("( ", "(").replace(" )", ")").to_lowercase()
    }

    #[test]
    fn it_is_the_queue_that_tenants_have() {
        let migration = include_str!("../../../migrations/0110_clones.sql");
        let from = migration.find("create table platform._jobs").unwrap();
        let table = migration[from..].split(';').next().unwrap();
        let expected = jobs::TABLE.replace("IF NOT EXISTS ", "").replace("{schema}", super::QUEUE);
        assert_eq!(plain(table), plain(&expected));
    }
}
