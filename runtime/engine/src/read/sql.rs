//! A plan as one SQL statement. The text depends on the query's shape alone; values are parameters, so
//! the database prepares it once a connection.
//!
//! The statement answers, in one round trip: the tenant's versions (are the caches of this request still
//! true?), the total if asked for, and the page. Columns come as they are, those of to-one relations too;
//! only lists within records come as JSON made by PostgreSQL.

use std::cell::Cell;
use std::sync::Arc;

use formulas::Capability;
use metadata::catalog::{Column, Field, Object};
use metadata::field_kinds::ColumnType;
use permissions::{Reach, Sight};
use sea_query::{Asterisk, Expr, ExprTrait, JoinType, Order, Query, SelectStatement, UnionType, Values};

use crate::command::MAX_RECORDS;
use crate::error::Result;
use crate::keys::{KeyRing, Seal};
use crate::plan::{Cursor, Level, Output, Plan, Start, What};
use crate::query::PLACE;
use keyset::{First, Stretch};
use scope::Scope;
use text::Hole;

pub(crate) mod aggregate;
mod few;
mod keyset;
mod legs;
pub(crate) mod log;
mod parties;
mod reach;
mod scope;
pub(crate) mod search;
mod text;
pub(crate) mod together;
mod windows;

pub(crate) use text::Parameters;

/// One statement and its parameters.
pub(crate) struct Statement {
    pub text: String,
    pub parameters: Parameters,
    pub shape: Shape,
}

/// What the statement's rows hold, behind the versions and the total.
pub(crate) struct Shape {
    /// How the columns of the page are written into the answer.
    pub columns: Vec<Written>,
    /// How many columns those are.
    pub width: usize,
    /// Where the values of a cursor are found.
    pub keys: Vec<Key>,
    /// What its encrypted values are opened with; nothing where it has none.
    pub ring: Option<Arc<KeyRing>>,
}

impl Shape {
    /// Refuses to go on when its encrypted values could not be opened.
    pub(crate) fn require_keys(&self) -> Result<()> {
        self.ring.iter().try_for_each(|ring| ring.require())
    }
}

/// One key of the answer and the form in which its value arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// The key as it stands in the answer, with quotes and colon.
    pub label: Vec<u8>,
    pub value: Arriving,
}

/// What arrives for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arriving {
    Column(ColumnType),
    /// An encrypted value, with how much of it may be shown.
    Sealed(Seal),
    /// JSON made by PostgreSQL.
    Json,
    /// A list of records as such JSON, with encrypted values in them.
    List(Vec<Written>),
    /// A record in columns of its own. The first is its id: blank when there is no record.
    Record(Vec<Written>),
}

/// Where the page has one value of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Place among the page's columns.
    pub at: usize,
    pub ty: ColumnType,
}

/// The statement of a plan.
pub(crate) fn statement(plan: &Plan) -> Statement {
    let render = Render::new(plan);
    let shape = shape(plan);
    let page = render.page(&shape.keys, shape.width);
    whole((plan, &render), page, shape)
}

/// The statement that answers the records of a plan by their ids from the piece `written` of the statement around it,
/// which has written them. `None` where what is to be told follows from anything else: other records, the caller.
pub(crate) fn statement_of_written(plan: &Plan) -> Option<Statement> {
    let Level { object, outputs, allowed, condition, .. } = &plan.root;
    let decision = plan.decisions.get(&object.name)?;
    let is_own = |output: &Output| match &output.what {
        // What opens an encrypted value, and how much of it is shown, is told by reads of the table.
        What::Column(column) => column.ty != ColumnType::Sealed,
        What::Computed(computed) => computed.capability == Capability::Index,
        What::Faults(_) | What::ToOne { .. } | What::ToAny { .. } => false,
        What::ToMany { .. } | What::Total { .. } => false,
    };
    let is_known = |field: &Field| {
        let is_built = field.rollup.as_ref().is_none_or(|rollup| !plan.unstored.contains(&rollup.id));
        is_built && !matches!(decision.sight(field), Sight::Within(_))
    };
    let is_simple = allowed.as_ref().is_none_or(Reach::is_all) && condition.is_none();
    if !is_simple || !outputs.iter().all(is_own) || !object.fields.iter().all(is_known) {
        return None;
    }
    let render = Render::new(plan);
    let columns = written_level(plan, &plan.root);
    let scope = render.scope(object);
    let mut page = render.columns(&scope);
    page.expr_as(scope.column("version"), "v");
    let width = width(&columns);
    let page = scope.finish_written(page)?;
    let statement = whole((plan, &render), page, Shape { columns, width, keys: Vec::new(), ring: None });
    // The statement around it has its own.
    (statement.parameters.count() == 0).then_some(statement)
}

