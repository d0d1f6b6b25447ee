//! The statements of the write path. Each writes the rows and what the audit stream tells of them together, so that
//! there is no change without a record of it; none depends on how many records there are.
//!
//! Parameters common to all: `$1` the source or ids, `$2` now, `$3` the actor's user id, `$4` the request id, `$5` the
//! address and `$6` the user agent that the request comes from.

use std::collections::BTreeSet;

use metadata::catalog::{Column, Field, Object};
use metadata::field_kinds::ColumnType;

use super::draft::Slots;
use super::source::{recordset, recordset_with_links};
use crate::audit::TAIL;
use crate::change::Happened;

/// An identifier in double quotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Schema-qualified table.
pub(crate) fn table(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}

fn columns(slots: &Slots<'_>, used: &[usize]) -> Vec<String> {
    used.iter().map(|&slot| quoted(&slots.columns[slot].1.name)).collect()
}

/// How long a statement that compares the tenant's counters waits for what others hold.
const PATIENCE: &str = "50ms";

/// What a statement that writes rows does besides, and when.
#[derive(Default)]
pub(crate) struct Beside {
    /// Pieces of its `WITH` before the rows are written, and what has to be true of them.
    pub before: Vec<String>,
    pub condition: Option<String>,
    /// Pieces that look at `written`, and the columns that they read there.
    pub pieces: Vec<String>,
    pub columns: BTreeSet<String>,
    /// Whether the answer may read any column there.
    pub is_answered: bool,
}

impl Beside {
    /// `RETURNING` of these columns and those that are looked at besides.
    fn returned(&self, alias: &str, named: &[String]) -> String {
        if self.is_answered {
            return format!("{alias}.*");
        }
        let mut columns: Vec<String> = ["id", "version"].map(quoted).into();
        for column in named.iter().cloned().chain(self.columns.iter().map(|column| quoted(column))) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        let of = |column: &String| format!("{alias}.{column}");
        columns.iter().map(of).collect::<Vec<_>>().join(", ")
    }

    /// `WITH …` of all pieces, and what is answered.
    fn with(&self, own: &[String], answer: &str) -> String {
        let pieces: Vec<&str> =
            [&self.before, own, &self.pieces].into_iter().flatten().map(String::as_str).collect();
        format!("WITH {} {answer}", pieces.join(", "))
    }
}

/// Lets a statement write only where the tenant's counters are those in `$first` and `$first + 1` (NULL for any), where
/// all live records are there whose ids of each object are the last parameters, as many as `$first + 2` says, and where
/// the record that changes, `$first + 4` of the object `changed`, has the version `$first + 3`. All of what it writes can
/// be answered.
///
/// The counters are those of the moment at which the statement began, so it waits for nobody: a record that somebody
/// else holds counts as one that is not there. What shows only while rows are written (a value that another one is
/// about to take, the totals of a parent) it waits [`PATIENCE`] for, and then fails.
pub(crate) fn guarded(
    beside: Beside,
    schema: &str,
    (objects, first): (&[&str], usize),
    changed: Option<&str>,
) -> Beside {
    let lists = first + 3 + if changed.is_some() { 2 } else { 0 };
    let mut before = Vec::new();
    let mut counts = vec!["0".to_owned()];
    for (at, object) in objects.iter().enumerate() {
        before.push(format!(
            "held{at} AS MATERIALIZED (SELECT k.id FROM {} k WHERE k.id = ANY(${}::uuid[]) AND k.deleted_at IS NULL ORDER BY k.id FOR KEY SHARE SKIP LOCKED)",
            table(schema, object),
            lists + at
        ));
        counts.push(format!("(SELECT count(*) FROM held{at})"));
    }
    before.push(format!(
        "ok AS MATERIALIZED (SELECT TRUE FROM {} g WHERE g.revision = ${first}::bigint AND (${}::bigint IS NULL OR g.access = ${}) AND ${}::bigint = {} \
         AND set_config('lock_timeout', '{PATIENCE}', TRUE) IS NOT NULL)",
        table(schema, "_state"),
        first + 1,
        first + 1,
        first + 2,
        counts.join(" + ")
    ));
    let mut condition = "EXISTS (SELECT FROM ok)".to_owned();
    if let Some(object) = changed {
        before.push(format!(
            "free AS MATERIALIZED (SELECT k.id FROM {} k WHERE k.id = ${} AND k.version = ${} FOR NO KEY UPDATE SKIP LOCKED)",
            table(schema, object),
            first + 4,
            first + 3
        ));
        condition.push_str(" AND EXISTS (SELECT FROM free)");
    }
    Beside { before, condition: Some(condition), is_answered: true, ..beside }
}

