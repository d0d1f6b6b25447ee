//! Binding: names become columns, conditions become expressions, and each object passed is decided on.

use std::collections::BTreeMap;
use std::sync::Arc;

use formulas::Type;
use metadata::catalog::{Catalog, Field, Object};
use metadata::{FieldKind, Problem, Relation};
use permissions::{Action, Decision, Reach};

use super::cursor::shape_of;
use super::paths::Lost;
use super::{Cursor, Level, OrderKey, Output, Plan, Start, What, Who};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};
use crate::query::{
    DEFAULT_LIMIT, DEFAULT_NESTED_LIMIT, MAX_LIMIT, MAX_RECORDS, Nested, Page, Paged, Query, Selection,
    SortKey,
};

/// Deepest nesting of answers.
pub(super) const MAX_NESTING: usize = 6;

/// What binding knows and collects.
pub(super) struct Binder<'c> {
    pub context: &'c Context,
    pub catalog: &'c Catalog,
    pub decisions: BTreeMap<String, Decision>,
    pub problems: Vec<Problem>,
    pub who: Who,
}

impl<'c> Binder<'c> {
    /// A binder that has met nothing yet.
    pub(super) fn new(context: &'c Context) -> Self {
        let catalog = &context.snapshot.catalog;
        Self { context, catalog, decisions: BTreeMap::new(), problems: Vec::new(), who: Who::of(context) }
    }
}

/// Binds one query, or tells all that is wrong with it.
pub(super) fn plan(context: &Context, query: &Query, action: Action) -> Result<Plan> {
    let catalog = &context.snapshot.catalog;
    let object = catalog.find_object(&query.object).ok_or(Error::NotFound)?;
    let mut binder = Binder::new(context);
    let decision = context.decide(action, object);
    if !decision.is_allowed() || !binder.decide(object).is_allowed() {
        return Err(Error::Forbidden(Refusal::Action { action: action.word(), object: object.name.clone() }));
    }
    let mut order = binder.order(object, &query.sort, "sort");
    let start = binder.start((&query.page, "cursor"), &order);
    let reversed = matches!(query.page, Page::Before(_));
    if reversed {
        turn(&mut order);
    }
    let mut root = Level {
        object: object.clone(),
        outputs: binder.outputs(object, &query.fields, 0),
        allowed: Some(decision.reach),
        condition: query.filter.as_ref().map(|filter| binder.condition(object, filter)),
        limit: binder.limit(query.limit, DEFAULT_LIMIT),
        order,
        after: None,
        places: None,
    };
    if query.errors {
        add_faults(&mut root.outputs);
    }
    binder.check_size(&root, &start);
    if !binder.problems.is_empty() {
        return Err(Error::Invalid(binder.problems));
    }
    Ok(Plan {
        schema: context.tenant().schema.clone(),
        root,
        start,
        include_total: query.include_total,
        bin: query.bin,
        reversed,
        cursors: query.cursors,
        decisions: binder.decisions,
        catalog: catalog.clone(),
        unstored: context.snapshot.unstored(query.fresh),
        keys: context.snapshot.keys.clone(),
        who: binder.who,
    })
}

impl<'c> Binder<'c> {
    /// Whether and which records of `object` the actor may read; decided once a plan.
    pub(super) fn decide(&mut self, object: &Object) -> &Decision {
        if !self.decisions.contains_key(&object.name) {
            self.decisions.insert(object.name.clone(), self.context.decide(Action::Read, object));
        }
        &self.decisions[&object.name]
    }