/// The page with the tenant's versions, and the total if it is asked for.
fn whole((plan, render): (&Plan, &Render<'_>), page: SelectStatement, shape: Shape) -> Statement {
    let mut outer = Query::select();
    outer.expr(Expr::cust("g.revision")).expr(Expr::cust("g.access"));
    if plan.include_total {
        outer.expr(Expr::SubQuery(None, Box::new(render.total().into())));
    }
    outer.expr(Expr::cust("p.*")).from_as((plan.schema.clone(), "_state"), "g");
    outer.join_subquery(JoinType::LeftJoin, page, "p", Expr::cust("TRUE"));
    let (text, parameters) = text::build(&outer);
    Statement { text, parameters, shape }
}

/// What the rows of a plan's page hold.
fn shape(plan: &Plan) -> Shape {
    let columns = written_level(plan, &plan.root);
    let ring = plan.keys.clone().filter(|_| columns.iter().any(Written::is_sealed));
    let width = width(&columns);
    let keys = if matches!(plan.start, Start::Ids(_)) { Vec::new() } else { keys(plan, width) };
    Shape { columns, width, keys, ring }
}

/// Whether the rows are locked against other changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    None,
    /// They stay while something is written that points to them.
    Keep,
    Update,
    /// Nothing that points to them may be written meanwhile.
    Remove,
}

impl Lock {
    fn strength(self) -> Option<sea_query::LockType> {
        match self {
            Self::None => None,
            Self::Keep => Some(sea_query::LockType::KeyShare),
            Self::Update => Some(sea_query::LockType::NoKeyUpdate),
            Self::Remove => Some(sea_query::LockType::Update),
        }
    }
}

/// Id, version and some own columns of those of the plan's records that it reaches, in no order.
pub(crate) fn reach_statement(plan: &Plan, lock: Lock, columns: &[&Column]) -> (String, Values) {
    let render = Render::new(plan);
    let scope = render.scope(&plan.root.object);
    let mut select = Query::select();
    select.expr(scope.column("id")).expr(scope.column("version"));
    for column in columns {
        let field = plan.root.object.find_key(&column.key).map(|(field, _)| field);
        select.expr(render.stored(scope.alias(), column, field));
    }
    if let Start::Ids(ids) = &plan.start {
        select.and_where(is_one_of(&scope, ids));
    }
    scope.filter(&mut select, &plan.root, plan.bin);
    let mut select = scope.finish(select);
    if let Some(strength) = lock.strength() {
        // In one order, so that two writers of the same records wait instead of deadlocking.
        select.order_by_expr(scope.column("id"), Order::Asc);
        select.lock_with_tables(strength, [scope.alias().to_owned()]);
        // One more than may be changed at once is enough to refuse; the rest is not locked for nothing.
        if !matches!(plan.start, Start::Ids(_)) {
            select.limit(MAX_RECORDS as u64 + 1);
        }
    }
    built(plan, &select)
}

/// Ids of the plan's records, in no order.
pub(crate) fn ids_statement(plan: &Plan) -> (String, Values) {
    built(plan, &log::reached(&Render::new(plan), &[]))
}

/// Of the one record that the plan names: its owner and the owner's name, whether each way of `reach` leads to it,
/// and whether each limit lets it through.
pub(crate) fn explain_statement(plan: &Plan, reach: &Reach) -> (String, Values) {
    let render = Render::new(plan);
    let scope = render.scope(&plan.root.object);
    let mut select = Query::select();
    select.expr(scope.column("owner_id"));
    let text = format!("(SELECT u.name FROM {} AS u WHERE u.id = $1)", scope::table(&plan.schema, "user"));
    select.expr(Expr::cust_with_exprs(text, [scope.column("owner_id")]));
    let place = (scope.alias(), &plan.root.object);
    for way in reach.ways.iter().flatten() {
        select.expr(render.way(place, way));
    }
    for rule in &reach.limits {
        select.expr(render.rule(place, rule));
    }
    if let Start::Ids(ids) = &plan.start {
        select.and_where(is_one_of(&scope, ids));
    }
    select.and_where(scope.column("deleted_at").is_null());
    built(plan, &scope.finish(select))
}

