//! The statements of the write path. Each writes the rows and what the audit stream tells of them together, so that
//! there is no change without a record of it; none depends on how many records there are.
//!
//! Parameters common to all: `$1` the source or ids, `$2` now, `$3` the actor's user id, `$4` the request id, `$5` the
//! address and `$6` the user agent that the request comes from.

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

/// New rows from the source. Their values stand in them, and later in what changes them.
pub(crate) fn insert(schema: &str, slots: &Slots<'_>, used: &[usize]) -> String {
    let columns = columns(slots, used);
    let picked: Vec<String> = columns.iter().map(|column| format!("s.{column}")).collect();
    let rows = format!(
        "INSERT INTO {} ({}) SELECT {} FROM {} ORDER BY s._n RETURNING id, version",
        table(schema, &slots.object.name),
        columns.join(", "),
        picked.join(", "),
        recordset(slots, used),
    );
    with_record(schema, slots.object, &rows, ("NULL::jsonb", Happened::Created))
}

/// Changed columns from the source, with old and new values in the stream; with those of links where the source has
/// them.
pub(crate) fn update(schema: &str, slots: &Slots<'_>, used: &[usize], with_links: bool) -> String {
    let object = table(schema, &slots.object.name);
    let names = columns(slots, used);
    let assigned: Vec<String> = names.iter().map(|name| format!("{name} = s.{name}, ")).collect();
    let kept: String = names.iter().map(|name| format!(", b.{name}")).collect();
    let new: String = names.iter().map(|name| format!(", t.{name}")).collect();
    let source = if with_links { recordset_with_links(slots, used) } else { recordset(slots, used) };
    let (links, and_links) =
        if with_links { (", s._links", " || coalesce(w._links, '{}'::jsonb)") } else { ("", "") };
    let rows = format!(
        "UPDATE {object} t SET {}version = t.version + 1, updated_at = $2, updated_by_id = $3 FROM {source} WHERE t.id = s.id RETURNING t.id, t.version{new}{links}",
        assigned.concat(),
    );
    let before = format!(
        "SELECT b.id{kept} FROM {object} b WHERE b.id IN (SELECT s.id FROM {})",
        recordset(slots, used)
    );
    let changes = format!("{}{and_links}", differences(slots, used));
    let noted = noted(schema, slots.object, (&changes, Happened::Updated));
    format!(
        "WITH before AS ({before}), written AS ({rows}), noted AS ({noted} JOIN before b ON b.id = w.id) SELECT id FROM written"
    )
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
        let key = if field.columns.len() > 1 { &column.key } else { &field.id };
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
            let key = if field.columns.len() > 1 { &column.key } else { &field.id };
            format!(
                "CASE WHEN b.{name} IS DISTINCT FROM w.{name} THEN jsonb_build_object('{key}', jsonb_build_array(b.{name}, w.{name})) ELSE '{{}}'::jsonb END"
            )
        })
        .collect();
    if parts.is_empty() { "'{}'::jsonb".into() } else { parts.join(" || ") }
}

/// Into the recycle bin: live rows where `condition` holds.
pub(crate) fn delete(schema: &str, object: &Object, condition: &str) -> String {
    let rows = format!(
        "UPDATE {} t SET deleted_at = $2, deleted_by_id = $3, version = t.version + 1 WHERE t.deleted_at IS NULL AND {condition} RETURNING t.id, t.version",
        table(schema, &object.name),
    );
    with_record(schema, object, &rows, ("NULL::jsonb", Happened::Deleted))
}

/// Out of the recycle bin.
pub(crate) fn restore(schema: &str, object: &Object, condition: &str) -> String {
    let rows = format!(
        "UPDATE {} t SET deleted_at = NULL, deleted_by_id = NULL, version = t.version + 1 WHERE t.deleted_at IS NOT NULL AND {condition} RETURNING t.id, t.version",
        table(schema, &object.name),
    );
    with_record(schema, object, &rows, ("NULL::jsonb", Happened::Restored))
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
    format!("WITH written AS ({rows}), noted AS ({noted}) SELECT id FROM written")
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
