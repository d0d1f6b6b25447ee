//! Checks that need the database, set-based: do references lead to records that the actor may read, and
//! are unique values free? Each problem names its record and key.

use std::collections::{BTreeMap, HashMap, HashSet};

use formulas::Value;
use metadata::catalog::{Column, Field};
use metadata::{FieldKind, Problem};
use permissions::Action;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::draft::{Draft, Slots};
use super::reach;
use super::source::recordset;
use super::sql::{quoted, table};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;
use crate::read::sql::Lock;

/// A problem of one record of the command.
pub(crate) type Found = (usize, Problem);

/// Fails with all problems; those of a bulk are told by the record's place.
pub(crate) fn refuse(found: Vec<Found>, many: bool) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    let place = |(n, problem): Found| if many { problem.under(&n.to_string()) } else { problem };
    Err(Error::Unprocessable(found.into_iter().map(place).collect()))
}

/// One reference of one draft: record of the command, key, target object, target id.
struct Wanted<'d> {
    n: usize,
    key: &'d str,
    object: String,
    id: Uuid,
}

/// References that lead nowhere that the actor may see. One statement for each target object.
pub(crate) async fn references(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    drafts: &[Draft],
) -> Result<Vec<Found>> {
    let (wanted, mut found) = wanted(context, slots, drafts);
    let mut by_object: BTreeMap<&str, HashSet<Uuid>> = BTreeMap::new();
    for one in &wanted {
        by_object.entry(&one.object).or_default().insert(one.id);
    }
    let mut known: HashMap<&str, HashMap<Uuid, i64>> = HashMap::new();
    for (object, ids) in by_object {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let reached =
            reach::find(connection, context, (object, &ids, Bin::Live), (Action::Read, Lock::None)).await?;
        known.insert(object, reached);
    }
    for one in &wanted {
        if !known.get(one.object.as_str()).is_some_and(|ids| ids.contains_key(&one.id)) {
            let message = format!("there is no {} with id {}", one.object, one.id);
            found.push((one.n, Problem::new(one.key, "unknown-reference", message)));
        }
    }
    Ok(found)
}

fn wanted<'d>(context: &Context, slots: &'d Slots<'_>, drafts: &[Draft]) -> (Vec<Wanted<'d>>, Vec<Found>) {
    let (mut wanted, mut found) = (Vec::new(), Vec::new());
    // Records of one command may point to each other.
    let siblings: HashSet<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    let own = slots.object.name.as_str();
    for (n, draft) in drafts.iter().enumerate() {
        for (slot, (field, column)) in slots.columns.iter().enumerate() {
            let Some(Value::Id(id)) = draft.slots[slot] else { continue };
            match target(context, slots, draft, (field, column)) {
                Ok(Some(object)) if object == own && siblings.contains(&id) => {}
                Ok(Some(object)) if !is_self(context, &object, id) => {
                    wanted.push(Wanted { n, key: &column.key, object, id });
                }
                Ok(_) => {}
                Err(problem) => found.push((n, problem)),
            }
        }
        for (index, ids) in &draft.links {
            let field = &slots.object.fields[*index];
            let FieldKind::ManyToMany(settings) = &field.kind else { continue };
            wanted.extend(ids.iter().map(|&id| Wanted {
                n,
                key: &field.name,
                object: settings.to.clone(),
                id,
            }));
        }
        found.extend(lonely_names(slots, draft).map(|problem| (n, problem)));
    }
    (wanted, found)
}

/// The actor's own user record needs no look-up.
fn is_self(context: &Context, object: &str, id: Uuid) -> bool {
    object == "user" && id == context.actor.user_id
}

