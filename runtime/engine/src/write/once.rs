//! Writes under a caller's key (`Idempotency-Key`): the first one leaves its answer in the transaction that it
//! changes records in, so there is never one without the other; the same again within a day gets that answer.
//! Two at once: the key's row is locked by the first, and the second waits for what becomes of it.

use chrono::TimeDelta;
use metadata::Problem;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::sql::table;
use crate::command::{Once, Written};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::keys::Place;
use crate::read::Answer;

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// How many old answers a new one sweeps out.
const SWEPT: i64 = 100;

/// The answer that was given under the key; `None` makes the key the caller's to answer.
pub(super) async fn claim(
    connection: &mut PgConnection,
    context: &Context,
    once: &Once,
) -> Result<Option<Vec<Written>>> {
    let table = table(&context.tenant().schema, "_once");
    let fingerprint = fingerprint(context, once)?;
    let text = format!(
        "INSERT INTO {table} AS o (actor_id, key, fingerprint, made_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (actor_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, made_at = excluded.made_at, answer = NULL \
         WHERE o.made_at < $5 RETURNING true"
    );
    let claimed: Option<bool> = sqlx::query_scalar(AssertSqlSafe(text))
        .bind(context.actor.user_id)
        .bind(&once.key)
        .bind(&fingerprint)
        .bind(context.now)
        .bind(context.now - KEPT)
        .fetch_optional(&mut *connection)
        .await?;
    if claimed.is_some() {
        sweep(connection, context).await?;
        return Ok(None);
    }
    let text = format!("SELECT fingerprint, answer::text FROM {table} WHERE actor_id = $1 AND key = $2");
    let row = sqlx::query(AssertSqlSafe(text))
        .bind(context.actor.user_id)
        .bind(&once.key)
        .fetch_one(connection)
        .await?;
    if row.try_get::<Vec<u8>, _>(0)? != fingerprint {
        return Err(other_request());
    }
    let answer: String = row.try_get::<Option<String>, _>(1)?.unwrap_or_default();
    Ok(Some(parse(&opened(context, (once, answer))?)))
}

/// Where there are encrypted values, nobody who has the table can try out what was sent.
fn fingerprint(context: &Context, once: &Once) -> Result<Vec<u8>> {
    match &context.snapshot.keys {
        Some(keys) => keys.digest(&once.fingerprint),
        None => Ok(once.fingerprint.clone()),
    }
}

/// What an answer belongs to.
fn place<'p>(context: &Context, once: &'p Once) -> Place<'p> {
    Place { object: "_once", field: &once.key, record: context.actor.user_id }
}

/// The answer as it is kept: sealed as a whole where it may hold encrypted values.
fn closed(context: &Context, once: &Once, answer: String) -> Result<String> {
    let Some(keys) = &context.snapshot.keys else { return Ok(answer) };
    Ok(Json::from(keys.seal(place(context, once), false, &answer)?).to_string())
}

fn opened(context: &Context, (once, kept): (&Once, String)) -> Result<String> {
    let Ok(sealed) = serde_json::from_str::<String>(&kept) else { return Ok(kept) };
    let keys = context.keys()?;
    keys.require()?;
    let opened = keys.open(place(context, once), &sealed);
    opened.ok_or_else(|| Error::Locked("the first answer of a repeated request cannot be opened".into()))
}

/// The one answer that was given under the key, if there is a key and an answer.
pub(crate) async fn before(
    connection: &mut PgConnection,
    context: &Context,
    once: Option<&Once>,
) -> Result<Option<Written>> {
    let Some(once) = once else { return Ok(None) };
    let Some(mut written) = claim(connection, context, once).await? else { return Ok(None) };
    Ok(Some(written.pop().unwrap_or_default()))
}

/// Leaves the one answer under the key, if there is a key.
pub(crate) async fn after(
    connection: &mut PgConnection,
    context: &Context,
    once: Option<&Once>,
    written: &Written,
) -> Result<()> {
    match once {
        Some(once) => keep(connection, context, once, std::slice::from_ref(written)).await,
        None => Ok(()),
    }
}

