//! A change of kind that the column cannot follow: a second column beside it, kept in step by a trigger, filled while
//! everybody goes on working, and then given the name. The former column stays behind in the same way, kept in step in
//! the other direction, so that going back is the same step again.
//!
//! The trigger looks at the shown column alone and fills the hidden one, so it does not matter what a writer knows of
//! the change. What cannot go over is blank there: a write never fails for it, and the names do not change places as
//! long as that would lose a value, unless that was allowed.
//!
//! Nor does a write fail for a value that is unique as it is and would not be in the hidden column (`007` and `7`). As
//! long as the index that finds such values is there, what is written leaves the hidden column blank; the turn fills it
//! under its lock, and is what fails.

use std::sync::Arc;

use super::act::{Act, Doing};
use super::indexes::On;
use super::names::{quote, text_literal};
use super::plan::{Builder, Phase};
use super::{Index, Lock, Purge, Risk};
use crate::catalog::Object;
use crate::field_kinds::picklist::Choice;
use crate::field_kinds::{ColumnType, FieldKind};
use crate::retype::{VALUE, Way, is_convertible, is_reachable};
use crate::{Field, catalog};

/// What happens in a plan beside what differs in the catalog.
#[derive(Clone, Debug)]
pub enum Turn {
    /// The hidden column comes; a job fills it, and plans again with `Swap`.
    Begin(Retype),
    /// The names change places.
    Swap(Retype),
    /// Both at once, on a table that is small.
    Whole(Retype),
    /// The field has another name now.
    Rename(Retype),
    /// A job makes the unique index of a field, and plans again when it is there.
    Key(Arc<Object>, Box<Field>),
    /// The unique index that a job was making goes, by the same job; names are those of before the plan.
    Unkey(Arc<Object>, Box<Field>),
    /// The hidden column goes; names are those of before the plan.
    Drop(Retype),
    /// What was retired goes for good.
    Purge(Purge),
}

impl Turn {
    /// Stable id of the object that it is about.
    pub fn object(&self) -> &str {
        match self {
            Self::Begin(retype)
            | Self::Swap(retype)
            | Self::Whole(retype)
            | Self::Rename(retype)
            | Self::Drop(retype) => &retype.object,
            Self::Key(object, _) | Self::Unkey(object, _) => &object.id,
            Self::Purge(purge) => &purge.object,
        }
    }
}

/// One of the two columns.
#[derive(Clone, Debug)]
struct Side {
    ty: ColumnType,
    /// What has to be true of a value `r` in it.
    fits: Option<String>,
}

/// A field with a column beside it.
#[derive(Clone, Debug)]
pub struct Retype {
    /// The field's stable id.
    pub id: String,
    /// Stable id of its object.
    pub object: String,
    pub table: String,
    /// `deal.amount`
    pub name: String,
    column: String,
    visible: Side,
    hidden: Side,
    way: Way,
    /// Whether values may be left behind.
    pub lossy: bool,
    /// Whether the hidden column is there and in step already.
    pub exists: bool,
    indexes: Vec<Index>,
}

/// Whether a change of kind needs a second column, and can have one.
pub fn is_retype(from: &Field, to: &Field) -> bool {
    let plain = |field: &Field| field.columns.len() == 1 && !field.encrypted && !field.standard;
    let kinds = is_convertible(&from.kind) && is_reachable(&to.kind);
    plain(from) && plain(to) && kinds && !super::kinds::is_in_place(&from.kind, &to.kind)
}

/// Name of the column beside a field's own.
pub fn other(id: &str) -> String {
    format!("_other_{id}")
}

impl Side {
    fn of(kind: &FieldKind, options: &[Choice]) -> Self {
        let columns = kind.behaviour().columns();
        let ty = columns.first().map_or(ColumnType::Text, |(_, ty)| *ty);
        let fits = match (kind, ty) {
            (_, ColumnType::Numeric(precision, scale)) => Some(format!(
                "r = round(r, {scale}) AND abs(r) < 1{}",
                "0".repeat(usize::from(precision.saturating_sub(scale)))
            )),
            (_, ColumnType::Bigint) => {
                Some(format!("r = trunc(r) AND r BETWEEN {} AND {}", i64::MIN, i64::MAX))
            }
            (FieldKind::Text(text), _) => Some(format!("char_length(r) <= {} AND r <> ''", text.max_length)),
            (FieldKind::Picklist(_), _) => {
                let values: Vec<String> = options.iter().map(|option| text_literal(&option.value)).collect();
                Some(format!("r = ANY(ARRAY[{}]::text[])", values.join(", ")))
            }
            (_, ColumnType::Text) => Some("r <> ''".to_owned()),
            _ => None,
        };
        Self { ty, fits }
    }