fn built(plan: &Plan, select: &SelectStatement) -> (String, Values) {
    let (text, parameters) = text::build(select);
    (text, parameters.of(plan))
}

fn is_one_of(scope: &Scope<'_>, ids: &[uuid::Uuid]) -> Expr {
    match ids {
        [_] => Expr::cust_with_exprs("$1 = $2", [scope.column("id"), Hole::Ids.into()]),
        _ => Expr::cust_with_exprs("$1 = ANY($2)", [scope.column("id"), Hole::Ids.into()]),
    }
}

impl Written {
    /// JSON under a key.
    fn json(key: &str) -> Self {
        let mut label = Vec::with_capacity(key.len() + 3);
        super::encode::string(&mut label, key);
        label.push(b':');
        Self { label, value: Arriving::Json }
    }

    /// Whether an encrypted value arrives in it.
    fn is_sealed(&self) -> bool {
        match &self.value {
            Arriving::Sealed(_) | Arriving::List(_) => true,
            Arriving::Record(inner) => inner.iter().any(Self::is_sealed),
            Arriving::Column(_) | Arriving::Json => false,
        }
    }
}

fn written_level(plan: &Plan, level: &Level) -> Vec<Written> {
    level.outputs.iter().map(|output| written(plan, &level.object, output)).collect()
}

fn written(plan: &Plan, object: &Object, output: &Output) -> Written {
    let value = match &output.what {
        What::Column(column) if column.ty == ColumnType::Sealed => sealed(plan, object, column),
        What::Column(column) => Arriving::Column(column.ty),
        What::Computed(computed) => Arriving::Column(computed.column.ty),
        What::ToOne { level, .. } => Arriving::Record(written_level(plan, level)),
        What::ToMany { level, .. } => {
            let mut columns = written_level(plan, level);
            let place = level.places.iter().map(|_| Written::json(PLACE));
            columns.extend(place);
            if columns.iter().any(Written::is_sealed) { Arriving::List(columns) } else { Arriving::Json }
        }
        What::Total { .. } => Arriving::Column(ColumnType::Bigint),
        What::ToAny { .. } | What::Faults(_) => Arriving::Json,
    };
    Written { value, ..Written::json(&output.key) }
}

fn sealed(plan: &Plan, object: &Object, column: &Column) -> Arriving {
    let field = object.find_key(&column.key).map(|(field, _)| field.id.clone()).unwrap_or_default();
    match &plan.keys {
        Some(ring) => Arriving::Sealed(Seal { ring: ring.clone(), object: object.id.clone(), field }),
        // A catalog with an encrypted field comes with keys.
        None => Arriving::Column(ColumnType::Sealed),
    }
}

/// How many columns of the page the keys take.
pub(crate) fn width(columns: &[Written]) -> usize {
    let of = |written: &Written| match &written.value {
        Arriving::Record(columns) => width(columns),
        Arriving::Column(_) | Arriving::Sealed(_) | Arriving::Json | Arriving::List(_) => 1,
    };
    columns.iter().map(of).sum()
}

/// Places of the order's values: among the answer's own columns where they are, else behind them.
fn keys(plan: &Plan, width: usize) -> Vec<Key> {
    let mut behind = width..;
    let mut place = |key: &crate::plan::OrderKey| {
        let mut at = 0;
        for output in &plan.root.outputs {
            match &output.what {
                What::Column(column) if key.is(column) => return at,
                What::Computed(computed) if key.is(&computed.column) => return at,
                _ => at += self::width(&[written(plan, &plan.root.object, output)]),
            }
        }
        behind.next().unwrap_or(width)
    };
    plan.root.order.iter().map(|key| Key { at: place(key), ty: key.column.ty }).collect()
}

/// Sizes of pages that statements are made for, so that the planner knows them and there are few.
const SIZES: [u32; 10] = [1, 5, 10, 20, 25, 50, 100, 200, 500, 1000];

/// Rows to ask for: those of the page and one more, which tells whether there is a next one.
fn rows(limit: u32) -> u64 {
    let size = SIZES.into_iter().find(|size| *size >= limit).unwrap_or(limit);
    u64::from(size) + 1
}

struct Render<'p> {
    plan: &'p Plan,
    next: Cell<u32>,
    /// Whether the planner is to know nothing of the actor.
    hides: Cell<bool>,
}

impl<'p> Render<'p> {
    fn new(plan: &'p Plan) -> Self {
        Self { plan, next: Cell::new(0), hides: Cell::new(false) }
    }