/// New rows from the source. Their values stand in them, and later in what changes them.
pub(crate) fn insert(
    schema: &str,
    slots: &Slots<'_>,
    used: &[usize],
    (beside, answer): (&Beside, &str),
) -> String {
    let columns = columns(slots, used);
    let picked: Vec<String> = columns.iter().map(|column| format!("s.{column}")).collect();
    let condition = beside.condition.as_ref().map(|condition| format!(" WHERE {condition}"));
    let rows = format!(
        "written AS (INSERT INTO {} AS t ({}) SELECT {} FROM {}{} ORDER BY s._n RETURNING {})",
        table(schema, &slots.object.name),
        columns.join(", "),
        picked.join(", "),
        recordset(slots, used),
        condition.unwrap_or_default(),
        beside.returned("t", &[]),
    );
    let noted = noted(schema, slots.object, ("NULL::jsonb", Happened::Created));
    beside.with(&[rows, format!("noted AS ({noted})")], answer)
}

/// Changed columns from the source, with old and new values in the stream; with those of links where the source has
/// them.
pub(crate) fn update(
    schema: &str,
    slots: &Slots<'_>,
    (used, with_links): (&[usize], bool),
    (beside, answer): (&Beside, &str),
) -> String {
    let object = table(schema, &slots.object.name);
    let names = columns(slots, used);
    let assigned: Vec<String> = names.iter().map(|name| format!("{name} = s.{name}, ")).collect();
    let mut kept: Vec<String> = vec!["b.\"id\"".into()];
    for name in names.iter().cloned().chain(beside.columns.iter().map(|column| quoted(column))) {
        let name = format!("b.{name}");
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    let source = if with_links { recordset_with_links(slots, used) } else { recordset(slots, used) };
    let (links, and_links) =
        if with_links { (", s._links", " || coalesce(w._links, '{}'::jsonb)") } else { ("", "") };
    let condition = beside.condition.as_ref().map(|condition| format!(" AND {condition}"));
    let rows = format!(
        "written AS (UPDATE {object} t SET {}version = t.version + 1, updated_at = $2, updated_by_id = $3 FROM {source} WHERE t.id = s.id{} RETURNING {}{links})",
        assigned.concat(),
        condition.unwrap_or_default(),
        beside.returned("t", &names),
    );
    let before = format!(
        "before AS (SELECT {} FROM {object} b WHERE b.id IN (SELECT s.id FROM {}))",
        kept.join(", "),
        recordset(slots, used)
    );
    let changes = format!("{}{and_links}", differences(slots, used));
    let noted = noted(schema, slots.object, (&changes, Happened::Updated));
    beside.with(&[before, rows, format!("noted AS ({noted} JOIN before b ON b.id = w.id)")], answer)
}

/// Lets the columns of one field be blank, with what was in them in the stream.
pub(crate) fn clear(schema: &str, object: &Object, field: &Field) -> String {
    let table = table(schema, &object.name);
    let named = |form: fn(String) -> String| -> String {
        field.columns.iter().map(|column| form(quoted(&column.name))).collect()
    };
    let (blank, kept) = (named(|name| format!("{name} = NULL, ")), named(|name| format!(", b.{name}")));
    let rows = format!(
        "UPDATE {table} t SET {blank}version = t.version + 1, updated_at = $2, updated_by_id = $3 FROM (SELECT b.id{kept} FROM {table} b WHERE b.id = ANY($1)) b WHERE t.id = b.id RETURNING t.id, t.version{kept}"
    );
    let told = field.columns.iter().map(|column| {
        let key = if field.columns.len() > 1 { &column.name } else { &field.id };
        format!("'{key}', jsonb_build_array(w.{}, NULL)", quoted(&column.name))
    });
    let told = format!("jsonb_build_object({})", told.collect::<Vec<_>>().join(", "));
    with_record(schema, object, &rows, (&told, Happened::Updated))
}

/// `{"f12": [old, new], …}` of the columns that differ.
fn differences(slots: &Slots<'_>, used: &[usize]) -> String {
    let parts: Vec<String> = used
        .iter()
        .map(|&slot| {
            let (field, column) = slots.columns[slot];
            let name = quoted(&column.name);
            let key = if field.columns.len() > 1 { &column.name } else { &field.id };
            format!(
                "CASE WHEN b.{name} IS DISTINCT FROM w.{name} THEN jsonb_build_object('{key}', jsonb_build_array(b.{name}, w.{name})) ELSE '{{}}'::jsonb END"
            )
        })
        .collect();
    if parts.is_empty() { "'{}'::jsonb".into() } else { parts.join(" || ") }
}

/// Live rows `$1` into the recycle bin.
pub(crate) fn delete(schema: &str, object: &Object, (beside, answer): (&Beside, &str)) -> String {
    let set = "deleted_at = $2, deleted_by_id = $3";
    moved(schema, object, (set, "t.deleted_at IS NULL", Happened::Deleted), (beside, answer))
}

/// Rows `$1` out of the recycle bin.
pub(crate) fn restore(schema: &str, object: &Object, (beside, answer): (&Beside, &str)) -> String {
    let set = "deleted_at = NULL, deleted_by_id = NULL";
    moved(schema, object, (set, "t.deleted_at IS NOT NULL", Happened::Restored), (beside, answer))
}

fn moved(
    schema: &str,
    object: &Object,
    (set, condition, happened): (&str, &str, Happened),
    (beside, answer): (&Beside, &str),
) -> String {
    let rows = table(schema, &object.name);
    let kept: String = beside.columns.iter().map(|column| format!(", b.{}", quoted(column))).collect();
    let before = format!("before AS (SELECT b.id{kept} FROM {rows} b WHERE b.id = ANY($1))");
    let written = format!(
        "written AS (UPDATE {rows} t SET {set}, version = t.version + 1 WHERE {condition} AND t.id = ANY($1) RETURNING {})",
        beside.returned("t", &[])
    );
    let noted = noted(schema, object, ("NULL::jsonb", happened));
    beside.with(&[before, written, format!("noted AS ({noted})")], answer)
}

/// For good; the stream keeps the whole last image.
pub(crate) fn purge(schema: &str, object: &Object, condition: &str) -> String {
    let rows = format!(
        "DELETE FROM {} t WHERE {condition} RETURNING t.id, t.version + 1 AS version, to_jsonb(t.*) AS image",
        table(schema, &object.name),
    );
    with_record(schema, object, &rows, ("w.image", Happened::Purged))
}

fn with_record(schema: &str, object: &Object, rows: &str, what: (&str, Happened)) -> String {
    let noted = noted(schema, object, what);
    format!("WITH written AS ({rows}), noted AS ({noted}) SELECT 0::bigint, w.id FROM written w WHERE FALSE")
}

/// Tells the stream of every row in `written w`.
fn noted(schema: &str, object: &Object, (changes, happened): (&str, Happened)) -> String {
    format!(
        "INSERT INTO {} (record_id, version, object_id, happened_at, actor_id, action, request_id, ip, user_agent, changes) \
         SELECT w.id, w.version, '{}', $2::timestamptz, $3::uuid, '{}', $4::text, $5::text, $6::text, {changes} FROM written w",
        table(schema, TAIL),
        object.id,
        happened.word(),
    )
}

/// Live records, whoever may see them, whose unique column holds one of the values in `$1`.
pub(crate) fn same_value(schema: &str, object: &str, column: &Column) -> String {
    format!(
        "SELECT {} AS value, t.id FROM {} t WHERE {} = ANY($1::text[]::{}[]) AND t.deleted_at IS NULL",
        shown(column),
        table(schema, object),
        compared("t", column),
        plain_type(column.ty),
    )
}

/// What equal values have in common: of encrypted ones the blind index.
pub(crate) fn compared(table: &str, column: &Column) -> String {
    let name = format!("{table}.{}", quoted(&column.name));
    if column.ty == ColumnType::Sealed { metadata::ddl::blind(&name) } else { name }
}

/// The value as the engine prints it too; of an encrypted one the blind index.
pub(crate) fn shown(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.ty {
        ColumnType::Text | ColumnType::Sealed => compared("t", column),
        ColumnType::Numeric(..) => format!("trim_scale(t.{name})::text"),
        _ => format!("t.{name}::text"),
    }
}

/// Without precision, which would round what is asked for.
pub(crate) fn plain_type(ty: ColumnType) -> String {
    match ty {
        ColumnType::Numeric(..) => "numeric".into(),
        other => other.sql(),
    }
}