    /// The type in which a value is computed before it is known to fit.
    fn wide(&self) -> String {
        match self.ty {
            ColumnType::Numeric(..) | ColumnType::Bigint => "numeric".to_owned(),
            ty => ty.sql(),
        }
    }
}

impl Retype {
    /// The field of an object that shows `visible` and is to show, or has shown, `hidden`. `way` goes from the one to
    /// the other.
    pub fn new(object: &Object, (visible, hidden): (&Field, &Field), (way, lossy): (Way, bool)) -> Self {
        Self {
            id: visible.id.clone(),
            object: object.id.clone(),
            table: object.name.clone(),
            name: format!("{}.{}", object.name, visible.name),
            column: visible
                .columns
                .first()
                .map_or_else(|| visible.name.clone(), |column| column.name.clone()),
            visible: Side::of(&visible.kind, &visible.options),
            hidden: Side::of(&hidden.kind, &hidden.options),
            way,
            lossy,
            exists: false,
            indexes: indexes(object, hidden),
        }
    }

    /// The same with table and column of other names.
    #[must_use]
    pub fn named(&self, table: &str, column: &str) -> Self {
        Self {
            table: table.to_owned(),
            column: column.to_owned(),
            name: format!("{table}.{column}"),
            ..self.clone()
        }
    }

    fn turned(&self) -> Self {
        let way = Way { up: self.way.down.clone(), down: self.way.up.clone() };
        Self { visible: self.hidden.clone(), hidden: self.visible.clone(), way, ..self.clone() }
    }

    /// The function that takes a value over, without its schema.
    pub fn convert_name(&self) -> String {
        format!("_convert_{}", self.id)
    }

    fn function(&self, schema: &str, word: &str) -> String {
        format!("{}.{}", quote(schema), quote(&format!("_{word}_{}", self.id)))
    }

    fn table(&self, schema: &str) -> String {
        format!("{}.{}", quote(schema), quote(&self.table))
    }

    /// A value of the shown column whose counterpart is blank.
    fn lost(&self) -> String {
        format!("{} IS NOT NULL AND {} IS NULL", quote(&self.column), quote(&other(&self.id)))
    }

    /// The function that takes a value over, blank where it does not fit.
    pub fn convert(&self, schema: &str) -> [String; 2] {
        let name = self.function(schema, "convert");
        let (from, wide) = (self.visible.ty.sql(), self.hidden.wide());
        let from = from.split('(').next().unwrap_or_default();
        let to = self.hidden.ty.sql();
        let to = to.split('(').next().unwrap_or_default().to_owned();
        let fits = self.hidden.fits.as_ref().map(|fits| format!(" OR NOT ({fits})")).unwrap_or_default();
        let body = format!(
            "DECLARE r {wide}; BEGIN r := {}; IF r IS NULL{fits} THEN RETURN NULL; END IF; RETURN r; \
             EXCEPTION WHEN data_exception THEN RETURN NULL; END",
            self.way.up
        );
        [
            format!("DROP FUNCTION IF EXISTS {name}({from})"),
            format!(
                "CREATE FUNCTION {name}({VALUE} {from}) RETURNS {to} LANGUAGE plpgsql IMMUTABLE STRICT AS {}",
                text_literal(&body)
            ),
        ]
    }

    /// The function of the trigger. It leaves alone what does not change, and so what the hidden column kept. Whether
    /// the unique index is there it sees for itself: a build waits for the writers that have not, and one that was
    /// killed, or failed, leaves an index that still refuses what is there twice.
    fn keep(&self, schema: &str) -> String {
        let (own, other) = (quote(&self.column), quote(&other(&self.id)));
        let is_new = format!("TG_OP = 'INSERT' OR NEW.{own} IS DISTINCT FROM OLD.{own}");
        let body = format!(
            "BEGIN IF to_regclass({key}) IS NOT NULL THEN \
             IF {is_new} OR NEW.\"deleted_at\" IS DISTINCT FROM OLD.\"deleted_at\" THEN NEW.{other} := NULL; END IF; \
             ELSIF {is_new} OR NEW.{other} IS NULL THEN NEW.{other} := {convert}(NEW.{own}); END IF; RETURN NEW; END",
            key = text_literal(&self.key_name(schema)),
            convert = self.function(schema, "convert")
        );
        format!(
            "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS {}",
            self.function(schema, "keep"),
            text_literal(&body)
        )
    }