/// The object that a reference column points to; `None` for the record's own id.
fn target(
    context: &Context,
    slots: &Slots<'_>,
    draft: &Draft,
    (field, column): (&Field, &Column),
) -> Result<Option<String>, Problem> {
    let FieldKind::AnyLookup(settings) = &field.kind else {
        return Ok(field.kind.target().map(str::to_owned));
    };
    let name_column = field.columns.first().and_then(|first| slots.column(&first.name));
    let name = name_column.and_then(|slot| draft.slots[slot].clone());
    let Some(Value::Text(name)) = name else {
        let key = field.columns.first().map_or("", |first| first.key.as_str());
        return Err(Problem::new(key, "required", format!("`{}` needs `{key}` too", column.key)));
    };
    let known = context.snapshot.catalog.find_object(&name).is_some_and(|object| !object.system);
    let allowed = if settings.is_open() { known } else { settings.to.contains(&name) };
    if allowed {
        return Ok(Some(name));
    }
    let key = field.columns.first().map_or("", |first| first.key.as_str());
    Err(Problem::new(
        key,
        "unknown-object",
        format!("`{name}` is not an object that `{}` points to", field.name),
    ))
}

/// An any-lookup with an object but no id.
fn lonely_names<'s>(slots: &'s Slots<'_>, draft: &'s Draft) -> impl Iterator<Item = Problem> + 's {
    let any = slots.object.fields.iter().filter(|field| matches!(field.kind, FieldKind::AnyLookup(_)));
    any.filter_map(move |field| {
        let [name, id] = field.columns.as_slice() else { return None };
        let slot = |column: &Column| slots.column(&column.name).and_then(|slot| draft.slots[slot].clone());
        let has_name = matches!(slot(name), Some(Value::Text(_)));
        let has_id = matches!(slot(id), Some(Value::Id(_)));
        (has_name && !has_id)
            .then(|| Problem::new(&id.key, "required", format!("`{}` needs `{}` too", name.key, id.key)))
    })
}

/// Unique values of a bulk that are there already or twice in it. A single record leaves this to the
/// index, which is the judge in any case.
pub(crate) async fn refuse_duplicates(
    connection: &mut PgConnection,
    context: &Context,
    (slots, used): (&Slots<'_>, &[usize]),
    json: &str,
) -> Result<()> {
    let found = duplicates(connection, context, (slots, used), json).await?;
    if found.is_empty() {
        return Ok(());
    }
    Err(Error::Conflict(found.into_iter().map(|(n, problem)| problem.under(&n.to_string())).collect()))
}

/// The same as problems by record.
pub(crate) async fn duplicates(
    connection: &mut PgConnection,
    context: &Context,
    (slots, used): (&Slots<'_>, &[usize]),
    json: &str,
) -> Result<Vec<Found>> {
    let unique: Vec<usize> = used.iter().copied().filter(|&slot| slots.columns[slot].0.unique).collect();
    if unique.is_empty() {
        return Ok(Vec::new());
    }
    let object = table(&context.tenant().schema, &slots.object.name);
    let parts: Vec<String> = unique
        .iter()
        .map(|&slot| {
            let column = quoted(&slots.columns[slot].1.name);
            format!(
                "SELECT s._n, {slot} AS slot FROM s WHERE EXISTS (SELECT 1 FROM {object} t WHERE t.{column} = s.{column} AND t.deleted_at IS NULL AND t.id <> s.id) \
                 UNION ALL SELECT _n, {slot} FROM (SELECT s._n, row_number() OVER (PARTITION BY s.{column} ORDER BY s._n) AS nth FROM s WHERE s.{column} IS NOT NULL) d WHERE nth > 1"
            )
        })
        .collect();
    let text =
        format!("WITH s AS (SELECT * FROM {}) {}", recordset(slots, &unique), parts.join(" UNION ALL "));
    let rows = sqlx::query(AssertSqlSafe(text)).bind(json).fetch_all(connection).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let (n, slot): (i32, i32) = (row.try_get(0)?, row.try_get(1)?);
        let (field, column) = slots.columns[usize::try_from(slot).unwrap_or_default()];
        let problem =
            Problem::new(&column.key, "duplicate", format!("another record has this {}", field.label));
        found.push((usize::try_from(n).unwrap_or_default(), problem));
    }
    Ok(found)
}
