//! A sales team's two years, straight into the tenant's tables: sizes as in the design's measurements, with skew
//! (few accounts have most deals, most deals are decided) and the history that making them would have left.

use std::time::Instant;

use sqlx::{AssertSqlSafe, Connection, PgConnection, raw_sql};

const FUNCTIONS: &str = include_str!("dataset/functions.sql");
const ROWS: &str = include_str!("dataset/rows.sql");

/// How many records of each object.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub accounts: u32,
    pub contacts: u32,
    pub deals: u32,
    pub tasks: u32,
}

impl Size {
    /// A share of the full set.
    pub fn share(share: f64) -> Self {
        // Cut to whole records on purpose.
        let of = |full: f64| (full * share).max(100.0) as u32;
        Self { accounts: of(20e3), contacts: of(100e3), deals: of(200e3), tasks: of(300e3) }
    }
}

/// Fills the tables of a tenant with the standard packages, unless an earlier run did.
pub async fn ensure(connection: &mut PgConnection, schema: &str, size: Size) -> anyhow::Result<()> {
    // What the hand-written handler notes is as much work to write, but not for Trellis to seal meanwhile.
    let tail =
        format!("CREATE TABLE IF NOT EXISTS {schema}._bench_tail (LIKE {schema}._audit_tail INCLUDING ALL)");
    raw_sql(AssertSqlSafe(tail)).execute(&mut *connection).await?;
    let there: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {schema}.deal")))
        .fetch_one(&mut *connection)
        .await?;
    if there > 0 {
        eprintln!("bench: {there} deals are there already");
        return Ok(());
    }
    let started = Instant::now();
    let mut transaction = connection.begin().await?;
    raw_sql(FUNCTIONS).execute(&mut *transaction).await?;
    let rows = [
        ("{schema}", schema.to_owned()),
        ("{accounts}", size.accounts.to_string()),
        ("{contacts}", size.contacts.to_string()),
        ("{deals}", size.deals.to_string()),
        ("{tasks}", size.tasks.to_string()),
    ];
    let rows = rows.iter().fold(ROWS.to_owned(), |text, (place, value)| text.replace(place, value));
    raw_sql(AssertSqlSafe(rows)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    // As a database that has been used for a while: statistics, and a visibility map.
    raw_sql("VACUUM ANALYZE").execute(&mut *connection).await?;
    raw_sql("CHECKPOINT").execute(&mut *connection).await.ok();
    eprintln!("bench: {size:?} made in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}
