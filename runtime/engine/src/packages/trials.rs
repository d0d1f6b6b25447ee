//! The cases of packages, tried before anything is installed: in a schema of its own that holds what the tenant would
//! hold, and no record of it, within a transaction that is never committed. Nobody waits for it, and nothing is left.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use metadata::Problem;
use metadata::package::{Package, Trial};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use sqlx::{PgConnection, raw_sql};
use uuid::Uuid;

use super::records::{Known, Refs, resolve};
use crate::command::{Fields, Update};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Query;
use crate::snapshot::Snapshot;
use crate::{Command, What, read, scratch, store, write};

/// Tries every case of these packages. The tenant is as it would be with all of them.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    packages: &[Package],
) -> Result<()> {
    if packages.iter().all(|package| package.trials.is_empty()) {
        return Ok(());
    }
    let scratch = imagined(connection, context).await?;
    let mut problems = Vec::new();
    for package in packages {
        for trial in &package.trials {
            raw_sql("SAVEPOINT tried").execute(&mut *connection).await?;
            if let Err(text) = attempt(connection, &scratch, trial).await? {
                let path = format!("{}.{}", package.manifest.name, trial.path);
                problems.push(Problem::new(path, "test-failed", format!("{}: {text}", trial.about)));
            }
            raw_sql("ROLLBACK TO SAVEPOINT tried").execute(&mut *connection).await?;
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Unprocessable(problems)) }
}

/// The tenant as it would be, once more and empty, and Trellis itself to write to it.
async fn imagined(connection: &mut PgConnection, context: &Context) -> Result<Context> {
    let definitions = context.snapshot.definitions.as_ref().clone();
    let tenant = scratch::whole(connection, &definitions).await?;
    let versions = store::load_versions(connection, &tenant).await?;
    let aside = (BTreeSet::new(), context.snapshot.vault.clone());
    let mut snapshot = Snapshot::new(tenant, versions, definitions, aside)?;
    snapshot.unlock(connection).await?;
    let actor = permissions::Actor::system(crate::SYSTEM_USER, "package tests");
    Ok(Context { actor: Arc::new(actor), access: None, snapshot: Arc::new(snapshot), ..context.clone() })
}

/// One case: what was wrong with it, if anything.
async fn attempt(
    connection: &mut PgConnection,
    context: &Context,
    trial: &Trial,
) -> Result<Result<(), String>> {
    let known = Known { own: Refs::new(), others: Refs::new() };
    let mut given: BTreeMap<&str, (&str, Uuid)> = BTreeMap::new();
    let mut refs = Refs::new();
    for one in &trial.given {
        let fields = match fields(&one.data, context, (&known, &refs)) {
            Ok(fields) => fields,
            Err(text) => return Ok(Err(text)),
        };
        match written(connection, context, (&one.object, What::Create(vec![fields]))).await? {
            Ok(id) => {
                given.insert(&one.reference, (&one.object, id));
                refs.insert(one.reference.clone(), id);
            }
            Err(found) => return Ok(Err(format!("`{}` cannot be made: {}", one.reference, told(&found)))),
        }
    }
    let (object, data) = match (&trial.create, &trial.update) {
        (Some(made), _) => (made.object.as_str(), &made.data),
        (None, Some(update)) => match given.get(update.reference.as_str()) {
            Some((object, _)) => (*object, &update.data),
            None => return Ok(Err(format!("there is no record `@{}`", update.reference))),
        },
        (None, None) => return Ok(Err("it does nothing".into())),
    };
    let fields = match fields(data, context, (&known, &refs)) {
        Ok(fields) => fields,
        Err(text) => return Ok(Err(text)),
    };
    let what = match trial.update.as_ref().and_then(|update| given.get(update.reference.as_str())) {
        Some((_, id)) => What::Update(vec![Update { id: *id, fields, if_version: None }]),
        None => What::Create(vec![fields]),
    };
    let outcome = written(connection, context, (object, what)).await?;
    judge(connection, context, (trial, object, &refs), outcome).await
}