fn other_request() -> Error {
    let message = "this key was used for another request";
    let problem = Problem::new("Idempotency-Key", "key-reused", message);
    Error::Unprocessable(vec![problem.hint("use a new key for each thing that shall happen")])
}

/// Old answers go a few at a time with each new one, so that no job is needed for them.
async fn sweep(connection: &mut PgConnection, context: &Context) -> Result<()> {
    let table = table(&context.tenant().schema, "_once");
    let text = format!(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE made_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))"
    );
    sqlx::query(AssertSqlSafe(text)).bind(context.now - KEPT).bind(SWEPT).execute(connection).await?;
    Ok(())
}

/// Leaves the answer under the key.
pub(super) async fn keep(
    connection: &mut PgConnection,
    context: &Context,
    once: &Once,
    written: &[Written],
) -> Result<()> {
    let table = table(&context.tenant().schema, "_once");
    let text = format!("UPDATE {table} SET answer = $3::json WHERE actor_id = $1 AND key = $2");
    sqlx::query(AssertSqlSafe(text))
        .bind(context.actor.user_id)
        .bind(&once.key)
        .bind(closed(context, once, print(written))?)
        .execute(connection)
        .await?;
    Ok(())
}

/// What an answer is kept as; the records stay the text that they are.
fn print(written: &[Written]) -> String {
    let one = |written: &Written| {
        let warnings =
            written.warnings.iter().map(|problem| (&problem.path, &problem.code, &problem.message));
        let warnings: Vec<_> = warnings.collect();
        let head = json!({
            "ids": written.ids, "versions": written.versions, "created": written.created, "matched": written.matched, "warnings": warnings,
        });
        let records = written.answer.as_ref().map(|answer| String::from_utf8_lossy(&answer.json));
        format!("[{head},{}]", records.unwrap_or("null".into()))
    };
    format!("[{}]", written.iter().map(one).collect::<Vec<_>>().join(","))
}

fn parse(text: &str) -> Vec<Written> {
    let kept: Vec<(Json, Option<Box<RawValue>>)> = serde_json::from_str(text).unwrap_or_default();
    let ids = |json: &Json| serde_json::from_value::<Vec<Uuid>>(json.clone()).unwrap_or_default();
    let one = |(head, records): (Json, Option<Box<RawValue>>)| {
        let json = records.map(|records| records.get().as_bytes().to_vec());
        Written {
            ids: ids(&head["ids"]),
            versions: serde_json::from_value(head["versions"].clone()).unwrap_or_default(),
            created: ids(&head["created"]),
            matched: head["matched"].as_u64().and_then(|count| usize::try_from(count).ok()),
            answer: json.map(|json| Answer { count: count(&json), json, ..Answer::default() }),
            warnings: warnings(&head["warnings"]),
        }
    };
    kept.into_iter().map(one).collect()
}

fn warnings(json: &Json) -> Vec<Problem> {
    let told: Vec<(String, String, String)> = serde_json::from_value(json.clone()).unwrap_or_default();
    told.into_iter().map(|(path, code, message)| Problem::new(path, &code, message)).collect()
}

fn count(json: &[u8]) -> usize {
    serde_json::from_slice::<Vec<&RawValue>>(json).map_or(0, |rows| rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_as_they_were() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let json = br#"[{"id":"1","amount":1.10},{"id":"2"}]"#.to_vec();
        let answer = Answer { json, count: 2, ..Answer::default() };
        let written = [
            Written {
                ids: vec![a, b],
                versions: vec![1, 4],
                answer: Some(answer),
                created: vec![a],
                matched: Some(3),
                warnings: vec![Problem::new("1.amount", "warning", "large")],
            },
            Written { ids: vec![b], ..Written::default() },
        ];
        let again = parse(&print(&written));
        assert_eq!(format!("{again:?}"), format!("{written:?}"));
    }
}