    /// Fills the hidden column of so many records (`$2`) after one (`$1`); answers the last and how many there were.
    pub fn fill(&self, schema: &str) -> String {
        let (table, other) = (self.table(schema), quote(&other(&self.id)));
        let own = quote(&self.column);
        format!(
            "WITH b AS MATERIALIZED (SELECT \"id\" FROM {table} WHERE \"id\" > $1 ORDER BY \"id\" LIMIT $2 FOR NO KEY UPDATE), \
             u AS (UPDATE {table} AS t SET {other} = {}(t.{own}) FROM b WHERE t.\"id\" = b.\"id\" AND t.{own} IS NOT NULL AND t.{other} IS NULL) \
             SELECT (SELECT \"id\" FROM b ORDER BY \"id\" DESC LIMIT 1), (SELECT count(*) FROM b)",
            self.function(schema, "convert")
        )
    }

    /// Fills the hidden column where writers left it blank for the unique index, and the value can go over.
    pub fn catch_up(&self, schema: &str) -> String {
        let converted = format!("{}({})", self.function(schema, "convert"), quote(&self.column));
        format!(
            "UPDATE {} SET {} = {converted} WHERE {} AND {converted} IS NOT NULL",
            self.table(schema),
            quote(&other(&self.id)),
            self.lost()
        )
    }

    /// Ids of records whose value would be lost, `$1` at most.
    pub fn offending(&self, schema: &str) -> String {
        let own = quote(&self.column);
        let known = if self.exists { self.lost() } else { format!("{own} IS NOT NULL") };
        // What is only blank for the unique index can still go over.
        let lost = format!("{known} AND {}({own}) IS NULL", self.function(schema, "convert"));
        format!("SELECT \"id\" FROM {} WHERE {lost} ORDER BY \"id\" LIMIT $1", self.table(schema))
    }

    /// Looks at so many records (`$2`) after one (`$1`): answers the last, how many there were, and those whose value would
    /// be lost, `$3` at most.
    pub fn look(&self, schema: &str) -> String {
        format!(
            "WITH b AS MATERIALIZED (SELECT \"id\", {} AS v FROM {} WHERE \"id\" > $1 ORDER BY \"id\" LIMIT $2) \
             SELECT (SELECT \"id\" FROM b ORDER BY \"id\" DESC LIMIT 1), (SELECT count(*) FROM b), \
             ARRAY(SELECT \"id\" FROM b WHERE v IS NOT NULL AND {}(v) IS NULL ORDER BY \"id\" LIMIT $3)",
            quote(&self.column),
            self.table(schema),
            self.function(schema, "convert")
        )
    }

    /// Ids of records of a sample of so many percent (`$2`) whose value would be lost, `$1` at most.
    pub fn sample(&self, schema: &str) -> String {
        let own = quote(&self.column);
        format!(
            "SELECT \"id\" FROM {} TABLESAMPLE SYSTEM ($2) WHERE {own} IS NOT NULL AND {}({own}) IS NULL LIMIT $1",
            self.table(schema),
            self.function(schema, "convert")
        )
    }

    /// The unique index of the hidden column, of a field that is to be unique. It is there for the turn alone: when that
    /// fails it goes.
    pub fn key(&self) -> Option<Index> {
        let key = self.indexes.iter().find(|index| index.unique);
        key.map(|index| Index { table: self.table.clone(), ..index.clone() })
    }

    fn key_name(&self, schema: &str) -> String {
        format!("{}.{}", quote(schema), quote(&format!("{}_other_key", self.id)))
    }

    /// Removes the unique index of a turn that did not come about. It takes the table for a moment.
    pub fn drop_key(&self, schema: &str) -> String {
        format!("DROP INDEX IF EXISTS {}", self.key_name(schema))
    }

    /// The indexes that there must be before values are looked at: of what would be lost, and the field's own but the
    /// unique one.
    pub fn indexes(&self) -> Vec<Index> {
        let lost = Index {
            name: format!("{}_lost_idx", self.id),
            table: self.table.clone(),
            on: On::Columns(format!("(\"id\") WHERE {}", self.lost())),
            unique: false,
        };
        let own = self.indexes.iter().filter(|index| !index.unique);
        let own = own.map(|index| Index { table: self.table.clone(), ..index.clone() });
        std::iter::once(lost).chain(own).collect()
    }
}