/// Whether what came of it is what was expected.
async fn judge(
    connection: &mut PgConnection,
    context: &Context,
    (trial, object, refs): (&Trial, &str, &Refs),
    outcome: Result<Uuid, Vec<Problem>>,
) -> Result<Result<(), String>> {
    let expected = &trial.expect;
    match (outcome, &expected.record, &expected.refused) {
        (Err(found), _, Some(paths)) => {
            let found_paths: BTreeSet<&str> = found.iter().map(|one| one.path.as_str()).collect();
            let wanted: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
            let text = || format!("it should be refused at {}, and was: {}", paths.join(", "), told(&found));
            Ok(if found_paths == wanted { Ok(()) } else { Err(text()) })
        }
        (Err(found), ..) => Ok(Err(format!("it was refused: {}", told(&found)))),
        (Ok(id), Some(record), _) => {
            let answer = read::run(connection, context, &Query::of(object, vec![id])).await?;
            let rows: Json = serde_json::from_slice(&answer.json).unwrap_or_default();
            let row = rows.as_array().and_then(|rows| rows.first()).unwrap_or(&rows);
            let known = Known { own: Refs::new(), others: Refs::new() };
            for (key, wanted) in record {
                let wanted = match resolve(wanted, context, (&known, refs)) {
                    Ok(wanted) => wanted,
                    Err(name) => return Ok(Err(format!("there is no record `@{name}`"))),
                };
                if !is_same(&wanted, &row[key]) {
                    return Ok(Err(format!("`{key}` should be {wanted}, and is {}", row[key])));
                }
            }
            Ok(Ok(()))
        }
        (Ok(_), None, _) => Ok(Err("it should be refused, and was not".into())),
    }
}

/// Saves as everybody does; what is wrong with the record is an outcome, anything else a failure.
async fn written(
    connection: &mut PgConnection,
    context: &Context,
    (object, what): (&str, What),
) -> Result<Result<Uuid, Vec<Problem>>> {
    // What is refused half way leaves nothing behind.
    raw_sql("SAVEPOINT written").execute(&mut *connection).await?;
    let command = Command { object: object.to_owned(), what };
    let outcome = write::run(connection, context, command).await;
    let problems = match outcome.map_err(|error| write::explain_anywhere(error, context)) {
        Ok(written) => return Ok(written.ids.first().copied().ok_or_else(Vec::new)),
        Err(Error::Invalid(found) | Error::Unprocessable(found) | Error::Conflict(found)) => found,
        Err(Error::NotFound) => {
            vec![Problem::new("object", "unknown-object", format!("there is no object `{object}`"))]
        }
        Err(error) => return Err(error),
    };
    raw_sql("ROLLBACK TO SAVEPOINT written").execute(connection).await?;
    Ok(Err(problems))
}

fn fields(data: &Map<String, Json>, context: &Context, refs: (&Known, &Refs)) -> Result<Fields, String> {
    let mut fields = Fields::new();
    for (key, value) in data {
        let value = resolve(value, context, refs).map_err(|name| format!("there is no record `@{name}`"))?;
        fields.extend(serde_json::value::to_raw_value(&value).map(|raw| (key.clone(), raw)));
    }
    Ok(fields)
}

/// Numbers are the same whatever zeros stand behind the point.
fn is_same(wanted: &Json, found: &Json) -> bool {
    let number = |json: &Json| Decimal::from_str(&json.as_number()?.to_string()).ok();
    wanted == found || number(wanted).is_some_and(|wanted| Some(wanted) == number(found))
}

fn told(problems: &[Problem]) -> String {
    let one = |problem: &Problem| format!("{}: {}", problem.path, problem.message);
    problems.iter().map(one).collect::<Vec<_>>().join("; ")
}
