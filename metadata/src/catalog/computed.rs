//! Formula fields: each text is checked once, the formulas that it reads are put in their place, and its type becomes
//! the field's. Formulas that need themselves are refused with the way round.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use formulas::{Branch, Capability, Expression, Limits, Reference, Type, Value};

use super::expressions::{FieldName, Names, Text};
use super::{Catalog, Checked, Column, Field, Object};
use crate::field_kinds::formula::{Formula, Returns};
use crate::field_kinds::{ColumnType, FieldKind};
use crate::problem::Problem;

/// Most formulas that read one another in a row.
const MAX_CHAIN: usize = 10;
/// Most lookups that one path follows when formulas are put into each other.
const MAX_HOPS: usize = 10;
/// Characters that an indexed text keeps: what an index takes in any script.
const INDEXED_LENGTH: i64 = 600;

/// What a formula field is.
#[derive(Clone, Debug)]
pub struct Computed {
    /// It reads stored columns only. A fault reads as blank.
    pub expression: Expression,
    pub ty: Type,
    /// Where its value stands in answers; the name is no column of any table.
    pub column: Column,
    pub capability: Capability,
    /// The fields that its text speaks of, lookups on the way among them.
    pub uses: BTreeSet<FieldName>,
    /// The name of the field kind that shows its values.
    pub shown_as: &'static str,
}

impl Computed {
    /// What an expression computes when it is asked for once, under a key; nothing for one without a value or that
    /// only has a meaning while a record is saved.
    pub fn of(checked: &Checked, key: &str) -> Option<Self> {
        let ty = column_type(checked.ty).filter(|_| checked.capability >= Capability::Query)?;
        Some(Self {
            expression: checked.expression.clone(),
            ty: checked.ty,
            column: Column { name: key.to_owned(), key: key.to_owned(), ty },
            capability: checked.capability,
            uses: checked.uses.clone(),
            shown_as: shown_as(ty),
        })
    }
}

/// Gives every formula field its meaning.
pub(super) fn resolve(catalog: &mut Catalog, problems: &mut Vec<Problem>) {
    let resolver = Resolver::new(catalog);
    for object in &catalog.objects {
        for field in &object.fields {
            resolver.computed(object, field);
        }
    }
    problems.append(&mut resolver.problems.borrow_mut());
    let found = resolver.states.into_inner();
    let found: HashMap<String, Arc<Computed>> = found
        .into_iter()
        .filter_map(|(id, state)| if let State::Done(computed) = state { Some((id, computed)) } else { None })
        .collect();
    for object in &mut catalog.objects {
        if object.fields.iter().any(|field| found.contains_key(&field.id)) {
            for field in &mut Arc::make_mut(object).fields {
                field.computed = found.get(&field.id).cloned();
            }
        }
    }
    catalog.formulas = found;
}

/// The expression with formula fields replaced by what they compute.
pub(super) fn inlined(expression: Expression, find: &dyn Fn(&str) -> Option<Arc<Computed>>) -> Expression {
    expression.inlined(&|reference| {
        let computed = find(&reference.field)?;
        Some(seen_from(&computed.expression, &reference.path))
    })
}

/// An expression about the record at the end of a path, as one about the record where the path begins. Where the path
/// leads nowhere it is blank, as every field is there.
pub fn seen_from(expression: &Expression, path: &[String]) -> Expression {
    if path.is_empty() {
        return expression.clone();
    }
    let there = expression.clone().map(&|part| match part {
        Expression::Field(reference) => {
            Expression::Field(Reference { path: [path, &reference.path].concat(), ..reference })
        }
        other => other,
    });
    let id = Reference { path: path.to_vec(), field: "id".to_owned(), ty: Type::Id };
    let nowhere = Expression::IsBlank(Box::new(Expression::Field(id)));
    let blank = Branch { when: nowhere, then: Expression::Literal(Value::Null) };
    Expression::Case { branches: vec![blank], otherwise: Box::new(there) }
}

/// Where the work on one formula field stands.
enum State {
    Begun,
    /// It has a problem, or reads a field that has.
    Failed,
    Done(Arc<Computed>),
}

/// Formula fields in the making, by id.
struct Resolver<'c> {
    catalog: &'c Catalog,
    states: RefCell<HashMap<String, State>>,
    /// Those whose texts are being checked, outermost first.
    chain: RefCell<Vec<(String, FieldName)>>,
    /// Whether the text being checked reads a field that failed.
    tainted: Cell<bool>,
    problems: RefCell<Vec<Problem>>,
}

impl<'c> Resolver<'c> {
    fn new(catalog: &'c Catalog) -> Self {
        Self {
            catalog,
            states: RefCell::default(),
            chain: RefCell::default(),
            tainted: Cell::new(false),
            problems: RefCell::default(),
        }
    }

