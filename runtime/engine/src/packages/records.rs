//! A package's records: references resolved, dates made relative to today, written through the one
//! write path. Records that an earlier install loaded are left as they are.

use std::collections::BTreeMap;

use metadata::catalog::standard::USER;
use metadata::package::{DataFile, DataKind, DataRecord, Package};
use metadata::{Object, Problem, relative};
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::command::Fields;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::write;
use crate::write::sql::table;

/// Ids of loaded records by reference.
pub(super) type Refs = BTreeMap<String, Uuid>;

/// Loads the records of a package, again where their object was purged meanwhile and is made `anew`; answers the references
/// that are new.
pub(super) async fn load(
    connection: &mut PgConnection,
    context: &Context,
    package: &Package,
    (samples, anew): (bool, &[String]),
) -> Result<Refs> {
    let mut known = load_refs(connection, context, &package.manifest.name).await?;
    for file in package.data.iter().filter(|file| anew.contains(&file.object)) {
        for record in &file.records {
            known.own.remove(&record.reference);
        }
    }
    let mut refs = Refs::new();
    for file in &package.data {
        if file.kind == DataKind::Sample && !samples {
            continue;
        }
        load_file(connection, context, file, (&known, &mut refs)).await?;
    }
    Ok(refs)
}

/// References that are loaded already.
pub(super) struct Known {
    /// The package's own, from before too.
    pub(super) own: Refs,
    /// Those of the other installed packages.
    pub(super) others: Refs,
}

async fn load_refs(connection: &mut PgConnection, context: &Context, package: &str) -> Result<Known> {
    let agg = |which: &str| {
        format!(
            "(SELECT coalesce(jsonb_object_agg(r.key, r.value), '{{}}'::jsonb) FROM {} p, jsonb_each(p.refs) r WHERE {which})",
            table(&context.tenant().schema, "_packages")
        )
    };
    let text = format!("SELECT {}, {}", agg("p.name = $1"), agg("p.name <> $1 AND p.removed_at IS NULL"));
    let (own, others): (Json, Json) =
        sqlx::query_as(AssertSqlSafe(text)).bind(package).fetch_one(connection).await?;
    let refs = |json: Json| serde_json::from_value(json).unwrap_or_default();
    Ok(Known { own: refs(own), others: refs(others) })
}

async fn load_file(
    connection: &mut PgConnection,
    context: &Context,
    file: &DataFile,
    (known, refs): (&Known, &mut Refs),
) -> Result<()> {
    let object = context.snapshot.catalog.find_object(&file.object).ok_or_else(|| {
        let message = format!("there is no object `{}`", file.object);
        Error::Unprocessable(vec![Problem::new(&file.path, "unknown-object", message)])
    })?;
    let forbidden = file.check_system(object);
    if !forbidden.is_empty() {
        return Err(Error::Unprocessable(forbidden));
    }
    let people = load_people(connection, context, (object, file)).await?;
    refs.extend(people.clone());
    let is_there = |one: &str| known.own.contains_key(one) || people.contains_key(one);
    let fresh: Vec<_> = file.records.iter().filter(|record| !is_there(&record.reference)).collect();
    let fresh = match file.kind {
        DataKind::Sample => hanging_together(fresh, context, (known, refs)),
        DataKind::Reference => fresh,
    };
    for record in &fresh {
        refs.insert(record.reference.clone(), context.new_id());
    }
    let mut problems = Vec::new();
    let mut records: Vec<(Uuid, Fields)> = Vec::with_capacity(fresh.len());
    for record in fresh {
        let mut fields = Fields::new();
        for (key, value) in &record.data {
            let place = format!("{}.{}.{key}", file.path, record.reference);
            match resolve(value, context, (known, refs)) {
                Ok(value) => {
                    fields.extend(serde_json::value::to_raw_value(&value).map(|raw| (key.clone(), raw)))
                }
                Err(name) => {
                    problems.push(Problem::new(
                        place,
                        "unknown-reference",
                        format!("there is no record `@{name}`"),
                    ));
                }
            }
        }
        records.push((refs.get(&record.reference).copied().unwrap_or_else(|| context.new_id()), fields));
    }
    if !problems.is_empty() {
        return Err(Error::Unprocessable(problems));
    }
    let moves = object.name == USER
        && records.iter().any(|(_, fields)| fields.iter().any(|(key, _)| key == "manager_id"));
    for chunk in records.chunks(crate::command::MAX_RECORDS) {
        write::create_with_ids(connection, context, object, chunk)
            .await
            .map_err(|error| locate(error, &file.path))?;
    }
    if moves {
        crate::teams::follow(connection, context).await?;
    }
    Ok(())
}

/// Sample records without those that mean a record that is not there: a package beside which they stand may have come
/// without its own.
fn hanging_together<'r>(
    mut records: Vec<&'r DataRecord>,
    context: &Context,
    (known, refs): (&Known, &Refs),
) -> Vec<&'r DataRecord> {
    let mut left = usize::MAX;
    while records.len() < left {
        left = records.len();
        let own = records.iter().map(|record| (record.reference.clone(), Uuid::nil()));
        let own: Refs = own.chain(refs.clone()).collect();
        let is_there = |value: &Json| resolve(value, context, (known, &own)).is_ok();
        records.retain(|record| record.data.values().all(is_there));
    }
    records
}

/// Sample people who are there already, by reference: several packages may bring the same colleague, known by the address.
async fn load_people(
    connection: &mut PgConnection,
    context: &Context,
    (object, file): (&Object, &DataFile),
) -> Result<Refs> {
    if object.name != USER {
        return Ok(Refs::new());
    }
    let address =
        |record: &DataRecord| record.data.get("email").and_then(Json::as_str).map(str::to_lowercase);
    let addresses: Vec<String> = file.records.iter().filter_map(address).collect();
    let users = table(&context.tenant().schema, USER);
    let text = format!("SELECT lower(email), id FROM {users} WHERE lower(email) = ANY($1)");
    let known: Vec<(String, Uuid)> =
        sqlx::query_as(AssertSqlSafe(text)).bind(addresses).fetch_all(connection).await?;
    let known: BTreeMap<String, Uuid> = known.into_iter().collect();
    let one = |record: &DataRecord| Some((record.reference.clone(), *known.get(&address(record)?)?));
    Ok(file.records.iter().filter_map(one).collect())
}

fn locate(error: Error, path: &str) -> Error {
    match error {
        Error::Unprocessable(problems) => {
            Error::Unprocessable(problems.into_iter().map(|p| p.under(path)).collect())
        }
        Error::Conflict(problems) => Error::Conflict(problems.into_iter().map(|p| p.under(path)).collect()),
        other => other,
    }
}

/// The value with references and relative dates replaced; the name of a reference that is not there.
pub(super) fn resolve(value: &Json, context: &Context, refs: (&Known, &Refs)) -> Result<Json, String> {
    match value {
        Json::String(text) => {
            if let Some(date) = relative::resolve(text, context.now) {
                return Ok(date.into());
            }
            let Some(name) = text.strip_prefix('@') else { return Ok(value.clone()) };
            let name = name.strip_suffix(".id").unwrap_or(name);
            let id = refs.1.get(name).or_else(|| refs.0.own.get(name)).or_else(|| refs.0.others.get(name));
            id.map(|id| id.to_string().into()).ok_or_else(|| name.to_owned())
        }
        Json::Array(items) => items.iter().map(|item| resolve(item, context, refs)).collect(),
        _ => Ok(value.clone()),
    }
}
