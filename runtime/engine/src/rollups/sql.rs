//! The statements of roll-ups. Their text depends on the roll-ups alone, never on the records.
//!
//! What children give to a parent is measured in columns named by the roll-up's place: `n0` how many values,
//! `s0` their sum, `e0` their extreme. Differences have `l0` too: the extreme of what was there before.

use std::collections::BTreeSet;
use std::sync::Arc;

use formulas::sql::{Columns, inline_condition};
use formulas::{Expression, Quantifier, Reference};
use metadata::catalog::{Catalog, Link, Object, Rollup};
use metadata::ddl::literal;
use metadata::field_kinds::ColumnType;
use metadata::field_kinds::rollup::{Function, Mode};
use sea_query::{Expr, PostgresQueryBuilder, Query};

use crate::context::Context;
use crate::plan::column_of;
use crate::write::sql::{quoted, table};

/// One column of a measure.
struct Measure {
    name: String,
    ty: String,
    /// The aggregate over children `c`.
    aggregate: String,
    what: Part,
}

/// Where children are found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// In their table, those with the ids `$1`.
    Asked,
    /// In the pieces `before` and `written` of the statement that writes them.
    Before,
    Written,
}

/// What there was before a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Past {
    Nothing,
    /// An image, as JSON in `$2`.
    Image,
    Rows,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Differences are sums.
    Sum,
    /// Differences are the extreme that comes and the one that leaves.
    Extreme(Function),
}

/// The child's side of roll-ups: where its columns are found.
struct Children<'c> {
    schema: &'c str,
    catalog: &'c Catalog,
    object: &'c Object,
    /// Alias of the child's table.
    alias: String,
    /// Roll-ups of the child that are not built: read from their own children.
    building: &'c BTreeSet<String>,
    /// Puts what only a request knows into conditions.
    fix: Fix<'c>,
}

/// What makes of a condition one that asks for nothing but its record: of those that are computed when they are read, some
/// speak of the day or the moment.
pub(crate) type Fix<'c> = &'c dyn Fn(&Expression) -> Expression;

/// The conditions of what is kept ask for nothing else as they are.
fn unchanged(condition: &Expression) -> Expression {
    condition.clone()
}