    fn alias(&self) -> String {
        let number = self.next.get();
        self.next.set(number + 1);
        format!("r{number}")
    }

    fn scope(&'p self, object: &'p Arc<Object>) -> Scope<'p> {
        Scope::new(self, object, self.alias())
    }

    fn page(&'p self, keys: &[Key], width: usize) -> SelectStatement {
        let (after, skip) = match &self.plan.start {
            Start::Ids(ids) => return self.records(ids),
            Start::First => (None, 0),
            Start::After(cursor) => (Some(cursor), 0),
            Start::Offset(skip) => (None, *skip),
        };
        let Some((parties, reach)) = self.may_be_few() else {
            return self.walk((after, skip), (keys, width));
        };
        self.hides.set(true);
        let walk = self.walk((after, skip), (keys, width));
        self.few_or_walk((&parties, reach), walk, (after, rows(self.plan.root.limit)), (keys, width))
    }

    /// The page in the order of an index, or sorted.
    fn walk(
        &'p self,
        (after, skip): (Option<&Cursor>, u32),
        (keys, width): (&[Key], usize),
    ) -> SelectStatement {
        let limit = self.plan.root.limit;
        let mut stretches = keyset::stretches(&self.plan.root.order, after);
        let Some(first) = stretches.pop_front() else { return Query::select() };
        let Some(second) = stretches.pop_front() else {
            if let Some(page) = self.either(&first, (keys, width), rows(limit)) {
                return page;
            }
            let mut page = self.stretch(&first, (keys, width), rows(limit));
            return if skip == 0 { page } else { page.offset(u64::from(skip)).take() };
        };
        // Each stretch may have to fill the page alone.
        let most = if skip == 0 {
            rows(limit)
        } else {
            (u64::from(skip) + u64::from(limit)).next_power_of_two() + 1
        };
        let mut page = Query::select();
        page.column(Asterisk).from_subquery(self.stretch(&first, (keys, width), most), "x");
        page.union(UnionType::All, self.stretch(&second, (keys, width), most)).limit(rows(limit));
        if skip > 0 {
            page.offset(u64::from(skip));
        }
        page
    }

    /// Records by their ids, with their versions.
    fn records(&'p self, ids: &[uuid::Uuid]) -> SelectStatement {
        let scope = self.scope(&self.plan.root.object);
        let mut select = self.columns(&scope);
        select.expr_as(scope.column("version"), "v");
        select.and_where(is_one_of(&scope, ids));
        scope.filter(&mut select, &self.plan.root, self.plan.bin);
        scope.finish(select)
    }

    /// The first rows of one stretch of the order.
    fn stretch(
        &'p self,
        stretch: &Stretch<'_>,
        (keys, width): (&[Key], usize),
        limit: u64,
    ) -> SelectStatement {
        let root = &self.plan.root;
        let scope = self.scope(&root.object);
        let mut select = self.with_keys(&scope, (keys, width));
        if let (Some(key), false) = (root.order.first(), stretch.first == First::Any) {
            let first = scope.reference(&key.reference);
            select.and_where(if stretch.first == First::Blank {
                first.is_null()
            } else {
                first.is_not_null()
            });
        }
        if let Some(values) = stretch.after {
            select.and_where(keyset::after(&scope, values, &stretch.order));
        }
        scope.filter(&mut select, root, self.plan.bin);
        scope.order(&mut select, &stretch.order);
        select.limit(limit);
        scope.finish(select)
    }

    /// The columns of the page, and behind them the values of the order that are not among them.
    fn with_keys(&'p self, scope: &Scope<'p>, (keys, width): (&[Key], usize)) -> SelectStatement {
        let mut select = self.columns(scope);
        for (key, order) in keys.iter().zip(&self.plan.root.order).filter(|(key, _)| key.at >= width) {
            select.expr_as(scope.reference(&order.reference), format!("c{}", key.at));
        }
        select
    }

    fn columns(&'p self, scope: &Scope<'p>) -> SelectStatement {
        let mut columns = Vec::new();
        scope.flat(&[], &self.plan.root.outputs, &mut columns);
        let mut select = Query::select();
        for (index, column) in columns.into_iter().enumerate() {
            select.expr_as(column, format!("c{index}"));
        }
        select
    }

    fn total(&'p self) -> SelectStatement {
        let scope = self.scope(&self.plan.root.object);
        let mut select = Query::select();
        select.expr(Expr::cust("count(*)"));
        scope.filter(&mut select, &self.plan.root, self.plan.bin);
        scope.finish(select)
    }
}
