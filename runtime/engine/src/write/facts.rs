//! What the conditions of a save look at: each record as it will be and as it is stored, and the records
//! that its lookups lead to. Those are loaded with one statement for each path, whatever the number of records.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use formulas::{Expression, Record, Reference, Request, Value};
use metadata::catalog::rules::Rules;
use metadata::catalog::standard::RECORD_TYPE;
use metadata::catalog::{Catalog, Column, Object};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::draft::Draft;
use super::saving::Saving;
use super::sql::{quoted, table};
use crate::error::Result;
use crate::plan::column_of;
use crate::read::{decode, of_revision};
use crate::rollups::sql::on_read;

/// Everything that conditions look at beside the drafts themselves.
pub(super) struct Facts {
    pub request: Request,
    /// The rules of the object; none where there are none.
    rules: Arc<Rules>,
    /// Slots by what expressions call their columns.
    slots: HashMap<String, usize>,
    /// Places of the drafts by id: records of one save may point to each other.
    places: HashMap<Uuid, usize>,
    related: HashMap<Vec<String>, Related>,
}

/// Records at the end of one path of lookups.
struct Related {
    /// Whether they are of the object that is saved, so that a draft may stand for one.
    is_own: bool,
    /// What is read of them, by stable id.
    fields: HashMap<String, usize>,
    rows: HashMap<Uuid, Vec<Value>>,
}

/// Which image of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    After,
    Before,
}

impl Facts {
    /// Loads what the object's rules read; nothing where it has none.
    pub(super) async fn load(connection: &mut PgConnection, saving: &Saving<'_>) -> Result<Self> {
        let catalog = &saving.context.snapshot.catalog;
        let rules = catalog.rules(saving.slots.object).cloned().unwrap_or_default();
        let mut facts = Self::new(saving, rules.clone());
        for path in &rules.paths {
            let Some(object) = target(catalog, saving.slots.object, path) else { continue };
            let fields = rules.reads.get(path).into_iter().flatten().cloned().collect();
            let related = facts.load_related(connection, saving, (path, object, fields)).await?;
            facts.related.insert(path.clone(), related);
        }
        Ok(facts)
    }

    fn new(saving: &Saving<'_>, rules: Arc<Rules>) -> Self {
        let mut slots = HashMap::new();
        for field in &saving.slots.object.fields {
            let slot = |column: &Column| saving.slots.column(&column.name);
            if let Some(slot) = field.columns.last().and_then(slot) {
                slots.insert(field.id.clone(), slot);
            }
            if field.columns.len() > 1
                && let Some(slot) = field.columns.first().and_then(slot)
            {
                slots.insert(format!("{}#object", field.id), slot);
            }
        }
        let drafts = saving.drafts.iter().enumerate();
        let places = match rules.paths.is_empty() {
            true => HashMap::new(),
            false => drafts.map(|(n, draft)| (draft.id, n)).collect(),
        };
        Self { request: saving.context.request(), rules, slots, places, related: HashMap::new() }
    }

    /// The slot that expressions mean by a stable id.
    pub(super) fn slot(&self, id: &str) -> Option<usize> {
        self.slots.get(id).copied()
    }

    /// The rules with what they look at.
    pub(super) fn law(&self) -> (&Rules, &Self) {
        (&self.rules, self)
    }

    /// One image of one record.
    pub(super) fn image<'f>(&'f self, drafts: &'f [Draft], n: usize, side: Side) -> Image<'f> {
        Image { facts: self, drafts, n, side }
    }

    /// Which type a record is of.
    pub(super) fn record_type(&self, record: &dyn Record) -> Option<String> {
        self.slot(RECORD_TYPE)?;
        let field = RECORD_TYPE.to_owned();
        match record.value(&Reference { path: Vec::new(), field, ty: formulas::Type::Choice }) {
            Value::Text(name) => Some(name),
            _ => None,
        }
    }

    /// Who owns a record.
    pub(super) fn owner(&self, record: &dyn Record) -> Option<Uuid> {
        let reference = Reference { path: Vec::new(), field: "owner".into(), ty: formulas::Type::Id };
        match record.value(&reference) {
            Value::Id(id) => Some(id),
            _ => None,
        }
    }

    /// One record as conditions see it.
    pub(super) fn view<'f>(&'f self, drafts: &'f [Draft], n: usize) -> View<'f> {
        View {
            image: Image { facts: self, drafts, n, side: Side::After },
            prior: Image { facts: self, drafts, n, side: Side::Before },
        }
    }