impl Children<'_> {
    fn column(&self, name: &str) -> String {
        let field = self.object.fields.iter().find(|field| field.columns.iter().any(|c| c.name == name));
        if let Some(rollup) = field.and_then(|field| field.rollup.as_ref())
            && self.building.contains(&rollup.id)
        {
            return on_read((self.schema, self.catalog), rollup, &self.alias, (self.building, self.fix));
        }
        format!("{}.{}", self.alias, quoted(name))
    }

    /// `FILTER (WHERE …)`, or nothing.
    fn filter(&self, rollup: &Rollup) -> String {
        self.condition(rollup).map(|condition| format!(" FILTER (WHERE {condition})")).unwrap_or_default()
    }

    fn condition(&self, rollup: &Rollup) -> Option<String> {
        let mut select = Query::select();
        select.expr(inline_condition(&(self.fix)(rollup.condition.as_ref()?), true, self));
        let text = select.to_string(PostgresQueryBuilder);
        Some(text.strip_prefix("SELECT ").unwrap_or(&text).to_owned())
    }

    /// That a child belongs to the parent whose id is `parent`.
    fn belongs(&self, link: &Link, rollup: &Rollup, parent: &str) -> String {
        format!("{} = {parent}{}", self.pointer(link), self.kind_of_parent(link, rollup))
    }

    /// The child's column that holds its parent's id.
    fn pointer(&self, link: &Link) -> String {
        match link {
            Link::Lookup { column, .. } => format!("{}.{}", self.alias, quoted(column)),
            Link::AnyLookup { id_column, .. } => format!("{}.{}", self.alias, quoted(id_column)),
            // No roll-up has such a link.
            Link::Table { .. } => "NULL".into(),
        }
    }

    fn kind_of_parent(&self, link: &Link, rollup: &Rollup) -> String {
        match link {
            Link::AnyLookup { object_column, .. } => {
                let name = literal(&formulas::Value::text(&rollup.parent));
                format!(" AND {}.{} = {name}", self.alias, quoted(object_column))
            }
            _ => String::new(),
        }
    }

    fn measures(&self, at: usize, rollup: &Rollup) -> Vec<Measure> {
        let filter = self.filter(rollup);
        let value = rollup.source.as_ref().map(|(_, column)| self.column(&column.name));
        let value = value.as_deref().unwrap_or("*");
        if rollup.function.needs_all() {
            return vec![self.whole(at, rollup, value)];
        }
        let counted = rollup.function == Function::Count || rollup.counts();
        let count = counted.then(|| Measure {
            name: format!("n{at}"),
            ty: "bigint".into(),
            aggregate: format!("count({value}){filter}"),
            what: Part::Sum,
        });
        let sum = matches!(rollup.function, Function::Sum | Function::Avg).then(|| Measure {
            name: format!("s{at}"),
            ty: "numeric".into(),
            aggregate: format!("coalesce(sum({value}){filter}, 0)"),
            what: Part::Sum,
        });
        let extreme = rollup.function.is_extreme().then(|| Measure {
            name: format!("e{at}"),
            ty: rollup.column.ty.sql(),
            aggregate: format!("{}({value}){filter}", rollup.function.word()),
            what: Part::Extreme(rollup.function),
        });
        count.into_iter().chain(sum).chain(extreme).collect()
    }

    /// What only all children together tell: how many different values, or that of the first or last.
    fn whole(&self, at: usize, rollup: &Rollup, value: &str) -> Measure {
        let (name, what) = (format!("e{at}"), Part::Sum);
        if rollup.function == Function::CountDistinct {
            let aggregate = format!("count(DISTINCT {value}){}", self.filter(rollup));
            return Measure { name, ty: "bigint".into(), aggregate, what };
        }
        let by = self.column(rollup.by.as_ref().map_or("created_at", |column| &column.name));
        // Blank sorts as the smallest value, in both directions.
        let order = match rollup.function {
            Function::First => format!("{by} NULLS FIRST, {}.id", self.alias),
            _ => format!("{by} DESC NULLS LAST, {}.id DESC", self.alias),
        };
        let also = self.condition(rollup).map(|condition| format!(" AND ({condition})")).unwrap_or_default();
        let filter = format!("FILTER (WHERE {value} IS NOT NULL{also})");
        let aggregate = format!("(array_agg({value} ORDER BY {order}) {filter})[1]");
        Measure { name, ty: rollup.column.ty.sql(), aggregate, what }
    }

    /// Measures of all roll-ups; those that do not follow `link` are what nobody gives.
    fn row(&self, rollups: &[Arc<Rollup>], link: &Link) -> String {
        let mut columns = Vec::new();
        for (at, rollup) in rollups.iter().enumerate() {
            for measure in self.measures(at, rollup) {
                let value = match (rollup.link == *link, measure.what) {
                    (true, _) => measure.aggregate,
                    (false, Part::Sum) => format!("0::{}", measure.ty),
                    (false, Part::Extreme(_)) => format!("NULL::{}", measure.ty),
                };
                columns.push(format!("{value} AS {}", measure.name));
            }
        }
        columns.join(", ")
    }

    /// What the live ones among some rows give, a row for each parent and link.
    fn given(&self, rollups: &[Arc<Rollup>], rows: Rows) -> String {
        let rows = match rows {
            Rows::Asked => format!("{} c WHERE c.id = ANY($1) AND", table(self.schema, &self.object.name)),
            Rows::Before => "before c WHERE c.id IN (SELECT w.id FROM written w) AND".into(),
            Rows::Written => "written c WHERE".into(),
        };
        let of = |(link, rollup): (&Link, &Rollup)| {
            let pointer = self.pointer(link);
            format!(
                "SELECT {pointer} AS p, {} FROM {rows} c.deleted_at IS NULL AND {pointer} IS NOT NULL{} GROUP BY {pointer}",
                self.row(rollups, link),
                self.kind_of_parent(link, rollup)
            )
        };
        links(rollups).into_iter().map(of).collect::<Vec<_>>().join(" UNION ALL ")
    }
}