    /// What a formula field computes; nothing for other fields and for those with a problem.
    fn computed(&self, object: &Object, field: &Field) -> Option<Arc<Computed>> {
        let FieldKind::Formula(settings) = &field.kind else { return None };
        let known = self.states.borrow().get(&field.id).map(|state| match state {
            State::Done(computed) => Ok(computed.clone()),
            State::Begun => Err(true),
            State::Failed => Err(false),
        });
        match known {
            Some(Ok(computed)) => return Some(computed),
            Some(Err(is_round)) => {
                if is_round {
                    self.refuse_round(&field.id);
                }
                self.tainted.set(true);
                return None;
            }
            None => {}
        }
        let outer = self.tainted.replace(false);
        self.states.borrow_mut().insert(field.id.clone(), State::Begun);
        let name = FieldName { object: object.name.clone(), field: field.name.clone() };
        self.chain.borrow_mut().push((field.id.clone(), name));
        let made = self.make(object, field, settings);
        self.chain.borrow_mut().pop();
        self.tainted.set(outer || made.is_none());
        let state = made.clone().map_or(State::Failed, State::Done);
        self.states.borrow_mut().insert(field.id.clone(), state);
        made
    }

    fn make(&self, object: &Object, field: &Field, settings: &Formula) -> Option<Arc<Computed>> {
        let path = format!("objects.{}.fields.{}", object.name, field.name);
        if self.chain.borrow().len() > MAX_CHAIN {
            let text = format!("at most {MAX_CHAIN} formulas may read one another in a row");
            self.problems.borrow_mut().push(Problem::new(format!("{path}.formula"), "too-deep", text));
            return None;
        }
        let formulas = |object: &Object, field: &Field| self.computed(object, field);
        let names = Names { catalog: self.catalog, object, formulas: &formulas };
        let checked = names.check(Text { text: &settings.formula, options: &settings.options() });
        let mut found = match checked {
            Ok(_) if self.tainted.get() => return None,
            Ok(checked) => match finished(field, settings, self.inlined(checked)) {
                Ok(computed) => return Some(Arc::new(computed)),
                Err(problem) => vec![problem],
            },
            Err(problems) => problems.into_iter().map(|problem| problem.under("formula")).collect(),
        };
        self.problems.borrow_mut().extend(found.drain(..).map(|problem| problem.under(&path)));
        None
    }

    /// The formulas that it reads are done: they were checked on the way.
    fn inlined(&self, checked: Checked) -> Checked {
        let states = self.states.borrow();
        let find = |id: &str| match states.get(id) {
            Some(State::Done(computed)) => Some(computed.clone()),
            _ => None,
        };
        Checked { expression: inlined(checked.expression, &find), ..checked }
    }

    /// Tells every formula on the way round, which ends where it began.
    fn refuse_round(&self, id: &str) {
        let chain = self.chain.borrow();
        let Some(start) = chain.iter().position(|(known, _)| known == id) else { return };
        let names = chain[start..].iter().chain([&chain[start]]);
        let way: Vec<String> = names.map(|(_, name)| format!("{}.{}", name.object, name.field)).collect();
        for (_, name) in &chain[start..] {
            let path = format!("objects.{}.fields.{}.formula", name.object, name.field);
            let text = format!("the formula needs its own result: {}", way.join(" → "));
            let problem = Problem::new(path, "cycle", text);
            self.problems.borrow_mut().push(problem.hint("let one of them read other fields"));
        }
    }
}

/// The field's own settings applied to what its text means; paths of problems are below the field.
fn finished(field: &Field, settings: &Formula, checked: Checked) -> Result<Computed, Problem> {
    let limits = Limits::default();
    if checked.expression.size() > limits.nodes || checked.expression.sql_length() > limits.sql {
        let problem =
            Problem::new("formula", "too-large", "with the formulas that it reads it becomes too large");
        return Err(problem.hint("read fewer formula fields, or each of them once"));
    }
    let mut hops = 0;
    checked.expression.references(&mut |reference| hops = hops.max(reference.path.len()));
    if hops > MAX_HOPS {
        let text =
            format!("with the formulas that it reads it follows more than {MAX_HOPS} lookups in a row");
        return Err(Problem::new("formula", "too-deep", text));
    }
    let expression = shaped(checked.expression, checked.ty, settings, field.indexed);
    let Some(ty) = column_type(checked.ty) else {
        let text = format!("a {} cannot be the result of a field", checked.ty.word());
        return Err(
            Problem::new("formula", "no-result", text).hint("compute a text, a number or a date of it")
        );
    };
    let capability = expression.capability();
    if field.indexed {
        check_index(&expression, (capability, ty))?;
    }
    Ok(Computed {
        shown_as: settings.returns.map_or_else(|| shown_as(ty), Returns::kind),
        column: Column { name: field.name.clone(), key: field.name.clone(), ty },
        // What an option is shown as is the picklist's matter, not that of whoever reads it.
        ty: if checked.ty == Type::Choice { Type::Text } else { checked.ty },
        uses: checked.uses,
        expression,
        capability,
    })
}

