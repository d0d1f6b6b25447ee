//! Changes of existing records. Updates that name the same columns are one statement.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use permissions::Action;
use sqlx::PgConnection;
use uuid::Uuid;

use super::create::execute;
use super::draft::{Draft, Slots};
use super::{answer, checks, links, reach, source, sql};
use crate::command::{Update, Written};
use crate::context::Context;
use crate::error::{Error, Result};

/// Changes the records and answers them.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    updates: Vec<Update>,
) -> Result<Written> {
    let slots = Slots::new(object);
    let many = updates.len() > 1;
    let ids: Vec<Uuid> = updates.iter().map(|update| update.id).collect();
    let locked = reach::lock(connection, context, (object, &ids), Action::Edit).await?;
    check_versions(&updates, &locked)?;
    let drafts = read(&slots, context, &updates, many)?;
    checks::refuse(checks::references(connection, context, &slots, &drafts).await?, many)?;
    for (used, group) in groups(&slots, &drafts) {
        let json = source::json(&slots, &used, &group);
        execute(connection, context, sql::update(&context.tenant().schema, &slots, &used), json).await?;
    }
    links::put(connection, context, &slots, &drafts).await?;
    reach::require_after(connection, context, (object, &ids), Action::Edit).await?;
    answer(connection, context, &object.name, ids).await
}

fn check_versions(updates: &[Update], locked: &HashMap<Uuid, i64>) -> Result<()> {
    let stale = updates
        .iter()
        .any(|update| update.if_version.is_some_and(|seen| locked.get(&update.id) != Some(&seen)));
    if stale { Err(Error::Stale) } else { Ok(()) }
}

fn read(slots: &Slots<'_>, context: &Context, updates: &[Update], many: bool) -> Result<Vec<Draft>> {
    let (mut drafts, mut problems, mut seen) = (Vec::new(), Vec::new(), std::collections::HashSet::new());
    for (index, update) in updates.iter().enumerate() {
        let (draft, mut found) = slots.read(context, update.id, &update.fields);
        found.extend(slots.missing(&draft, false));
        if !seen.insert(update.id) {
            found.push(Problem::new("id", "duplicate", "the record is named twice"));
        }
        if many {
            found = found.into_iter().map(|problem| problem.under(&index.to_string())).collect();
        }
        problems.extend(found);
        drafts.push(draft);
    }
    if problems.is_empty() { Ok(drafts) } else { Err(Error::Unprocessable(problems)) }
}

pub(super) type Group<'d> = Vec<(usize, &'d Draft)>;

/// Drafts by the columns that they name.
pub(super) fn groups<'d>(slots: &Slots<'_>, drafts: &'d [Draft]) -> BTreeMap<Vec<usize>, Group<'d>> {
    let mut groups: BTreeMap<Vec<usize>, Group<'d>> = BTreeMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        let used = (0..slots.columns.len()).filter(|&slot| draft.slots[slot].is_some()).collect();
        groups.entry(used).or_default().push((index, draft));
    }
    groups
}