impl Columns for Children<'_> {
    fn column(&self, reference: &Reference) -> Expr {
        match column_of(self.object, &reference.field) {
            Some(column) => Expr::cust(self.column(&column.name)),
            None => Expr::cust("NULL"),
        }
    }

    fn related(&self, _: &str, _: Quantifier, _: &Expression) -> Expr {
        // The catalog lets no condition look at other records.
        Expr::cust("FALSE")
    }
}

/// Each way from the child to the parent, with one roll-up that takes it.
fn links(rollups: &[Arc<Rollup>]) -> Vec<(&Link, &Rollup)> {
    let mut found: Vec<(&Link, &Rollup)> = Vec::new();
    for rollup in rollups {
        if !found.iter().any(|(link, _)| **link == rollup.link) {
            found.push((&rollup.link, rollup));
        }
    }
    found
}

const BUILT: &BTreeSet<String> = &BTreeSet::new();

fn children<'c>(context: &'c Context, object: &'c Object) -> Children<'c> {
    let (schema, catalog) = (context.tenant().schema.as_str(), context.snapshot.catalog.as_ref());
    Children { schema, catalog, object, alias: "c".into(), building: BUILT, fix: &unchanged }
}

/// What children `$1` give now, as JSON that [`apply`] takes back.
pub(super) fn image(context: &Context, child: &Object, rollups: &[Arc<Rollup>]) -> String {
    let given = children(context, child).given(rollups, Rows::Asked);
    format!("SELECT coalesce(json_agg(x), '[]'::json)::text FROM ({given}) x")
}