/// Numbers rounded as the field says; texts of an index no longer than an index takes.
fn shaped(expression: Expression, ty: Type, settings: &Formula, indexed: bool) -> Expression {
    let number = |number: i64| Expression::Literal(Value::Number(number.into()));
    let call = |name: &str, with: Expression| match formulas::FunctionRef::named(name) {
        Some(function) => Expression::Call { function, arguments: vec![expression.clone(), with] },
        None => expression.clone(),
    };
    match (ty.is_number(), settings.scale) {
        (true, Some(scale)) => call("ROUND", number(scale.into())),
        _ if ty.is_text() && indexed => call("LEFT", number(INDEXED_LENGTH)),
        _ => expression,
    }
}

/// The type in which a result is read; nothing for what no field can hold.
fn column_type(ty: Type) -> Option<ColumnType> {
    Some(match ty {
        Type::Bool => ColumnType::Boolean,
        Type::Integer | Type::Number => ColumnType::Numeric(30, 12),
        Type::Text | Type::Choice => ColumnType::Text,
        Type::Date => ColumnType::Date,
        Type::DateTime => ColumnType::Timestamptz,
        Type::Time => ColumnType::Time,
        Type::Id => ColumnType::Uuid,
        Type::Choices => ColumnType::TextArray,
        Type::Json => ColumnType::Jsonb,
        Type::Null | Type::Ids => return None,
    })
}

/// The field kind that shows values of a type, when the settings do not say.
fn shown_as(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Bigint | ColumnType::Numeric(..) => "decimal",
        ColumnType::Boolean => "boolean",
        ColumnType::Date => "date",
        ColumnType::Timestamptz => "datetime",
        ColumnType::Time => "time",
        ColumnType::TextArray => "tags",
        ColumnType::Jsonb => "json",
        ColumnType::Uuid | ColumnType::Text | ColumnType::Sealed => "text",
    }
}

/// Refuses indexes over roll-ups of which nothing is stored, when it is known which those are.
pub(super) fn check_stored(catalog: &Catalog, problems: &mut Vec<Problem>) {
    for object in &catalog.objects {
        for field in object.fields.iter().filter(|field| field.indexed) {
            let Some(name) =
                field.computed.as_ref().and_then(|computed| unkept(object, &computed.expression))
            else {
                continue;
            };
            let path = format!("objects.{}.fields.{}.indexed", object.name, field.name);
            let text = format!("this formula cannot be indexed: nothing is stored of `{name}`");
            let problem = Problem::new(path, "not-allowed", text);
            problems.push(problem.hint("leave `indexed` out, or let that roll-up be kept"));
        }
    }
}

/// The name of a roll-up that an expression reads and of which nothing is stored.
fn unkept(object: &Object, expression: &Expression) -> Option<String> {
    let mut found = None;
    expression.references(&mut |reference| {
        let used = object.find_field_by_id(&reference.field);
        let rollup = used.and_then(|field| field.rollup.as_ref()).filter(|rollup| !rollup.is_kept());
        found = rollup.and(used).map(|field| field.name.clone()).or(found.take());
    });
    found
}

fn check_index(expression: &Expression, (capability, ty): (Capability, ColumnType)) -> Result<(), Problem> {
    let refused = |text: &str, hint: &str| {
        let text = format!("this formula cannot be indexed: {text}");
        Err(Problem::new("indexed", "not-allowed", text).hint(hint))
    };
    if matches!(ty, ColumnType::TextArray | ColumnType::Jsonb) {
        return refused("its result gives no order", "leave `indexed` out");
    }
    if capability == Capability::Index {
        return Ok(());
    }
    let mut elsewhere = false;
    expression.references(&mut |reference| elsewhere |= !reference.path.is_empty());
    if elsewhere {
        return refused(
            "it reads fields of other records",
            "leave `indexed` out: it is sorted and filtered all the same, without an index; or keep a copy in a field of this object, filled by a default or a process, and index that",
        );
    }
    if expression.asks() {
        return refused(
            "its result depends on the moment, the reader or their time zone",
            "name a zone in `tz` and leave NOW(), TODAY() and $User out: compute the moment that counts and filter by that",
        );
    }
    refused("a part of it is not immutable, or it is too long", "leave out formats in TEXT(), or shorten it")
}
