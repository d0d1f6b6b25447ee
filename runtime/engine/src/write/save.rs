//! The order of a save, whoever writes: one record, many, an import, a package.
//!
//! Before it, existing records are locked and loaded ([`super::load`]) and the input is read into drafts
//! ([`super::draft`]); after it, the transaction is committed. Every step looks at all records at once, and
//! none runs more statements for more records.

use sqlx::PgConnection;

use super::facts::Facts;
use super::saving::Saving;
use super::{
    checks, conditions, events, links, numbers, options, process, reach, recur, rights, rows, rules, seal,
    transfer,
};
use crate::error::Result;

/// Saves the drafts. What is wrong with them is in `found` afterwards, all of it; then nothing is to be kept.
pub(crate) async fn save(connection: &mut PgConnection, saving: &mut Saving<'_>) -> Result<()> {
    let facts = settle(connection, saving).await?;
    if saving.is_refused() || !reach::needs_rows(saving) {
        return Ok(());
    }
    numbers::assign(connection, saving).await?;
    rows::put(connection, saving, facts.law()).await?;
    events::put(connection, saving).await?;
    links::put(connection, saving).await?;
    transfer::forget_shares(connection, saving.context, saving.moved.iter().copied().collect()).await?;
    reach::judge(connection, saving).await?;
    if saving.is_refused() { Ok(()) } else { recur::follow(connection, saving).await }
}

/// Everything up to the first row that is written: values are filled in and looked at. Of [`Way::Alone`] it locks
/// nothing.
///
/// [`Way::Alone`]: super::saving::Way::Alone
pub(super) async fn settle(connection: &mut PgConnection, saving: &mut Saving<'_>) -> Result<Facts> {
    rights::check(connection, saving).await?;
    transfer::check(connection, saving).await?;
    checks::complete(saving);
    let facts = Facts::load(connection, saving).await?;
    process::set(saving, facts.law())?;
    checks::required(saving);
    checks::references(connection, saving).await?;
    options::check(saving, facts.law());
    conditions::apply(saving, facts.law());
    process::check(saving, facts.law());
    rules::check(saving, facts.law());
    seal::apply(saving)?;
    checks::duplicates(connection, saving).await?;
    Ok(facts)
}