/// Indexes of the hidden column as those of the field are.
fn indexes(object: &Object, hidden: &Field) -> Vec<Index> {
    let mut field = hidden.clone();
    for column in &mut field.columns {
        *column = catalog::Column { name: other(&hidden.id), ..column.clone() };
    }
    let plain =
        Index::of(object, &field).map(|index| Index { name: format!("{}_other_idx", hidden.id), ..index });
    let unique = hidden.unique.then(|| Index::unique(object, &field));
    let unique = unique.map(|index| Index { name: format!("{}_other_key", hidden.id), ..index });
    plain.into_iter().chain(unique).collect()
}

impl Builder<'_> {
    pub fn turn(&mut self, turn: &Turn) {
        match turn {
            Turn::Begin(retype) => {
                self.begin(retype);
                self.look(retype);
                self.tell(retype);
            }
            Turn::Swap(retype) => self.swap(retype),
            Turn::Whole(retype) => {
                self.begin(retype);
                self.fill(retype);
                self.swap(retype);
            }
            Turn::Rename(retype) => {
                let act = Doing::KeepOther.of(&retype.name);
                self.push(Phase::Convert, retype.keep(self.schema), (Lock::None, Risk::Safe), act);
            }
            Turn::Drop(retype) => self.drop_retype(retype),
            Turn::Purge(purge) => self.purge(purge),
            Turn::Key(object, field) => {
                let sql = Index::unique(object, field).create_concurrently(self.schema);
                let act = Doing::UniqueBeside.field(&object.name, &field.name);
                self.push(Phase::Index, sql, (Lock::RowExclusive, Risk::Background), act);
            }
            Turn::Unkey(object, field) => {
                let key = self.table(&format!("{}_key", field.id));
                let act = Doing::DropHalfUnique.field(&object.name, &field.name);
                let later = (Lock::AccessExclusive, Risk::Background);
                self.push(Phase::Loosen, format!("DROP INDEX IF EXISTS {key}"), later, act);
            }
        }
    }

    fn begin(&mut self, retype: &Retype) {
        if retype.exists {
            return;
        }
        let (table, name) = (retype.table(self.schema), &retype.name);
        let ty = retype.hidden.ty.sql();
        let moment = (Lock::AccessExclusive, Risk::Safe);
        let column = quote(&other(&retype.id));
        let sql = format!("ALTER TABLE {table} DROP COLUMN IF EXISTS {column}, ADD COLUMN {column} {ty}");
        self.push(Phase::Convert, sql, moment, Doing::AddSecond.of(name).with(ty));
        self.functions(retype);
        let trigger = quote(&format!("_keep_{}", retype.id));
        let sql = format!(
            "CREATE OR REPLACE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {}()",
            retype.function(self.schema, "keep")
        );
        let lock = (Lock::ShareRowExclusive, Risk::Safe);
        self.push(Phase::Convert, sql, lock, Doing::KeepBoth.of(name));
    }

    fn functions(&mut self, retype: &Retype) {
        let safe = (Lock::None, Risk::Safe);
        let act = Doing::Convert.of(&retype.name);
        let [drop, create] = retype.convert(self.schema);
        self.push(Phase::Convert, drop, safe, act.clone());
        self.push(Phase::Convert, create, safe, act.clone());
        self.push(Phase::Convert, retype.keep(self.schema), safe, act);
    }

    /// All of a small table at once.
    fn fill(&mut self, retype: &Retype) {
        let (table, name) = (retype.table(self.schema), &retype.name);
        let own = quote(&retype.column);
        let sql = format!(
            "UPDATE {table} SET {} = {}({own}) WHERE {own} IS NOT NULL",
            quote(&other(&retype.id)),
            retype.function(self.schema, "convert")
        );
        let act = Doing::Fill.of(name);
        if !retype.exists {
            self.push(Phase::Convert, sql, (Lock::RowExclusive, Risk::Rewrite), act);
        }
        for index in retype.indexes().into_iter().chain(retype.key()) {
            let act = Doing::IndexSecond.of(name);
            self.push(Phase::Convert, index.create(self.schema), (Lock::Share, Risk::Scan), act);
        }
    }

    /// What a job does before it fills anything.
    fn look(&mut self, retype: &Retype) {
        let (name, sql) = (&retype.name, retype.look(self.schema));
        if !retype.exists && !retype.lossy {
            let act = Doing::Look.of(name);
            self.push(Phase::Convert, sql, (Lock::None, Risk::Background), act);
        }
    }

    /// What a job does in the background.
    fn tell(&mut self, retype: &Retype) {
        let name = &retype.name;
        let act = Doing::FillBatches.of(name);
        let fill = retype.fill(self.schema);
        if !retype.exists {
            self.push(Phase::Convert, fill, (Lock::RowExclusive, Risk::Background), act);
        }
        for index in retype.indexes().into_iter().chain(retype.key()) {
            let sql = index.create_concurrently(self.schema);
            let act = Doing::IndexSecondBeside.of(name);
            self.push(Phase::Convert, sql, (Lock::RowExclusive, Risk::Background), act);
        }
        for (sql, act) in self.swapping(retype) {
            self.push(Phase::Convert, sql, (Lock::AccessExclusive, Risk::Background), act);
        }
    }

    fn swap(&mut self, retype: &Retype) {
        for (sql, act) in self.swapping(retype) {
            self.push(Phase::Convert, sql, (Lock::AccessExclusive, Risk::Safe), act);
        }
        let [drop, _] = retype.convert(self.schema);
        let act = Doing::Forget.of(&retype.name);
        self.push(Phase::Convert, drop, (Lock::None, Risk::Safe), act);
        self.functions(&retype.turned());
    }

    /// The short transaction in which the names change places.
    fn swapping(&self, retype: &Retype) -> Vec<(String, Act)> {
        let (table, name) = (retype.table(self.schema), &retype.name);
        let (own, other) = (quote(&retype.column), quote(&other(&retype.id)));
        let between = quote(&format!("_between_{}", retype.id));
        let id = &retype.id;
        let index = |word: &str| format!("{}.{}", quote(self.schema), quote(&format!("{id}_{word}")));
        let mut steps =
            vec![(format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"), Doing::Wait.of(&retype.table))];
        if retype.key().is_some() {
            let body = format!(
                "BEGIN SET LOCAL enable_seqscan = off; {}; SET LOCAL enable_seqscan = on; END",
                retype.catch_up(self.schema)
            );
            let act = Doing::CatchUp.of(name);
            steps.push((format!("DO {}", text_literal(&body)), act));
        }
        if !retype.lossy {
            let body = format!(
                "BEGIN SET LOCAL enable_seqscan = off; IF EXISTS (SELECT FROM {table} WHERE {}) THEN \
                 RAISE EXCEPTION 'a value would be lost' USING ERRCODE = '22P02'; END IF; SET LOCAL enable_seqscan = on; END",
                retype.lost()
            );
            let act = Doing::Sure.of(name);
            steps.push((format!("DO {}", text_literal(&body)), act));
        }
        let drops = format!(
            "DECLARE i text; BEGIN FOR i IN SELECT DISTINCT c.oid::regclass::text FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'i' \
             JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE d.classid = 'pg_class'::regclass \
             AND d.refobjid = {}::regclass AND a.attname = {} LOOP EXECUTE 'DROP INDEX ' || i; END LOOP; END",
            text_literal(&table),
            text_literal(&retype.column)
        );
        steps.push((format!("DO {}", text_literal(&drops)), Doing::DropIndexed.of(name)));
        let act = Doing::Swap.of(name);
        for (from, to) in [(&own, &between), (&other, &own), (&between, &other)] {
            steps.push((format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"), act.clone()));
        }
        for word in ["key", "idx"] {
            let sql = format!(
                "ALTER INDEX IF EXISTS {} RENAME TO {}",
                index(&format!("other_{word}")),
                quote(&format!("{id}_{word}"))
            );
            steps.push((sql, Doing::SwapIndex.of(name)));
        }
        steps
    }

    fn drop_retype(&mut self, retype: &Retype) {
        let (table, name) = (retype.table(self.schema), &retype.name);
        let moment = (Lock::AccessExclusive, Risk::Safe);
        let act = Doing::DropSecond.of(name);
        let trigger = quote(&format!("_keep_{}", retype.id));
        let mut steps = vec![format!("DROP TRIGGER IF EXISTS {trigger} ON {table}")];
        steps.push(format!("DROP FUNCTION IF EXISTS {}()", retype.function(self.schema, "keep")));
        let [drop, _] = retype.convert(self.schema);
        steps.push(drop);
        let column = quote(&other(&retype.id));
        steps.push(format!("ALTER TABLE {table} DROP COLUMN IF EXISTS {column}"));
        steps.into_iter().for_each(|sql| self.push(Phase::Loosen, sql, moment, act.clone()));
    }
}