    async fn load_related(
        &self,
        connection: &mut PgConnection,
        saving: &Saving<'_>,
        (path, object, fields): (&[String], &Arc<Object>, Vec<String>),
    ) -> Result<Related> {
        let columns: Vec<(&String, &Column)> =
            fields.iter().filter_map(|id| Some((id, column_of(object, id)?))).collect();
        let mut related = Related {
            is_own: object.id == saving.slots.object.id,
            fields: columns.iter().enumerate().map(|(at, (id, _))| ((*id).clone(), at)).collect(),
            rows: HashMap::new(),
        };
        let ids = self.ids(saving, (path, related.is_own));
        if ids.is_empty() {
            return Ok(related);
        }
        let (schema, snapshot) = (saving.context.tenant().schema.as_str(), &saving.context.snapshot);
        let unstored = snapshot.unstored(false);
        let fix = |condition: &Expression| condition.fixed(&self.request);
        let stored = |(id, column): &(&String, &Column)| {
            let rollup = object.find_field_by_id(id).and_then(|field| field.rollup.as_ref());
            match rollup.filter(|rollup| unstored.contains(&rollup.id)) {
                Some(rollup) => {
                    let place = (schema, snapshot.catalog.as_ref());
                    format!(", {}", on_read(place, rollup, "t", (&unstored, &fix)))
                }
                None => format!(", t.{}", quoted(&column.name)),
            }
        };
        let picked: String = columns.iter().map(stored).collect();
        let text = format!(
            "SELECT t.id{picked} FROM {} t WHERE t.id = ANY($1) AND t.deleted_at IS NULL",
            table(schema, &object.name)
        );
        let text = AssertSqlSafe(of_revision(saving.context, &text));
        for row in sqlx::query(text).bind(ids).fetch_all(connection).await? {
            let values =
                columns.iter().enumerate().map(|(at, (_, column))| decode::value(&row, at + 1, column.ty));
            related.rows.insert(row.try_get(0)?, values.collect::<Result<_, sqlx::Error>>()?);
        }
        Ok(related)
    }

    /// Ids of the records at the end of a path, before and after, but for those that are drafts.
    fn ids(&self, saving: &Saving<'_>, (path, is_own): (&[String], bool)) -> Vec<Uuid> {
        let Some((last, before)) = path.split_last() else { return Vec::new() };
        let mut ids = HashSet::new();
        for n in 0..saving.drafts.len() {
            for side in [Side::After, Side::Before] {
                let image = Image { facts: self, drafts: &saving.drafts, n, side };
                if let Value::Id(id) = image.read(before, last)
                    && !(is_own && self.places.contains_key(&id))
                {
                    ids.insert(id);
                }
            }
        }
        ids.into_iter().collect()
    }
}

/// The object at the end of a path of lookups.
fn target<'c>(catalog: &'c Catalog, object: &'c Object, path: &[String]) -> Option<&'c Arc<Object>> {
    let (first, rest) = path.split_first()?;
    let target = catalog.find_object(object.find_field_by_id(first)?.kind.target()?)?;
    if rest.is_empty() { Some(target) } else { self::target(catalog, target, rest) }
}

/// One image of one record.
#[derive(Clone, Copy)]
pub(super) struct Image<'f> {
    facts: &'f Facts,
    drafts: &'f [Draft],
    n: usize,
    side: Side,
}

impl Image<'_> {
    fn own(&self, n: usize, field: &str) -> Value {
        let Some(slot) = self.facts.slot(field) else { return Value::Null };
        let draft = &self.drafts[n];
        match self.side {
            Side::After => draft.after(slot).clone(),
            Side::Before => draft.before(slot).clone(),
        }
    }

    /// The value of a field at the end of a path.
    fn read(&self, path: &[String], field: &str) -> Value {
        let Some(first) = path.first() else { return self.own(self.n, field) };
        let mut here = self.own(self.n, first);
        for end in 1..=path.len() {
            let Value::Id(id) = here else { return Value::Null };
            let Some(related) = self.facts.related.get(&path[..end]) else { return Value::Null };
            let wanted = path.get(end).map_or(field, String::as_str);
            here = match self.facts.places.get(&id).filter(|_| related.is_own) {
                Some(&n) => self.own(n, wanted),
                None => related.value(id, wanted),
            };
        }
        here
    }
}

impl Related {
    fn value(&self, id: Uuid, field: &str) -> Value {
        let row = self.rows.get(&id).zip(self.fields.get(field));
        row.map_or(Value::Null, |(row, at)| row[*at].clone())
    }
}

impl Record for Image<'_> {
    fn value(&self, reference: &Reference) -> Value {
        self.read(&reference.path, &reference.field)
    }
}

/// A record as it will be, with what it was.
pub(super) struct View<'f> {
    image: Image<'f>,
    prior: Image<'f>,
}

impl Record for View<'_> {
    fn value(&self, reference: &Reference) -> Value {
        self.image.value(reference)
    }

    fn prior(&self) -> Option<&dyn Record> {
        (!self.is_new()).then_some(&self.prior as &dyn Record)
    }

    fn is_new(&self) -> bool {
        self.image.drafts[self.image.n].is_new()
    }
}
