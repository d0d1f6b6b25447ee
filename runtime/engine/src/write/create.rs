//! New records.

use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use permissions::Action;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::draft::{Draft, Slots};
use super::{answer, checks, links, numbers, reach, source, sql};
use crate::command::{Fields, Written};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};

/// Creates the records and answers them.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    records: Vec<Fields>,
) -> Result<Written> {
    if records.is_empty() {
        return Err(Error::Unprocessable(vec![Problem::new("", "empty", "there is no record to create")]));
    }
    let slots = Slots::new(object);
    let many = records.len() > 1;
    let with_ids = records.iter().map(|fields| (context.new_id(), fields));
    let mut drafts = read(&slots, context, with_ids, many)?;
    insert(connection, context, &slots, &mut drafts).await?;
    answer(connection, context, &object.name, drafts.iter().map(|draft| draft.id).collect()).await
}

/// Creates records whose ids are given, within a transaction of the caller's.
pub(crate) async fn create_with_ids(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    records: &[(Uuid, Fields)],
) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let slots = Slots::new(object);
    let mut drafts = read(&slots, context, records.iter().map(|(id, fields)| (*id, fields)), true)?;
    let outcome = insert(connection, context, &slots, &mut drafts).await;
    outcome.map_err(|error| super::constraint::explain(error, object, context))
}

/// Checks and inserts drafts that were read already.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    drafts: &mut [Draft],
) -> Result<()> {
    let decision = context.snapshot.policies.decide(
        &context.actor,
        Action::Create,
        slots.object,
        &context.snapshot.catalog,
    );
    if !decision.is_allowed() {
        return Err(Error::Forbidden(Refusal::Action {
            action: "create",
            object: slots.object.name.clone(),
        }));
    }
    let many = drafts.len() > 1;
    let problems = checks::references(connection, context, slots, drafts).await?;
    checks::refuse(problems, many)?;
    numbers::assign(connection, context, slots, drafts).await?;
    let used = used(slots, drafts);
    let indexed: Vec<(usize, &Draft)> = drafts.iter().enumerate().collect();
    let json = source::json(slots, &used, &indexed);
    if many {
        checks::refuse_duplicates(connection, context, (slots, &used), &json).await?;
    }
    let text = sql::insert(&context.tenant().schema, slots, &used);
    execute(connection, context, text, json).await?;
    links::put(connection, context, slots, drafts).await?;
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    reach::require_after(connection, context, (slots.object, &ids), Action::Create).await
}

fn read<'f>(
    slots: &Slots<'_>,
    context: &Context,
    records: impl Iterator<Item = (Uuid, &'f Fields)>,
    many: bool,
) -> Result<Vec<Draft>> {
    let (mut drafts, mut problems) = (Vec::new(), Vec::new());
    for (index, (id, fields)) in records.enumerate() {
        let (draft, mut found) = prepare(slots, context, (id, fields));
        if many {
            found = found.into_iter().map(|problem| problem.under(&index.to_string())).collect();
        }
        problems.extend(found);
        drafts.push(draft);
    }
    if problems.is_empty() { Ok(drafts) } else { Err(Error::Unprocessable(problems)) }
}

/// One new record: read, completed and checked for what it lacks.
fn prepare(slots: &Slots<'_>, context: &Context, (id, fields): (Uuid, &Fields)) -> (Draft, Vec<Problem>) {
    let (mut draft, mut problems) = slots.read(context, id, fields);
    let given = |key: &str| fields.iter().any(|(name, _)| name == key);
    problems.extend(finish(slots, context, &mut draft, &given));
    (draft, problems)
}

/// Completes a new draft and tells what it lacks; `given` says which keys came with a value.
pub(super) fn finish(
    slots: &Slots<'_>,
    context: &Context,
    draft: &mut Draft,
    given: &dyn Fn(&str) -> bool,
) -> Vec<Problem> {
    slots.complete(context, draft);
    // A value that could not be read is wrong, not missing.
    let mut problems = slots.missing(draft, true);
    problems.retain(|problem| !given(&problem.path));
    let mut blank = slots.missing(draft, false);
    blank.retain(|problem| given(&problem.path));
    problems.extend(blank);
    problems
}

/// Slots that any of the drafts fills.
pub(super) fn used(slots: &Slots<'_>, drafts: &[Draft]) -> Vec<usize> {
    (0..slots.columns.len()).filter(|&slot| drafts.iter().any(|draft| draft.slots[slot].is_some())).collect()
}

/// Runs one statement of the write path with its common parameters; answers the ids that it wrote.
pub(super) async fn execute(
    connection: &mut PgConnection,
    context: &Context,
    text: String,
    json: String,
) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar(AssertSqlSafe(text))
        .bind(json)
        .bind(context.now)
        .bind(context.actor.user_id)
        .bind(&context.request_id)
        .fetch_all(connection)
        .await?;
    Ok(ids)
}