/// Rows of `d`: for each parent the difference between what was before and what the children give now. Parents for which
/// there is none are left out.
fn differences(
    context: &Context,
    child: &Object,
    rollups: &[Arc<Rollup>],
    (now, past): (Rows, Past),
) -> String {
    let side = children(context, child);
    let measures: Vec<Measure> =
        rollups.iter().enumerate().flat_map(|(at, rollup)| side.measures(at, rollup)).collect();
    let (mut record, mut come, mut gone, mut total, mut changed) =
        (vec!["p uuid".to_owned()], Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for Measure { name, ty, what, .. } in &measures {
        record.push(format!("{name} {ty}"));
        match what {
            Part::Sum => {
                come.push(format!("g.{name}"));
                gone.push(format!("-b.{name}"));
                total.push(format!("sum(x.{name}) AS {name}"));
                changed.push(format!("sum(x.{name}) <> 0"));
            }
            Part::Extreme(function) => {
                let (word, leaving) = (function.word(), name.replace('e', "l"));
                come.push(format!("g.{name}, NULL::{ty} AS {leaving}"));
                gone.push(format!("NULL::{ty}, b.{name}"));
                total.push(format!("{word}(x.{name}) AS {name}, {word}(x.{leaving}) AS {leaving}"));
                changed.push(format!("{word}(x.{name}) IS DISTINCT FROM {word}(x.{leaving})"));
            }
        }
    }
    let before = match past {
        Past::Nothing => None,
        Past::Image => Some(format!("json_to_recordset($2::json) AS b({})", record.join(", "))),
        Past::Rows => Some(format!("({}) b", side.given(rollups, Rows::Before))),
    };
    let before = before.map(|from| format!(" UNION ALL SELECT b.p, {} FROM {from}", gone.join(", ")));
    format!(
        "SELECT x.p, {} FROM (SELECT g.p, {} FROM ({}) g{}) x GROUP BY x.p HAVING {}",
        total.join(", "),
        come.join(", "),
        side.given(rollups, now),
        before.unwrap_or_default(),
        changed.join(" OR ")
    )
}

fn parent_table(context: &Context, rollups: &[Arc<Rollup>]) -> String {
    table(&context.tenant().schema, rollups.first().map_or("", |rollup| rollup.parent.as_str()))
}

/// `l`: the parents of the differences, locked in one order, so that two writers wait instead of deadlocking.
fn locked(parent: &str, suffix: &str, condition: Option<String>) -> String {
    format!(
        "l{suffix} AS MATERIALIZED (SELECT p.id FROM {parent} p WHERE p.id = ANY(ARRAY(SELECT d.p FROM d{suffix} d)){} ORDER BY p.id FOR NO KEY UPDATE)",
        condition.unwrap_or_default()
    )
}

/// Locks the parents that [`apply`] would change, and answers their ids.
pub(super) fn lock(context: &Context, child: &Object, rollups: &[Arc<Rollup>]) -> String {
    let parent = parent_table(context, rollups);
    let differences = differences(context, child, rollups, (Rows::Asked, Past::Image));
    format!("WITH d AS MATERIALIZED ({differences}), {} SELECT l.id FROM l", locked(&parent, "", None))
}

/// Locks parents and adds the differences. Answers each parent's id, and whether an extreme of it has left and must
/// be computed.
pub(super) fn apply(context: &Context, child: &Object, rollups: &[Arc<Rollup>]) -> String {
    let differences = differences(context, child, rollups, (Rows::Asked, Past::Image));
    let parent = parent_table(context, rollups);
    let (locked, add) = (locked(&parent, "", None), add(&parent, rollups, ""));
    format!("WITH d AS MATERIALIZED ({differences}), {locked} {add}")
}

/// The same as pieces of the statement that writes the children: what is in `written`, and in `before` if they were
/// there. Its answer stands in `kept`, each name with the number of the group behind it. Each group takes its locks when
/// those before it have theirs.
pub(super) fn pieces(
    context: &Context,
    (child, rollups): (&Object, &[Arc<Rollup>]),
    mode: Mode,
    (number, is_new): (usize, bool),
) -> String {
    let past = if is_new { Past::Nothing } else { Past::Rows };
    let (parent, suffix) = (parent_table(context, rollups), number.to_string());
    let differences = differences(context, child, rollups, (Rows::Written, past));
    let keep = match mode {
        Mode::Immediate => {
            let after = number.checked_sub(1);
            let after = after.map(|other| format!(" AND (SELECT count(*) FROM l{other}) >= 0"));
            let add = add(&parent, rollups, &suffix);
            format!("{}, kept{number}(id, has_left) AS ({add})", locked(&parent, &suffix, after))
        }
        // Nobody waits for anything.
        Mode::Deferred | Mode::OnRead => format!(
            "l{number}(id) AS (SELECT NULL::uuid), kept{number}(id, has_left) AS ({} RETURNING parent_id, FALSE)",
            dirty(context, rollups, &suffix)
        ),
    };
    format!("d{number} AS MATERIALIZED ({differences}), {keep}")
}

/// Adds the differences `d` to the locked parents `l`.
fn add(parent: &str, rollups: &[Arc<Rollup>], suffix: &str) -> String {
    let (mut set, mut left) = (Vec::new(), vec!["FALSE".to_owned()]);
    for (at, rollup) in rollups.iter().enumerate() {
        added(&mut set, at, rollup);
        let column = format!("p.{}", quoted(&rollup.column.name));
        let beyond = if rollup.function == Function::Min { ('<', '>') } else { ('>', '<') };
        if let (Some(count), true) = (rollup.count_column(), rollup.function.is_extreme()) {
            left.push(format!(
                "coalesce(p.{} > 0 AND d.l{at} {}= {column} AND (d.e{at} IS NULL OR d.e{at} {} d.l{at}), FALSE)",
                quoted(&count.name),
                beyond.0,
                beyond.1
            ));
        }
    }
    format!(
        "UPDATE {parent} p SET {} FROM d{suffix} d, l{suffix} l WHERE l.id = d.p AND p.id = l.id RETURNING p.id, {}",
        set.join(", "),
        left.join(" OR ")
    )
}

/// Assignments that add the differences of one roll-up.
fn added(set: &mut Vec<String>, at: usize, rollup: &Rollup) {
    let visible = quoted(&rollup.column.name);
    let count = rollup.count_column().map(|hidden| quoted(&hidden.name));
    let sum = rollup.sum_column().map(|hidden| quoted(&hidden.name));
    let counted = count.as_ref().map(|count| format!("p.{count} + d.n{at}")).unwrap_or_default();
    set.push(match rollup.function {
        Function::Count => format!("{visible} = p.{visible} + d.n{at}"),
        Function::Sum if count.is_none() => format!("{visible} = p.{visible} + d.s{at}"),
        Function::Sum => {
            format!(
                "{visible} = CASE WHEN {counted} = 0 THEN NULL ELSE coalesce(p.{visible}, 0) + d.s{at} END"
            )
        }
        Function::Avg => {
            let total = format!("(p.{} + d.s{at})", sum.clone().unwrap_or_default());
            format!("{visible} = {}", average(rollup, &total, &format!("({counted})")))
        }
        Function::Min | Function::Max => {
            let nearer = if rollup.function == Function::Min { "least" } else { "greatest" };
            format!("{visible} = CASE WHEN {counted} = 0 THEN NULL ELSE {nearer}(p.{visible}, d.e{at}) END")
        }
        // None of these is kept.
        Function::CountDistinct | Function::First | Function::Last => return,
    });
    set.extend(count.map(|count| format!("{count} = {counted}")));
    set.extend(sum.map(|sum| format!("{sum} = p.{sum} + d.s{at}")));
}

fn average(rollup: &Rollup, sum: &str, count: &str) -> String {
    let scale = if let ColumnType::Numeric(_, scale) = rollup.column.ty { scale } else { 0 };
    // The factor makes PostgreSQL carry more digits than are kept, so that rounding is right.
    format!("round({sum} * 1.000000000000000000000000 / nullif({count}, 0), {scale})")
}

/// Columns of a roll-up and their values from its measures, which stand under `m`.
fn computed(at: usize, rollup: &Rollup) -> Vec<(String, String)> {
    let (n, s) = (format!("m.n{at}"), format!("m.s{at}"));
    let visible = match rollup.function {
        Function::Count => n.clone(),
        Function::Sum if !rollup.counts() => s.clone(),
        Function::Sum => format!("CASE WHEN {n} = 0 THEN NULL ELSE {s} END"),
        Function::Avg => average(rollup, &s, &n),
        Function::Min | Function::Max => format!("m.e{at}"),
        Function::CountDistinct | Function::First | Function::Last => format!("m.e{at}"),
    };
    let count = rollup.count_column().map(|hidden| (hidden.name, n));
    let sum = rollup.sum_column().map(|hidden| (hidden.name, s));
    std::iter::once((rollup.column.name.clone(), visible)).chain(count).chain(sum).collect()
}

/// `m`: measures of one roll-up over all children of the parent with this id.
fn measured(side: &Children<'_>, at: usize, rollup: &Rollup, parent: &str) -> String {
    let measures: Vec<String> = side
        .measures(at, rollup)
        .into_iter()
        .map(|measure| format!("{} AS {}", measure.aggregate, measure.name))
        .collect();
    let alias = &side.alias;
    format!(
        "SELECT {} FROM {} {alias} WHERE {} AND {alias}.deleted_at IS NULL",
        measures.join(", "),
        table(side.schema, &side.object.name),
        side.belongs(&rollup.link, rollup, parent)
    )
}

/// Computes all columns of roll-ups for the parents `$1`.
pub(super) fn compute(context: &Context, child: &Object, rollups: &[Arc<Rollup>]) -> String {
    let side = children(context, child);
    let mut set = Vec::new();
    let mut sources = Vec::new();
    for (at, rollup) in rollups.iter().enumerate() {
        let lateral = measured(&side, at, rollup, "q.id");
        sources.push(format!("CROSS JOIN LATERAL ({lateral}) m{at}"));
        set.extend(
            computed(at, rollup).into_iter().map(|(name, value)| format!("{} = {value}", quoted(&name))),
        );
    }
    format!(
        "UPDATE {} p SET {} FROM (SELECT * FROM unnest($1::uuid[]) AS q(id) {}) m WHERE p.id = m.id",
        parent_table(context, rollups),
        set.join(", "),
        sources.join(" ")
    )
}

/// What a roll-up that is not to be read as it is stored is for the record with the alias `parent`: from the children as
/// they are now; where only some records are not built yet, as stored for the others.
pub(crate) fn on_read(
    (schema, catalog): (&str, &Catalog),
    rollup: &Rollup,
    parent: &str,
    (building, fix): (&BTreeSet<String>, Fix<'_>),
) -> String {
    let Some(child) = catalog.find_object(&rollup.child) else { return "NULL".into() };
    let side = Children { schema, catalog, object: child, alias: format!("{parent}c"), building, fix };
    let value = computed(0, rollup).into_iter().next().map(|(_, value)| value).unwrap_or_default();
    let column = format!("{parent}.{}", quoted(&rollup.column.name));
    if rollup.mode != Mode::Immediate {
        // What is stored, if anything, may be old.
        return format!(
            "(SELECT CAST({value} AS {}) FROM ({}) m)",
            rollup.column.ty.sql(),
            measured(&side, 0, rollup, &format!("{parent}.id"))
        );
    }
    format!(
        "(CASE WHEN {parent}.{} IS NULL THEN (SELECT CAST({value} AS {}) FROM ({}) m) ELSE {column} END)",
        quoted(&rollup.built_column()),
        rollup.column.ty.sql(),
        measured(&side, 0, rollup, &format!("{parent}.id"))
    )
}

/// Locks parents `$1` in their order.
pub(super) fn lock_parents(context: &Context, parent: &Object) -> String {
    let parent = table(&context.tenant().schema, &parent.name);
    format!("SELECT p.id FROM {parent} p WHERE p.id = ANY($1) ORDER BY p.id FOR NO KEY UPDATE")
}

/// The next `$2` parents after `$1` that are not built.
pub(super) fn unbuilt(context: &Context, rollup: &Rollup) -> String {
    format!(
        "SELECT p.id FROM {} p WHERE p.id > $1 AND p.{} IS NULL ORDER BY p.id LIMIT $2",
        table(&context.tenant().schema, &rollup.parent),
        quoted(&rollup.built_column())
    )
}

/// Notes parents whose deferred roll-ups a change concerns: children `$1`, image `$2`.
pub(super) fn note_dirty(context: &Context, child: &Object, rollups: &[Arc<Rollup>]) -> String {
    let differences = differences(context, child, rollups, (Rows::Asked, Past::Image));
    format!("WITH d AS MATERIALIZED ({differences}) {}", dirty(context, rollups, ""))
}

/// Notes the parents of the differences `d`.
fn dirty(context: &Context, rollups: &[Arc<Rollup>], suffix: &str) -> String {
    let ids: Vec<String> = rollups.iter().map(|rollup| literal(&formulas::Value::text(&rollup.id))).collect();
    format!(
        "INSERT INTO {} (field_id, parent_id) SELECT f.id, d.p FROM d{suffix} d CROSS JOIN unnest(ARRAY[{}]) AS f(id)",
        table(&context.tenant().schema, "_rollup_dirty"),
        ids.join(", ")
    )
}

/// The last of the next `$2` parents after `$1`; none where there are fewer.
pub(super) fn range(context: &Context, rollup: &Rollup) -> String {
    let parent = table(&context.tenant().schema, &rollup.parent);
    format!("SELECT p.id FROM {parent} p WHERE p.id > $1 ORDER BY p.id LIMIT 1 OFFSET $2 - 1")
}

/// Parents whose stored values differ from what their children give, the next `$2` after `$1` and up to `$3`. Those that wait for
/// a worker are right as they are.
pub(super) fn drifted(context: &Context, child: &Object, rollup: &Rollup) -> String {
    let schema = &context.tenant().schema;
    let side = children(context, child);
    let (names, values): (Vec<String>, Vec<String>) =
        computed(0, rollup).into_iter().map(|(name, value)| (format!("p.{}", quoted(&name)), value)).unzip();
    format!(
        "SELECT p.id FROM {} p CROSS JOIN LATERAL ({}) m WHERE p.id > $1 AND p.id <= $3 AND ROW({}) IS DISTINCT FROM ROW({}) \
         AND NOT EXISTS (SELECT 1 FROM {} w WHERE w.field_id = {} AND w.parent_id = p.id) ORDER BY p.id LIMIT $2",
        table(schema, &rollup.parent),
        measured(&side, 0, rollup, "p.id"),
        names.join(", "),
        values.join(", "),
        table(schema, "_rollup_dirty"),
        literal(&formulas::Value::text(&rollup.id))
    )
}