    pub(super) fn problem(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(path, code, message));
    }

    fn limit(&mut self, asked: u32, default: u32) -> u32 {
        if asked > MAX_LIMIT {
            self.problem("limit", "out-of-range", format!("limit is at most {MAX_LIMIT}"));
        }
        if asked == 0 { default } else { asked }
    }

    /// Limits of lists within lists multiply.
    fn check_size(&mut self, root: &Level, start: &Start) {
        let rows = if let Start::Ids(ids) = start { ids.len() as u64 } else { u64::from(root.limit) };
        let most = most_records(root, rows);
        if most > MAX_RECORDS {
            let message = format!(
                "the answer could hold {most} records with those within records, at most {MAX_RECORDS} are allowed"
            );
            let problem = Problem::new("limit", "too-large", message);
            self.problems.push(problem.hint("ask for fewer with limit= and limit[relation]="));
        }
    }

    fn start(&mut self, (page, place): (&Page, &str), order: &[OrderKey]) -> Start {
        match page {
            Page::First => Start::First,
            Page::Offset(0) => Start::First,
            Page::Offset(offset) => Start::Offset(*offset),
            Page::Ids(ids) => Start::Ids(ids.clone()),
            Page::Before(None) => Start::First,
            Page::After(text) | Page::Before(Some(text)) => match Cursor::parse(text, order) {
                Some(cursor) => Start::After(cursor),
                None => {
                    self.problem(
                        place,
                        "bad-cursor",
                        "the cursor belongs to another list; begin again without it",
                    );
                    Start::First
                }
            },
        }
    }

    /// Sort keys, always ended by the id, so that the order is total and pages never overlap.
    fn order(&mut self, object: &'c Arc<Object>, keys: &[SortKey], place: &str) -> Vec<OrderKey> {
        let mut order: Vec<OrderKey> = Vec::with_capacity(keys.len() + 1);
        for key in keys {
            match self.follow(object, &key.path) {
                Ok(target) if target.reference.ty.is_list() || target.reference.ty == Type::Json => {
                    let message = format!("a {} field gives no order", target.field.kind.name());
                    self.problem(format!("{place}.{}", key.path), "not-sortable", message);
                }
                Ok(target) => order.push(OrderKey {
                    nullable: !target.reference.path.is_empty() || !never_blank(target.field),
                    indexed: target.reference.path.is_empty()
                        && (target.field.indexed || target.field.unique),
                    blank_first: target.field.indexed
                        && !(target.field.standard && target.field.name != "name"),
                    reference: target.reference,
                    column: target.column,
                    descending: key.descending,
                }),
                Err(lost) => self.unknown(format!("{place}.{}", key.path), &lost),
            }
        }
        if order.iter().any(|key| key.reference.path.is_empty() && key.column.name == "id") {
            return order;
        }
        let descending = order.last().is_none_or(|key| key.descending);
        if let Ok(id) = self.follow(object, "id") {
            order.push(OrderKey {
                reference: id.reference,
                column: id.column,
                descending,
                nullable: false,
                indexed: true,
                blank_first: false,
            });
        }
        order
    }

    pub(super) fn unknown(&mut self, path: String, lost: &Lost) {
        self.problems.push(lost.problem(path));
    }

    /// A name at `fields` that the object has not.
    fn unknown_name(&mut self, object: &Object, name: &str) {
        let lost = self.lost(object, name);
        self.unknown(format!("fields.{name}"), &lost);
    }

    pub(super) fn outputs(
        &mut self,
        object: &'c Arc<Object>,
        fields: &[Selection],
        depth: usize,
    ) -> Vec<Output> {
        let mut outputs = Vec::new();
        if let Some(id) = object.find_field("id").and_then(|field| field.columns.first()) {
            outputs.push(Output { key: "id".into(), what: What::Column(id.clone()) });
        }
        if fields.is_empty() {
            self.add_all(&mut outputs, object);
        }
        for selection in fields {
            match selection {
                Selection::Field(name) if name == "*" => self.add_all(&mut outputs, object),
                Selection::Field(name) => self.output(&mut outputs, (object, name), depth),
                Selection::Nested(nested) => self.nested(&mut outputs, (object, nested), depth),
                Selection::Paged(paged) => self.paged(&mut outputs, (object, paged), depth),
            }
        }
        outputs
    }

    /// Every own field that the actor may see.
    fn add_all(&mut self, outputs: &mut Vec<Output>, object: &Object) {
        let decision = self.decide(object);
        object.fields.iter().filter(|field| decision.gives(field)).for_each(|field| add(outputs, field));
    }

    fn output(&mut self, outputs: &mut Vec<Output>, (object, name): (&'c Arc<Object>, &str), depth: usize) {
        if let Some((_, column)) = self.key(object, name) {
            push(outputs, column.key.clone(), What::Column(column.clone()));
            return;
        }
        // A relation named alone answers id and name of what it points to.
        let is_relation = self.relation(object, name).is_some()
            || self.field(object, name).is_some_and(|field| field.kind.target().is_some());
        if is_relation {
            return self.nested(outputs, (object, &Nested::of(name)), depth);
        }
        match self.field(object, name) {
            Some(field) if matches!(field.kind, FieldKind::AnyLookup(_)) => {
                add(outputs, field);
                self.any(outputs, field, &Nested::of(name));
            }
            Some(field) if field.value_column().is_some() => add(outputs, field),
            _ => self.unknown_name(object, name),
        }
    }

    fn nested(
        &mut self,
        outputs: &mut Vec<Output>,
        (object, nested): (&'c Arc<Object>, &Nested),
        depth: usize,
    ) {
        let name = &nested.relation;
        if depth >= MAX_NESTING {
            return self.problem(
                format!("fields.{name}"),
                "too-deep",
                format!("at most {MAX_NESTING} levels nest"),
            );
        }
        if let Some(relation) = self.relation(object, name) {
            return self.many(outputs, (relation, nested), depth);
        }
        let Some(field) = self.field(object, name) else {
            return self.unknown_name(object, name);
        };
        if matches!(field.kind, FieldKind::AnyLookup(_)) {
            return self.any(outputs, field, nested);
        }
        let Some(target) = self.readable_target(field) else {
            return self.unknown_name(object, name);
        };
        let outputs_below = self.outputs(target, &nested.fields, depth + 1);
        let level = Level::of_one(target, outputs_below, None);
        push(outputs, key_of(nested), What::ToOne { field: field.id.clone(), level: Box::new(level) });
    }

    fn many(&mut self, outputs: &mut Vec<Output>, (relation, nested): (&Relation, &Nested), depth: usize) {
        let name = &nested.relation;
        let Some(other) =
            self.catalog.find_object(&relation.object).filter(|other| self.decide(other).is_allowed())
        else {
            return self.problem(
                format!("fields.{name}"),
                "unknown-field",
                format!("there is no field `{name}`"),
            );
        };
        let level = Level {
            object: other.clone(),
            outputs: self.outputs(other, &nested.fields, depth + 1),
            allowed: Some(self.decide(other).reach.clone()),
            condition: nested.filter.as_ref().map(|filter| self.condition(other, filter)),
            order: self.order(other, &nested.sort, &format!("sort[{name}]")),
            limit: self.limit(nested.limit.unwrap_or_default(), DEFAULT_NESTED_LIMIT),
            after: None,
            places: None,
        };
        push(outputs, key_of(nested), What::ToMany { relation: relation.clone(), level: Box::new(level) });
    }

    fn paged(&mut self, outputs: &mut Vec<Output>, (object, paged): (&'c Arc<Object>, &Paged), depth: usize) {
        self.nested(outputs, (object, &paged.nested), depth);
        let key = key_of(&paged.nested);
        let output = outputs.iter_mut().find(|output| output.key == key).map(|output| &mut output.what);
        // What is nothing of many records has been told already.
        let Some(What::ToMany { relation, level }) = output else { return };
        let place = format!("cursor[{}]", paged.nested.relation);
        if let Start::After(cursor) = self.start((&paged.page, &place), &level.order) {
            level.after = Some(cursor);
        }
        level.places = paged.places.then(|| shape_of(&level.order));
        if matches!(paged.page, Page::Before(_)) {
            turn(&mut level.order);
        }
        level.limit = paged.nested.limit.unwrap_or(DEFAULT_NESTED_LIMIT).min(MAX_LIMIT) + 1;
        let Some(key) = &paged.total else { return };
        let (allowed, condition) = (level.allowed.clone(), level.condition.clone());
        let level = Level { condition, ..Level::of_one(&level.object, Vec::new(), allowed) };
        let what = What::Total { relation: relation.clone(), level: Box::new(level) };
        push(outputs, key.clone(), what);
    }
}

impl Level {
    /// The level of one record.
    pub(super) fn of_one(object: &Arc<Object>, outputs: Vec<Output>, allowed: Option<Reach>) -> Self {
        let (condition, order, after, places) = Default::default();
        Self { object: object.clone(), outputs, allowed, condition, order, limit: 1, after, places }
    }
}

/// The last records in an order are the first in the opposite one.
fn turn(order: &mut [OrderKey]) {
    order.iter_mut().for_each(|key| key.descending = !key.descending);
}

/// How many records an answer can hold when there are `rows` of this level.
fn most_records(level: &Level, rows: u64) -> u64 {
    let below = |output: &Output| match &output.what {
        What::Column(_) | What::Computed(_) | What::Faults(_) | What::Total { .. } => 0,
        What::ToOne { level, .. } => most_records(level, rows),
        What::ToAny { .. } => rows,
        What::ToMany { level, .. } => most_records(level, rows.saturating_mul(u64::from(level.limit))),
    };
    level.outputs.iter().map(below).fold(rows, u64::saturating_add)
}

fn never_blank(field: &Field) -> bool {
    matches!(field.id.as_str(), "id" | "created_at" | "updated_at" | "version")
        || matches!(field.kind, FieldKind::Boolean(_))
}

/// A field's columns, or what it computes.
fn add(outputs: &mut Vec<Output>, field: &Field) {
    if let Some(computed) = &field.computed {
        push(outputs, field.name.clone(), What::Computed(computed.clone()));
    }
    for column in &field.columns {
        push(outputs, column.key.clone(), What::Column(column.clone()));
    }
}

pub(super) fn key_of(nested: &Nested) -> String {
    nested.alias.as_ref().unwrap_or(&nested.relation).clone()
}

/// The faults of the formulas among the outputs.
fn add_faults(outputs: &mut Vec<Output>) {
    let computed = outputs.iter().filter_map(|output| match &output.what {
        What::Computed(computed) => Some((output.key.clone(), computed.clone())),
        _ => None,
    });
    let computed = computed.collect();
    push(outputs, "_errors".to_owned(), What::Faults(computed));
}

/// A key is answered once, however often it was asked for.
pub(super) fn push(outputs: &mut Vec<Output>, key: String, what: What) {
    if !outputs.iter().any(|output| output.key == key) {
        outputs.push(Output { key, what });
    }
}
